"""Which documents go along with an answer, and what its draft may say of them."""

from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import pytest

from agents.replies import Replies
from agents.triage.brief import DraftBrief
from agents.triage.graph import build_graph, triage
from agents.triage.outputs import DraftReply
from agents.triage.state import Standing
from agents.triage.wishes import document_of
from app.domain.account import Account, StoredCopy
from app.domain.directions import Directions
from app.domain.enclosures import MOST_BYTES, NOTHING, DocumentKind, Enclosed, Owed
from app.domain.intents import Intent, Reason
from app.domain.ports import Answer, Question
from app.domain.proposal import Draft, Proposal
from tests.unit.agents.scripted import KNOWN, STRANGER, ScriptedModel, account, context, invoice, letter, says

A = TypeVar("A")

REPLIES = Replies.load()
IDS = UUID(int=1), UUID(int=2)


def stored(number: int, size: int = 1_000) -> StoredCopy:
    return StoredCopy(IDS[number - 1], f"INV-{number}", f"INV-{number}.pdf", "application/pdf", size, "0" * 64)


def ledger(*copies: StoredCopy, can_be_stated: bool = False) -> Account:
    plain = account(invoice("INV-1"), invoice("INV-2", "99.50"))
    return replace(plain, copies=copies, can_be_stated=can_be_stated)


class Pen(ScriptedModel):
    """Writes its drafts from our templates."""

    async def ask(self, question: Question[A]) -> Answer[A]:
        brief = question.inputs.get("brief")
        if question.prompt.id != "draft_reply" or not isinstance(brief, DraftBrief):
            return await super().ask(question)
        self.questions.append(question)  # type: ignore[arg-type]
        return Answer(DraftReply(body=REPLIES.compose(brief)), "embedded")  # type: ignore[arg-type]


async def asked_for(
    words: str,
    account: Account,
    *invoices: str,
    intent: Intent = Intent.DOCUMENT_REQUEST,
    chosen: Enclosed | None = None,
    standing: Standing = KNOWN,
    model: ScriptedModel | None = None,
) -> Proposal:
    pen = model or Pen(says(intent, quote=words, invoices=invoices))
    told = replace(context(pen), directions=Directions(enclosed=chosen))
    return await triage(build_graph(), letter(words), account, standing, told)


def draft_of(proposal: Proposal) -> Draft:
    assert proposal.draft is not None
    return proposal.draft


async def test_the_copies_asked_for_go_along_and_the_draft_names_them() -> None:
    draft = draft_of(await asked_for("Please send a copy of INV-1.", ledger(stored(1), stored(2)), "INV-1"))
    assert (draft.enclosed, draft.owed) == (Enclosed((IDS[0],)), None)
    assert "The copy of invoice INV-1 is attached to this e-mail." in draft.body
    assert any(trace.reference == "INV-1" for trace in draft.traces)


async def test_what_is_not_on_file_a_colleague_sends() -> None:
    proposal = await asked_for("Please send copies of INV-1 and INV-2.", ledger(stored(2)), "INV-1", "INV-2")
    draft = draft_of(proposal)
    assert draft.enclosed == Enclosed((IDS[1],))
    assert draft.owed == Owed(DocumentKind.INVOICE_COPY, ("INV-1",))
    assert "The copy of invoice INV-2 is attached to this e-mail." in draft.body
    assert "A colleague will send you a copy of invoice INV-1 separately." in draft.body


async def test_what_does_not_fit_into_one_mail_a_colleague_sends() -> None:
    large = ledger(stored(1, MOST_BYTES), stored(2, 1))
    draft = draft_of(await asked_for("Please send copies of INV-1 and INV-2.", large, "INV-1", "INV-2"))
    assert draft.enclosed == Enclosed((IDS[0],))
    assert draft.owed == Owed(DocumentKind.INVOICE_COPY, ("INV-2",))


async def test_other_documents_are_left_to_a_colleague() -> None:
    draft = draft_of(await asked_for("Please send the delivery note for INV-1.", ledger(stored(1)), "INV-1"))
    assert (draft.enclosed, draft.owed) == (NOTHING, Owed(DocumentKind.PROOF_OF_DELIVERY, ("INV-1",)))
    assert "A colleague will send you the proof of delivery for invoice INV-1 separately." in draft.body


@pytest.mark.parametrize(("can_be_stated", "owed"), [(True, None), (False, Owed(DocumentKind.STATEMENT))])
async def test_a_statement_is_made_where_the_ledger_allows_of_one(can_be_stated: bool, owed: Owed | None) -> None:
    here = ledger(stored(1), can_be_stated=can_be_stated)
    draft = draft_of(await asked_for("Please send us a statement of account.", here))
    assert (draft.enclosed, draft.owed) == (Enclosed(has_statement=can_be_stated), owed)
    assert ("Your statement of account is attached" in draft.body) == can_be_stated


async def test_nobody_but_a_known_contact_is_sent_anything() -> None:
    proposal = await asked_for("Please send a copy of INV-1.", ledger(stored(1)), "INV-1", standing=STRANGER)
    draft = draft_of(proposal)
    assert Reason.UNVERIFIED_SENDER in proposal.reasons
    assert (draft.enclosed, draft.owed) == (NOTHING, Owed(DocumentKind.INVOICE_COPY, ("INV-1",)))
    assert "we check whom they may go to" in draft.body
    chosen = await asked_for("Please!", ledger(stored(1)), standing=STRANGER, chosen=Enclosed((IDS[0],)))
    assert draft_of(chosen).enclosed == NOTHING


async def test_a_persons_choice_binds_and_reaches_only_what_is_this_customers() -> None:
    here, foreign = ledger(stored(1)), UUID(int=9)
    draft = draft_of(await asked_for("Please send a copy of INV-1.", here, "INV-1", chosen=NOTHING))
    assert (draft.enclosed, draft.owed) == (NOTHING, Owed(DocumentKind.INVOICE_COPY, ("INV-1",)))
    assert "attached" not in draft.body
    unasked = await asked_for(
        "When is INV-1 due?", here, "INV-1", intent=Intent.QUERY, chosen=Enclosed((foreign, IDS[0]), True)
    )
    assert draft_of(unasked).enclosed == Enclosed((IDS[0],))
    assert "The copy of invoice INV-1 is attached to this e-mail." in draft_of(unasked).body


async def test_a_model_outside_is_told_the_same() -> None:
    model = Pen(says(Intent.DOCUMENT_REQUEST, quote="send copies of INV-1 and INV-2", invoices=("INV-1", "INV-2")))
    await asked_for("Please send copies of INV-1 and INV-2.", ledger(stored(1)), model=model)
    (shown,) = [question.fenced for question in model.questions if question.prompt.id == "draft_reply"]
    assert '"attached": ["copy of INV-1"]' in shown
    assert '"colleague_sends": {"document": "invoice_copy", "invoices": ["INV-2"]}' in shown


@pytest.mark.parametrize(
    ("said", "copies"),
    [
        ("The copy of INV-1 is attached.", ()),
        ("Please find attached the copy of INV-2.", (stored(1), stored(2))),
        ("In der Anlage finden Sie die Kopie zu INV-1.", ()),
        ("Vous trouverez ci-joint la copie.", ()),
    ],
)
async def test_a_draft_that_calls_attached_what_is_not_is_refused(said: str, copies: tuple[StoredCopy, ...]) -> None:
    found = says(Intent.DOCUMENT_REQUEST, quote="send a copy of INV-1", invoices=("INV-1",))
    model = ScriptedModel(found, drafts=(f"Thank you for your e-mail. {said}",))
    words = "Please send a copy of INV-1. INV-2 is paid."
    proposal = await asked_for(words, ledger(*copies), model=model)
    assert proposal.draft is None
    assert Reason.DRAFT_REFUSED in proposal.reasons


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ("We never received invoice INV-1, please send it again", DocumentKind.INVOICE_COPY),
        ("Bitte senden Sie uns die Rechnung RE-1 noch einmal", DocumentKind.INVOICE_COPY),
        ("Merci de nous renvoyer la facture F-1", DocumentKind.INVOICE_COPY),
        ("Please send the order confirmation for invoice INV-1", None),
        ("Please send the contract", None),
        ("Please send a copy of the delivery note", None),
    ],
)
def test_who_asks_for_an_invoice_wants_a_copy_of_it(request_: str, kind: DocumentKind | None) -> None:
    assert document_of(request_, f"{request_}. We will then pay.") is kind


def test_the_word_invoice_elsewhere_in_a_mail_asks_for_nothing() -> None:
    assert document_of("Please send the timetable", "Please send the timetable. Invoice INV-1 is paid.") is None
