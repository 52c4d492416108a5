"""Mail that hardly is one, by a real Dovecot and by webhook: worked or quarantined, and the next mail is worked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.instances import mail
from tests.running import Installation, Webhook
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.process import wait_until

MIB = 1024 * 1024
HEAD = b"From: Petra Vane <petra@customer.example>\r\nTo: c@seller.example\r\nSubject: Re: Reminder\r\n"
ODD: dict[str, bytes] = {
    "no headers": b"We will pay INV-1001 on Friday.\r\n",
    "only headers": HEAD,
    "an empty line": b"\r\n",
    "wrong charset": HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nGr\xfc\xdfe, wir zahlen INV-1001.\r\n",
    "unknown charset": HEAD + b"Content-Type: text/plain; charset=x-none\r\n\r\nWe will pay INV-1001.\r\n",
    "not base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n%%%=\xff\r\n",
    "unknown encoding": HEAD + b"Content-Transfer-Encoding: x-none\r\n\r\nWe will pay INV-1001.\r\n",
    "no end of parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nWe will pay.\r\n",
    "no boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\nWe will pay INV-1001.\r\n",
    "nested parts": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(120)),
    "binary": bytes(range(256)) * 200,
    "NUL": HEAD + b"\r\nWe will\0 pay INV-1001\0.\r\n",
    "8-bit headers": b"From: M\xfcller <m\xfcller@customer.example>\r\nSubject: \xff\xfe\r\n\r\nHello\r\n",
    "no sender": b"Subject: Hello\r\n\r\nWe will pay INV-1001 on Friday.\r\n",
    "many senders": b"From: " + b"a@b.example, " * 5000 + b"c@d.example\r\n\r\nHello\r\n",
    "long line": HEAD + b"\r\n" + b"We will pay INV-1001 " * 10_000 + b"\r\n",
    "long header": HEAD + b"References: " + b"<a@b.example> " * 20_000 + b"\r\n\r\nHello\r\n",
    "odd date": HEAD + b"Date: Thu, 99 Foo 9999 99:99:99 +9999\r\n\r\nWe will pay INV-1001 on 31 February.\r\n",
    "html in tatters": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div><b" * 3000 + b"We will pay",
    "broken pdf": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee there.\r\n--b\r\n"
    + b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n"
    + b"%PDF-1.7\r\n\xff\xff\r\n--b--\r\n",
    "surrogates": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA- We will pay INV-1001.\r\n",
    "only a quote": HEAD + b"\r\n> We will pay.\r\n> On Friday.\r\n",
    "direction marks": HEAD + "\r\n\u202eyaP\u202c INV\u20111001\u200b\ufeff\r\n".encode(),
}


@dataclass
class House:
    duebox: Installation
    mailbox: Mailbox
    webhook: Webhook

    def wait_for(self, received: int, *, seconds: float = 180) -> dict[str, int]:
        """Wait until so many mails were received and all were worked."""

        def is_done() -> bool:
            counts = self.duebox.get("/api/v1/counts")
            return bool(counts["received"] == received and counts["in_work"] == 0)

        wait_until(is_done, what=f"{received} mails were worked", seconds=seconds)
        counts: dict[str, int] = self.duebox.get("/api/v1/counts")
        assert counts["received"] == sum(count for place, count in counts.items() if place != "received")
        return counts

    def state_of(self, message_id: str) -> str:
        found = self.duebox.everything("/api/v1/messages")
        return next(str(item["state"]) for item in found if item["rfc_message_id"] == f"<{message_id}>")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[House]:
    folder, mailbox = tmp_path_factory.mktemp("odd"), dovecot.mailbox()
    with Installation(f"sqlite:///{folder / 'duebox.db'}", folder) as duebox:
        duebox.furnish({"inbox": mailbox})
        webhook = duebox.add_webhook("hook")
        duebox.start_all()
        yield House(duebox, mailbox, webhook)


@pytest.mark.timeout(240)
def test_odd_mail_by_imap_and_webhook_stops_nothing(house: House) -> None:
    for raw in ODD.values():
        house.mailbox.drop(raw)
    house.mailbox.drop(mail("We will pay INV-1001 on Friday.", message_id="after-imap@customer.example"))
    for name, raw in ODD.items():
        assert house.webhook.post(raw + b"\r\nby webhook") == 204, name
    house.webhook.post(mail("We will pay INV-1002 on Friday.", message_id="after-hook@customer.example"))
    house.wait_for(2 * len(ODD) + 2)
    assert house.state_of("after-imap@customer.example") == "pending"
    assert house.state_of("after-hook@customer.example") == "pending"
    quarantined = house.duebox.everything("/api/v1/messages?state=quarantined")
    assert len(quarantined) < len(ODD) / 2, "most of it can be worked"
    for item in house.duebox.everything("/api/v1/messages"):
        house.duebox.get(f"/api/v1/messages/{item['id']}")
    assert house.webhook.post(b"") == 400
    assert "web.request.broke" not in house.duebox.logs()


@pytest.mark.timeout(240)
def test_a_mail_of_60_mb_is_set_aside(house: House) -> None:
    before = house.duebox.get("/api/v1/counts")["received"]
    huge = mail("We will pay.", message_id="huge@customer.example") + b"0123456789abcde\n" * (60 * MIB // 16)
    house.mailbox.drop(huge)
    house.mailbox.drop(mail("We will pay INV-1001 on Friday.", message_id="after-huge@customer.example"))
    assert house.webhook.post(huge) == 413
    house.wait_for(before + 2)
    assert house.state_of("huge@customer.example") == "quarantined"
    assert house.state_of("after-huge@customer.example") == "pending"
    rows = json.loads(house.duebox.command("quarantine", "list", "--json"))
    (row,) = [row for row in rows if row["reason"] == "too_large"]
    assert set(row) == {"id", "mailbox", "reason", "attempts", "received_at"}
    assert row["mailbox"] == "inbox"
    done = house.duebox.run("quarantine", "retry", "all")
    assert done.returncode == 0, done.stderr
    assert house.state_of("huge@customer.example") == "quarantined", "its bytes were never fetched"
