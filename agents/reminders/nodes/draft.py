"""Write a reminder from a brief of typed facts. Statement, bank details and subject never pass through a model."""

import json
from dataclasses import replace

from langgraph.runtime import Runtime

from agents.prompts import fence
from agents.reminders.brief import ReminderBrief
from agents.reminders.context import ReminderContext
from agents.reminders.firewall import unwritten
from agents.reminders.letters import (
    ADDRESSEE,
    APPROVER,
    CUSTOMER,
    PAYMENT_SLOT,
    STATEMENT_SLOT,
    day_words,
    money_words,
)
from agents.reminders.state import ReminderState
from agents.reminders.statement import blocks_of, statement_of
from agents.timing import ask
from agents.triage.outputs import DraftReply
from app.domain.account import UNKNOWN_ACCOUNT
from app.domain.ports import Answer, Prompt, Question
from app.domain.proposal import ModelCall


async def draft(state: ReminderState, runtime: Runtime[ReminderContext]) -> ReminderState:
    brief = replace(state["brief"], problems=state.get("problems", ()))
    context = runtime.context
    prompt = context.prompts.render(
        "draft_reminder",
        {
            "stage": brief.stage.value,
            "language": brief.language,
            "tone": brief.tone.value,
            "max_words": brief.max_words,
        },
    )
    fenced = fence("FACTS", json.dumps(facts_shown(brief), ensure_ascii=False))
    question = Question(prompt, unwritten(brief), UNKNOWN_ACCOUNT, fenced, DraftReply, {"brief": brief})
    answer = await ask(context.model, question)
    statement = statement_of(brief)
    table, payment = blocks_of(brief, statement, context.letters)
    return {
        "body": answer.value.body.strip().replace(STATEMENT_SLOT, table).replace(PAYMENT_SLOT, payment),
        "statement": statement,
        "blocks": (table, payment),
        "attempts": state.get("attempts", 0) + 1,
        "calls": (_call(prompt, fenced, answer),),
    }


def facts_shown(brief: ReminderBrief) -> dict[str, object]:
    """The brief as a remote model sees it: no person's name, no bank details, nothing that it need not say."""
    only = brief.invoices[0] if len(brief.invoices) == 1 else None
    return {
        "seller": brief.company.name,
        "sign_as": brief.signature,
        "customer": CUSTOMER if brief.is_person else brief.customer,
        "is_natural_person": brief.is_person,
        "addressee": ADDRESSEE if brief.addressee else "",
        "invoices": len(brief.invoices),
        "only_invoice": {"number": only.number, "due": day_words(only.due, brief)} if only else None,
        "total": money_words(brief.total, brief),
        "last_reminder": day_words(brief.last_contact, brief),
        "payment_noted_for": day_words(brief.broken_promise, brief),
        "pay_by": day_words(brief.pay_by, brief),
        "ordered_by": APPROVER if brief.approver else "",
        "mend": list(brief.problems),
    }


def _call(prompt: Prompt, fenced: str, answer: Answer[DraftReply]) -> ModelCall:
    return ModelCall(
        prompt=prompt.ref,
        prompt_hash=prompt.hash,
        model=answer.model,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        is_fallback=answer.is_fallback,
        requests=answer.requests,
        input=f"{prompt.system}\n\n{fenced}",
        output=answer.raw or answer.value.model_dump_json(),
    )
