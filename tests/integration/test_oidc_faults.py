"""A provider that lies, errs, changes its keys or is away: what it says of somebody counts only when all of it fits."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.domain.errors import NotAllowed, Unreachable
from app.identity.oidc import OidcConfig, OidcSignIn
from tests.instances import Instance, on_sqlite

pytestmark = on_sqlite

BACK = "https://duebox.example/login/from"
KEY_SIZE = 2048


@dataclass
class Provider:
    """What it serves; `signs` makes the ID token, `shows` are the keys by which it is to be checked."""

    signs: RSAKey = field(default_factory=lambda: RSAKey.generate_key(KEY_SIZE, {"kid": "one"}))
    shows: list[RSAKey] = field(default_factory=list)
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    endpoints: dict[str, str | None] = field(default_factory=dict)

    def answer(self, path: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            names = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys"}
            found = {name: f"{self.issuer}{place}" for name, place in names.items()}
            return {"issuer": self.issuer, **found, **self.endpoints}
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.shows or [self.signs]]}
        token = jwt.encode({"alg": "RS256", "kid": self.signs.kid}, self.claims, self.signs)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(provider.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the name that the server asks for

        def log_message(self, *_: object) -> None:
            """Not into the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield provider
        server.shutdown()
        thread.join()


async def sign_in(instance: Instance, provider: Provider, **lies: object) -> str:
    """The address that is vouched for in the end."""
    config = OidcConfig(provider.issuer, "duebox", "s", "Seller ID")
    oidc = OidcSignIn(instance.database, config, instance.clock)
    url, sealed = await oidc.leave(BACK, "/queue")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    provider.claims = {
        "iss": provider.issuer, "aud": "duebox", "sub": "1", "nonce": asked["nonce"],
        "exp": int((instance.clock() + timedelta(minutes=5)).timestamp()),
        "email": "ines@seller.example", "email_verified": True, **lies,
    }  # fmt: skip
    email, _ = await oidc.arrive(sealed, BACK, code="c", state=asked["state"])
    return email


async def test_only_a_token_that_fits_in_all_counts(instance: Instance, provider: Provider) -> None:
    assert await sign_in(instance, provider) == "ines@seller.example"
    over = int((instance.clock() - timedelta(minutes=5)).timestamp())
    for lie in ({"iss": "http://elsewhere.example"}, {"aud": "another"}, {"exp": over}, {"nonce": "of another trip"}):
        with pytest.raises(NotAllowed, match="not one that counts"):
            await sign_in(instance, provider, **lie)


async def test_keys_may_change_and_a_stranger_signs_for_nobody(instance: Instance, provider: Provider) -> None:
    first = provider.signs
    provider.signs = RSAKey.generate_key(KEY_SIZE, {"kid": "two"})
    assert await sign_in(instance, provider) == "ines@seller.example", "the new key is fetched"
    provider.shows = [first]
    with pytest.raises(NotAllowed):
        await sign_in(instance, provider)
    provider.signs = RSAKey.generate_key(KEY_SIZE, {"kid": "one"})
    with pytest.raises(NotAllowed):
        await sign_in(instance, provider)


async def test_a_provider_that_is_away_or_somebody_else_is_said_to_be_so(
    instance: Instance, provider: Provider, unused_tcp_port: int
) -> None:
    true, provider.issuer = provider.issuer, "http://elsewhere.example"
    config = OidcConfig(true, "duebox", "s", "Seller ID")
    with pytest.raises(Unreachable, match="somebody else"):
        await OidcSignIn(instance.database, config, instance.clock).leave(BACK, "/queue")
    away = OidcConfig(f"http://127.0.0.1:{unused_tcp_port}", "duebox", "s", "Seller ID")
    with pytest.raises(Unreachable, match="does not answer"):
        await OidcSignIn(instance.database, away, instance.clock).leave(BACK, "/queue")


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "ftp://127.0.0.1/x", None])
async def test_a_provider_leads_nobody_to_an_address_that_is_none(
    instance: Instance, provider: Provider, endpoint: str, address: str | None
) -> None:
    provider.endpoints[endpoint] = address
    config = OidcConfig(provider.issuer, "duebox", "s", "Seller ID")
    with pytest.raises(Unreachable):
        await OidcSignIn(instance.database, config, instance.clock).leave(BACK, "/queue")
