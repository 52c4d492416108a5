"""`python -m tests.deliveries [N]`: N deliveries to the webhook of a running `serve`, three in ten of them repeats, in
no order, among them forged, altered, truncated and mislabelled ones.

Prints what was found; exits 1 when a mail was stored twice or not at all, when anything forged was taken, or when the
slowest twentieth waited more than 300 ms for its answer.
"""

import argparse
import json
import random
import socket
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from urllib.parse import urlsplit

from tests.instances import mail
from tests.running import Installation, Webhook, scratch

AT_ONCE = 8
P95_SECONDS = 0.3
REPEATS = 0.3
_MANY = 50 * 1024 * 1024
_LARGE = 30 * 1024 * 1024


@dataclass
class Report:
    """`wrong` names every answer that is not the one that a provider must get; it must be empty, and so must `lost` and
    `doubled`."""

    deliveries: int = 0
    mails: int = 0
    seconds: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Exactly once, and nothing forged; how quickly is a matter of the machine."""
        return not (self.lost or self.doubled or self.strangers or self.wrong)

    @property
    def is_quick(self) -> bool:
        return self.p95_ms <= P95_SECONDS * 1000


def deliver(duebox: Installation, count: int, seed: int) -> Report:
    """Post so many deliveries to a running installation, and count what it holds afterwards."""
    dice = random.Random(seed)  # noqa: S311  repeatable, not secret
    webhook, report = duebox.add_webhook("deliveries"), Report(deliveries=count)
    names = [f"{seed}-{number}" for number in range(max(1, round(count * (1 - REPEATS))))]
    order = names + dice.choices(names, k=count - len(names))
    dice.shuffle(order)
    report.mails = len(names)
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        posted = list(threads.map(lambda name: _post(webhook, name), order))
    report.seconds = round(time.monotonic() - started, 1)
    report.answers = {str(status): times for status, times in Counter(status for status, _ in posted).items()}
    report.wrong += [f"{name}: {status}" for name, (status, _) in zip(order, posted, strict=True) if status != 204]
    waited = sorted(seconds * 1000 for _, seconds in posted)
    report.p50_ms = round(statistics.median(waited), 1)
    report.p95_ms = round(waited[int(len(waited) * 0.95)], 1)
    report.wrong += _refusals(webhook)
    theirs = [m for m in duebox.everything("/api/v1/messages") if m["mailbox"] == "deliveries"]
    stored = Counter(message["rfc_message_id"].strip("<>") for message in theirs)
    expected = {f"{name}@customer.example" for name in (*names, "large")}
    report.lost = sorted(expected - set(stored))
    report.doubled = sorted(name for name, times in stored.items() if times > 1)
    report.strangers = sorted(set(stored) - expected)
    return report


def _post(webhook: Webhook, name: str) -> tuple[int, float]:
    started = time.monotonic()
    status = webhook.post(_mail(name), webhook_id=f"msg_{name}")
    return status, time.monotonic() - started


def _mail(name: str) -> bytes:
    marked = [("Auto-Submitted", "auto-replied")]
    return mail("Out of office until Monday.", message_id=f"{name}@customer.example", headers=marked)


def _refusals(webhook: Webhook) -> list[str]:
    """What must not be taken, and what must, though it is large: each with the answer that it must get."""
    forger = replace(webhook, secret=f"whsec_{'A' * 44}")
    nowhere = replace(webhook, url=f"{webhook.url}-nowhere")
    tries = {
        "another's secret": (forger.post(_mail("forged")), {401}),
        "no such mailbox": (nowhere.post(_mail("nowhere")), {404}),
        "empty": (webhook.post(b""), {400}),
        "30 MB": (webhook.post(_mail("large") + b"x" * _LARGE), {204}),
        "more than 50 MB": (webhook.post(_mail("larger") + b"x" * _MANY), {413}),
        "truncated": (_raw(webhook, b"content-length: 5000\r\n", b"Subject: half", is_cut=True), {400, 0}),
        "no signature": (_raw(webhook, b"content-length: 1\r\n", b"x"), {400, 401}),
        "not a mail": (_raw(webhook, b"content-length: 1\r\ncontent-type: image/png\r\n", b"x"), {415}),
        "packed": (_raw(webhook, b"content-length: 1\r\ncontent-encoding: gzip\r\n", b"x"), {415}),
    }
    return [f"{name}: {status}" for name, (status, right) in tries.items() if status not in right]


def _raw(webhook: Webhook, headers: bytes, body: bytes, *, is_cut: bool = False) -> int:
    """A request written by hand, perhaps cut off after its body. 0 where there was no answer."""
    place = urlsplit(webhook.url)
    with socket.create_connection((place.hostname or "", place.port or 80), timeout=20) as connection:
        head = b"POST %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" % place.path.encode()
        connection.sendall(head + headers + b"\r\n" + body)
        if is_cut:
            connection.shutdown(socket.SHUT_WR)
        status = connection.makefile("rb").readline().split()
    return int(status[1]) if len(status) > 1 else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Deliveries to the webhook of a running `serve`.")
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    with scratch() as folder, Installation(f"sqlite:///{folder / 'duebox.db'}", folder) as duebox:
        duebox.furnish()
        duebox.start("serve")
        duebox.wait_until_up(120)
        report = deliver(duebox, wish.count, wish.seed)
    said = asdict(report) | {"right": report.is_right, "quick": report.is_quick}
    sys.stdout.write(json.dumps(said, indent=1) + "\n")
    return 0 if report.is_right and report.is_quick else 1


if __name__ == "__main__":
    sys.exit(main())
