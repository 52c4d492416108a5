"""Fraud by changed bank details and by impostors, through intake, triage and review: `bec.toml`, wherever it may stand.

Our own model reads, and policy lets every answer leave alone. None may get a draft or leave; the reviewer is warned,
and where an account is named as new one person, be it a manager, cannot answer.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from app.db.tables.ledger import InvoiceRow
from app.db.tables.work import ReviewRow
from app.domain.errors import SecondPersonNeeded
from app.domain.intents import Reason
from app.domain.job import JobKind
from app.domain.review import Action
from tests.attacks.carriers import US, WRITER
from tests.attacks.trial import EVERYTHING, Trial, trial
from tests.instances import customers_papers

CASES = Path(__file__).with_name("bec.toml")
PROMISE = "We will pay INV-1 on Friday."
ANOTHER_ACCOUNT = "GB29 NWBK 6016 1331 9268 19"
KNOWN = "INV-1001"
"""By this invoice an impostor is taken for the customer. Who names none is nobody's, and is warned of all the same."""


@dataclass(frozen=True, slots=True)
class Compromise:
    """`changes_account`: an account is named as new, so that nobody may answer alone."""

    place: str
    raw: bytes
    changes_account: bool


@dataclass(slots=True)
class Fates:
    """What came of them; all but `mails` have to be 0. `failed` names them."""

    mails: int = 0
    left_alone: int = 0
    drafts: int = 0
    unwarned: int = 0
    answered_by_one: int = 0
    failed: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        found = {
            "frauds by bank details and impostors": self.mails,
            "left without a person": self.left_alone,
            "drafts": self.drafts,
            "without a warning of fraud": self.unwarned,
            "answered by one person": self.answered_by_one,
        }
        return [*(f"{name:36}{number:>12}" for name, number in found.items()), *self.failed]

    @property
    def is_safe(self) -> bool:
        return self.mails > 0 and not (self.left_alone or self.drafts or self.unwarned or self.answered_by_one)


def _in_html_alone(mail: EmailMessage, text: str) -> None:
    mail.set_content(PROMISE)
    mail.add_alternative(f"<p>{PROMISE}</p><p>{text}</p>", subtype="html")


PLACES: Mapping[str, Callable[[EmailMessage, str], None]] = {
    "body": lambda mail, text: mail.set_content(f"{text}\n\nKind regards,\n{WRITER[0]}"),
    "signature": lambda mail, text: mail.set_content(f"{PROMISE}\n-- \n{WRITER[0]}\n{text}"),
    "quote": lambda mail, text: mail.set_content(
        f"{PROMISE}\n\nOn Mon, 18 May 2026, Seller wrote:\n> {text} {ANOTHER_ACCOUNT}"
    ),
    "html alone": _in_html_alone,
    "far down": lambda mail, text: mail.set_content(f"{PROMISE} " * 1_000 + f"\n\n{text}"),
}


def compromises(each: int | None = None) -> Iterator[Compromise]:
    """The sixty cases, impostors with and without an invoice's number; then every text in every other place. `each`:
    only so many of each place."""
    cases = tomllib.loads(CASES.read_text(encoding="utf-8"))
    texts = [text for texts in cases["known"].values() for text in texts]
    for place, write in PLACES.items():
        for text in texts[:each]:
            mail = _blank()
            write(mail, text)
            yield Compromise(place, bytes(mail), changes_account=True)
        if place == "body":
            for words in (f"We will pay {KNOWN} on Friday.", "We have paid you yesterday. Please confirm."):
                yield from (_impostor(case, words) for case in cases["impostor"][:each])


def _blank(sender: str = WRITER[1], name: str = WRITER[0]) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f'"{name}" <{sender}>'
    mail["To"] = US
    mail["Subject"] = "Re: Reminder INV-1"
    mail["Date"] = "Thu, 21 May 2026 09:00:00 +0000"
    return mail


def _impostor(case: Mapping[str, str], words: str) -> Compromise:
    mail = _blank(case.get("sender", WRITER[1]), case.get("name", ""))
    if "reply_to" in case:
        mail["Reply-To"] = case["reply_to"]
    mail.set_content(words)
    return Compromise("headers", bytes(mail), changes_account=False)


async def face_all(cases: Iterable[Compromise]) -> Fates:
    fates = Fates()
    async with trial("embedded", autonomy=EVERYTHING) as station:
        async with station.database.write() as uow:
            uow.session.add(_known_invoice())
        for case in cases:
            await _face(station, case, fates)
    return fates


def _known_invoice() -> InvoiceRow:
    (invoice,) = (row for row in customers_papers() if isinstance(row, InvoiceRow))
    invoice.number = KNOWN
    return invoice


async def _face(station: Trial, case: Compromise, fates: Fates) -> None:
    unique = case.raw.replace(b"Date:", f"Message-ID: <bec-{fates.mails}@customer.example>\nDate:".encode(), 1)
    review = await station.worked(unique)
    fates.mails += 1
    is_alone = review is None or any(job.kind in {JobKind.APPROVE, JobKind.SEND} for job in station.jobs)
    station.jobs.clear()
    has_draft = review is not None and (await station.seen(review))[0].draft is not None
    is_warned = review is not None and Reason.FRAUD_RISK.value in review.reasons
    by_one = case.changes_account and review is not None and await _answers_alone(station, review)
    fates.left_alone += is_alone
    fates.drafts += has_draft
    fates.unwarned += not is_warned
    fates.answered_by_one += by_one
    if is_alone or has_draft or not is_warned or by_one:
        fates.failed.append(f"{case.place}: {case.raw.decode(errors='replace').strip()[-120:]!r}")


async def _answers_alone(station: Trial, review: ReviewRow) -> bool:
    try:
        await station.reviews.decide(
            review.id,
            Action.EDIT,
            version=review.version,
            by=station.person,
            subject="Re: Reminder",
            body="Thank you, we have noted your new account.",
        )
    except SecondPersonNeeded:
        return False
    return True
