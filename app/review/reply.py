"""The words of an answer: the draft, or what a person wrote in its place."""

import re
from dataclasses import dataclass, field

from app.db.tables.work import ReviewRow
from app.domain.errors import Invalid, NotAllowed
from app.domain.intents import Reason
from app.domain.people import SignedIn
from app.domain.proposal import Draft

_UNMAILABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reply:
    """The words that a person approved."""

    subject: str = field(repr=False)
    body: str = field(repr=False)
    language: str

    def as_json(self) -> dict[str, str]:
        """As it is kept, where a person wrote it."""
        return {"subject": self.subject, "body": self.body}


def written(subject: str | None, body: str | None) -> Reply:
    """A person's own words. Raises Invalid for what is no answer."""
    if not body or not body.strip():
        raise Invalid("the answer is empty")
    if not subject or not subject.strip():
        raise Invalid("the answer has no subject")
    if _UNMAILABLE.search(subject + body):
        raise Invalid("the answer holds a control character that no mail can carry")
    return Reply(subject.strip(), body.strip(), "en")


def reply_of(review: ReviewRow, draft: Draft | None, read_as: str, edited: Reply | None, by: SignedIn) -> Reply:
    """What leaves, in the draft's language, else in the mail's. Raises Invalid or NotAllowed."""
    if draft is None and edited is None:
        raise Invalid("there is no draft to approve: write one, send the mail back, or ignore it")
    check_may_write(review, by)
    if edited is not None:
        return Reply(edited.subject, edited.body, draft.language if draft else read_as)
    assert draft is not None  # noqa: S101  # said above
    return Reply(draft.subject, draft.body, draft.language)


def check_may_write(review: ReviewRow, by: SignedIn) -> None:
    """Raises NotAllowed."""
    if Reason.FRAUD_RISK.value in review.reasons and not by.is_senior:
        raise NotAllowed("this mail bears signs of fraud: only a manager may write to its sender")
