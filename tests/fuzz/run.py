"""Fuzzed mails through the real intake, reading and triage: each must end as a message or in quarantine, and soon."""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.adapters.file_reader import FileReader
from app.db.engine import async_engine, sync_engine
from app.db.sealing import Keyring
from app.db.tables.mail import MailboxKind
from app.db.uow import Database
from app.domain.clock import system_clock
from app.domain.message import Identity, MessageState, ReadMail
from app.intake.incoming import Incoming
from app.intake.service import BATCH, IntakeService
from app.jobs.engine import Engine
from app.policies.loading import load_policy
from app.reading.reading import read_mail
from app.triage.service import TriageService
from tests.fakes import PlainMind
from tests.instances import ADDRESS, SECRET, prepare

SECONDS = 2.0
"""Of processor time, in which no other program counts; the allowance of the files' own process is beside it."""

Mails = Sequence[tuple[str, bytes]]


@dataclass
class Report:
    """What became of the mails. `raised`, `slow` and `lost` must be empty."""

    mails: int = 0
    seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    slowest: tuple[float, str] = (0.0, "")
    raised: dict[str, str] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.raised or self.slow or self.lost)

    def __str__(self) -> str:
        return json.dumps(asdict(self) | {"clean": self.is_clean}, indent=2)


class StopwatchMind(PlainMind):
    """Reads for real, files in their own process, and remembers how long each mail took."""

    def __init__(self, files: FileReader) -> None:
        super().__init__()
        self.took = 0.0
        self._files = files

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        started = time.process_time()
        try:
            return read_mail(raw, identity, self._files.for_one_mail())
        finally:
            self.took = time.process_time() - started


async def run(mails: Mails, folder: Path) -> Report:
    """Each mail by itself as a source, so that equal ones count as copies."""
    report, started = Report(mails=len(mails)), time.monotonic()
    files = FileReader()
    try:
        async with _stations(folder, StopwatchMind(files)) as stations:
            await _work(stations, mails, report)
    finally:
        files.close()
    report.seconds = round(time.monotonic() - started, 1)
    return report


@dataclass(frozen=True)
class _Stations:
    database: Database
    intake: IntakeService
    triage: TriageService
    mind: StopwatchMind
    mailbox: Any


@asynccontextmanager
async def _stations(folder: Path, mind: StopwatchMind) -> AsyncIterator[_Stations]:
    url = f"sqlite:///{folder / 'fuzz.db'}"
    prepare(url)
    engine = Engine(sync_engine(url), executor_id="fuzz", poll_seconds=1)
    writing, reading = async_engine(url, for_writing=True), async_engine(url, for_writing=False)
    database = Database(writing, reading, Keyring(SECRET), system_clock, engine.enqueue)
    try:
        async with database.write() as uow:
            row = await uow.mailboxes.add(
                secret="", name="fuzz", address=ADDRESS, kind=MailboxKind.WEBHOOK, scheme="raw"
            )
            mailbox = row.id
        triage = TriageService(database, mind, load_policy(), system_clock)
        yield _Stations(database, IntakeService(database, system_clock), triage, mind, mailbox)
    finally:
        await database.dispose()
        engine.dispose()


async def _work(stations: _Stations, mails: Mails, report: Report) -> None:
    for start in range(0, len(mails), BATCH):
        batch = mails[start : start + BATCH]
        incoming = [Incoming(f"webhook:{name}", raw, system_clock()) for name, raw in batch]
        try:
            await stations.intake.store(stations.mailbox, incoming)
        except Exception as error:  # what a fuzz run is for
            report.raised[batch[0][0]] = f"intake: {type(error).__name__}: {error}"[:300]
    await _triage(stations, report)
    known = await _stored(stations, [name for name, _ in mails])
    report.lost = [name for name, _ in mails if name not in known]


async def _triage(stations: _Stations, report: Report) -> None:
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    after = None
    while True:
        async with stations.database.read() as uow:
            page = await uow.messages.page(state=None, after=after, limit=BATCH)
        if not page:
            break
        for message in page:
            try:
                await stations.triage.work(str(message.id))
            except Exception as error:  # likewise
                report.raised[message.source] = f"{type(error).__name__}: {error}"[:300]
            took = stations.mind.took
            report.slowest = max(report.slowest, (round(took, 3), message.source))
            if took > SECONDS:
                report.slow[message.source] = round(took, 2)
        after = page[-1].id
        async with stations.database.read() as uow:
            for message in page:
                now = await uow.messages.get(message.id)
                states[now.state.value] += 1
                if now.state is MessageState.QUARANTINED:
                    reasons[now.error] += 1
                if now.state is MessageState.IN_WORK and now.source not in report.raised:
                    report.raised[now.source] = "left in work"
    report.states, report.quarantined = dict(states), dict(reasons)


async def _stored(stations: _Stations, names: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(names), BATCH):
        sources = [f"webhook:{name}" for name in names[start : start + BATCH]]
        async with stations.database.read() as uow:
            found |= await uow.sources.known(stations.mailbox, sources)
    return {source.removeprefix("webhook:") for source in found}
