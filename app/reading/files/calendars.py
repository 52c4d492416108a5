"""An invitation (RFC 5545) as the lines that a person reads in it: what, when, where, who."""

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_SHOWN = {
    "SUMMARY": "Subject",
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "LOCATION": "Where",
    "ORGANIZER": "Organizer",
    "DESCRIPTION": "Description",
    "COMMENT": "Comment",
    "STATUS": "Status",
}
_LINE = re.compile(rf"^({'|'.join(_SHOWN)})(?:;[^:\n]*)?:(.*)$", re.MULTILINE | re.IGNORECASE)
_MOMENT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}Z?)?$")
_ESCAPED = re.compile(r"\\([nN,;\\])")


def calendar_text(source: str) -> str:
    """A line a property, in the order of the file; dates as ISO has them."""
    unfolded = _FOLD.sub("", source)
    lines = (f"{_SHOWN[match[1].upper()]}: {_value(match[2].strip())}" for match in _LINE.finditer(unfolded))
    return "\n".join(dict.fromkeys(lines))


def _value(value: str) -> str:
    moment = _MOMENT.match(value)
    if moment:
        year, month, day, hour, minute = moment.groups()
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")
    value = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
