"""Write the answer from a brief of typed facts. Subject and recipient are never the model's."""

import re

from langgraph.runtime import Runtime

from agents.triage.brief import TOPIC_OF, DraftBrief, PaymentSeen, Topic, TopicFacts
from agents.triage.context import Ask, TriageContext
from agents.triage.outputs import DraftReply
from agents.triage.state import TriageState
from app.domain.account import Account
from app.domain.intents import LANGUAGES, Intent, Reason
from app.domain.policy import tone_of
from app.domain.proposal import Draft, IntentFinding

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
    written = Draft(
        subject=f"Re: {_REPLY_MARK.sub('', letter.subject.value.strip())}".strip(),
        body=answer.value.body.strip(),
        tone=brief.tone,
        language=brief.language,
    )
    return {"brief": brief, "draft": written, "attempts": state.get("attempts", 0) + 1, "calls": (call,)}


def brief_of(state: TriageState, context: TriageContext) -> DraftBrief:
    letter, account, standing = state["letter"], state["account"], state["standing"]
    named = [invoice for invoice in account.invoices if invoice.number in state["invoices"] and invoice.is_open]
    overdue = max(((letter.today - invoice.due_date).days for invoice in named), default=0)
    return DraftBrief(
        language=_answer_language(letter.language, account.language),
        tone=tone_of(context.policy, state["situation"], overdue),
        topics=_topics(state),
        team=context.team,
        max_words=context.policy.limits.draft_words,
        addressee=letter.sender_placeholder,
        country=account.country,
        payment=_payment_seen(state) if standing.is_verified else PaymentSeen.UNSAID,
        may_use_ledger=standing.is_verified,
        note=letter.note.value if letter.note else "",
        problems=state.get("problems", ()),
    )


def facts_shown(brief: DraftBrief) -> dict[str, object]:
    """The brief as a remote model sees it."""
    topics = [
        {
            "situation": topic.topic.value,
            "invoices": list(topic.invoices),
            "date": topic.day.isoformat() if topic.day else None,
            "amount": f"{topic.amount:.2f} {topic.currency}" if topic.amount is not None else None,
        }
        for topic in brief.topics
    ]
    return {
        "topics": topics,
        "payment_on_ledger": brief.payment.value,
        "may_use_ledger": brief.may_use_ledger,
        "addressee": brief.addressee,
        "sign_as": brief.team,
        "mend": list(brief.problems),
    }


def _topics(state: TriageState) -> tuple[TopicFacts, ...]:
    """One paragraph an intent, in the order of a letter; a mail too thin to answer is asked what it means."""
    told = {TOPIC_OF[f.intent]: _topic(f, state) for f in state["findings"] if f.intent in TOPIC_OF}
    alone = set(told) <= {Topic.QUERY_RECEIVED} and Reason.LOW_INFORMATION in state["situation"].reasons
    if alone or not told:
        thin = Topic.THIN_MESSAGE if alone else Topic.QUERY_RECEIVED
        return (TopicFacts(thin, _sayable(state["invoices"], state)),)
    return tuple(sorted(told.values(), key=lambda topic: list(Topic).index(topic.topic)))


def _topic(finding: IntentFinding, state: TriageState) -> TopicFacts:
    invoices = _sayable(finding.invoices, state)
    if finding.intent is not Intent.PAYMENT_PROMISE:
        return TopicFacts(TOPIC_OF[finding.intent], invoices)
    promise = state["facts"].promise
    if promise is None or promise.day is None:
        return TopicFacts(Topic.PROMISE_WITHOUT_DATE, invoices)
    amount = promise.amount if state["standing"].is_verified else None
    return TopicFacts(Topic.PROMISE_NOTED, invoices, promise.day, amount, promise.currency or "")


def _sayable(numbers: tuple[str, ...], state: TriageState) -> tuple[str, ...]:
    """To a writer whom nobody has verified only those numbers are repeated that stand in the mail."""
    if state["standing"].is_verified:
        return numbers
    said = f"{state['letter'].subject.value}\n{state['letter'].body.value}"
    return tuple(number for number in numbers if number in said)


def _payment_seen(state: TriageState) -> PaymentSeen:
    """FOUND only when the ledger shows every invoice concerned as paid or its payment as seen."""
    account, numbers = state["account"], set(state["invoices"])
    concerned = [invoice for invoice in account.invoices if invoice.number in numbers]
    paid = {payment.invoice_number for payment in account.payments}
    if not concerned:
        return PaymentSeen.UNSAID
    seen = all(not i.is_open or i.payment_seen or i.number in paid for i in concerned)
    return PaymentSeen.FOUND if seen else PaymentSeen.NOT_FOUND


def _answer_language(written_in: str, customer: str) -> str:
    return next((language for language in (written_in, customer) if language in LANGUAGES), "en")
