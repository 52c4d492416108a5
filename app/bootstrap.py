"""The composition root: settings become adapters, adapters become services. The only file (beside `app/mind.py`, the
thinking
process's own) that names concrete adapters.

                    ┌ intake ── dispatch job ──▶ triage ──▶ review ── send job ──▶ outbox ┐
    settings ─▶ Services                    (mind, in a child process)                     ├─▶ one database
                    └ ledger   identity   audit   poller   heartbeat   sweep   daily ──────┘
"""

import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from app.adapters.child import ChildMind
from app.adapters.egress import Egress
from app.adapters.https import fetch
from app.adapters.imap.folder import ImapMailbox
from app.adapters.imap.sent import ImapSentFolder
from app.adapters.oauth import ProviderTokens
from app.adapters.object_store import S3Store
from app.adapters.poster import WebhookPoster
from app.adapters.rationed_mind import RationedMind
from app.adapters.sigv4 import Signer
from app.adapters.sink import FolderSender
from app.adapters.smtp import SmtpSender
from app.administration.service import AdministrationPages
from app.audit.checkpoints import SCHEME, CheckpointService, Place
from app.audit.decisions import DecisionPages
from app.audit.evidence import EvidenceService
from app.audit.reads import ReadLog
from app.audit.service import AuditService
from app.casefile.service import CaseFileService
from app.db.changes import Listener
from app.db.engine import async_engine, is_sqlite, sqlite_path, sync_engine
from app.db.migrating import is_up_to_date, upgrade
from app.db.opening import check_key, is_listed, refuse_unfinished, stored_keys, why_not
from app.db.partitions import Partitions
from app.db.sealing import Keyring
from app.db.tables.mail import MailboxKind
from app.db.traces import traced_approval, traced_sending, traced_triage
from app.db.uow import Database
from app.domain.clock import Clock, system_clock
from app.domain.errors import SettingInvalid
from app.domain.ids import new_id
from app.domain.job import JobKind
from app.domain.oauth import TokenServer
from app.domain.policy import Policy
from app.domain.ports import MailAccount, Mind, ObjectStore, Poster, Sender
from app.domain.ration import Limits
from app.domain.recipients import Recipient
from app.domain.retention import Retention
from app.domain.sending import Pace
from app.domain.sentence import Sentence
from app.domain.tracing import OFF, StepName, Tracer
from app.health import Health
from app.identity.oidc import OidcConfig, OidcSignIn
from app.identity.service import IdentityService
from app.insights.customers import CustomerPages
from app.insights.pages import InsightsPages
from app.insights.service import InsightsService
from app.intake.accounts import Accounts, MailAccounts
from app.intake.poller import Poller
from app.intake.service import Dispatcher, IntakeService
from app.intake.watching import OpenLine
from app.intake.webhooks.schemes import Schemes, schemes
from app.jobs.daily import Daily
from app.jobs.engine import Engine, Handler, is_migrated, migrate
from app.jobs.lease import Heartbeat
from app.jobs.lock import FileLock
from app.jobs.queues import TRIAGE
from app.jobs.sweep import Sweep
from app.ledger.cases import CaseService
from app.ledger.contacts import ContactService
from app.ledger.documents import DocumentService
from app.ledger.folder import WatchedFolder
from app.ledger.holds import HoldService
from app.ledger.pages import LedgerPages
from app.ledger.quality import QualityService
from app.ledger.service import LedgerService
from app.ledger.settling import Settling
from app.ledger.standing import StandingService
from app.ledger.tasks import TaskService
from app.outbox.service import OutboxService
from app.performance.service import WorkService
from app.playground.service import PlaygroundService
from app.policies.loading import load_policy
from app.policies.reminders import load_reminders
from app.policies.retention import load_retention
from app.policies.standing import load_actions, load_standing
from app.privacy.dossier import DossierService, Processing
from app.privacy.keys import KeyService
from app.privacy.service import PrivacyService
from app.reminders.automatic import Morning
from app.reminders.batch_pages import BatchPages
from app.reminders.batches import BatchService
from app.reminders.claims import ClaimBook
from app.reminders.learning import LearningPages
from app.reminders.next_steps import NextStepService, Standings
from app.reminders.outcomes import OutcomeService
from app.reminders.pages import ReminderPages
from app.reminders.sending import SendingService
from app.reminders.service import ReminderService
from app.reminders.spoken import SpokenTexts
from app.review.bulk import Bulk
from app.review.desk import DeskService
from app.review.notices import Notifier
from app.review.pages import ReviewPages
from app.review.queue import QueuePages
from app.review.search import SearchPages
from app.review.second import CallBackService
from app.review.service import ReviewService
from app.review.together import Together
from app.settings import Settings, load_settings
from app.steering.service import SteeringService
from app.thinking import EMBEDDED_AT_ONCE, MindConfig, check_config
from app.triage.guidance import GuidanceService
from app.triage.indexing import Indexing
from app.triage.service import TriageService

if TYPE_CHECKING:
    from app.adapters.otlp import OtlpTraces

JOB_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that runs, wired. `lock` is there on SQLite, where one process at a time may work."""

    database: Database
    engine: Engine
    clock: Clock
    mind: Mind
    policy: Policy
    intake: IntakeService
    triage: TriageService
    reviews: ReviewService
    guidance: GuidanceService
    desk: DeskService
    call_backs: CallBackService
    pages: ReviewPages
    queue: QueuePages
    bulk: Bulk
    search: SearchPages
    together: Together
    listener: Listener | None
    notifier: Notifier
    poster: Poster
    outbox: OutboxService
    sender: Sender
    ledger: LedgerService
    cases: CaseService
    holds: HoldService
    tasks: TaskService
    ledger_pages: LedgerPages
    documents: DocumentService
    quality: QualityService
    ledger_folder: WatchedFolder
    next_steps: NextStepService
    reminders: ReminderService
    batches: BatchService
    sending: SendingService
    batch_pages: BatchPages
    reminder_pages: ReminderPages
    learning: LearningPages
    claims: ClaimBook
    spoken: SpokenTexts
    insights: InsightsService
    dashboards: InsightsPages
    customers: CustomerPages
    contacts: ContactService
    case_files: CaseFileService
    identity: IdentityService
    oidc: OidcSignIn | None
    audit: AuditService
    checkpoints: CheckpointService
    reads: ReadLog
    keys: KeyService
    privacy: PrivacyService
    dossier: DossierService
    egress: Egress
    decisions: DecisionPages
    evidence: EvidenceService
    steering: SteeringService
    playground: PlaygroundService
    administration: AdministrationPages
    work: WorkService
    poller: Poller
    heartbeat: Heartbeat
    sweep: Sweep
    daily: Daily
    health: Health
    accounts: MailAccounts
    tokens: TokenServer
    open_line: OpenLine
    schemes: Schemes
    handlers: Mapping[JobKind, Handler]
    lock: FileLock | None
    tracer: Tracer
    traces: "OtlpTraces | None"
    url: str
    metrics_token: str = field(repr=False)

    @property
    def is_embedded(self) -> bool:
        """On SQLite the API process works the mail too."""
        return is_sqlite(self.url)

    async def start_working(self) -> None:
        """Take the lease, start the thinking process, work jobs, watch mailboxes."""
        await self.heartbeat.start()
        await self.steering.note_file()
        if isinstance(self.mind, ChildMind):
            await self.mind.start()
        await self.engine.start(self.handlers)
        self.sweep.start()
        self.daily.start()
        self.notifier.start()
        self.poller.start()
        self.ledger_folder.start()

    async def stop_working(self) -> None:
        """Take nothing new, let what runs end, then hand back the lease."""
        await self.poller.stop()
        await self.daily.stop()
        await self.notifier.stop()
        await self.ledger_folder.stop()
        await self.sweep.stop()
        await self.engine.stop()
        if isinstance(self.mind, ChildMind):
            await self.mind.stop()
        await self.heartbeat.stop()

    async def close(self) -> None:
        if isinstance(self.mind, ChildMind):  # the playground starts one where this process works no mail
            await self.mind.stop()
        await self.database.dispose()
        if self.traces is not None:
            self.traces.stop()  # nothing else is left to wait for it, and the engine has taken the threads along


def prepare_database(url: str, *, secret_key: str = "") -> None:
    """Bring our tables and the job engine's up to date; when they are, nothing is locked. Checks the key if given.

    Raises SettingInvalid, Unreachable or DatabaseBusy.
    """
    engine = sync_engine(url)
    try:
        refuse_unfinished(engine)
        if not (is_up_to_date(engine) and is_migrated(engine)):
            upgrade(url)
            migrate(url)
        if secret_key:
            check_key(engine, Keyring(secret_key, lambda: stored_keys(url)))
    except DBAPIError as error:
        raise why_not(url, error) from None
    finally:
        engine.dispose()


def build(
    settings: Settings,
    *,
    holder: str = "duebox serve",
    clock: Clock = system_clock,
    sink: Path | None = None,
    is_demo: bool = False,
) -> Services:
    """Wire everything for these settings. With a `sink`, answers are filed there and never leave the machine."""
    url = settings.database_url
    keyring = Keyring(settings.secret_key.get_secret_value(), lambda: stored_keys(url))
    executor_id = "local" if is_sqlite(url) else f"{socket.gethostname()}-{os.getpid()}-{str(new_id())[-8:]}"
    engine = Engine(sync_engine(url), executor_id=executor_id, poll_seconds=JOB_POLL_SECONDS)
    database = Database(
        async_engine(url, for_writing=True), async_engine(url, for_writing=False), keyring, clock, engine.enqueue
    )
    policy = load_policy(settings.policy_file)
    child = ChildMind("app.mind", mind_config(settings))
    limits = _limits(settings)
    mind = RationedMind(child, database, _endpoint(settings), limits) if settings.model.provider == "openai" else child
    traces = _traces(settings)
    tracer = OFF if traces is None else Tracer(traces.tell)
    intake = IntakeService(database, clock, tracer)
    triage = TriageService(database, mind, policy, clock)
    reviews = ReviewService(database, policy, clock, undo_seconds=settings.undo_seconds)
    together = Together(database, clock)
    desk = DeskService(database, clock)
    queue = QueuePages(database, together, policy, clock, undo_seconds=settings.undo_seconds, is_demo=is_demo)
    ledger = LedgerService(database, clock, max_age=policy.ledger.max_age)
    tokens = ProviderTokens(clock)
    accounts = MailAccounts(database, tokens, clock)
    plans = ReminderService(database, load_reminders(settings.policy_file), max_age=policy.ledger.max_age)
    claims = ClaimBook(database, plans.claims, clock)
    batches = BatchService(database, plans, mind, policy, clock)
    sending = SendingService(database, plans, policy, clock, undo_seconds=settings.undo_seconds)
    sender = _sender(settings, sink, accounts)
    poster = WebhookPoster([origin for origin in settings.notify.webhook_origins.split(",") if origin.strip()])
    outbox = OutboxService(
        database,
        sender,
        ImapSentFolder(_account_lookup(database, accounts)),
        clock,
        pace=_pace(settings, sink),
        sending_stopped=policy.sending_stopped,
        due_in=sending.due_in,
        weights=policy.queue,
    )
    dispatcher = Dispatcher(database)
    retention = load_retention()
    privacy = PrivacyService(database, retention, clock)
    audit = AuditService(database)
    checkpoints = CheckpointService(
        database, audit, sender, _object_store(settings, clock), clock, _checkpoint_place(settings)
    )
    insights = InsightsService(database, clock)
    standing = StandingService(database, load_standing(settings.policy_file), load_actions(settings.policy_file), clock)
    next_steps = NextStepService(database, Standings(standing.of, standing.of_all), plans, clock)
    handlers = {
        JobKind.DISPATCH: Handler(dispatcher.work, dispatcher.give_up),
        JobKind.TRIAGE: Handler(traced_triage(tracer, triage.work), triage.give_up),
        JobKind.APPROVE: Handler(traced_approval(database, tracer, reviews.work), reviews.give_up),
        JobKind.SEND: Handler(traced_sending(database, tracer, outbox.work), outbox.give_up),
        JobKind.FIGURES: Handler(insights.work, insights.give_up),
        JobKind.REDRAFT: Handler(batches.redraft, batches.give_up),
    }
    return Services(
        database=database,
        engine=engine,
        clock=clock,
        mind=child,
        policy=policy,
        intake=intake,
        triage=triage,
        reviews=reviews,
        guidance=GuidanceService(database, mind, clock, policy.second_person),
        desk=desk,
        call_backs=CallBackService(database, clock),
        pages=ReviewPages(
            database,
            clock,
            undo_seconds=settings.undo_seconds,
            max_age=policy.ledger.max_age,
            policy=policy,
        ),
        queue=queue,
        bulk=Bulk(queue, reviews, desk),
        search=SearchPages(database),
        together=together,
        notifier=Notifier(database, sender, poster, clock, public_url=settings.notify.public_url),
        poster=poster,
        listener=None if is_sqlite(url) else Listener(url, database.changes),
        outbox=outbox,
        sender=sender,
        cases=CaseService(database, clock, policy.second_person),
        holds=HoldService(database, clock),
        tasks=TaskService(database, clock),
        ledger_pages=LedgerPages(database, clock),
        ledger=ledger,
        documents=DocumentService(database, clock),
        quality=QualityService(database, ledger, policy.companies),
        ledger_folder=WatchedFolder(
            database,
            ledger,
            settings.ledger.folder,
            clock,
            poll_seconds=settings.poll_seconds,
            holder=executor_id,
        ),
        next_steps=next_steps,
        reminders=plans,
        batches=batches,
        sending=sending,
        batch_pages=BatchPages(database),
        reminder_pages=ReminderPages(database, plans, claims, clock, max_age=policy.ledger.max_age),
        spoken=SpokenTexts(database, plans, mind, policy, clock),
        claims=claims,
        learning=LearningPages(database, plans.policy, clock, sending_stopped=policy.sending_stopped),
        insights=insights,
        dashboards=InsightsPages(database, clock),
        customers=CustomerPages(database, clock, next_steps.of),
        contacts=ContactService(database, clock),
        case_files=CaseFileService(database, clock),
        identity=IdentityService(database, clock),
        oidc=_oidc(settings, database, clock),
        audit=audit,
        checkpoints=checkpoints,
        reads=ReadLog(database, clock),
        keys=KeyService(database, clock),
        privacy=privacy,
        dossier=DossierService(database, _processing(settings, policy, retention)),
        egress=Egress(lambda host: is_listed(url, _recipients(settings), host), refuses=False),
        decisions=DecisionPages(database, audit, clock),
        evidence=EvidenceService(database, clock),
        steering=SteeringService(database, policy, settings.policy_file, clock),
        playground=PlaygroundService(database, mind, policy, clock),
        administration=AdministrationPages(database, engine, clock, model=settings.model.name, limits=limits),
        work=WorkService(database, clock),
        poller=Poller(
            database,
            intake,
            accounts,
            ImapMailbox,
            clock,
            poll_seconds=settings.poll_seconds,
            holder=executor_id,
        ),
        heartbeat=Heartbeat(database, engine, is_alone=is_sqlite(url)),
        sweep=Sweep(database, engine, handlers, clock),
        daily=Daily(
            database,
            clock,
            {
                "settle": Settling(database, clock).settle,
                "figures": insights.refresh_today,
                "next_steps": next_steps.refresh_today,
                "outcomes": OutcomeService(database, clock).follow_today,
                "reminders": tracer.timed(
                    StepName.MORNING, Morning(database, batches, sending, policy, plans.policy).run
                ),
                "search": Indexing(database).work,
                "retention": privacy.keep_no_longer,
                "jobs": lambda: engine.forget_finished(clock()),
                **({} if is_sqlite(url) else {"partitions": Partitions(database, clock).keep}),
                **({"checkpoint": checkpoints.keep_daily} if settings.checkpoints.to else {}),
            },
            {"reminders": plans.policy.morning},
        ),
        health=Health(database, engine, clock, limits),
        accounts=accounts,
        tokens=tokens,
        open_line=ImapMailbox,
        schemes=schemes(fetch),
        handlers=handlers,
        lock=FileLock(sqlite_path(url), holder) if is_sqlite(url) else None,
        tracer=tracer,
        traces=traces,
        url=url,
        metrics_token=settings.metrics_token.get_secret_value(),
    )


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


def _traces(settings: Settings) -> "OtlpTraces | None":
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


def _object_store(settings: Settings, clock: Clock) -> ObjectStore | None:
    store = settings.object_store
    if not store.endpoint:
        return None
    return S3Store(store.endpoint, Signer(store.access_key, store.secret_key.get_secret_value(), store.region), clock)


def _checkpoint_place(settings: Settings) -> Place:
    """Raises SettingInvalid where an object store is named that there is not."""
    daily = settings.checkpoints
    if daily.to.startswith(SCHEME) and not settings.object_store.endpoint:
        raise SettingInvalid("DUEBOX_CHECKPOINTS__TO names an object store: set DUEBOX_OBJECT_STORE__ENDPOINT too")
    return Place(daily.to, daily.retain_days)


def _limits(settings: Settings) -> Limits:
    return Limits(settings.model.requests_a_minute, settings.model.tokens_a_day)


def _endpoint(settings: Settings) -> str:
    return urlsplit(settings.model.base_url).hostname or ""


def _recipients(settings: Settings) -> tuple[Recipient, ...]:
    """Hosts that the settings name; mailboxes have theirs in the database."""
    model, database = _endpoint(settings), urlsplit(settings.database_url).hostname or ""
    found = [
        Recipient(
            settings.smtp.host,
            Sentence("sending mail"),
            Sentence("answers and reminders that left, with their recipients"),
        ),
        Recipient(
            database, Sentence("database"), Sentence("everything, words sealed; the ledger's own columns readable")
        ),
    ]
    if settings.model.provider == "openai":
        found.append(
            Recipient(
                model, Sentence("language model"), Sentence("mail and ledger facts with placeholders for personal data")
            )
        )
    found.append(
        Recipient(
            settings.clamd.rpartition(":")[0], Sentence("malware scanner"), Sentence("files in mails, as they came")
        )
    )
    found.append(
        Recipient(settings.dkim.resolver, "DNS", Sentence("the domains that sign mail, to ask for their keys"))
    )
    found.append(
        Recipient(
            urlsplit(settings.object_store.endpoint).hostname or "",
            Sentence("object store"),
            Sentence("the newest numbers and hashes of the audit chains, where they are put there; no text"),
        )
    )
    found.append(
        Recipient(
            urlsplit(settings.telemetry.endpoint).hostname or "",
            Sentence("traces"),
            Sentence("ids, counts, closed words and durations of the work; no text"),
        )
    )
    found.append(
        Recipient(
            urlsplit(settings.oidc.issuer).hostname or "",
            Sentence("single sign-on"),
            Sentence("that somebody signs in; their address comes back"),
        )
    )
    found += [
        Recipient(
            urlsplit(origin.strip()).hostname or "", Sentence("notices"), Sentence("counts, ids and links to our pages")
        )
        for origin in settings.notify.webhook_origins.split(",")
    ]
    return tuple(recipient for recipient in found if recipient.host)


def _processing(settings: Settings, policy: Policy, retention: Retention) -> Processing:
    return Processing(
        model_provider=settings.model.provider,
        model_name=settings.model.name or "embedded",
        policy_version=policy.version,
        database="SQLite, on this machine" if is_sqlite(settings.database_url) else "PostgreSQL",
        recipients=_recipients(settings),
        retention=retention,
    )


def settings_from_environment(**fixed: object) -> Settings:
    return load_settings(**fixed)


def _oidc(settings: Settings, database: Database, clock: Clock) -> OidcSignIn | None:
    oidc = settings.oidc
    if not oidc.issuer:
        return None
    secret = oidc.client_secret.get_secret_value()
    config = OidcConfig(oidc.issuer, oidc.client_id, secret, oidc.name, oidc.trust_email)
    return OidcSignIn(database, config, clock)


def _sender(settings: Settings, sink: Path | None, accounts: MailAccounts) -> Sender:
    if sink is not None:
        return FolderSender(sink)
    smtp = settings.smtp
    account = MailAccount(smtp.host, smtp.port, smtp.security, smtp.username, smtp.password.get_secret_value())
    return SmtpSender(account, timeout_seconds=smtp.timeout_seconds, accounts=accounts)


def _pace(settings: Settings, sink: Path | None) -> Pace:
    first_wait = timedelta(seconds=settings.smtp.backoff_seconds)
    if sink is not None:
        return Pace(first_wait)
    return Pace(first_wait, settings.smtp.mails_a_minute, settings.smtp.mails_a_minute_to_domain)


def _account_lookup(database: Database, accounts: Accounts) -> Callable[[UUID], Awaitable[MailAccount | None]]:
    async def account_of(mailbox_id: UUID) -> MailAccount | None:
        async with database.read() as uow:
            row = await uow.mailboxes.get(mailbox_id)
        return await accounts.of(row) if row.kind is MailboxKind.IMAP else None

    return account_of
