"""What the audit chain keeps of the questions to models."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.db.uow import Uow
from app.domain.proposal import ModelCall


async def asked(uow: Uow, conversation_id: UUID, calls: Sequence[ModelCall]) -> dict[str, Any]:
    """Prompts and models, and salted hashes of what the models were shown and of what they answered."""
    shown = "\x1e".join(call.input for call in calls)
    answered = "\x1e".join(call.output for call in calls)
    return {
        "prompts": [f"{call.prompt} {call.prompt_hash}" for call in calls],
        "models": sorted({call.model for call in calls}),
        "input_hash": await uow.words.salted_hash(conversation_id, shown),
        "output_hash": await uow.words.salted_hash(conversation_id, answered),
    }
