"""A storm: mail arrives, answers are approved, and the process that works the mail is killed again and again."""

import json
import random
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.instances import mail
from tests.running import Installation, Refused, kill
from tests.servers.dovecot import Mailbox
from tests.servers.process import wait_until
from tests.servers.smtp_sink import At, SmtpSink, hang

CONVERSATIONS = 12
MAILS_A_KILL = (2, 5)
SECONDS_BETWEEN_KILLS = (0.3, 14.0)
DRAIN_SECONDS = 300.0
LOOK_SECONDS = 0.3
SMTP_SECONDS = 0.5
"""The mail server takes its time after the final dot, so that some kills fall into the sending."""

WORDS = (
    "We will pay INV-1001 on Friday.",
    "Could you send me a copy of INV-1002, please?",
    "INV-1001 was paid yesterday by transfer.",
    "We need two more weeks for INV-1002.",
)


@dataclass
class Report:
    """What a storm did, and what it found wrong. Everything in the second half must be empty or zero."""

    database: str
    kills: int
    seconds: float = 0.0
    mails: int = 0
    sent: int = 0
    unknown: int = 0
    parked: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    sent_twice: list[str] = field(default_factory=list)
    not_sent: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    unbalanced: list[dict[str, int]] = field(default_factory=list)
    broken_chain: str = ""

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, sent twice or out of order. Unknown and parked mail is none of these: it is shown."""
        wrong = (self.lost, self.doubled, self.sent_twice, self.not_sent, self.out_of_order, self.unbalanced)
        return not any(wrong) and not self.broken_chain

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
                    message_id=message_id,
                    references=self._threads[thread][-5:],
                )
            )
            self._threads[thread].append(message_id)
            self.written.append(message_id)
        self._mailbox.append_all(mails)


def storm(url: str, folder: Path, mailbox: Mailbox, sink: SmtpSink, *, kills: int, seed: int) -> Report:
    """Run a storm on an empty database, and judge what is left when it is over."""
    dice = random.Random(seed)  # noqa: S311  # the storm must be repeatable, not secret
    report = Report(url.partition(":")[0], kills)
    began = time.monotonic()
    with Installation(url, folder, sink) as duebox:
        duebox.furnish({"collections": mailbox})
        sink.always(hang(At.DOT, seconds=SMTP_SECONDS))
        writer = Writer(mailbox, dice)
        worker = duebox.start_all()
        for _ in range(kills):
            writer.write(dice.randint(*MAILS_A_KILL))
            _decide_for(duebox, dice.uniform(*SECONDS_BETWEEN_KILLS), report)
            kill(worker)
            worker = duebox.start("serve" if duebox.is_embedded else "worker")
        duebox.wait_until_up()
        _drain(duebox, len(writer.written), report)
        _judge(duebox, writer, sink, report)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _decide_for(duebox: Installation, seconds: float, report: Report) -> None:
    """Approve what is pending, for a while; a server that is down just now is no reason to stop."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            _decide_all(duebox)
            _balance(duebox, report)
        except (Refused, OSError):
            pass
        time.sleep(min(LOOK_SECONDS, max(until - time.monotonic(), 0)))


def _decide_all(duebox: Installation) -> None:
    for review in duebox.everything("/api/v1/reviews?state=pending"):
        action = "approve" if review["draft"] else "ignore"
        try:
            duebox.post(f"/api/v1/reviews/{review['id']}/decision", {"version": review["version"], "action": action})
        except Refused as refused:
            if refused.status != 409:  # a newer mail came between: look again at the next turn
                raise


def _balance(duebox: Installation, report: Report) -> None:
    counts = duebox.get("/api/v1/counts")
    places = ("in_work", "pending", "decided", "no_answer", "quarantined")
    if counts["received"] != sum(counts[place] for place in places):
        report.unbalanced.append(counts)


def _drain(duebox: Installation, expected: int, report: Report) -> None:
    """Let everything that was written be received, worked, decided and sent."""

    def is_done() -> bool:
        _decide_for(duebox, LOOK_SECONDS, report)
        try:
            counts = duebox.get("/api/v1/counts")
            leaving = Counter(row["state"] for row in duebox.everything("/api/v1/outbox"))
        except (Refused, OSError):
            return False
        waiting = counts["in_work"] + counts["pending"] + leaving["waiting"] + leaving["ready"] + leaving["sending"]
        return bool(counts["received"] >= expected and waiting == 0)

    wait_until(is_done, what="everything is decided and sent", seconds=DRAIN_SECONDS)


def _judge(duebox: Installation, writer: Writer, sink: SmtpSink, report: Report) -> None:
    messages = duebox.everything("/api/v1/messages")
    outbox = duebox.everything("/api/v1/outbox")
    received = Counter(message["rfc_message_id"].strip("<>") for message in messages)
    arrived = Counter(sent.message_id.strip("<>") for sent in sink.mails)
    claimed = {row["rfc_message_id"].strip("<>") for row in outbox if row["state"] == "sent"}
    report.mails = len(writer.written)
    report.sent = len(arrived)
    report.states = dict(Counter(message["state"] for message in messages))
    report.unknown = sum(row["state"] == "unknown" for row in outbox)
    report.parked = [row["reason"] for row in json.loads(duebox.command("quarantine", "list", "--json"))]
    report.lost = sorted(set(writer.written) - set(received))
    report.doubled = sorted(message_id for message_id, count in received.items() if count > 1)
    report.sent_twice = sorted(message_id for message_id, count in arrived.items() if count > 1)
    report.not_sent = sorted(claimed - set(arrived))
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
