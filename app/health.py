"""How the running instance is doing, for /readyz, /metrics and `duebox doctor`. Closed words and numbers only."""

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from app.db.migrating import is_current
from app.db.tables.mail import MailboxKind
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.message import MessageState
from app.jobs.lease import WORKER


class Health:
    def __init__(self, database: Database, url: str, clock: Clock) -> None:
        self._database = database
        self._url = url
        self._clock = clock

    async def readiness(self) -> Mapping[str, str]:
        """Each part with "ok" or a closed word of what is wrong."""
        try:
            async with self._database.read() as uow:
                workers = await uow.mailboxes.live_leases(WORKER)
                mailboxes = await uow.mailboxes.all()
        except (SQLAlchemyError, OSError):
            return {"database": "unreachable"}
        parts = {"database": "ok", "schema": "ok" if await self._schema_is_current() else "outdated"}
        parts["worker"] = "ok" if workers else "none"
        for mailbox in mailboxes:
            if mailbox.active and mailbox.kind is MailboxKind.IMAP:
                parts[f"mailbox:{mailbox.name}"] = mailbox.last_error or "ok"
        return parts

    async def figures(self) -> Mapping[str, float]:
        """Gauges; a name may end in ":kind"."""
        async with self._database.read() as uow:
            messages = await uow.messages.counts()
            outbox = await uow.outbox.counts()
            oldest = await uow.messages.oldest_in_work()
            mailboxes = await uow.mailboxes.all()
        figures = {f"messages:{state.value}": float(count) for state, count in messages.items()}
        figures |= {f"outbox:{state.value}": float(count) for state, count in outbox.items()}
        waited = (self._clock() - oldest).total_seconds() if oldest and messages[MessageState.IN_WORK] else 0.0
        figures["oldest_message_in_work_seconds"] = waited
        figures["mailboxes_failing"] = float(sum(bool(mailbox.last_error) for mailbox in mailboxes if mailbox.active))
        return figures

    async def _schema_is_current(self) -> bool:
        async with self._database.read() as uow:
            return await uow.session.run_sync(lambda session: is_current(session.connection()))
