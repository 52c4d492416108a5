"""The fault of a test item, in the letters that we write ourselves, in seven languages."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.replies import Replies
from agents.triage.brief import DraftBrief, Topic, TopicFacts
from agents.triage.lexicon import offences
from app.domain.intents import LANGUAGES, Intent, Tone
from app.domain.planted import Fault, Planted, is_drawn, is_fit
from app.domain.proposal import Draft, Trace
from app.reading.days.dates import find_dates
from app.reading.money.amounts import find_amounts
from app.reading.outgoing.planting import is_gone, planted

REPLIES = Replies.load()
TODAY, DAY = date(2026, 5, 21), date(2026, 6, 5)
INVOICE = "INV-4711"
KINDS = tuple(Fault)
LOTS = 8
SENTENCES = frozenset({Fault.CONCESSION, Fault.EXTENSION})


def letter(language: str, tone: Tone = Tone.NEUTRAL) -> Draft:
    facts = TopicFacts(Topic.PROMISE_NOTED, (INVOICE,), DAY, Decimal("1250.00"), "EUR")
    brief = DraftBrief(language, tone, (facts,), "Receivables", 180, "Petra Vane", is_familiar=True)
    body = REPLIES.compose(brief)
    marked = [(found.start, found.end) for found in find_dates(body, TODAY, language)]
    marked.append((body.index(INVOICE), body.index(INVOICE) + len(INVOICE)))
    return Draft("Re: Reminder", body, tone, language, tuple(Trace(s, e, "ledger", INVOICE) for s, e in sorted(marked)))


def fault_in(draft: Draft, kind: Fault, lot: int = 0) -> Planted:
    made = planted(draft, invoices=[INVOICE], today=TODAY, lot=KINDS.index(kind) + lot * len(KINDS))
    assert made is not None
    return made


def differences(before: str, after: str) -> list[tuple[str, str]]:
    blocks = SequenceMatcher(None, before.split(), after.split(), autojunk=False).get_opcodes()
    return [
        (" ".join(before.split()[a:b]), " ".join(after.split()[c:d])) for tag, a, b, c, d in blocks if tag != "equal"
    ]


@pytest.mark.parametrize(("language", "kind"), list(product(LANGUAGES, Fault)))
def test_exactly_one_fault_is_in_the_text_in_every_language(language: str, kind: Fault) -> None:
    for tone, lot in product(Tone, range(LOTS)):
        draft = letter(language, tone)
        made = fault_in(draft, kind, lot)
        body = made.draft.body
        assert made.fault is kind
        assert made.shown in body
        assert made.shown not in draft.body
        assert made.was in draft.body
        assert len(differences(draft.body, body)) == 1
        assert body.replace(made.shown, made.was).split() == draft.body.split(), "nothing else was touched"
        assert replace(made.draft, body=draft.body, traces=draft.traces) == draft
        assert (made.was == "") == (kind in SENTENCES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_fact_is_another_one_of_its_kind_and_keeps_its_mark(language: str) -> None:
    draft = letter(language)
    for lot in range(LOTS):
        amount = fault_in(draft, Fault.AMOUNT, lot).draft.body
        (before,), (after,) = (find_amounts(body, language) for body in (draft.body, amount))
        assert (after.currency, after.value != before.value) == ("EUR", True)
        dated = fault_in(draft, Fault.DATE, lot).draft
        (day,) = find_dates(dated.body, TODAY, language)
        assert day.day is not None
        assert (day.day.month, day.day != DAY) == (DAY.month, True)
        for fault in Fault:
            shown = fault_in(draft, fault, lot).draft
            words = [shown.body[trace.start : trace.end] for trace in shown.traces]
            true = [draft.body[trace.start : trace.end] for trace in draft.traces]
            assert len([1 for one, other in zip(true, words, strict=True) if one != other]) == (
                1 if fault in {Fault.DATE, Fault.INVOICE} else 0
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_granted_is_what_no_draft_may_grant(language: str) -> None:
    for kind in SENTENCES:
        made = fault_in(letter(language), kind)
        assert "concession" in {offence.kind for offence in offences(made.draft.body)}
        assert not made.draft.body.startswith(made.shown)


@pytest.mark.parametrize("kind", Fault)
def test_a_fault_is_gone_when_a_person_took_it_out_and_not_when_they_wrote_around_it(kind: Fault) -> None:
    draft = letter("en")
    made = fault_in(draft, kind)
    assert is_gone(made, draft.body)
    assert not is_gone(made, made.draft.body)
    assert not is_gone(made, made.draft.body.replace("\n\n", "\n").upper() + " P.S. Call us.")
    assert is_gone(made, made.draft.body.replace(made.shown, "something else"))
    if kind is Fault.NAME:
        assert is_gone(made, draft.body.replace("Petra Vane", f"{made.shown}son")), "another name begins alike"
    if kind in SENTENCES:
        assert not is_gone(made, made.draft.body.replace(made.shown, made.shown.replace("You need", "So you need")))


def test_a_draft_that_holds_nothing_to_change_gets_none() -> None:
    assert planted(Draft("Re: x", "Thank you.", Tone.NEUTRAL, "sv"), invoices=[], today=TODAY, lot=3) is None
    said = planted(Draft("Re: x", "Thank you.", Tone.NEUTRAL, "en"), invoices=[], today=TODAY, lot=0)
    assert said is not None
    assert said.draft.body == "Thank you. You need not pay the reminder fee."


ODD = [
    "Dear ",
    "Petra",
    "\n\n",
    ",",
    "5 June 2026",
    "1.6.",
    "100,00 €",
    "1²",
    "٣",
    INVOICE,
    "INV-²",
    " ",
    "x",
    "\u202f",
    "⟨PERSON_1⟩",
]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(ODD), max_size=12).map("".join), st.sampled_from(LANGUAGES), st.integers(0, 999))
def test_whatever_a_model_writes_a_fault_changes_it_or_there_is_none(body: str, language: str, lot: int) -> None:
    made = planted(Draft("", body, Tone.NEUTRAL, language), invoices=[INVOICE, "INV-²"], today=TODAY, lot=lot)
    assert made is None or (
        made.draft.body != body and made.shown in made.draft.body and not is_gone(made, made.draft.body)
    )


def test_only_everyday_mail_of_a_company_is_fit() -> None:
    plain = {"is_strategic": False, "is_natural_person": False, "is_odd": False}
    everyday = [Intent.PAYMENT_PROMISE, Intent.QUERY]
    assert is_fit(["approval_required"], everyday, **plain)
    assert not is_fit([], everyday, **plain)
    assert not is_fit(["approval_required", "unverified_sender"], everyday, **plain)
    assert not is_fit(["approval_required"], [], **plain)
    for grave in (
        set(Intent)
        - {Intent.PAYMENT_PROMISE, Intent.PAYMENT_CONFIRMATION, Intent.DOCUMENT_REQUEST}
        - {
            Intent.CONTACT_UPDATE,
            Intent.QUERY,
            Intent.ACKNOWLEDGEMENT,
        }
    ):
        assert not is_fit(["approval_required"], [*everyday, grave], **plain)
    for sign in plain:
        assert not is_fit(["approval_required"], everyday, **{**plain, sign: True})
    assert [lot for lot in range(60) if is_drawn(lot, 20)] == [0, 20, 40]
    assert not is_drawn(0, 0)
