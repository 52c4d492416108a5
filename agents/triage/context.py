"""What nodes are given beside the state: the model, the prompts, the policy and who we are."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import BaseModel

from agents.prompts import Prompts, fence
from agents.replies import Replies
from agents.timing import ask
from agents.triage.hearing import Hear, deaf
from app.domain.account import Account, Invoice
from app.domain.case import Letter
from app.domain.directions import NO_DIRECTIONS, Directions
from app.domain.policy import Policy
from app.domain.ports import Answer, Model, Question
from app.domain.proposal import ModelCall

MAX_BODY = 12_000
MAX_ATTACHMENT = 4_000
MAX_INVOICES = 60

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class TriageContext:
    model: Model
    prompts: Prompts
    policy: Policy
    mailbox_address: str
    team: str
    hear: Hear = deaf
    directions: Directions = NO_DIRECTIONS
    replies: Replies | None = None

    async def ask(self, question: "Ask", answer: type[A]) -> tuple[Answer[A], ModelCall]:
        """Put one question to the model; returns its answer and what is kept of the call for the audit."""
        examples = tuple(
            (example.fenced, answer.model_validate(example.answer).model_dump_json())
            for example in self.prompts.examples(question.prompt_id)
        )
        prompt = replace(self.prompts.render(question.prompt_id, question.shown), examples=examples)
        fenced = "\n\n".join(fence(label, text) for label, text in question.fences())
        reply = await ask(
            self.model,
            Question(
                prompt=prompt,
                letter=question.letter,
                account=question.account,
                fenced=fenced,
                answer=answer,
                inputs=question.inputs,
            ),
        )
        call = ModelCall(
            prompt=prompt.ref,
            prompt_hash=prompt.hash,
            model=reply.model,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            is_fallback=reply.is_fallback,
            requests=reply.requests,
            input=f"{prompt.system}\n\n{fenced}",
            output=reply.raw or reply.value.model_dump_json(),
        )
        return reply, call


@dataclass(frozen=True, slots=True)
class Ask:
    """A question in the making. `shown` are the prompt's inputs (closed words of ours), `facts` are fenced as data."""

    prompt_id: str
    letter: Letter
    account: Account
    shown: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, object] = field(default_factory=dict)

    def fences(self) -> Iterable[tuple[str, str]]:
        """The user turn: our facts, then the mail, each behind a fence of its own."""
        yield "LEDGER", "\n".join(ledger_lines(self.account.invoices, mentioned=self.letter.body.value)) or "nothing"
        if self.facts:
            yield "FACTS", json.dumps(self.facts, ensure_ascii=False, default=str)
        if self.letter.note is not None:
            yield "REVIEWER", self.letter.note.value
        yield "SUBJECT", self.letter.subject.value
        yield "BODY", self.letter.body.value[:MAX_BODY]
        for number, text in enumerate(self.letter.attachments):
            if text.value:
                yield f"ATTACHMENT {number}", text.value[:MAX_ATTACHMENT]


def ledger_lines(invoices: Iterable[Invoice], mentioned: str) -> list[str]:
    """One line an invoice, those that the mail names first; no names, no addresses."""
    ranked = sorted(
        invoices, key=lambda invoice: (invoice.number not in mentioned, not invoice.is_open, invoice.due_date)
    )
    return [
        f"{i.number} | {i.kind} | amount {i.amount} | open {i.open} | due {i.due_date} | {i.status}"
        for i in ranked[:MAX_INVOICES]
    ]
