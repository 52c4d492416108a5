"""What data protection needs of the database: keys of the instance, legal holds, requests to erase."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Moment


class MasterKeyRow(Base):
    """A key, sealed under what is derived from the instance's secret; there are none before the first rotation."""

    __tablename__ = "master_keys"

    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    sealed: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(Moment)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)


class LegalHoldRow(Base):
    """Nothing of this customer is erased, by nobody's wish and at no age, until the hold is lifted."""

    __tablename__ = "legal_holds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    set_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    set_at: Mapped[datetime] = mapped_column(Moment)
    lifted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)


class ErasureRow(Base):
    """A person's wish to be erased: a keyed hash of the address, what was done, and what the law keeps until when."""

    __tablename__ = "erasures"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(sa.CHAR(64), index=True)
    asked_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    contacts: Mapped[int]
    erased: Mapped[int]
    restricted: Mapped[int]
    held: Mapped[int]
    unfinished: Mapped[int]
    last_until: Mapped[date | None]
