"""Who gets a copy of an answer, of those to whom the mail that is answered went too.

The answer itself goes to the writer, always. A copy goes to whom the ledger knows as a contact of the same customer,
and only when a contact of that customer wrote and a person approves. Nobody else: neither whom a mail names, nor who
looks like a contact, nor who took part in the thread alone. A blind copy that somebody else asked for is never read.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.account import Contact
from app.domain.message import Address, is_mailable

MOST = 10


class Copying(StrEnum):
    """Whom an answer goes to beside the writer, by policy."""

    CONTACTS = "contacts"
    NOBODY = "nobody"


class LeftOut(StrEnum):
    """Why somebody to whom the mail went gets no copy."""

    NO_CONTACT = "no_contact"
    NOT_WRITTEN_TO = "not_written_to"
    NOT_MAILABLE = "not_mailable"
    WRITER_UNKNOWN = "writer_unknown"
    POLICY = "policy"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Copies:
    """`kept` are contacts, by the name that the ledger has; `left_out` are addresses of the mail, each with the reason.
    Our own addresses are in neither."""

    kept: tuple[Contact, ...] = ()
    left_out: tuple[tuple[str, LeftOut], ...] = ()

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(Address(contact.name, contact.email) for contact in self.kept)


def copies_of(
    asked: Iterable[Address], *, writer: str, own: Collection[str], contacts: Iterable[Contact], copying: Copying
) -> Copies:
    """`asked` are To and Cc of the mail; addresses are compared in lower case."""
    known = {contact.email.casefold(): contact for contact in contacts}
    theirs = known.get(writer.casefold())
    beside = {writer.casefold(), *(address.casefold() for address in own), ""}
    kept: list[Contact] = []
    left_out: list[tuple[str, LeftOut]] = []
    for email in dict.fromkeys(address.email.casefold() for address in asked):
        if email in beside:
            continue
        reason = _reason(known.get(email), theirs, len(kept), copying)
        if reason is None:
            kept.append(known[email])
        else:
            left_out.append((email, reason))
    return Copies(tuple(kept), tuple(left_out))


def _reason(contact: Contact | None, writer: Contact | None, so_far: int, copying: Copying) -> LeftOut | None:
    if copying is Copying.NOBODY:
        return LeftOut.POLICY
    if contact is None:
        return LeftOut.NO_CONTACT
    if not contact.may_be_written_to:
        return LeftOut.NOT_WRITTEN_TO
    if not is_mailable(contact.email):
        return LeftOut.NOT_MAILABLE
    if writer is None or not writer.active:
        return LeftOut.WRITER_UNKNOWN
    return LeftOut.TOO_MANY if so_far >= MOST else None


def in_envelope(recipient: str, copies: Iterable[str] = ()) -> bytes:
    """The addresses that a mail goes to, as they are sealed: the one that it is for first. None holds a line end."""
    return "\n".join((recipient, *copies)).encode()


def of_envelope(envelope: bytes) -> tuple[str, ...]:
    """The addresses again, the one that the mail is for first."""
    return tuple(envelope.decode().split("\n"))
