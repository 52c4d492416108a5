import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from langsmith.run_trees import get_cached_client
from langsmith.utils import get_env_var

from agents.triage.graph import build_graph
from app.domain.intents import Intent
from app.mind import forget_old_tracing
from tests.unit.agents.scripted import KNOWN, ScriptedModel, account, context, letter, propose, says


@pytest.fixture
def collector() -> Iterator[tuple[str, list[str]]]:
    """A tracing endpoint that notes whatever reaches it."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _note(self) -> None:
            seen.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_GET(self) -> None:  # http.server finds these by name
            self._note()

        def do_POST(self) -> None:
            self._note()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def tracing_wanted(monkeypatch: pytest.MonkeyPatch, collector: tuple[str, list[str]]) -> Iterator[list[str]]:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    for prefix in ("LANGSMITH", "LANGCHAIN"):
        monkeypatch.setenv(f"{prefix}_TRACING_V2", "true")
        monkeypatch.setenv(f"{prefix}_ENDPOINT", collector[0])
        monkeypatch.setenv(f"{prefix}_API_KEY", "lsv2_test")
    cached: Any = get_env_var
    cached.cache_clear()
    yield collector[1]
    cached.cache_clear()


MODEL = ScriptedModel(says(Intent.QUERY, quote="how much"))
MAIL = letter("how much is it?")


async def test_the_environment_alone_would_send_the_mail_out(tracing_wanted: list[str]) -> None:
    """The control: without our switch the collector does see the run."""
    await build_graph().ainvoke({"letter": MAIL, "account": account(), "standing": KNOWN}, context=context(MODEL))
    get_cached_client().flush()
    assert tracing_wanted != []


async def test_nothing_of_a_run_is_traced_whatever_the_environment_says(tracing_wanted: list[str]) -> None:
    proposal = await propose(MODEL, MAIL)
    get_cached_client().flush()
    assert proposal.draft is not None
    assert tracing_wanted == []


async def test_an_old_switch_in_the_environment_does_not_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGCHAIN_TRACING", "true")
    forget_old_tracing()
    assert (await propose(MODEL, MAIL)).draft is not None
