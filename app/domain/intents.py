"""The closed words of the trade. What each means is defined in evals/labels.md."""

from enum import StrEnum


class Intent(StrEnum):
    """What a mail wants; members stand in the order of consequence, which is also the order of every list."""

    AUTOMATIC_REPLY = "automatic_reply"
    DELIVERY_FAILURE = "delivery_failure"
    BANK_DETAIL_CHANGE = "bank_detail_change"
    HARDSHIP = "hardship"
    LEGAL_OR_COMPLAINT = "legal_or_complaint"
    DISPUTE = "dispute"
    EXTENSION_REQUEST = "extension_request"
    PAYMENT_PROMISE = "payment_promise"
    PAYMENT_CONFIRMATION = "payment_confirmation"
    DOCUMENT_REQUEST = "document_request"
    CONTACT_UPDATE = "contact_update"
    QUERY = "query"
    ACKNOWLEDGEMENT = "acknowledgement"
    UNRELATED = "unrelated"


CONSEQUENCE = {intent: rank for rank, intent in enumerate(Intent)}
MACHINE_INTENTS = frozenset({Intent.AUTOMATIC_REPLY, Intent.DELIVERY_FAILURE})


class Route(StrEnum):
    """REVIEW: a person must decide. AUTO: an answer may go out if autonomy allows. NONE: no answer."""

    REVIEW = "review"
    AUTO = "auto"
    NONE = "none"


class Reason(StrEnum):
    """Why a person looks at a mail. The second block is beyond the labels: Duebox itself is in doubt."""

    NEGOTIATION = "negotiation"
    DISPUTE = "dispute"
    STRATEGIC_ACCOUNT = "strategic_account"
    LEGAL = "legal"
    COMPLAINT = "complaint"
    PRIVACY_REQUEST = "privacy_request"
    HARDSHIP = "hardship"
    FRAUD_RISK = "fraud_risk"
    INJECTION = "injection"
    LOW_INFORMATION = "low_information"

    LOW_CONFIDENCE = "low_confidence"
    UNVERIFIED_SENDER = "unverified_sender"
    UNKNOWN_CUSTOMER = "unknown_customer"
    REDACTION_FAILED = "redaction_failed"
    MODEL_UNAVAILABLE = "model_unavailable"
    DRAFT_REFUSED = "draft_refused"
    UNREADABLE_ATTACHMENT = "unreadable_attachment"
    CHANGED_SINCE_APPROVAL = "changed_since_approval"
    APPROVAL_REQUIRED = "approval_required"
    PERSON_WANTED = "person_wanted"
    NO_MORE_MAIL = "no_more_mail"


class Tone(StrEnum):
    WARM = "warm"
    NEUTRAL = "neutral"
    FIRM = "firm"


class DisputeReason(StrEnum):
    PRICE = "price"
    QUANTITY = "quantity"
    QUALITY = "quality"
    NOT_RECEIVED = "not_received"
    DUPLICATE = "duplicate"
    MISSING_PO = "missing_po"
    TAX = "tax"
    TERMS = "terms"
    UNRECOGNISED = "unrecognised"
    OTHER = "other"


class ExtensionKind(StrEnum):
    DUE_DATE = "due_date"
    INSTALMENTS = "instalments"
    PARTIAL_SETTLEMENT = "partial_settlement"


class Autonomy(StrEnum):
    OFF = "off"
    DRAFT = "draft"
    SEND = "send"


LANGUAGES = ("en", "fr", "de", "es", "nl", "it", "pt")
"""The languages that Duebox reads and writes (ISO 639-1)."""
