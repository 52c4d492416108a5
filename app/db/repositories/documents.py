"""Copies of invoices, sealed. A file's name is an invoice number, in which `/` may be written `_` or `-`."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.imports import portions
from app.db.sealing import Keyring
from app.db.tables.ledger import InvoiceRow
from app.db.tables.papers import DocumentRow
from app.domain.account import StoredCopy
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id


@dataclass(frozen=True, slots=True)
class NumberedInvoice:
    id: UUID
    number: str
    company: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class InvoiceCopy:
    """A file to attach; `name` is that of the file that was imported."""

    number: str
    name: str
    media_type: str
    content: bytes = field(repr=False)


class Documents:
    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock

    async def invoices_like(self, names: Iterable[str]) -> dict[str, list[NumberedInvoice]]:
        """The invoices that these file names (without extension) may mean, by the name's `folded` form."""
        written = sa.func.replace(sa.func.replace(sa.func.upper(InvoiceRow.number), "/", "-"), "_", "-")
        invoices: dict[str, list[NumberedInvoice]] = {}
        for some in portions({folded(name) for name in names}):
            found = await self._session.execute(
                sa.select(InvoiceRow.id, InvoiceRow.number, InvoiceRow.company, InvoiceRow.customer_id)
                .where(written.in_(some))
                .order_by(InvoiceRow.number, InvoiceRow.company)
            )
            for row in found:
                invoices.setdefault(folded(row.number), []).append(NumberedInvoice(*row))
        return invoices

    async def put(self, invoice_id: UUID, name: str, media_type: str, content: bytes) -> str:
        """Store a copy in place of an earlier one of its type. Returns `new`, `changed` or `unchanged`."""
        digest = hashlib.sha256(content).hexdigest()
        which = (DocumentRow.invoice_id == invoice_id, DocumentRow.media_type == media_type)
        present = (await self._session.execute(sa.select(DocumentRow.id, DocumentRow.sha256).where(*which))).first()
        if present is not None and present.sha256 == digest:
            return "unchanged"
        document_id = present.id if present else new_id()
        values = {
            "name": name,
            "size": len(content),
            "sha256": digest,
            "content": self._keyring.seal(document_id, content),
            "stored_at": self._clock(),
        }
        if present is not None:
            await self._session.execute(sa.update(DocumentRow).where(*which).values(values))
            return "changed"
        row = {"id": document_id, "invoice_id": invoice_id, "media_type": media_type, **values}
        await self._session.execute(sa.insert(DocumentRow).values(row))
        return "new"

    async def copies(self, customer_id: str, numbers: Iterable[str]) -> list[InvoiceCopy]:
        """The copies of a customer's own invoices with these numbers; of another customer's, nothing."""
        found = await self._session.execute(
            sa.select(DocumentRow, InvoiceRow.number)
            .join(InvoiceRow, InvoiceRow.id == DocumentRow.invoice_id)
            .where(
                InvoiceRow.customer_id == customer_id,
                sa.func.upper(InvoiceRow.number).in_({number.upper() for number in numbers}),
            )
            .order_by(InvoiceRow.number, DocumentRow.name)
        )
        return [
            InvoiceCopy(number, row.name, row.media_type, self._keyring.open(row.id, row.content))
            for row, number in found
        ]

    async def on_file(self, customer_id: str) -> tuple[StoredCopy, ...]:
        """What is stored of a customer's invoices, the newest invoice first; nothing is opened."""
        found = await self._session.execute(
            _METADATA.where(InvoiceRow.customer_id == customer_id).order_by(
                InvoiceRow.due_date.desc(), InvoiceRow.number, DocumentRow.media_type
            )
        )
        return tuple(StoredCopy(*row) for row in found)

    async def opened(self, document_id: UUID) -> tuple[StoredCopy, bytes]:
        """One copy with its content. Raises NotFound, also for one of a customer whom the reader may not see."""
        found = (await self._session.execute(_WITH_CONTENT.where(DocumentRow.id == document_id))).first()
        if found is None:
            raise NotFound("there is no such document")
        *about, sealed = found
        return StoredCopy(*about), self._keyring.open(document_id, sealed)

    async def opened_of(self, customer_id: str, ids: Sequence[UUID]) -> list[tuple[StoredCopy, bytes]]:
        """These copies with their content, in this order; of another customer's, nothing."""
        found = await self._session.execute(
            _WITH_CONTENT.where(InvoiceRow.customer_id == customer_id, DocumentRow.id.in_(ids))
        )
        by_id = {row[0]: (StoredCopy(*row[:-1]), self._keyring.open(row[0], row[-1])) for row in found}
        return [by_id[one] for one in ids if one in by_id]


_METADATA = sa.select(
    DocumentRow.id, InvoiceRow.number, DocumentRow.name, DocumentRow.media_type, DocumentRow.size, DocumentRow.sha256
).join(InvoiceRow, InvoiceRow.id == DocumentRow.invoice_id)

_WITH_CONTENT = _METADATA.add_columns(DocumentRow.content)


def folded(number: str) -> str:
    """How a number is compared with a file's name."""
    return re.sub("[/_]", "-", number.upper())
