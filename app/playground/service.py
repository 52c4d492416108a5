"""The agent on one mail, step by step: nothing is stored, nothing is sent, and nothing of it reaches a log."""

from dataclasses import dataclass, field
from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

from app.db.linking import link_customer
from app.db.tables.system import Chain
from app.db.uow import Database
from app.domain.account import Account, Link
from app.domain.case import Case
from app.domain.clock import Clock
from app.domain.errors import Invalid, UnreadableMail
from app.domain.intents import Route
from app.domain.message import Address, Identity, ReadMail, is_mailable
from app.domain.people import SignedIn
from app.domain.policy import Policy, may_send_alone
from app.domain.ports import Mind
from app.domain.proposal import Proposal
from app.domain.text import text_of
from app.reading.outgoing.heading import heading

MOST_BYTES = 1024 * 1024
LINE_ENDS = ("\r", "\n")
NOBODY = Address("", "nobody@unknown.invalid")
FIRST_HEADERS = frozenset(
    {"date", "delivered-to", "dkim-signature", "from", "message-id", "mime-version", "received", "return-path"}
    | {"authentication-results", "subject", "to"}
)


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as a person types it."""

    sender: str = field(repr=False, default="")
    subject: str = field(repr=False, default="")
    text: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Trial:
    """Every step. `new` is what the writer says, `visible` all that can be seen, quotes included."""

    read: ReadMail = field(repr=False)
    visible: str = field(repr=False)
    new: str = field(repr=False)
    link: Link = field(repr=False)
    mailbox: str
    proposal: Proposal = field(repr=False)
    placeholders: int
    leaves_alone: bool


class PlaygroundService:
    def __init__(self, database: Database, mind: Mind, policy: Policy, clock: Clock) -> None:
        self._database = database
        self._mind = mind
        self._policy = policy
        self._clock = clock

    async def try_out(self, raw: bytes, *, by: SignedIn) -> Trial:
        """Raises Invalid for what is no mail. That somebody tried is noted; the mail is not."""
        if not raw.strip():
            raise Invalid("paste a mail, or choose a file")
        if len(raw) > MOST_BYTES:
            raise Invalid("the mail is larger than 1 MB")
        async with self._database.read() as uow:
            boxes = [box for box in await uow.mailboxes.all() if box.active]
            box = boxes[0] if boxes else None
            identity = Identity(await uow.mailboxes.own_addresses(), box.authserv_id if box else "")
            policy = await uow.oversight.in_force(self._policy)
        try:
            read = await self._mind.read(raw, identity)
        except UnreadableMail as error:
            raise Invalid("this cannot be read as a mail: {error}", error=error) from None
        async with self._database.read() as uow:
            link = await link_customer(uow, read, None)
        case = Case(
            read=read,
            link=link,
            received_at=(read.mail.head.date or self._clock()).astimezone(UTC),
            mailbox_address=box.address if box else "",
            team=box.team if box else "",
        )
        thought = await self._mind.think(case)
        await self._note(by)
        return Trial(
            read=read,
            visible=read.mail.text,
            new=text_of(read.parts.new, read.mail.text),
            link=link,
            mailbox=box.name if box else "",
            proposal=thought.proposal,
            placeholders=len(thought.vault),
            leaves_alone=_leaves_alone(policy, thought.proposal, link.account),
        )

    async def _note(self, by: SignedIn) -> None:
        async with self._database.write() as uow:
            uow.audit.add("playground.mail.tried", actor=by.actor, chain=Chain.ACCESS)


def as_mail(written: Written) -> bytes:
    """A mail of what was typed, which says just that: no subject is read as a header or decoded once more. Text that
    begins with header lines is taken for a whole mail. Raises Invalid."""
    if _has_headers(written.text):
        return written.text.lstrip().encode("utf-8", "surrogateescape")
    if any(mark in written.sender + written.subject for mark in LINE_ENDS):
        raise Invalid("sender and subject are one line each")
    mail = EmailMessage(policy=SMTP)
    try:
        mail.set_content(written.text)
    except (ValueError, UnicodeError):
        raise Invalid("this cannot be read as a mail: {error}", error="UTF-8") from None
    return heading(_sender(written.sender.strip()), NOBODY, written.subject) + mail.as_bytes()


def _sender(typed: str) -> Address:
    if not typed:
        return NOBODY
    found = getaddresses([typed])
    if len(found) != 1 or not is_mailable(found[0][1]):
        raise Invalid("the sender is not an e-mail address such as Petra Vane <petra@customer.example>")
    return Address(*found[0])


def _has_headers(text: str) -> bool:
    first = text.lstrip().partition("\n")[0]
    name, colon, _ = first.partition(":")
    return bool(colon) and name.lower() in FIRST_HEADERS


def _leaves_alone(policy: Policy, proposal: Proposal, account: Account) -> bool:
    intents = (finding.intent for finding in proposal.intents)
    is_auto = proposal.route is Route.AUTO and proposal.draft is not None and proposal.is_worded_by_us
    return is_auto and may_send_alone(policy, intents, account.segment, is_natural_person=account.natural_person)
