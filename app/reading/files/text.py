"""What could be read of a file, and why no more."""

from dataclasses import dataclass, field
from enum import StrEnum

BYTE_LIMIT = 25 * 1024 * 1024
"""Of a file as it came, and of all that it expands to."""

TEXT_LIMIT = 200_000
DEPTH_LIMIT = 2
"""An archive in an archive is odd; an archive in that is no business letter."""


class Trouble(StrEnum):
    """Why a person must open a file."""

    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    SCANNED = "scanned"
    UNKNOWN_KIND = "unknown_kind"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    TOOK_TOO_LONG = "took_too_long"
    MALWARE = "malware"
    NOT_SCANNED = "not_scanned"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class FileText:
    """`text` is None where there is none. With a `trouble` it is not all that the file says, and a person looks.

    `has_hidden_text`: words that no reader of the file would see were found, and left out.
    """

    text: str | None = field(repr=False, default=None)
    trouble: Trouble | None = None
    has_hidden_text: bool = False


NOTHING = FileText()
"""A file that nobody needs to read: a logo, a signature."""


def as_far_as_read(
    text: str, trouble: Trouble | None = None, *, hides: bool = False, is_cut: bool = False, most: int = TEXT_LIMIT
) -> FileText:
    """The first `most` characters. A list that goes on behind them must not pass for a whole one."""
    is_whole = not is_cut and len(text) <= most
    return FileText(text[:most] or None, trouble or (None if is_whole else Trouble.CUT), hides)


class FileRefused(Exception):
    """Reading ends here; the one argument is the Trouble."""

    @property
    def trouble(self) -> Trouble:
        return Trouble(self.args[0])
