"""Signing in at an OpenID Connect provider: a real one, run beside the test."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest

from app.bootstrap import build, prepare_database, settings_from_environment
from app.domain.review import Role
from app.main import create_app
from tests.instances import SECRET
from tests.running import PASSWORD

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider's own libraries

KNOWN, STRANGER = "ines@seller.example", "mallory@elsewhere.example"


@pytest.fixture
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
async def browser(provider: str, tmp_path: Path, migrated_file: Path) -> AsyncIterator[httpx.AsyncClient]:
    shutil.copy(migrated_file, tmp_path / "duebox.db")
    oidc = {"issuer": provider, "client_id": "duebox", "client_secret": "s", "name": "Seller ID"}
    settings = settings_from_environment(
        database_url=f"sqlite:///{tmp_path / 'duebox.db'}", secret_key=SECRET, oidc=oidc
    )
    prepare_database(settings.database_url)
    services = build(settings)
    await services.identity.add_user(email=KNOWN, name="Ines", role=Role.COLLECTOR, password=PASSWORD)
    transport = httpx.ASGITransport(app=create_app(services, works=False))
    async with httpx.AsyncClient(transport=transport, base_url="https://duebox.example") as http:
        yield http
    await services.close()
    services.engine.dispose()


async def at_the_provider(provider: str, browser: httpx.AsyncClient, email: str, *, verified: bool = True) -> str:
    """Leave, say there who we are, and come back with this address."""
    left = await browser.get("/login/with?next=/sent")
    url = left.headers["location"]
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    async with httpx.AsyncClient() as web:
        await web.put(f"{provider}/users/{email}", json={"email": email, "email_verified": verified})
        answer = await web.post(url, data={"sub": email})
    return str(answer.headers["location"])


async def test_who_is_known_here_gets_a_session_of_their_own(provider: str, browser: httpx.AsyncClient) -> None:
    assert "Sign in with Seller ID" in (await browser.get("/login")).text
    back = await browser.get(await at_the_provider(provider, browser, KNOWN))
    assert (back.status_code, back.headers["location"]) == (303, "/sent")
    session = browser.cookies["__Host-duebox"]
    assert (await browser.get("/sent")).status_code == 200
    again = await browser.get(await at_the_provider(provider, browser, KNOWN))
    assert again.status_code == 303
    assert browser.cookies["__Host-duebox"] != session, "the token is new at every sign-in"
    browser.cookies.set("__Host-duebox", session, domain="duebox.example")
    assert (await browser.get("/sent")).status_code == 303, "and the old session has ended"


@pytest.mark.parametrize(("email", "verified"), [(STRANGER, True), (KNOWN, False)])
async def test_who_is_not_known_or_not_vouched_for_is_refused(
    provider: str, browser: httpx.AsyncClient, email: str, verified: bool
) -> None:
    back = await browser.get(await at_the_provider(provider, browser, email, verified=verified))
    assert back.status_code == 401
    assert "__Host-duebox" not in browser.cookies


async def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    provider: str, browser: httpx.AsyncClient
) -> None:
    back = await at_the_provider(provider, browser, KNOWN)
    trip = browser.cookies["__Host-duebox-trip"]
    browser.cookies.clear()
    assert (await browser.get(back)).status_code == 401, "no trip was begun here"
    browser.cookies.set("__Host-duebox-trip", trip, domain="duebox.example")
    forged = back.replace("state=", "state=x")
    assert (await browser.get(forged)).status_code == 401, "another state than that of the trip"
