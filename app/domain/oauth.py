"""Signing in to a mailbox without a password (OAuth 2.0, RFC 6749): what is kept, and what a provider answers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.errors import AppError, Unreachable

EARLY = timedelta(minutes=5)
"""A token is renewed that long before it runs out: it must outlive the sign-in that it is for."""

NEEDS_REAUTH = "needs_reauth"


class GrantRevoked(AppError):
    """The provider takes the refresh token no more: only a person who signs in again can mend that."""


class NeedsReauth(Unreachable):
    """Somebody must sign in again: `duebox mailbox reauth`."""

    def __init__(self) -> None:
        super().__init__(NEEDS_REAUTH)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave. Some give a new refresh token every time, some never: then it is empty."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to a provider: its name, whose directory (Microsoft's tenant), the id that it gave the installation.

    `authority` stands in place of the provider's own address: a national cloud, a proxy.
    """

    provider: str
    client_id: str
    client_secret: str = field(repr=False, default="")
    tenant: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to sign in to one mailbox; sealed wherever it is kept."""

    client: Client
    tokens: Tokens = field(repr=False)

    def with_tokens(self, tokens: Tokens) -> "Grant":
        kept = tokens.refresh_token or self.tokens.refresh_token
        return replace(self, tokens=replace(tokens, refresh_token=kept))

    def is_fresh(self, now: datetime) -> bool:
        return bool(self.tokens.access_token) and now < self.tokens.expires_at - EARLY

    def as_data(self) -> Mapping[str, object]:
        tokens = asdict(self.tokens) | {"expires_at": self.tokens.expires_at.isoformat()}
        return {"client": asdict(self.client), "tokens": tokens}

    @staticmethod
    def from_data(data: Mapping[str, dict[str, str]]) -> "Grant":
        tokens = data["tokens"]
        expires_at = datetime.fromisoformat(tokens["expires_at"])
        return Grant(Client(**data["client"]), Tokens(tokens["access_token"], tokens["refresh_token"], expires_at))


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types in at an address, on whatever device they like (RFC 8628)."""

    user_code: str
    address: str
    device_code: str = field(repr=False)
    interval: float
    seconds: float


@dataclass(frozen=True, slots=True)
class LoopbackStart:
    """Where a person is sent, who then comes back to this host (RFC 8252 §7.3), with a proof key (RFC 7636)."""

    address: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


class TokenServer(Protocol):
    """The sign-in of the mail providers. Raises Unreachable with a closed word."""

    def has_device_code(self, client: Client) -> bool:
        """Whether a person may sign in on another device; else their browser must reach this host. Raises Invalid."""
        ...

    async def start_device(self, client: Client) -> DeviceCode: ...

    async def finish_device(self, client: Client, code: DeviceCode) -> Grant:
        """Waits for the person. Raises GrantRevoked when they refuse or let the time pass."""
        ...

    async def start_loopback(self, client: Client, redirect: str) -> LoopbackStart: ...

    async def finish_loopback(self, client: Client, start: LoopbackStart, answer: str) -> Grant:
        """`answer` is the address that the person was sent back to. Raises GrantRevoked."""
        ...

    async def refresh(self, grant: Grant) -> Grant:
        """Raises GrantRevoked."""
        ...
