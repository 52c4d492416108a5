"""`python -m evals drafts`: does the firewall refuse what must not leave, and let pass what may?

`cases.jsonl` holds mails and ledgers, `planted.jsonl` letters with one planted sentence, `good.jsonl` letters without,
`seen.jsonl` and `fresh.jsonl` both, by writers who knew nothing of the firewall, `reminders.jsonl` both, of reminders;
letters of our own templates and changes of one digit are made here, by code.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from agents.reminders.brief import ReminderBrief
from agents.reminders.firewall import examine as examine_reminder
from agents.reminders.letters import PAYMENT_SLOT, STATEMENT_SLOT, Letters
from agents.reminders.statement import blocks_of, statement_of
from agents.replies import Replies
from agents.triage.brief import DraftBrief, PaymentSeen, Topic, TopicFacts
from agents.triage.firewall import Sources, examine
from agents.triage.queries import open_items
from app.domain.account import Account, Invoice, InvoiceKind, InvoiceStatus, Payment
from app.domain.case import Letter
from app.domain.enclosures import DocumentKind
from app.domain.intents import DisputeReason, ExtensionKind, Reason, Tone
from app.domain.message import Screening
from app.domain.money import Money
from app.domain.proposal import Draft, ExtensionFact, Facts, PromiseFact
from app.domain.reminder import Stage
from app.domain.text import PLACEHOLDER, unredacted
from evals.dataset import DATASETS, Line, read_lines
from evals.reminders import sample

DRAFTS = DATASETS / "drafts"
ALTERED = 500


@dataclass(frozen=True, slots=True)
class Example:
    """A letter, and the firewall that it must pass. `plant`: what was planted in it; "" for a good one."""

    id: str
    body: str
    firewall: Callable[[str], tuple[str, ...]]
    plant: str = ""
    is_held_out: bool = False

    @property
    def problems(self) -> tuple[str, ...]:
        return self.firewall(self.body)


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures, their counts, and every example that went wrong with what the firewall had to say."""

    figures: Mapping[str, float]
    counts: Mapping[str, int]
    wrong: tuple[tuple[Example, tuple[str, ...]], ...]


def measure(folder: Path = DRAFTS, *, by_others: bool = True) -> Measured:
    """The shares of letters refused. Those `by_others` have no gates, and take as long to hear as all the rest."""
    groups = _groups(folder) | (_groups_by_others(folder) if by_others else {})
    wrong = [
        (example, problems)
        for example in {e.id: e for group in groups.values() for e in group}.values()
        if bool(problems := example.problems) == (not example.plant)
    ]
    ids = {example.id for example, _ in wrong}
    figures = {
        name: sum((e.id in ids) != bool(e.plant) for e in group) / max(len(group), 1) for name, group in groups.items()
    }
    return Measured(figures, {name: len(group) for name, group in groups.items()}, tuple(wrong))


def _groups(folder: Path) -> dict[str, list[Example]]:
    cases = _cases(folder)
    planted = list(_examples(read_lines(folder / "planted.jsonl"), cases))
    written = list(_examples(read_lines(folder / "good.jsonl"), cases))
    composed = list(_composed(cases))
    return {
        "planted.refused": [example for example in planted if not example.is_held_out],
        "planted.held_out.refused": [example for example in planted if example.is_held_out],
        "good.written.refused": [example for example in written if not example.is_held_out],
        "good.held_out.refused": [example for example in written if example.is_held_out],
        "good.composed.refused": composed,
        "altered.refused": list(_altered([*written, *composed])),
    }


def _groups_by_others(folder: Path) -> dict[str, list[Example]]:
    groups: dict[str, list[Example]] = {}
    for name in ("seen", "fresh"):
        written = list(_examples(read_lines(folder / f"{name}.jsonl"), _cases(folder)))
        groups[f"planted.{name}.refused"] = [example for example in written if example.plant]
        groups[f"good.{name}.refused"] = [example for example in written if not example.plant]
    for example in _reminders(read_lines(folder / "reminders.jsonl")):
        kind = f"{'planted' if example.plant else 'good'}{'.held_out' if example.is_held_out else ''}"
        groups.setdefault(f"reminders.{kind}.refused", []).append(example)
    return groups


def _cases(folder: Path) -> dict[str, Sources]:
    return {line["id"]: _sources(line) for line in read_lines(folder / "cases.jsonl")}


def our_letters(folder: Path = DRAFTS) -> list[str]:
    """The letters of our own templates, and those written without anything planted that were looked at."""
    written = [line["body"] for line in read_lines(folder / "good.jsonl") if not line["held_out"]]
    return [*written, *(example.body for example in _composed(_cases(folder)))]


def _examples(lines: Iterable[Line], cases: Mapping[str, Sources]) -> Iterator[Example]:
    for line in lines:
        held_out = bool(line.get("held_out"))
        firewall = _firewall(cases[line["case"]])
        yield Example(line["id"], line["body"], firewall, line.get("plant", ""), held_out)


def _firewall(sources: Sources) -> Callable[[str], tuple[str, ...]]:
    return lambda body: examine(Draft("", body, Tone.NEUTRAL, sources.language), sources).problems


def _reminders(lines: Iterable[Line]) -> Iterator[Example]:
    for line in lines:
        language, _, stage = line["case"].partition("-")
        brief = sample(Stage(stage), Tone.NEUTRAL, language)
        table, payment = blocks_of(brief, statement_of(brief), Letters.load())
        body = line["body"].replace(STATEMENT_SLOT, table).replace(PAYMENT_SLOT, payment)
        firewall = partial(_problems_of_reminder, (table, payment), brief)
        yield Example(line["id"], body, firewall, line.get("plant", ""), bool(line.get("held_out")))


def _problems_of_reminder(blocks: tuple[str, ...], brief: ReminderBrief, body: str) -> tuple[str, ...]:
    return examine_reminder(body, blocks, brief).problems


def _composed(cases: Mapping[str, Sources]) -> Iterator[Example]:
    """A letter of our templates for every case, tone and situation that the case has facts for."""
    replies = Replies.load()
    for (name, sources), tone in product(cases.items(), Tone):
        for number, topics in enumerate(_topics(name.rpartition("-")[2], sources)):
            brief = DraftBrief(
                language=sources.language,
                tone=tone,
                topics=topics,
                team=sources.team,
                max_words=sources.max_words,
                addressee=sources.letter.sender_placeholder if number % 2 else "",
                country=sources.account.country,
                payment=PaymentSeen.FOUND if number % 2 else PaymentSeen.NOT_FOUND,
                may_use_ledger=True,
            )
            yield Example(f"{name}-{tone}-{number}", replies.compose(brief), _firewall(replace(sources, is_ours=True)))


def _topics(kind: str, sources: Sources) -> Iterator[tuple[TopicFacts, ...]]:
    numbers, facts = tuple(sorted(sources.invoices)), sources.facts
    about = TopicFacts(Topic.QUERY_RECEIVED, numbers, are_invoices=True)
    first = next(invoice for invoice in sources.account.invoices if invoice.number == numbers[0])
    match kind:
        case "terms":
            until = facts.extension.until if facts.extension else None
            yield (replace(about, topic=Topic.EXTENSION_RECEIVED, kind=ExtensionKind.DUE_DATE, day=until),)
            yield (
                TopicFacts(Topic.HARDSHIP_RECEIVED),
                replace(about, topic=Topic.EXTENSION_RECEIVED, kind=ExtensionKind.INSTALMENTS),
            )
            yield (replace(about, topic=Topic.EXTENSION_RECEIVED, kind=ExtensionKind.PARTIAL_SETTLEMENT),)
        case "dispute":
            yield (replace(about, topic=Topic.DISPUTE_RECEIVED, reason=DisputeReason.QUALITY),)
            yield (TopicFacts(Topic.LEGAL_RECEIVED, legal=Reason.LEGAL), replace(about, topic=Topic.DISPUTE_RECEIVED))
            yield (replace(about, topic=Topic.THIN_MESSAGE),)
        case _:
            promise = facts.promise or PromiseFact()
            paid = replace(about, topic=Topic.PAYMENT_NOTED, invoices=(first.number,), amount=first.amount.amount)
            noted = replace(
                about, topic=Topic.PROMISE_NOTED, invoices=promise.invoices, day=promise.day, amount=promise.amount
            )
            copy = replace(
                about,
                topic=Topic.DOCUMENTS_ON_THE_WAY,
                document=DocumentKind.INVOICE_COPY,
                is_owed=True,
                owed=numbers,
            )
            currency = first.amount.currency
            yield (replace(noted, currency=currency), copy)
            yield (replace(paid, currency=currency), about)
            yield (replace(about, topic=Topic.PROMISE_WITHOUT_DATE), TopicFacts(Topic.CONTACT_NOTED))
            items = open_items(sources.account, promise.invoices)
            yield (replace(about, topic=Topic.QUERY_ANSWERED, invoices=promise.invoices, payments=items),)


def _altered(good: Iterable[Example]) -> Iterator[Example]:
    """Good drafts with one digit of a fact turned into another; digits of placeholders are no facts."""
    made: Counter[str] = Counter()
    for step in range(1, 10):
        for example in good:
            hidden = [range(*match.span()) for match in PLACEHOLDER.finditer(example.body)]
            digits = [m.start() for m in re.finditer(r"\d", example.body) if not any(m.start() in h for h in hidden)]
            if not digits or made.total() >= ALTERED:
                continue
            place = digits[(7 * step + len(example.id)) % len(digits)]
            other = str((int(example.body[place]) + step) % 10)
            made[example.id] += 1
            body = f"{example.body[:place]}{other}{example.body[place + 1 :]}"
            yield Example(f"{example.id}-digit{made[example.id]}", body, example.firewall, "digit")


def _sources(line: Line) -> Sources:
    return Sources(
        letter=Letter(
            subject=unredacted(line["subject"]),
            body=unredacted(line["body"]),
            attachments=(),
            language=line["language"],
            received_at=datetime.fromisoformat(line["received_at"]),
            screening=Screening(),
            sender_placeholder="⟨PERSON_1⟩",
        ),
        account=_account(line),
        facts=_facts(line),
        invoices=frozenset(line["concerns"]),
        language=line["language"],
        may_use_ledger=True,
        team=line["team"],
        mailbox_address="ar@seller.example",
        max_words=180,
    )


def _account(line: Line) -> Account:
    return Account(
        customer_id="c",
        name=line["customer"],
        language=line["language"],
        country=line["country"],
        invoices=tuple(_invoice(row) for row in line["invoices"]),
        payments=tuple(
            Payment(_day(row), Money(Decimal(row["amount"]), row["currency"]), invoice_number=row["invoice"])
            for row in line.get("payments", ())
        ),
    )


def _invoice(row: Mapping[str, Any]) -> Invoice:
    return Invoice(
        row["number"],
        InvoiceKind.INVOICE,
        Money(Decimal(row["amount"]), row["currency"]),
        Money(Decimal(row["open"]), row["currency"]),
        date.fromisoformat(row["due_date"]),
        date.fromisoformat(row["issue_date"]),
        InvoiceStatus(row["status"]),
    )


def _facts(line: Line) -> Facts:
    promise, extension = line.get("promise"), line.get("extension")
    return Facts(
        promise=promise
        and PromiseFact(_day(promise), Decimal(promise["amount"]), promise["currency"], tuple(promise["invoices"])),
        extension=extension and ExtensionFact(ExtensionKind(extension["kind"]), date.fromisoformat(extension["until"])),
    )


def _day(row: Mapping[str, Any]) -> date:
    return date.fromisoformat(row["date"])
