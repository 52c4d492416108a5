"""Microsoft 365 and Google by Authlib: sign in once, refresh ever after.

    Microsoft: device code ─▶ a person types it in anywhere ─▶ we ask until they have
    Google:    their page (no device code for mail there) ─▶ back to 127.0.0.1 with a code ─▶ exchanged, with PKCE

A provider's own words stay behind: they may hold an address.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx2

from app.domain.clock import Clock
from app.domain.errors import AppError, Invalid, Unreachable
from app.domain.oauth import Client, DeviceCode, Grant, GrantRevoked, LoopbackStart, Tokens

ANSWER_SECONDS = 15.0
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
AN_HOUR = 3600

_REVOKED = frozenset(
    {"invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied", "expired_token"}
)

_NONSENSE = (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading an answer raises that is none."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Addresses and scopes; `{tenant}` is Microsoft's directory."""

    token: str
    authorize: str
    scope: str
    device: str = ""
    extra: tuple[tuple[str, str], ...] = ()


PROVIDERS = {
    "microsoft": Provider(
        token="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106  # an address
        authorize="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        device="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
        scope="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
    ),
    "google": Provider(
        token="https://oauth2.googleapis.com/token",  # noqa: S106  # an address
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        scope="https://mail.google.com/",
        extra=(("access_type", "offline"), ("prompt", "consent")),
    ),
}


class ProviderTokens:
    """The token endpoints of the providers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def has_device_code(self, client: Client) -> bool:
        return bool(_provider(client).device)

    async def start_device(self, client: Client) -> DeviceCode:
        async with _session(client) as session:
            said = await session.request(
                "POST",
                _address(client, "device"),
                data={"client_id": client.client_id, "scope": _provider(client).scope},
                withhold_token=True,
            )
            answer = _read(said)
            return DeviceCode(
                user_code=str(answer["user_code"]),
                address=str(answer.get("verification_uri") or answer["verification_url"]),
                device_code=str(answer["device_code"]),
                interval=float(answer.get("interval", 5)),
                seconds=float(answer.get("expires_in", 900)),
            )

    async def finish_device(self, client: Client, code: DeviceCode) -> Grant:
        until, interval = time.monotonic() + code.seconds, code.interval
        while time.monotonic() < until:
            await asyncio.sleep(interval)
            try:
                async with _session(client) as session:
                    token = await session.fetch_token(
                        _address(client, "token"), grant_type=DEVICE_GRANT, device_code=code.device_code
                    )
                    return self._grant(client, token)
            except _NotYet as wait:
                interval += 5.0 if str(wait) == "slow_down" else 0.0  # RFC 8628 §3.5
        raise GrantRevoked("nobody signed in in time")

    async def start_loopback(self, client: Client, redirect: str) -> LoopbackStart:
        verifier = secrets.token_urlsafe(48)
        async with _session(client, redirect) as session:
            address, state = session.create_authorization_url(
                _address(client, "authorize"), code_verifier=verifier, **dict(_provider(client).extra)
            )
        return LoopbackStart(address, redirect, state, verifier)

    async def finish_loopback(self, client: Client, start: LoopbackStart, answer: str) -> Grant:
        said = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
        if not secrets.compare_digest(said.get("state", "").encode(), start.state.encode()):
            raise GrantRevoked("the answer is not to this sign-in")
        if "code" not in said:
            raise GrantRevoked("the sign-in was refused")
        async with _session(client, start.redirect) as session:
            token = await session.fetch_token(
                _address(client, "token"),
                grant_type="authorization_code",
                code=said["code"],
                code_verifier=start.verifier,
            )
            return self._grant(client, token)

    async def refresh(self, grant: Grant) -> Grant:
        client = grant.client
        async with _session(client) as session:
            token = await session.fetch_token(
                _address(client, "token"), grant_type="refresh_token", refresh_token=grant.tokens.refresh_token
            )
            return grant.with_tokens(self._tokens(token))

    def _grant(self, client: Client, token: dict[str, Any]) -> Grant:
        tokens = self._tokens(token)
        if not tokens.refresh_token:
            raise Unreachable("oauth_no_refresh_token")
        return Grant(client, tokens)

    def _tokens(self, token: dict[str, Any]) -> Tokens:
        """Within a session: an answer may lack any of this."""
        access, refresh = token["access_token"], token.get("refresh_token") or ""
        if not (isinstance(access, str) and access and isinstance(refresh, str)):
            raise TypeError("a token is a string")
        lasts = timedelta(seconds=int(token.get("expires_in") or AN_HOUR))
        return Tokens(access, refresh, self._clock().astimezone(UTC) + lasts)


class _NotYet(Unreachable):
    """The person has not signed in so far."""


@asynccontextmanager
async def _session(client: Client, redirect: str | None = None) -> AsyncIterator[Any]:
    """An AsyncOAuth2Client for the provider; whatever goes wrong, also with its answers, becomes a closed word."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415  # a tenth of every command's start, for few
    from authlib.integrations.base_client import OAuthError  # noqa: PLC0415
    from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: PLC0415

    try:
        async with AsyncOAuth2Client(
            client_id=client.client_id,
            client_secret=client.client_secret or None,
            token_endpoint_auth_method="client_secret_post" if client.client_secret else "none",
            scope=_provider(client).scope,
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=ANSWER_SECONDS,
            follow_redirects=False,
        ) as session:
            yield session
    except OAuthError as error:
        raise _meaning(str(error.error)) from None
    except (httpx2.HTTPError, OSError):
        raise Unreachable("oauth_unreachable") from None
    except (AuthlibBaseError, *_NONSENSE):
        raise Unreachable("oauth_protocol") from None


def _read(answer: httpx2.Response) -> dict[str, Any]:
    answer_data: dict[str, Any] = answer.json()
    if "error" in answer_data:
        raise _meaning(str(answer_data["error"]))
    return answer_data


def _meaning(code: str) -> AppError:
    """What an error code (RFC 6749 §5.2, RFC 8628 §3.5) is to us."""
    if code in {"authorization_pending", "slow_down"}:
        return _NotYet(code)
    return GrantRevoked(code) if code in _REVOKED else Unreachable("oauth_refused")


def _provider(client: Client) -> Provider:
    try:
        return PROVIDERS[client.provider]
    except KeyError:
        raise Invalid(f"--oauth must be one of: {', '.join(PROVIDERS)}") from None


def _address(client: Client, name: str) -> str:
    """The provider's address for that, at its authority. Secrets go by https alone, but for this host."""
    address = str(getattr(_provider(client), name)).format(tenant=client.tenant or "organizations")
    if not client.authority:
        return address
    authority = urlsplit(client.authority)
    if authority.scheme != "https" and authority.hostname not in LOOPBACK_HOSTS:
        raise Invalid("--oauth-authority must begin with https://")
    return urlunsplit((authority.scheme, authority.netloc, urlsplit(address).path, "", ""))
