"""When is somebody back who sent an automatic reply? The first day back (evals/labels.md, return_date)."""

import re
from collections.abc import Sequence
from datetime import date

from app.domain.proposal import BODY
from app.reading.days.calendar_days import next_with_day
from app.reading.days.found import FoundDate
from app.reading.days.workdays import add_workdays
from app.reading.facts.commitments import FactSpan
from app.reading.facts.statements import Statement
from app.reading.spans import fold

_BACK = re.compile(
    r"\b(?:back|return\w*|again|retour|reprend\w*|reviens|wieder|zuruck|erreichbar|regres\w*|vuelv\w*|"
    r"reincorpor\w*|volv\w*|reabr\w*|reopen\w*|rouvr\w*|riapr\w*|heropen\w*|geoffnet|wiedereroff\w*|"
    r"(?:reouv|reap|riap|reab)ert\w*|de vuelta|weer|terug|rientr\w*|"
    r"torn\w*|di ritorno|retorn\w*|regress\w*|volt\w*|resum\w*|de nouveau|de nuevo|di nuovo|nuovamente|opnieuw|de novo|"
    r"novamente|a pied d'oeuvre|disponib\w*|(?:in|at) (?:the office|my desk|work))\b"
)
_BACK_SOON = re.compile(r"[^.!\n]{0,20}\b(?:wieder|weer|zuruck|terug|back|ben ik)\b")
_AGAIN = re.compile(r"[^.!\n]{0,50}\b(?:again|back|wieder|weer|terug|de nouveau|de nuevo|di nuovo|de novo)\b")
_FROM_THEN = re.compile(
    r"\b(?:from|ab|a partir|a compter|vanaf|dal|desde|des (?=demain|le\b|lundi|mardi|mercredi|jeudi|vendredi))\b"
)
_BEGINS = re.compile(
    r"\b(?:clos\w*|shut|away|out of|absen\w*|leave|holiday|vacation|geschlossen|urlaub|abwesend|ferien|fermee?s?"
    r"|conges?|vacances|cerrad\w*|vacaciones|fuera|chius\w*|ferie|assent\w*|gesloten|vakantie|afwezig|verlof"
    r"|fechad\w*|encerrad\w*|ferias|ausent\w*)\b"
)
"""What begins on a day instead of ending there: "closed from 24 December"."""

_UNTIL = re.compile(r"\b(?:until|till|til|through|thru|up to|to|jusqu'?(?:au|a)?|au|bis|hasta|al|tot|t/m|fino|ate)\b")
_BETWEEN = re.compile(r"\b(?:between|entre|zwischen|tra|fra|tussen)\b[^.!\n]{1,30}\b(?:and|y|und|et|e|en)\b")
_RANGE = re.compile(
    r"\b(?:from|vom|von|du|dal|del|desde|de|do)\b[^.!?\n\d]{0,14}\d(?:[^.!?\n]|(?<=\d)\.){0,22}"
    r"\b(?:to|until|till|through|bis|au|al|hasta|a|ao|ate)\b[^.!?\n\d]{0,16}\d"
)
"""Closed on both sides, its last day is a day of absence: "from the 1st to the 14th". Dutch "tot" stops short of it."""

_OPENS_RANGE = re.compile(
    r"[ ,]{0,2}(?:to|until|till|through|bis|au|jusqu\w*|al|hasta|tot|t/m|ao?|ate|fino)\b[^.!?\n\d]{0,16}\d|"
    r"\s?[-\u2013]\s?\d"
)
_INCLUSIVE = re.compile(
    r"\b(?:inclusive|including|incl|included|through|thru|inclus\w*|compris|einschliesslich|einschließlich|"
    r"inklusive|inkl|incluid[oa]|inclusive|ambos inclusive|t/m|tot en met|compres[oa]|incluso|inclusiv\w*)\b"
)


def find_return_date(statements: Sequence[Statement], text: str, country: str) -> tuple[date, FactSpan] | None:
    """A date after words of returning, else the end of the absence (the next working day if it is a day of it)."""
    dates = [
        found
        for s in statements
        if s.source == BODY
        for found in s.dates
        if found.day is not None and found.kind != "past"
    ]
    folded = fold(text)
    back = [
        found
        for found in dates
        if _is_return(folded, found)
        and not _UNTIL.search(folded, max(0, found.start - 12), found.start + 6)
        and not _OPENS_RANGE.match(folded, found.end)
    ]
    if not back:
        back = [
            found
            for found in dates
            if _BACK_SOON.match(folded, found.end)
            or (_AGAIN.match(folded, found.end) and not _UNTIL.search(folded, max(0, found.start - 30), found.start))
        ]
    if back:
        return _with_span(back[0], _after(back[0], dates))
    until = [
        found
        for found in dates
        if _UNTIL.search(folded, max(0, found.start - 30), found.end) or _is_last_of_range(folded, found)
    ]
    for found in until:
        around = folded[max(0, found.start - 30) : found.end + 25]
        is_absence = _INCLUSIVE.search(around) or _is_last_of_range(folded, found)
        day = add_workdays(found.day, 1, country) if is_absence and found.day else found.day
        return _with_span(found, day)
    return None


def _is_return(folded: str, found: FoundDate) -> bool:
    """Words of coming back before the day, or of a beginning that is not the absence's own."""
    start = max(0, found.start - 45)
    if _BACK.search(folded, start, found.start):
        return True
    begins = _FROM_THEN.search(folded, start, found.start)
    return begins is not None and not _BEGINS.search(folded, start, found.start)


def _is_last_of_range(folded: str, found: FoundDate) -> bool:
    start = max(0, found.start - 45)
    return any(words.search(folded, start, found.end) is not None for words in (_RANGE, _BETWEEN))


def _after(back: FoundDate, dates: Sequence[FoundDate]) -> date | None:
    """ "Closed from the 1st to 23 August, back on Monday 24": a number without month lies behind the absence."""
    absence = [d.day for d in dates if d.kind == "absolute" and d.day and d.start < back.start]
    if back.kind != "day" or back.day is None or not absence or back.day > max(absence):
        return back.day
    return next_with_day(back.day.day, max(absence)) or back.day


def _with_span(found: FoundDate, day: date | None) -> tuple[date, FactSpan] | None:
    return None if day is None else (day, FactSpan(BODY, found.start, found.end))
