"""What is known of this instance's processing of personal data."""

from dataclasses import dataclass, field

from app.domain.recipients import Recipient
from app.domain.responsible import Responsible
from app.domain.retention import Retention


@dataclass(frozen=True, slots=True)
class Processing:
    """By its settings, and, filled in when the dossier is made, by its database."""

    model_provider: str
    model_name: str
    policy_version: str
    database: str
    recipients: tuple[Recipient, ...]
    retention: Retention
    responsible: Responsible
    jobs_days: int
    companies: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = field(default=())
    key_id: str = ""
    holds: int = 0
    has_test_items: bool = False
