"""What has been kept long enough, beside words of threads: each kind after its own days, none under a legal hold."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import rows_changed
from app.db.tables.ledger import CaseRow, HoldRow, InvoiceRow, TaskRow
from app.db.tables.papers import DocumentRow, LedgerRequestRow
from app.db.tables.privacy import LegalHoldRow
from app.db.tables.queue import NoticeRow
from app.db.tables.reminders import PersonsStepRow
from app.db.tables.system import ApiTokenRow, LoginFailureRow, SessionRow
from app.domain.review import RUNNING

_HELD = sa.select(LegalHoldRow.customer_id).where(LegalHoldRow.lifted_at.is_(None))


async def forget_stale(
    session: AsyncSession,
    *,
    notes: datetime,
    documents: datetime,
    sessions: datetime,
    tokens: datetime,
    failures: datetime,
    requests: datetime,
    notices: datetime,
) -> int:
    """Each moment is the one before which things of that kind are over. Returns how many rows lost something."""
    return (
        await _forget_notes(session, notes)
        + await _forget_papers(session, documents)
        + await _forget_rows(
            session,
            (SessionRow, SessionRow.expires_at < sessions),
            (ApiTokenRow, ApiTokenRow.expires_at < tokens),
            (LoginFailureRow, LoginFailureRow.last_at < failures),
            (LedgerRequestRow, LedgerRequestRow.at < requests),
            (NoticeRow, NoticeRow.done_at < notices),
        )
    )


async def _forget_notes(session: AsyncSession, before: datetime) -> int:
    """The rows stay, as figures count them; the words in them go."""
    case_over = sa.func.coalesce(CaseRow.ended_at, CaseRow.decided_at, CaseRow.opened_at)
    over: tuple[tuple[Any, Any, Any], ...] = (
        (CaseRow, CaseRow.note, (case_over < before) & CaseRow.state.not_in(RUNNING)),
        (TaskRow, TaskRow.note, TaskRow.closed_at < before),
        (HoldRow, HoldRow.reason, (HoldRow.until < before.date()) | (HoldRow.lifted_at < before)),
    )
    return sum([await _empty(session, *one) for one in over])


async def _forget_papers(session: AsyncSession, before: datetime) -> int:
    """Copies of invoices, and formal letters that somebody ordered."""
    held_invoices = sa.select(InvoiceRow.id).where(InvoiceRow.customer_id.in_(_HELD))
    is_old = (DocumentRow.stored_at < before) & DocumentRow.invoice_id.not_in(held_invoices)
    return await _forget_rows(session, (DocumentRow, is_old)) + await _empty(
        session, PersonsStepRow, PersonsStepRow.letter, PersonsStepRow.ordered_at < before
    )


async def _empty(session: AsyncSession, table: Any, column: Any, is_over: sa.ColumnElement[bool]) -> int:
    done = await session.execute(
        sa.update(table)
        .where(column.is_not(None), is_over, table.customer_id.not_in(_HELD))
        .values({column.key: None})
        .execution_options(synchronize_session=False)
    )
    return rows_changed(done)


async def _forget_rows(session: AsyncSession, *stale: tuple[Any, Any]) -> int:
    return sum(
        [
            rows_changed(
                await session.execute(sa.delete(table).where(condition).execution_options(synchronize_session=False))
            )
            for table, condition in stale
        ]
    )
