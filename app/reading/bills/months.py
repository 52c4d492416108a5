"""Invoices pointed at by the month that they are of: "the two from May", "les factures de mars", "las de abril".

The month of issue, where the account knows it, else that of the due date. "The pump parts from May" names an invoice
only in a mail that names none by its number, and where the month tells some of the open ones from the others.
"""

import re
from collections.abc import Iterator, Sequence

from app.domain.account import Invoice
from app.reading.bills.groups import MONTHS
from app.reading.bills.numbering import InvoiceMatch, MatchKind
from app.reading.bills.pointing import BILLS, COUNTS

_MONTH = "|".join(f"(?P<m{place}>{names})" for place, names in enumerate(MONTHS, 1))
_OF = (
    r"(?:of|from|for|(?:(?:falling |that fell )?due|dated) in|vom|aus dem|von|aus|fur|de|d'|du mois de|pour|del mes de|"
    r"para|di|del mese di|per|van|uit|voor|do mes de)"
    r"(?: (?:last|past|this|vorigen|letzten))?(?:(?<=')| )"
)
_COUNTED = "|".join(
    (*(f"(?P<c{count}>{words})" for count, words in COUNTS.items()), r"(?P<b2>both|beiden?|ambas|entrambe)")
)
_THE = (
    r"the|your|our|my|die|den|der|ihre[nr]?|unsere[nr]?|zu den|bei den|la|les?|l'|vos|votre|las|los|el|sus?|il|lo|gli|"
    r"i|de|het|uw|jullie|a|as|os|o|su[ao]s?"
)
_COUNTED_ALONE = _COUNTED.replace("?P<c", "?P<d").replace("?P<b", "?P<e")
_MANY = re.compile(
    rf"(?<![\w'])(?:(?:{_THE}) )?(?:(?:{_COUNTED}) )?(?:\w{{2,12}} )?(?:{BILLS}|{_COUNTED_ALONE})"
    rf" {_OF}(?:{_MONTH})(?: (?:and|und|et|y|e|en) (?:{_OF})?(?P<and>{'|'.join(MONTHS)}))?(?![\w'])"
)
_COMPOUND = re.compile(
    rf"(?<![\w'])(?:(?:{_THE}|{_COUNTED}) ){{0,2}}(?:{_MONTH})[ -]?(?:invoices|bills|ones|rechnungen|facturen)(?!\w)"
)
_THING = re.compile(rf"(?<![\w'])(?:{_THE})[ ]?(?P<thing>(?:[a-z'-]+ ){{1,4}}?){_OF}(?:{_MONTH})(?![\w'])")
_OWN = re.compile(rf"(?<![\w'])(?:{_MONTH})'s(?= (?:is|was|has|are|were|will|goes|went)\b|,)")
_OPENS = r"(?:(?<=[.!?;\n])|(?<=\w,)|^)[ \t]*(?:[*-] )?"
_HEADED = re.compile(
    rf"{_OPENS}(?:(?:der|den|il|le mois de|lo de|the month of) )?(?:{_MONTH})(?=:| :|,? (?:nein|non|nee|nao|"
    rf"no)\b(?! \w)|"
    r",? (?:c'est|est|a (?:ete|bien|deja)|is(?: |n't)|was|has|you(?:'ve| have| had)|ist|wurde|haben|habt|hab|"
    r"geht|stimmt|passt|kommt|"
    r"lo (?:ten|hab|cobr|pag|hemos|te)\w*|ya|esta|te|va|e\b|\u00e8|risulta|l'\w+|ve|cioe|heb|hebben|wordt|"
    r"gaat|klopt|ja|foi|saiu|fica|"
    r"hay|s'est|passe|part|bon)\b)"
)
"""A month that heads what is said of its invoice: "March: paid. April: on Thursday", "Juli ist bezahlt." """

_LEADS = re.compile(
    rf"(?:(?<=[.!?;:\n])|^)[ \t]*(?:(?:and|und|et|y|e|en) )?(?:von|vom|aus dem|de|d'|du mois de|di|del|van|uit|"
    rf"of|from|for|in|im|"
    rf"pour|per|para|do)(?:(?<=')| )(?:{_MONTH})(?![\w'])"
)
_PARAGRAPH = "\n\n"

_NO_BILL = re.compile(
    r"\b(?:end\w*|fins?|fine|fina(?:l|is|les)|eind\w*|mitte|mid\w*|mi|mediados|meados|meta|medio|half|halfte|helft|anfang|"
    r"begin\w*|start|debut|inizio|inicio\w*|principios?|primer[oa]?s?|prim[oi]|first|ersten?|eerste|last|letzten?|"
    r"dernier\w*|ultim\w*|laatste|weeks?|wochen?|semaines?|semanas?|settiman\w*|months?|monat\w*|mois|mes|mese|maand|"
    r"days?|tage?n?|jours?|dias?|giorn\w*|dag\w*|(?:mon|tues|wednes|thurs|fri)day|\w+tag|lundi|mardi|mercredi|jeudi|"
    r"vendredi|lunes|martes|miercoles|jueves|viernes|letters?|reminders?|e-?mails?|mails?|calls?|statements?|lists?|"
    r"meeting|visit|run|order|offer|quote|contract|agreement|storm|holidays?|mahnung\w*|brief\w*|schreiben|anruf\w*|"
    r"liste|angebot\w*|auftrag\w*|vertrag\w*|\w*lauf|lettres?|relances?|courriers?|courriels?|devis|commande|liste|"
    r"cartas?|correos?|avisos?|pedidos?|ofertas?|presupuesto|lista|solleciti?o?|letter[ae]|offerta|ordine|elenco|"
    r"herinnering\w*|aanmaning\w*|bericht\w*|offerte|bestelling|lijst|lembretes?|encomenda|proposta|"
    r"payments?|zahlung\w*|paiements?|pagos?|pagament\w*|betaling\w*)\b"
)


def of_a_month(folded: str, bills: Sequence[Invoice], *, by_things: bool) -> Iterator[InvoiceMatch]:
    """`by_things`: whether what was bought may stand for its invoice."""
    taken: list[tuple[int, int]] = []
    for pattern in (_MANY, _COMPOUND, *((_THING, _OWN, _HEADED) if by_things else ())):
        for match in pattern.finditer(folded):
            is_read = any(start < match.end() and match.start() < end for start, end in taken)
            if is_read or ("thing" in match.groupdict() and _NO_BILL.search(match["thing"])):
                continue
            taken.append(match.span())
            if found := _of(match, bills):
                start = match.end() - len(match.group().lstrip(" \t*-"))
                yield InvoiceMatch(start, match.end(), found, MatchKind.GROUP)


def lead_of_month(folded: str, position: int) -> int | None:
    """The month that opens the last sentence before a place to do so, in its paragraph: "of April the big one"."""
    start = folded.rfind(_PARAGRAPH, 0, position) + 1
    leads = [*_LEADS.finditer(folded, start, position)]
    return next((int(name[1:]) for name, value in leads[-1].groupdict().items() if value), None) if leads else None


def _of(match: re.Match[str], bills: Sequence[Invoice]) -> tuple[str, ...]:
    """Some of them, but not all; as many as are spoken of."""
    said = {name: value for name, value in match.groupdict().items() if value and name[1:].isdigit()}
    months = {next(int(name[1:]) for name in said if name[0] == "m"), *_further(match)}
    counted = next((int(name[1:]) for name in said if name[0] != "m"), None)
    found = tuple(bill.number for bill in bills if (bill.issue_date or bill.due_date).month in months)
    return found if len(found) < len(bills) and counted in {None, len(found)} else ()


def _further(match: re.Match[str]) -> Iterator[int]:
    """The second month of "those from April and May"."""
    named = match.groupdict().get("and")
    yield from (place for place, names in enumerate(MONTHS, 1) if named and re.fullmatch(names, named))
