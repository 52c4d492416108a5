"""Invoices that a text points at without a number: "the other two", "the latter", "the big one", "the one over 340 €".

What they mean depends on what is named around them, so they are read after the numbers (invoices.py).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.account import Account, Invoice, InvoiceKind
from app.reading.amounts import find_amounts
from app.reading.invoices import OTHER_THINGS, InvoiceMatch, MatchKind
from app.reading.spans import fold

_BILL = r"(?:one|invoice|bill|rechnung|facture|factura|fra|fattura|fatura|factuur)"
_BILLS = r"(?:ones|invoices|bills|rechnungen|factures|facturas|fatture|faturas|facturen|posten|items)"
_GOES_ON = (
    rf"(?=\s+{_BILL}\b|\s*[,:;(.!?]|\s*$|\s+(?:is|was|has|will|goes|go|went|came|we|you|i|can|cannot|should|never|"
    rf"looks|needs|"
    r"ist|war|wurde|wird|geht|kommt|folgt|haben|hab|habe|hatten|konnen|zahlen|zahle|uberweise\w*|kann|bitte|fehlt|"
    r"stimmt|passt|"
    r"liegt|nicht|est|a\b|sera|partir\w*|part (?:le|lundi|mardi|mercredi|jeudi|vendredi|demain|en|ce)\b|suit|suivra|"
    r"on|nous|je|en|ne|n'|c'|paie\w*|manque|"
    r"esta|ya|va|la|se|es|no|queda|sale|saldra|pago|pagamos|falta|"
    r"e'?\b|\u00e8|sara|parte|partira|abbiamo|vorrei|non|paghiamo|segue|manca|"
    r"would|must|have|had|we'd|i'd|wurden|wurd|mochten|mussen|mussten|hatte|nous|aimerions|voudrions|devra|nos|me|os|"
    r"gustaria|quisieramos|queremos|tendra|willen|zouden|moet|zit|vorremmo|dobbiamo|dovremmo|gostariamos|queriamos|tem|"
    r"wordt|gaat|hebben|kan|graag|klopt|betaal\w*|foi|vai|fica|nao|sai)\b)"
)
_TWO = r"two|zwei|beiden|deux|dos|due|twee|duas"
_THREE = r"three|drei|trois|tres|tre|drie"
_OTHERS = re.compile(
    rf"\b(?:(?:the|die|den|der|les|las|los|le|gli|de|as|os|des|las|alle|all the|all) (?:(?:{_TWO}) |(?:"
    rf"{_THREE}) )?(?:others?|other {_BILLS}|remaining(?: {_BILLS})?|(?:anderen|ubrigen|restlichen)(?: (?:"
    rf"beiden|zwei)| drei)?(?: {_BILLS})?|autres(?: {_BILLS})?|otras(?: (?:dos)| tres)?(?: {_BILLS})?|demas"
    rf"(?: {_BILLS})?|restantes(?: {_BILLS})?|altre(?: (?:due)| tre)?(?: {_BILLS})?|rimanenti(?: {_BILLS})?|"
    rf"(?:andere|overige|resterende)(?: (?:twee)| drie| {_BILLS})|outras(?: (?:duas)| tres)?(?: {_BILLS})?|"
    rf"other (?:two)|other three)|everything else|all the rest|(?:the )?rest of (?:the {_BILLS}|them)|"
    rf"alles (?:andere|ubrige)|"
    rf"(?:der )?rest der {_BILLS}|tout le reste|le reste des {_BILLS}|todo lo demas|el resto de (?:las )?{_BILLS}|"
    rf"tutto il resto|il resto delle {_BILLS}|al het andere|de rest van de {_BILLS}|tudo o resto|"
    rf"o resto das {_BILLS})\b"
    r"(?! (?:day|week|tag|woche|jour|semana|giorno|dag|dia|hand|side|seite|kant))"
)
_OTHER = re.compile(
    rf"\b(?:the other(?: {_BILL})?|die andere(?: rechnung)?|l'autre(?: facture)?|la otra(?: factura)?|"
    r"l'altra(?: fattura)?|de andere(?: factuur)?|a outra(?: fatura)?)\b"
    r"(?! (?:day|days|week|side|hand|half|party|partie|jour|"
    r"fois|cote|moitie|semana|vez|mitad|cara|woche|seite|halfte|volta|meta|kant|helft|metade|two|zwei|due|twee|dos)\b)"
)
_PLACES = (
    r"former|first|erstere|erste|premiere|primera|prima|eerste|primeira",
    r"latter|second|letztere|zweite|seconde|deuxieme|derniere|segunda|seconda|tweede|laatste",
    r"third|dritte|troisieme|tercera|terza|derde|terceira",
)
_PLACE = re.compile(
    r"\b(?:the|die|la|de|a|der) (?:"
    + "|".join(f"(?P<place{i}>{words})" for i, words in enumerate(_PLACES))
    + rf")\b{_GOES_ON}"
)
_LARGE = (
    r"big(?:ger|gest)?|larger?|largest|main|gro(?:ss|\u00df)e(?:re)?|dicke|plus (?:grosse|grande)|grande|gorda|mayor|"
    r"mas grande|piu (?:grande|grossa|alta)|grossa|grote|grootste|maior"
)
_SMALL = (
    r"small(?:er|est)?|little|kleine(?:re)?|plus petite|petite|pequena|mas pequena|menor|piccola|piu piccola|"
    r"kleinste|mais pequena"
)
_OLD = r"old(?:er|est)?|altere|alteste|plus ancienne|mas antigua|piu vecchia|oudste|mais antiga"
_NEW = r"new(?:er|est)|latest|neuere|neueste|plus recente|mas reciente|piu recente|nieuwste|mais recente"
_KIND = re.compile(
    rf"\b(?:the|die|der|la|de|a) (?:(?P<large>{_LARGE})|(?P<small>{_SMALL})|(?P<old>{_OLD})|(?P<new>{_NEW}))\b"
    + _GOES_ON
)
_BOTH = re.compile(
    r"\b(?:both|beide[nr]?|les deux|toutes (?:les )?deux|ambas|las dos|entrambe|tutte e due|allebei|as duas)\b"
    rf"(?! {OTHER_THINGS})"
)
_ALL_THREE = re.compile(
    r"\b(?:all three|alle drei|les trois|toutes les trois|las tres|tutte e tre|le tre|alle drie|as tres)\b"
)
_POINTER = re.compile(
    r"\b(?:the one (?:for|over|of|at)|the|die (?:uber|mit|von|zu)|celle de|la de|quella da|die van|a de)\s+$"
)
_LINK = re.compile(r"[\s,/&+;-]*(?:(?:and|und|et|y|e|en|sowie|plus)\s)?(?:(?:the|la|die|le|de|a)\s)?")
_IN_OTHER_WORDS = re.compile(
    r"(?: (?:one|invoice|bill))?(?:,| \(|:| -)?\s?(?:the |la |die |de |a |l')?(?:invoice |facture |factura )?"
)
"""Between "the second" and the number that says which."""

_POINTED = re.compile(r"\s+(?:one|invoice|bill)\b")


@dataclass(frozen=True, slots=True)
class _Context:
    """`named` are the numbers named one by one, with their places; `listed` those of a subject or list, in order."""

    folded: str
    bills: tuple[Invoice, ...]
    named: tuple[tuple[int, str], ...]
    listed: tuple[str, ...]

    def before(self, position: int) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(number for start, number in self.named if start < position))
        return found if len(found) > 1 else self.listed or tuple(bill.number for bill in self.bills)

    def remaining(self, position: int) -> tuple[str, ...]:
        """What is not spoken of by its own number; where all are, what has not been spoken of yet."""
        for named in ({n for _, n in self.named}, {n for start, n in self.named if start < position}):
            left = tuple(bill.number for bill in self.bills if bill.number not in named)
            if left:
                return left if named or self.listed else ()
        return ()


def find_references(
    text: str, matches: Sequence[InvoiceMatch], account: Account, listed: Sequence[str] = ()
) -> tuple[InvoiceMatch, ...]:
    """`matches` are the numbers found in the text, `listed` those of the subject. Nothing where it is not certain."""
    bills = tuple(i for i in account.invoices if i.kind is InvoiceKind.INVOICE and i.is_open)
    if len(bills) < 2:  # noqa: PLR2004 nothing to choose between
        return ()
    folded, known = fold(text), list(matches)
    found: list[InvoiceMatch] = []
    for finders in _FINDERS:
        context = _Context(folded, bills, _individual(folded, known, len(bills)), _listed(matches, listed))
        new = [match for finder in finders for match in finder(context) if _is_new(match, [*known], folded)]
        found.extend(new)
        known = sorted([*known, *new], key=lambda match: match.start)
    return tuple(sorted(found, key=lambda match: match.start))


def _is_new(match: InvoiceMatch, known: Sequence[InvoiceMatch], folded: str) -> bool:
    """Neither read already nor said in other words right behind: "the second, R-2"."""
    is_free = not any(m.start < match.end and match.start < m.end for m in known)
    return is_free and not any(_IN_OTHER_WORDS.fullmatch(folded, match.end, m.start) for m in known)


def _individual(folded: str, matches: Sequence[InvoiceMatch], bills: int) -> tuple[tuple[int, str], ...]:
    """Numbers that stand by themselves; one mention of everything is a list, not an account of each."""
    runs: list[list[InvoiceMatch]] = []
    for match in matches:
        if runs and _LINK.fullmatch(folded, runs[-1][-1].end, match.start):
            runs[-1].append(match)
        else:
            runs.append([match])
    named = ([(m.start, n) for m in run for n in m.numbers] for run in runs)
    return tuple(pair for run in named if len(run) < max(bills, 2) for pair in run)


def _listed(matches: Sequence[InvoiceMatch], listed: Sequence[str]) -> tuple[str, ...]:
    together = next((m.numbers for m in matches if len(m.numbers) > 1), ())
    return together or tuple(listed)


def _others(context: _Context) -> Iterator[InvoiceMatch]:
    for match in _OTHERS.finditer(context.folded):
        left = context.remaining(match.start())
        words = set(match.group().split())
        count = 2 if words & set(_TWO.split("|")) else 3 if words & set(_THREE.split("|")) else len(left)
        if left and len(left) == count:
            yield InvoiceMatch(match.start(), match.end(), left, MatchKind.GROUP)
    for match in _OTHER.finditer(context.folded):
        left = context.remaining(match.start())
        if len(left) == 1:
            yield InvoiceMatch(match.start(), match.end(), left, MatchKind.GROUP)


def _places(context: _Context) -> Iterator[InvoiceMatch]:
    for match in _PLACE.finditer(context.folded):
        place = next(i for i in range(len(_PLACES)) if match[f"place{i}"])
        order = context.before(match.start())
        if place < len(order):
            yield InvoiceMatch(match.start(), match.end(), (order[place],), MatchKind.GROUP)


def _kinds(context: _Context) -> Iterator[InvoiceMatch]:
    for match in _KIND.finditer(context.folded):
        ranked: list[tuple[object, str]]
        if match["large"] or match["small"]:
            ranked = sorted((b.open.amount, b.number) for b in context.bills)
        else:
            ranked = sorted((b.issue_date or b.due_date, b.number) for b in context.bills)
        chosen, rival = (ranked[-1], ranked[-2]) if match["large"] or match["new"] else (ranked[0], ranked[1])
        if chosen[0] != rival[0]:
            yield InvoiceMatch(match.start(), match.end(), (chosen[1],), MatchKind.GROUP)


def _counted(context: _Context) -> Iterator[InvoiceMatch]:
    for count, pattern in ((2, _BOTH), (3, _ALL_THREE)):
        for match in pattern.finditer(context.folded):
            order = context.before(match.start())
            if len(order) == count:
                yield InvoiceMatch(match.start(), match.end(), order, MatchKind.GROUP)


def _by_amount(context: _Context) -> Iterator[InvoiceMatch]:
    """ "The £340 one", "die über 1.204 €"."""
    for amount in find_amounts(context.folded, ""):
        pointer = _POINTER.search(context.folded[max(0, amount.start - 20) : amount.start])
        if pointer is None or (pointer.group().strip() == "the" and not _POINTED.match(context.folded, amount.end)):
            continue
        fitting = [b for b in context.bills if b.open.amount == amount.value]
        if len(fitting) == 1:
            yield InvoiceMatch(amount.start, amount.end, (fitting[0].number,), MatchKind.GROUP)


_Finder = Callable[[_Context], Iterator[InvoiceMatch]]
_FINDERS: tuple[tuple[_Finder, ...], ...] = ((_places,), (_kinds,), (_by_amount,), (_counted,), (_others,))
"""Those that mean what is left come last."""
