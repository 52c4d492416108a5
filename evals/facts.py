"""The readers of facts apart from the intents: a mind that is told what a mail wants, and finds the rest.

What the classifier hears beyond the intents (kinds, clauses) it hears here, too.
Text is not redacted here; everything else runs as in the product, so that a miss is a miss of the grammars.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from agents import prompts as prompt_files
from agents.prompts import Prompts
from agents.triage.hearing import Hear, hearing
from agents.triage.outputs import DraftReply, FoundIntent, MessageClass
from agents.triage.resolver import as_answer
from app.domain.case import Letter
from app.domain.intents import Intent
from app.domain.ports import Answer, Question
from app.domain.proposal import EMBEDDED
from app.domain.text import RawText, Redaction, unredacted
from app.mind import LocalMind
from app.policies.loading import load_policy
from app.reading.facts.reader import ExtractedFacts
from app.reading.model.classifier import Classifier
from app.reading.model.features import Passage, passages
from app.reading.reading import read_mail
from evals.dataset import Line
from evals.metrics import FACTS, Scorecard, score
from evals.predict import predict_all
from evals.wiring import MindPredictor

FIGURES = (*FACTS, "promise.dates_invented", "invoices.exact", "invoices.pairs_exact", "invoices.pairs_exact_mixed")
"""What depends on the readers of facts; the other figures are the classifier's."""

A = TypeVar("A")


async def measure_facts(lines: Sequence[Line]) -> Scorecard:
    """The figures of the facts alone, with their misses."""
    predictions: list[dict[str, Any]] = []
    hear = hearing(Classifier.load())
    for line in lines:
        told, _ = await predict_all([line], MindPredictor(_mind(line, hear)))
        predictions.extend(told)
    card = score(lines, predictions)
    kept = {name: card.figures[name] for name in FIGURES if name in card.figures}
    misses = [miss for miss in card.misses if miss.figure in {*FIGURES, "invoices"}]
    return Scorecard(kept, {name: card.counts[name] for name in kept}, {}, {}, (), misses)


def told(expected: Mapping[str, Any], letter: Letter) -> MessageClass:
    """The labelled intents as the classifier would answer them: with the whole sentence that the label quotes from."""
    found = passages(letter.subject.value, letter.body.value)
    spans = {span["intent"]: span["text"] for span in reversed(expected.get("spans", ()))}
    return MessageClass(intents=tuple(_found(intent, spans.get(intent), found) for intent in expected["intents"]))


def _found(intent: str, words: str | None, found: Sequence[Passage]) -> FoundIntent:
    passage = next((p for p in found if words and (words in p.text or p.text in words)), None)
    if passage is None:
        return FoundIntent(intent=Intent(intent), confidence=1.0)
    return FoundIntent(
        intent=Intent(intent),
        confidence=1.0,
        source=passage.source,
        quote=passage.text,
        start=passage.start,
        end=passage.end,
    )


class ToldModel:
    """Answers with the labelled intents and what the readers found; it writes no draft worth sending."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def ask(self, question: Question[A]) -> Answer[A]:
        value = self._answer(question)
        if not isinstance(value, question.answer):
            raise TypeError(question.prompt.id)
        return Answer(value, EMBEDDED)

    def _answer(self, question: Question[A]) -> object:
        ours = question.inputs.get("ours")
        if isinstance(ours, ExtractedFacts):
            return as_answer(ours, question.letter)
        return (
            told(self._line["expect"], question.letter)
            if question.prompt.id == "classify_message"
            else DraftReply(body="-")
        )


class PlainText:
    """A redactor that hides nothing: the mails here are invented."""

    def redact(
        self,
        texts: Sequence[RawText],
        *,
        language: str,
        known_names: Iterable[str],
        vault: Mapping[str, str],
        readable: Iterable[str] = (),
    ) -> tuple[Redaction, ...]:
        del language, known_names, vault
        return tuple(Redaction(unredacted(text.value), {}) for text in texts)


def _mind(line: Line, hear: Hear) -> LocalMind:
    return LocalMind(
        redactor=PlainText(),
        model=ToldModel(line),
        prompts=Prompts.load(prompt_files.DEFAULT_DIRECTORY),
        policy=load_policy(),
        read=read_mail,
        hear=hear,
    )
