"""All mapped classes at once, for whoever needs the whole metadata."""

from app.db.tables.figures import BalanceRow, FigureRow, NextStepRow
from app.db.tables.guidance import GuidanceRow
from app.db.tables.ledger import (
    AddressRow,
    CaseRow,
    ContactProposalRow,
    ContactRow,
    CustomerRow,
    HoldRow,
    ImportRow,
    InvoiceRow,
    PaymentRow,
    PlanStepRow,
    TaskRow,
)
from app.db.tables.mail import (
    ConversationRow,
    CopyRow,
    FolderRow,
    GrantRow,
    HistoryRow,
    MailboxRow,
    MessageRow,
    PayloadRow,
)
from app.db.tables.oversight import PolicyVersionRow, RationRow, SwitchRow
from app.db.tables.papers import DocumentRow, LedgerRequestRow
from app.db.tables.privacy import ErasureRow, LegalHoldRow, MasterKeyRow
from app.db.tables.queue import NoticeRow, NotifyRow, PresenceRow, SavedViewRow, SearchTermRow, TallyRow
from app.db.tables.reminders import BatchApprovalRow, BatchRow, PersonsStepRow, ReminderRow
from app.db.tables.system import ApiTokenRow, AuditRow, AuditTileRow, LeaseRow, LoginFailureRow, SessionRow, UserRow
from app.db.tables.work import AssentRow, OutboxRow, PlantedRow, ProposalRow, ReviewRow

TABLES = (
    ApiTokenRow,
    AssentRow,
    AuditRow,
    AuditTileRow,
    BalanceRow,
    BatchApprovalRow,
    BatchRow,
    CaseRow,
    ContactProposalRow,
    AddressRow,
    ContactRow,
    ConversationRow,
    CopyRow,
    CustomerRow,
    DocumentRow,
    ErasureRow,
    FigureRow,
    FolderRow,
    GrantRow,
    GuidanceRow,
    HistoryRow,
    HoldRow,
    ImportRow,
    InvoiceRow,
    LeaseRow,
    LedgerRequestRow,
    LegalHoldRow,
    LoginFailureRow,
    MailboxRow,
    MasterKeyRow,
    MessageRow,
    NextStepRow,
    NoticeRow,
    NotifyRow,
    OutboxRow,
    PayloadRow,
    PaymentRow,
    PersonsStepRow,
    PlanStepRow,
    PlantedRow,
    PresenceRow,
    PolicyVersionRow,
    ProposalRow,
    RationRow,
    ReminderRow,
    ReviewRow,
    SavedViewRow,
    SearchTermRow,
    SessionRow,
    TallyRow,
    SwitchRow,
    TaskRow,
    UserRow,
)
