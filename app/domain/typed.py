"""Amounts as people type them, in forms and in filters."""

import re
from decimal import Decimal

from app.domain.errors import Invalid

_TYPED = re.compile(r"[0-9]{1,14}([.,][0-9]{1,4})?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
"""Or thousandths: it depends on the country."""


def amount_of(text: str) -> Decimal | None:
    """`1250.00`, `1250,00` or nothing, as a person types it. Which of two marks groups the thousands is not guessed.

    Raises Invalid, saying how to mend it.
    """
    typed = text.strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if not typed:
        return None
    if ("," in typed and "." in typed) or _THOUSANDS.fullmatch(typed):
        raise Invalid(
            "{text!r} could be two amounts: write it without marks for the thousands, as 1250.00", text=text.strip()
        )
    if not _TYPED.fullmatch(typed):
        raise Invalid("{text!r} is no amount: write it as 1250.00", text=text.strip())
    return Decimal(typed.replace(",", "."))
