"""Switches and versions of the policy. What stands here holds in every process from its next transaction on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import Keyring
from app.db.tables.oversight import PolicyOrigin, PolicyVersionRow, Switch, SwitchRow
from app.db.tables.work import OutboxRow, ReviewRow
from app.domain.clock import Clock
from app.domain.ids import new_id
from app.domain.intents import Autonomy
from app.domain.policy import AutonomyRule, Policy, with_cells

Cells = Sequence[tuple[str, str, Autonomy]]


class Oversight:
    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock

    async def switch(self, name: Switch) -> SwitchRow | None:
        return await self._session.get(SwitchRow, name, populate_existing=True)

    async def value(self, name: Switch, default: int = 0) -> int:
        row = await self.switch(name)
        return row.value if row else default

    async def set(self, name: Switch, value: int, *, by: UUID | None) -> int | None:
        """Returns where it stood before; None when nobody had moved it."""
        row = await self.switch(name)
        before = row.value if row else None
        if row is None:
            row = SwitchRow(name=name)
            self._session.add(row)
        row.value, row.changed_at, row.changed_by = value, self._clock(), by
        return before

    async def is_sending_stopped(self) -> bool:
        return bool(await self.value(Switch.SENDING_STOPPED))

    async def in_force(self, policy: Policy) -> Policy:
        """The file's policy with the changes that managers made since, and with the kill switch as it stands now."""
        newest = await self.newest()
        cells = rules_of(newest.cells) if newest else ()
        return with_cells(policy, cells, stopped=policy.sending_stopped or await self.is_sending_stopped())

    async def newest(self) -> PolicyVersionRow | None:
        return await self._session.scalar(self._versions().limit(1))

    async def versions(self, limit: int) -> Sequence[PolicyVersionRow]:
        return (await self._session.scalars(self._versions().limit(limit))).all()

    async def add_version(
        self,
        *,
        origin: PolicyOrigin,
        file_version: str,
        file_hash: str,
        cells: Cells,
        reason: str = "",
        by: UUID | None = None,
    ) -> PolicyVersionRow:
        newest = await self.newest()
        row = PolicyVersionRow(
            number=newest.number + 1 if newest else 1,
            id=new_id(),
            origin=origin,
            file_version=file_version,
            file_hash=file_hash,
            cells=[[intent, segment, autonomy.value] for intent, segment, autonomy in cells],
            made_at=self._clock(),
            made_by=by,
        )
        row.reason = self._keyring.seal(row.id, reason.encode()) if reason else None
        self._session.add(row)
        await self._session.flush()
        return row

    def reason(self, row: PolicyVersionRow) -> str:
        return self._keyring.open(row.id, row.reason).decode() if row.reason else ""

    async def sent_alone_since(self, moment: datetime) -> int:
        """How many mails left without a person."""
        return (
            await self._session.scalar(
                sa.select(sa.func.count())
                .select_from(OutboxRow)
                .join(ReviewRow, ReviewRow.id == OutboxRow.review_id)
                .where(OutboxRow.sent_at >= moment, ReviewRow.decided_by.is_(None))
            )
            or 0
        )

    @staticmethod
    def _versions() -> sa.Select[PolicyVersionRow]:
        return sa.select(PolicyVersionRow).order_by(PolicyVersionRow.number.desc())


def rules_of(cells: Sequence[Sequence[str]]) -> tuple[AutonomyRule, ...]:
    return tuple(AutonomyRule(intent, segment, Autonomy(autonomy)) for intent, segment, autonomy in cells)
