"""A storm: mail arrives, answers are approved and taken back, and the processes that work are killed again and again,
at named moments and at random ones."""

import json
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from app.bootstrap import Services
from app.db.tables.mail import SentCopy
from tests.instances import mail
from tests.kills.failpoints import IN_THE_API, Point
from tests.kills.nursery import Child, Nursery
from tests.running import Installation, Refused
from tests.servers.dovecot import Mailbox
from tests.servers.process import ServerFailed, wait_until
from tests.servers.smtp_sink import At, SmtpSink, hang

CONVERSATIONS = 60
MAILS_A_KILL = (2, 4)
SECONDS_TO_DIE = 40.0
"""A process that has not come to its point by then is killed where it stands."""

RANDOM_SECONDS = (0.2, 6.0)
UP_SECONDS, DRAIN_SECONDS = 600.0, 1_800.0
"""Patience with a machine that does other things as well; a mail that is lost is not there however long one waits."""

LOOK_SECONDS = 0.15
SMTP_SECONDS = 0.4
"""The mail server takes its time after the final dot, so that a kill can fall between the body and the answer."""

UNDO_SECONDS = 1
MOST_PARKED = 0.005
AWAY = (Refused, OSError, HTTPException)
"""What a server does that is down, or dies while it answers."""

WORDS = (
    "We will pay INV-1001 on Friday.",
    "Could you send me a copy of INV-1002, please?",
    "INV-1001 was paid yesterday by transfer.",
    "We need two more weeks for INV-1002.",
)


@dataclass
class Report:
    """What a storm did, and what it found wrong. Everything in the last part must be empty.

    `unknown` are mails that the mail server never got all of: nobody can know that but we, who own the server.
    """

    database: str
    kills: int = 0
    seconds: float = 0.0
    mails: int = 0
    sent: int = 0
    balances: int = 0
    died: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    unknown: int = 0

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    sent_twice: list[str] = field(default_factory=list)
    not_sent: list[str] = field(default_factory=list)
    undone_but_sent: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    unbalanced: list[dict[str, int]] = field(default_factory=list)
    broken_chain: str = ""

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, sent twice or out of order; hardly anything unknown, and all of that is shown."""
        wrong = (
            self.lost,
            self.doubled,
            self.sent_twice,
            self.not_sent,
            self.undone_but_sent,
            self.not_found,
            self.parked,
            self.out_of_order,
            self.unbalanced,
        )
        return not any(wrong) and not self.broken_chain and self.unknown <= max(MOST_PARKED * self.sent, 1)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"clean": self.is_clean}


class Writer:
    """Customers who write: new conversations, and answers in those that exist."""

    def __init__(self, mailbox: Mailbox, dice: random.Random) -> None:
        self._mailbox = mailbox
        self._dice = dice
        self._threads: dict[int, list[str]] = defaultdict(list)
        self.written: list[str] = []

    def write(self, count: int) -> None:
        mails = []
        for _ in range(count):
            thread = self._dice.randrange(CONVERSATIONS)
            message_id = f"m{len(self.written)}@customer.example"
            mails.append(
                mail(
                    f"Hello,\n\n{self._dice.choice(WORDS)}\n\nPetra Vane",
                    subject=f"Matter {thread}",
                    sender=f"Petra Vane <{'petra' if thread % 2 else f'petra.{thread}'}@customer.example>",
                    message_id=message_id,
                    references=self._threads[thread][-5:],
                )
            )
            self._threads[thread].append(message_id)
            self.written.append(message_id)
        self._mailbox.append_all(mails)


class House:
    """An installation whose processes are born to die at a point."""

    def __init__(self, duebox: Installation, nursery: Nursery) -> None:
        self._duebox = duebox
        self._nursery = nursery
        self._serve: Child | None = None
        self._worker: Child | None = None

    def prepare(self, point: Point) -> Child:
        """Everything is up, and the process that comes by the point is about to die there. Returns it."""
        is_meant = self._duebox.is_embedded or point in IN_THE_API
        if is_meant and self._serve is not None:
            self._serve.kill()
        if self._serve is None or not self._serve.is_alive() or is_meant:
            self._serve = self._bear("serve", point if is_meant else Point.ANY)
        if self._duebox.is_embedded:
            self._worker = self._serve
        elif self._worker is None or not self._worker.is_alive() or not is_meant:
            if self._worker is not None:
                self._worker.kill()
            self._worker = self._bear("worker", Point.ANY if is_meant else point)
        serve = self._serve
        wait_until(lambda: self._duebox.is_up() or not serve.is_alive(), what="duebox answers", seconds=UP_SECONDS)
        assert self._worker is not None, "born above"
        return self._serve if is_meant else self._worker

    def _bear(self, word: str, point: Point) -> Child:
        return self._nursery.bear(word, environment=self._duebox.environment, folder=self._duebox.folder, point=point)


def storm(
    url: str,
    folder: Path,
    mailbox: Mailbox,
    sink: SmtpSink,
    *,
    points: Sequence[Point],
    seed: int,
    minutes: float = float("inf"),
) -> Report:
    """Run a storm on an empty database, one kill for each of the points, but none after so many minutes, and judge what
    is left when it is over."""
    dice = random.Random(seed)  # noqa: S311  # the storm must be repeatable, not secret
    report = Report(url.partition(":")[0])
    began = time.monotonic()
    settings = {"DUEBOX_UNDO_SECONDS": str(UNDO_SECONDS), "DUEBOX_POLL_SECONDS": "0.2"}
    with Installation(url, folder, sink, **settings) as duebox, Nursery() as nursery, _provider(mailbox, sink):
        duebox.furnish({"collections": mailbox})
        duebox.within(_sent_mail_is_filed)
        sink.always(hang(At.DOT, seconds=SMTP_SECONDS))
        writer, house = Writer(mailbox, dice), House(duebox, nursery)
        died: Counter[str] = Counter()
        for point in points:
            if time.monotonic() - began > minutes * 60:
                break
            victim = house.prepare(point)
            with suppress(*AWAY):  # it may have come by its point with earlier mail
                _balance(duebox, report)
            writer.write(dice.randint(*MAILS_A_KILL))
            seconds = dice.uniform(*RANDOM_SECONDS) if point is Point.ANY else SECONDS_TO_DIE
            _decide_until_dead(duebox, victim, seconds, report, undoes=point is Point.UNDONE)
            died[Point.ANY if victim.is_alive() else point] += 1
            victim.kill()
            sys.stderr.write(f"{died.total()} {point.value} {time.monotonic() - began:.0f} s\n")
        report.kills, report.died = died.total(), dict(died)
        house.prepare(Point.ANY)
        _drain(duebox, len(writer.written), report)
        _judge(duebox, writer, sink, report)
    report.seconds = round(time.monotonic() - began, 1)
    return report


async def _sent_mail_is_filed(services: Services) -> None:
    async with services.database.write() as uow:
        for row in await uow.mailboxes.all():
            row.sent_copy = SentCopy.SERVER


@contextmanager
def _provider(mailbox: Mailbox, sink: SmtpSink) -> Iterator[None]:
    """Files what was sent in the Sent folder, as the great providers do."""
    is_over = threading.Event()

    def file() -> None:
        filed = 0
        while not is_over.wait(0.05):
            mails = sink.mails
            if len(mails) > filed:
                mailbox.append_all([sent.raw for sent in mails[filed:]], folder="Sent")
                filed = len(mails)

    thread = threading.Thread(target=file, name="provider", daemon=True)
    thread.start()
    yield
    is_over.set()
    thread.join()


def _decide_until_dead(
    duebox: Installation, victim: Child, seconds: float, report: Report, *, undoes: bool = False
) -> None:
    """Approve what is pending until the process is dead; a server that is down just now is no reason to stop."""
    until = time.monotonic() + seconds
    while victim.is_alive() and time.monotonic() < until:
        with suppress(*AWAY):
            _decide_all(duebox, undoes=undoes)
            _balance(duebox, report)
        time.sleep(LOOK_SECONDS)


def _decide_all(duebox: Installation, *, undoes: bool = False) -> None:
    for review in duebox.everything("/api/v1/reviews?state=pending"):
        action = "approve" if review["draft"] else "ignore"
        path = f"/api/v1/reviews/{review['id']}"
        try:
            duebox.post(f"{path}/decision", {"version": review["version"], "action": action})
            if undoes and action == "approve":
                duebox.post(f"{path}/undo", {})
        except Refused as refused:
            if refused.status not in {409, 422}:  # a newer mail came between, or it has left: look again
                raise


def _balance(duebox: Installation, report: Report) -> None:
    counts = duebox.get("/api/v1/counts")
    report.balances += 1
    places = ("in_work", "pending", "decided", "no_answer", "quarantined")
    if counts["received"] != sum(counts[place] for place in places):
        report.unbalanced.append(counts)


def _drain(duebox: Installation, expected: int, report: Report) -> None:
    """Let everything that was written be received, worked, decided and sent, and unknown outcomes be found out."""

    def is_done(unsettled: tuple[str, ...]) -> bool:
        with suppress(*AWAY):
            _decide_all(duebox)
            _balance(duebox, report)
            counts = duebox.get("/api/v1/counts")
            states = Counter(row["state"] for row in duebox.everything("/api/v1/outbox"))
            waiting = counts["in_work"] + counts["pending"] + sum(states[state] for state in unsettled)
            return bool(counts["received"] >= expected and waiting == 0)
        return False

    on_its_way = ("waiting", "ready", "sending")
    wait_until(lambda: is_done(on_its_way), what="everything is decided and sent", seconds=DRAIN_SECONDS)
    with suppress(ServerFailed):
        wait_until(lambda: is_done((*on_its_way, "unknown")), what="every outcome is known", seconds=45)


def _judge(duebox: Installation, writer: Writer, sink: SmtpSink, report: Report) -> None:
    messages = duebox.everything("/api/v1/messages")
    outbox = duebox.everything("/api/v1/outbox")
    received = Counter(message["rfc_message_id"].strip("<>") for message in messages)
    arrived = Counter(sent.message_id.strip("<>") for sent in sink.mails)
    in_state: dict[str, set[str]] = defaultdict(set)
    for row in outbox:
        in_state[row["state"]].add(row["rfc_message_id"].strip("<>"))
    report.mails = len(writer.written)
    report.sent = len(arrived)
    report.states = dict(Counter(message["state"] for message in messages))
    report.unknown = len(in_state["unknown"])
    report.parked = [row["reason"] for row in json.loads(duebox.command("quarantine", "list", "--json"))]
    report.lost = sorted(set(writer.written) - set(received))
    report.doubled = sorted(message_id for message_id, count in received.items() if count > 1)
    report.sent_twice = sorted(message_id for message_id, count in arrived.items() if count > 1)
    report.not_sent = sorted(in_state["sent"] - set(arrived))
    report.undone_but_sent = sorted(in_state["cancelled"] & set(arrived))
    report.not_found = sorted(in_state["unknown"] & set(arrived))
    report.out_of_order = _out_of_order(duebox, messages)
    verified = json.loads(duebox.command("audit", "verify", "--json"))
    report.broken_chain = "; ".join(str(chain) for chain in verified if chain["first_bad"])


def _out_of_order(duebox: Installation, messages: list[dict[str, Any]]) -> list[str]:
    """Conversations whose first proposals were not made in the order of arrival. Parked mail has none."""
    arrived: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        arrived[message["conversation_id"]].append(message["id"])
    worked: dict[str, list[str]] = defaultdict(list)
    for line in duebox.command("audit", "export").splitlines():
        entry = json.loads(line)
        if entry["kind"] == "triage.proposal.saved" and entry["refs"]["run"] == 1:
            worked[entry["refs"]["conversation_id"]].append(entry["refs"]["message_id"])
    return sorted(
        conversation
        for conversation, order in arrived.items()
        if worked[conversation] != [message_id for message_id in order if message_id in worked[conversation]]
    )
