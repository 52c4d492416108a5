"""The embedded model beside a remote one: it adds doubts, and takes nothing away."""

import pytest

from agents.triage.outputs import Flag, MessageClass
from app.adapters.second_reader import SecondReader
from app.domain.intents import Intent, Reason, Route
from app.policies.loading import load_policy
from tests.unit.agents.scripted import ScriptedModel, letter, propose, says

BODY = "We dispute INV-1 and will pay nothing."


async def _route(first: MessageClass, second: MessageClass, *, is_fallback: bool = False) -> tuple[Route, set[Reason]]:
    reader = SecondReader(ScriptedModel(first, is_fallback=is_fallback), ScriptedModel(second), load_policy())
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


GRAVE = [
    Intent.DISPUTE,
    Intent.EXTENSION_REQUEST,
    Intent.HARDSHIP,
    Intent.LEGAL_OR_COMPLAINT,
    Intent.BANK_DETAIL_CHANGE,
]
QUIET = [Intent.DOCUMENT_REQUEST, Intent.PAYMENT_PROMISE, Intent.ACKNOWLEDGEMENT, Intent.UNRELATED]


@pytest.mark.parametrize("quiet", QUIET)
@pytest.mark.parametrize("grave", GRAVE)
async def test_a_grave_intent_of_one_reader_alone_is_a_doubt_whoever_has_it(grave: Intent, quiet: Intent) -> None:
    for first, second in ((grave, quiet), (quiet, grave)):
        route, reasons = await _route(says(first, quote=BODY), says(second, quote=BODY))
        assert route is Route.REVIEW
        assert Reason.LOW_CONFIDENCE in reasons


@pytest.mark.parametrize("silent", [Intent.ACKNOWLEDGEMENT, Intent.UNRELATED, Intent.AUTOMATIC_REPLY])
@pytest.mark.parametrize("answered", [Intent.DOCUMENT_REQUEST, Intent.QUERY, Intent.PAYMENT_PROMISE])
async def test_readers_that_lead_to_different_routes_lead_to_a_person(silent: Intent, answered: Intent) -> None:
    for first, second in ((silent, answered), (answered, silent)):
        route, reasons = await _route(says(first, quote=BODY), says(second, quote=BODY))
        assert (route, reasons) == (Route.REVIEW, {Reason.LOW_CONFIDENCE})


@pytest.mark.parametrize("flag", [Flag.FRAUD_SIGN, Flag.INJECTION, Flag.LOW_INFORMATION])
async def test_a_warning_of_the_second_readers_is_a_different_route(flag: Flag) -> None:
    warned = says(Intent.DOCUMENT_REQUEST, quote=BODY).model_copy(update={"flags": (flag,)})
    route, _ = await _route(says(Intent.DOCUMENT_REQUEST, quote=BODY), warned)
    assert route is Route.REVIEW


async def test_a_second_reader_that_finds_nothing_disagrees() -> None:
    route, _ = await _route(says(Intent.DOCUMENT_REQUEST, quote=BODY), MessageClass(intents=()))
    assert route is Route.REVIEW


async def test_a_second_reader_who_is_unsure_of_the_same_is_no_disagreement() -> None:
    unsure = says(Intent.DOCUMENT_REQUEST, quote=BODY, confidence=0.2)
    assert await _route(says(Intent.DOCUMENT_REQUEST, quote=BODY), unsure) == (Route.AUTO, set())


async def test_readers_that_agree_on_a_grave_intent_add_no_doubt() -> None:
    dispute = says(Intent.DISPUTE, quote=BODY)
    _, reasons = await _route(dispute, dispute)
    assert reasons == {Reason.DISPUTE}


async def test_a_fallback_answer_is_not_held_against_itself() -> None:
    route, reasons = await _route(
        says(Intent.DOCUMENT_REQUEST, quote=BODY), says(Intent.DISPUTE, quote=BODY), is_fallback=True
    )
    assert (route, reasons) == (Route.REVIEW, {Reason.MODEL_UNAVAILABLE})


async def test_advertising_is_no_disagreement_because_one_reader_finds_it_thin() -> None:
    advert = says(Intent.UNRELATED, quote=BODY)
    thin = advert.model_copy(update={"flags": (Flag.LOW_INFORMATION,)})
    assert await _route(advert, thin) == (Route.NONE, set())
