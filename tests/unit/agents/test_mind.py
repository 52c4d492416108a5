import pickle
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest

from agents.prompts import Prompts
from agents.triage.brief import DraftBrief
from agents.triage.context import MAX_BODY
from agents.triage.outputs import ExtractedFacts, FoundContact, FoundIntent, FoundPromise, MessageClass
from app.adapters.fallback_model import FallbackModel
from app.domain.account import Account, Contact, Link, LinkMethod
from app.domain.case import Case
from app.domain.errors import RedactionFailed, SettingInvalid
from app.domain.intents import Intent, Reason, Route
from app.domain.message import Address, Attachment, Head, ParsedMail, ReadMail, ReplyParts, Screening
from app.domain.ports import Answer, Model, Question
from app.domain.prediction import prediction
from app.domain.text import PiiSpan, RawText, RedactedText, Redaction, Segment, Span
from app.mind import LocalMind
from app.mind.letter import REDACTED, known_names
from app.policies.loading import load_policy
from app.reading.reading import read_mail
from app.thinking import MindConfig, check_config
from tests.unit.agents.scripted import ScriptedModel, account, invoice, says

NAME, EMAIL = "Mei Chen", "mei.chen@oakdale.example"
BODY = f"Hello Laura,\nMei Chen here: we pay INV-1 on 3 April 2026, ask {EMAIL}.\n\nMei Chen\n\n> old words of ours"
NEW = Span(0, BODY.index("\n\nMei"))


class NameRedactor:
    """Masks the names it is told and e-mail addresses; an honest small redactor."""

    def redact(
        self,
        texts: Sequence[RawText],
        *,
        language: str,
        known_names: Iterable[str],
        vault: Mapping[str, str],
        readable: Iterable[str] = (),
    ) -> tuple[Redaction, ...]:
        self._given = {value: placeholder for placeholder, value in vault.items()}
        names = "|".join(re.escape(name) for name in known_names)
        pattern = re.compile(rf"(?P<email>[\w.]+@[\w.]+\w)|(?P<person>{names or '(?!)'})")
        redacted = [self._one(text.value, pattern) for text in texts]
        return tuple(Redaction(text, self._vault(), found) for text, found in redacted)

    def _one(self, text: str, pattern: re.Pattern[str]) -> tuple[RedactedText, tuple[PiiSpan, ...]]:
        value, done, segments, found = "", 0, [], []
        for match in [*pattern.finditer(text), None]:
            end = match.start() if match else len(text)
            if end > done:
                segments.append(Segment(Span(len(value), len(value) + end - done), Span(done, end)))
                value += text[done:end]
            if match:
                kind = "EMAIL_ADDRESS" if match["email"] else "PERSON"
                placeholder = self._given.setdefault(match.group(), f"⟨{kind}_{len(self._given) + 1}⟩")
                here = Span(len(value), len(value) + len(placeholder))
                segments.append(Segment(here, Span(*match.span()), kind))
                found.append(PiiSpan(kind, match.start(), match.end(), match.group()))
                value, done = value + placeholder, match.end()
        return RedactedText(value, tuple(segments)), tuple(found)

    def _vault(self) -> dict[str, str]:
        return {placeholder: value for value, placeholder in self._given.items()}


class BrokenRedactor:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def redact(
        self,
        texts: Sequence[RawText],
        *,
        language: str,
        known_names: Iterable[str],
        vault: Mapping[str, str],
        readable: Iterable[str] = (),
    ) -> tuple[Redaction, ...]:
        raise self._error


def mind(model: Model, redactor: NameRedactor | BrokenRedactor | None = None) -> LocalMind:
    return LocalMind(
        redactor=redactor or NameRedactor(), model=model, prompts=Prompts.load(), policy=load_policy(), read=read_mail
    )


def case(*, note: str = "", link: Link | None = None, vault: Mapping[str, str] | None = None) -> Case:
    sender = Address(NAME, EMAIL)
    attachment = Attachment("remittance.txt", "text/plain", 20, text=f"Remittance by {NAME}")
    mail = ParsedMail(Head(sender=sender, subject="Re: INV-1"), (), (), (), BODY, None, (attachment,))
    read = ReadMail(mail, ReplyParts(new=(NEW,)), "en", Screening())
    contact = Contact(NAME, EMAIL)
    known = Link(LinkMethod.CONTACT, replace(account(), contacts=(contact,)), contact)
    return Case(
        read=read,
        link=link or known,
        received_at=datetime(2026, 3, 20, 9, tzinfo=UTC),
        mailbox_address="ar@seller.example",
        vault=vault or {},
        note=note,
    )


A = TypeVar("A")
QUOTE = "⟨PERSON_1⟩ here: we pay INV-1 on 3 April 2026"
PROMISE = ExtractedFacts(promise=FoundPromise(day=date(2026, 4, 3), quote=QUOTE))


def promising(draft: str = "Dear ⟨PERSON_1⟩, INV-1 is noted for 3 April 2026.") -> ScriptedModel:
    return ScriptedModel(says(Intent.PAYMENT_PROMISE, quote=QUOTE), PROMISE, (draft,))


async def test_a_proposal_speaks_the_customers_own_words_again() -> None:
    thought = await mind(promising()).think(case())
    proposal = thought.proposal
    assert proposal.route is Route.AUTO
    assert proposal.draft is not None
    assert proposal.draft.body == f"Dear {NAME}, INV-1 is noted for 3 April 2026."
    assert [proposal.draft.body[t.start : t.end] for t in proposal.draft.traces] == ["INV-1", "3 April 2026"]
    assert proposal.reply_text == BODY[: NEW.end]
    [finding] = proposal.intents
    assert finding.evidence is not None
    assert finding.evidence.text == BODY[finding.evidence.start : finding.evidence.end]
    assert finding.evidence.text == "Mei Chen here: we pay INV-1 on 3 April 2026"
    assert [p.text for p in proposal.pii] == [NAME, EMAIL, NAME]
    assert set(thought.vault.values()) == {NAME, EMAIL}
    assert prediction(proposal)["promise"] == {"date": "2026-04-03", "amount": "1250.00", "currency": "GBP"}


async def test_nothing_personal_is_shown_to_the_model() -> None:
    model = promising()
    await mind(model).think(case(note=f"write to {NAME} again"))
    assert model.questions
    for question in model.questions:
        shown = f"{question.prompt.system}\n{question.fenced}\n{question.letter}\n{question.account}"
        assert "Chen" not in shown
        assert "oakdale.example" not in shown
        assert "old words of ours" not in shown


@pytest.mark.parametrize("error", [RedactionFailed("no"), ValueError("no"), MemoryError()])
async def test_when_the_redactor_fails_no_model_is_asked_and_a_person_decides(error: Exception) -> None:
    model = promising()
    thought = await mind(model, BrokenRedactor(error)).think(case(vault={"⟨PERSON_1⟩": NAME}))
    proposal = thought.proposal
    assert model.asked == []
    assert (proposal.route, proposal.rule) == (Route.REVIEW, "redaction-failed")
    assert (proposal.reasons, proposal.draft) == ((Reason.REDACTION_FAILED,), None)
    assert proposal.reply_text == BODY[: NEW.end]
    assert thought.vault == {"⟨PERSON_1⟩": NAME}


async def test_without_a_model_a_person_decides() -> None:
    proposal = (await mind(ScriptedModel()).think(case())).proposal
    assert (proposal.route, proposal.rule) == (Route.REVIEW, "model-unavailable")
    assert (proposal.reasons, proposal.draft) == ((Reason.MODEL_UNAVAILABLE,), None)
    assert proposal.pii


@pytest.mark.parametrize("error", [KeyError("attachment:007"), ValueError("no"), RecursionError(), MemoryError()])
async def test_whatever_goes_wrong_in_thinking_a_person_gets_the_mail(error: Exception) -> None:
    class Broken:
        async def ask(self, question: Question[A]) -> Answer[A]:
            raise error

    thought = await mind(Broken()).think(case())
    proposal = thought.proposal
    assert (proposal.route, proposal.reasons) == (Route.REVIEW, (Reason.MODEL_UNAVAILABLE,))
    assert proposal.reply_text == BODY[: NEW.end]
    assert set(thought.vault.values()) == {NAME, EMAIL}


async def test_a_draft_with_an_unknown_placeholder_is_refused() -> None:
    proposal = (await mind(promising("Dear ⟨PERSON_7⟩, thank you.")).think(case())).proposal
    assert proposal.draft is None
    assert Reason.DRAFT_REFUSED in proposal.reasons


async def test_placeholders_of_earlier_mails_keep_their_meaning() -> None:
    earlier = {"⟨PERSON_1⟩": "Laura Whitfield", "⟨PERSON_2⟩": NAME}
    model = ScriptedModel(says(Intent.QUERY, quote="⟨PERSON_2⟩ here"), drafts=("Dear ⟨PERSON_2⟩, thank you.",))
    thought = await mind(model).think(case(vault=earlier))
    assert thought.proposal.draft is not None
    assert thought.proposal.draft.body == f"Dear {NAME}, thank you."
    assert thought.vault["⟨PERSON_1⟩"] == "Laura Whitfield"


@pytest.mark.parametrize("length", [MAX_BODY, REDACTED])
async def test_a_person_decides_where_a_mail_is_too_long_to_be_read_whole(length: int) -> None:
    usual = case()
    body = BODY[: NEW.end] + " and so on" * (length // 10)
    mail = replace(usual.read.mail, text=body)
    longer = replace(usual, read=replace(usual.read, mail=mail, parts=ReplyParts(new=(Span(0, len(body)),))))
    model = promising()
    proposal = (await mind(model).think(longer)).proposal
    assert (proposal.route, proposal.reasons) == (Route.REVIEW, (Reason.LOW_CONFIDENCE,))
    assert len(model.questions[0].letter.body.value) <= REDACTED
    assert proposal.reply_text == body


async def test_a_contact_is_restored() -> None:
    facts = ExtractedFacts(contact=FoundContact(name="⟨PERSON_1⟩", email="⟨EMAIL_ADDRESS_2⟩", quote="ask"))
    model = ScriptedModel(says(Intent.CONTACT_UPDATE, quote="ask"), facts)
    contact = (await mind(model).think(case())).proposal.facts.contact
    assert contact is not None
    assert (contact.name, contact.email) == (NAME, EMAIL)


async def test_a_reviewers_note_reaches_the_author() -> None:
    model = promising()
    await mind(model).think(case(note="shorter please"))
    assert "<<<REVIEWER\nshorter please\nREVIEWER>>>" in model.questions[-1].fenced


async def test_an_account_without_an_id_will_do() -> None:
    link = Link(LinkMethod.CONTACT, replace(account(), customer_id=""), Contact(NAME, EMAIL))
    assert (await mind(promising()).think(case(link=link))).proposal.route is Route.AUTO


async def test_a_mail_of_nobody_known_has_no_ledger_in_it() -> None:
    link = Link(LinkMethod.NONE)
    model = ScriptedModel(says(Intent.QUERY, quote="we pay"))
    proposal = (await mind(model).think(case(link=link))).proposal
    assert proposal.reasons == (Reason.UNKNOWN_CUSTOMER,)


def test_the_customers_own_name_is_no_secret_unless_it_is_a_person() -> None:
    head = Head(sender=Address("Oakdale Print", EMAIL))
    mail = ParsedMail(head, (), (Address("", EMAIL),), (Address("Dr. Ana Ruiz", ""),), "", None, ())
    contacts = (Contact("Oakdale Print Ltd", ""), Contact("Jo Park", ""))
    read = ReadMail(mail, ReplyParts(()), "en", Screening())
    link = Link(LinkMethod.CONTACT, Account("c", "Oakdale Print Ltd", contacts=contacts))
    assert list(known_names(replace(case(), read=read, link=link))) == ["Jo Park", "Dr. Ana Ruiz"]
    person = Account("c", "Ola Nord", natural_person=True)
    assert "Ola Nord" in known_names(replace(case(), link=Link(LinkMethod.CONTACT, person)))


def test_the_configuration_crosses_a_process_boundary_and_hides_the_key() -> None:
    config = MindConfig(provider="openai", base_url="http://127.0.0.1", api_key="sk-secret", model="m")
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 - our own bytes
    assert "sk-secret" not in repr(config)


@pytest.mark.parametrize(
    ("config", "says_what"),
    [
        (MindConfig(provider="magic"), "DUEBOX_MODEL__PROVIDER"),
        (MindConfig(provider="openai"), "DUEBOX_MODEL__BASE_URL"),
        (MindConfig(provider="openai", base_url="http://127.0.0.1", model="embedded"), "DUEBOX_MODEL__NAME"),
    ],
)
def test_a_configuration_that_cannot_work_is_named(config: MindConfig, says_what: str) -> None:
    with pytest.raises(SettingInvalid, match=says_what):
        check_config(config)


GREETING = says(Intent.QUERY, quote="we pay")


@pytest.mark.parametrize(
    ("shown", "body", "greeted"),
    [
        ("Mei Chen", "Hi Laura,\nwe pay INV-1.", "Mei"),
        ("Chen, Mei", "Dear Ms Holt,\nwe pay INV-1.", "Mei Chen"),
        ("Mrs Mei Chen", "Dear Sirs,\nwe pay INV-1.", "Mrs Chen"),
        ("Mei", "Hi Laura,\nwe pay INV-1.\n\nCheers, Mei", "Mei"),
        ("Oakdale Print", "Hi Laura,\nwe pay INV-1.", ""),
        ("Accounts Payable", "we pay INV-1.", ""),
    ],
)
async def test_a_draft_greets_by_the_right_name_and_the_name_is_not_kept(shown: str, body: str, greeted: str) -> None:
    known = case()
    mail = replace(known.read.mail, head=replace(known.read.mail.head, sender=Address(shown, EMAIL)), text=body)
    read = replace(known.read, mail=mail, parts=ReplyParts(new=(Span(0, len(body)),)))
    model = ScriptedModel(GREETING)
    thought = await mind(model).think(replace(known, read=read))
    placeholder = model.questions[-1].letter.sender_placeholder
    assert bool(placeholder) is bool(greeted)
    assert placeholder not in thought.vault
    model = ScriptedModel(GREETING, drafts=(f"Dear {placeholder}, thank you.",))
    draft = (await mind(model).think(replace(known, read=read))).proposal.draft
    assert draft is not None
    assert draft.body == f"Dear {greeted}, thank you."


async def test_a_customer_who_is_a_person_is_greeted_by_name() -> None:
    known = case()
    person = replace(known.link.account, name=NAME, natural_person=True)
    model = ScriptedModel(GREETING)
    await mind(model).think(replace(known, link=replace(known.link, account=person)))
    assert model.questions[-1].letter.sender_placeholder
    model = ScriptedModel(GREETING)
    company = replace(person, natural_person=False)
    await mind(model).think(replace(known, link=replace(known.link, account=company)))
    assert not model.questions[-1].letter.sender_placeholder


@pytest.mark.parametrize(
    ("body", "quoted", "language", "expected"),
    [
        ("Call me pls", (), "en", "en"),
        ("Call me pls", (), "de", "de"),
        ("Call me pls", (Span(0, 4),), "de", "pt"),
        ("Wir überweisen den Betrag für die Rechnung am kommenden Freitag.", (), "en", "de"),
    ],
)
async def test_few_words_are_in_the_language_of_the_customer(
    body: str, quoted: tuple[Span, ...], language: str, expected: str
) -> None:
    known = case()
    mail = replace(known.read.mail, text=body)
    parts = ReplyParts(new=(Span(0, len(body)),), quoted=quoted)
    read = replace(known.read, mail=mail, parts=parts, language="de" if expected == "de" else "pt")
    link = replace(known.link, account=replace(known.link.account, language=language))
    model = ScriptedModel(GREETING)
    await mind(model).think(replace(known, read=read, link=link))
    assert model.questions[-1].letter.language == expected


async def test_a_mailbox_that_names_no_team_signs_in_the_language_of_the_letter() -> None:
    model = ScriptedModel(GREETING)
    await mind(model).think(case())
    brief = model.questions[-1].inputs["brief"]
    assert isinstance(brief, DraftBrief)
    assert brief.team == "Accounts receivable"


async def test_a_sender_whose_domain_looks_like_a_contacts_is_a_sign_of_fraud() -> None:
    known = case()
    sender = Address(NAME, "mei.chen@oakda1e.example")
    read = replace(known.read, mail=replace(known.read.mail, head=replace(known.read.mail.head, sender=sender)))
    link = replace(known.link, method=LinkMethod.INVOICE, contact=None)
    proposal = (await mind(promising()).think(replace(known, read=read, link=link))).proposal
    assert (proposal.route, proposal.draft) == (Route.REVIEW, None)
    assert proposal.reasons == (Reason.FRAUD_RISK, Reason.UNVERIFIED_SENDER)


async def test_an_answer_below_a_quoted_line_is_about_the_invoice_of_that_line() -> None:
    text = "Hi,\n> INV-1, 10.00\nwe pay on 3 April 2026.\n> INV-2, 20.00\nPlease send a copy.\n> Regards"
    places = [text.index(part) for part in ("Hi", "> INV-1", "we pay", "> INV-2", "Please", "> Regards")]
    spans = [Span(start, text.find("\n", start) if "\n" in text[start:] else len(text)) for start in places]
    read = replace(
        case().read,
        mail=replace(case().read.mail, text=text),
        parts=ReplyParts(new=tuple(spans[::2]), quoted=tuple(spans[1::2])),
    )
    ledger = replace(case().link.account, invoices=(invoice("INV-1"), invoice("INV-2")))
    found = MessageClass(
        intents=(
            FoundIntent(intent=Intent.PAYMENT_PROMISE, confidence=0.9, quote="we pay on 3 April 2026"),
            FoundIntent(intent=Intent.DOCUMENT_REQUEST, confidence=0.9, quote="Please send a copy"),
        )
    )
    linked = replace(case(), read=read, link=replace(case().link, account=ledger))
    proposal = (await mind(ScriptedModel(found)).think(linked)).proposal
    assert [(f.intent, f.invoices) for f in proposal.intents] == [
        (Intent.PAYMENT_PROMISE, ("INV-1",)),
        (Intent.DOCUMENT_REQUEST, ("INV-2",)),
    ]
    assert [f.evidence and f.evidence.text for f in proposal.intents] == [
        "we pay on 3 April 2026",
        "Please send a copy",
    ]


async def test_beyond_the_limits_the_endpoint_is_not_asked_and_a_person_decides() -> None:
    endpoint, embedded = (ScriptedModel(says(Intent.PAYMENT_PROMISE, quote=QUOTE), PROMISE) for _ in range(2))
    thinking = mind(FallbackModel(endpoint, embedded))
    alone = (await thinking.think(case(), alone=True)).proposal
    assert (endpoint.asked, alone.route) == ([], Route.REVIEW)
    assert Reason.MODEL_UNAVAILABLE in alone.reasons
    assert all(call.is_fallback for call in alone.calls)
    again = (await thinking.think(case())).proposal
    assert endpoint.asked, "the next mail is asked about again"
    assert Reason.MODEL_UNAVAILABLE not in again.reasons


async def test_an_endpoint_that_does_not_answer_is_not_waited_for_again_in_the_same_mail() -> None:
    endpoint, embedded = ScriptedModel(), ScriptedModel(says(Intent.PAYMENT_PROMISE, quote=QUOTE), PROMISE)
    thinking = mind(FallbackModel(endpoint, embedded))
    for mails in (1, 2):
        proposal = (await thinking.think(case())).proposal
        assert endpoint.asked == ["classify_message"] * mails
        assert [call.is_fallback for call in proposal.calls] == [True, True, True]
