"""Invoices that a text points at without a number: "the other two", "the latter", "the big one", "the one over 340 €".

What they mean depends on what is named around them, so they are read after the numbers (invoices.py).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from app.domain.account import Account, Invoice, InvoiceKind, InvoiceStatus
from app.reading.bills.groups import as_many_as
from app.reading.bills.months import of_a_month
from app.reading.bills.numbering import InvoiceMatch, MatchKind
from app.reading.bills.pointing import BILL, BILLS, COUNTS, GOES_ON, STANDS_ALONE, counts_other_things
from app.reading.bills.rankings import ranked_one, ranked_ones
from app.reading.bills.rows import IN_OTHER_WORDS, find_rows, rows_beside
from app.reading.money.amounts import find_amounts
from app.reading.spans import fold

_COUNT_OF = {word: count for count, words in COUNTS.items() for word in words.split("|")} | {"beide": 2, "beiden": 2}
_HOW_MANY = rf"(?:{'|'.join(_COUNT_OF)}|[2-6])"
_OTHERS = re.compile(
    rf"\b(?:the|die|den|der|les|las|los|le|gli|de|as|os|des|las|alle|all the|all) (?:{_HOW_MANY} )?"
    rf"(?:others|other {BILLS}|other {_HOW_MANY}|remaining(?: {_HOW_MANY})?(?: {BILLS})?|"
    rf"(?:anderen|ubrigen|restlichen)(?: {_HOW_MANY})?(?: {BILLS})?|autres(?: {BILLS})?|"
    rf"(?:otras|demas|restantes|outras|altre|restanti|rimanenti)(?: {_HOW_MANY})?(?: {BILLS})?|"
    rf"{_HOW_MANY} (?:andere|overige|resterende)(?: {BILLS})?|"
    rf"(?:andere|overige|resterende) (?:{_HOW_MANY}(?: {BILLS})?|{BILLS}))\b{STANDS_ALONE}"
)
_REST = re.compile(
    rf"\b(?:everything else|all the rest|(?:the )?rest of (?:the {BILLS}|them)|alles (?:andere|ubrige)|"
    rf"(?:der )?rest der {BILLS}|tout le reste|le reste des {BILLS}|todo lo demas|el resto de (?:las )?{BILLS}|"
    rf"tutto il resto|il resto delle {BILLS}|al het andere|de rest van de {BILLS}|tudo o resto|"
    rf"o resto das {BILLS})\b"
    r"(?! (?:on|in|of|about|that|from|to|auf|an|in|aus|von|was|de|du|dans|sur|qui|que|del|en|della|nella|sulla|che|op|"
    r"van|aan|wat|da|do|na|no|em)\b)"
)
"""Not "everything else on the invoice", which is the rest of one."""

_OTHER = re.compile(
    rf"(?<!after )(?<!against )(?<!to )(?<!on )(?<!\bor )(?<!nach )(?<!dopo )(?<!contre )(?<!contra )(?<!na )(?<!als )"
    rf"(?<!l'un de )(?<!l'une de )(?<!than )(?<!que )\b"
    rf"(?:(?:the|die|la|il|el|de|a|o) (?:remaining|restliche|verbleibende|restante|rimanente|resterende|overgebleven)"
    rf"(?: {BILL})?|celle qui reste|la que queda|quella che resta|the other(?: {BILL})?|die andere(?: rechnung)?|"
    rf"l'autre(?: facture)?|la otra(?: factura)?|"
    rf"l'altra(?: fattura)?|de andere(?: factuur)?|a outra(?: fatura)?)\b{STANDS_ALONE}"
)
"""Not "one after the other", "on the one hand, on the other"."""

_HALF = re.compile(r"\b(?:half|halfte|moitie|mitad|helft|meta|metade|tiers|drittel|tercio|derde|terzo|terco)\b")
_SPLIT = 50
"""A half so near before "the other" has its other half there."""

_PLACES = (
    r"former|first|erstere[nr]?|erste[nr]?|premiere?|primer[ao]|(?<!het )prim[ao]|eerste|primeir[ao]",
    r"latter|second|letztere[nr]?|zweite[nr]?|seconde?|deuxieme|segund[ao]|second[ao]|tweede",
    r"third|dritte[nr]?|troisieme|tercer[ao]|terz[ao]|derde|terceir[ao]",
    r"last|letzte|derniere|ultima|laatste",
)
_PLACE = re.compile(
    r"\b(?:the |die |la |le |el |il |de |a |o |der |den |l')(?:"
    + "|".join(f"(?P<place{i}>{words})" for i, words in enumerate(_PLACES))
    + rf")\b{GOES_ON}"
)
_THIRD, _FINAL = 2, 3
_OPENS = re.compile(
    r"(?:^|[.!?:;\n])[^\S\n]*+(?:(?:and|und|et|y|e|en|then|there's|as for|resta|reste|queda|bleibt|for|fur|pour|por|"
    r"para|per|voor)\s++){0,3}$"
)
_ON_A_DAY = re.compile(r"\s+(?:one )?(?:on|am|le|el|il|op|no|em|the|den|de)\b[^.;\n]{0,12}\d")
"""What is "the last" or, of two named, "the third" stands first and is no instalment: "a letter crosser than the last",
"another in October, the last on 16 November" point at no invoice."""

_THE_LAST = r"(?:the|die|den|der|la|le|de|a|il|l')(?:(?<=')| )(?:very )?(?:last|letzten?|derniere|ultima|laatste)"
_ALL_BUT_THE_LAST = re.compile(
    r"\b(?:(?:all|everything)(?: of (?:them|these))?(?: but| except(?: for)?| bar| save(?: for)?|, except)|"
    r"(?:bis auf|ausser)|tou(?:t|te)s?(?: les factures)? (?:sauf|hormis|excepte|a part)|"
    r"todas?(?: las facturas)? (?:menos|salvo|excepto)|tutt[eo](?: le fatture)? (?:tranne|meno|salvo|eccetto)|"
    r"todas?(?: as faturas)? (?:exceto|menos|salvo)|alles?(?: facturen)? behalve) "
    rf"{_THE_LAST}(?: {BILL})?\b{STANDS_ALONE}|\b(?:alles?(?: facturen)? )?op {_THE_LAST}(?: {BILL})? na\b"
)
"""Not "bis auf den letzten Cent", "op de laatste dag"."""

_LAST = re.compile(rf"\b{_THE_LAST}(?: {BILL})?{GOES_ON}")
_SAYS_BILL = re.compile(rf"\s+{BILL}\b(?! (?:that|which|ever|he|she|they)\b)")
_BOTH = re.compile(
    r"\b(?:both|beide[nr]?|les deux|toutes (?:les )?deux|ambas|las dos|entrambe|tutte e due|allebei|as duas)\b"
    + STANDS_ALONE
)
_ALL_THREE = re.compile(
    r"\b(?:all three|alle drei|les trois|toutes les trois|las tres|tutte e tre|le tre|alle drie|as tres)\b"
)
_POINTER = re.compile(
    r"\b(?:the one (?:for|over|of|at)|the|die(?: uber| mit| von| zu)?|celle de|les?|la de|l[oa]s|quella da|[ig]li?|"
    r"die van|de|a de|os)\s+$"
)
_LINK = re.compile(r"[\s,/&+;-]*(?:(?:and|und|et|y|e|en|sowie|plus)\s)?(?:(?:the|la|die|le|el|il|de|a|o)\s)?")
_AND_SOME = re.compile(
    r"(?: (?:euros?|eur|francs?|pounds?|pesos|\u20ac|chf))?(?:-| )(?:something|odd\b|and change|irgendwas|und ein paar|"
    r"und (?:noch )?(?:etwas|was)\b|et des poussieres|et quelques|et un peu|y pico|y monedas|y algo|y tantos|e rotti|"
    r"e qualcosa|e spiccioli|e picos?|e tal\b|e trocos|e pouco|en nog wat|en een beetje|nogwat)"
)
_MANY = 30
"""Of more invoices the sums of two prove nothing."""

_ROUND, _NEAR, _RIVAL = Decimal(100), Decimal("0.06"), Decimal("0.3")


@dataclass(frozen=True, slots=True)
class _Context:
    """`named` are the numbers named one by one, with their places; `listed` those of a subject or list, in order;
    `is_numbered` tells whether any is named by its number; `ends` is where all words end that name any; `pairs` are
    two that were named together, with the place where they end."""

    folded: str
    bills: tuple[Invoice, ...]
    named: tuple[tuple[int, str], ...]
    listed: tuple[str, ...]
    is_numbered: bool
    ends: tuple[int, ...] = ()
    pairs: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def before(self, position: int) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(number for start, number in self.named if start < position))
        if len(found) > 1 or len(self.listed) > 1:
            return found if len(found) > 1 else self.listed
        return () if found or self.listed else tuple(bill.number for bill in self.bills)

    def pair_before(self, position: int) -> tuple[str, ...]:
        """Two that were named together last of all: "R-1 is paid. R-2 and R-3 are of one delivery; the first …"."""
        last = max((end for end in self.ends if end <= position), default=0)
        known = {number for start, number in self.named if start < position}
        return next((pair for end, pair in self.pairs if end == last and not known <= {*pair}), ())

    def all_of(self, count: int) -> tuple[str, ...]:
        """All, if they are so many."""
        return tuple(bill.number for bill in self.bills) if len(self.bills) == count else ()

    @property
    def names_any(self) -> bool:
        """Whether invoices were told apart at all: "the first" of a mail that names none is mostly a story's."""
        return bool(self.named or self.listed)

    def is_of_others(self, position: int, *, is_left: bool = False) -> bool:
        """Whether what is counted before a place, after the last invoice named, are other things than invoices.
        `is_left`: "two boxes are missing, the other goes out" leaves an invoice; "the first third, the other two" none.
        """
        last = max((end for end in self.ends if end <= position), default=0)
        return counts_other_things(self.folded, position, last, only_in_order=is_left)

    def remaining(self, position: int, count: int | None = None) -> tuple[str, ...]:
        """What is not spoken of by its own number; where all are, or not so many are left, what has not been yet."""
        lone = set(self.listed) if len(self.listed) == 1 else set()
        for named in (lone | {n for _, n in self.named}, lone | {n for start, n in self.named if start < position}):
            left = tuple(bill.number for bill in self.bills if bill.number not in named)
            if left and count in {None, len(left)}:
                return left if named or self.listed else ()
        return ()

    def other(self, position: int) -> tuple[str, ...]:
        """What is left of two that were listed, else of all. Two named last of all ("of the November ones the small one
        is paid, the other …") come first."""
        for end, pair in self.pairs:
            since = {number for start, number in self.named if end <= start < position}
            if len(since) == 1 and since < {*pair}:
                return tuple(number for number in pair if number not in since)
        before = {number for start, number in self.named if start < position}
        left = tuple(number for number in self.listed if number not in before)
        return left if before and len(left) == 1 and len(self.listed) > 1 else self.remaining(position)


def find_references(
    text: str, matches: Sequence[InvoiceMatch], account: Account, listed: Sequence[str] = ()
) -> tuple[InvoiceMatch, ...]:
    """`matches` are the numbers found in the text, `listed` those of the subject. Nothing where it is not certain."""
    bills = tuple(i for i in account.invoices if i.kind is InvoiceKind.INVOICE and i.is_open)
    if len(bills) < 2:  # noqa: PLR2004 nothing to choose between
        return ()
    folded, known = fold(text), list(matches)
    numbers = tuple(bill.number for bill in bills)
    found: list[InvoiceMatch] = []
    if not matches and len(listed) != 1:
        rows = tuple(listed) or (numbers if _may_be_our_list(bills) else ())
        known = found = sorted(find_rows(folded, rows), key=lambda match: match.start)
    elif matches:
        found = list(rows_beside(folded, tuple(listed) if len(listed) > 1 else numbers, matches))
        known = sorted((*known, *found), key=lambda match: match.start)
    is_numbered = bool(listed) or any(match.kind is not MatchKind.GROUP for match in matches)
    for finders in _FINDERS:
        named, ends = _individual(folded, known, len(bills)), tuple(match.end for match in known)
        context = _Context(folded, bills, named, _listed(matches, listed), is_numbered, ends, _pairs(folded, known))
        new = [match for finder in finders for match in finder(context) if _is_new(match, [*known], folded)]
        found = [*found, *new]
        known = sorted([*known, *new], key=lambda match: match.start)
    if not known and not listed:
        found = list(as_many_as(folded, numbers))
    return tuple(sorted(found, key=lambda match: match.start))


def _may_be_our_list(bills: Sequence[Invoice]) -> bool:
    """Whether a letter of ours may have named all of them, in this order."""
    return len({bill.open.currency for bill in bills}) == 1 and not any(
        bill.payment_seen or bill.status is InvoiceStatus.DISPUTED for bill in bills
    )


def _is_new(match: InvoiceMatch, known: Sequence[InvoiceMatch], folded: str) -> bool:
    """Neither read already nor said in other words right behind: "the second, R-2"."""
    is_free = not any(m.start < match.end and match.start < m.end for m in known)
    return is_free and not any(IN_OTHER_WORDS.fullmatch(folded, match.end, m.start) for m in known)


def _runs(folded: str, matches: Sequence[InvoiceMatch]) -> list[list[InvoiceMatch]]:
    """Those that are listed together."""
    runs: list[list[InvoiceMatch]] = []
    for match in matches:
        if runs and _LINK.fullmatch(folded, runs[-1][-1].end, match.start):
            runs[-1].append(match)
        else:
            runs.append([match])
    return runs


def _pairs(folded: str, matches: Sequence[InvoiceMatch]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    runs = ((run[-1].end, tuple(n for m in run for n in m.numbers)) for run in _runs(folded, matches))
    return tuple((end, numbers) for end, numbers in runs if len(numbers) == len(("former", "latter")))


def _individual(folded: str, matches: Sequence[InvoiceMatch], bills: int) -> tuple[tuple[int, str], ...]:
    """Numbers that stand by themselves; one mention of everything is a list, not an account of each."""
    named = ([(m.start, n) for m in run for n in m.numbers] for run in _runs(folded, matches))
    return tuple(pair for run in named if len(run) < max(bills, 2) for pair in run)


def _listed(matches: Sequence[InvoiceMatch], listed: Sequence[str]) -> tuple[str, ...]:
    together = next((m.numbers for m in matches if len(m.numbers) > 1), ())
    return together or tuple(listed)


def _others(context: _Context) -> Iterator[InvoiceMatch]:
    for match in _REST.finditer(context.folded):
        left = context.remaining(match.start())
        if left:
            yield InvoiceMatch(match.start(), match.end(), left, MatchKind.GROUP)
    for match in _OTHERS.finditer(context.folded):
        left = context.remaining(match.start(), _count_in(match.group()))
        if left and not context.is_of_others(match.start(), is_left=True):
            yield InvoiceMatch(match.start(), match.end(), left, MatchKind.GROUP)
    for match in _OTHER.finditer(context.folded):
        if _HALF.search(context.folded, max(0, match.start() - _SPLIT), match.start()):
            continue  # "half in March, the other in April"
        left = context.other(match.start())
        if len(left) == 1 and not context.is_of_others(match.start(), is_left=True):
            yield InvoiceMatch(match.start(), match.end(), left, MatchKind.GROUP)


def _count_in(folded: str) -> int | None:
    counts = (int(word) if word.isdigit() else _COUNT_OF.get(word) for word in folded.split())
    return next((count for count in counts if count), None)


def _last(context: _Context) -> Iterator[InvoiceMatch]:
    """ "All but the last went out on Monday, the last is twice the first." """
    parted = [match for match in _ALL_BUT_THE_LAST.finditer(context.folded) if len(context.before(match.start())) > 1]
    for match in parted:
        *some, last = context.before(match.start())
        yield InvoiceMatch(match.start(), match.end(), tuple(some), MatchKind.GROUP, left_out=(last,))
    for match in _LAST.finditer(context.folded) if parted else ():
        if not any(whole.start() < match.end() and match.start() < whole.end() for whole in parted):
            yield InvoiceMatch(match.start(), match.end(), context.before(parted[0].start())[-1:], MatchKind.GROUP)


def _places(context: _Context) -> Iterator[InvoiceMatch]:
    for match in _PLACE.finditer(context.folded):
        place = next(i for i in range(len(_PLACES)) if match[f"place{i}"])
        order = context.pair_before(match.start()) or context.before(match.start())
        is_guess = place == _FINAL or (place == _THIRD and len(order) == _THIRD)
        if is_guess and not (
            _opens(context.folded, match.start()) and not _ON_A_DAY.match(context.folded, match.end())
        ):
            continue
        if place == _THIRD and len(order) == _THIRD:
            order = context.listed if len(context.listed) > _THIRD else context.all_of(3)
        if place == _FINAL:
            left = context.remaining(match.start())
            order, place = left if len(left) == 1 else order, (1 if len(left) == 1 else len(order)) - 1
        is_bill = _SAYS_BILL.match(match.string, match.end()) is not None
        if 0 <= place < len(order) and (is_bill or (context.names_any and not context.is_of_others(match.start()))):
            yield InvoiceMatch(match.start(), match.end(), (order[place],), MatchKind.GROUP)


def _opens(folded: str, position: int) -> bool:
    return _OPENS.search(folded[max(0, position - _SPLIT) : position]) is not None


def _kinds(context: _Context) -> Iterator[InvoiceMatch]:
    yield from ranked_one(context.folded, context.bills)


def _small_ones(context: _Context) -> Iterator[InvoiceMatch]:
    yield from ranked_ones(context.folded, context.bills)


def _months(context: _Context) -> Iterator[InvoiceMatch]:
    yield from of_a_month(context.folded, context.bills, by_things=not context.is_numbered)


def _counted(context: _Context) -> Iterator[InvoiceMatch]:
    for count, pattern in ((2, _BOTH), (3, _ALL_THREE)):
        for match in pattern.finditer(context.folded):
            order = context.before(match.start())
            if len(order) == count and not context.is_of_others(match.start()):
                yield InvoiceMatch(match.start(), match.end(), order, MatchKind.GROUP)


def _by_amount(context: _Context) -> Iterator[InvoiceMatch]:
    """ "The £340 one", "die über 1.204 €", "les étiquettes à 1 290", "the 7,000" of one that is 7,312.40."""
    for amount in find_amounts(context.folded, ""):
        bills = tuple(bill for bill in context.bills if amount.could_be(bill.open.currency))
        numbers = _exactly(bills, amount.value)
        if not numbers and _POINTER.search(context.folded[max(0, amount.start - 20) : amount.start]):
            numbers = _roughly(bills, amount.value)
        if not numbers and _AND_SOME.match(context.folded, amount.end):
            numbers = _a_little_over(bills, amount.value)
        if numbers:
            yield InvoiceMatch(amount.start, amount.end, numbers, MatchKind.GROUP)


def _exactly(bills: Sequence[Invoice], value: Decimal) -> tuple[str, ...]:
    """Which one this sum is, or which two or all together; cents may be left out of the sum of one."""
    single = [bill for bill in bills if bill.open.amount == value]
    if not single and value == value.to_integral_value():
        single = [bill for bill in bills if int(bill.open.amount) == value]
    if single:
        return (single[0].number,) if len(single) == 1 else ()
    if len({bill.open.currency for bill in bills}) != 1:
        return ()  # a sum of two currencies is none
    if sum(bill.open.amount for bill in bills) == value:
        return tuple(bill.number for bill in bills)
    pairs = [pair for pair in combinations(bills[:_MANY], 2) if sum(bill.open.amount for bill in pair) == value]
    return tuple(bill.number for bill in pairs[0]) if len(pairs) == 1 else ()


def _roughly(bills: Sequence[Invoice], value: Decimal) -> tuple[str, ...]:
    """Which one a round number means: the only one near it."""
    if value < _ROUND or value % _ROUND:
        return ()
    near = [bill for bill in bills if abs(bill.open.amount - value) <= _NEAR * value]
    rivals = [bill for bill in bills if abs(bill.open.amount - value) <= _RIVAL * value]
    return (near[0].number,) if len(near) == len(rivals) == 1 else ()


def _a_little_over(bills: Sequence[Invoice], value: Decimal) -> tuple[str, ...]:
    """ "286-something" is 286.44, "96.000 y pico" 96 300: the only one from there to the next round number."""
    step = _round_step(value)
    found = tuple(bill.number for bill in bills if value <= bill.open.amount < value + step)
    return found if len(found) == 1 else ()


def _round_step(value: Decimal) -> Decimal:
    step = Decimal(1)
    while value % (10 * step) == 0 and step < value:
        step *= 10
    return step


_Finder = Callable[[_Context], Iterator[InvoiceMatch]]
_FINDERS: tuple[tuple[_Finder, ...], ...] = (
    (_last,),
    (_small_ones,),
    (_months,),
    (_places,),
    (_kinds,),
    (_by_amount,),
    (_counted,),
    (_others,),
)
"""Those that mean what is left come last."""
