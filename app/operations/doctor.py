"""`duebox doctor`: is everything there that Duebox needs? Each finding comes with what to do about it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiosmtplib
import openai
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.audit.people import with_other_rights
from app.bootstrap import Services, build
from app.bootstrap.adapters import resolver_of, scanner_of
from app.db.guard import guard_stands
from app.db.partitions import LEAST_AHEAD, Partitions
from app.db.tables.mail import MailboxKind
from app.db.tables.system import Chain
from app.domain.audit import CHECKPOINT_TAKEN
from app.domain.clock import system_clock
from app.domain.errors import Unreachable
from app.domain.ports import MailAccount
from app.operations import household
from app.operations.finding import Finding
from app.operations.mailbox_health import REAUTH, imap_mailbox
from app.operations.neighbours import neighbours
from app.settings import Settings

CLOCK_TOLERANCE_SECONDS = 5.0
PATIENCE_SECONDS = 10.0
CHECKPOINT_AGE = timedelta(hours=36)


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
    is_of_use = database.is_ok
    if not services.is_embedded:
        with suppress(SQLAlchemyError, OSError):  # away: said already
            sessions = await household.sessions(services)
            is_of_use = is_of_use and sessions.is_ok
            yield sessions
    if is_of_use:
        yield await _clock(services)
        async for finding in _ledger(services, settings.ledger.folder):
            yield finding
        yield await _senders(services)
        yield await household.workers(services)
        yield await _jobs(services)
        yield await household.keys(services)
        yield await household.backup(services)
        yield await _checkpoint(services)
        yield await _guard(services)
        yield await _people(services)
        yield await asyncio.to_thread(household.disk, services)
        if not services.is_embedded:
            yield await household.connections(services)
            yield await _partitions(services)
        async for finding in _mailboxes(services):
            yield finding
    addresses: dict[str, str] = {}
    if is_of_use:
        async with services.database.read() as uow:
            addresses = {box.name: box.address for box in await uow.mailboxes.all() if not box.is_removed}
    async for finding in _smtp(services, settings, addresses):
        yield finding
    yield await _model(settings)
    outside = neighbours(
        services,
        scan=scanner_of(settings),
        resolve=resolver_of(settings),
        has_store=bool(settings.object_store.endpoint),
    )
    async for finding in outside:
        yield finding
    if services.traces is not None:
        yield await _collector(services.traces.is_heard)


async def _database(services: Services) -> Finding:
    try:
        async with services.database.read() as uow:
            await uow.session.execute(sa.text("SELECT 1"))
        parts = await services.health.readiness()
    except (SQLAlchemyError, OSError) as error:
        return Finding("database", False, type(error).__name__, "check DUEBOX_DATABASE_URL and that the server runs")
    if parts["database"] != "ok":
        hint = "it is a standby, or its disk is full: make DUEBOX_DATABASE_URL name the primary"
        return Finding("database", False, parts["database"], hint)
    if parts.get("schema") != "ok":
        return Finding("database", False, "the schema is not up to date", "run: duebox db upgrade")
    return Finding("database", True, "reachable, schema up to date")


async def _clock(services: Services) -> Finding:
    async with services.database.read() as uow:
        apart = abs(await uow.leases.database_time() - system_clock().timestamp())
    is_ok = apart <= CLOCK_TOLERANCE_SECONDS
    return Finding("clock", is_ok, f"{apart:.1f} s from the database's", "synchronise the clocks (NTP)")


async def _ledger(services: Services, folder: Path | None) -> AsyncIterator[Finding]:
    """How new it is, where its files are watched for, and the interest on it."""
    found = await services.ledger.freshness()
    detail = found.reason or f"invoices as of {found.as_of:%Y-%m-%d %H:%M} UTC"
    yield Finding("ledger", not found.is_stale, detail, "import a newer file: duebox import invoices FILE")
    if folder is not None:
        yield await asyncio.to_thread(household.ledger_folder, folder)
    if services.reminders.policy.interest is not None:
        yield _interest(services)


async def _senders(services: Services) -> Finding:
    unsent = await services.quality.unsent()
    detail = "; ".join(unsent.values()) or "a mailbox speaks for every company"
    return Finding("senders", not unsent, detail, "give each company a [[company]] with a mailbox in the policy file")


def _interest(services: Services) -> Finding:
    gaps = services.claims.gaps()
    lacking = "; ".join(
        f"{law}: none for the half-years from {', '.join(map(str, days))}" for law, days in gaps.items()
    )
    hint = (
        "add them to the policy file as [[reminders.interest.rate]]: claims stop there, and no letter claims interest"
    )
    detail = (
        f"reference rates are lacking or confirmed by nobody: {lacking}" if gaps else "every half-year has its rate"
    )
    return Finding("interest", not gaps, detail, hint)


async def _partitions(services: Services) -> Finding:
    until = await Partitions(services.database, services.clock).made_until()
    is_ok = until > services.clock() + LEAST_AHEAD
    hint = "a worker makes more each day: see jobs.daily.failed (work=partitions) in its log; no mail is lost meanwhile"
    return Finding("partitions", is_ok, f"search terms have their years until {until:%Y-%m-%d}", hint)


async def _mailboxes(services: Services) -> AsyncIterator[Finding]:
    async with services.database.read() as uow:
        mailboxes = [box for box in await uow.mailboxes.all() if not box.is_removed]
    if not mailboxes:
        yield Finding("mailboxes", False, "none", "add one: duebox mailbox add --help")
    for mailbox in mailboxes:
        if not mailbox.active:
            yield Finding(f"mailbox {mailbox.name}", True, f"paused, until: duebox mailbox resume {mailbox.name}")
        elif mailbox.kind is MailboxKind.IMAP:
            yield await imap_mailbox(services, mailbox)


async def _smtp(services: Services, settings: Settings, addresses: Mapping[str, str]) -> AsyncIterator[Finding]:
    """The installation's submission server, and that of each mailbox that signs in by itself."""
    smtp = settings.smtp
    hint = "check DUEBOX_SMTP__HOST, __PORT, __SECURITY and the login"
    own: dict[str, MailAccount] = {}
    for name, address in addresses.items():
        try:
            found = await services.accounts.smtp_account(address)
        except Unreachable as error:
            yield Finding(f"smtp of {name}", False, str(error), REAUTH.format(name=name))
            continue
        if found is not None:
            shared = replace(found, host=smtp.host, port=smtp.port, security=smtp.security)
            own[name] = found if found.host else shared
    account = MailAccount(smtp.host, smtp.port, smtp.security, smtp.username, smtp.password.get_secret_value())
    if smtp.host:
        yield await _submission("smtp", account, hint)
    elif not own or not all(found.host for found in own.values()):
        missing = "set DUEBOX_SMTP__HOST (and PORT, USERNAME, PASSWORD, SECURITY)"
        yield Finding("smtp", False, "no server is set", missing)
    for name, found in own.items():
        if found.host:
            yield await _submission(f"smtp of {name}", found, f"{hint}, or the --smtp- options of the mailbox")


async def _submission(part: str, account: MailAccount, hint: str) -> Finding:
    client = aiosmtplib.SMTP(
        hostname=account.host,
        port=account.port,
        use_tls=account.security == "tls",
        start_tls=account.security == "starttls",
        timeout=PATIENCE_SECONDS,
    )
    try:
        async with client:
            if account.access_token:
                await client.auth_xoauth2(account.username, account.access_token)
            elif account.username:
                await client.login(account.username, account.password)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Finding(part, False, type(error).__name__, hint)
    signs_in = bool(account.username)
    return Finding(part, True, "answers and lets us in" if signs_in else "answers; nobody signs in there")


async def _jobs(services: Services) -> Finding:
    async with services.database.read() as uow:
        lines = await uow.session.run_sync(services.engine.lines)
    stuck = sum(line.number for line in lines if line.standing in {"given_up", "parked"})
    hint = "they are listed under Administration with their mail; the logs have the class of the error"
    return Finding("jobs", not stuck, f"{stuck} given up or parked" if stuck else "none given up", hint)


async def _checkpoint(services: Services) -> Finding:
    if not services.checkpoints.daily.to:
        return Finding("checkpoints", True, "by hand alone; DUEBOX_CHECKPOINTS__TO sends one out of the house each day")
    async with services.database.read() as uow:
        taken = await uow.audit.last_time(Chain.ACCESS, CHECKPOINT_TAKEN)
    is_ok = taken is not None and services.clock() - taken < CHECKPOINT_AGE
    hint = "a worker takes one each day: see jobs.daily.failed (work=checkpoint) in its log"
    return Finding("checkpoints", is_ok, f"the newest is of {taken:%Y-%m-%d %H:%M} UTC" if taken else "none yet", hint)


async def _guard(services: Services) -> Finding:
    async with services.database.read() as uow:
        stands = await guard_stands(uow.session)
    detail = "the database refuses to change entries" if stands else "the database would let entries be changed"
    hint = (
        "its owner took the triggers away: duebox audit verify --checkpoint FILE, with one from outside, tells what for"
    )
    return Finding("audit", stands, detail, hint)


async def _people(services: Services) -> Finding:
    async with services.database.read() as uow:
        strange = await with_other_rights(uow)
    if not strange:
        return Finding("people", True, "everybody's role and password are those that the log says they were given")
    detail = f"the log knows nothing of the rights, or the password, of {', '.join(strange)}"
    hint = "somebody changed them in the database itself: set both on the page Administration, and find out who"
    return Finding("people", False, detail, hint)


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
