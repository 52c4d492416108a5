"""The figures of a simulated year: what the page draws and puts into its tables."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median, quantiles

from app.domain.intents import Tone
from app.domain.reminder import Stage, Why
from app.domain.review import CaseKind, CaseState
from evals.simulation import Said, What, Year
from evals.simulation_world import Case, Debtor

GROUPS: Mapping[str, tuple[str, frozenset[Why]]] = {
    "ours": ("a step is due", frozenset({Why.DUE})),
    "person": (
        "left to a person",
        frozenset({Why.STEPS_DONE, Why.FORMAL_NEEDS_PERSON, Why.STRATEGIC_ACCOUNT, Why.NO_CONTACT, Why.TALK_FIRST}),
    ),
    "promised": ("promised", frozenset({Why.PROMISE_RUNNING})),
    "time": ("more time asked for, granted, or a plan", frozenset({Why.EXTENSION, Why.PLAN_RUNNING})),
    "dispute": ("in dispute", frozenset({Why.DISPUTE})),
    "hold": ("held, or in hardship", frozenset({Why.HOLD, Why.HARDSHIP})),
    "theirs": ("they wrote lately", frozenset({Why.UNANSWERED_MAIL, Why.ENGAGED})),
    "seen": ("a payment was seen", frozenset({Why.PAYMENT_SEEN})),
    "cap": ("contact cap", frozenset({Why.CONTACT_CAP, Why.QUIET_HOURS})),
    "stale": ("ledger too old", frozenset({Why.STALE_DATA})),
}
"""Reasons that the picture of outcomes shows, by colour. What is paid, not due yet, netted or too small is left out."""

ENDS = {"kept": CaseState.KEPT, "partly": CaseState.PARTLY_KEPT, "broken": CaseState.BROKEN}


def weeks(year: Year) -> list[date]:
    monday = year.first - timedelta(days=year.first.weekday())
    return [monday + timedelta(days=7 * n) for n in range((year.last - monday).days // 7 + 1)]


def outcomes_by_week(year: Year) -> dict[str, list[int]]:
    return {
        colour: [sum(year.outcomes[week, why] for why in whys) for week in weeks(year)]
        for colour, (_name, whys) in GROUPS.items()
    }


def outcomes_by_reason(year: Year) -> list[tuple[str, int]]:
    totals: Counter[Why] = Counter()
    for (_week, why), count in year.outcomes.items():
        totals[why] += count
    return [(why.value, totals[why]) for why in Why if totals[why]]


def said_by_week(year: Year, key: Callable[[Said], str], names: Iterable[str]) -> dict[str, list[int]]:
    counts = Counter((key(said), said.day - timedelta(days=said.day.weekday())) for said in year.said)
    return {name: [counts[name, week] for week in weeks(year)] for name in names}


def stages_and_tones(year: Year) -> list[tuple[str, ...]]:
    """A row a stage, a column a tone, then how many a person did."""
    counts = Counter((said.stage, said.tone) for said in year.said)
    people = Counter(said.stage for said in year.said if said.by_person)
    return [(stage, *(str(counts[stage, tone]) for tone in Tone), str(people[stage])) for stage in Stage]


def firmer_after_broken(year: Year) -> list[tuple[str, ...]]:
    """Tones of second stages to companies, before and after they had broken a promise."""
    counts: Counter[tuple[bool, Tone]] = Counter()
    for said in (said for said in year.said if said.stage is Stage.SECOND):
        debtor = year.debtors[said.customer_id]
        if not debtor.customer.natural_person:
            counts[_has_broken(debtor, said.day), said.tone] += 1
    return [
        (name, *(str(counts[is_broken, tone]) for tone in Tone))
        for name, is_broken in (("no promise broken", False), ("a promise broken", True))
    ]


def _has_broken(debtor: Debtor, day: date) -> bool:
    return any(
        case.kind is CaseKind.PROMISE and case.state is CaseState.BROKEN and case.ended_on and case.ended_on <= day
        for case in debtor.cases
    )


def contacts_per_week(year: Year) -> list[tuple[int, int, int]]:
    """(how many, customer-weeks with so many reminders, customer-weeks with so many contacts, our answers counted)."""
    reminders = Counter((said.customer_id, said.day.isocalendar()[:2]) for said in year.said)
    everything = Counter(
        (debtor.customer.id, moment.date().isocalendar()[:2])
        for debtor in year.debtors.values()
        for moment in debtor.contacted
    )
    ours, every = Counter(reminders.values()), Counter(everything.values())
    return [(count, ours[count], every[count]) for count in range(1, max([*every, 2]) + 1)]


def promises_by_month(year: Year) -> tuple[list[str], dict[str, list[int]]]:
    """Ended promises by the month of their end."""
    ended = [case for _debtor, case in year.cases(CaseKind.PROMISE) if case.ended_on]
    months = sorted({(week.year, week.month) for week in weeks(year) if week >= year.first})
    counts = Counter((case.state, (case.ended_on.year, case.ended_on.month)) for case in ended if case.ended_on)
    names = [f"{date(y, m, 1):%b}" for y, m in months]
    return names, {name: [counts[state, month] for month in months] for name, state in ENDS.items()}


@dataclass(frozen=True, slots=True)
class Delay:
    """Days from a contact until all that it named was paid; `never` counts those not paid when the year ends."""

    stage: Stage
    count: int
    low: float
    middle: float
    high: float
    within_14: int
    never: int


def delays(year: Year) -> list[Delay]:
    found: list[Delay] = []
    for stage in Stage:
        said = [one for one in year.said if one.stage is stage]
        days = [days for one in said if (days := _days_to_payment(year, one)) is not None]
        low, middle, high = quantiles(days, n=4) if len(days) > 1 else (0.0, median(days or [0]), 0.0)
        soon = sum(day <= 14 for day in days)  # noqa: PLR2004
        found.append(Delay(stage, len(said), low, middle, high, soon, len(said) - len(days)))
    return [delay for delay in found if delay.count]


def _days_to_payment(year: Year, said: Said) -> int | None:
    paid = [year.debtors[said.customer_id].bill(number).paid_on for number in said.invoices]
    days = [day for day in paid if day is not None and day <= year.last]
    return (max(days) - said.day).days if len(days) == len(paid) else None


@dataclass(frozen=True, slots=True)
class Example:
    """A customer whose year shows a rule at work."""

    title: str
    debtor: Debtor
    caption: str


CAPTIONS = {
    "Pays promptly": "Pays near the due date: hears the courtesy and now and then a first step, and nothing beyond.",
    "Promises, and keeps it": (
        "From the mail on, nothing is sent about what is promised. Kept promises leave the tone as it is; after two of "
        "them, each step comes five days later."
    ),
    "Promises, and breaks it": (
        "A promise is judged after its day and two business days of grace. Once it is broken, a person talks with them "
        "before anything else goes out, for as many days as the policy says; the next steps are a shade firmer."
    ),
    "Disputes": (
        "What is in dispute is not asked for. Other invoices go on, and so does the undisputed part once a person has "
        "confirmed the amount."
    ),
    "A natural person": "Slower steps, never firm, no record of promises and no average delay: nobody scores people.",
    "The contact has left": (
        "A machine's answer ends all mail to that address. Until a person confirms the successor, only another known "
        "contact is written to; without one there is a task instead."
    ),
    "On hold": "A person said not to contact them until a day. The plan obeys, and goes on where it stopped.",
    "Asks for time": (
        "From the request on, nothing is sent about it until a person decides. A granted day or plan is followed and "
        "judged like a promise."
    ),
}


def examples(year: Year) -> list[Example]:
    """One customer for each caption where the year has one, nobody twice."""
    taken: set[str] = set()
    found: list[Example] = []
    for title, rank in _ranks(year).items():
        able = [(rank(d), -len(_said_to(year, d)), key) for key, d in year.debtors.items() if key not in taken]
        best = max(able, default=None)
        if best is not None and best[0] > 0:
            taken.add(best[2])
            found.append(Example(title, year.debtors[best[2]], CAPTIONS[title]))
    return found


def _ranks(year: Year) -> Mapping[str, Callable[[Debtor], int]]:
    """The higher, the better a customer shows it; 0 is not at all."""

    def company(debtor: Debtor) -> bool:
        return not debtor.customer.natural_person

    def was(kind: CaseKind, *states: CaseState) -> Callable[[Debtor], int]:
        return lambda d: company(d) * min(len(_cases(d, kind, states)), 4) * bool(len(_said_to(year, d)) < 16)  # noqa: PLR2004

    def noted(what: What) -> Callable[[Debtor], int]:
        return lambda d: (
            len([event for event in year.of(d.customer.id) if event.what is what]) * bool(_said_to(year, d))
        )

    return {
        "A natural person": lambda d: (not company(d)) * min(len(_said_to(year, d)), 8),
        "On hold": lambda d: noted(What.HOLD)(d) * min(len(_said_to(year, d)), 8),
        "The contact has left": noted(What.CONTACT),
        "Disputes": was(CaseKind.DISPUTE, CaseState.RESOLVED),
        "Promises, and breaks it": was(CaseKind.PROMISE, CaseState.BROKEN),
        "Promises, and keeps it": lambda d: was(CaseKind.PROMISE, CaseState.KEPT)(d) * (not _breaks(d)),
        "Asks for time": was(CaseKind.EXTENSION, CaseState.KEPT, CaseState.BROKEN),
        "Pays promptly": lambda d: (
            company(d) * (not d.cases) * (20 - min(_late_steps(year, d), 19)) * _is_mild(year, d)
        ),
    }


def _breaks(debtor: Debtor) -> bool:
    return bool(_cases(debtor, CaseKind.PROMISE, (CaseState.BROKEN, CaseState.PARTLY_KEPT)))


def _late_steps(year: Year, debtor: Debtor) -> int:
    return sum(said.stage is not Stage.COURTESY for said in _said_to(year, debtor))


def _is_mild(year: Year, debtor: Debtor) -> bool:
    said = _said_to(year, debtor)
    return bool(said) and all(one.stage in {Stage.COURTESY, Stage.FIRST} for one in said)


def _cases(debtor: Debtor, kind: CaseKind, states: Sequence[CaseState]) -> list[Case]:
    return [case for case in debtor.cases if case.kind is kind and case.state in states]


def _said_to(year: Year, debtor: Debtor) -> list[Said]:
    return [said for said in year.said if said.customer_id == debtor.customer.id]
