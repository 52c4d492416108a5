"""Interest and reminder fees beside a sum: paid on top of it ("the 1,810 plus your 18.10 interest") or left out."""

import re
from decimal import Decimal

from app.reading.facts.statements import Statement
from app.reading.money.amounts import FoundAmount, parse_number
from app.reading.spans import fold

_FEE = (
    r"(?:interests?|late (?:payment )?(?:fee|charge)s?|reminder (?:fee|charge)s?|interets?|penalites?|indemnites?|"
    r"frais de (?:retard|relance|rappel|recouvrement)|\w*zins\w*|mahn(?:kosten|gebuhr\w*|spesen)|verzugs\w+|rente|"
    r"(?:incasso|aanmanings?|herinnerings?)kosten|interes(?:es)?|recargos?|gastos de (?:demora|reclamacion|"
    r"gestion)|mora|"
    r"interessi|spese di (?:sollecito|mora)|juros|encargos|despesas de (?:aviso|mora))"
)
_COST = r"(?:fees?|charges?|frais|gebuhr\w*|kosten|spesen|gastos|spese|despesas|costi|custos)"
_LUMP_SUM = Decimal(40)
"""The lump sum of Directive 2011/7/EU for a late payer: so much of "costs" is no part of an invoice."""

_BEHIND = r"[\W\d_]{0,4}(?:euros?|eur|pounds?|francs?|chf|gbp|usd)?\W{0,2}(?:[\w']{1,12}[ ']){0,3}"
_FEE_BEHIND, _COST_BEHIND = re.compile(rf"{_BEHIND}{_FEE}\b"), re.compile(rf"{_BEHIND}{_COST}\b")
_FEE_BEFORE = re.compile(rf"\b{_FEE}(?: (?:of|von|uber|de|di|van))?\W{{0,3}}$")
_LEAD = (
    r"\b(?:plus|with|and|along with|et|avec|mit|nebst|und|zuzuglich|zzgl\.?|con|mas|y|piu|e|mais|com|met|en|"
    r"vermeerderd met)"
    r"(?: [a-z']{1,6}){0,2}\W{1,3}"
)
_SUM = r"(?P<sum>\d{1,3}(?:[.,' ]\d{3})*(?:[.,]\d{1,2})?)(?!\d)"
_ON_TOP = re.compile(
    rf"{_LEAD}{_SUM}{_BEHIND}{_FEE}\b|{_LEAD}{_FEE}(?: (?:of|von|uber|de|di|"
    rf"van))?\W{{1,3}}{_SUM.replace('?P<sum', '?P<other')}"
)
"""Sums too small to be told from counts elsewhere are read here, too."""


def is_fee(statement: Statement, amount: FoundAmount) -> bool:
    """Whether a sum of the statement is interest or a fee for being late."""
    words = fold(statement.text)
    before, behind = words[: amount.start - statement.start], words[amount.end - statement.start :]
    is_cost = amount.value == _LUMP_SUM and _COST_BEHIND.match(behind) is not None
    return is_cost or _FEE_BEHIND.match(behind) is not None or _FEE_BEFORE.search(before) is not None


def fees_on_top(statement: Statement) -> Decimal:
    """What the statement adds to a sum."""
    found = _ON_TOP.finditer(fold(statement.text))
    return sum((parse_number(match["sum"] or match["other"]) for match in found), Decimal(0))
