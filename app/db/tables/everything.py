"""All mapped classes at once, for whoever needs the whole metadata."""

from app.db.tables.ledger import (
    CaseRow,
    ContactProposalRow,
    ContactRow,
    CustomerRow,
    HoldRow,
    ImportRow,
    InvoiceRow,
    PaymentRow,
)
from app.db.tables.mail import ConversationRow, CopyRow, FolderRow, HistoryRow, MailboxRow, MessageRow, PayloadRow
from app.db.tables.system import ApiTokenRow, AuditRow, LeaseRow, LoginFailureRow, SessionRow, UserRow
from app.db.tables.work import OutboxRow, ProposalRow, ReviewRow

TABLES = (
    ApiTokenRow,
    AuditRow,
    CaseRow,
    ContactProposalRow,
    ContactRow,
    ConversationRow,
    CopyRow,
    CustomerRow,
    FolderRow,
    HistoryRow,
    HoldRow,
    ImportRow,
    InvoiceRow,
    LeaseRow,
    LoginFailureRow,
    MailboxRow,
    MessageRow,
    OutboxRow,
    PayloadRow,
    PaymentRow,
    ProposalRow,
    ReviewRow,
    SessionRow,
    UserRow,
)
