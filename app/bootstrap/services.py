"""Everything that runs, wired: what the rest of the house is given, and how it starts and ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.adapters.child import ChildMind
from app.adapters.egress import Egress
from app.administration.service import AdministrationPages
from app.audit.checkpoints import CheckpointService
from app.audit.decisions import DecisionPages
from app.audit.evidence import EvidenceService
from app.audit.reads import ReadLog
from app.audit.service import AuditService
from app.casefile.service import CaseFileService
from app.db.changes import Listener
from app.db.engine import is_sqlite
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.job import JobKind
from app.domain.oauth import TokenServer
from app.domain.policy import Policy
from app.domain.ports import Poster, Sender
from app.domain.tracing import Tracer
from app.health import Health
from app.identity.oidc import OidcSignIn
from app.identity.service import IdentityService
from app.insights.customers import CustomerPages
from app.insights.pages import InsightsPages
from app.insights.service import InsightsService
from app.intake.accounts import MailAccounts
from app.intake.bodies import Bodies
from app.intake.poller import Poller
from app.intake.service import IntakeService
from app.intake.watching import OpenLine
from app.intake.webhooks.schemes import Schemes
from app.jobs.daily import Daily
from app.jobs.engine import Engine, Handler
from app.jobs.lease import Heartbeat
from app.jobs.lock import FileLock
from app.jobs.sweep import Sweep
from app.ledger.cases import CaseService
from app.ledger.contacts import ContactService
from app.ledger.documents import DocumentService
from app.ledger.folder import WatchedFolder
from app.ledger.holds import HoldService
from app.ledger.pages import LedgerPages
from app.ledger.quality import QualityService
from app.ledger.service import LedgerService
from app.ledger.tasks import TaskService
from app.outbox.service import OutboxService
from app.performance.service import WorkService
from app.playground.service import PlaygroundService
from app.privacy.dossier import DossierService
from app.privacy.keys import KeyService
from app.privacy.service import PrivacyService
from app.reminders.approvals import ApprovalService
from app.reminders.batch_pages import BatchPages
from app.reminders.batches import BatchService
from app.reminders.claims import ClaimBook
from app.reminders.drafting import DraftingService
from app.reminders.learning import LearningPages
from app.reminders.next_steps import NextStepService
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
from app.steering.service import SteeringService
from app.triage.enclosing import EnclosingService
from app.triage.guidance import GuidanceService
from app.triage.service import TriageService

if TYPE_CHECKING:
    from app.adapters.otlp import OtlpTraces


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that runs, wired. `lock` is there on SQLite, where one process at a time may work."""

    database: Database
    engine: Engine
    clock: Clock
    mind: ChildMind
    policy: Policy
    intake: IntakeService
    triage: TriageService
    reviews: ReviewService
    guidance: GuidanceService
    amending: AmendingService
    enclosing: EnclosingService
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
    talks: TalkService
    reminders: ReminderService
    batches: BatchService
    sending: SendingService
    approvals: ApprovalService
    drafting: DraftingService
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
    bodies: Bodies
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
        await self.mind.stop()
        await self.heartbeat.stop()

    async def close(self) -> None:
        await self.mind.stop()  # the playground starts one where this process works no mail
        await self.database.dispose()
        if self.traces is not None:
            self.traces.stop()  # nothing else is left to wait for it, and the engine has taken the threads along
