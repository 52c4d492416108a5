"""What comes with the ledger: copies of invoices, and the answers that the ledger's API has given."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Moment


class DocumentRow(Base):
    """A copy of an invoice. `content` is sealed under the master key; `sha256` and `size` are of the plain bytes."""

    __tablename__ = "documents"
    __table_args__ = (sa.UniqueConstraint("invoice_id", "media_type"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("invoices.id"))
    name: Mapped[str] = mapped_column(sa.String(255))
    media_type: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.CHAR(64))
    content: Mapped[bytes]
    stored_at: Mapped[datetime] = mapped_column(Moment)


class LedgerRequestRow(Base):
    """A request to the ledger's API with an idempotency key, as keyed hashes, and how it was answered: counts, invoice
    numbers and customer ids."""

    __tablename__ = "ledger_requests"

    key_hash: Mapped[str] = mapped_column(sa.CHAR(64), primary_key=True)
    body_hash: Mapped[str] = mapped_column(sa.CHAR(64))
    answer: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[datetime] = mapped_column(Moment)
