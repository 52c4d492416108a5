"""The commitment firewall for reminders: the same tracing and the same lexicon as for replies, fewer sources.

    prose            [statement]      prose        [payment]        prose
    traced, looked   code's own,      …            code's own,      …
    up               to the letter                 to the letter

Statement, notes, ways to pay and claim are written by code and must stand in the draft unaltered, once. What is left
may state the total, the days that the brief names, and the number and due date of an only invoice: nothing else.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import names_in
from agents.triage.lexicon import (
    claims_of_receipt,
    compiled,
    offences,
    says_something_known,
    unsaid_spans_of_time,
)
from agents.triage.notations import amounts, dates
from agents.triage.trace import Known, Traced, trace
from app.domain.case import Letter
from app.domain.intents import LANGUAGES
from app.domain.message import Screening
from app.domain.proposal import Trace
from app.domain.reminder import Stage
from app.domain.text import unredacted
from app.reading.model.features import is_courtesy
from app.reading.spans import fold, sentences

FRAME = 2
"""Greeting and closing are paragraphs of their own and say nothing."""

_ACTS = Path(__file__).with_name("acts.toml")
_HOLE = "\x01"


def examine(body: str, blocks: tuple[str, ...], brief: ReminderBrief) -> Traced:
    """The facts of a reminder with their sources, and every reason to refuse it."""
    holes = [(body.index(block), block) for block in blocks if body.count(block) == 1]
    masked, prose = body, body
    for start, block in holes:
        masked = f"{masked[:start]}{_HOLE * len(block)}{masked[start + len(block) :]}"
        prose = prose.replace(block, "")
    nobodys = unwritten(brief)
    traced = trace(masked, _known(brief), nobodys, brief.language)
    problems = (
        *(["altered: statement or ways to pay"] if len(holes) < len(blocks) else []),
        *traced.problems,
        *(f"untraced: {words}" for words in unsaid_spans_of_time(prose, nobodys)),
        *_offences(prose, brief),
        *(f"receipt: {claim.of(prose)}" for claim in claims_of_receipt(prose)),
        *_strange(prose, brief.language),
        *(["too long"] if len(prose.split()) > 2 * brief.max_words else []),
    )
    ours = [Trace(start, start + len(block), "ledger", "statement") for start, block in holes]
    found = sorted([*ours, *traced.traces], key=lambda trace: trace.start)
    return Traced(tuple(found), tuple(dict.fromkeys(problems)))


def _known(brief: ReminderBrief) -> Iterator[Known]:
    yield Known(brief.company.name, "configuration", "company")
    yield Known(brief.signature, "configuration", "signature")
    for written, needs_currency in amounts(brief.total, brief.currency):
        yield Known(written, "ledger", "total", brief.currency, needs_currency)
    days = {brief.last_contact: "last_contact", brief.broken_promise: "promise", brief.pay_by: "pay_by"}
    if len(brief.invoices) == 1:
        only = brief.invoices[0]
        yield Known(only.number, "ledger", only.number)
        days[only.due] = only.number
    for day, reference in days.items():
        for language in {brief.language, "en"}:
            source = "configuration" if reference == "pay_by" else "ledger"
            yield from (Known(text, source, reference) for text in (dates(day, language) if day else ()))


def _offences(prose: str, brief: ReminderBrief) -> Iterator[str]:
    """A legal step may be spoken of in a formal notice alone, which a named person has ordered."""
    for offence in offences(prose):
        if offence.kind != "legal_threat" or brief.stage is not Stage.FORMAL:
            yield f"{offence.kind}: {prose[offence.start : offence.end]}"


def _strange(prose: str, language: str) -> Iterator[str]:
    """Whatever does none of the things that a reminder does: what a list of forbidden phrases cannot foresee."""
    paragraphs = [paragraph for paragraph in prose.split("\n\n") if paragraph.strip()]
    for paragraph in paragraphs[1:-1] if len(paragraphs) > FRAME else paragraphs:
        for piece in (part for sentence in sentences(paragraph) for part in sentence.of(paragraph).split("; ")):
            folded = fold(piece)
            is_known = _acts(language).search(folded) or says_something_known(folded, language)
            if not (is_known or is_courtesy(piece)):
                yield f"strange: {piece}"


@cache
def _acts(language: str) -> re.Pattern[str]:
    every = tomllib.loads(_ACTS.read_text(encoding="utf-8"))
    return compiled(every[language if language in LANGUAGES else "en"])


def unwritten(brief: ReminderBrief) -> Letter:
    """The letter that nobody has written: it says nothing but which placeholders a reminder may use."""
    return Letter(
        subject=unredacted(""),
        body=unredacted(" ".join(names_in(brief))),
        attachments=(),
        language=brief.language,
        received_at=datetime.combine(brief.today, time(), UTC),
        screening=Screening(),
    )
