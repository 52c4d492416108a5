"""One mail, the whole way: put into Dovecot, drafted, approved in Chromium, received by an SMTP server."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.instances import mail
from tests.running import COLLECTOR, PASSWORD, Installation
from tests.servers.dovecot import Mailbox
from tests.servers.process import wait_until
from tests.servers.smtp_sink import SmtpSink


@pytest.mark.timeout(240)
async def test_a_mail_is_drafted_approved_and_sent_once(
    database_url: str, tmp_path: Path, mailbox: Mailbox, smtp_sink: SmtpSink, page: Page
) -> None:
    with Installation(database_url, tmp_path, smtp_sink) as duebox:
        duebox.furnish({"collections": mailbox})
        duebox.start_all()
        raw = mail("Hello,\n\nwe will pay INV-1001 on Friday.\n\nPetra Vane", message_id="first@customer.example")
        uid = mailbox.append(raw)
        wait_until(lambda: duebox.get("/api/v1/counts")["pending"] == 1, what="the mail is in the queue", seconds=180)
        await page.goto(f"{duebox.base}/queue")
        await page.fill("#email", COLLECTOR)
        await page.fill("#password", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_url("**/queue*")
        await page.get_by_role("button", name="Approve").first.click()
        await page.wait_for_load_state()
        (sent,) = smtp_sink.wait_for(1, seconds=30)
        answer = message_from_bytes(sent.raw, policy=default)
        assert answer["In-Reply-To"] == "<first@customer.example>"
        assert answer["To"].addresses[0].addr_spec == "petra@customer.example"
        assert "INV-1001" in answer.get_content()
        wait_until(lambda: len(duebox.everything("/api/v1/outbox?state=sent")) == 1, what="it is filed as sent")
        assert len(smtp_sink.mails) == 1
        assert mailbox.flags(uid) <= {"\\Recent"}, "nothing changed on the server"
        assert duebox.get("/api/v1/counts") == {
            "received": 1,
            "in_work": 0,
            "pending": 0,
            "decided": 1,
            "no_answer": 0,
            "quarantined": 0,
        }
        assert "intact" in duebox.command("audit", "verify")
