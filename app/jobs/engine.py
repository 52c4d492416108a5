"""The job engine: DBOS Transact, on SQLite in one process or on PostgreSQL with many workers. Nothing else names it.

One workflow without steps, `run(kind, subject)`, carries every job: two or three writing transactions each, and every
step would cost one more. Handlers are idempotent: after a crash the job runs again from its start.

    job fails ──▶ again after a pause, in its lane (so the order within a conversation holds) ──▶ the handler gives up
    database, mail server or mind out of reach or overrun ──▶ wait until it is back; that is no failure of the job
    cut off by the database's limit of time, again and again, while it takes other things ──▶ the handler gives up
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos._migration import get_migration_versions, get_sqlite_migration_versions
from dbos._serialization import DBOSPortableJSON
from dbos._utils import INTERNAL_QUEUE_NAME
from sqlalchemy.orm import Session

from app.db.outages import is_cut_off, is_outage
from app.domain.errors import Unreachable
from app.domain.job import Job, JobKind
from app.jobs.presence import Presence
from app.jobs.queues import QUEUE_OF, QUEUES

APPLICATION_VERSION = "duebox-1"
"""A constant: a job queued under another version would never run. Bump it only with a plan for the jobs in flight."""

WORKFLOW = "run"
ATTEMPTS = 3
CRASHES = 25
"""How often a job may lose its worker before it is parked. Many: what is poisonous in a mail kills the thinking
process, not the worker, so a job that loses its worker is mostly an innocent bystander of restarts."""

CUT_OFF_TRIES = 12
"""How often a job may run into the database's limit of time, some minutes with the pauses: a busy database is better by
then. One that is not takes no note of the giving up either, so that nothing is given up."""

CUT_OFF = "database_cut_off"

PAUSE_SECONDS = 1.0
LONGEST_PAUSE = 4
"""Doublings at most: sixteen seconds."""

STOP_SECONDS = 60
FORGOTTEN_AFTER = timedelta(days=30)
FORGOTTEN_AT_ONCE = 500

log = structlog.get_logger()


def migrate(url: str) -> None:
    """Create or upgrade the engine's own tables. `url` names the database without a driver."""
    DBOS.migrate(url)


def is_migrated(database: sa.Engine) -> bool:
    """Whether the engine's own tables are there and current; only looks."""
    if database.dialect.name == "postgresql":
        present, newest = get_migration_versions(database, "dbos", True)
    else:
        present, newest = get_sqlite_migration_versions(database)
    return present >= newest


@dataclass(frozen=True, slots=True)
class Handler:
    """`work` does the job for a subject's id; `give_up` is told the class of the error once the attempts are used
    up."""

    work: Callable[[str], Awaitable[None]]
    give_up: Callable[[str, str], Awaitable[None]]


STANDING = {
    "ENQUEUED": "ready",
    "DELAYED": "delayed",
    "PENDING": "running",
    "ERROR": "given_up",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "parked",
}
"""Our words for the engine's states of jobs that are not finished."""


@dataclass(frozen=True, slots=True)
class JobLine:
    """The jobs of a queue that stand alike: how many, and when the oldest was made."""

    queue: str
    standing: str
    number: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that nobody works any more. `key` holds ids and closed words alone."""

    key: str
    state: str
    queue: str
    attempts: int
    created_at: datetime


class Engine:
    """Queues jobs within transactions; once started, also works them. One per process."""

    def __init__(self, database: sa.Engine, *, executor_id: str, poll_seconds: float) -> None:
        self._database = database
        self._executor_id = executor_id
        self._poll_seconds = poll_seconds
        self._handlers: Mapping[JobKind, Handler] = {}
        self._client: DBOSClient | None = None
        self._presence = Presence()
        self._running = False

    @property
    def executor_id(self) -> str:
        return self._executor_id

    def enqueue(self, session: Session, job: Job) -> None:
        """Queue a job within the caller's transaction. A repeat of its key is ignored."""
        queue = QUEUE_OF[job.kind]
        options = EnqueueOptions(
            workflow_name=WORKFLOW, queue_name=queue.name, workflow_id=job.key, app_version=APPLICATION_VERSION
        )
        if queue.is_ordered_by_lane:
            options["queue_partition_key"] = job.lane
        if job.delay_seconds > 0:
            options["delay_seconds"] = job.delay_seconds
        self._connected().enqueue_in_transaction(session, options, job.kind.value, job.subject)

    async def start(self, handlers: Mapping[JobKind, Handler]) -> None:
        """Work jobs on the running loop until `stop`."""
        self._handlers = handlers
        DBOS(config=self._config())

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=CRASHES)
        async def run(kind: str, subject: str) -> None:
            with self._presence.running(str(DBOS.workflow_id)):
                await self._run(kind, subject)

        DBOS.launch()
        for queue in QUEUES:
            limits: dict[str, Any] = (
                {"partition_concurrency": 1} if queue.is_ordered_by_lane else {"global_concurrency": 1}
            )
            await DBOS.register_queue_async(
                queue.name, worker_concurrency=queue.at_once, polling_interval_sec=self._poll_seconds, **limits
            )
        self._running = True

    async def stop(self) -> None:
        """Take no more jobs, and let the running ones end."""
        if self._running:
            self._running = False
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=STOP_SECONDS)

    def dispose(self) -> None:
        """Close the connections."""
        self._database.dispose()

    async def take_over(self, dead: list[str]) -> int:
        """Queue again what the named executors were working on when they died."""
        handles = await asyncio.to_thread(DBOS._recover_pending_workflows, dead)  # noqa: SLF001  # no public one keeps the queue
        return len(handles)

    async def take_back(self, marked: Collection[str]) -> int:
        """Queue again what is marked as running in this process, at every beat for a while, and is not."""
        lost = self._presence.lost(marked)
        again = self._connected()._sys_db.reenqueue_for_recovery  # noqa: SLF001  # likewise
        for key in lost:
            await asyncio.to_thread(again, key, [self._executor_id], INTERNAL_QUEUE_NAME)
        return len(lost)

    def jobs_at_work(self, connection: sa.Connection | Session) -> dict[str, set[str]]:
        """The jobs that are marked as running, by their executors."""
        rows = connection.execute(
            sa.text(
                f"SELECT executor_id, workflow_uuid FROM {self._status_table}"  # noqa: S608  # a constant
                " WHERE status = 'PENDING' AND application_version = :version"
            ),
            {"version": APPLICATION_VERSION},
        )
        at_work: dict[str, set[str]] = {}
        for executor, key in rows:
            at_work.setdefault(executor, set()).add(key)
        return at_work

    def states_of(self, connection: sa.Connection | Session, key: str) -> set[str]:
        """The states of the jobs whose key begins so: ENQUEUED, DELAYED, PENDING, SUCCESS, ERROR, …"""
        rows = connection.execute(
            sa.text(
                f"SELECT DISTINCT status FROM {self._status_table}"  # noqa: S608  # a constant
                " WHERE workflow_uuid >= :key AND workflow_uuid < :beyond"
            ),
            {"key": key, "beyond": f"{key}\x7f"},
        )
        return {row[0] for row in rows}

    def counts(self, connection: sa.Connection | Session) -> dict[str, int]:
        """How many jobs are in each state of the engine's."""
        rows = connection.execute(
            sa.text(f"SELECT status, count(*) FROM {self._status_table} GROUP BY status")  # noqa: S608  # a constant
        )
        return {row[0]: row[1] for row in rows}

    def lines(self, connection: sa.Connection | Session) -> list[JobLine]:
        """What stands in each queue, and since when the oldest job of it does; the ones given up too. Finished jobs,
        which are many, are not looked at."""
        rows = connection.execute(
            sa.text(
                f"SELECT queue_name, status, count(*), min(created_at) FROM {self._status_table}"  # noqa: S608
                " WHERE status IN :standing GROUP BY queue_name, status"
            ).bindparams(sa.bindparam("standing", list(STANDING), expanding=True))
        )
        return [JobLine(row[0] or "", STANDING[row[1]], row[2], _moment(row[3])) for row in rows]

    def failed(self, connection: sa.Connection | Session, limit: int) -> list[FailedJob]:
        """Jobs that the engine gave up, the newest first: they failed, or killed their worker again and again."""
        rows = connection.execute(
            sa.text(
                f"SELECT workflow_uuid, status, queue_name, recovery_attempts, created_at FROM {self._status_table}"  # noqa: S608
                " WHERE status IN ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') ORDER BY created_at DESC LIMIT :limit"
            ),
            {"limit": limit},
        )
        return [FailedJob(row[0], row[1].lower(), row[2] or "", row[3] or 0, _moment(row[4])) for row in rows]

    async def forget_finished(self, now: datetime) -> None:
        """Delete jobs that ended well long ago, a few at a time: the engine keeps every one, with what it was told and
        what it answered. What was given up or parked stays, since somebody may want to know."""
        while keys := await asyncio.to_thread(self._finished, now - FORGOTTEN_AFTER):
            await asyncio.to_thread(self._connected().delete_workflows, keys)

    def _finished(self, before: datetime) -> list[str]:
        with self._database.connect() as connection:
            rows = connection.execute(
                sa.text(
                    f"SELECT workflow_uuid FROM {self._status_table} WHERE status = 'SUCCESS'"  # noqa: S608
                    " AND application_version = :version AND updated_at < :before LIMIT :limit"
                ),
                {
                    "version": APPLICATION_VERSION,
                    "before": int(before.timestamp() * 1000),
                    "limit": FORGOTTEN_AT_ONCE,
                },
            )
            return [row[0] for row in rows]

    async def _run(self, kind: str, subject: str) -> None:
        handler = self._handlers[JobKind(kind)]
        attempt, waits, cut_off = 1, 0, 0
        while True:
            try:
                await handler.work(subject)
                return
            except Exception as error:  # the job boundary: whatever went wrong, the mail steps aside for a person
                if isinstance(error, Unreachable) or is_outage(error):
                    waits += 1
                    log.warning("jobs.job.waits", kind=kind, subject=subject, error=type(error).__name__)
                    cut_off += is_cut_off(error)
                    if cut_off >= CUT_OFF_TRIES and await self._gave_up(handler, subject, CUT_OFF):
                        return
                else:
                    name = type(error).__name__
                    log.warning("jobs.job.failed", kind=kind, subject=subject, attempt=attempt, error=name)
                    if attempt < ATTEMPTS:
                        attempt += 1
                    elif await self._gave_up(handler, subject, name):
                        return
            await asyncio.sleep(PAUSE_SECONDS * 2 ** min(attempt - 1 + waits, LONGEST_PAUSE))

    async def _gave_up(self, handler: Handler, subject: str, error: str) -> bool:
        try:
            await handler.give_up(subject, error)
        except Exception as failure:  # still at the job boundary: try again later rather than lose the mail
            log.warning("jobs.give_up.failed", subject=subject, error=type(failure).__name__)
            return False
        return True

    def _connected(self) -> DBOSClient:
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._database, serializer=DBOSPortableJSON, application_name="duebox"
            )
        return self._client

    @property
    def _status_table(self) -> str:
        return "dbos.workflow_status" if self._database.dialect.name == "postgresql" else "workflow_status"

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name="duebox",
            system_database_engine=self._database,
            executor_id=self._executor_id,
            application_version=APPLICATION_VERSION,
            serializer=DBOSPortableJSON,
            log_level="ERROR",
            run_migrations=False,
        )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
