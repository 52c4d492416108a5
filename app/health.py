"""How the running instance is doing, for /readyz, /metrics and `duebox doctor`. Closed words and numbers only."""

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from app.db.migrating import is_current
from app.db.outages import is_read_only
from app.db.repositories.rations import Rations
from app.db.tables.mail import MailboxKind, MailboxRow
from app.db.tables.oversight import RationRow
from app.db.tables.system import Chain
from app.db.uow import Database, Uow
from app.domain.audit import CHECKPOINT_TAKEN
from app.domain.clock import Clock
from app.domain.intents import Reason
from app.domain.message import MessageState
from app.domain.oauth import NEEDS_REAUTH
from app.domain.ration import DAY, Limits
from app.domain.review import OutboxState
from app.domain.sending import ABOUT_THE_SERVER
from app.jobs.engine import STANDING, Engine, JobLine
from app.jobs.lease import LEASE_SECONDS, WORKER
from app.jobs.queues import QUEUES
from app.web.operations import Figure

LOOKED_AT = 100
PATIENCE_SECONDS = 5.0
"""For a database that does not answer: whoever asks whether we are ready does not wait for ever either."""

NO_LIMITS = Limits()
BACKUP_TAKEN = "operations.backup.taken"


class Health:
    def __init__(self, database: Database, engine: Engine, clock: Clock, limits: Limits = NO_LIMITS) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._limits = limits

    async def readiness(self) -> Mapping[str, str]:
        """Each part with "ok" or a closed word of what is wrong."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._database.read() as uow:
                if not await uow.session.run_sync(lambda session: is_current(session.connection())):
                    return {"database": "ok", "schema": "outdated"}
                await uow.leases.check_writable()
                if word := self._database.unwritable:
                    return {"database": word}
                return {"database": "ok", "schema": "ok", **await _parts(uow)}
        except (SQLAlchemyError, OSError) as error:
            return {"database": "read_only" if is_read_only(error) else "unreachable"}

    async def figures(self) -> Sequence[Figure]:
        """Of the whole installation, whichever process is asked: of several take the highest, not the sum."""
        now = self._clock()
        async with self._database.read() as uow:
            messages = await uow.messages.counts()
            outbox = await uow.outbox.counts()
            boxes = [box for box in await uow.mailboxes.all() if box.active]
            lines = await uow.session.run_sync(self._engine.lines)
            ages = {
                "message_in_work": await uow.messages.oldest_in_work() if messages[MessageState.IN_WORK] else None,
                "review_pending": await uow.reviews.oldest_pending(),
                "mail_due": await uow.outbox.oldest_due(),
                "job_ready": min((line.oldest for line in lines if line.standing == "ready"), default=None),
                "mailbox_read": min((box.last_read_at or box.created_at for box in _watched(boxes)), default=None),
            }
            workers = len(await uow.leases.live(WORKER, LEASE_SECONDS))
            is_stopped = await uow.oversight.is_sending_stopped()
            backup = await uow.audit.last_time(Chain.ACCESS, BACKUP_TAKEN)
            checkpoint = await uow.audit.last_time(Chain.ACCESS, CHECKPOINT_TAKEN)
            model = await _model(uow)
            now_there = await uow.leases.database_time()
            rations = await Rations(uow.session, now_there).all()
        return [
            *(Figure("messages", number, {"state": state.value}) for state, number in messages.items()),
            *(Figure("outbox", number, {"state": state.value}) for state, number in outbox.items()),
            *(Figure("jobs", number, labels) for labels, number in _jobs(lines)),
            *(Figure("oldest_seconds", _age(now, since), {"what": what}) for what, since in ages.items()),
            Figure("messages_received_total", sum(messages.values())),
            Figure("mails_sent_total", outbox[OutboxState.SENT]),
            Figure("mailboxes_failing", sum(bool(box.last_error) for box in boxes)),
            Figure("mailboxes_needing_reauth", sum(box.last_error == NEEDS_REAUTH for box in boxes)),
            Figure("workers", workers),
            Figure("automatic_sending_stopped", int(is_stopped)),
            Figure("model_unavailable", int(model != "ok")),
            Figure("model_requests_total", sum(row.requests_total for row in rations)),
            Figure("model_tokens_total", sum(row.tokens_in_total for row in rations), {"direction": "in"}),
            Figure("model_tokens_total", sum(row.tokens_out_total for row in rations), {"direction": "out"}),
            Figure("model_refused_total", sum(row.refused_total for row in rations)),
            Figure("model_budget_used", _used(rations, self._limits, now_there)),
            Figure("backup_age_seconds", _age(now, backup) if backup else math.inf),
            Figure("checkpoint_age_seconds", _age(now, checkpoint) if checkpoint else math.inf),
        ]


def _used(rations: Sequence[RationRow], limits: Limits, now: float) -> float:
    """The share of the day's tokens that is used; 0 without a limit."""
    today = sum(row.tokens for row in rations if row.day == int(now // DAY))
    return today / limits.tokens_a_day if limits.tokens_a_day else 0.0


def _jobs(lines: Sequence[JobLine]) -> Iterator[tuple[dict[str, str], int]]:
    """Every queue and standing, nought included: a series that comes and goes cannot be watched."""
    numbers = {(line.queue, line.standing): line.number for line in lines}
    for queue in QUEUES:
        for standing in STANDING.values():
            yield {"queue": queue.name, "standing": standing}, numbers.get((queue.name, standing), 0)


def _watched(boxes: Sequence[MailboxRow]) -> Iterator[MailboxRow]:
    return (box for box in boxes if box.kind is MailboxKind.IMAP)


def _age(now: datetime, since: datetime | None) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


async def _parts(uow: Uow) -> dict[str, str]:
    parts = {
        "worker": "ok" if await uow.leases.live(WORKER, LEASE_SECONDS) else "none",
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
