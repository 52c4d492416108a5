"""Is it alive, is it ready, how is it doing? No personal data, and no labels that could hold any."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest

router = APIRouter(tags=["operations"])

HELP = {
    "messages": "Mails received, by where they stand",
    "outbox": "Outgoing mails, by where they stand",
    "jobs": "Jobs that are not finished, by queue and how they stand",
    "oldest_seconds": "How long the oldest waits; of mailboxes: since the last look into the one most behind",
    "messages_received_total": "Mails received",
    "mails_sent_total": "Mails that the mail server took",
    "mailboxes_failing": "Mailboxes that cannot be read",
    "mailboxes_needing_reauth": "Mailboxes that somebody must sign in to again",
    "workers": "Workers alive",
    "automatic_sending_stopped": "1 while nothing leaves without a person",
    "model_unavailable": "1 while mail is read by the embedded model because the chosen one is out of reach",
    "model_requests_total": "Answers of the model's endpoint",
    "model_tokens_total": "Tokens that the endpoint counted",
    "model_refused_total": "Mails for which the endpoint was not asked, since the limits that are set were reached",
    "model_budget_used": "Share of DUEBOX_MODEL__TOKENS_A_DAY that is used today (UTC); 0 without a limit",
    "backup_age_seconds": "Since the last `duebox backup`; infinite before the first",
    "checkpoint_age_seconds": "Since the newest checkpoint of the audit chains was taken; infinite before the first",
}

VITAL = frozenset({"database", "schema"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the installation, with labels that are closed words. One that only grows is named `…_total`."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


class Health(Protocol):
    """What the composition root can say of the running instance."""

    async def readiness(self) -> Mapping[str, str]: ...

    async def figures(self) -> Sequence["Figure"]: ...


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
    families: dict[str, Metric] = {}
    for figure in await _health(request).figures():
        kind = "counter" if figure.name.endswith("_total") else "gauge"
        name = f"duebox_{figure.name.removesuffix('_total')}"
        family = families.setdefault(name, Metric(name, HELP[figure.name], kind))
        family.add_sample(f"duebox_{figure.name}", dict(figure.labels), figure.value)
    return Response(generate_latest(_Families(families.values())), media_type=CONTENT_TYPE_LATEST)


class _Families(CollectorRegistry):
    """What was read just now from the database, which all processes share: nothing is kept here."""

    def __init__(self, families: Iterable[Metric]) -> None:
        super().__init__()
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families
