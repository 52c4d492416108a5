"""What the queue page needs beside the reviews: running counts, searchable words, saved views, who looks at what."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Moment, words
from app.domain.message import MessageState
from app.domain.notices import Channel, NoticeKind


class TallyRow(Base):
    """A change of how many messages are in a state; the sum of all rows of a state is their number.

    Rows are only added, so that no writer waits for another; now and then they are summed into few.
    """

    __tablename__ = "message_tally"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[MessageState] = mapped_column(words(MessageState, "state"))
    number: Mapped[int]


class SearchTermRow(Base):
    """A message holds a word, of which only a keyed hash is kept: what is searched for is found, nothing is read.

    On PostgreSQL the table, the longest of all, lies in years (`app/db/partitions.py`).
    """

    __tablename__ = "search_terms"
    __table_args__ = ({"postgresql_partition_by": "RANGE (message_id)"},)

    term: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True, index=True)


class SavedViewRow(Base):
    """Filters that a person keeps under a name; both are sealed, as people search for people."""

    __tablename__ = "saved_views"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    is_shared: Mapped[bool]
    sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Moment)


class PresenceRow(Base):
    """A person has a case open, and may be writing an answer."""

    __tablename__ = "presences"

    review_id: Mapped[UUID] = mapped_column(sa.ForeignKey("reviews.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    is_replying: Mapped[bool]
    seen_at: Mapped[datetime] = mapped_column(Moment)


class NotifyRow(Base):
    """How a person wants to be told. `webhook` holds address and secret, sealed; quiet hours are minutes of the day."""

    __tablename__ = "notify_settings"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    kinds: Mapped[list[str]] = mapped_column(sa.JSON)
    by_mail: Mapped[bool]
    webhook: Mapped[bytes | None]
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    zone: Mapped[str] = mapped_column(sa.String(64))


class NoticeRow(Base):
    """Something to tell a person by one channel, once. `subject` is an id, never a word."""

    __tablename__ = "notices"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "channel", "kind", "subject"),
        sa.Index(
            "ix_notices_waiting",
            "next_at",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"))
    channel: Mapped[Channel] = mapped_column(words(Channel, "channel"))
    kind: Mapped[NoticeKind] = mapped_column(words(NoticeKind, "kind"))
    subject: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[datetime] = mapped_column(Moment)
    next_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(64), default="")
    done_at: Mapped[datetime | None] = mapped_column(Moment)
