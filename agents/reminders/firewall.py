"""The commitment firewall for reminders: the same tracing and the same lexicon as for replies, fewer sources.

    prose            [statement]      prose        [payment]        prose
    traced, looked   code's own,      …            code's own,      …
    up               to the letter                 to the letter

Statement, notes, ways to pay and claim are written by code and must stand in the draft unaltered, once. What is left
may state the total, the days that the brief names, and the number and due date of an only invoice: nothing else. Each
sentence of a model is also heard (`app/reading/outgoing/judging.py`), for what no list foresees.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import names_in
from agents.triage.harmless import without_harmless
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
from app.domain.text import PLACEHOLDER, unredacted
from app.reading.model.features import is_courtesy
from app.reading.outgoing.judging import load_letter_judge
from app.reading.spans import fold, sentences

_ACTS = Path(__file__).with_name("acts.toml")
_HOLE = "\x01"


def examine(body: str, blocks: tuple[str, ...], brief: ReminderBrief, *, is_a_models: bool = True) -> Traced:
    """The facts of a reminder with their sources, and every reason to refuse it. What people have worded, a template or
    this reminder, is not `is_a_models`: it is held against the lists alone."""
    holes = [(body.index(block), block) for block in blocks if body.count(block) == 1]
    masked, prose = body, body
    for start, block in holes:
        masked = f"{masked[:start]}{_HOLE * len(block)}{masked[start + len(block) :]}"
        prose = prose.replace(block, "")
    nobodys = unwritten(brief)
    traced = trace(masked, _known(brief), nobodys, brief.language)
    weighed = without_harmless(prose, brief.language)
    problems = (
        *(["altered: statement or ways to pay"] if len(holes) < len(blocks) else []),
        *traced.problems,
        *(f"untraced: {words.of(prose)}" for words in unsaid_spans_of_time(weighed, nobodys)),
        *_offences(weighed, prose, brief),
        *(f"receipt: {claim.of(prose)}" for claim in claims_of_receipt(prose)),
        *(_harmful_sentences(prose, brief) if is_a_models else ()),
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


def _offences(weighed: str, prose: str, brief: ReminderBrief) -> Iterator[str]:
    """A legal step may be spoken of in a formal notice alone, which a named person has ordered."""
    for offence in offences(weighed):
        if offence.kind != "legal_threat" or brief.stage is not Stage.FORMAL:
            yield f"{offence.kind}: {prose[offence.start : offence.end]}"


def _harmful_sentences(prose: str, brief: ReminderBrief) -> Iterator[str]:
    """Whatever a sentence does that a reminder must not. Without the judge only what reminders usually do passes."""
    judge, said = load_letter_judge(), list(_said(prose, brief))
    if judge is None:
        pieces = (piece for text in said for piece in text.split("; "))
        yield from (f"strange: {piece}" for piece in pieces if not _is_usual(piece, brief.language))
        return
    for text, verdict in zip(said, judge.judge(said), strict=True):
        is_ordered = verdict.kind == "legal_threat" and brief.stage is Stage.FORMAL
        if verdict.is_too_likely and not is_ordered:
            yield f"{verdict.kind}: {text}"


def _said(prose: str, brief: ReminderBrief) -> Iterator[str]:
    """The sentences that are neither greeting nor closing nor our name below them."""
    ours = {brief.company.name, *brief.signature.splitlines()}
    for line in prose.splitlines():
        found = (span.of(line) for span in sentences(line) if line.strip(" ,.") not in ours)
        yield from (text for text in found if not is_courtesy(PLACEHOLDER.sub("X", text)))


def _is_usual(text: str, language: str) -> bool:
    folded = fold(text)
    return _acts(language).search(folded) is not None or says_something_known(folded, language)


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
