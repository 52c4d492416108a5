"""An installation in bad times: servers go and come back, forms are forged, it is stopped in the middle of a mail."""

import json
import secrets
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.jobs.lease import LEASE_SECONDS
from tests.instances import mail
from tests.running import COLLECTOR, PASSWORD, Installation, Refused, Webhook
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.model import Answer, ModelRequest, ModelServer, after, hangs_up, says
from tests.servers.postgres import Postgres
from tests.servers.process import free_port, wait_until
from tests.servers.smtp_sink import SmtpSink

METRICS_TOKEN = "a token for the metrics"
CANARIES = ("Quackenbush", "zebulon", "canary-corp", "Kanarienvogel", "Xylophonstrasse", "7731", "INV-1001")


def model_answer(request: ModelRequest) -> Answer:
    """A dull but working model."""
    answers: dict[str, dict[str, Any]] = {
        "MessageClass": {"intents": [{"intent": "query", "confidence": 0.9, "quote": "Hello"}], "flags": []},
        "ExtractedFacts": {},
        "DraftReply": {"body": "Thank you for your message. We will look into it."},
    }
    return says(answers[request.schema_name or ""])


@dataclass
class House:
    duebox: Installation
    dovecot: Dovecot
    mailbox: Mailbox
    sink: SmtpSink
    webhook: Webhook
    model_port: int

    def ready(self) -> tuple[int, dict[str, str]]:
        answer = httpx.get(f"{self.duebox.base}/readyz", timeout=30)
        return answer.status_code, answer.json()["parts"]

    def wait_for_part(self, part: str, word: str, *, seconds: float = 30) -> None:
        wait_until(lambda: self.ready()[1].get(part) == word, what=f"{part} is {word}", seconds=seconds)

    def doctor(self) -> tuple[int, dict[str, dict[str, Any]]]:
        done = self.duebox.run("doctor", "--json")
        return done.returncode, {finding["part"]: finding for finding in json.loads(done.stdout)}

    def receive(self, body: str = "Hello, a question about INV-1001.") -> dict[str, Any]:
        """Post a mail in a conversation of its own; its review, once there is one."""
        name = f"{secrets.token_hex(8)}@customer.example"
        assert self.webhook.post(mail(body, message_id=name, subject=f"About {name}")) == 204
        wait_until(lambda: self.message(name)["state"] == "pending", what="the mail has a review", seconds=180)
        message = self.duebox.get(f"/api/v1/messages/{self.message(name)['id']}")
        review: dict[str, Any] = self.duebox.get(f"/api/v1/reviews/{message['review_id']}")
        return review

    def message(self, rfc_message_id: str) -> dict[str, Any]:
        found = self.duebox.everything("/api/v1/messages")
        return next(item for item in found if item["rfc_message_id"] == f"<{rfc_message_id}>")

    def approve(self) -> str:
        """Approve an answer to a new mail. Returns the outbox id."""
        review = self.receive()
        decision = {"version": review["version"], "action": "edit", "subject": "Re: you", "body": "Thank you."}
        return str(self.duebox.post(f"/api/v1/reviews/{review['id']}/decision", decision)["outbox_id"])

    def outgoing(self, outbox_id: str) -> dict[str, Any]:
        return next(row for row in self.duebox.everything("/api/v1/outbox") if row["id"] == outbox_id)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """On SQLite, with a mail server, a mail sink and a model endpoint that may go away, and its fullest logs."""
    folder: Path = tmp_path_factory.mktemp("operations")
    port = free_port()
    with ExitStack() as stack:
        dovecot, sink = stack.enter_context(Dovecot()), stack.enter_context(SmtpSink())
        mailbox = dovecot.mailbox()
        duebox = stack.enter_context(
            Installation(
                f"sqlite:///{folder / 'duebox.db'}",
                folder,
                sink,
                DUEBOX_MODEL__PROVIDER="openai",
                DUEBOX_MODEL__BASE_URL=f"http://127.0.0.1:{port}/v1",
                DUEBOX_MODEL__NAME="stub",
                DUEBOX_METRICS_TOKEN=METRICS_TOKEN,
                DUEBOX_LOG_LEVEL="DEBUG",
                DUEBOX_SMTP__BACKOFF_SECONDS="1",
            )
        )
        duebox.furnish({"inbox": mailbox})
        webhook = duebox.add_webhook("hook")
        duebox.start_all()
        yield House(duebox, dovecot, mailbox, sink, webhook, port)


@pytest.fixture
def model(house: House) -> Iterator[ModelServer]:
    with ModelServer(port=house.model_port) as server:
        server.respond = model_answer
        yield server
        server.respond = hangs_up()  # for connections that are kept open


# Health --------------------------------------------------------------------------------------


def test_all_is_well(house: House, model: ModelServer) -> None:
    house.wait_for_part("mailbox:inbox", "ok")
    status, parts = house.ready()
    assert status == 200
    assert parts == dict.fromkeys(("database", "schema", "worker", "smtp", "model", "mailbox:inbox"), "ok")
    code, findings = house.doctor()
    assert code == 0, findings
    assert set(findings) - {"disk", "partitions"} == {
        "audit",
        "backup",
        "database",
        "checkpoints",
        "clock",
        "jobs",
        "keys",
        "workers",
        "ledger",
        "people",
        "senders",
        "mailbox inbox",
        "smtp",
        "model",
    }
    assert httpx.get(f"{house.duebox.base}/healthz").json() == {"status": "ok"}


def test_metrics_want_their_token_and_name_nobody(house: House) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": METRICS_TOKEN}, {"Authorization": b"\xff"}):
        assert httpx.get(f"{house.duebox.base}/metrics", headers=headers).status_code == 401  # type: ignore[arg-type]
    answer = httpx.get(f"{house.duebox.base}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200
    assert 'duebox_messages{state="pending"}' in answer.text
    assert "@" not in answer.text


def test_a_mailbox_that_goes_away_is_shown_and_read_again(house: House, model: ModelServer) -> None:
    house.dovecot.stop()
    house.wait_for_part("mailbox:inbox", "imap_unreachable")
    assert house.ready()[0] == 200, "pages and API go on"
    code, findings = house.doctor()
    assert code == 1
    assert findings["mailbox inbox"]["detail"] == "imap_unreachable"
    assert findings["mailbox inbox"]["hint"].startswith("check host, port")
    house.dovecot.start()
    house.mailbox.append(mail("Hello again.", message_id="after-imap@customer.example"))
    house.wait_for_part("mailbox:inbox", "ok", seconds=180)
    wait_until(
        lambda: (
            "<after-imap@customer.example>"
            in {item["rfc_message_id"] for item in house.duebox.everything("/api/v1/messages")}
        ),
        what="what arrived after the break is read",
    )
    # while it is worked, it changes what is known of the customer, and with it the version of whatever else waits
    wait_until(
        lambda: house.message("after-imap@customer.example")["state"] == "pending", what="it is worked", seconds=180
    )


def test_mail_waits_for_a_mail_server_that_is_down_and_leaves_once(house: House, model: ModelServer) -> None:
    before = len(house.sink.mails)
    with house.sink.down():
        outbox_id = house.approve()
        house.wait_for_part("smtp", "unreachable")
        assert house.ready()[0] == 200
        row = house.outgoing(outbox_id)
        assert (row["state"], row["last_error"]) == ("ready", "unreachable")
        code, findings = house.doctor()
        assert (code, findings["smtp"]["is_ok"]) == (1, False)
    wait_until(lambda: house.outgoing(outbox_id)["state"] == "sent", what="it leaves", seconds=180)
    assert house.ready()[1]["smtp"] == "ok"
    assert len(house.sink.mails) == before + 1
    assert house.outgoing(outbox_id)["last_error"] is None


def test_without_the_model_the_embedded_one_reads_and_a_person_decides(house: House) -> None:
    review = house.receive("Hello,\n\nwe will pay INV-1001 on Friday.\n\nPetra Vane")
    assert "model_unavailable" in review["review_reasons"]
    message = house.duebox.get(f"/api/v1/messages/{review['message_id']}")
    assert "payment_promise" in {found["intent"] for found in message["proposal"]["intents"]}
    assert message["proposal"]["route"] == "review"
    house.wait_for_part("model", "unavailable")
    code, findings = house.doctor()
    assert (code, findings["model"]["is_ok"]) == (1, False)
    assert "everything goes to a person" in findings["model"]["hint"]
    with ModelServer(port=house.model_port) as server:
        server.respond = model_answer
        review = house.receive("Hello, one more question about INV-1002.")
        assert server.requests, "the endpoint is asked again as soon as it is back"
        assert "model_unavailable" not in review["review_reasons"]
        house.wait_for_part("model", "ok")


# Forged forms and headers ----------------------------------------------------------------------


def signed_in(house: House) -> httpx.Client:
    browser = httpx.Client(base_url=house.duebox.base, timeout=30)
    answer = browser.post("/login", data={"email": COLLECTOR, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    return browser


def csrf_of(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(house: House) -> None:
    form = {"email": COLLECTOR, "password": PASSWORD}
    plain = httpx.post(f"{house.duebox.base}/login", data=form).headers["set-cookie"]
    assert plain.startswith("duebox=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(plain.split("; "))
    assert "Secure" not in plain
    behind_tls = httpx.post(f"{house.duebox.base}/login", data=form, headers={"X-Forwarded-Proto": "https"})
    assert behind_tls.headers["set-cookie"].startswith("__Host-duebox=")
    assert "Secure" in behind_tls.headers["set-cookie"].split("; ")


FORMS = (
    *("/reviews/{id}/approve", "/reviews/{id}/ignore", "/reviews/{id}/undo", "/logout"),
    *("/cases", "/cases/{id}/confirm", "/holds", "/holds/{id}/lift", "/tasks/{id}/done"),
    *("/contacts/proposals/{id}/confirm", "/contacts/{id}/restore", "/customers/C-1/case-file"),
)


@pytest.mark.parametrize("path", FORMS)
def test_forged_forms_change_nothing(house: House, model: ModelServer, path: str) -> None:
    review = house.duebox.get("/api/v1/reviews?state=pending&limit=1")["items"][0]
    fields = {"version": str(review["version"]), "reason": "spam"}
    address = path.format(id=review["id"])
    with closing(signed_in(house)) as browser, closing(signed_in(house)) as other:
        own, foreign = csrf_of(browser.get("/queue").text), csrf_of(other.get("/queue").text)
        assert own
        assert own != foreign
        forgeries: list[tuple[dict[str, str], dict[str, str]]] = [
            ({}, {}),
            ({"csrf": ""}, {}),
            ({"csrf": "\N{SNOWMAN}\0"}, {}),
            ({"csrf": foreign}, {}),
            ({"csrf": own}, {"Sec-Fetch-Site": "cross-site"}),
            ({"csrf": own}, {"Sec-Fetch-Site": "same-site"}),
            ({"csrf": own}, {"Origin": "https://elsewhere.example"}),
            ({"csrf": own}, {"Origin": "null"}),
        ]
        for token, headers in forgeries:
            answer = browser.post(address, data={**fields, **token}, headers=headers)
            assert answer.status_code == 403, (token, headers)
        with httpx.Client(base_url=house.duebox.base) as nobody:
            assert nobody.post(address, data={**fields, "csrf": own}).status_code in {303, 403}
        assert browser.get("/queue").status_code == 200, "still signed in"
    assert house.duebox.get(f"/api/v1/reviews/{review['id']}") == review


def test_sign_in_forms_of_other_sites_are_refused(house: House) -> None:
    form = {"email": COLLECTOR, "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        answer = httpx.post(f"{house.duebox.base}/login", data=form, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    for odd in ("\0", "\ud800".encode("utf-8", "surrogatepass"), "x" * 100_000, "a@b\0.example"):
        answer = httpx.post(f"{house.duebox.base}/login", data={"email": odd, "password": odd})
        assert answer.status_code in {401, 422, 429}, repr(odd)[:20]


def test_every_answer_carries_the_headers(house: House) -> None:
    with closing(signed_in(house)) as browser:
        for method, path in (
            *(("GET", path) for path in ("/queue", "/sent", "/login", "/nowhere", "/reviews/x", "/healthz", "/readyz")),
            *(("GET", path) for path in ("/api/v1/counts", "/api/openapi.json", "/static/app.js", "/static/nowhere")),
            *(("POST", path) for path in ("/logout", "/webhooks/mail/hook", "/queue", "/login")),
            ("OPTIONS", "/queue"),
        ):
            headers = browser.request(method, path, headers={"Sec-Fetch-Site": "cross-site"}).headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert path.startswith("/static/") or headers["cache-control"] == "no-store"


# Privacy, and the end --------------------------------------------------------------------------


def test_a_stop_lets_the_mail_in_work_end_and_nothing_personal_was_written(house: House, model: ModelServer) -> None:
    """The last test of this house: it stops it, starts it again, and looks at all that it left behind."""
    canary = mail(
        "Hello,\n\nKanarienvogel! We will pay INV-1001. Call +49 30 7731 7731, Xylophonstrasse 7, Berlin.\n\nZebulon",
        subject="Kanarienvogel 7731",
        sender="Zebulon Quackenbush <zebulon@canary-corp.example>",
        message_id="kanarienvogel-7731@canary-corp.example",
    )
    model.clear()
    model.respond = lambda request: after(1.5, model_answer(request))
    assert house.webhook.post(canary) == 204
    assert house.webhook.post(b"Subject: Kanarienvogel 7731\r\nFrom: zebulon@canary-corp.example\r\n\r\n\0\xff") == 204
    model.wait_for(1, seconds=180)
    serve = house.duebox.processes[-1]
    began = time.monotonic()
    serve.send_signal(signal.SIGTERM)
    assert serve.wait(timeout=70) == 0
    assert time.monotonic() - began < 70
    model.respond = model_answer
    house.duebox.start("serve")
    house.duebox.wait_until_up()
    wait_until(lambda: house.duebox.get("/api/v1/counts")["in_work"] == 0, what="all was worked", seconds=180)
    message = house.message("kanarienvogel-7731@canary-corp.example")
    assert message["state"] == "pending"
    log = [json.loads(line) for line in house.duebox.command("audit", "export").splitlines()]
    worked = [e for e in log if e["kind"] == "triage.proposal.saved" and e["refs"]["message_id"] == message["id"]]
    assert len(worked) == 1
    metrics = httpx.get(f"{house.duebox.base}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).text
    written = {"metrics": metrics, "logs": house.duebox.logs(), "audit": json.dumps(log), "jobs": _jobs(house.duebox)}
    assert "triage.proposal.saved" in written["logs"]
    assert message["id"] in written["jobs"]
    for place, text in written.items():
        assert "Traceback" not in text, place
        for word in (*CANARIES, "petra", "Petra", COLLECTOR, PASSWORD):
            assert word not in text, f"{word} in the {place}"


def _jobs(duebox: Installation) -> str:
    """Every value of every table of the job engine."""
    with closing(sqlite3.connect(duebox.folder / "duebox.db")) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = {"workflow_status", "operation_outputs", "workflow_events", "notifications", "streams", "queues"}
        assert "workflow_status" in names
        tables = [name for name in names if name in ours or name.startswith("workflow")]
        return "\n".join(repr(row) for name in tables for row in database.execute(f'SELECT * FROM "{name}"'))  # noqa: S608


# PostgreSQL ------------------------------------------------------------------------------------


@pytest.mark.timeout(240)
def test_postgresql_may_restart_under_all_processes(tmp_path: Path) -> None:
    with Postgres() as postgres, SmtpSink() as sink:
        url = postgres.create_database()
        with Installation(url, tmp_path, sink) as duebox:
            duebox.furnish()
            webhook = duebox.add_webhook("hook")
            assert duebox.token
            worker = duebox.start_all()
            wait_until(lambda: _parts(duebox).get("worker") == "ok", what="the worker is there", seconds=180)
            taken = [webhook.post(mail("We will pay.", message_id="0@x"))]
            wait_until(
                lambda: _counts(duebox) == (1, 0), what="the worker works, and does not start any more", seconds=180
            )
            taken += [webhook.post(mail("We will pay.", message_id=f"{number}@x")) for number in range(1, 5)]
            assert taken == [204] * 5
            postgres.stop()
            seen = {_status(duebox, path) for path in ("/readyz", "/api/v1/counts", "/api/v1/messages", "/login")}
            assert _status(duebox, "/readyz") == 503
            assert _status(duebox, "/healthz") == 200
            assert webhook.post(mail("We will pay.", message_id="6@x")) == 503
            assert seen == {503, 200}, "the sign-in page needs no database"
            time.sleep(LEASE_SECONDS + 2)
            postgres.start()
            wait_until(lambda: _status(duebox, "/readyz") == 200, what="it is ready again", seconds=180)
            assert webhook.post(mail("We will pay.", message_id="7@x")) == 204
            wait_until(lambda: _counts(duebox) == (6, 0), what="all mails were worked", seconds=180)
            messages = duebox.everything("/api/v1/messages")
            assert {message["state"] for message in messages} <= {"pending", "no_answer"}, "none was given up"
            assert worker.poll() is None, "nobody had to start anything"
            assert "intact" in duebox.command("audit", "verify")
            assert "web.request.broke" not in duebox.logs()
            for process in duebox.processes:
                process.send_signal(signal.SIGTERM)
            assert [process.wait(timeout=70) for process in duebox.processes] == [0, 0]


def _status(duebox: Installation, path: str) -> int:
    return httpx.get(
        f"{duebox.base}{path}", headers={"Authorization": f"Bearer {duebox.token}"}, timeout=30
    ).status_code


def _parts(duebox: Installation) -> dict[str, str]:
    parts: dict[str, str] = httpx.get(f"{duebox.base}/readyz", timeout=30).json()["parts"]
    return parts


def _counts(duebox: Installation) -> tuple[int, int]:
    try:
        counts = duebox.get("/api/v1/counts")
    except Refused:
        return 0, 0
    return counts["received"], counts["in_work"]
