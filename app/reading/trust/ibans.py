"""Account numbers (ISO 13616) in a text, however they are parted: what goes out must be our own."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache

from stdnum import iban, numdb
from stdnum.exceptions import ValidationError

from app.domain.errors import Invalid
from app.reading.sight.invisible import INVISIBLE
from app.reading.trust.account_numbers import account_numbers, bare

_HEAD = re.compile(r"(?=([A-Z]{2}\d{2}))")
_PARTS = re.compile(r"(\d{1,3})!")
_END = "|"
_GAP = 6
"""So many other characters may part two digits of a number; more part two texts."""

_PARTING = re.compile(r"[^A-Z0-9]+")


def ibans(text: str) -> Iterator[str]:
    """Each IBAN whose length and check digits fit its country, in capitals, without what parted it."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).upper()
    run = _PARTING.sub(lambda gap: _END if len(gap[0]) > _GAP else "", plain)
    end = 0
    for head in _HEAD.finditer(run):
        if head.start() >= end and (number := _number_at(run, head.start())):
            end = head.start() + len(number)
            yield number


def check_ours(subject: str, body: str, ours: Collection[str], others: Collection[str] = ()) -> None:
    """Bank details leave from configuration and from nowhere else, whoever wrote them. Raises Invalid.

    A number that is no IBAN is ours where it stands in one of ours, as a sort code does in a British IBAN; `others` are
    no account's, whatever the words call them: the customer's with us, and those of invoices.
    """
    text = f"{subject}\n{body}"
    is_strange = any(number not in ours for number in ibans(text))
    known = {bare(number) for number in others}
    accounts = (number for number in account_numbers(text) if number not in known)
    if is_strange or any(all(number not in one for one in ours) for number in accounts):
        raise Invalid("the mail names a bank account that is none of ours: see [[company]] in the policy")


def _number_at(run: str, start: int) -> str:
    """The IBAN that begins there; nothing where none does."""
    known = run[start : start + _length(run[start : start + 2])]
    return known if known and _is_valid(known) else ""


@cache
def _length(country: str) -> int:
    """Characters of an IBAN of that country; 0 where it has none."""
    (_, known), *_ = numdb.get("iban").info(country)
    return sum(map(int, _PARTS.findall(known["bban"]))) + len("GB29") if known else 0


def _is_valid(number: str) -> bool:
    try:
        iban.validate(number, check_country=False)
    except ValidationError:
        return False
    return True
