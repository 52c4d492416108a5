"""Signing in with somebody else's word: OpenID Connect, authorization code with PKCE, state and nonce.

    /login/with ─▶ provider ─▶ /login/from?code&state ─▶ tokens ─▶ ID token checked ─▶ a user whom we know already

What the way back is checked against lies in a sealed cookie of the same browser. Nobody is added by signing in: an
administrator gives the role first.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidTag

from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import NotAllowed, Unreachable

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

TRIP = timedelta(minutes=10)
SEAL = UUID("6f1d1c9e-0b1e-7c55-9d2b-6f0d1e2c3b4a")
"""Stands for a trip to the provider where rows have their id."""

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
"""Where codes, our secret and browsers go: never less safely than to the issuer."""

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
PATIENCE_SECONDS = 10.0
CLOCK_SKEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """A provider, as the operator names it. `trusts_email`: its addresses count although it does not say verified."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    trusts_email: bool = False


@dataclass(frozen=True, slots=True)
class Trip:
    """What a browser takes along to the provider, and must bring back."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    following: str
    until: float


class OidcSignIn:
    def __init__(self, database: Database, config: OidcConfig, clock: Clock) -> None:
        self._database = database
        self._config = config
        self._clock = clock

    @property
    def name(self) -> str:
        return self._config.name

    async def reach(self) -> None:
        """Whether the provider describes itself as the one that is named. Raises Unreachable."""
        async with self._client("") as client:
            await self._discover(client)

    async def leave(self, redirect_uri: str, following: str) -> tuple[str, str]:
        """Where the browser goes, and the sealed trip that it takes along. Raises Unreachable."""
        until = (self._clock() + TRIP).timestamp()
        trip = Trip(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), following, until)
        async with self._client(redirect_uri) as client:
            found = await self._discover(client)
            url, _ = client.create_authorization_url(
                found["authorization_endpoint"], state=trip.state, nonce=trip.nonce, code_verifier=trip.verifier
            )
        return url, await self._sealed(trip)

    async def arrive(self, sealed: str, redirect_uri: str, *, code: str, state: str) -> tuple[str, str]:
        """The address that the provider vouches for, and where its owner wanted to go. Raises NotAllowed."""
        trip = await self._opened(sealed)
        if not code or not secrets.compare_digest(state.encode(), trip.state.encode()):
            raise NotAllowed("This sign-in was not begun here, or was ended there. Try again.")
        async with self._client(redirect_uri) as client:
            found = await self._discover(client)
            claims = await self._claims(client, found, code, trip)
        return self._email(claims), trip.following

    def _email(self, claims: Mapping[str, Any]) -> str:
        email = claims.get("email")
        is_sure = claims.get("email_verified") is True or self._config.trusts_email
        if not isinstance(email, str) or not email or not is_sure:
            raise NotAllowed("The provider does not vouch for an e-mail address of yours.")
        return email

    async def _claims(
        self, client: "AsyncOAuth2Client", found: Mapping[str, Any], code: str, trip: Trip
    ) -> Mapping[str, Any]:
        from authlib.integrations.base_client.errors import OAuthError  # noqa: PLC0415  # only who uses it needs it
        from httpx2 import HTTPError  # noqa: PLC0415
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        try:
            token = await client.fetch_token(found["token_endpoint"], code=code, code_verifier=trip.verifier)
            keys = (await client.request("GET", found["jwks_uri"], withhold_token=True)).json()
            claims = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
            registry = jwt.JWTClaimsRegistry(
                now=int(self._clock().timestamp()),
                leeway=CLOCK_SKEW_SECONDS,
                iss={"essential": True, "value": self._config.issuer},
                aud={"essential": True, "value": self._config.client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": trip.nonce},
            )
            registry.validate(claims)
        except (OAuthError, JoseError, KeyError, ValueError, TypeError) as error:
            raise NotAllowed("The provider's answer is not one that counts here. Try again.") from error
        except HTTPError as error:
            raise Unreachable("{name} does not answer", name=self.name) from error
        return dict(claims)

    async def _discover(self, client: "AsyncOAuth2Client") -> Mapping[str, Any]:
        from httpx2 import HTTPError  # noqa: PLC0415

        address = self._config.issuer.rstrip("/") + DISCOVERY
        try:
            answer = await client.request("GET", address, withhold_token=True)
            answer.raise_for_status()
            found: Mapping[str, Any] = answer.json()
        except (HTTPError, ValueError) as error:
            raise Unreachable("{name} does not answer", name=self.name) from error
        if found.get("issuer") != self._config.issuer:
            raise Unreachable("{name} says that it is somebody else: check DUEBOX_OIDC__ISSUER", name=self.name)
        safe = ("https://", f"{urlsplit(self._config.issuer).scheme}://")
        if not all(str(found.get(endpoint)).startswith(safe) for endpoint in ENDPOINTS):
            raise Unreachable("{name} does not answer", name=self.name)
        return found

    def _client(self, redirect_uri: str) -> "AsyncOAuth2Client":
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: PLC0415

        return AsyncOAuth2Client(
            client_id=self._config.client_id,
            client_secret=self._config.client_secret,
            scope="openid email",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=PATIENCE_SECONDS,
        )

    async def _sealed(self, trip: Trip) -> str:
        async with self._database.read() as uow:
            return uow.words.keyring.seal(SEAL, json.dumps(asdict(trip)).encode()).hex()

    async def _opened(self, sealed: str) -> Trip:
        """Raises NotAllowed for what is not ours, or too old."""
        async with self._database.read() as uow:
            try:
                trip = Trip(**json.loads(uow.words.keyring.open(SEAL, bytes.fromhex(sealed))))
            except (InvalidTag, ValueError, TypeError) as error:
                raise NotAllowed("This sign-in was not begun in this browser. Try again.") from error
        if trip.until < self._clock().timestamp():
            raise NotAllowed("This sign-in took too long. Try again.")
        return trip
