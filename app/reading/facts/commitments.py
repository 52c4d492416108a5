"""What promises of payment and requests for time have in common: whether words bind, and which days they name.

A hedge, a condition, a negation or a question never gives a promise date (evals/labels.md).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.reading.days.found import FoundDate
from app.reading.facts.statements import Statement
from app.reading.spans import fold

_DUE_BEFORE = re.compile(
    r"(?:(?<! e )(?<!le )due|dated|(?<!us )(?<!me )(?<!it )(?<!this )(?<!that )(?<!time )(?<!wait )up to|"
    r"vencid[ao]s? a|echu(?:es|s)? au|"
    r"of|from|issued|delivered|received|since|date|echue?|echeance|datee?|(?<!partir )(?<!compter )du|depuis|"
    r"livree?|fallig|"
    r"vom|datiert|seit|geliefert|vencid[ao]|de fecha|(?<!partir )del|desde|fechad[ao]|vervaldatum|"
    r"van(?! el\b)|sinds|geleverd|"
    r"scadut[ao]|datat[ao]|(?<!partire )dal|vencid[ao] (?:em|a)|datad[ao]|desde|vencimento|vencimiento|"
    r"scadenza|faelligkeit|"
    r"falligkeit)\s*+(?:(?:on|le|am|el|il|a|em|op)\s*+)?$"
)
_MOVED_BEFORE = re.compile(
    r"\b(?:mov|push|shift|extend|postpon|spost|rinvi|posticip|prorog|verschieb|verleg|verlanger|repouss|report|decal|aplaz|"
    r"muev|retras|prorrog|adia|opschui|verzet|uitstel)\w*"
)
"""What is moved to a day is due then: "could we move the due date to 30 September"."""

_TALK_BEFORE = re.compile(
    r"\b(?:call|mail|e-?mail|letter|message|meeting|reminder|visit|conversation|appel|mel|courriel|courrier|lettre|relance|"
    r"reunion|gesprach|telefonat|anruf|schreiben|brief|mahnung|besprechung|llamada|correo|carta|reunion|aviso|gesprek|"
    r"telefoontje|bericht|herinnering|telefonata|chiamata|lettera|sollecito|colloquio|riunione|telefonema|chamada)\s++"
    r"(?:(?:of|from|on|de|du|del|di|vom|am|van|da|do|op)\s*+)?(?:(?:the|le|el|il)\s*+)?$"
)
_RUN_BEFORE = re.compile(
    r"\b(?:\w{0,30}(?:run|batch|cycle|round|proposal|list|lauf|vorschlag\w*+|liste)|campagne|lot|"
    r"levee|bordereau|paiement|reglement|virements?|remesa|lote|tanda|corrida|propuesta|giro|programacion|dispersion|pagos?|distinta|pagament[oi]|"
    r"mandato|proposta|remessa|\w{0,30}(?:ronde|voorstel|lijst)|ordem|train|"
    r"(?:la|the|zum|das|alla|na|de) (?:date|datum|fecha|data))"
    r"\s*+(?:\w{1,30}\s++){0,2}(?:(?:of|from|du|de|del|van|vom|von|do|da|della|dal)\s*+)?(?:(?:the|de|le|el|il)\s*+)?$"
)


@dataclass(frozen=True, slots=True)
class FactSpan:
    """Where a fact stands: offsets in the subject or in the (redacted) body."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A day that may be meant, and the statement that names it."""

    statement: Statement
    found: FoundDate


def span_of(statement: Statement | None) -> FactSpan | None:
    return None if statement is None else FactSpan(statement.source, statement.start, statement.end)


def day_span(candidate: Candidate | None) -> FactSpan | None:
    """Where the words of a day stand."""
    if candidate is None:
        return None
    return FactSpan(candidate.statement.source, candidate.found.start, candidate.found.end)


def is_firm(statement: Statement) -> bool:
    """Whether a statement could bind: no hedge, no condition, no question, no refusal."""
    return (
        not (statement.says & {"hedge", "condition", "refusal"})
        and not statement.is_question
        and not ("negation" in statement.says and "future" not in statement.says)
    )


def is_done(statement: Statement) -> bool:
    """Whether a statement tells of a payment that was made."""
    return "past" in statement.says and "future" not in statement.says


def future_dates(statement: Statement, today: date) -> Iterable[Candidate]:
    for found in statement.dates:
        if (
            found.kind != "past"
            and found.day is not None
            and found.day >= today
            and not is_about_the_past(statement, found)
        ):
            yield Candidate(statement, found)


def is_about_the_past(statement: Statement, found: FoundDate) -> bool:
    """Whether the words before a date say that it is a due date, an issue date, a delivery, a call."""
    before = fold(statement.text[: found.start - statement.start])[-40:]
    if _TALK_BEFORE.search(before):
        return True
    if _MOVED_BEFORE.search(before):
        return False
    return _DUE_BEFORE.search(before[-24:]) is not None and _RUN_BEFORE.search(before) is None


def is_in_sentence_of(statement: Statement, evidence: FactSpan | None) -> bool:
    """Whether a statement belongs to a sentence that the evidence touches."""
    return (
        evidence is not None
        and statement.source == evidence.source
        and statement.sentence.start < evidence.end
        and evidence.start < statement.sentence.end
    )


def inside(statements: Sequence[Statement], evidence: FactSpan | None) -> list[Statement]:
    """The statements that the evidence touches."""
    return [s for s in statements if evidence is not None and s.touches(evidence.source, evidence.start, evidence.end)]
