"""The thinking process: what it answers, and what happens when it dies."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.adapters.child import ChildMind, MindFailed, MindStopped
from app.domain.errors import Unreachable
from app.domain.message import Identity, ReadMail
from tests.instances import mail
from tests.integration.odd_mind import Side

MODULE = "tests.integration.odd_mind"
NOBODY = Identity(())


@pytest.fixture
async def mind() -> AsyncIterator[ChildMind]:
    child = ChildMind(MODULE, "fine")
    yield child
    await child.stop()


async def test_calls_run_side_by_side_and_come_back_to_their_callers(mind: ChildMind) -> None:
    subjects = [f"Matter {number}" for number in range(20)]
    read = await asyncio.gather(*(mind.read(mail(subject=subject), NOBODY) for subject in subjects))
    assert [each.mail.head.subject for each in read] == subjects


async def test_a_mail_that_kills_the_process_costs_only_itself(mind: ChildMind) -> None:
    with pytest.raises(MindStopped):
        await mind.read(mail(headers=[("X-Kill", "me")]), NOBODY)
    assert (await mind.read(mail(subject="next"), NOBODY)).mail.head.subject == "next"


async def test_of_two_that_had_begun_the_innocent_one_pays_nothing() -> None:
    child = ChildMind(MODULE, Side(at_once=2))
    innocent, guilty = mail(subject="slow", headers=[("X-Wait", "a while")]), mail(headers=[("X-Kill", "me")])
    first = await asyncio.gather(*(child.read(raw, NOBODY) for raw in (innocent, guilty)), return_exceptions=True)
    assert [type(error) for error in first] == [Unreachable, Unreachable], "nobody knows which it was"
    again = await asyncio.gather(*(child.read(raw, NOBODY) for raw in (innocent, guilty)), return_exceptions=True)
    await child.stop()
    assert isinstance(again[0], ReadMail)
    assert isinstance(again[1], MindStopped)


async def test_an_unforeseen_error_says_its_class_and_not_its_text(mind: ChildMind) -> None:
    with pytest.raises(MindFailed, match=r"^KeyError$"):
        await mind.read(mail(headers=[("X-Break", "me")]), NOBODY)


async def test_a_mind_that_cannot_start_is_out_of_reach() -> None:
    child = ChildMind(MODULE, "broken")
    with pytest.raises(Unreachable):
        await child.read(mail(), NOBODY)
    await child.stop()


async def test_a_mail_that_takes_too_long_is_given_up() -> None:
    child = ChildMind(MODULE, "fine", call_seconds=20)
    await child.read(mail(), NOBODY)
    hasty = ChildMind(MODULE, "fine", call_seconds=0.001)
    with pytest.raises((MindStopped, Unreachable)):
        await hasty.read(mail(), NOBODY)
    await hasty.stop()
    await child.stop()


async def test_waiting_for_a_turn_is_no_fault_of_a_mail_and_takes_nothing_of_its_time() -> None:
    child = ChildMind(MODULE, Side(at_once=1))
    await child.read(mail(), NOBODY)
    vars(child)["_call_seconds"] = 0.9  # now that everything is loaded
    raw = mail(headers=[("X-Wait", "a while")])
    read = await asyncio.gather(*(child.read(raw, NOBODY) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in read] == [ReadMail, ReadMail, Unreachable], "0.5 s each, one after the other"
    await child.stop()


async def test_a_mind_that_asks_an_endpoint_has_the_time_of_that_besides() -> None:
    child = ChildMind(MODULE, Side(at_once=1, endpoint_seconds=30), call_seconds=0.001)
    assert isinstance(await child.read(mail(), NOBODY), ReadMail)
    await child.stop()
