"""A real language model behind llama.cpp's server. Only on request, `make real-llm`: building it takes a while.

Not asked for, these tests are skipped and the summary says so; asked for without a server, they fail.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers.process import Account, ServerMissing, free_port, wait_until
from tests.servers.process import accepts_connections as listens

MARK = "real_llm"
MODEL = "gemma-270m"
PROVISION = Path(__file__).parent / "provision.sh"
CONTEXT = 16_384
"""Tokens. The longest prompt, with its examples, has some 6,000."""


def is_asked_for(config: pytest.Config) -> bool:
    return MARK in str(config.getoption("-m"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if is_asked_for(config):
        return
    for item in items:
        if item.get_closest_marker(MARK):
            item.add_marker(pytest.mark.skip(reason="a real model was not asked for: make real-llm"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.getreports("skipped") if MARK in report.keywords]
    if skipped:
        terminalreporter.section("NOT RUN: tests against a real language model", sep="!", red=True)
        terminalreporter.line(f"{len(skipped)} skipped. `make real-llm` builds the server and runs them.")


@pytest.fixture(scope="session")
def real_llm() -> Iterator[str]:
    """Base URL of the running server."""
    where = subprocess.run(["bash", str(PROVISION), "--where"], check=True, capture_output=True, text=True)  # noqa: S603, S607
    cache = PROVISION.parents[2] / where.stdout.strip()
    program, weights = cache / "llama-server", cache / "model.gguf"
    if not (program.exists() and weights.exists()):
        raise ServerMissing("The real model is not built. Run: make real-llm")
    account, port = Account(), free_port()
    account.is_borrowed = False  # it runs as anybody, and `nobody` may not read this folder
    folder = account.make_folder("llm")
    command = [str(program), "-m", str(weights), "--host", "127.0.0.1", "--port", str(port), "-c", str(CONTEXT)]
    server = account.keep([*command, "-np", "1", "-t", "2", "--jinja", "--alias", MODEL, "--no-webui"], folder=folder)
    try:
        wait_until(lambda: listens(port), what="llama.cpp's server listening", seconds=60)
        wait_until(lambda: _is_loaded(port), what="the model loaded", seconds=120)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _is_loaded(port: int) -> bool:
    return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
