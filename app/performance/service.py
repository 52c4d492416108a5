"""Quality and work: how often people agree with the agent, how long customers wait, what it costs and saves.

Figures about one person are shown to that person. To anybody else only once a manager has switched them on, in a team
that is large enough, having been shown what the law asks; that is a decision in the audit chain.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from app.db.narrowing import unnarrowed
from app.db.repositories.guidance import DRAFT
from app.db.repositories.handled import MOST as MOST_READ
from app.db.repositories.handled import Handled, HandledReviews
from app.db.repositories.planted import Item
from app.db.repositories.spending import Spending
from app.db.tables.oversight import Switch
from app.db.uow import Database, Uow
from app.domain.changes import distance
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.intents import Route
from app.domain.people import SMALLEST_TEAM, SignedIn
from app.domain.planted import FEWEST, MOST
from app.domain.review import DECIDERS
from app.domain.urgency import AS_SHIPPED, UrgencyWeights
from app.domain.wire import PROPOSAL, load
from app.performance import measures as m
from app.performance.view import Amount, Disagreement, Newest, Ours, Own, Person, Planting, Saved, Week, Work

SPANS = (4, 12, 26)
MOST_COMPARED = 300
LISTED = 20
FOUR_EYES = Decimal(10_000)
LONGEST_BASELINE = 8 * 3600


class WorkService:
    """`weights` says when the teams work."""

    def __init__(self, database: Database, clock: Clock, weights: UrgencyWeights = AS_SHIPPED) -> None:
        self._database = database
        self._clock = clock
        self._weights = weights

    async def everybody(self, weeks_back: int, least: Decimal = FOUR_EYES) -> Work:
        first = self._first(weeks_back)
        since = datetime.combine(first, datetime.min.time(), UTC)
        async with self._database.read() as uow:
            reviews = HandledReviews(uow.session, self._weights)
            rows = await reviews.since(since)
            users = [user for user in await uow.users.all() if user.active and user.role in DECIDERS]
            weeks = _weeks(rows, await reviews.routes(first, weeks_back), first, weeks_back)
            disagreements = [row for row in m.by_people(rows) if row.action != m.APPROVE]
            alone = [row for row in rows if _edited_alone(row, least)]
            figures = await _figures(uow, rows, waiting=await reviews.overdue(self._clock()))
            items = await uow.planted.since(since)
            shown = bool(await uow.oversight.value(Switch.FIGURES_BY_PERSON)) and len(users) >= SMALLEST_TEAM
            return Work(
                weeks_back=weeks_back,
                figures=figures,
                weeks=weeks,
                by_intent=m.overruled_by(rows, lambda row: row.intents),
                by_rule=m.overruled_by(rows, lambda row: [row.rule])[:LISTED],
                by_customer=m.overruled_by(rows, lambda row: [row.customer] if row.customer else [])[:LISTED],
                calibration=m.calibration(rows),
                drift=m.drift([week.unedited for week in weeks]),
                disagreements=Newest([_disagreement(row) for row in disagreements[:LISTED]], len(disagreements)),
                alone=Newest([_disagreement(row) for row in alone[:LISTED]], len(alone)),
                least=least,
                is_cut=len(rows) == MOST_READ,
                waiting=[
                    (Amount(amount, currency) if currency else None, count, oldest)
                    for currency, count, amount, oldest in await reviews.waiting()
                ],
                misses=await reviews.misses(since),
                alone_sent=sum(row.by is None for row in rows),
                saved=await _saved(uow, rows, figures),
                spent_per_mail=await _spent(uow, since),
                by_person=_people(rows, items, {user.id: user.name for user in users}) if shown else None,
                team=len(users),
                may_show_people=len(users) >= SMALLEST_TEAM,
                planting=await _planting(uow, items),
                counts_working_hours=self._counts_working_hours,
            )

    async def own(self, weeks_back: int, reader: SignedIn) -> Own:
        first = self._first(weeks_back)
        async with self._database.read() as uow:
            since = datetime.combine(first, datetime.min.time(), UTC)
            rows = await HandledReviews(uow.session, self._weights).since(since, by=reader.id) if reader.id else []
            items = [item for item in await uow.planted.since(since) if reader.id and item.decided_by == reader.id]
            return Own(
                weeks_back,
                await _figures(uow, rows),
                _weeks(rows, {}, first, weeks_back),
                m.catches(items),
                self._counts_working_hours,
            )

    async def show_people(self, *, shown: bool, by: SignedIn) -> None:
        """Raises Invalid for a team in which everybody would know who is meant."""
        async with self._database.write() as uow:
            team = sum(user.active and user.role in DECIDERS for user in await uow.users.all())
            if shown and team < SMALLEST_TEAM:
                raise Invalid(
                    "figures by person need a team of {least} or more; {team} may decide",
                    least=SMALLEST_TEAM,
                    team=team,
                )
            before = await uow.oversight.set(Switch.FIGURES_BY_PERSON, int(shown), by=by.id)
            if bool(before) is not shown:
                kind = "quality.people.shown" if shown else "quality.people.hidden"
                uow.audit.add(kind, actor=by.actor, shown_before=bool(before), shown=shown, team=team)

    async def set_baseline(self, seconds: int, *, by: SignedIn) -> None:
        """What a mail took by hand, before. Raises Invalid."""
        if not 0 <= seconds <= LONGEST_BASELINE:
            raise Invalid("a mail takes from 0 minutes to 8 hours")
        async with self._database.write() as uow:
            before = await uow.oversight.set(Switch.BASELINE_SECONDS, seconds, by=by.id)
            uow.audit.add("quality.baseline.set", actor=by.actor, seconds_before=before, seconds=seconds)

    async def plant(self, one_in: int, *, by: SignedIn) -> None:
        """Make one of so many drafts a test item from now on; 0 switches them off, and takes back those that nobody has
        decided on. Raises Invalid."""
        if one_in != 0 and not FEWEST <= one_in <= MOST:
            raise Invalid("one of {fewest} to {most} drafts can be a test item", fewest=FEWEST, most=MOST)
        async with self._database.write() as uow:
            before = await uow.oversight.set(Switch.PLANTED_ONE_IN, one_in, by=by.id) or 0
            if before != one_in:
                uow.audit.add("quality.tests.switched", actor=by.actor, one_in_before=before, one_in=one_in)
            if not one_in:
                with unnarrowed():  # whatever the portfolio of whoever switches
                    await uow.planted.withdraw_all()

    @property
    def _counts_working_hours(self) -> bool:
        return not self._weights.working.is_always or bool(self._weights.working_of)

    def _first(self, weeks_back: int) -> date:
        if weeks_back not in SPANS:
            raise Invalid("look back {spans} weeks", spans=", ".join(map(str, SPANS)))
        today = self._clock().astimezone(UTC).date()
        return today - timedelta(days=today.weekday(), weeks=weeks_back - 1)


def _weeks(rows: Sequence[Handled], routes: Mapping[date, Mapping[str, int]], first: date, count: int) -> list[Week]:
    none = {route.value: 0 for route in Route}
    return [
        Week(monday, len(some), m.unedited(some), m.to_first_touch(some), {**none, **routes.get(monday, {})})
        for monday, some in m.weeks(rows, first, count)
    ]


async def _figures(uow: Uow, rows: Sequence[Handled], *, waiting: int = 0) -> Ours:
    return Ours(
        decided=len(m.by_people(rows)),
        unedited=m.unedited(rows),
        overruled=m.overruled(rows),
        edit_distance=await _edit_distance(uow, rows),
        first_touch=m.to_first_touch(rows),
        answer=m.to_answer(rows),
        handling=m.handling(rows),
        late=m.late(rows, waiting=waiting),
    )


async def _edit_distance(uow: Uow, rows: Sequence[Handled]) -> float | None:
    """The mean share of words that people changed in the newest edited drafts; erased ones are left out."""
    found = []
    compared = [row for row in m.unprompted(rows) if row.edited_id is not None][:MOST_COMPARED]
    asked_for = {
        row.review_id: row.payload_id for row in await uow.guidance.redrafts([row.review_id for row in compared])
    }
    for row in compared:
        again = asked_for.get(row.review_id)
        try:
            own = None if again else load(PROPOSAL, await uow.words.get(row.payload_id)).draft
            draft = load(DRAFT, await uow.words.get(again)) if again else own
            edited = await uow.words.get_json(row.edited_id) if row.edited_id else None
        except NotFound:
            continue
        if draft is not None and edited is not None:
            found.append(distance(draft.body, edited["body"]))
    return sum(found) / len(found) if found else None


async def _saved(uow: Uow, rows: Sequence[Handled], figures: Ours) -> Saved:
    """Automatic answers took nobody's time; the others took what was measured."""
    seconds = await uow.oversight.value(Switch.BASELINE_SECONDS)
    baseline = seconds / 60 if seconds else None
    measured = figures.handling.half / 60 if figures.handling.half is not None else None
    if baseline is None or measured is None:
        return Saved(baseline, measured, len(rows), None)
    by_hand = len(m.by_people(rows))
    return Saved(baseline, measured, len(rows), baseline * len(rows) - measured * by_hand)


async def _spent(uow: Uow, since: datetime) -> float | None:
    """In hundredths of whatever the prices are in; None before the first mail."""
    spending = Spending(uow.session)
    mails = await spending.mails(since)
    price_in = await uow.oversight.value(Switch.PRICE_IN) / 1e6
    price_out = await uow.oversight.value(Switch.PRICE_OUT) / 1e6
    used = [one for one in await spending.by_model(since) if one.is_paid]
    return sum(one.tokens_in * price_in + one.tokens_out * price_out for one in used) / mails if mails else None


async def _planting(uow: Uow, items: Sequence[Item]) -> Planting:
    switch, names = await uow.oversight.switch(Switch.PLANTED_ONE_IN), await uow.users.names()
    return Planting(
        one_in=switch.value if switch else 0,
        since=switch.changed_at if switch else None,
        who=names.get(switch.changed_by, "") if switch and switch.changed_by else "",
        total=m.catches(items),
        by_fault=m.catches_by_fault(items),
        weeks=m.catches_by_week(items),
    )


def _people(rows: Sequence[Handled], items: Sequence[Item], names: Mapping[UUID, str]) -> list[Person]:
    of: dict[UUID, list[Handled]] = defaultdict(list)
    for row in rows:
        if row.by is not None and row.by in names:
            of[row.by].append(row)
    people = [
        Person(
            name=names[user],
            decided=len(some),
            unedited=m.unedited(some),
            overruled=m.overruled(some),
            first_touch=m.to_first_touch(some),
            handling=m.handling(some),
            catches=m.catches(item for item in items if item.decided_by == user),
        )
        for user, some in of.items()
    ]
    return sorted(people, key=lambda person: person.name)


def _edited_alone(row: Handled, least: Decimal) -> bool:
    """One pair of eyes wrote and approved an answer about at least so much."""
    return row.action == m.EDIT and row.by is not None and row.at_stake is not None and row.at_stake >= least


def _disagreement(row: Handled) -> Disagreement:
    amount = Amount(row.at_stake, row.currency) if row.at_stake is not None and row.currency else None
    return Disagreement(
        row.message_id, row.decided_at, row.customer, row.intents, row.rule, row.action, row.confidence, amount
    )
