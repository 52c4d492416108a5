"""Traces of a real installation: one for a mail, from its receipt to its answer, without a word of it."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app.adapters.otlp import STOP_SECONDS
from app.bootstrap import build, settings_from_environment
from app.domain.tracing import Step, StepName, Tracer, first_of
from app.intake.incoming import Incoming
from tests.desk import Desk
from tests.instances import furnish, mail, on_sqlite
from tests.running import REPOSITORY, Installation, Refused
from tests.servers.collector import Collector, said
from tests.servers.process import wait_until
from tests.servers.smtp_sink import SmtpSink

CANARIES = (
    *("Quackenbush", "zebulon", "canary-corp", "Kanarienvogel", "Xylophonstrasse", "7731", "INV-1001", "Friday"),
    *("DE89", "3704", "Halvard", "ines@", "seller.example", "petra", "Petra"),
)
PROMISE = "Hello,\n\nwe will pay INV-1001 on Friday.\n\nPetra Vane, Xylophonstrasse 7, 7731 Ort"
NEW_BANK = "Hello,\n\nour new account: DE89 3704 0044 0532 0130 00.\n\nZebulon Quackenbush, canary-corp"
KEY = "a secret of the tests, long enough"
NODES = ("classify", "extract", "link", "decide", "draft", "check")
MIND = {"mind.think", "mind.redact", *(f"graph.{node}" for node in NODES)}
TRIAGE = {"triage.message", "triage.read", "triage.think", "triage.commit", *MIND, "model.ask"}
WORDING = (StepName.DRAFT, StepName.CHECK, StepName.MODEL)
SENDING = {"outbox.send", "outbox.claim", "smtp.connect", "smtp.address", "smtp.data", "outbox.record"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        yield made


@pytest.mark.timeout(240)
def test_one_trace_tells_the_whole_way_of_a_mail_and_nothing_of_what_it_says(
    postgres_url: str, tmp_path: Path, smtp_sink: SmtpSink, collector: Collector
) -> None:
    """API and worker are two processes, which know nothing of each other; the environment asks libraries to send traces
    of their own, which would hold paths and queries."""
    own_traces = {
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "LANGSMITH_OTEL_ENABLED": "true",
        "OTEL_RESOURCE_ATTRIBUTES": "owner=Halvard",
    }
    with Installation(
        postgres_url,
        tmp_path,
        smtp_sink,
        DUEBOX_TELEMETRY__ENDPOINT=collector.url,
        **own_traces,
    ) as duebox:
        duebox.furnish()
        webhook = duebox.add_webhook("planted")
        duebox.start_all()
        promise = mail(PROMISE, subject="Kanarienvogel 7731", message_id="kanarienvogel-7731@a.example")
        assert webhook.post(promise) == 204
        wait_until(lambda: duebox.get("/api/v1/counts")["pending"] == 1, what="the mail is in the queue", seconds=180)
        (review,) = duebox.everything("/api/v1/reviews?state=pending")
        assert webhook.post(mail(NEW_BANK, sender="Zebulon Quackenbush <zebulon@canary-corp.example>")) == 204
        wait_until(lambda: duebox.get("/api/v1/counts")["pending"] == 2, what="the other one is too", seconds=60)
        with suppress(Refused):
            duebox.get("/api/v1/Quackenbush?q=Kanarienvogel")
        duebox.post(f"/api/v1/reviews/{review['id']}/decision", {"action": "approve", "version": review["version"]})
        smtp_sink.wait_for(1, seconds=60)
        wait_until(lambda: {span.name for span in collector.spans} >= SENDING, what="its sending is told", seconds=60)
        for process in duebox.processes:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(timeout=70) for process in duebox.processes] == [0, 0]
        assert "RuntimeError" not in duebox.logs()
    assert {path for path, _ in collector.requests} == {"/v1/traces"}
    spans = collector.spans
    of_mail = [span for span in spans if span.trace_id.hex() == review["message_id"].replace("-", "")]
    assert {span.name for span in of_mail} == {"intake.message", "review.decision", *TRIAGE, *SENDING}
    assert _roots(of_mail) == ["intake.message"]
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in of_mail)
    assert _count(of_mail, "model.ask") == 3
    (decision,) = (span for span in of_mail if span.name == "review.decision")
    (asked,) = (span for span in spans if span.span_id == decision.links[0].span_id)
    assert said(asked.attributes) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/reviews/{review_id}/decision",
        "http.response.status_code": 200,
    }
    others = [span for span in spans if span.trace_id != of_mail[0].trace_id]
    assert set(_roots(others)) <= {"intake.message", "http.request", "reminders.morning"}
    for word in CANARIES:
        assert word.encode() not in collector.raw, word


def _roots(spans: list[Span]) -> list[str]:
    """Names of those whose parent is not among them."""
    ids = {span.span_id for span in spans}
    return [span.name for span in spans if span.parent_span_id not in ids]


def _count(spans: list[Span], name: str) -> int:
    return [span.name for span in spans].count(name)


async def test_a_collector_that_answers_nothing_holds_up_neither_work_nor_the_end(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its host is on the list of those that Duebox speaks to, and in the dossier."""
    shutil.copy(migrated_file, tmp_path / "duebox.db")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("DUEBOX_TELEMETRY__ENDPOINT", f"http://127.0.0.1:{mute.getsockname()[1]}")
        services = build(settings_from_environment(database_url=f"sqlite:///{tmp_path / 'duebox.db'}", secret_key=KEY))
        _, mailbox_id = await furnish(services.database)
        recipients = {one.host: one.gets for one in (await services.dossier.processing()).recipients}
        assert await services.intake.store(mailbox_id, [Incoming("webhook:1", mail(), services.clock())]) == 1
        began = time.monotonic()
        await services.close()
        services.engine.dispose()
        assert time.monotonic() - began < STOP_SECONDS + 2
    assert "no text" in recipients["127.0.0.1"]


@on_sqlite
async def test_a_reminder_has_a_trace_of_its_own_from_its_draft_on(desk: Desk) -> None:
    steps: list[Step] = []
    with Tracer(steps.append).step(StepName.MORNING):
        (row,) = await desk.draft()
    found = {step.name: step for step in steps}
    assert found.keys() == {StepName.MORNING, StepName.PLAN, StepName.REMINDER, *WORDING}
    assert found[StepName.REMINDER].place == first_of(row.id)
    assert {found[name].place.trace_id for name in WORDING} == {row.id.int}
    assert found[StepName.PLAN].parent_id == found[StepName.MORNING].place.step_id


def test_as_it_ships_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from app.bootstrap import build, settings_from_environment as settings; import app.main;"
        "app.main.create_app(build(settings()), works=True); print(*sys.modules)"
    )
    environment = {"DUEBOX_SECRET_KEY": KEY, "DUEBOX_DATABASE_URL": f"sqlite:///{tmp_path / 'duebox.db'}"}
    loaded = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code], env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "app.main" in loaded
    assert [
        name for name in loaded if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter", "google."))
    ] == []
