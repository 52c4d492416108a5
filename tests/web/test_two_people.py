"""What takes two people, on its pages and without a script: the first is told that their word is noted and goes on; the
second sees it and does the same by one click."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.bootstrap import Services, build, settings_from_environment
from app.db.tables.ledger import CaseRow
from app.db.tables.reminders import ReminderRow
from app.domain.four_eyes import Guarded
from app.domain.intents import DisputeReason
from app.domain.money import Money
from app.domain.proposal import Facts, PromiseFact
from app.domain.reminder_life import ReminderState
from app.domain.review import CaseKind, CaseState, ReviewState, Role
from app.ledger.cases import CaseNote
from app.main import create_app
from tests.desk import Desk, desk
from tests.instances import SECRET, Instance, mail, on_sqlite
from tests.integration.test_second_person import person
from tests.web.house import csrf_of

__all__ = ["desk"]

INES, UGO, MAJA = "ines@seller.example", "ugo@seller.example", "maja@seller.example"
DEFAULT = Path("app/policies/default.toml").read_text(encoding="utf-8")
LIMIT = '\n[[second_person]]\naction = "{}"\ncurrency = "EUR"\nabove = "10.00"\n'
TEXT = "Dear Petra,\n\nit is due on Friday."

pytestmark = on_sqlite


@dataclass
class Office:
    """An installation where a sum above 10 EUR takes two: two collectors, and Maja, a manager."""

    instance: Instance
    services: Services
    app: FastAPI

    @asynccontextmanager
    async def as_(self, email: str) -> AsyncIterator["Person"]:
        token = await self.services.identity.sign_in_as(email)
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://duebox.example", cookies={"duebox": token}
        ) as http:
            yield Person(http)


def title_of(page: str) -> str:
    return page.partition("<title>")[2].partition("</title>")[0]


@dataclass
class Person:
    http: httpx.AsyncClient

    async def get(self, path: str) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == 200, title_of(answer.text)
        return answer.text

    async def send(self, action: str, page: str, status: int = 303) -> str:
        """The form of a page as it stands there. Returns where it leads, or what is said instead."""
        form = next(one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'action="{action}"' in one)
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
            fields.setdefault(name, []).append(value)
        for name, value in re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', form, re.DOTALL):
            fields[name] = [value]
        return await self.post(action, status, **fields)

    async def post(self, path: str, status: int = 303, **fields: object) -> str:
        answer = await self.http.post(path, data={"csrf": csrf_of(self.http), **fields})
        assert answer.status_code == status, title_of(answer.text)
        return str(answer.headers.get("location", answer.text))


@pytest.fixture
async def office(desk: Desk, tmp_path: Path) -> AsyncIterator[Office]:
    instance = desk.instance
    policy = tmp_path / "policy.toml"
    policy.write_text(DEFAULT + "".join(LIMIT.format(action.value) for action in Guarded))
    await person(instance, "Ugo", Role.COLLECTOR)
    await person(instance, "Maja", Role.MANAGER)
    settings = settings_from_environment(database_url=instance.url, secret_key=SECRET, policy_file=policy)
    services = build(settings, clock=instance.clock)
    yield Office(instance, services, create_app(services, works=False))
    await services.close()
    services.engine.dispose()


async def waiting(office: Office, *bodies: str) -> list[UUID]:
    return [review.id for review in await office.instance.work(*(mail(body) for body in bodies))]


async def state(office: Office, review_id: UUID) -> ReviewState:
    async with office.instance.database.read() as uow:
        return (await uow.reviews.get(review_id)).state


async def test_the_first_goes_on_and_the_second_approves_the_same_text(office: Office) -> None:
    first, other = await waiting(office, "When is INV-1 due?", "We will pay INV-1 on Friday.")
    place = f"/reviews/{first}"
    async with office.as_(INES) as ines:
        version = re.search(r'name="version" value="(\d+)"', await ines.get(f"{place}?edit=1"))
        assert version is not None
        leads = await ines.post(f"{place}/edit", version=version[1], subject="Re: INV-1", body=TEXT)
        assert leads == f"/reviews/{other}?noted={first}", "the next case, as after any decision"
        page = await ines.get(leads)
        assert "Your word is noted" in page
        assert "A second person has to approve it too." in page
        own = await ines.get(place)
        assert "a second person has to approve it too" in own
        assert 'id="approve-form"' not in own
        assert str(first) in await ines.get("/queue?q=is:second")
    async with office.as_(UGO) as ugo:
        page = await ugo.get(place)
        assert "One of the two must be a manager." in page
        refused = await ugo.send(f"{place}/edit", page, 422)
        assert "one of the two people must be a manager" in refused.lower()
    async with office.as_(MAJA) as maja:
        page = await maja.get(place)
        assert "Ines Halvard, Ugo approved the text below" in page or "Ugo, Ines Halvard approved" in page
        assert "it is due on Friday." in page
        assert "<ins>" in page
        assert (await maja.send(f"{place}/edit", page)).startswith(f"/reviews/{other}")
    assert await state(office, first) is ReviewState.APPROVED


async def test_a_draft_that_is_left_as_it_is_takes_two_as_well(office: Office) -> None:
    (review,) = await waiting(office, "We will pay INV-1 on Friday.")
    place = f"/reviews/{review}"
    async with office.as_(INES) as ines:
        page = await ines.get("/queue")
        leads = await ines.send(f"{place}/approve", page)
        assert leads == f"/queue?noted={review}"
        assert "Your word is noted" in await ines.get(leads)
    async with office.as_(MAJA) as maja:
        page = await maja.get(place)
        assert "Ines Halvard approved the draft" in page
        await maja.send(f"{place}/approve", page)
    assert await state(office, review) is ReviewState.APPROVED


async def test_two_people_remove_the_same_case(office: Office) -> None:
    office.instance.mind.facts = Facts(promise=PromiseFact(date(2026, 5, 22), Decimal(100), "EUR"))
    (review,) = await waiting(office, "We will pay INV-1 on Friday.")
    place = f"/reviews/{review}"
    async with office.as_(INES) as ines:
        page = await ines.get(place)
        version = re.search(r'name="version" value="(\d+)"', page)
        found = re.search(r'<option value="([0-9a-f-]{36})">Remove', page)
        assert version is not None
        assert found is not None
        await ines.post(f"{place}/approve", version=version[1], removed=found[1])
    async with office.as_(MAJA) as maja:
        assert f'<option value="{found[1]}" selected>Remove' in await maja.get(place)


async def test_a_value_is_put_right_only_while_the_case_is_pending(office: Office) -> None:
    office.instance.mind.facts = Facts(promise=PromiseFact(date(2026, 5, 22), Decimal(100), "EUR"))
    (review,) = await waiting(office, "We will pay INV-1 on Friday.")
    place = f"/reviews/{review}"
    async with office.as_(INES) as ines:
        assert f'action="{place}/fact"' in await ines.get(place)
        async with office.instance.database.write() as uow:
            (await uow.reviews.get(review)).state = ReviewState.AWAITING_SECOND
        page = await ines.get(place)
        assert f'action="{place}/fact"' not in page
        assert 'popovertarget="correct"' in page


async def test_who_refuses_is_told_that_it_takes_two_and_where_to_go_on(office: Office) -> None:
    (review,) = await waiting(office, "We will pay INV-1 on Friday.")
    place = f"/reviews/{review}"
    async with office.as_(INES) as ines:
        await ines.send(f"{place}/approve", await ines.get(place))
    async with office.as_(UGO) as ugo:
        said = await ugo.send(f"{place}/approve", await ugo.get(place), 422)
        assert "A second person is needed" in said
        assert "Something is missing" not in said
        assert "Next in queue" in said


@pytest.mark.parametrize("kind", [CaseKind.DISPUTE, CaseKind.EXTENSION])
async def test_an_outcome_and_granted_time_show_the_first_word(office: Office, kind: CaseKind) -> None:
    detail = DisputeReason.QUALITY.value if kind is CaseKind.DISPUTE else ""
    note = CaseNote(kind, "C-1", ("INV-1",), Money(Decimal(500), "EUR"), detail=detail)
    case_id = await office.services.cases.note(note, office.instance.collector)
    place = f"/cases/{case_id}"
    deed: str
    fields: dict[str, Any]
    deed, fields, said = (
        ("resolve", {"resolution": "settled", "amount": "250"}, "Ines Halvard would end it so: settled in between, ")
        if kind is CaseKind.DISPUTE
        else ("grant", {"until": "2026-06-12"}, "Ines Halvard would grant time until ")
    )
    async with office.as_(INES) as ines:
        assert await ines.post(f"{place}/{deed}", **fields) == place
        page = await ines.get(place)
        assert said in page
        assert "Decide the same" not in page
    async with office.as_(MAJA) as maja:
        page = await maja.get(place)
        assert said in page
        await maja.send(f"{place}/{deed}", page)
        assert said not in await maja.get(place)
    async with office.instance.database.read() as uow:
        row = await uow.session.get_one(CaseRow, case_id)
    assert row.state is (CaseState.RESOLVED if kind is CaseKind.DISPUTE else CaseState.CONFIRMED)


async def test_instalments_are_granted_by_two(office: Office) -> None:
    note = CaseNote(CaseKind.EXTENSION, "C-1", ("INV-1",))
    place = f"/cases/{await office.services.cases.note(note, office.instance.collector)}"
    days, sums = ["2026-06-12", "2026-07-12"], ["50", "50.00"]
    steps: dict[str, Any] = {"step_day": days, "step_amount": sums, "currency": "EUR"}
    async with office.as_(INES) as ines:
        await ines.post(f"{place}/grant", **steps)
        assert "would grant these instalments" in await ines.get(place)
    async with office.as_(MAJA) as maja:
        await maja.send(f"{place}/grant", await maja.get(place))
        assert "would grant these instalments" not in await maja.get(place)


async def test_a_reminder_says_that_it_waits_for_a_second_person(office: Office, desk: Desk) -> None:
    (row,) = await desk.draft()
    place, batch = f"/reminders/{row.id}", f"/reminders/batches/{row.batch_id}"
    async with office.as_(INES) as ines:
        leads = await ines.post(f"{batch}/approve", chosen=f"{row.id}:{row.version}")
        assert leads == f"{batch}?sent=0&kept=0&second=1"
        page = await ines.get(leads)
        assert "a second person has to approve it too" in page
        assert "stayed behind" not in page
        assert "Waits for a second person" in page
        leads = await ines.post(
            f"{place}/approve", version=str(row.version), subject="Please pay", body="Please pay soon.", is_meant="true"
        )
        assert leads == f"{batch}?second=1#r-{row.id}"
    async with office.as_(MAJA) as maja:
        page = await maja.get(place)
        assert "Ines Halvard approved the text below" in page
        assert "Please pay soon.</textarea>" in page
        await maja.post(
            f"{place}/approve", version=str(row.version), subject="Please pay", body="Please pay soon.", is_meant="true"
        )
    async with office.instance.database.read() as uow:
        assert (await uow.session.get_one(ReminderRow, row.id)).state is ReminderState.APPROVED


async def test_who_is_no_second_person_to_the_first_is_told_why_beside_a_batch(office: Office, desk: Desk) -> None:
    (row,) = await desk.draft()
    batch = f"/reminders/batches/{row.batch_id}"
    async with office.as_(INES) as ines:
        await ines.post(f"{batch}/approve", chosen=f"{row.id}:{row.version}")
    async with office.as_(UGO) as ugo:
        said = await ugo.post(f"{batch}/approve", 422, chosen=f"{row.id}:{row.version}")
        assert "1 stayed behind: one of the two people must be a manager: hand the case up." in said
        assert "Your word on" not in said


async def test_several_answers_say_how_many_wait_for_a_second_person(office: Office) -> None:
    (review,) = await waiting(office, "We will pay INV-1 on Friday.")
    async with office.instance.database.write() as uow:
        row = await uow.reviews.get(review)
        row.reasons, version = [], row.version
    async with office.as_(INES) as ines:
        leads = await ines.post("/queue/bulk/confirmed", deed="approve", pick=f"{review}:{version}")
        assert leads == "/queue?done=0&left=0&second=1"
        assert "Your word on 1 is noted" in await ines.get(leads)
        asked = await ines.post("/queue/bulk", 200, deed="approve", pick=f"{review}:{version}")
        assert "Answers that carry files or wait for a second person are approved one by one." in asked


async def test_enter_in_a_field_has_no_button_to_press(office: Office, desk: Desk) -> None:
    """The first submit button of a form is the one that Enter presses: where that would decide, it is disabled."""
    (row,) = await desk.draft()
    (review,) = await waiting(office, "We will pay INV-1 on Friday.")
    async with office.as_(INES) as ines:
        for path, action in (
            (f"/reviews/{review}?edit=1", f"/reviews/{review}/edit"),
            (f"/reminders/{row.id}", f"/reminders/{row.id}/approve"),
        ):
            form = (await ines.get(path)).partition(f'action="{action}"')[2].partition("</form>")[0]
            first = re.search(r"<(?:button|input)[^>]*type=\"submit\"[^>]*>", form)
            assert first is not None
            assert " disabled" in first[0]
