"""What a model may answer: enums, typed fields and text, never a route, a recipient or a command."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.domain.intents import DisputeReason, ExtensionKind, Intent

Amount = Annotated[Decimal, Field(ge=0), WithJsonSchema({"type": "string", "pattern": r"^\d{1,12}(\.\d{1,2})?$"})]
"""Money without its currency: a decimal string in JSON, never a float."""

Source = Annotated[str, Field(pattern=r"^(subject|body|attachment:(0|[1-9][0-9]{0,2}))$")]


class ModelAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quoted(ModelAnswer):
    """A claim with the writer's own words behind it. Code looks the quote up; offsets are a help, not a proof."""

    source: Source = "body"
    quote: str = ""
    start: int | None = None
    end: int | None = None


class FoundIntent(Quoted):
    intent: Intent
    confidence: float = Field(ge=0, le=1)
    invoices: tuple[str, ...] = ()


class Flag(StrEnum):
    """What a model may point out; code decides what follows."""

    FRAUD_SIGN = "fraud_sign"
    INJECTION = "injection"
    LOW_INFORMATION = "low_information"
    PERHAPS_MORE = "perhaps_more"


class MessageClass(ModelAnswer):
    intents: tuple[FoundIntent, ...]
    flags: tuple[Flag, ...] = ()


class LegalKind(StrEnum):
    LEGAL = "legal"
    COMPLAINT = "complaint"
    PRIVACY_REQUEST = "privacy_request"


class FoundPromise(Quoted):
    day: date | None = None
    amount: Amount | None = None
    currency: str | None = None


class FoundExtension(Quoted):
    kind: ExtensionKind | None = None
    until: date | None = None


class FoundDispute(Quoted):
    reason: DisputeReason


class FoundContact(Quoted):
    name: str = ""
    email: str = ""


class ExtractedFacts(ModelAnswer):
    promise: FoundPromise | None = None
    extension: FoundExtension | None = None
    dispute: FoundDispute | None = None
    contact: FoundContact | None = None
    return_date: date | None = None
    legal: tuple[LegalKind, ...] = ()


class DraftReply(ModelAnswer):
    """The text of the answer. Subject, recipient and signature block are not the model's to choose."""

    body: str = Field(min_length=1, max_length=8000)
