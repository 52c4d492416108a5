"""The embedded model beside a remote one: it adds doubts, and takes nothing away."""

import pytest

from agents.triage.outputs import Flag, MessageClass
from app.adapters.second_reader import SecondReader
from app.domain.intents import Intent, Reason, Route
from tests.unit.agents.scripted import ScriptedModel, letter, propose, says

BODY = "We dispute INV-1 and will pay nothing."


async def _route(first: MessageClass, second: MessageClass, *, is_fallback: bool = False) -> tuple[Route, set[Reason]]:
    reader = SecondReader(ScriptedModel(first, is_fallback=is_fallback), ScriptedModel(second))
    proposal = await propose(reader, letter(BODY))
    return proposal.route, set(proposal.reasons)


async def test_a_grave_intent_that_the_remote_model_hides_goes_to_a_person() -> None:
    hidden = says(Intent.DOCUMENT_REQUEST, quote=BODY)
    route, reasons = await _route(hidden, says(Intent.DISPUTE, quote=BODY))
    assert route is Route.REVIEW
    assert Reason.LOW_CONFIDENCE in reasons


async def test_a_suspicion_is_enough() -> None:
    suspicious = says(Intent.DOCUMENT_REQUEST, quote=BODY).model_copy(update={"flags": (Flag.PERHAPS_MORE,)})
    route, _ = await _route(says(Intent.DOCUMENT_REQUEST, quote=BODY), suspicious)
    assert route is Route.REVIEW


@pytest.mark.parametrize("second", [Intent.DOCUMENT_REQUEST, Intent.QUERY])
async def test_readers_that_agree_on_what_is_grave_leave_the_route_alone(second: Intent) -> None:
    route, reasons = await _route(says(Intent.DOCUMENT_REQUEST, quote=BODY), says(second, quote=BODY))
    assert (route, reasons) == (Route.AUTO, set())
