"""Account numbers (ISO 13616) in a text, however they are parted: what goes out must be our own."""

import re
import unicodedata
from collections.abc import Iterator

from stdnum import iban
from stdnum.exceptions import ValidationError

from app.reading.visible import INVISIBLE

_SHAPE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ .\-\u00a0]{0,2}[A-Za-z0-9]){11,30}")
_SHORTEST, _LONGEST = 15, 34
_PARTING = re.compile(r"[^A-Za-z0-9]")


def ibans(text: str) -> Iterator[str]:
    """Each IBAN whose check digits fit, without spaces. Words that follow it are left out."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    for found in _SHAPE.finditer(plain):
        bare = _PARTING.sub("", found[0]).upper()
        known = (bare[:length] for length in range(min(len(bare), _LONGEST), _SHORTEST - 1, -1))
        yield from [number for number in known if _is_valid(number)][:1]


def _is_valid(number: str) -> bool:
    try:
        iban.validate(number, check_country=False)
    except ValidationError:
        return False
    return True
