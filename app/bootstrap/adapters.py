"""What the settings name of the outside world, made: the thinking process, mail servers, stores, sign-in, traces."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from app.adapters.clamd import Clamd
from app.adapters.dns import DnsKeys
from app.adapters.object_store import S3Store
from app.adapters.sigv4 import Signer
from app.adapters.sink import FolderSender
from app.adapters.smtp import SmtpSender
from app.audit.checkpoints import SCHEME, Place
from app.db.tables.mail import MailboxKind
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import SettingInvalid
from app.domain.ports import MailAccount, ObjectStore, Sender
from app.domain.ration import Limits
from app.domain.sending import Pace
from app.identity.oidc import OidcConfig, OidcSignIn
from app.intake.accounts import Accounts, MailAccounts
from app.jobs.queues import TRIAGE
from app.reading.files.text import Trouble
from app.settings import Settings
from app.thinking import EMBEDDED_AT_ONCE, MindConfig, check_config

if TYPE_CHECKING:
    from app.adapters.otlp import OtlpTraces


def mind_config(settings: Settings) -> MindConfig:
    """What the thinking process is told. Raises SettingInvalid, here rather than there."""
    model = settings.model
    config = MindConfig(
        provider=model.provider,
        base_url=model.base_url,
        api_key=model.api_key.get_secret_value(),
        model=model.name,
        timeout_seconds=model.timeout_seconds,
        clamd=settings.clamd,
        dkim_resolver=settings.dkim.resolver,
        arc_sealers=tuple(name.strip() for name in settings.dkim.arc_sealers.split(",") if name.strip()),
        policy_path=settings.policy_file,
        at_once=EMBEDDED_AT_ONCE if model.provider == "embedded" else TRIAGE.at_once,
    )
    check_config(config)
    return config


def oidc_of(settings: Settings, database: Database, clock: Clock) -> OidcSignIn | None:
    oidc = settings.oidc
    if not oidc.issuer:
        return None
    secret = oidc.client_secret.get_secret_value()
    config = OidcConfig(oidc.issuer, oidc.client_id, secret, oidc.name, oidc.trust_email)
    return OidcSignIn(database, config, clock)


def sender_of(settings: Settings, sink: Path | None, accounts: MailAccounts) -> Sender:
    if sink is not None:
        return FolderSender(sink)
    smtp = settings.smtp
    account = MailAccount(smtp.host, smtp.port, smtp.security, smtp.username, smtp.password.get_secret_value())
    return SmtpSender(account, timeout_seconds=smtp.timeout_seconds, accounts=accounts)


def pace_of(settings: Settings, sink: Path | None) -> Pace:
    first_wait = timedelta(seconds=settings.smtp.backoff_seconds)
    if sink is not None:
        return Pace(first_wait)
    return Pace(first_wait, settings.smtp.mails_a_minute, settings.smtp.mails_a_minute_to_domain)


def account_lookup(database: Database, accounts: Accounts) -> Callable[[UUID], Awaitable[MailAccount | None]]:
    async def account_of(mailbox_id: UUID) -> MailAccount | None:
        async with database.read() as uow:
            row = await uow.mailboxes.get(mailbox_id)
        return await accounts.of(row) if row.kind is MailboxKind.IMAP else None

    return account_of


def traces_of(settings: Settings) -> "OtlpTraces | None":
    """Where traces go, if anywhere. Its libraries are loaded only then: they are slow to load."""
    telemetry = settings.telemetry
    if not telemetry.endpoint:
        return None
    from app.adapters.otlp import OtlpTraces  # noqa: PLC0415

    return OtlpTraces(
        telemetry.traces_url,
        headers=telemetry.header_values,
        service=telemetry.service_name,
        version=version("duebox"),
        share=telemetry.share,
    )


def object_store_of(settings: Settings, clock: Clock) -> ObjectStore | None:
    store = settings.object_store
    if not store.endpoint:
        return None
    return S3Store(store.endpoint, Signer(store.access_key, store.secret_key.get_secret_value(), store.region), clock)


def checkpoint_place_of(settings: Settings) -> Place:
    """Raises SettingInvalid where an object store is named that there is not."""
    daily = settings.checkpoints
    if daily.to.startswith(SCHEME) and not settings.object_store.endpoint:
        raise SettingInvalid("DUEBOX_CHECKPOINTS__TO names an object store: set DUEBOX_OBJECT_STORE__ENDPOINT too")
    return Place(daily.to, daily.retain_days)


def scanner_of(settings: Settings) -> Callable[[bytes], Trouble | None] | None:
    """What says of a file's bytes why it is not to be opened; it blocks."""
    return Clamd(settings.clamd).verdict if settings.clamd else None


def resolver_of(settings: Settings) -> Callable[[str], bytes | None] | None:
    """What looks up the key of a signature; it blocks. Raises TimeoutError or OSError."""
    return DnsKeys(settings.dkim.resolver) if settings.dkim.resolver else None


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.model.requests_a_minute, settings.model.tokens_a_day)
