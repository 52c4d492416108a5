"""Once a call about bank details is noted, the case is closed or taken back; its answer is not changed any more."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from app.domain.amending import Amendment
from app.domain.directions import DecidedTerms, FactField, TermsOutcome
from app.domain.enclosures import STATEMENT
from app.domain.errors import ReviewAlreadyDecided
from app.domain.intents import ExtensionKind, Intent
from app.domain.proposal import ExtensionFact, Facts
from app.domain.review import CaseState, ReviewState
from app.review.amending import AmendingService
from app.triage.enclosing import EnclosingService
from app.triage.guidance import GuidanceService
from tests.instances import Instance, mail, on_sqlite

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 31)
TERMS = DecidedTerms(TermsOutcome.ACCEPTED, ExtensionKind.DUE_DATE, until=JUNE)


@on_sqlite
@pytest.mark.parametrize("change", ["value", "file", "terms"])
async def test_once_a_call_is_noted_nothing_is_recorded_for_an_answer(instance: Instance, change: str) -> None:
    instance.mind.intent, instance.mind.facts = Intent.EXTENSION_REQUEST, Facts(extension=ExtensionFact(None, JUNE))
    (review,) = await instance.work(mail("Could we pay INV-1 on 30 June? Our bank details have changed."))
    guidance = GuidanceService(instance.database, instance.mind, instance.clock)
    async with instance.database.write() as uow:
        (await uow.reviews.get(review.id)).state = ReviewState.AWAITING_SECOND
    version, by = review.version, instance.collector
    amending, choosing = AmendingService(instance.database), EnclosingService(instance.database, guidance)
    until = Amendment(FactField.UNTIL, JULY)
    acts: dict[str, Callable[[], Awaitable[None]]] = {
        "value": lambda: amending.amend(review.id, until, version=version, by=by),
        "file": lambda: choosing.attach(review.id, STATEMENT, version=version, by=by),
        "terms": lambda: guidance.decide_terms(review.id, TERMS, version=version, by=by),
    }
    with pytest.raises(ReviewAlreadyDecided):
        await acts[change]()
    async with instance.database.read() as uow:
        (case,) = await uow.cases.of_message(review.message_id)
        assert (await uow.reviews.get(review.id)).version == version
    assert (case.state, case.day) == (CaseState.PROPOSED, JUNE)
