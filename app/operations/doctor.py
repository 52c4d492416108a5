"""`duebox doctor`: is everything there that Duebox needs? Each finding comes with what to do about it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass

import aiosmtplib
import openai
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap import Services, build
from app.db.partitions import LEAST_AHEAD, Partitions
from app.db.tables.mail import MailboxKind
from app.domain.clock import system_clock
from app.domain.errors import AppError
from app.operations.mailboxes import try_mailbox
from app.settings import Settings

CLOCK_TOLERANCE_SECONDS = 5.0
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    is_ok: bool
    detail: str
    hint: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        hint = f"\n      {self.hint}" if self.hint and not self.is_ok else ""
        return f"{'ok  ' if self.is_ok else 'BAD '}  {self.part}: {self.detail}{hint}"


async def examine(settings: Settings) -> list[Finding]:
    """Every part in turn; one that fails stops none of the others."""
    services = build(settings, holder="duebox doctor")
    try:
        return [finding async for finding in _findings(services, settings)]
    finally:
        await services.close()


async def _findings(services: Services, settings: Settings) -> AsyncIterator[Finding]:
    database = await _database(services)
    yield database
    if database.is_ok:
        yield await _clock(services)
        yield await _ledger(services)
        yield await _senders(services)
        if services.reminders.policy.interest is not None:
            yield _interest(services)
        if not services.is_embedded:
            yield await _partitions(services)
        async for finding in _mailboxes(services):
            yield finding
    yield await _smtp(settings)
    yield await _model(settings)
    if services.traces is not None:
        yield await _collector(services.traces.is_heard)


async def _database(services: Services) -> Finding:
    try:
        async with services.database.read() as uow:
            await uow.session.execute(sa.text("SELECT 1"))
        parts = await services.health.readiness()
    except (SQLAlchemyError, OSError) as error:
        return Finding("database", False, type(error).__name__, "check DUEBOX_DATABASE_URL and that the server runs")
    if parts.get("schema") != "ok":
        return Finding("database", False, "the schema is not up to date", "run: duebox db upgrade")
    return Finding("database", True, "reachable, schema up to date")


async def _clock(services: Services) -> Finding:
    async with services.database.read() as uow:
        apart = abs(await uow.mailboxes.database_time() - system_clock().timestamp())
    is_ok = apart <= CLOCK_TOLERANCE_SECONDS
    return Finding("clock", is_ok, f"{apart:.1f} s from the database's", "synchronise the clocks (NTP)")


async def _ledger(services: Services) -> Finding:
    found = await services.ledger.freshness()
    detail = found.reason or f"invoices as of {found.as_of:%Y-%m-%d %H:%M} UTC"
    return Finding("ledger", not found.is_stale, detail, "import a newer file: duebox import invoices FILE")


async def _senders(services: Services) -> Finding:
    unsent = await services.quality.unsent()
    detail = "; ".join(unsent.values()) or "a mailbox speaks for every company"
    return Finding("senders", not unsent, detail, "give each company a [[company]] with a mailbox in the policy file")


def _interest(services: Services) -> Finding:
    missing = services.reminders.claims.missing_on(services.clock().date())
    hint = "add it to the policy file as [[reminders.interest.rate]]: meanwhile no letter claims interest"
    return Finding("interest", not missing, missing or "the reference rate of this half-year is known", hint)


async def _partitions(services: Services) -> Finding:
    until = await Partitions(services.database, services.clock).made_until()
    is_ok = until > services.clock() + LEAST_AHEAD
    hint = "a worker makes more each day: see jobs.daily.failed (work=partitions) in its log; no mail is lost meanwhile"
    return Finding("partitions", is_ok, f"search terms have their years until {until:%Y-%m-%d}", hint)


async def _mailboxes(services: Services) -> AsyncIterator[Finding]:
    async with services.database.read() as uow:
        mailboxes = await uow.mailboxes.all()
    if not mailboxes:
        yield Finding("mailboxes", False, "none", "add one: duebox mailbox add --help")
    for mailbox in mailboxes:
        if mailbox.kind is not MailboxKind.IMAP:
            continue
        try:
            yield Finding(f"mailbox {mailbox.name}", True, await try_mailbox(services, mailbox.name))
        except AppError as error:
            yield Finding(f"mailbox {mailbox.name}", False, str(error), "check host, port, security, user and password")


async def _smtp(settings: Settings) -> Finding:
    smtp = settings.smtp
    if not smtp.host:
        return Finding(
            "smtp", False, "no server is set", "set DUEBOX_SMTP__HOST (and PORT, USERNAME, PASSWORD, SECURITY)"
        )
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        use_tls=smtp.security == "tls",
        start_tls=smtp.security == "starttls",
        timeout=PATIENCE_SECONDS,
    )
    try:
        async with client:
            if smtp.username:
                await client.login(smtp.username, smtp.password.get_secret_value())
    except (aiosmtplib.SMTPException, OSError) as error:
        return Finding("smtp", False, type(error).__name__, "check DUEBOX_SMTP__HOST, __PORT, __SECURITY and the login")
    return Finding("smtp", True, "answers and lets us in")


async def _model(settings: Settings) -> Finding:
    model = settings.model
    if model.provider == "embedded":
        return Finding("model", True, "embedded, needs no network")
    client = openai.AsyncOpenAI(
        base_url=model.base_url,
        api_key=model.api_key.get_secret_value() or "none",
        timeout=PATIENCE_SECONDS,
        max_retries=0,
    )
    try:
        async with client:
            await asyncio.wait_for(client.models.list(), PATIENCE_SECONDS)
    except (openai.OpenAIError, TimeoutError) as error:
        meanwhile = "meanwhile the embedded model reads, and everything goes to a person"
        hint = f"check DUEBOX_MODEL__BASE_URL and __API_KEY; {meanwhile}"
        return Finding("model", False, type(error).__name__, hint)
    return Finding("model", True, f"{model.name} at the endpoint answers")


async def _collector(is_heard: Callable[[], bool]) -> Finding:
    is_ok = await asyncio.to_thread(is_heard)
    detail = "the collector takes them" if is_ok else "the collector does not answer, or refuses them"
    return Finding("traces", is_ok, detail, "check DUEBOX_TELEMETRY__ENDPOINT and __HEADERS; meanwhile traces are lost")
