"""Amounts and invoice numbers as people type them, in forms and in filters."""

import re
from collections.abc import Iterable
from decimal import Decimal

from app.domain.errors import Invalid

_TYPED = re.compile(r"[0-9]{1,14}([.,][0-9]{1,4})?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
"""Or thousandths: it depends on the country."""

_GROUPED = re.compile(
    r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3}(?:\1[0-9]{3}){0,3}(?!\1)[.,][0-9]{1,4}|([.,])[0-9]{3}(?:\2[0-9]{3}){1,3})"
)
"""Marks that say themselves which of them groups: two kinds, the last for the fraction, or one kind twice."""

_BETWEEN = re.compile(r"[\s'\u2019]")
"""What parts thousands and nothing else: blanks of every width, and the Swiss mark."""


def amount_of(text: str) -> Decimal | None:
    """`1250.00`, `1.250,00`, `1 250,00` or nothing, as a person types it. Whether one mark alone groups the thousands
    is not guessed.

    Raises Invalid, saying how to mend it.
    """
    typed = _BETWEEN.sub("", text)
    if not typed:
        return None
    if _GROUPED.fullmatch(typed):
        whole, last, rest = typed.rpartition(max(".,", key=typed.rfind))
        digits = re.sub("[.,]", "", whole)
        return Decimal(digits + rest if last in whole else f"{digits}.{rest}")
    if _THOUSANDS.fullmatch(typed):
        raise Invalid(
            "{text!r} could be two amounts: write it without marks for the thousands, as 1250.00", text=text.strip()
        )
    if not _TYPED.fullmatch(typed):
        raise Invalid("{text!r} is no amount: write it as 1250.00", text=text.strip())
    return Decimal(typed.replace(",", "."))


def own_spelling(typed: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Invoice numbers as the ledger spells them, each once: case does not count, and blanks part numbers, unless one
    that is known has blanks itself. Raises Invalid, naming those that are not known."""
    spelled = {number.upper(): number for number in known}
    parts = [
        part for number in typed for part in ([number] if number.upper() in spelled else number.split() or [number])
    ]
    unknown = sorted({part for part in parts if part.upper() not in spelled})
    if unknown:
        raise Invalid("this customer has no invoice {numbers}", numbers=", ".join(unknown))
    return tuple(dict.fromkeys(spelled[part.upper()] for part in parts))
