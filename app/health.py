"""How the running instance is doing, for /readyz, /metrics and `duebox doctor`. Closed words and numbers only."""

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from app.db.migrating import is_current
from app.db.tables.mail import MailboxKind
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.intents import Reason
from app.domain.message import MessageState
from app.domain.oauth import NEEDS_REAUTH
from app.domain.review import OutboxState
from app.domain.sending import ABOUT_THE_SERVER
from app.jobs.lease import WORKER

LOOKED_AT = 100


class Health:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def readiness(self) -> Mapping[str, str]:
        """Each part with "ok" or a closed word of what is wrong."""
        try:
            async with self._database.read() as uow:
                if not await uow.session.run_sync(lambda session: is_current(session.connection())):
                    return {"database": "ok", "schema": "outdated"}
                return {"database": "ok", "schema": "ok", **await _parts(uow)}
        except (SQLAlchemyError, OSError):
            return {"database": "unreachable"}

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
        figures["mailboxes_needing_reauth"] = float(
            sum(box.last_error == NEEDS_REAUTH for box in mailboxes if box.active)
        )
        return figures


async def _parts(uow: Uow) -> dict[str, str]:
    parts = {
        "worker": "ok" if await uow.mailboxes.live_leases(WORKER) else "none",
        "smtp": await _smtp(uow),
        "model": await _model(uow),
    }
    for mailbox in await uow.mailboxes.all():
        if mailbox.active and mailbox.kind is MailboxKind.IMAP:
            parts[f"mailbox:{mailbox.name}"] = mailbox.last_error or "ok"
    return parts


async def _smtp(uow: Uow) -> str:
    """Why mails that should have left wait for the server; "ok" again as soon as the first one gets through."""
    waiting = await uow.outbox.page(state=OutboxState.READY, after=None, limit=LOOKED_AT)
    return next((row.last_error for row in waiting if row.last_error in ABOUT_THE_SERVER), "ok")


async def _model(uow: Uow) -> str:
    """Whether the newest mail was read by the model that was chosen."""
    newest = await uow.messages.newest_proposal()
    return "unavailable" if newest is not None and Reason.MODEL_UNAVAILABLE.value in newest.reasons else "ok"
