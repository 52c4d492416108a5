"""All workers together ask a model's provider no more than the settings let them."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from agents.reminders.brief import ReminderBrief
from agents.reminders.result import ReminderDraft
from app.adapters.child import MindStopped
from app.adapters.rationed_mind import RationedMind
from app.db.repositories.rations import Place, Rations
from app.db.tables.oversight import RationRow
from app.domain.case import Case
from app.domain.errors import Unreachable
from app.domain.intents import Reason
from app.domain.ports import Thought
from app.domain.proposal import EMBEDDED, ModelCall
from app.domain.ration import Limits
from app.policies.loading import load_policy
from app.triage.service import TriageService
from tests.fakes import PlainMind
from tests.instances import Instance, mail

PROVIDER = "api.example.com"


@dataclass
class PaidMind(PlainMind):
    """Each thought takes two requests of 100 tokens; alone it takes none, and says so."""

    alone: list[bool] = field(default_factory=list)

    async def think(self, case: Case, alone: bool = False) -> Thought:
        self.alone.append(alone)
        thought = await super().think(case)
        if alone:
            return replace(thought, proposal=replace(thought.proposal, reasons=(Reason.MODEL_UNAVAILABLE,)))
        calls = (ModelCall("p@1", "hash", "large", 90, 10), ModelCall("p@2", "hash", "large", 90, 10))
        return replace(thought, proposal=replace(thought.proposal, calls=calls))

    async def remind(self, brief: ReminderBrief, alone: bool = False) -> ReminderDraft:
        raise AssertionError("nobody is reminded here")


async def ration_of(instance: Instance) -> RationRow:
    async with instance.database.read() as uow:
        (row,) = await Rations(uow.session, 0).all()
        return row


async def test_workers_share_the_days_tokens_and_then_a_person_gets_the_mail(instance: Instance) -> None:
    limits, minds = Limits(tokens_a_day=500), [PaidMind(), PaidMind()]
    workers = [
        TriageService(
            instance.database, RationedMind(mind, instance.database, PROVIDER, limits), load_policy(), instance.clock
        )
        for mind in minds
    ]
    for number in range(6):
        *_, message = await instance.receive(mail(subject=f"About {number}", sender=f"{number}@elsewhere.example"))
        await workers[number % 2].work(str(message.id))
    assert [mind.alone for mind in minds] == [[False, False, True], [False, True, True]]
    reasons = [review.reasons for review in await instance.pending()]
    assert [Reason.MODEL_UNAVAILABLE.value in found for found in reasons] == [False, False, False, True, True, True]
    row = await ration_of(instance)
    assert (row.provider, row.tokens, row.requests_total, row.refused_total) == (PROVIDER, 600, 6, 3)
    assert (row.tokens_in_total, row.tokens_out_total) == (540, 60)


async def test_what_an_endpoint_took_for_nonsense_is_counted_too(instance: Instance) -> None:
    class Nonsense(PaidMind):
        async def think(self, case: Case, alone: bool = False) -> Thought:
            thought = await super().think(case, alone)
            wasted = ModelCall("p@1", "hash", EMBEDDED, 200, 20, is_fallback=True, requests=2)
            free = ModelCall("p@2", "hash", EMBEDDED)
            return replace(thought, proposal=replace(thought.proposal, calls=(wasted, free)))

    mind = RationedMind(Nonsense(), instance.database, PROVIDER, Limits())
    (message,) = await instance.receive(mail())
    await TriageService(instance.database, mind, load_policy(), instance.clock).work(str(message.id))
    row = await ration_of(instance)
    assert (row.requests_total, row.tokens_in_total, row.tokens_out_total) == (2, 200, 20)


@pytest.mark.parametrize(("lost", "tokens"), [(MindStopped("killed"), 600), (Unreachable("does not start"), 200)])
async def test_a_mail_that_is_lost_on_the_way_has_paid_for_its_place_unless_it_was_not_begun(
    instance: Instance, lost: Exception, tokens: int
) -> None:
    class Mortal(PaidMind):
        async def think(self, case: Case, alone: bool = False) -> Thought:
            if self.alone:
                raise lost
            return await super().think(case, alone)

    mind = RationedMind(Mortal(), instance.database, PROVIDER, Limits(tokens_a_day=1_000))
    triage = TriageService(instance.database, mind, load_policy(), instance.clock)
    first, second = await instance.receive(mail(), mail(subject="Another"))
    await triage.work(str(first.id))
    with pytest.raises(type(lost)):
        await triage.work(str(second.id))
    row = await ration_of(instance)
    assert (row.tokens, row.requests_total) == (tokens, 2), "four requests of a hundred tokens are what a mail may take"


async def test_places_taken_at_the_same_time_are_different_ones(instance: Instance) -> None:
    limits = Limits(requests_a_minute=60)

    async def take() -> Place | None:
        async with instance.database.write() as uow:
            return await Rations(uow.session, 1_000_000.0).take(PROVIDER, limits)

    places = [place for place in await asyncio.gather(*(take() for _ in range(8))) if place is not None]
    assert sorted(place.wait for place in places) == [0, 0, 0, 1, 5, 9, 13, 17]
