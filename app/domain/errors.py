"""The tree of facts that may go wrong. What each costs over HTTP is said in `app/web/errors.py`.

AppError
├── NotFound
├── NotAllowed
├── Invalid                     the caller's words are off; the message says how to mend them
│   ├── SecondPersonNeeded      nobody closes this case alone
│   │   └── WordNoted           the first of two people's words: nothing is done yet, and nothing is wrong
│   ├── SettingInvalid          names the setting and the fix
│   ├── WordsDoubtful           a person's words say what nothing backs, or what no reminder may; carries the remarks
│   ├── ImportRefused           carries every bad row; nothing of the file was taken
│   └── DocumentsRefused        names every file that is no invoice copy; nothing of the folder was taken
├── ReviewAlreadyDecided        carries who decided, when, and the present state and version
│   └── WasPlanted              the draft was a test item: nothing was done, and the true draft is decided again
├── BackupUnusable              an archive is damaged, was altered, or does not fit this installation
├── StateImpossible             a move that the table of states does not have
├── TooManyAttempts             log-in throttled; carries the seconds to wait
├── SignatureRefused            a webhook's signature, time or id is wrong
├── MailTooLarge
├── UnreadableMail              neither parser could read the bytes: quarantine
├── RedactionFailed             no model may see the text
├── ModelFailed                 carries what it took all the same
│   ├── ModelUnavailable        the endpoint is down or over its budget
│   └── ModelAnswerInvalid      the endpoint answered, but not what was asked
├── Unreachable                 an IMAP or SMTP server or the database does not answer
└── DatabaseBusy                another process holds the SQLite file
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.sentence import Sentence


class AppError(Exception):
    """Root of everything that Duebox raises on purpose: a sentence, and by name what stands in its braces."""

    def __init__(self, sentence: str = "", /, **values: object) -> None:
        self.sentence = Sentence(sentence, **values) if values or not isinstance(sentence, Sentence) else sentence
        super().__init__(self.sentence)


class NotFound(AppError):
    pass


class NotAllowed(AppError):
    pass


class Invalid(AppError):
    pass


class SecondPersonNeeded(Invalid):
    """Nobody closes this case alone."""


class WordNoted(SecondPersonNeeded):
    """It was the first of two people's words, as it should be."""

    def __init__(self) -> None:
        super().__init__(
            Sentence(
                "your word is noted: the sum is above the limit of the policy,"
                " so a second person has to do the very same"
            )
        )


class SettingInvalid(Invalid):
    pass


class WordsDoubtful(Invalid):
    """Somebody must say that they mean it."""

    def __init__(self, remarks: Sequence[str]) -> None:
        super().__init__("the checks find something in these words: say that you mean them, or change them")
        self.remarks = tuple(remarks)


@dataclass(frozen=True, slots=True)
class BadRow:
    """One reason why a file was refused. `line` counts from 1 and includes the header."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, column {self.column}: {self.reason}"


class ImportRefused(Invalid):
    """`more` counts the bad rows beyond those that are named."""

    def __init__(self, rows: Sequence[BadRow], *, more: int = 0) -> None:
        super().__init__("\n".join([*map(str, rows), *([f"and {more} more"] if more else [])]))
        self.rows = tuple(rows)
        self.more = more


class DocumentsRefused(Invalid):
    pass


class BackupUnusable(AppError):
    pass


class ReviewAlreadyDecided(AppError):
    def __init__(
        self, *, state: str, version: int, decided_by: str | None, decided_at: datetime | None, told: str = ""
    ) -> None:
        super().__init__(
            told or (f"already {state} by {decided_by or 'Duebox'}" if decided_at else "changed since you opened it")
        )
        self.state = state
        self.version = version
        self.decided_by = decided_by
        self.decided_at = decided_at


class WasPlanted(ReviewAlreadyDecided):
    """A decision on a test item, which is still pending. `was` is empty where a sentence had been added."""

    def __init__(self, *, state: str, version: int, is_caught: bool, was: str, shown: str) -> None:
        change = f"“{was}” had been changed to “{shown}”" if was else f"the sentence “{shown}” had been added"
        noticed = ", and you noticed" if is_caught else ""
        told = f"this was a test item{noticed}: {change}. Nothing was sent; decide again on the true draft"
        super().__init__(state=state, version=version, decided_by=None, decided_at=None, told=told)


class StateImpossible(AppError):
    pass


class TooManyAttempts(AppError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many attempts, try again in {retry_after} s")
        self.retry_after = retry_after


class SignatureRefused(AppError):
    pass


class MailTooLarge(AppError):
    pass


class UnreadableMail(AppError):
    pass


class RedactionFailed(AppError):
    pass


@dataclass(slots=True)
class Spent:
    """What a question took of its endpoint, answered or not: requests, and the tokens that it counted."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


class ModelFailed(AppError):
    def __init__(self, sentence: str = "", spent: Spent | None = None) -> None:
        super().__init__(sentence)
        self.spent = spent or Spent()


class ModelUnavailable(ModelFailed):
    pass


class ModelAnswerInvalid(ModelFailed):
    pass


class Unreachable(AppError):
    pass


class DatabaseBusy(AppError):
    pass
