"""Holds: "do not contact until …", set by a person, listed, and lifted early."""

from datetime import date
from uuid import UUID

from app.db.tables.ledger import HoldRow
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound, StateImpossible
from app.domain.ids import new_id
from app.domain.people import SignedIn


class HoldService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def set(self, customer_id: str, until: date, reason: str, by: SignedIn) -> UUID:
        """ "Do not contact until …". Raises NotAllowed, NotFound, or Invalid for a day that has passed."""
        by.check_can_decide()
        now = self._clock()
        if until < now.date():
            raise Invalid("{until} has passed: set the hold to a day from {date} on", until=until, date=now.date())
        hold_id = new_id()
        async with self._database.write() as uow:
            if await uow.ledger.customer(customer_id) is None:
                raise NotFound("there is no customer {customer_id}", customer_id=customer_id)
            sealed = uow.words.keyring.seal(hold_id, reason.strip().encode()) if reason.strip() else None
            uow.cases.add_hold(
                HoldRow(id=hold_id, customer_id=customer_id, until=until, reason=sealed, set_by=by.id, set_at=now)
            )
            await uow.ledger.touch([customer_id])
            uow.audit.add(
                "ledger.hold.set", actor=by.actor, hold_id=hold_id, customer_id=customer_id, until=until.isoformat()
            )
        return hold_id

    async def lift(self, hold_id: UUID, by: SignedIn) -> str:
        """End a hold before its day. Returns whose it was. Raises NotAllowed, NotFound, or StateImpossible when it is
        over already."""
        by.check_can_decide()
        async with self._database.write() as uow:
            hold = await uow.cases.hold_for_update(hold_id)
            if hold.lifted_at is not None or hold.until < self._clock().date():
                raise StateImpossible("this hold is over already")
            hold.lifted_at, hold.lifted_by = self._clock(), by.id
            await uow.ledger.touch([hold.customer_id])
            uow.audit.add("ledger.hold.lifted", actor=by.actor, hold_id=hold_id, customer_id=hold.customer_id)
            return hold.customer_id
