"""Small honest implementations of our own ports."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from uuid import UUID

from app.db.uow import Uow
from app.domain.case import Case
from app.domain.enclosures import NOTHING, DocumentKind, Enclosed, owed_of
from app.domain.errors import Unreachable, UnreadableMail
from app.domain.intents import Intent, Reason, Route, Tone
from app.domain.message import Identity, ReadMail
from app.domain.ports import Delivery, MayBegin, SendResult, Thought
from app.domain.proposal import Draft, Facts, IntentFinding, ModelCall, Proposal
from app.domain.text import text_of
from app.reading.reading import read_mail


class FixedClock:
    """A clock that moves when told to."""

    def __init__(self, now: datetime = datetime(2026, 5, 21, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class PlainMind:
    """Reads mail for real, and thinks one thought about all of it: a promise, with a draft, before a person. It follows
    what people said. `says` is the body of its drafts, `calls` what it asked a model for each thought; `facts` and
    `invoices` are what it reads in every mail. A request for documents is one for copies of `invoices`, or for a
    statement (`is_for_statement`)."""

    route: Route = Route.REVIEW
    intent: Intent = Intent.PAYMENT_PROMISE
    thought_about: list[str] = field(default_factory=list)
    fails: int = 0
    readable: bool = False
    says: str = "Thank you. We have noted it."
    calls: tuple[ModelCall, ...] = ()
    facts: Facts = field(default_factory=Facts)
    invoices: tuple[str, ...] = ()
    is_for_statement: bool = False

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        if b"X-Unreadable" in raw and not self.readable:
            raise UnreadableMail("parse_failed")
        return read_mail(raw, identity)

    async def think(self, case: Case) -> Thought:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("a mind may fail")
        self.thought_about.append(case.read.mail.head.subject)
        said = case.directions
        machine = case.read.screening.machine is not None and said.correction is None
        route = Route.NONE if machine else self.route
        return Thought(
            Proposal(
                language="en",
                reply_text=text_of(case.read.parts.new, case.read.mail.text),
                intents=said.correction.findings
                if said.correction
                else (IntentFinding(Intent.AUTOMATIC_REPLY if machine else self.intent, 0.9, self.invoices),),
                facts=said.correction.facts if said.correction else self.facts,
                invoices=self.invoices,
                route=route,
                rule="plain",
                reasons=(Reason.NEGOTIATION,) if route is Route.REVIEW else (),
                policy_version="1",
                draft=None
                if machine
                else self._with_files(
                    case,
                    Draft(
                        f"Re: {case.read.mail.head.subject}",
                        f"{self.says}{f' Terms: {said.terms.outcome}.' if said.terms else ''}",
                        said.tone or Tone.NEUTRAL,
                        said.language or "en",
                    ),
                ),
                calls=self.calls,
            ),
            dict(case.vault),
        )

    def _with_files(self, case: Case, draft: Draft) -> Draft:
        """As the agent does it: whatever is asked for and on file, or what a person chose, for a verified writer."""
        account, chosen = case.link.account, case.directions.enclosed
        if self.intent is not Intent.DOCUMENT_REQUEST and chosen is None:
            return draft
        wanted = Enclosed(
            () if self.is_for_statement else tuple(c.id for c in account.copies if c.number in self.invoices),
            has_statement=self.is_for_statement and account.can_be_stated,
        )
        enclosed = (chosen if chosen is not None else wanted) if case.link.is_verified_contact else NOTHING
        copied = [copy.number for copy in account.copies if copy.id in enclosed.copies]
        kind = DocumentKind.STATEMENT if self.is_for_statement else DocumentKind.INVOICE_COPY
        owed = owed_of(kind, self.invoices, copied, enclosed) if self.intent is Intent.DOCUMENT_REQUEST else None
        said = f" Attached: {', '.join(enclosed.ids)}." if enclosed else ""
        return replace(draft, body=f"{draft.body}{said}", enclosed=enclosed, owed=owed)


async def nothing() -> None:
    """Stands where something might happen."""


@dataclass
class RecordingSender:
    """Remembers what was sent, and answers as scripted; when the script ends, everything is accepted.

    `before_body` happens between the claim and the body, while a real server is still being spoken to.
    """

    script: list[Delivery] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    sent_to: list[tuple[str, ...]] = field(default_factory=list)
    waited_for_copies: list[bool] = field(default_factory=list)
    before_body: Callable[[], Awaitable[None]] = nothing

    async def send(
        self,
        raw: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        may_begin: MayBegin | None = None,
        waits_for_copies: bool = False,
    ) -> Delivery:
        await self.before_body()
        if may_begin is not None and not await may_begin():
            return Delivery(SendResult.WITHHELD)
        self.sent.append(raw)
        self.sent_to.append(tuple(recipients))
        self.waited_for_copies.append(waits_for_copies)
        return self.script.pop(0) if self.script else Delivery(SendResult.SENT, "250")


@dataclass
class KnownSentFolder:
    """A Sent folder that holds the given Message-IDs, and is away as often as it is told when a mail is filed."""

    holds: set[str] = field(default_factory=set)
    filed: list[bytes] = field(default_factory=list)
    is_away: int = 0

    async def has_message(self, mailbox_id: UUID, rfc_message_id: str) -> bool:
        return rfc_message_id in self.holds

    async def append(self, mailbox_id: UUID, raw: bytes) -> None:
        if self.is_away:
            self.is_away -= 1
            raise Unreachable("imap_unreachable")
        self.filed.append(raw)
        self.holds.add(message_from_bytes(raw)["Message-ID"].strip("<>"))


async def no_network(url: str) -> bytes:
    """Stands where something would be fetched."""
    raise AssertionError(f"{url} was called")


async def always_due(_uow: Uow, _reminder_id: UUID) -> timedelta:
    """A plan that wants every reminder."""
    return timedelta()


async def yes() -> bool:
    """Any mail may leave at any time."""
    return True
