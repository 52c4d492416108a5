"""How often one address may fail to sign in or show a token that nobody gave, before it is told to wait.

Whoever shows a valid session or token is never slowed down, and who signs in where they have signed in before never
waits for what others at their address have tried: an office shares one. A browser that nobody knows waits with them.
Webhooks don't wait either: what they may cost is bounded by `app/intake/bodies.py`, and a provider is never refused for
what somebody else sent.

Addresses are those that the proxies of DUEBOX_HTTP__PROXIES name, else the other end of the connection: behind a proxy
that is not named there all clients are one address, as they are behind a Unix socket. Each process counts for itself.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_ADDRESSES = 10_000
"""Those heard of last; memory is bounded, whoever asks."""

IPV6_SITE = 64
"""Bits that name a site: whoever has one has all the addresses in it (RFC 6177)."""

UNAUTHORISED, TOO_MANY = 401, 429
WAIT = "duebox.wait"


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many failures at once, and one more every so many seconds."""

    at_once: int
    seconds_each: float


SIGN_INS = Allowance(at_once=30, seconds_each=2)
"""Many passwords tried on many accounts; on one account the pause of `app/identity/service.py` comes much earlier."""

TOKENS = Allowance(at_once=120, seconds_each=0.5)


class Failures:
    """Failures by address that have not been forgiven yet, as seconds."""

    def __init__(self, allowance: Allowance, seconds: Callable[[], float]) -> None:
        self._allowance = allowance
        self._seconds = seconds
        self._owed: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Seconds until one more failure is allowed; 0: now."""
        each = self._allowance.seconds_each
        return max(0, math.ceil(self._debt(address) + each - self._allowance.at_once * each))

    def note(self, address: str) -> None:
        self._owed[address] = (self._debt(address) + self._allowance.seconds_each, self._seconds())
        self._owed.move_to_end(address)
        if len(self._owed) > MOST_ADDRESSES:
            self._owed.popitem(last=False)

    def take_back(self, address: str) -> None:
        """It was none."""
        if address in self._owed:
            debt, since = self._owed[address]
            self._owed[address] = (debt - self._allowance.seconds_each, since)

    def _debt(self, address: str) -> float:
        """Seconds until all is forgiven."""
        debt, since = self._owed.get(address, (0.0, 0.0))
        return max(0.0, debt - (self._seconds() - since))


class Pace:
    """A sign-in counts as a failure until it is none, so that many at once are many, and may be told to wait before any
    password is looked at. A token is looked up first, as it may be a right one."""

    def __init__(self, app: ASGIApp, seconds: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._sign_ins = Failures(SIGN_INS, seconds)
        self._tokens = Failures(TOKENS, seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"], scope["method"]) == ("/login", "POST"):
            await self._sign_in(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith("/api/"):
            await self._app(scope, receive, self._slowed(site_of(scope), send))
        else:
            await self._app(scope, receive, send)

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        site = site_of(scope)
        wait = self._sign_ins.wait(site)
        if wait:
            await self._app({**scope, WAIT: wait}, receive, send)
            return
        self._sign_ins.note(site)

        async def settled(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] not in {UNAUTHORISED, TOO_MANY}:
                self._sign_ins.take_back(site)
            await send(message)

        await self._app(scope, receive, settled)

    def _slowed(self, site: str, send: Send) -> Send:
        async def slowed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == UNAUTHORISED:
                wait = self._tokens.wait(site)
                if wait:
                    message["status"] = TOO_MANY
                    MutableHeaders(scope=message)["Retry-After"] = str(wait)
                else:
                    self._tokens.note(site)
            await send(message)

        return slowed


def wait_of(request: Request) -> int:
    """Seconds that a sign-in from this address has to wait, in a browser that is not known; 0: none."""
    return int(request.scope.get(WAIT, 0))


def site_of(scope: Scope) -> str:
    """Whom failures are counted for: an address, or of IPv6 the site that it lies in."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:  # noqa: PLR2004
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_SITE), strict=False))
