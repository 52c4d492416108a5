"""The servers as fixtures, by `pytest_plugins = ["tests.servers.fixtures"]`.

A program that is not installed fails the test and says how to get it; nothing is skipped.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, Page

from tests.servers.chromium import chromium
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.model import ModelServer
from tests.servers.network import allow_loopback_only
from tests.servers.postgres import Postgres
from tests.servers.smtp_sink import SmtpSink


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> None:
    """No test reaches another machine."""
    allow_loopback_only()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One mail server for the whole run. A test that stops it makes its own: `with Dovecot() as dovecot`."""
    with Dovecot() as server:
        yield server


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """An empty mailbox of a user that nobody else uses."""
    return dovecot.mailbox()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One database server for the whole run. A test that stops it makes its own: `with Postgres() as postgres`."""
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty database, `postgresql://…`."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server of the test's own, without TLS and login; others by `with SmtpSink(…) as sink`."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """A model endpoint of the test's own."""
    with ModelServer() as server:
        yield server


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of the test's own, in the test's own event loop (about a second)."""
    async with chromium() as running:
        yield running


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()
