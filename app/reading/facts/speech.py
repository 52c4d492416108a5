"""How plainly the words of a statement speak for an intent, by the lexicon's concepts."""

import re
from collections.abc import Mapping

from app.domain.intents import Intent
from app.reading.facts.commitments import is_about_the_past, is_done, is_firm
from app.reading.facts.statements import REST, Statement
from app.reading.facts.wishes import PROPOSES
from app.reading.model.features import REASONS
from app.reading.spans import fold

_OTHER_MATTERS = frozenset(
    {"past", "dispute", "terms", "document", "contact", "question", "price", "automatic", "quantity", "quality"}
)
DISPUTE_SIGNS = frozenset({"dispute", *REASONS})
SIGNS: Mapping[Intent, frozenset[str]] = {
    Intent.DISPUTE: DISPUTE_SIGNS,
    Intent.EXTENSION_REQUEST: frozenset({"extension", "settlement", "hedge", "distress"}),
    Intent.PAYMENT_PROMISE: frozenset({"future"}),
    Intent.PAYMENT_CONFIRMATION: frozenset({"past"}),
    Intent.DOCUMENT_REQUEST: frozenset({"document"}),
    Intent.CONTACT_UPDATE: frozenset({"contact"}),
    Intent.QUERY: frozenset({"question"}),
    Intent.HARDSHIP: frozenset({"hardship"}),
    Intent.LEGAL_OR_COMPLAINT: frozenset({"legal", "complaint", "privacy"}),
    Intent.BANK_DETAIL_CHANGE: frozenset({"bank"}),
}

_PUT_OFF = re.compile(
    r"\b(?:(?:can't|cannot|can not) (?:say|tell)|(?:will|i'll|we'll) (?:let you know|come back to you|get back to you)|"
    r"(?:haven't|not) (?:yet )?(?:looked|checked)|(?:noch )?nicht(?:s)? (?:dazu )?(?:sagen|geguckt|gepruft)|"
    r"meld\w* (?:ich mich|mich|wir uns|uns)|je (?:ne peux|peux) (?:encore )?rien dire|"
    r"(?:je|nous) (?:reviens|reviendr\w+|revenons) vers vous|(?:no|todavia no) (?:le |les )?puedo decir|"
    r"(?:hablamos|hablaremos) (?:otro|mas)|(?:le|os|les) (?:dire|diremos|avisare|avisamos|avisaremos)|"
    r"non (?:le |vi )?(?:so|posso|sappiamo|possiamo) (?:ancora )?(?:nulla|niente|dire)|(?:le|vi) far(?:o|emo) sapere|"
    r"(?:nog )?niets (?:over )?zeggen|(?:hoort?|horen) (?:je|u|jullie) (?:later|nog)|"
    r"kom (?:ik|ik er) (?:later )?op terug|"
    r"(?:ainda )?nao (?:lhe |vos )?(?:posso|sei|podemos) (?:dizer|nada)|(?:depois|logo) (?:digo|dizemos|informo))\b"
)
"""What is said so of an invoice is no answer yet."""

PLAIN_WISH = 0.8
BRIEF = 8

_GRAVE_SIGNS = frozenset({"not_received", "duplicate", "quality", "missing_po"})
"""A dispute even where nothing else is said."""


def strength(intent: Intent, statement: Statement) -> float:
    """Between 0 and about 2; `shows` is a yes or no by stricter rules."""
    says = statement.says
    match intent:
        case Intent.PAYMENT_CONFIRMATION:
            value = _confirms(statement)
        case Intent.PAYMENT_PROMISE:
            value = _announces(statement)
        case Intent.DISPUTE:
            value = _objects(statement)
        case Intent.EXTENSION_REQUEST:
            value = _asks_for_time(statement)
        case Intent.DOCUMENT_REQUEST:
            value = 1.3 + 0.3 * ("question" in says) if "document" in says else 0.0
        case Intent.QUERY:
            value = _asks(statement)
        case _:
            value = float(shows(intent, statement))
    return value


def is_put_off(statement: Statement) -> bool:
    """ "R-3 I can't say anything about yet": neither a promise nor an objection, whatever its day sounds like."""
    return _PUT_OFF.search(fold(statement.text)) is not None


def _asks(statement: Statement) -> float:
    """A question that asks for time or papers is no other one."""
    is_plain = statement.is_question and "document" not in statement.says and _asks_for_time(statement) < PLAIN_WISH
    return 1.2 if is_plain else 0.4 * ("question" in statement.says or statement.is_question)


def _announces(statement: Statement) -> float:
    says = statement.says
    is_over = any(found.kind == "past" for found in statement.dates)
    is_ahead = any(found.kind != "past" for found in statement.dates)
    if _promises(statement):
        plain = 1.5 + 0.5 * ("future" in says) if says & {"pay", "future"} else 0.7 if is_brief(statement) else 0.3
        return plain * (0.5 if is_over and not is_ahead else 1.0)
    is_asked = statement.is_question or _proposes(statement)
    is_soft = {"pay", "future"} <= says and not says & {"hedge", "negation"} and not is_asked
    return 0.8 * is_soft


def _proposes(statement: Statement) -> bool:
    return PROPOSES.search(fold(statement.text)) is not None


def is_brief(statement: Statement) -> bool:
    """ "Friday." may be a promise; a day in a story is not."""
    return len(statement.text.split()) <= BRIEF


def _objects(statement: Statement) -> float:
    signs = len(statement.says & DISPUTE_SIGNS)
    plain = 1.5 if "dispute" in statement.says else 1.2 if statement.says & _GRAVE_SIGNS else 0.7
    is_paid = is_done(statement) and "pay" in statement.says
    return 0.3 * bool(signs) if is_paid or not signs else min(plain + 0.4 * (signs - 1), 2.0)


def _confirms(statement: Statement) -> float:
    says = statement.says
    is_over = any(found.kind == "past" for found in statement.dates)
    if statement.is_question or not ("past" in says or (is_over and "pay" in says)):
        return 0.0
    plain = 1.5 + 0.3 * ("pay" in says) + 0.2 * is_over
    return (
        plain
        * (0.5 if "negation" in says and not is_over else 1.0)
        * (0.6 if "future" in says and not is_over else 1.0)
    )


def _asks_for_time(statement: Statement) -> float:
    says = statement.says
    is_dated = any(found.kind != "past" for found in statement.dates)
    wishes = 1.2 * bool(says & {"extension", "settlement"}) + 0.6 * ("hedge" in says) + 0.6 * ("distress" in says)
    asks = 0.8 * (is_dated and (statement.is_question or _proposes(statement))) + 0.3 * (
        is_dated and bool(says & {"negation", "agree"})
    )
    return min(wishes + asks, 2.0)


def shows(intent: Intent, statement: Statement) -> bool:
    """Whether the words of a statement speak for an intent."""
    says = statement.says
    if intent is Intent.PAYMENT_PROMISE:
        return _promises(statement)
    if intent is Intent.PAYMENT_CONFIRMATION:
        is_over = any(found.kind == "past" for found in statement.dates)
        return "past" in says and not statement.is_question and (is_over or not _promises(statement))
    if intent is Intent.DISPUTE:
        return bool(
            says & {"dispute"}
            or sum(sign in says for sign in SIGNS[intent]) > 1
            or says & {"not_received", "duplicate", "quality", "missing_po"}
        )
    return bool(says & SIGNS.get(intent, frozenset()))


def _promises(statement: Statement) -> bool:
    """A firm word about paying in future; a bare day will do ("INV-3 next Friday") where nothing else is said."""
    says = statement.says
    is_dated = any(found.kind != "past" and not is_about_the_past(statement, found) for found in statement.dates)
    is_rest = bool(statement.invoices and REST.search(fold(statement.text)))
    harmless = {"extension"} if "future" in says or is_rest else set()
    if not is_firm(statement) or says & {"extension", "settlement"} - harmless or _proposes(statement):
        return False
    if is_done(statement):
        return False
    return bool(says & {"future"} and (is_dated or "pay" in says)) or (
        is_dated and ("pay" in says or not says & _OTHER_MATTERS)
    )
