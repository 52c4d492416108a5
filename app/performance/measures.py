"""The figures, from what people did. Plain functions over decided reviews; each says what it counts.

An approval is *unedited* when the draft left as it was written. A decision *overrules* the agent when the person edited
the draft, sent the mail back or ignored it. Approvals by Duebox itself count for neither, nor do decisions right after
a test item: who was just told what to look at says little of the agent, and took longer for it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from app.db.repositories.handled import Handled
from app.db.repositories.planted import Item
from app.domain.outcome import wilson
from app.domain.planted import Fault, Verdict

APPROVE, EDIT = "approve", "edit"
LONGEST_SITTING = timedelta(minutes=15)
"""Two decisions of one person further apart than this are two sittings: the time between them was not work."""

FEWEST_FOR_DRIFT = 20
TENTHS = 10
FEWEST_IN_TENTH = 5
"""Fewer mails than these say nothing about how often people agree."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, under a name."""

    name: str
    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Spread:
    """Half take at most `half` seconds, nine in ten at most `most`; None without any."""

    half: float | None
    most: float | None
    count: int


def by_people(rows: Iterable[Handled]) -> list[Handled]:
    return [row for row in rows if row.by is not None]


def unprompted(rows: Iterable[Handled]) -> list[Handled]:
    return [row for row in rows if not row.was_tested]


def unedited(rows: Iterable[Handled], name: str = "") -> Share:
    approved = [row for row in by_people(unprompted(rows)) if row.action in {APPROVE, EDIT}]
    return Share(name, sum(row.action == APPROVE for row in approved), len(approved))


def overruled(rows: Iterable[Handled], name: str = "") -> Share:
    decided = by_people(unprompted(rows))
    return Share(name, sum(row.action != APPROVE for row in decided), len(decided))


def overruled_by(rows: Iterable[Handled], keys: Callable[[Handled], Iterable[str]]) -> list[Share]:
    """The most often overruled first; a row under several keys counts for each."""
    groups: dict[str, list[Handled]] = defaultdict(list)
    for row in by_people(unprompted(rows)):
        for key in keys(row):
            groups[key].append(row)
    shares = [overruled(group, name) for name, group in groups.items()]
    return sorted(shares, key=lambda share: (-(share.rate or 0), -share.whole, share.name))


def spread(spans: Iterable[timedelta]) -> Spread:
    seconds = sorted(span.total_seconds() for span in spans)
    if not seconds:
        return Spread(None, None, 0)
    last = len(seconds) - 1
    return Spread(seconds[round(last * 0.5)], seconds[round(last * 0.9)], len(seconds))


def to_first_touch(rows: Iterable[Handled]) -> Spread:
    """In working hours of the team whose mailbox it came to."""
    return spread(row.hours.between(row.received_at, row.first_touch) for row in unprompted(rows) if row.first_touch)


def to_answer(rows: Iterable[Handled]) -> Spread:
    """In working hours likewise."""
    return spread(row.hours.between(row.received_at, row.sent_at) for row in unprompted(rows) if row.sent_at)


def late(rows: Iterable[Handled], *, waiting: int = 0) -> Share:
    """Decisions that came later than the queue asks for, and what is `waiting` although its time is over, of those that
    it asked by a time."""
    asked = [row for row in unprompted(rows) if row.due_at is not None]
    came_late = sum(row.due_at is not None and row.decided_at > row.due_at for row in asked)
    return Share("", came_late + waiting, len(asked) + waiting)


def handling(rows: Iterable[Handled]) -> Spread:
    """How long a mail took a person: the time since their decision before, within one sitting. Of a test item it is not
    known: it was decided twice."""
    moments: dict[UUID, list[tuple[datetime, bool]]] = defaultdict(list)
    for row in rows:
        if row.by is not None:
            moments[row.by].append((row.decided_at, row.was_tested))
    pairs = (pair for times in moments.values() for pair in pairwise(sorted(times)))
    gaps = (later - earlier for (earlier, _), (later, was_tested) in pairs if not was_tested)
    return spread(gap for gap in gaps if gap <= LONGEST_SITTING)


def weeks(rows: Iterable[Handled], first: date, count: int) -> list[tuple[date, list[Handled]]]:
    """The rows of each week, by its Monday, those without any included."""
    found: dict[date, list[Handled]] = {first + timedelta(weeks=n): [] for n in range(count)}
    for row in rows:
        monday = row.decided_at.date() - timedelta(days=row.decided_at.weekday())
        if monday in found:
            found[monday].append(row)
    return sorted(found.items())


def drift(agreement: Sequence[Share]) -> float | None:
    """By how many standard deviations the newest week agrees less (negative) or more than the weeks before it; None
    where there is too little to say so."""
    if len(agreement) <= 1:
        return None
    newest, before = agreement[-1], agreement[:-1]
    part, whole = sum(share.part for share in before), sum(share.whole for share in before)
    if whole < FEWEST_FOR_DRIFT or newest.whole < FEWEST_FOR_DRIFT:
        return None
    expected = part / whole
    deviation = (expected * (1 - expected) * (1 / whole + 1 / newest.whole)) ** 0.5
    return (newest.part / newest.whole - expected) / deviation if deviation else 0.0


@dataclass(frozen=True, slots=True)
class Tenth:
    """The mails that the agent was from `least` to a tenth more sure of: how sure in the mean, and how many of them
    people left as they were."""

    least: float
    sure: float | None
    left: Share

    @property
    def most(self) -> float:
        return self.least + 1 / TENTHS

    @property
    def is_thin(self) -> bool:
        return self.left.whole < FEWEST_IN_TENTH

    @property
    def reach(self) -> tuple[float, float] | None:
        """Between what the share lies (95 %, Wilson); None without any."""
        return wilson(self.left.part, self.left.whole) if self.left.whole else None


def calibration(rows: Iterable[Handled]) -> list[Tenth]:
    """How often people agreed, by how sure the agent was. Whoever puts a fact right does not agree, whatever they do
    then; what was read as a person had said before is left out, because the agent was only as sure as they were."""
    levels: list[list[Handled]] = [[] for _ in range(TENTHS)]
    for row in by_people(unprompted(rows)):
        if not row.was_told:
            levels[min(int(row.confidence * TENTHS), TENTHS - 1)].append(row)
    return [_tenth(number / TENTHS, level) for number, level in enumerate(levels)]


def _tenth(least: float, level: Sequence[Handled]) -> Tenth:
    left = sum(row.action == APPROVE and not row.was_corrected for row in level)
    sure = sum(row.confidence for row in level) / len(level) if level else None
    return Tenth(least, sure, Share("", left, len(level)))


@dataclass(frozen=True, slots=True)
class Catches:
    """What became of test items; `planted` counts those too that nobody has decided on yet."""

    name: str
    planted: int
    caught: int
    missed: int
    withdrawn: int

    @property
    def rate(self) -> float | None:
        return Share(self.name, self.caught, self.caught + self.missed).rate

    @property
    def reach(self) -> tuple[float, float] | None:
        """Between what the rate lies (95 %, Wilson); None without any."""
        decided = self.caught + self.missed
        return wilson(self.caught, decided) if decided else None


def catches(items: Iterable[Item], name: str = "") -> Catches:
    verdicts = Counter(item.verdict for item in items)
    return Catches(
        name, verdicts.total(), verdicts[Verdict.CAUGHT], verdicts[Verdict.MISSED], verdicts[Verdict.WITHDRAWN]
    )


def catches_by_fault(items: Iterable[Item]) -> list[Catches]:
    """The kinds of fault that were planted, in their order."""
    kinds: dict[Fault, list[Item]] = defaultdict(list)
    for item in items:
        kinds[item.fault].append(item)
    return [catches(kinds[fault], fault.value) for fault in Fault if fault in kinds]


def catches_by_week(items: Iterable[Item]) -> list[tuple[date, Catches]]:
    """The weeks in which something was planted, by their Monday, the newest first."""
    weeks: dict[date, list[Item]] = defaultdict(list)
    for item in items:
        weeks[item.planted_at.date() - timedelta(days=item.planted_at.weekday())].append(item)
    return [(monday, catches(weeks[monday])) for monday in sorted(weeks, reverse=True)]
