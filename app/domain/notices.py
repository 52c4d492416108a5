"""What people are told about when they are not looking, and how. Never a name, an amount or a word of a mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class NoticeKind(StrEnum):
    URGENT_REVIEW = "urgent_review"
    REVIEW_OVERDUE = "review_overdue"
    MAILBOX_FAILED = "mailbox_failed"


class Channel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From and to are minutes of the day in a time zone; they may span midnight. Equal ends mean never quiet."""

    begin: int
    end: int
    zone: str

    def after(self, moment: datetime) -> datetime:
        """The moment itself, or when the quiet ends in which it falls."""
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        spans_midnight = self.begin > self.end
        is_quiet = minute >= self.begin or minute < self.end if spans_midnight else self.begin <= minute < self.end
        if not is_quiet:
            return moment
        ends = local.replace(hour=self.end // 60, minute=self.end % 60, second=0, microsecond=0)
        return ends + timedelta(days=1) if spans_midnight and minute >= self.begin else ends
