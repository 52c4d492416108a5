"""One run of the agent over one mail: what is read of the database before thinking begins, and whose mail it is."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.db.linking import link_as_told, link_customer
from app.db.tables.mail import MessageRow
from app.db.uow import Uow
from app.domain.account import Link
from app.domain.case import Case
from app.domain.directions import Directions
from app.domain.message import Identity, ReadMail
from app.domain.wire import READ_MAIL, load


@dataclass(frozen=True, slots=True)
class Task:
    message_id: UUID
    conversation_id: UUID
    run: int
    received_at: datetime
    raw: bytes = field(repr=False)
    reading: ReadMail | None = field(repr=False)
    identity: Identity
    mailbox_address: str
    team: str
    is_our_own: bool
    vault: dict[str, str] = field(repr=False)
    note: str = field(repr=False)
    conversation_customer: str | None
    directions: Directions = field(repr=False)

    @property
    def told_customer(self) -> str | None:
        """Whose mail it is, where a person said so."""
        correction = self.directions.correction
        return correction.customer_id if correction else None


async def task_of(uow: Uow, message: MessageRow) -> Task:
    """A mail is our own by its Message-ID and its sender: anybody may repeat an id that we gave."""
    mailbox = await uow.mailboxes.get(message.mailbox_id)
    own = await uow.mailboxes.own_addresses()
    sender = (await uow.messages.head(message)).sender.email
    conversation = await uow.messages.conversation(message.conversation_id)
    note = await uow.words.get(message.note_id) if message.note_id else b""
    return Task(
        message_id=message.id,
        conversation_id=message.conversation_id,
        run=message.run,
        received_at=message.received_at,
        raw=await uow.words.get(message.raw_id),
        reading=load(READ_MAIL, await uow.words.get(message.reading_id)) if message.reading_id else None,
        identity=Identity(own, mailbox.authserv_id),
        mailbox_address=mailbox.address,
        team=mailbox.team,
        is_our_own=sender in own and await uow.messages.is_our_own(message.rfc_id_hash),
        vault=await uow.words.vault(message.conversation_id),
        note=note.decode(),
        conversation_customer=conversation.customer_id,
        directions=await uow.guidance.directions(message.id),
    )


async def link_of(uow: Uow, task: Task, read: ReadMail) -> Link:
    if task.told_customer is not None:
        return await link_as_told(uow, read, task.told_customer)
    return await link_customer(uow, read, task.conversation_customer)


def case_of(task: Task, read: ReadMail, link: Link) -> Case:
    return Case(
        read=read,
        link=link,
        received_at=task.received_at.astimezone(_zone(link.account.timezone)),
        mailbox_address=task.mailbox_address,
        team=task.team,
        vault=task.vault,
        note=task.note,
        directions=task.directions,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
