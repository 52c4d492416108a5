"""A decision lived through again: the stored mail, the answers that the models gave then, today's code and policy.

What the models said is first held against the salted hashes in the audit chain, then given again word for word; so the
same code comes to the same route, and another route says that code, policy or ledger have changed since.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from app.bootstrap import Services, mind_config, settings_from_environment
from app.db.tables.work import ProposalRow
from app.db.uow import Uow
from app.domain.case import Case
from app.domain.errors import ModelUnavailable, NotFound
from app.domain.ports import Answer, Mind, Question
from app.domain.proposal import ModelCall, Proposal
from app.domain.wire import PROPOSAL, READ_MAIL, load
from app.mind import build_replay
from app.triage.task import case_of, link_of, task_of

SEPARATOR = "\x1e"
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Replayed:
    """`faults` are sentences: what differs from what was recorded; none when all is as it was."""

    message_id: str
    recorded: str
    replayed: str
    policy_then: str
    policy_now: str
    faults: tuple[str, ...]


class Recorded:
    """A model that gives the recorded answers of one decision again, each prompt's in their order."""

    def __init__(self) -> None:
        self._left: list[ModelCall] = []

    def rewind(self, calls: Sequence[ModelCall]) -> None:
        self._left = list(calls)

    async def ask(self, question: Question[A]) -> Answer[A]:
        for call in self._left:
            if call.prompt.partition("@")[0] == question.prompt.id:
                self._left.remove(call)
                said, _ = json.JSONDecoder().raw_decode(
                    call.output.lstrip()
                )  # the embedded model says beside it from what
                value = cast(Any, question.answer).model_validate_json(json.dumps(said))
                return Answer(cast(A, value), call.model, is_fallback=call.is_fallback, raw=call.output)
        raise ModelUnavailable("this was not asked then")


@dataclass(frozen=True, slots=True)
class _Past:
    """What is stored of a decision, and the case as it is put to the agent again."""

    case: Case
    proposal: Proposal
    row: ProposalRow
    faults: tuple[str, ...]


async def replay(services: Services, message_ids: Sequence[str]) -> AsyncIterator[Replayed]:
    """Each mail's newest decision. Raises NotFound for no such mail, for one not decided on, and for erased words."""
    recorded = Recorded()
    mind: Mind = build_replay(mind_config(settings_from_environment()), recorded)
    for message_id in message_ids:
        async with services.database.read() as uow:
            past = await _past(uow, message_id)
        recorded.rewind(past.proposal.calls)
        now = (await mind.think(past.case)).proposal
        yield Replayed(
            message_id,
            f"{past.row.route.value} by {past.row.rule}",
            f"{now.route.value} by {now.rule}",
            past.row.policy_version,
            now.policy_version,
            (*past.faults, *_differences(past.row, now)),
        )


async def _past(uow: Uow, message_id: str) -> _Past:
    try:
        message = await uow.messages.get(UUID(message_id))
    except ValueError:
        raise NotFound(f"{message_id} is not the id of a mail") from None
    row = await uow.messages.proposal(message.id, message.run)
    if row is None or message.reading_id is None:
        raise NotFound("nothing was decided about this mail")
    task = await task_of(uow, message)
    read = load(READ_MAIL, await uow.words.get(message.reading_id))
    case = case_of(task, read, await link_of(uow, task, read))
    proposal = load(PROPOSAL, await uow.words.get(row.payload_id))
    return _Past(case, proposal, row, tuple([fault async for fault in _hash_faults(uow, row, proposal)]))


async def _hash_faults(uow: Uow, row: ProposalRow, proposal: Proposal) -> AsyncIterator[str]:
    """Whether prompts and answers are those that the audit chain has the hashes of."""
    message = await uow.messages.get(row.message_id)
    entries = await uow.audit.of_message(message.id, message.conversation_id)
    refs = [json.loads(entry.body)["refs"] for entry in entries if entry.kind == "triage.proposal.saved"]
    noted = next((ref for ref in refs if ref["proposal_id"] == str(row.id)), None)
    if noted is None:
        yield "the audit chain has no entry of this decision"
        return
    for name, texts in (
        ("input_hash", [call.input for call in proposal.calls]),
        ("output_hash", [call.output for call in proposal.calls]),
    ):
        if await uow.words.salted_hash(message.conversation_id, SEPARATOR.join(texts)) != noted[name]:
            yield f"what is stored is not what the audit chain has the {name} of"
    if (noted["route"], noted["rule"]) != (row.route.value, row.rule):
        yield "the audit chain has another route"


def _differences(row: ProposalRow, now: Proposal) -> list[str]:
    if (row.route, row.rule) == (now.route, now.rule):
        return []
    return [f"today it would be {now.route.value} by {now.rule}"]
