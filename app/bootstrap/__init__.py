"""The composition root: settings become adapters, adapters become services. Only this package names concrete adapters,
beside `app/mind/`, the thinking process's own.

                    ┌ intake ── dispatch job ──▶ triage ──▶ review ── send job ──▶ outbox ┐
    settings ─▶ Services                    (mind, in a child process)                     ├─▶ one database
                    └ ledger   identity   audit   poller   heartbeat   sweep   daily ──────┘

`services.py` is what comes out, and its life; `adapters.py` makes what the settings name of the outside world;
`processing.py` tells the privacy dossier about it.
"""

import os
import socket
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.adapters.child import ChildMind
from app.adapters.egress import Egress
from app.adapters.https import fetch
from app.adapters.imap.folder import ImapMailbox
from app.adapters.imap.sent import ImapSentFolder
from app.adapters.oauth import ProviderTokens
from app.adapters.poster import WebhookPoster
from app.adapters.rationed_mind import RationedMind
from app.administration.service import AdministrationPages
from app.audit.checkpoints import CheckpointService
from app.audit.decisions import DecisionPages
from app.audit.evidence import EvidenceService
from app.audit.reads import ReadLog
from app.audit.service import AuditService
from app.bootstrap.adapters import (
    account_lookup,
    checkpoint_place_of,
    limits_of,
    mind_config,
    object_store_of,
    oidc_of,
    pace_of,
    sender_of,
    traces_of,
)
from app.bootstrap.processing import endpoint, processing, recipients
from app.bootstrap.services import Services
from app.casefile.service import CaseFileService
from app.db.changes import Listener
from app.db.engine import async_engine, is_sqlite, sqlite_path, sync_engine
from app.db.house_clock import HouseClock
from app.db.migrating import is_up_to_date, upgrade
from app.db.opening import check_key, is_listed, refuse_unfinished, stored_keys, why_not
from app.db.partitions import Partitions
from app.db.sealing import Keyring
from app.db.traces import traced_approval, traced_sending, traced_triage
from app.db.uow import Database
from app.domain.clock import Clock, system_clock
from app.domain.errors import Invalid, SettingInvalid
from app.domain.ids import go_by, new_id
from app.domain.job import JobKind
from app.domain.tracing import OFF, StepName, Tracer
from app.health import Health
from app.identity.service import IdentityService
from app.insights.customers import CustomerPages
from app.insights.pages import InsightsPages
from app.insights.service import InsightsService
from app.intake.accounts import MailAccounts
from app.intake.bodies import Bodies
from app.intake.dispatch import Dispatcher
from app.intake.poller import Poller
from app.intake.service import IntakeService
from app.intake.webhooks.schemes import schemes
from app.jobs.daily import Daily
from app.jobs.engine import Engine, Handler, is_migrated, migrate
from app.jobs.lease import Heartbeat
from app.jobs.lock import FileLock
from app.jobs.sweep import Sweep
from app.ledger.adapter_files import named
from app.ledger.cases import CaseService
from app.ledger.contacts import ContactService
from app.ledger.documents import DocumentService
from app.ledger.folder import Exports, WatchedFolder
from app.ledger.holds import HoldService
from app.ledger.pages import LedgerPages
from app.ledger.quality import QualityService
from app.ledger.service import LedgerService
from app.ledger.settling import Settling
from app.ledger.standing import StandingService
from app.ledger.tasks import TaskService
from app.ledger.written_days import DayOrder
from app.outbox.borrowing import BorrowedSentFolder
from app.outbox.service import OutboxService
from app.performance.service import WorkService
from app.playground.service import PlaygroundService
from app.policies.loading import load_policy
from app.policies.privacy import load_responsible
from app.policies.reminders import load_reminders
from app.policies.retention import load_retention
from app.policies.standing import load_actions, load_standing
from app.privacy.dossier import DossierService
from app.privacy.keys import KeyService
from app.privacy.service import PrivacyService
from app.reminders.approvals import ApprovalService
from app.reminders.automatic import Morning
from app.reminders.batch_pages import BatchPages
from app.reminders.batches import BatchService
from app.reminders.claims import ClaimBook
from app.reminders.drafting import DraftingService
from app.reminders.learning import LearningPages
from app.reminders.next_steps import NextStepService, Standings
from app.reminders.outcomes import OutcomeService
from app.reminders.pages import ReminderPages
from app.reminders.sending import SendingService
from app.reminders.service import ReminderService
from app.reminders.spoken import SpokenTexts
from app.reminders.talks import TalkService
from app.review.amending import AmendingService
from app.review.bulk import Bulk
from app.review.desk import DeskService
from app.review.notices import Notifier
from app.review.pages import ReviewPages
from app.review.queue import QueuePages
from app.review.search import SearchPages
from app.review.second import CallBackService
from app.review.service import ReviewService
from app.review.together import Together
from app.settings import LedgerSettings, Settings, load_settings
from app.steering.service import SteeringService
from app.triage.enclosing import EnclosingService
from app.triage.guidance import GuidanceService
from app.triage.indexing import Indexing
from app.triage.service import TriageService

__all__ = ["Services", "build", "mind_config", "prepare_database", "settings_from_environment"]

JOB_POLL_SECONDS = 0.5


def settings_from_environment(**fixed: object) -> Settings:
    return load_settings(**fixed)


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
    clock: Clock | None = None,
    sink: Path | None = None,
    is_demo: bool = False,
) -> Services:
    """Wire everything for these settings. With a `sink`, answers are filed there and never leave the machine. Without a
    `clock`, the house goes by its database's, and speaks to others, who check times too, by the host's."""
    url = settings.database_url
    outside = clock or system_clock
    clock = clock or (system_clock if is_sqlite(url) else HouseClock(is_known=go_by))
    keyring = Keyring(settings.secret_key.get_secret_value(), lambda: stored_keys(url))
    executor_id = "local" if is_sqlite(url) else f"{socket.gethostname()}-{os.getpid()}-{str(new_id())[-8:]}"
    engine = Engine(sync_engine(url, process=executor_id), executor_id=executor_id, poll_seconds=JOB_POLL_SECONDS)
    writing, reading = (async_engine(url, for_writing=writes, process=executor_id) for writes in (True, False))
    database = Database(writing, reading, keyring, clock, engine.enqueue)
    policy = load_policy(settings.policy_file)
    child = ChildMind("app.mind", mind_config(settings))
    limits = limits_of(settings)
    mind = RationedMind(child, database, endpoint(settings), limits) if settings.model.provider == "openai" else child
    traces = traces_of(settings)
    tracer = OFF if traces is None else Tracer(traces.tell)
    intake = IntakeService(database, clock, tracer)
    triage = TriageService(database, mind, policy, clock)
    reviews = ReviewService(database, policy, clock, undo_seconds=settings.undo_seconds)
    guidance = GuidanceService(database, mind, clock, policy.second_person)
    together = Together(database, clock)
    desk = DeskService(database, clock)
    queue = QueuePages(database, together, policy, clock, undo_seconds=settings.undo_seconds, is_demo=is_demo)
    ledger = LedgerService(database, clock, policy.ledger)
    tokens = ProviderTokens(clock)
    accounts = MailAccounts(database, tokens, clock)
    plans = ReminderService(database, load_reminders(settings.policy_file), max_age=policy.ledger.max_age)
    claims = ClaimBook(database, plans.claims, clock)
    batches = BatchService(database, plans, mind, policy, clock)
    sending = SendingService(database, plans, policy, clock, undo_seconds=settings.undo_seconds)
    approvals = ApprovalService(database, sending, clock)
    drafting = DraftingService(database, batches)
    sender = sender_of(settings, sink, accounts)
    poster = WebhookPoster([origin for origin in settings.notify.webhook_origins.split(",") if origin.strip()])
    outbox = OutboxService(
        database,
        sender,
        BorrowedSentFolder(ImapSentFolder(account_lookup(database, accounts)), database),
        clock,
        pace=pace_of(settings, sink),
        sending_stopped=policy.sending_stopped,
        due_in=sending.due_in,
        weights=policy.queue,
    )
    dispatcher = Dispatcher(database)
    retention = load_retention(settings.policy_file, policy.companies)
    privacy = PrivacyService(database, retention, clock)
    audit = AuditService(database)
    checkpoints = CheckpointService(
        database, audit, sender, object_store_of(settings, outside), clock, checkpoint_place_of(settings)
    )
    insights = InsightsService(database, clock)
    actions = load_actions(settings.policy_file)
    standing = StandingService(database, load_standing(settings.policy_file), actions, clock)
    next_steps = NextStepService(database, Standings(standing.of, standing.of_all), plans, clock)
    talks = TalkService(database, next_steps, clock, opening=actions.opening)
    handlers = {
        JobKind.DISPATCH: Handler(dispatcher.work, dispatcher.give_up),
        JobKind.TRIAGE: Handler(traced_triage(tracer, triage.work), triage.give_up),
        JobKind.APPROVE: Handler(traced_approval(database, tracer, reviews.work), reviews.give_up),
        JobKind.SEND: Handler(traced_sending(database, tracer, outbox.work), outbox.give_up),
        JobKind.FIGURES: Handler(insights.work, insights.give_up),
        JobKind.REDRAFT: Handler(batches.redraft, batches.give_up),
        JobKind.APPROVE_BATCH: Handler(approvals.work, approvals.give_up),
        JobKind.DRAFT_BATCH: Handler(drafting.work, drafting.give_up),
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
        guidance=guidance,
        amending=AmendingService(database),
        enclosing=EnclosingService(database, guidance),
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
        quality=QualityService(database, ledger, policy.companies, claims.gaps),
        ledger_folder=WatchedFolder(
            database,
            ledger,
            settings.ledger.folder,
            clock,
            poll_seconds=settings.poll_seconds,
            holder=executor_id,
            exports=_exports(settings.ledger),
        ),
        next_steps=next_steps,
        talks=talks,
        reminders=plans,
        batches=batches,
        sending=sending,
        approvals=approvals,
        drafting=drafting,
        batch_pages=BatchPages(database),
        reminder_pages=ReminderPages(database, plans, claims, clock, max_age=policy.ledger.max_age),
        spoken=SpokenTexts(database, plans, mind, policy, clock),
        claims=claims,
        learning=LearningPages(database, plans.policy, clock, sending_stopped=policy.sending_stopped),
        insights=insights,
        dashboards=InsightsPages(database, clock),
        customers=CustomerPages(database, clock, next_steps.of),
        contacts=ContactService(database, clock),
        case_files=CaseFileService(database, clock, claims.shown),
        identity=IdentityService(database, clock),
        oidc=oidc_of(settings, database, outside),
        audit=audit,
        checkpoints=checkpoints,
        reads=ReadLog(database, clock),
        keys=KeyService(database, clock),
        privacy=privacy,
        dossier=DossierService(
            database, processing(settings, policy, retention, load_responsible(settings.policy_file))
        ),
        egress=Egress(lambda host: is_listed(url, recipients(settings), host), refuses=False),
        decisions=DecisionPages(database, audit, clock),
        evidence=EvidenceService(database, clock),
        steering=SteeringService(database, policy, settings.policy_file, clock),
        playground=PlaygroundService(database, mind, policy, clock),
        administration=AdministrationPages(database, engine, clock, model=settings.model.name, limits=limits),
        work=WorkService(database, clock, policy.queue),
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
                "settle": Settling(database, clock, short_by=policy.ledger.short_by).settle,
                "figures": insights.refresh_today,
                "next_steps": next_steps.refresh_today,
                "talks": talks.open_today,
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
        bodies=Bodies(),
        handlers=handlers,
        lock=FileLock(sqlite_path(url), holder) if is_sqlite(url) else None,
        tracer=tracer,
        traces=traces,
        url=url,
        metrics_token=settings.metrics_token.get_secret_value(),
    )


def _exports(ledger: LedgerSettings) -> Exports:
    try:
        return Exports(named(ledger.adapter), ledger.currency, DayOrder(ledger.dates) if ledger.dates else None)
    except Invalid as error:
        raise SettingInvalid(f"DUEBOX_LEDGER__ADAPTER or __CURRENCY: {error}") from error
