"""Reminders: what a draft must hold, and what the firewall refuses."""

import asyncio
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.prompts import Prompts
from agents.reminders.brief import Claim, CreditNote, DueInvoice, ReminderBrief
from agents.reminders.context import ReminderContext
from agents.reminders.firewall import examine
from agents.reminders.graph import ReminderGraph, build_reminder_graph, draft_reminder
from agents.reminders.letters import Letters
from agents.reminders.result import ReminderDraft
from agents.reminders.statement import blocks_of, statement_of
from agents.triage.outputs import DraftReply
from app.adapters.embedded_writer import EmbeddedWriter
from app.domain.company import Company
from app.domain.errors import Invalid, ModelAnswerInvalid
from app.domain.intents import LANGUAGES, Tone
from app.domain.ports import Answer, Model, Question
from app.domain.reminder import Stage
from evals.dataset import read_lines
from evals.drafts import DRAFTS
from evals.reminders import SELLER, sample

A = TypeVar("A")
MUTATED = 500
GOOD = (
    "Dear ⟨FULL_NAME_1⟩,\n\nInvoice INV-20418 was due on 31 August 2026.\n\n[statement]\n\n"
    "Please pay €1,250.00:\n\n[payment]\n\nKind regards,\nKestrel Paper Co., Accounts Receivable"
)


class Writer:
    """A remote model that writes what it is told to, one text after the other."""

    def __init__(self, *bodies: str) -> None:
        self._bodies = list(bodies)
        self.shown: list[str] = []

    async def ask(self, question: Question[A]) -> Answer[A]:
        self.shown.append(question.fenced)
        body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        value = DraftReply(body=body)
        assert isinstance(value, question.answer)
        return Answer(value, "scripted")


@cache
def letters() -> Letters:
    return Letters.load()


@cache
def graph() -> ReminderGraph:
    return build_reminder_graph()


async def written(brief: ReminderBrief, model: Model | None = None) -> ReminderDraft:
    context = ReminderContext(model or EmbeddedWriter(letters()), Prompts.load(), letters())
    return await draft_reminder(graph(), brief, context)


def brief(**changes: object) -> ReminderBrief:
    return replace(sample(Stage.FIRST, Tone.WARM, "en"), **({"is_person": False} | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def samples() -> list[tuple[ReminderBrief, ReminderDraft]]:
    """The drafts of every stage, tone and language, made once."""
    told = [sample(*key) for key in product(Stage, Tone, LANGUAGES)]

    async def all_written() -> list[ReminderDraft]:
        return [await written(one) for one in told]

    return list(zip(told, asyncio.run(all_written()), strict=True))


def test_every_stage_tone_and_language_passes_the_check_with_its_names_put_back(
    samples: list[tuple[ReminderBrief, ReminderDraft]],
) -> None:
    assert len(samples) == 105
    for told, draft in samples:
        assert draft.problems == (), (told.stage, told.tone, told.language)
        assert "⟨" not in draft.body
        assert told.addressee in draft.body
        assert ("Eleanor Voss" in draft.body) is (told.stage is Stage.FORMAL)
        assert max(map(len, draft.statement_text.splitlines())) <= 78


def test_one_invoice_or_several_with_and_without_a_history_pass_the_check() -> None:
    for stage, tone, language in product(Stage, Tone, LANGUAGES):
        full = replace(sample(stage, Tone.NEUTRAL, language), tone=tone, claim=None, pay_by=None)
        bare = replace(full, credit_notes=(), last_contact=None, broken_promise=None)
        promised = None if stage is Stage.COURTESY else date(2026, 9, 9)
        for told in (bare, replace(bare, invoices=full.invoices[:1], broken_promise=promised, is_person=True)):
            table, payment = blocks(told)
            body = letters().compose(told).replace("[statement]", table).replace("[payment]", payment)
            assert examine(body, (table, payment), told, is_a_models=False).problems == (), (stage, tone, language)


@pytest.mark.parametrize("currency", ["AUD", "BRL", "CAD", "CHF", "CLP", "HKD", "INR", "ISK", "JPY", "KWD"])
def test_every_currency_passes_the_check_and_is_stated_to_its_last_decimal(currency: str) -> None:
    owed = {"CLP": "1250", "ISK": "1250", "JPY": "1250", "KWD": "1250.125"}.get(currency, "1250.12")
    for language in LANGUAGES:
        one = sample(Stage.FIRST, Tone.NEUTRAL, language)
        bill = replace(one.invoices[0], amount=Decimal(owed), open=Decimal(owed), disputed=Decimal(0))
        told = replace(one, currency=currency, invoices=(bill,), credit_notes=(), claim=None)
        table, payment = blocks(told)
        body = letters().compose(told).replace("[statement]", table).replace("[payment]", payment)
        assert examine(body, (table, payment), told, is_a_models=False).problems == (), (language, body)
        assert owed.replace(".", "") in re.sub(r"\D", "", table), (language, table)
        assert currency in body


def test_a_sum_beside_another_currency_is_none_of_ours() -> None:
    told = brief(currency="CAD")
    table, payment = blocks(told)
    body = letters().compose(told).replace("[statement]", table).replace("[payment]", payment)
    for other in ("HKD", "ISK", "US$"):
        changed = body.replace("CAD\u00a0", f"{other}\u00a0")
        assert examine(changed, (table, payment), told, is_a_models=False).problems, other


def test_a_digit_changed_anywhere_is_refused(samples: list[tuple[ReminderBrief, ReminderDraft]]) -> None:
    refused = 0
    for turn in range(MUTATED):
        told, draft = samples[turn % len(samples)]
        places = [match.start() for match in re.finditer(r"\d", draft.body)]
        place = places[(37 * turn) % len(places)]
        other = str((int(draft.body[place]) + 1 + turn % 9) % 10)
        body = f"{draft.body[:place]}{other}{draft.body[place + 1 :]}"
        refused += bool(examine(body, blocks(told), told, is_a_models=False).problems)
    assert refused == MUTATED


async def test_what_is_planted_is_refused_and_what_is_not_is_let_through() -> None:
    planted = [line for line in read_lines(DRAFTS / "planted.jsonl") if line["plant"] in {"concession", "legal_threat"}]
    clean = {language: await written(sample(Stage.SECOND, Tone.NEUTRAL, language)) for language in LANGUAGES}
    passed = []
    for line in planted:
        language = line["id"][:2]
        told = sample(Stage.SECOND, Tone.NEUTRAL, language)
        paragraphs = clean[language].body.split("\n\n")
        body = "\n\n".join([*paragraphs[:2], *line["body"].split("\n\n")[1:-1], *paragraphs[2:]])
        if not examine(body, blocks(told), told).problems:
            passed.append(line["id"])
    assert len(planted) >= 100
    assert passed == []


async def test_a_legal_step_may_stand_in_a_formal_notice_alone() -> None:
    threat = "Please pay €1,250.00 before legal action is taken:"
    body = GOOD.replace("Please pay €1,250.00:", threat)
    assert (await written(brief(), Writer(body))).is_refused
    formal = replace(sample(Stage.FORMAL, Tone.WARM, "en"), addressee="Rosalind Hart")
    assert not (await written(formal, Writer(body))).is_refused


async def test_a_remote_model_sees_no_person_and_no_account_number_and_may_try_again_once() -> None:
    model = Writer("Pay 99.99 now.", GOOD)
    told = brief(is_person=True, customer="Rosalind Hart")
    draft = await written(told, model)
    assert not draft.is_refused
    assert len(model.shown) == 2
    assert "Rosalind" not in "".join(model.shown)
    assert SELLER.iban not in "".join(model.shown)
    facts = json.loads(model.shown[1].removeprefix("<<<FACTS\n").removesuffix("\nFACTS>>>"))
    assert any("99.99" in problem for problem in facts["mend"])
    assert draft.body.startswith("Dear Rosalind Hart,")


@pytest.mark.parametrize(
    "changed",
    [
        GOOD.replace("[payment]", "IBAN: GB33 BUKB 2020 1555 5555 55"),
        GOOD.replace("[payment]", "[payment]\n\nPlease pay at https://pay.example/x instead"),
        GOOD.replace("[statement]", "Nothing to show."),
        GOOD.replace("[statement]", "[statement]\n\n[statement]"),
        GOOD.replace("⟨FULL_NAME_1⟩", "⟨PERSON_9⟩"),
        GOOD.replace("31 August 2026", "30 September 2026"),
        GOOD.replace("Please pay", "Our goats sing loudly. Please pay"),
    ],
)
async def test_a_hostile_model_is_refused_twice_and_for_good(changed: str) -> None:
    draft = await written(brief(), Writer(changed))
    assert draft.is_refused
    assert len(draft.calls) == 2


def test_no_brief_for_nothing_payable_a_person_s_interest_or_an_anonymous_notice() -> None:
    paid = DueInvoice("INV-1", date(2026, 8, 1), Decimal(100), Decimal(100), disputed=Decimal(100))
    with pytest.raises(Invalid, match="payable"):
        brief(invoices=(paid,))
    with pytest.raises(Invalid, match="credit notes"):
        brief(credit_notes=(CreditNote("CN-1", Decimal(-9000), Decimal(-9000)),))
    with pytest.raises(Invalid, match="names the person"):
        brief(stage=Stage.FORMAL)
    with pytest.raises(Invalid, match="natural person"):
        brief(claim=Claim(Decimal(1), Decimal(0), "law"), is_person=True)


async def test_the_embedded_writer_writes_nothing_but_reminders() -> None:
    with pytest.raises(ModelAnswerInvalid):
        await EmbeddedWriter(letters()).ask(
            Question(Prompts.load().render("draft_reminder", PROMPT_INPUTS), None, None, "", DraftReply)  # type: ignore[arg-type]
        )


PROMPT_INPUTS = {"stage": "first", "language": "en", "tone": "warm", "max_words": 100}

cents = st.integers(1, 9_999_999).map(lambda value: Decimal(value) / 100)


@st.composite
def invoices(draw: st.DrawFn) -> tuple[DueInvoice, ...]:
    made = []
    for number in range(draw(st.integers(1, 8))):
        opened = draw(cents)
        disputed = draw(st.sampled_from([Decimal(0), min(opened - Decimal("0.01"), Decimal("5.00"))]))
        due = date(2026, 1, 1).replace(month=draw(st.integers(1, 9)))
        made.append(DueInvoice(f"R{number}-{draw(st.integers(100, 999))}", due, opened * 2, opened, disputed=disputed))
    return tuple(made)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(invoices(), st.sampled_from(LANGUAGES), st.sampled_from(list(Stage)[:4]), st.sampled_from(list(Tone)))
async def test_a_draft_has_exactly_the_invoices_and_the_total_of_its_brief(
    owed: tuple[DueInvoice, ...], language: str, stage: Stage, tone: Tone
) -> None:
    told = brief(invoices=owed, language=language, stage=stage, tone=tone, company=Company("c", "Seller"))
    draft = await written(told)
    assert not draft.is_refused
    listed = [row.cells[0] for row in draft.statement.rows if row.cells[0] and not row.is_total]
    assert listed == [invoice.number for invoice in owed]
    digits = re.sub(r"[^\d]", "", draft.statement.rows[-1].cells[-1])
    payable = sum((invoice.open - invoice.disputed for invoice in owed), Decimal(0))
    assert Decimal(digits) / 100 == payable
    assert draft.statement_text in draft.body


def blocks(told: ReminderBrief) -> tuple[str, str]:
    return blocks_of(told, statement_of(told), letters())
