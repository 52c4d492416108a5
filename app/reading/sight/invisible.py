"""Characters that nobody sees, wherever they stand: what they carry reaches no model, and turns no line around."""

import re

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|(?<=\\w)\u200d|\u200d(?=\\w)"
    "|[\ufe00-\ufe0e]|(?<=[\ufe00-\ufe0f])\ufe0f|(?<=[^\\W\\d_])\ufe0f"
)
_BLANK = re.compile("[\u2800\U0001d159]")
"""Signs without ink that are as wide as a letter."""

_GAPS = "\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0\U0001d159"
_LETTER = "[A-Za-z0-9\u00c0-\u024f]"
_SMUGGLED = re.compile(
    "(?<!\U0001f3f4)(?<![\U000e0061-\U000e007a])[\U000e0020-\U000e007e]|[\u202d\u202e]|[\U000e0100-\U000e01ef]{2}|"
    f"[\ufe00-\ufe0f]{{2}}|(?:[A-Za-z][\ufe00-\ufe0f]){{2}}|{_LETTER}[{_GAPS}]{{1,3}}{_LETTER}|[{_GAPS}]{{20}}"
)


def strip_invisible(text: str) -> tuple[str, bool]:
    """Remove characters without a shape; those that are seen as a gap become one.

    True when they carried something (tag characters, overrides of the direction of reading) or parted a word.

    A joiner inside an emoji stays, and so does the selector that makes one colourful.
    """
    if text.isascii():
        return text, False
    smuggles = _SMUGGLED.search(text) is not None
    return _BLANK.sub(" ", INVISIBLE.sub("", text)), smuggles
