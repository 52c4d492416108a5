"""The figures, from what people did. Plain functions over decided reviews; each says what it counts.

An approval is *unedited* when the draft left as it was written. A decision *overrules* the agent when the person edited
the draft, sent the mail back or ignored it. Approvals by Duebox itself count for neither.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from app.db.repositories.handled import Handled

APPROVE, EDIT = "approve", "edit"
LONGEST_SITTING = timedelta(minutes=15)
"""Two decisions of one person further apart than this are two sittings: the time between them was not work."""

FEWEST_FOR_DRIFT = 20
DEVIATIONS = 2.0


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


def unedited(rows: Iterable[Handled], name: str = "") -> Share:
    approved = [row for row in by_people(rows) if row.action in {APPROVE, EDIT}]
    return Share(name, sum(row.action == APPROVE for row in approved), len(approved))


def overruled(rows: Iterable[Handled], name: str = "") -> Share:
    decided = by_people(rows)
    return Share(name, sum(row.action != APPROVE for row in decided), len(decided))


def overruled_by(rows: Iterable[Handled], keys: Callable[[Handled], Iterable[str]]) -> list[Share]:
    """The most often overruled first; a row under several keys counts for each."""
    groups: dict[str, list[Handled]] = defaultdict(list)
    for row in by_people(rows):
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
    return spread(max(row.first_touch - row.received_at, timedelta()) for row in rows if row.first_touch)


def to_answer(rows: Iterable[Handled]) -> Spread:
    return spread(max(row.sent_at - row.received_at, timedelta()) for row in rows if row.sent_at)


def late(rows: Iterable[Handled], name: str = "") -> Share:
    """Decisions that came later than the queue asks for, of those that it asked by a time."""
    asked = [row for row in rows if row.due_at is not None]
    return Share(name, sum(row.due_at is not None and row.decided_at > row.due_at for row in asked), len(asked))


def handling(rows: Iterable[Handled]) -> Spread:
    """How long a mail took a person: the time since their decision before, within one sitting."""
    moments: dict[UUID, list[datetime]] = defaultdict(list)
    for row in rows:
        if row.by is not None:
            moments[row.by].append(row.decided_at)
    gaps = (later - earlier for times in moments.values() for earlier, later in pairwise(sorted(times)))
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


def calibration(rows: Iterable[Handled], bins: int = 5) -> list[Share]:
    """How often people left it as it was at each level of confidence; the name is the level's middle, in percent."""
    parts: Counter[int] = Counter()
    wholes: Counter[int] = Counter()
    for row in by_people(rows):
        level = min(int(row.confidence * bins), bins - 1)
        wholes[level] += 1
        parts[level] += row.action == APPROVE
    return [Share(str(round((level + 0.5) * 100 / bins)), parts[level], wholes[level]) for level in range(bins)]
