"""`python -m evals reminders`: every stage, tone and language of a reminder, for one sample account, as golden files.

A native reader reviews them; a test compares them, so that no change of wording goes unseen.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

from agents.reminders.brief import Claim, CreditNote, DueInvoice, ReminderBrief
from agents.reminders.graph import build_reminder_graph, draft_reminder
from agents.reminders.result import ReminderDraft
from app.domain.company import Company
from app.domain.intents import LANGUAGES, Tone
from app.domain.reminder import Stage
from app.mind import build_reminder_context
from app.thinking import MindConfig

GOLDEN = Path(__file__).with_name("golden") / "reminders"
TODAY = date(2026, 10, 15)
CONTACTS = {
    "en": "Rosalind Hart",
    "fr": "Camille Morel",
    "de": "Jonas Weber",
    "es": "Lucía Ortega",
    "nl": "Sanne de Vries",
    "it": "Giulia Ferri",
    "pt": "Inês Carvalho",
}
SELLER = Company(
    id="sample",
    name="Kestrel Paper Co.",
    address="4 Mill Lane, Leeds",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    signature="Kestrel Paper Co., Accounts Receivable",
)


def sample(stage: Stage, tone: Tone, language: str) -> ReminderBrief:
    """One fixed account: three overdue invoices, one of them disputed in part, and a credit note; one invoice in all
    tones but neutral, so that both ways of speaking are seen."""
    is_courtesy, is_formal = stage is Stage.COURTESY, stage is Stage.FORMAL
    invoices = _due_soon() if is_courtesy else _overdue()
    several = tone is Tone.NEUTRAL
    return ReminderBrief(
        stage=stage,
        tone=tone,
        language=language,
        today=TODAY,
        currency="EUR",
        company=SELLER,
        customer="Oakdale Print Ltd",
        invoices=invoices if several else invoices[:1],
        credit_notes=(_credit(),) if several and not is_courtesy else (),
        addressee=CONTACTS[language] if tone is not Tone.FIRM else "",
        is_person=tone is Tone.WARM,
        last_contact=date(2026, 9, 28) if stage in {Stage.SECOND, Stage.THIRD, Stage.FORMAL} else None,
        broken_promise=date(2026, 10, 5) if tone is Tone.FIRM and not is_courtesy else None,
        pay_by=date(2026, 10, 29) if is_formal else None,
        approver="Eleanor Voss" if is_formal else "",
        claim=Claim(Decimal("23.17"), Decimal("40.00"), "2011/7/EU") if is_formal and several else None,
    )


@cache
def golden_texts() -> Mapping[Path, str]:
    """What each file must hold, by its path below GOLDEN."""
    return {
        Path(language, f"{brief.stage}-{brief.tone}.txt"): f"Subject: {draft.subject}\n\n{draft.body}\n"
        for (language, brief), draft in zip(_briefs(), asyncio.run(_drafts()), strict=True)
    }


def write_golden(folder: Path = GOLDEN) -> int:
    texts = golden_texts()
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return len(texts)


def differing(folder: Path = GOLDEN) -> list[str]:
    """Files that are missing, too many, or not what is drafted now."""
    texts = golden_texts()
    kept = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in folder.glob("*/*.txt")}
    return sorted(str(path) for path in texts.keys() | kept.keys() if texts.get(path) != kept.get(path))


async def _drafts() -> list[ReminderDraft]:
    graph, context = build_reminder_graph(), build_reminder_context(MindConfig())
    return [await draft_reminder(graph, brief, context) for _, brief in _briefs()]


def _briefs() -> Iterator[tuple[str, ReminderBrief]]:
    for language, stage, tone in product(LANGUAGES, Stage, Tone):
        yield language, sample(stage, tone, language)


def _overdue() -> tuple[DueInvoice, ...]:
    return (
        DueInvoice("INV-20418", date(2026, 8, 31), Decimal("1250.00"), Decimal("1250.00"), date(2026, 8, 1)),
        DueInvoice(
            "INV-20533",
            date(2026, 9, 14),
            Decimal("3680.50"),
            Decimal("2680.50"),
            date(2026, 8, 15),
            disputed=Decimal("430.00"),
        ),
        DueInvoice(
            "INV-20611",
            date(2026, 9, 30),
            Decimal("97.20"),
            Decimal("97.20"),
            date(2026, 8, 31),
            payment_link="https://pay.kestrel.example/i/20611",
        ),
    )


def _due_soon() -> tuple[DueInvoice, ...]:
    return (
        DueInvoice("INV-20702", date(2026, 10, 20), Decimal("845.00"), Decimal("845.00"), date(2026, 9, 20)),
        DueInvoice("INV-20719", date(2026, 10, 22), Decimal("1312.75"), Decimal("1312.75"), date(2026, 9, 22)),
    )


def _credit() -> CreditNote:
    return CreditNote("CN-3107", Decimal("-150.00"), Decimal("-150.00"), date(2026, 9, 2))
