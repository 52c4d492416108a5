"""What a letter had better not say beside something else: topics that are answered, out of place, or hard on people."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from agents.triage.brief import PaymentSeen, Topic, TopicFacts
from agents.triage.wishes import names_a_document
from app.domain.case import Letter
from app.domain.intents import Intent, Reason
from app.domain.proposal import Evidence, IntentFinding
from app.reading.spans import fold

READ = 20_000

_PROMISES = frozenset({Topic.PROMISE_NOTED, Topic.PROMISE_IN_PART, Topic.PROMISE_WITHOUT_DATE})
_FILE = Path(__file__).with_name("telling.toml")


def worth_telling(
    findings: Iterable[IntentFinding], words_of: Callable[[Evidence | None], str]
) -> Iterator[IntentFinding]:
    """All but a wish for documents that was read from the very words that ask for time and name no document."""
    found = tuple(findings)
    of_time = [f.evidence for f in found if f.intent is Intent.EXTENSION_REQUEST and f.evidence is not None]
    for finding in found:
        is_of_time = finding.intent is Intent.DOCUMENT_REQUEST and finding.evidence in of_time
        if not is_of_time or names_a_document(words_of(finding.evidence)):
            yield finding


def fitting(
    topics: Iterable[TopicFacts], letter: Letter, asked: str, payment: PaymentSeen, wished: date | None = None
) -> tuple[TopicFacts, ...]:
    """The topics without those that do not fit the others. `asked` are the words of the question, if there is one;
    `wished` is the day that a wish for other terms ends on.

    Who tells of hardship is not asked for a day. The notice of an administrator is received, not pitied. Whether a
    payment has arrived is answered where the letter says so. A payment that is yet to be made is not looked for. What
    is promised for the very day that is wished for is a part of the wish, and noted with it.
    """
    told = [_as_still_to_come(_as_a_notice(topic, letter), letter.today, payment) for topic in topics]
    is_answered = payment is not PaymentSeen.UNSAID and _pattern("arrival").search(fold(asked)) is not None
    paid = {number for topic in told if topic.topic is Topic.PAYMENT_NOTED for number in topic.invoices}
    in_hardship = any(topic.topic is Topic.HARDSHIP_RECEIVED for topic in told)
    is_wished = any(topic.topic is Topic.EXTENSION_RECEIVED for topic in told) and wished is not None
    kept: list[TopicFacts] = []
    for topic in told:
        match topic.topic:
            case Topic.EXTENSION_RECEIVED if in_hardship and topic.kind is None:
                continue
            case Topic.QUERY_RECEIVED if is_answered and paid and set(topic.invoices) <= paid:
                continue
            case Topic.PROMISE_NOTED | Topic.PROMISE_IN_PART if is_wished and topic.day == wished:
                continue
            case Topic.PROMISE_NOTED | Topic.LEGAL_RECEIVED if _is_said(topic, kept):
                continue
        kept.append(topic)
    return tuple(kept)


def _is_said(topic: TopicFacts, kept: Iterable[TopicFacts]) -> bool:
    """Whether a topic of the same kind speaks of all its invoices."""
    kinds = _PROMISES if topic.topic in _PROMISES else {topic.topic}
    return any(other.topic in kinds and set(topic.invoices) <= set(other.invoices) for other in kept)


def _as_a_notice(topic: TopicFacts, letter: Letter) -> TopicFacts:
    is_notice = topic.topic is Topic.HARDSHIP_RECEIVED and _pattern("notice").search(fold(letter.body.value[:READ]))
    return TopicFacts(Topic.LEGAL_RECEIVED, legal=Reason.LEGAL) if is_notice else topic


def _as_still_to_come(topic: TopicFacts, today: date, payment: PaymentSeen) -> TopicFacts:
    if topic.topic is not Topic.PAYMENT_NOTED or topic.day is None or topic.day <= today:
        return topic
    return replace(topic, day=None) if payment is PaymentSeen.FOUND else replace(topic, topic=Topic.PROMISE_NOTED)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    phrases: list[str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))[name]
    return re.compile(rf"\b(?:{'|'.join(phrases)})")
