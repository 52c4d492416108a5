"""Invoices that a text points at by what they are beside the others: "the big one", "die beiden älteren".

Of a month that opens the sentence where it does: "Von April geht die größere morgen raus".
"""

import re
from collections.abc import Iterator, Sequence

from app.domain.account import Invoice
from app.reading.bills.months import lead_of_month
from app.reading.bills.numbering import InvoiceMatch, MatchKind
from app.reading.bills.pointing import COUNTS, GOES_ON, STANDS_ALONE, WEEKDAY

_LARGE = (
    r"big(?:ger|gest)?|(?:larger?|largest|high(?:er|est))(?: sum| amount)?|main|dear(?:est)?|(?:most )?expensive|"
    r"gro(?:ss|\u00df)(?:e[nr]?|ere[nr]?|te[nr]?)|hoh(?:ere|e)[nr]?|hochste[nr]?|dicke[nr]?|teuer(?:e[nr]?|ste[nr]?)|teurere[nr]?|"
    r"plus (?:grosses?|grandes?|cheres?|elevees?|fortes?)|grosses?|grandes?|gordas?|mayor(?:es)?(?: importe)?|"
    r"mas (?:grande|gruesa|gorda|cara|alta|elevada)s?|piu (?:grand[ei]|gross[ae]|alt[ae]|car[ae]|elevat[ae])|gross[ae]|"
    r"grote|groter|grotere|grootste|duurste|dure|duurdere|hoogste|hogere|"
    r"maior(?:es)?|mais (?:cara|alta|elevada)s?"
)
_SMALL = (
    r"small(?:er|est)?(?: sum| amount)?|little|low(?:er|est)|cheap(?:er|est)|"
    r"klein(?:e[nr]?|ere[nr]?|ste[nr]?)|niedrig(?:ere|ste)[nr]?|billig(?:ere|ste)[nr]?|kloana|"
    r"plus (?:petite|faible|basse)s?|moins (?:chere|elevee)s?|petites?|"
    r"pequen[ao]s?|chic[ao]s?|chiquitas?|mas (?:pequena|barata|chica|baja)s?|(?:de )?menor(?:es)?(?: importe)?|"
    r"piccol[aei]|piu (?:piccol[ae]|economic(?:a|he)|bass[ae])|kleinste|kleinere|kleintjes|laagste|lagere|goedkoopste|"
    r"mais (?:pequena|barata|baixa)s?"
)
_OLD = (
    r"old(?:er|est)?|earlie(?:r|st)|alte(?:re|ste)[nr]?|plus (?:ancienne|vieille)s?|mas (?:antigua|vieja)s?|"
    r"piu vecchi[ae]|oudste|oudere|mais antigas?"
)
_NEW = (
    r"new(?:er|est)|late(?:r|st)|most recent|neue(?:re|ste)[nr]?|plus recentes?|mas recientes?|"
    r"mas nuevas?|piu recent[ei]|nieuwste|nieuwere|mais recentes?"
)
_KINDS = rf"(?:(?P<large>{_LARGE})|(?P<small>{_SMALL})|(?P<old>{_OLD})|(?P<new>{_NEW}))"
_COMPARED = re.compile(r"\b(?:plus|moins|mas|piu|mais) ")
"""So compared, an adjective stands behind its noun: none can follow."""

_SOON = (
    rf"(?:(?:komende|kommenden?|coming|next|aanstaande) )?(?:{WEEKDAY})|tomorrow|today|demain|morgen|"
    rf"ubermorgen|heute|overmorgen|"
    r"vandaag|manana|domani|oggi|amanha|hoje"
)
_STANDS_ALONE = re.compile(rf"(?:{GOES_ON}|(?=\s+(?:{_SOON})\b(?!\s+(?:run|batch|payment))))")
_KIND = re.compile(rf"\b(?:the|die|der|zur|la|quella|celle|de|a(?= (?:m|grande\b|pequena\b|gorda\b))) {_KINDS}\b")
_TWO = rf"{COUNTS[2]}|beiden?|zwoa"
_COUNT = rf"(?:(?P<c2>{_TWO}|2)|(?P<c3>{COUNTS[3]}|3)|(?P<c4>{COUNTS[4]}|4)|(?P<c5>{COUNTS[5]}|5))"
_SAME_SIDE = (
    r"(?= (?:posten|items|amounts|sums|betrage|montants|importes|importi|bedragen|valores|"
    r"from|of|vom|aus|de|d'|di|van)\b)"
)
_COUNTED = re.compile(
    rf"\b(?:(?:the|your|die|den|der|les|des|vos|las|los|le|i|de|as|os|dei|delle) )?{_COUNT} {_KINDS}\b"
)
_COUNTED_STAND_ALONE = re.compile(rf"(?:{STANDS_ALONE}|{_SAME_SIDE})")
_COUNTED_LAST = re.compile(rf"\b(?:the|your) {_KINDS} {_COUNT}\b")


def ranked_one(folded: str, bills: Sequence[Invoice]) -> Iterator[InvoiceMatch]:
    """ "The big one", "la más antigua": where no other is as big or as old."""
    for match in _KIND.finditer(folded):
        if _COMPARED.search(match.group()) or _STANDS_ALONE.match(folded, match.end()):
            yield from _of(match, _among(folded, match, bills), 1)


def ranked_ones(folded: str, bills: Sequence[Invoice]) -> Iterator[InvoiceMatch]:
    """ "The two small ones": the so many smallest, where the next is larger."""
    for pattern in (_COUNTED, _COUNTED_LAST):
        for match in pattern.finditer(folded):
            if not (_COMPARED.search(match.group()) or _COUNTED_STAND_ALONE.match(folded, match.end())):
                continue
            count = next(int(name[1:]) for name in ("c2", "c3", "c4", "c5") if match[name])
            yield from _of(match, _among(folded, match, bills), count)


def _among(folded: str, match: re.Match[str], bills: Sequence[Invoice]) -> Sequence[Invoice]:
    month = lead_of_month(folded, match.start())
    of_month = [bill for bill in bills if (bill.issue_date or bill.due_date).month == month]
    return of_month if len(of_month) > 1 else bills


def _of(match: re.Match[str], bills: Sequence[Invoice], count: int) -> Iterator[InvoiceMatch]:
    by_sum = match["large"] or match["small"]
    ranks = {
        bill.number: bill.open.amount if by_sum else (bill.issue_date or bill.due_date).toordinal() for bill in bills
    }
    order = sorted(ranks, key=lambda number: ranks[number], reverse=bool(match["large"] or match["new"]))
    if count < len(order) and ranks[order[count - 1]] != ranks[order[count]]:
        numbers = tuple(bill.number for bill in bills if bill.number in order[:count])
        yield InvoiceMatch(match.start(), match.end(), numbers, MatchKind.GROUP)
