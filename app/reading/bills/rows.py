"""Invoices pointed at by their place in the list that we sent: "the first four on your list", "Nr. 3:", "die mittlere".

The list is the account's open invoices in their order. One ordinal proves nothing ("the first time"); two that stand
alone, or one beside words that name the list, do. Read where the mail names no invoice otherwise, or where it says of
a place which invoice stands there.
"""

import re
from collections.abc import Iterator, Sequence

from app.reading.bills.numbering import InvoiceMatch, MatchKind
from app.reading.bills.pointing import BILL, BILLS, COUNTS, GOES_ON, STANDS_ALONE, counts_other_things
from app.reading.money.numerals import NUMERALS

_ORDINALS = (
    r"first|erste[nr]?|premiere?|primer[ao]?|(?<!het )prima|primo|eerste|primeir[ao]",
    r"second|zweite[nr]?|deuxieme|seconde|segunda?o?|second[ao]|tweede",
    r"third|dritte[nr]?|troisieme|tercer[ao]?|terz[ao]|terceir[ao]|derde",
    r"fourth|vierte[nr]?|quatrieme|cuart[ao]|quart[ao]|vierde",
    r"fifth|funfte[nr]?|cinquieme|quint[ao]|vijfde",
    r"sixth|sechste[nr]?|sixieme|sext[ao]|sest[ao]|zesde",
)
_LAST = r"last|letzte[nr]?|derniere|ultim[ao]|laatste"
_MIDDLE = r"middle|mittlere[nr]?|middelste"
_THE = (
    r"the|your|die|der|den|ihre|zur|zum|la|le|votre|l[ae] vostra|su|el|del|al|il|alla|sulla|de|het|uw|a|o|sua|l'|"
    r"von der|bei der|mit der|della|dalla|(?:(?<=[.;:\n] )|(?<=\n)|^)da"
)
_COUNTS = {2: f"{COUNTS[2]}|beiden", 3: COUNTS[3], 4: COUNTS[4]}
_HOW_MANY = "|".join(f"(?P<n{count}>{words})" for count, words in _COUNTS.items())

_ANOTHER = "|".join((*_ORDINALS, _LAST))
_ONE = re.compile(
    rf"(?<![\w'])(?:(?:{_THE}) ?|(?<=and )|(?<=und die )|(?<=et la )|"
    rf"(?<=, )(?=(?:{_ANOTHER}) (?:and|und|et|y|e|en) ))(?:"
    + "|".join(f"(?P<row{place}>{words})" for place, words in enumerate(_ORDINALS, 1))
    + rf"|(?P<last>{_LAST})|(?P<middle>{_MIDDLE}))"
    rf"(?:{GOES_ON}|{STANDS_ALONE}|(?= (?:and|und|et|y|e|en) (?:the |die |la |de |a )?(?:{_ANOTHER})\b))"
)
_MIDDLE_ONE = re.compile(r"\b(?:celle du milieu|la de en medio|la del medio|quella (?:di mezzo|in mezzo)|a do meio)\b")
_FIRST_OR_LAST = re.compile(
    rf"\b(?:the|die|den|der|les|las|le|de|as) (?:(?P<first>first|ersten|premieres|primeras|prime|eerste|primeiras)|"
    rf"(?P<last>last|letzten|dernieres|ultimas|ultime|laatste)) (?:{_HOW_MANY})\b"
    rf"(?:{STANDS_ALONE}|(?= (?:on|of|auf|in|{BILLS})\b))"
    rf"|\b(?:les|las|le|as|die|den|der|the|de) (?:{_HOW_MANY.replace('?P<n', '?P<m')}) "
    rf"(?:(?P<first2>premieres|primeras|prime|primeiras|ersten|eerste|first)|"
    rf"(?P<last2>dernieres|ultimas|ultime|letzten|laatste|last))\b(?! (?:\d|weeks?|months?|wochen|monate|jahre))"
)
_NUMBERED = re.compile(
    r"(?m)^[ \t]{0,4}(?:nr|no|num|numero|nummer|number|n|#)"
    r"[.\u00b0\u00ba]?\s?(?P<row>[1-9])\b\s{0,2}[-.:)\u2013\u2014,]"
)
IN_OTHER_WORDS = re.compile(
    rf"(?: {BILL})?(?:,| \(|:| -)?\s?(?:(?:the|la|die|de|a|il|le) |l')?(?:(?:invoice|number|nr\.?|no\.?|n\.?|facture|"
    r"rechnung|factura|fattura|factuur|fatura)\s)?"
)
"""Between "the second" and the number that says which."""

_LISTED = re.compile(r"(?m)^[ \t]{0,4}\(?(?P<row>[1-9])[.)][ \t]{1,3}(?=\S)")
"""A list of their own: of as many items as there are invoices it is taken for ours."""

_TWO = 2
_THREE = 3
_SIX = 6
_WORDS = {word: number for numerals in NUMERALS.values() for word, number in numerals.items() if number <= _SIX} | {
    "eins": 1,
    "duas": 2,
}
"""As a place of the list is called, not as one counts: "Nummer eins"."""

_BY_NUMBER = re.compile(rf"\b(?:number|nummer|numero|nr\.?) (?P<row>[1-6]|{'|'.join(_WORDS)})\b(?![.,/-]?\d)")
_LIST = re.compile(
    r"\b(?:(?:on|in|of|from) your (?:list|letter|statement|reminder|e-?mail)|your list|on the list|"
    r"of the (?:three|four|five|six)|"
    r"(?:auf|in|von) ihrer (?:liste|aufstellung|mahnung|erinnerung)|ihre liste|von den (?:drei|vier|funf|sechs)|"
    r"votre (?:liste|releve|relance|rappel)|(?:des|sur les|sur vos) (?:trois|quatre|cinq|six)|"
    r"(?:su|vuestr[ao]) (?:lista|relacion|listado|recordatorio)|de las (?:tres|cuatro|cinco|seis)|"
    r"(?:vostr[oa]|suo|sua) (?:elenco|lista|sollecito)|delle (?:tre|quattro|cinque|sei)|"
    r"(?:uw|jullie|je) (?:lijst|overzicht|herinnering)|van de (?:drie|vier|vijf|zes)|"
    r"(?:vossa|sua) (?:lista|carta)|das (?:tres|quatro|cinco|seis))\b"
)


def find_rows(folded: str, numbers: tuple[str, ...]) -> Iterator[InvoiceMatch]:
    """`numbers` are the account's open invoices in its order. Nothing where a place is beyond them."""
    yield from _numbered(folded, numbers)
    several = [*_several(folded, numbers)]
    places = [(match, _place(match, len(numbers))) for match in _ONE.finditer(folded)]
    pointed = {place for match, place in places if not match["last"]} | {
        number for s in several for number in s.numbers
    }
    is_list = _LIST.search(folded) is not None or bool(several)
    yield from several
    for match, place in places:
        if place is None:
            return
        is_sure = len(pointed) >= _TWO or is_list or match["middle"] or _says_bill(match)
        behind = max((one.end for one in several if one.end <= match.start()), default=0)
        if is_sure and not counts_other_things(folded, match.start(), behind):
            yield _match(match, (numbers[place - 1],))
    if len(numbers) == _THREE:
        for match in _MIDDLE_ONE.finditer(folded):
            yield _match(match, (numbers[1],))


def rows_beside(folded: str, numbers: tuple[str, ...], named: Sequence[InvoiceMatch]) -> Iterator[InvoiceMatch]:
    """ "The first is paid. The second, R-2, is short. As for the third, …": the places that are not `named` by a
    number, if at least one is, and every one that is stands there in the list."""
    by_start = {match.start: match.numbers for match in named}
    told, open_places = [], []
    for match in _ONE.finditer(folded):
        place, which = _place(match, len(numbers)), IN_OTHER_WORDS.match(folded, match.end())
        numbered = by_start.get(which.end()) if which is not None else None
        if numbered is not None:
            told.append(place is not None and numbered == (numbers[place - 1],))
        elif place is not None:
            open_places.append((match, place))
    if not told or not all(told):
        return
    taken = [(match.start, match.end) for match in named]
    for match, place in open_places:
        last = max((end for _, end in taken if end <= match.start()), default=0)
        is_free = not any(start < match.end() and match.start() < end for start, end in taken)
        if is_free and not counts_other_things(folded, match.start(), last):
            yield _match(match, (numbers[place - 1],))


def _place(match: re.Match[str], rows: int) -> int | None:
    """From 1; None where there is no such row."""
    if match["last"]:
        return rows
    if match["middle"]:
        return rows // 2 + 1 if rows % 2 else None
    place = next(place for place in range(1, len(_ORDINALS) + 1) if match[f"row{place}"])
    return place if place <= rows else None


def _several(folded: str, numbers: tuple[str, ...]) -> Iterator[InvoiceMatch]:
    for match in _FIRST_OR_LAST.finditer(folded):
        count = next(n for n in _COUNTS if match[f"n{n}"] or match[f"m{n}"])
        if count < len(numbers):
            is_first = match["first"] or match["first2"]
            yield _match(match, numbers[:count] if is_first else numbers[-count:])


def _numbered(folded: str, numbers: tuple[str, ...]) -> Iterator[InvoiceMatch]:
    """Lines that each begin with a number of the list; and "number two" of a list where several are named so."""
    for pattern in (_NUMBERED, *([_BY_NUMBER] if _LIST.search(folded) else [])):
        found = [(match, _WORDS.get(match["row"]) or int(match["row"])) for match in pattern.finditer(folded)]
        rows = {row for _, row in found}
        if len(rows) >= _TWO and max(rows) <= len(numbers):
            yield from (_match(match, (numbers[row - 1],)) for match, row in found)
            return
    listed = [*_LISTED.finditer(folded)]
    if len(numbers) >= _THREE and [int(match["row"]) for match in listed] == [*range(1, len(numbers) + 1)]:
        yield from (_match(match, (number,)) for match, number in zip(listed, numbers, strict=True))


def _says_bill(match: re.Match[str]) -> bool:
    return re.match(rf"\s+(?!one\b){BILL}\b", match.string[match.end() :]) is not None


def _match(match: re.Match[str], numbers: tuple[str, ...]) -> InvoiceMatch:
    return InvoiceMatch(match.start(), match.end(), numbers, MatchKind.GROUP)
