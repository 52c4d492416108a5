"""The standing of customers: facts from the database, judged by the policies."""

from collections.abc import AsyncIterator, Mapping
from datetime import date

from app.db.repositories.signals import Signals
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.conduct import CustomerFacts, NotScored
from app.domain.errors import NotFound
from app.domain.forecast import Delays
from app.domain.next_action import ActionPolicy
from app.domain.standing import CustomerStanding, StandingPolicy, standing_of

AT_ONCE = 1_000


class StandingService:
    def __init__(self, database: Database, policy: StandingPolicy, actions: ActionPolicy, clock: Clock) -> None:
        self._database = database
        self._policy = policy
        self._actions = actions
        self._clock = clock
        self._segments: tuple[date, Mapping[str, Delays]] | None = None

    async def of(self, customer_id: str) -> CustomerStanding:
        """One customer as of today (UTC). Raises NotFound."""
        as_of = self._clock().date()
        async with self._database.read() as uow:
            signals = Signals(uow.session)
            found = await signals.facts([customer_id], as_of)
            segments = await self._segments_of(signals, as_of)
        if not found:
            raise NotFound("there is no customer {customer_id}", customer_id=customer_id)
        return self._stand(found[0], segments)

    async def of_all(self) -> AsyncIterator[CustomerStanding]:
        """Everybody with something open, by id, some at a time, each batch in a transaction of its own."""
        as_of, after = self._clock().date(), ""
        async with self._database.read() as uow:
            segments = await Signals(uow.session).segment_delays(as_of)
        while True:
            async with self._database.read() as uow:
                signals = Signals(uow.session)
                customer_ids = await signals.customers_with_open_items(after, AT_ONCE)
                found = await signals.facts(customer_ids, as_of)
            for facts in found:
                yield self._stand(facts, segments)
            if len(customer_ids) < AT_ONCE:
                return
            after = customer_ids[-1]

    async def _segments_of(self, signals: Signals, as_of: date) -> Mapping[str, Delays]:
        """Read once a day: they are the whole ledger's, and the page of one customer must not wait for that."""
        if self._segments is None or self._segments[0] != as_of:
            self._segments = (as_of, await signals.segment_delays(as_of))
        return self._segments[1]

    def _stand(self, facts: CustomerFacts, segments: Mapping[str, Delays]) -> CustomerStanding:
        conduct = facts.conduct
        segment = () if isinstance(conduct, NotScored) else segments.get(conduct.segment, ())
        return standing_of(facts, segment, self._policy, self._actions)
