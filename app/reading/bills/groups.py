"""Several invoices, or one of a month, named by a word: "both", "all invoices", "the January one"."""

import re
from collections.abc import Iterable, Sequence

from app.domain.account import Account, Invoice, InvoiceKind
from app.reading.bills.numbering import InvoiceMatch, MatchKind
from app.reading.bills.pointing import COUNTS, STANDS_ALONE, counts_other_things

_BOTH = re.compile(
    r"\b(?:both(?: (?:of (?:them|yours|these|those)|(?:of )?(?:your |the |these |our )?(?:invoices|bills)|are))?|"
    r"the (?:two|pair)(?: of them)?|[lc]es deux(?:-la)?(?: factures)?|(?:die )?beide[nr]?(?: rechnungen)?|die zwei|"
    r"ambas(?: facturas)?|estas dos(?: facturas)?|(?<!\ba )las dos(?: facturas)?|alle ?bei(?:de|den)|"
    r"allebei|(?:de|die) twee|beide facturen|entrambe(?: le fatture)?|(?:le|queste) due|tutte e due|"
    rf"(?:as|essas|estas) duas(?: faturas)?|ambas as faturas)\b{STANDS_ALONE}"
    r"|\b(?:(?:both|beide[nr]?|les deux|ambas|entrambe|allebei|as duas) "
    r"(?:auf einmal|zusammen|together|in one|in einem|"
    r"d'un coup|ensemble|juntas|insieme|samen|tegelijk|de una vez|de uma vez)|(?:for )?all (?:the )?two|"
    r"either of (?:them|these|the two)|(?:they|these|those)(?: are|'re| will| were| go| went)? both|"
    r"(?:die|de|las|les|le|as) 2(?= (?:zusammen|samen|juntas|ensemble|insieme)))\b"
    r"|(?<!\ba )(?<!\bson )\blas dos(?: facturas)?(?= (?:en|del|se|te|les|os)\b)"
)
_ALL = re.compile(
    r"\b(?:all (?:of them|(?:of )?(?:the |our |your |open |outstanding )*(?:invoices|items|bills))|everything (?:open|"
    r"outstanding|due)|toutes (?:les |vos |ces )?factures(?: en attente| ouvertes| echues)?|"
    r"l'ensemble des factures|alle (?:offenen |falligen |ihre |drei |vier )*(?:rechnungen|posten)|samtliche "
    r"(?:offenen )?(?:rechnungen|posten)|todas (?:las |sus |estas )?(?:facturas|pendientes)|"
    r"alle (?:openstaande |drie |vier )*(?:facturen|posten)|tutte (?:le )?(?:vostre )?(?:fatture|partite)|todas "
    r"(?:as )?(?:vossas )?faturas)\b"
)
_YOURS = (
    r"your|the|these|those|ihre[rn]?|diese[rn]?|vos|ces|les|sus|vuestras|estas|las|vostre|queste|le|uw|deze|de|vossas|suas|"
    r"essas|as"
)
_MANY = "|".join(f"(?P<c{count}>{words}|{count})" for count, words in COUNTS.items())
_COUNTED = re.compile(
    rf"\b(?:(?:{_YOURS}) (?:{_MANY})|(?:{_MANY.replace('?P<c', '?P<d')}) (?:(?:of|de|van|von|di) )?(?:{_YOURS})) "
    r"(?:(?:open|overdue|unpaid|outstanding|offenen?|falligen?|openstaande) )?"
    r"(?:invoices|bills|rechnungen|factures|facturas|fatture|faturas|facturen)\b"
)
"""As many invoices as there are open ones: "two of your invoices", "Ihre drei Rechnungen"."""

_OF_ANY_TIME = re.compile(
    r"\s*(?:,|&|and|und|sowie|et|y|e|en)\s+(?:the |your |les |vos |los |sus |le |i |os |as )?(?:reminders?|letters?|"
    r"correspondence|statements?|notices?|mahnungen|schreiben|gutschriften|post|relances?|courriers?|avis|avoirs?|"
    r"avisos?|recordatorios?|abonos?|cartas?|demas|solleciti|avvisi|comunicazioni|lettere|herinneringen|"
    r"aanmaningen|brieven|creditnota\S*|lembretes|comunicacoes)\b"
    r"|\s+(?:issued|from now|from \w+ (?:on|onwards)|since|ab|seit|kunftig\w*|emises|depuis|a partir|a venir|emitidas|"
    r"desde|emesse|dal|future|uitgereikt|vanaf|sinds|a emitir)\b"
)
"""Invoices as such, not those that are open: "all invoices and reminders should go to", "all invoices since March"."""

_PASSED_ON = re.compile(
    r"\b(?:send|sent|address|direct|forward|submit|go to|richten|senden|schicken|adressier|envoy|adress|transm|dirig|"
    r"envi|remit|mand|stuur|sturen|richt|zend|indirizz|invi|trasm|enderec)\w*"
)
_ADDRESS = re.compile(r"\S@\S|\u27e8email")
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.@](?=\S)[^.!?\n]*)*")
MONTHS = (
    r"jan(?:uary|uar|ner|uari|eiro|vier)?|enero|gennaio",
    r"feb(?:ruary|ruar|er|ruari|rero|braio)?|fevrier|fevereiro",
    r"mar(?:ch|s|z|zo|co)|maerz|maart",
    r"apr(?:il|ile)?|avril|abril",
    r"may|mai|mayo|mei|maggio|maio",
    r"june?|juin|juni|junio|giugno|junho",
    r"july?|juillet|juli|julio|luglio|julho",
    r"aug(?:ust|ustus)?|aout|agosto",
    r"sept?(?:ember|embre|iembre|tembre)?|settembre|setembro",
    r"oct(?:ober|obre|ubre)?|okt(?:ober)?|ottobre|outubro",
    r"nov(?:ember|embre|iembre|embro)?",
    r"dec(?:ember|embre)?|dez(?:ember|embro)?|diciembre|dicembre",
)
ANY_MONTH = "|".join(rf"(?:de |di |d')?(?:{names})\b" for names in MONTHS)
_MONTH = "|".join(f"(?P<m{i}>{names})" for i, names in enumerate(MONTHS, 1))
_DUTCH = r"(?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)\b"
_MONTH_INVOICE = re.compile(
    rf"\b(?:(?:{_MONTH})(?:'s)?[ -]?(?:invoice|bill|one|rechnung|factuur)|"
    + rf"(?:facture|rechnung|factura|fattura|fatura|factuur|invoice|la|die|celle|quella) (?:vom |aus |de |d'|di |"
    rf"du mois de |for |from |van )?(?:{_MONTH.replace('?P<m', '?P<n')})|"
    rf"(?:(?<!\d )a de|de van|de(?= {_DUTCH})) (?:{_MONTH.replace('?P<m', '?P<o')}))\b"
)


def groups(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """ "both", "all invoices", "the January one"."""
    bills = [invoice for invoice in account.invoices if invoice.kind is InvoiceKind.INVOICE]
    open_bills = tuple(invoice.number for invoice in bills if invoice.is_open)
    if len(bills) == 2:  # noqa: PLR2004 both
        for match in _BOTH.finditer(folded):
            if counts_other_things(folded, match.start(), taken.rfind(1, 0, match.start())):
                continue
            yield InvoiceMatch(match.start(), match.end(), tuple(invoice.number for invoice in bills), MatchKind.GROUP)
    for match in _ALL.finditer(folded):
        if _of_any_time(folded, match):
            continue
        yield InvoiceMatch(match.start(), match.end(), open_bills, MatchKind.GROUP)
    yield from _of_a_month(folded, bills)


def as_many_as(folded: str, numbers: tuple[str, ...]) -> Iterable[InvoiceMatch]:
    """All open invoices, where as many are spoken of: for a text that names none otherwise."""
    for match in _COUNTED.finditer(folded):
        if next(int(name[1:]) for name, value in match.groupdict().items() if value) == len(numbers):
            yield InvoiceMatch(match.start(), match.end(), numbers, MatchKind.GROUP)


def _of_a_month(folded: str, bills: Sequence[Invoice]) -> Iterable[InvoiceMatch]:
    for match in _MONTH_INVOICE.finditer(folded):
        if folded[: match.start()].rstrip()[-1:].isdigit():
            continue  # "29 de mayo" is a day
        month = next(int(name[1:]) for name, value in match.groupdict().items() if value)
        of_month = [i for i in bills if i.issue_date and i.issue_date.month == month] or [
            i for i in bills if i.issue_date is None and i.due_date.month == month
        ]
        if len(of_month) == 1 and len(bills) > 1:
            yield InvoiceMatch(match.start(), match.end(), (of_month[0].number,), MatchKind.GROUP)


def _of_any_time(folded: str, match: re.Match[str]) -> bool:
    if _OF_ANY_TIME.match(folded, match.end()):
        return True
    start = max(folded.rfind(mark, 0, match.start()) for mark in (". ", "\n", "? ", "! ")) + 1
    sentence = _SENTENCE.match(folded, start)
    words = sentence.group() if sentence else ""
    return bool(_PASSED_ON.search(words) and _ADDRESS.search(words))
