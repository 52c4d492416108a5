"""Mailboxes, conversations, messages, and the sealed words that belong to them."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Moment, words
from app.domain.message import MessageState


class MailboxKind(StrEnum):
    IMAP = "imap"
    WEBHOOK = "webhook"


class Security(StrEnum):
    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class SentCopy(StrEnum):
    """Where a sent mail is filed: by the provider itself, by us over IMAP, or nowhere. Only `server` proves
    delivery."""

    SERVER = "server"
    APPEND = "append"
    NONE = "none"


class OnceStored(StrEnum):
    """What becomes of a mail on its server once it is stored: nothing, unless the mailbox asks for it."""

    KEEP = "keep"
    SEEN = "seen"
    MOVE = "move"


class FolderRole(StrEnum):
    INBOX = "inbox"
    SENT = "sent"


class MailboxRow(Base):
    """A watched IMAP account or a webhook endpoint. `secret` (password or signing secret) is sealed under the master
    key; a mailbox that was removed has none any more, and its row stays for the mails that came by it. A paused one is
    not `active`. `oauth` names the provider of a mailbox that signs in by token; a person did so at `authorised_at`.
    The `smtp_` columns are the submission server of mail from this address, where it is not the installation's, and
    `undo_seconds` how long what leaves from here can be taken back, where that is not the installation's."""

    __tablename__ = "mailboxes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64), unique=True)
    address: Mapped[str] = mapped_column(sa.String(320))
    team: Mapped[str] = mapped_column(sa.String(120), default="")
    kind: Mapped[MailboxKind] = mapped_column(words(MailboxKind, "kind"))
    host: Mapped[str] = mapped_column(sa.String(255), default="")
    port: Mapped[int] = mapped_column(default=0)
    username: Mapped[str] = mapped_column(sa.String(320), default="")
    security: Mapped[Security] = mapped_column(words(Security, "security"), default=Security.TLS)
    scheme: Mapped[str] = mapped_column(sa.String(16), default="")
    secret: Mapped[bytes | None]
    authserv_id: Mapped[str] = mapped_column(sa.String(255), default="")
    sent_copy: Mapped[SentCopy] = mapped_column(words(SentCopy, "sent_copy"), default=SentCopy.NONE)
    once_stored: Mapped[OnceStored] = mapped_column(words(OnceStored, "once_stored"), default=OnceStored.KEEP)
    move_to: Mapped[str] = mapped_column(sa.String(255), default="")
    oauth: Mapped[str] = mapped_column(sa.String(16), default="")
    authorised_at: Mapped[datetime | None] = mapped_column(Moment)
    smtp_host: Mapped[str] = mapped_column(sa.String(255), default="", server_default="")
    smtp_port: Mapped[int] = mapped_column(default=0, server_default="0")
    smtp_security: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")
    smtp_username: Mapped[str] = mapped_column(sa.String(320), default="", server_default="")
    smtp_secret: Mapped[bytes | None]
    undo_seconds: Mapped[int | None]
    since: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_read_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str] = mapped_column(sa.String(64), default="")

    @property
    def is_removed(self) -> bool:
        return self.secret is None

    def undo(self, usual: timedelta) -> timedelta:
        """How long a mail from here waits until it leaves."""
        return usual if self.undo_seconds is None else timedelta(seconds=self.undo_seconds)


class FolderRow(Base):
    """How far a folder has been read: everything up to `last_uid` under `uid_validity` is stored.

    `uid_validity` 0 means never opened; `remade` counts how often the folder was made anew under the same one.
    Changes up to `mod_seq` (CONDSTORE) were looked at. Up to `settled_uid` the server was told what the mailbox asks
    for.
    Mail received before `starts_at` is history: read for threads, never worked.
    """

    __tablename__ = "folders"

    mailbox_id: Mapped[UUID] = mapped_column(sa.ForeignKey("mailboxes.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    role: Mapped[FolderRole] = mapped_column(words(FolderRole, "role"))
    uid_validity: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    last_uid: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    settled_uid: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    mod_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    remade: Mapped[int] = mapped_column(default=0, server_default="0")


class GrantRow(Base):
    """The right to sign in to a mailbox by token, sealed under the master key; renewed before `expires_at`."""

    __tablename__ = "mailbox_grants"

    mailbox_id: Mapped[UUID] = mapped_column(sa.ForeignKey("mailboxes.id"), primary_key=True)
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(Moment)
    is_revoked: Mapped[bool] = mapped_column(default=False)


class ConversationRow(Base):
    """A thread. `sealed_key` is its data key and salt under the master key `key_id`; destroying it erases every word.

    `version` rises with each mail that a person wrote; `vault` holds what the placeholders hide. `restricted_until`:
    someone asked to be erased, and a statute keeps the letters until then; nobody reads them meanwhile.
    """

    __tablename__ = "conversations"
    __table_args__ = (sa.Index("ix_conversations_subject", "customer_id", "subject_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(sa.String(64))
    subject_hash: Mapped[str] = mapped_column(sa.String(64))
    key_id: Mapped[str] = mapped_column(sa.String(16))
    sealed_key: Mapped[bytes | None]
    vault: Mapped[bytes | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_message_at: Mapped[datetime] = mapped_column(Moment)
    restricted_until: Mapped[date | None]


class PayloadRow(Base):
    """Words, compressed (zstd) and sealed with the data key of their conversation (AES-256-GCM; the row's id is the
    associated data)."""

    __tablename__ = "payloads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Moment)


class MessageRow(Base):
    """One received mail. `source` is the key that its server gave it; `head` holds the sealed headers.

    `reading_id` is the decoded visible text with its parts: stored once, never changed; evidence offsets count in it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        sa.UniqueConstraint("mailbox_id", "source"),
        sa.Index("ix_messages_state_id", "state", "id"),
        sa.Index("ix_messages_customer_id_id", "customer_id", "id"),
        sa.Index(
            "ix_messages_to_index",
            "id",
            sqlite_where=sa.text("NOT is_indexed AND reading_id IS NOT NULL"),
            postgresql_where=sa.text("NOT is_indexed AND reading_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_messages_sender_hash_in_work",
            "sender_hash",
            sqlite_where=sa.text("state = 'in_work'"),
            postgresql_where=sa.text("state = 'in_work'"),
        ),
        sa.Index(
            "ix_messages_sender_hash_held",
            "sender_hash",
            "id",
            sqlite_where=sa.text("is_held"),
            postgresql_where=sa.text("is_held"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mailbox_id: Mapped[UUID] = mapped_column(sa.ForeignKey("mailboxes.id"))
    source: Mapped[str] = mapped_column(sa.String(400))
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    conversation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[str | None] = mapped_column(sa.String(64))
    rfc_id_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    sender_hash: Mapped[str | None] = mapped_column(sa.String(64))
    is_held: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    head: Mapped[bytes]
    raw_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    reading_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payloads.id"))
    size: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(Moment)
    stored_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[MessageState] = mapped_column(words(MessageState, "state"))
    run: Mapped[int] = mapped_column(default=1)
    note_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payloads.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.String(64), default="")
    is_automatic: Mapped[bool] = mapped_column(default=False)
    is_indexed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class HistoryRow(Base):
    """Mail that is known but not worked: from before the mailbox was added, or our own, found in the Sent folder.

    It serves to find the thread of a later answer. It is not counted among the received.
    """

    __tablename__ = "history"
    __table_args__ = (sa.UniqueConstraint("mailbox_id", "source"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mailbox_id: Mapped[UUID] = mapped_column(sa.ForeignKey("mailboxes.id"))
    source: Mapped[str] = mapped_column(sa.String(400))
    conversation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("conversations.id"), index=True)
    rfc_id_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    raw_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    head: Mapped[bytes]
    is_ours: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(Moment)


class CopyRow(Base):
    """A second copy of a message that came by another path: linked, not worked, not counted."""

    __tablename__ = "message_copies"
    __table_args__ = (sa.UniqueConstraint("mailbox_id", "source"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("messages.id"), index=True)
    mailbox_id: Mapped[UUID] = mapped_column(sa.ForeignKey("mailboxes.id"))
    source: Mapped[str] = mapped_column(sa.String(400))
    stored_at: Mapped[datetime] = mapped_column(Moment)
