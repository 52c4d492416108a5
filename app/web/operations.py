"""Is it alive, is it ready, how is it doing? No personal data, and no labels that could hold any."""

import hmac
from collections.abc import Mapping
from typing import Protocol, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

router = APIRouter(tags=["operations"])

VITAL = frozenset({"database", "schema"})


class Health(Protocol):
    """What the composition root can say of the running instance."""

    async def readiness(self) -> Mapping[str, str]: ...

    async def figures(self) -> Mapping[str, float]: ...


def _health(request: Request) -> Health:
    return cast(Health, request.app.state.services.health)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "something that Duebox needs is out of reach"}})
async def readyz(request: Request) -> Response:
    """Each part with "ok" or a closed word of what is wrong; 503 while the database or its schema is not there.

    A missing worker, a mailbox, the mail server or the model shows here, but pages and API go on without.
    """
    parts = await _health(request).readiness()
    is_ready = all(word == "ok" for name, word in parts.items() if name in VITAL)
    return JSONResponse({"status": "ok" if is_ready else "unready", "parts": dict(parts)}, 200 if is_ready else 503)


@router.get("/metrics", responses={401: {"description": "the token is missing or wrong"}})
async def metrics(request: Request) -> Response:
    """Prometheus text. Open, unless DUEBOX_METRICS_TOKEN is set."""
    token = cast(str, request.app.state.services.metrics_token)
    sent = request.headers.get("authorization", "")
    if token and not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        return PlainTextResponse("a bearer token is needed", 401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for name, value in (await _health(request).figures()).items():
        base, _, kind = name.partition(":")
        if base not in gauges:
            labels = ["kind"] if kind else []
            gauges[base] = Gauge(f"duebox_{base}", base.replace("_", " "), labels, registry=registry)
        (gauges[base].labels(kind) if kind else gauges[base]).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
