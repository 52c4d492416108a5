"""What a page sees of the facts of a mail: each intent with its values, as chips that can be put right."""

from dataclasses import dataclass
from datetime import date

from app.domain.sentence import Sentence
from app.review.ledger_view import Amount


@dataclass(frozen=True, slots=True)
class Chip:
    """A value of a fact; `kind` says which field holds it.

    amount -> `amount`; date, until, return_date -> `day`; invoice, document, contact, text -> `text`;
    dispute_reason, extension_kind -> `text` as a closed word. `evidence` is the number of its passage.

    `field` is a word of `FactField` where the value can be put right, `intent` whose invoice it is, `name` its place on
    the page; `corrected_by` is who put it right. Without a value the mail does not say it.
    """

    kind: str
    text: str = ""
    amount: Amount | None = None
    day: date | None = None
    evidence: int | None = None
    field: str = ""
    intent: str = ""
    name: str = ""
    corrected_by: str = ""

    @property
    def is_said(self) -> bool:
        return bool(self.text or self.amount or self.day)


@dataclass(frozen=True, slots=True)
class RefusedFact:
    """What was typed at a value and could not be taken; `name` is the chip's, `complaint` says why."""

    name: str
    complaint: Sentence
    day: str = ""
    amount: str = ""
    currency: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FactView:
    """One intent with its values; `case_state` is empty or one of proposed, confirmed, removed."""

    number: int
    intent: str
    confidence: float
    chips: tuple[Chip, ...] = ()
    evidence: int | None = None
    case_state: str = ""
    case_id: str = ""
