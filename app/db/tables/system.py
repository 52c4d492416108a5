"""People, leases and the audit chain."""

import hashlib
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Moment, words
from app.domain.review import Role


class UserRow(Base):
    """`portfolio` narrows what a collector sees (see `app.domain.portfolio`); an empty one narrows nothing.
    `language` is the one that the person reads pages in; empty where they never chose. `keymap` holds
    their own keys by the key as shipped. `created_by` made the account,
    or last set its password in the person's place: to four eyes the two are one. `password_set_by` did so and knows the
    password, until the person chooses one; `password_set_at` stays."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[Role] = mapped_column(words(Role, "role"))
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    portfolio: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    language: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    keymap: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[UUID | None]
    password_set_by: Mapped[UUID | None]
    password_set_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def password_digest(self) -> str:
        """What the log keeps of the salted hash: enough to tell whether it is the same still, nothing to guess with."""
        return hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]


class SessionRow(Base):
    """A signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class ApiTokenRow(Base):
    """A program's key to the API: what it is for, what it may (see `app.domain.people.Scope`), and until when.
    `issued_by` has seen it, too; nobody where the command line issued it."""

    __tablename__ = "api_tokens"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    scopes: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default='["read", "write"]')
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    issued_by: Mapped[UUID | None]


class LoginFailureRow(Base):
    """Failed sign-ins of one address (keyed hash) since the last success or pause."""

    __tablename__ = "login_failures"

    email_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment)


class LeaseRow(Base):
    """Who holds a name, and until when by the database's clock (seconds since 1970)."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(sa.String(160), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(120))
    expires_at: Mapped[float]


class Chain(StrEnum):
    """Decisions, and reads and exports: two chains, so that looking at a page never waits for a decision."""

    DECISIONS = "decisions"
    ACCESS = "access"


class AuditRow(Base):
    """An entry of a chain: `body` holds the canonical bytes; the ids beside it only serve to find it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.UniqueConstraint("chain", "previous"),
        sa.Index("ix_audit_entries_message_id", "message_id"),
        sa.Index("ix_audit_entries_conversation_id", "conversation_id"),
        sa.Index("ix_audit_entries_chain_kind_seq", "chain", "kind", "seq"),
        sa.Index("ix_audit_entries_chain_actor_seq", "chain", "actor", "seq"),
    )

    chain: Mapped[Chain] = mapped_column(words(Chain, "chain"), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    previous: Mapped[str] = mapped_column(sa.CHAR(64))
    hash: Mapped[str] = mapped_column(sa.CHAR(64))
    body: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(sa.String(64))
    actor: Mapped[str] = mapped_column(sa.String(64))
    message_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]


class AuditTileRow(Base):
    """The root of a complete tile of a chain's tree (see `app.domain.merkle`); `number` counts from 0."""

    __tablename__ = "audit_tiles"

    chain: Mapped[Chain] = mapped_column(words(Chain, "chain"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(sa.CHAR(64))
