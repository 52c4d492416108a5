"""The model that ships inside: a classifier, grammars, templates. No key, no network, the same answers every time."""

import asyncio
from dataclasses import replace
from typing import TypeVar

from agents.replies import Replies
from agents.triage.brief import DraftBrief
from agents.triage.context import MAX_BODY
from agents.triage.corroboration import is_a_strangers_bill, is_a_suppliers_invoice, reconsider
from agents.triage.evidence import text_at
from agents.triage.outputs import DraftReply, ExtractedFacts, Flag, FoundIntent, MessageClass
from agents.triage.resolver import as_answer
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.errors import ModelAnswerInvalid
from app.domain.intents import Intent
from app.domain.ports import Answer, Question
from app.domain.proposal import EMBEDDED
from app.reading.facts import reader as reading
from app.reading.model.classifier import Classifier, Scored
from app.reading.model.features import passages

A = TypeVar("A")

FLAG_OF = {"low_information": Flag.LOW_INFORMATION, "fraud_risk": Flag.FRAUD_SIGN}

PLAINLY_A_BILL = 0.9
"""As sure as this it is that a stranger bills us where model and words say so: nobody need look."""


class EmbeddedModel:
    """Answers the three questions of the graph by the id of their prompt.

    In a thread: the embedder computes without Python's lock, so that another mail may be read or redacted meanwhile.
    """

    def __init__(self, classifier: Classifier, replies: Replies) -> None:
        self._classifier = classifier
        self._replies = replies

    async def ask(self, question: Question[A]) -> Answer[A]:
        value = await asyncio.to_thread(self._answer, question)
        if not isinstance(value, question.answer):
            raise ModelAnswerInvalid(f"{question.prompt.ref}: the embedded model answers no {question.answer.__name__}")
        brief = question.inputs.get("brief")
        written_from = self._replies.used_for(brief) if isinstance(brief, DraftBrief) else ()
        raw = f"{value.model_dump_json()}\n{' '.join(written_from)}" if isinstance(value, DraftReply) else ""
        return Answer(value, EMBEDDED, raw=raw)

    def _answer(self, question: Question[A]) -> object:
        match question.prompt.id:
            case "classify_message":
                return self._classify(question.letter, question.account)
            case "extract_facts":
                return self._extract(question.letter, question.inputs.get("ours"))
            case "draft_reply":
                return self._draft(question.inputs.get("brief"))
            case unknown:
                raise ModelAnswerInvalid(f"the embedded model knows no {unknown}")

    def _classify(self, letter: Letter, account: Account) -> MessageClass:
        subject, body = letter.subject.value, letter.body.value[:MAX_BODY]
        if not passages(subject, body):
            return MessageClass(intents=(), flags=(Flag.LOW_INFORMATION,))
        assessed = self._classifier.assess(subject, body, letter.language)
        limits = self._classifier.thresholds
        second = reconsider(
            assessed.scored,
            letter,
            account,
            lambda s: s.confidence >= limits[s.intent.value],
            lambda clauses: self._classifier.hear(body, clauses, letter.language),
        )
        chosen, flagged = self._classifier.chosen(second.scored), self._classifier.flagged(assessed)
        flags = {flag for name, flag in FLAG_OF.items() if name in flagged}
        flags |= {Flag.LOW_INFORMATION} if second.is_thin else set()
        flags |= {Flag.FRAUD_SIGN} if second.asks_about_our_bank else set()
        unrelated = next(s for s in second.scored if s.intent is Intent.UNRELATED)
        named = {s.intent for s in chosen}
        is_theirs = Intent.UNRELATED in named and is_a_suppliers_invoice(letter, account, unrelated.confidence)
        if is_a_strangers_bill(letter, account, unrelated.confidence):
            chosen = (replace(unrelated, confidence=max(unrelated.confidence, PLAINLY_A_BILL)),)
        elif second.suspected - named and not is_theirs:
            flags.add(Flag.PERHAPS_MORE)
        return MessageClass(
            intents=tuple(_found(letter, scored) for scored in chosen),
            flags=tuple(flag for flag in Flag if flag in flags),
        )

    def _extract(self, letter: Letter, ours: object) -> ExtractedFacts:
        if not isinstance(ours, reading.ExtractedFacts):
            raise ModelAnswerInvalid("extract_facts needs what the readers found")
        return as_answer(ours, letter)

    def _draft(self, brief: object) -> DraftReply:
        if not isinstance(brief, DraftBrief):
            raise ModelAnswerInvalid("draft_reply needs a brief")
        return DraftReply(body=self._replies.compose(brief))


def _found(letter: Letter, scored: Scored) -> FoundIntent:
    text = text_at(letter, scored.source)
    quote = text.value[scored.start : scored.end] if text else ""
    return FoundIntent(
        intent=scored.intent,
        confidence=min(max(scored.confidence, 0.0), 1.0),
        source=scored.source,
        quote=quote,
        start=scored.start,
        end=scored.end,
    )
