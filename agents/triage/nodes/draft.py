"""Write the answer from a brief of typed facts. Subject and recipient are never the model's."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from langgraph.runtime import Runtime

from agents.triage.brief import TEAMS, TOPIC_OF, DraftBrief, PaymentSeen, Topic, TopicFacts
from agents.triage.context import Ask, TriageContext
from agents.triage.enclosing import enclosed_in, owed_by, with_enclosures
from agents.triage.evidence import span_here, text_at
from agents.triage.outputs import DraftReply
from agents.triage.payments import names_a_reference, payment_made, payments_to_come, shows_payment
from agents.triage.queries import asks_for_the_total, asks_the_ledger, open_items
from agents.triage.state import TriageState
from agents.triage.telling import fitting, worth_telling
from agents.triage.terms import clause_of, with_clause
from agents.triage.wishes import document_of
from app.domain.account import Account, InvoiceKind
from app.domain.enclosures import NOTHING, DocumentKind, Enclosed
from app.domain.intents import LANGUAGES, ExtensionKind, Intent, Reason
from app.domain.policy import History, bearable, tone_of
from app.domain.proposal import Draft, Evidence, IntentFinding
from app.reading.days.dates import find_dates

FIRST_NAME = "⟨FIRST_NAME"
"""How the placeholder of a writer begins who is on first-name terms with us."""

TITLED_NAME = "⟨TITLED_NAME"
"""And of one who has told their title."""

OF_NO_INVOICE = frozenset({DocumentKind.STATEMENT, DocumentKind.CERTIFICATE, DocumentKind.TAX_FORM})
"""Documents about the customer or about us, whatever invoice stands beside the wish."""

BOOKED_EARLIER = timedelta(days=5)
"""So much earlier than a writer says may their payment be on the ledger."""

_REPLY_MARK = re.compile(r"^(?:(?:re|aw|antw|sv|rif|r|res|tr|wg|fwd?|doorst|rv|enc)\s*:\s*)+", re.IGNORECASE)


async def draft(state: TriageState, runtime: Runtime[TriageContext]) -> TriageState:
    letter, brief = state["letter"], brief_of(state, runtime.context)
    ask = Ask(
        "draft_reply",
        letter,
        state["account"] if brief.may_use_ledger else Account(customer_id="", name=""),
        shown={"language": brief.language, "tone": brief.tone.value, "max_words": brief.max_words},
        facts=facts_shown(brief),
        inputs={"brief": brief},
    )
    answer, call = await runtime.context.ask(ask, DraftReply)
    body = answer.value.body.strip()
    written = Draft(
        subject=f"Re: {_REPLY_MARK.sub('', letter.subject.value.strip())}".strip(),
        body=with_clause(body, brief.clause) if brief.clause else body,
        tone=brief.tone,
        language=brief.language,
        enclosed=brief.enclosed,
        owed=brief.owed,
    )
    return {"brief": brief, "draft": written, "attempts": state.get("attempts", 0) + 1, "calls": (call,)}


def brief_of(state: TriageState, context: TriageContext) -> DraftBrief:
    letter, account, standing = state["letter"], state["account"], state["standing"]
    named = [invoice for invoice in account.invoices if invoice.number in state["invoices"] and invoice.is_open]
    overdue = max(((letter.today - invoice.due_date).days for invoice in named), default=0)
    customer = History(
        overdue_days=overdue,
        broken_promises=account.broken_promises,
        is_strategic=account.strategic,
        is_natural_person=account.natural_person,
    )
    said, situation = context.directions, state["situation"]
    topics = _topics(state, terms_are_decided=said.terms is not None)
    payment = _payment_seen(state, paid_since(topics, letter.today)) if standing.is_verified else PaymentSeen.UNSAID
    wish = state["facts"].extension
    topics = _in_order(fitting(topics, letter, _question(state), payment, wish.until if wish else None))
    topics, enclosed = _with_documents(topics, state, said.enclosed)
    language = said.language or _answer_language(letter.language, account.language)
    brief = DraftBrief(
        language=language,
        tone=bearable(said.tone, situation.intents) if said.tone else tone_of(context.policy, situation, customer),
        topics=topics,
        team=context.team or TEAMS.get(language, TEAMS["en"]),
        max_words=context.policy.limits.draft_words,
        addressee=letter.sender_placeholder,
        is_familiar=letter.sender_placeholder.startswith(FIRST_NAME),
        is_titled=letter.sender_placeholder.startswith(TITLED_NAME),
        country=account.country,
        payment=payment,
        has_reference=names_a_reference(letter),
        is_strategic=account.strategic,
        voices=(context.mailbox_address, account.segment),
        may_use_ledger=standing.is_verified,
        note=letter.note.value if letter.note else "",
        problems=state.get("problems", ()),
        enclosed=enclosed,
        owed=owed_by(next((topic for topic in topics if topic.topic is Topic.DOCUMENTS_ON_THE_WAY), None)),
    )
    return replace(brief, clause=clause_of(said.terms, brief, account, context)) if said.terms else brief


def facts_shown(brief: DraftBrief) -> dict[str, object]:
    """The brief as a remote model sees it."""
    topics = [
        {
            "situation": topic.topic.value,
            "invoices": list(topic.invoices),
            "date": topic.day.isoformat() if topic.day else None,
            "amount": f"{topic.amount:.2f} {topic.currency}" if topic.amount is not None else None,
            "payments": [
                {"invoices": list(paid.invoices), "date": paid.day, "amount": f"{paid.amount} {paid.currency}"}
                for paid in topic.payments
            ],
            "about": topic.reason or topic.kind or topic.document or topic.legal,
            "attached": _attached(topic),
            "colleague_sends": {"document": topic.document, "invoices": list(topic.owed)} if topic.is_owed else None,
        }
        for topic in brief.topics
    ]
    return {
        "topics": topics,
        "payment_on_ledger": brief.payment.value,
        "payment_reference_given": brief.has_reference,
        "strategic_account": brief.is_strategic,
        "may_use_ledger": brief.may_use_ledger,
        "addressee": brief.addressee,
        "first_name_terms": brief.is_familiar,
        "sign_as": brief.team,
        "mend": list(brief.problems),
    }


def _attached(topic: TopicFacts) -> list[str]:
    copies = [f"copy of {number}" for number in topic.copied]
    return [*copies, "statement of account"] if topic.has_statement else copies


def _topics(state: TriageState, *, terms_are_decided: bool = False) -> tuple[TopicFacts, ...]:
    """One paragraph an intent, in the order of a letter; a mail too thin to answer is asked what it means. A request
    that a person has decided on is not said to be under review."""
    findings = worth_telling(state["findings"], lambda evidence: _text_of(evidence, state))
    told = {TOPIC_OF[f.intent]: _topic(f, state) for f in findings if f.intent in TOPIC_OF}
    if terms_are_decided:
        told.pop(Topic.EXTENSION_RECEIVED, None)
        return _in_order(told.values())
    alone = set(told) <= {Topic.QUERY_RECEIVED} and Reason.LOW_INFORMATION in state["situation"].reasons
    if alone or not told:
        thin = Topic.THIN_MESSAGE if alone else Topic.MESSAGE_RECEIVED
        return (_about(TopicFacts(thin, _sayable(state["mentioned"], state)), state),)
    return _in_order(told.values())


def _in_order(topics: Iterable[TopicFacts]) -> tuple[TopicFacts, ...]:
    return tuple(sorted(topics, key=lambda topic: list(Topic).index(topic.topic)))


def _question(state: TriageState) -> str:
    asked = next((f.evidence for f in state["findings"] if f.intent is Intent.QUERY), None)
    return _text_of(asked, state)


def _with_documents(
    topics: tuple[TopicFacts, ...], state: TriageState, chosen: Enclosed | None
) -> tuple[tuple[TopicFacts, ...], Enclosed]:
    """With what goes along, to a verified writer alone; what a person attached unasked has a paragraph of its own."""
    account = state["account"]
    asked = next((topic for topic in topics if topic.topic is Topic.DOCUMENTS_ON_THE_WAY), None)
    is_verified = state["standing"].is_verified
    enclosed = enclosed_in(asked, account, chosen) if is_verified else NOTHING
    if asked is None and not enclosed:
        return topics, enclosed
    told = _about(with_enclosures(asked or TopicFacts(Topic.DOCUMENTS_ON_THE_WAY), account, enclosed), state)
    rest = (topic for topic in topics if topic.topic not in {Topic.DOCUMENTS_ON_THE_WAY, Topic.THIN_MESSAGE})
    return _in_order((*rest, told)), enclosed


def _topic(finding: IntentFinding, state: TriageState) -> TopicFacts:
    facts = state["facts"]
    topic = TopicFacts(TOPIC_OF[finding.intent], _sayable(finding.invoices, state))
    match finding.intent:
        case Intent.PAYMENT_PROMISE:
            topic = _promise(topic, state)
        case Intent.PAYMENT_CONFIRMATION:
            made = payment_made(
                state["letter"],
                state["account"],
                finding,
                besides=facts.promise.amount if facts.promise else None,
            )
            topic = replace(topic, day=made.day, amount=made.amount, currency=made.currency)
        case Intent.EXTENSION_REQUEST if facts.extension is not None:
            is_later_day = facts.extension.kind is ExtensionKind.DUE_DATE
            topic = replace(topic, kind=facts.extension.kind, day=facts.extension.until if is_later_day else None)
        case Intent.DISPUTE if facts.dispute is not None:
            topic = replace(topic, reason=facts.dispute.reason)
        case Intent.LEGAL_OR_COMPLAINT:
            topic = replace(topic, legal=next((reason for reason in Reason if reason in state["legal"]), Reason.LEGAL))
        case Intent.DOCUMENT_REQUEST:
            document = document_of(_text_of(finding.evidence, state), state["letter"].body.value)
            topic = replace(topic, document=document, invoices=() if document in OF_NO_INVOICE else topic.invoices)
        case Intent.QUERY:
            topic = _query(topic, finding, state)
    return _about(topic, state)


def _promise(topic: TopicFacts, state: TriageState) -> TopicFacts:
    """Nobody is asked for a day who has named one, even if it does not bind."""
    promise, letter = state["facts"].promise, state["letter"]
    if promise is None or promise.day is None:
        names_a_day = find_dates(_text_of(promise.evidence if promise else None, state), letter.today, letter.language)
        return topic if names_a_day else replace(topic, topic=Topic.PROMISE_WITHOUT_DATE)
    if not state["standing"].is_verified:
        return replace(topic, day=promise.day)
    several = payments_to_come(letter, state["account"], promise.invoices)
    if len({payment.day for payment in several}) > 1:
        return replace(topic, payments=several)
    concerned = [invoice.open.amount for invoice in state["account"].invoices if invoice.number in topic.invoices]
    is_of_one = any(amount == promise.amount for amount in concerned)
    amount = None if is_of_one and len(topic.invoices) > 1 else promise.amount
    is_in_part = amount is not None and not is_of_one and 0 < amount < sum(concerned)
    kind = Topic.PROMISE_IN_PART if is_in_part else topic.topic
    return replace(topic, topic=kind, day=promise.day, amount=amount, currency=promise.currency or "")


def _query(topic: TopicFacts, finding: IntentFinding, state: TriageState) -> TopicFacts:
    """Answered at once where the ledger has the answer and the writer may hear it."""
    if not state["standing"].is_verified or not asks_the_ledger(_text_of(finding.evidence, state)):
        return topic
    asks_for_all = asks_for_the_total(_text_of(finding.evidence, state))
    items = open_items(state["account"], () if asks_for_all else topic.invoices)
    numbers = tuple(number for item in items for number in item.invoices)
    told = replace(topic, topic=Topic.QUERY_ANSWERED, invoices=numbers, payments=items)
    currencies = {item.currency for item in items}
    if asks_for_all and len(items) > 1 and len(currencies) == 1:
        told = replace(
            told, amount=sum((item.amount or Decimal(0) for item in items), Decimal(0)), currency=currencies.pop()
        )
    return told if items else topic


def _about(topic: TopicFacts, state: TriageState) -> TopicFacts:
    """With the ledger's word on whether the numbers are invoices, for those who may hear it."""
    kinds = {i.number: i.kind for i in state["account"].invoices} if state["standing"].is_verified else {}
    numbers = (*topic.invoices, *topic.copied, *topic.owed)
    return replace(topic, are_invoices=all(kinds.get(n) is InvoiceKind.INVOICE for n in numbers))


def _text_of(found: Evidence | None, state: TriageState) -> str:
    span = span_here(state["letter"], found)
    text = text_at(state["letter"], found.source) if found else None
    return span.of(text.value) if span and text else ""


def _sayable(numbers: tuple[str, ...], state: TriageState) -> tuple[str, ...]:
    """To a writer whom nobody has verified only those numbers are repeated that stand in the mail."""
    if state["standing"].is_verified:
        return numbers
    said = f"{state['letter'].subject.value}\n{state['letter'].body.value}"
    return tuple(number for number in numbers if number in said)


def paid_since(topics: Iterable[TopicFacts], today: date) -> date | None:
    """From when on the payment that the mail speaks of may stand on the ledger; None where it names no day gone by."""
    days = [topic.day for topic in topics if topic.topic is Topic.PAYMENT_NOTED and topic.day is not None]
    return min(days) - BOOKED_EARLIER if days and min(days) <= today else None


def _payment_seen(state: TriageState, since: date | None) -> PaymentSeen:
    """FOUND only when the ledger shows every invoice concerned as paid or its payment as seen."""
    account, numbers = state["account"], set(state["invoices"])
    concerned = [invoice for invoice in account.invoices if invoice.number in numbers]
    if not concerned:
        return PaymentSeen.UNSAID
    seen = all(shows_payment(account, invoice, since) for invoice in concerned)
    return PaymentSeen.FOUND if seen else PaymentSeen.NOT_FOUND


def _answer_language(written_in: str, customer: str) -> str:
    return next((language for language in (written_in, customer) if language in LANGUAGES), "en")
