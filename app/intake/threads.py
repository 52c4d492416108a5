"""Where a mail belongs: in the thread that it refers to, else in a recent one of its subject, else in a new one; or, as
a copy, beside the mail that is stored already."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.repositories.ancestry import Ancestor
from app.db.uow import Uow
from app.domain.message import Head
from app.intake.incoming import Incoming
from app.intake.twins import Stored, Twins, likeness, stored_under

SUBJECT_JOINS_FOR = timedelta(days=30)

_PREFIX = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|tr|rv|rif|r|antw|doorst|enc|res|sv)\s*+(?:\[\d+\]\s*+)?:\s*)+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail with what threads are known by, as it is stored: hashed."""

    incoming: Incoming
    head: Head
    rfc_id_hash: str
    referred: tuple[str, ...]
    subject_hash: str

    @classmethod
    def of(cls, uow: Uow, mail: Incoming) -> "Letter":
        head, index = mail.head, uow.words.keyring.index
        referred = tuple(index(rfc_id) for rfc_id in (*head.in_reply_to, *reversed(head.references)))
        subject = plain_subject(head.subject)
        return cls(mail, head, index(mail.known_by), referred, index(subject) if subject else "")


class Threads:
    """What is stored of the threads that a batch of mails may belong to, and what the batch itself adds to them."""

    def __init__(self, uow: Uow, twins: Twins) -> None:
        self.opened: list[dict[str, Any]] = []
        self.newest: dict[UUID, datetime] = {}
        self._uow = uow
        self._twins = twins
        self._ancestors: dict[str, Ancestor] = {}
        self._subjects: dict[tuple[str, str], UUID] = {}
        self._customers: dict[str, str] = {}
        self._stored: Mapping[str, Sequence[Stored]] = {}
        self._placed: defaultdict[str, list[tuple[UUID, Incoming]]] = defaultdict(list)

    async def look_up(self, letters: Sequence[Letter]) -> None:
        """Read what the mails of this batch refer to: some few statements for all of them."""
        uow = self._uow
        contacts = await uow.ledger.customers_of({letter.head.sender.email for letter in letters})
        self._customers = {
            email: rows[0].customer_id
            for email, rows in contacts.items()
            if len({row.customer_id for row in rows}) == 1
        }
        own = {letter.rfc_id_hash for letter in letters}
        self._ancestors = await uow.ancestry.ancestors(own.union(*(letter.referred for letter in letters)))
        self._subjects = await uow.ancestry.conversations_by_subject(
            (key for letter in letters if (key := self._subject_key(letter))), since=uow.clock() - SUBJECT_JOINS_FOR
        )
        known = {ancestor.conversation_id for ancestor in self._ancestors.values()}
        await uow.words.load_keys(known | set(self._subjects.values()))
        self._stored = await stored_under(uow, {h: self._ancestors[h] for h in own & self._ancestors.keys()})

    def customer(self, letter: Letter) -> str | None:
        """The one customer whose contact wrote it."""
        return self._customers.get(letter.head.sender.email)

    async def twin(self, letter: Letter) -> UUID | None:
        """The message, stored before or in this batch, that this mail is a copy of. One without a byte is none."""
        mail = letter.incoming
        if not mail.raw:
            return None
        for one in self._stored.get(letter.rfc_id_hash, ()):
            if await self._twins.is_like(self._uow, one, mail):
                return one.message_id
        for message_id, placed in self._placed[letter.rfc_id_hash]:
            if placed.says == mail.says and await likeness(placed) == await likeness(mail):
                return message_id
        return None

    def conversation(self, letter: Letter) -> UUID:
        """The thread that the mail refers to, else the customer's recent one of the same subject, else a new one.

        A thread whose words were erased takes no more.
        """
        known = (self._ancestors[h].conversation_id for h in letter.referred if h in self._ancestors)
        found = next(known, None)
        key = self._subject_key(letter)
        if found is None and key is not None:
            found = self._subjects.get(key)
        if found is None or not self._uow.words.has_key(found):
            row = self._uow.words.new_conversation(
                customer_id=self.customer(letter), subject_hash=letter.subject_hash, at=letter.incoming.received_at
            )
            self.opened.append(row)
            found = UUID(str(row["id"]))
            if key is not None:
                self._subjects[key] = found
        else:
            self.newest[found] = letter.incoming.received_at
        return found

    def add(self, letter: Letter, conversation_id: UUID, message_id: UUID) -> bool:
        """A mail takes its place, so that later ones of the batch find it. Whether another bears its Message-ID."""
        earlier = self._ancestors.get(letter.rfc_id_hash, Ancestor(conversation_id))
        self._ancestors[letter.rfc_id_hash] = Ancestor(conversation_id, (*earlier.message_ids, message_id))
        self._placed[letter.rfc_id_hash].append((message_id, letter.incoming))
        return bool(letter.head.message_id and earlier.message_ids)

    def _subject_key(self, letter: Letter) -> tuple[str, str] | None:
        customer = self.customer(letter)
        return (customer, letter.subject_hash) if customer and letter.subject_hash else None


def plain_subject(subject: str) -> str:
    """A subject without its reply and forward marks, folded for comparison."""
    return " ".join(_PREFIX.sub("", subject.strip()).split()).casefold()
