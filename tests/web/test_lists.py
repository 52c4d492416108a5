"""What a person finds in the lists and on a customer's page, and where each form leads back to."""

import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from app.db.tables.ledger import CustomerRow, TaskRow
from app.domain.ids import new_id
from app.domain.message import MessageState
from app.domain.review import Role
from app.domain.task import TaskKind, TaskState
from app.ledger import pages as ledger_pages
from tests.web.house import House, csrf_of
from tests.web.test_ledger_pages import check
from tests.web.world import WIDE, World

INES = "ines@seller.example"
MINE = f"{Role.COLLECTOR}@seller.example"


async def post(http: httpx.AsyncClient, path: str, **fields: Any) -> str:
    answer = await http.post(path, data={"csrf": csrf_of(http), **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def page(http: httpx.AsyncClient, path: str) -> str:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    check(answer.text)
    return answer.text


async def test_a_task_that_is_done_leaves_the_list_as_it_was_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_pages, "LISTED", 1)
    async with house.services.database.write() as uow:
        uow.session.add_all(
            TaskRow(
                id=new_id(), key=f"call {n}", kind=TaskKind.CALL, state=TaskState.OPEN, customer_id="C-1",
                owner_email=INES, due=date(2026, 6, n), opened_at=house.clock(),
            )
            for n in (1, 2, 3)
        )  # fmt: skip
    async with house.as_(Role.COLLECTOR) as http:
        first = await page(http, f"/tasks?owner={INES}")
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None
        place = following[1].replace("&amp;", "&")
        second = await page(http, place)
        assert "2 Jun" in second
        fields = dict(re.findall(r'<input type="hidden" name="(show|owner|after)" value="([^"]*)">', second))
        done = re.findall(r'action="(/tasks/[\w-]+/done)"', second)
        assert await post(http, done[0], **fields) == httpx.URL(place).raw_path.decode()
        assert "3 Jun" in await page(http, place)


async def test_hardship_has_a_list_and_a_way_to_it(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        assert 'href="/hardship"' in await page(http, "/promises")
        assert 'href="/cases/new?kind=hardship"' in await page(http, "/hardship")
        customer = await page(http, "/customers/C-1")
        assert 'href="/cases/new?kind=hardship&amp;customer=C-1"' in customer
        assert 'href="/hardship"' in await page(http, "/cases/new?kind=hardship&customer=C-1")
        case = await post(http, "/cases", kind="hardship", customer="C-1")
        assert case in await page(http, "/hardship")
        await post(http, f"{case}/resolve")
        assert "Nobody is in hardship" in await page(http, "/hardship")
        assert case in await page(http, "/hardship?show=over")


async def test_the_reason_of_a_hold_is_for_those_who_decide_and_it_is_lifted_where_it_is_read(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        await post(http, "/holds", customer="C-1", until="2026-06-30", reason="in talks with their lawyer")
        shown = await page(http, "/customers/C-1")
    async with house.as_(Role.AUDITOR) as reader:
        assert "in talks with their lawyer" in shown
        read = await page(reader, "/customers/C-1")
        assert "Do not contact until" in read
        assert "in talks" not in read + await page(reader, "/holds")
        assert "/lift" not in read
    lift = re.search(r'action="(/holds/[\w-]+/lift)"><[^>]+><input type="hidden" name="view" value="(\w+)">', shown)
    assert lift is not None
    async with house.as_(Role.COLLECTOR) as http:
        assert await post(http, lift[1], view=lift[2]) == "/customers/C-1"
        assert "Do not contact until" not in (await page(http, "/customers/C-1")).split("Timeline")[0]


async def test_a_dispute_has_an_owner_and_a_day_from_the_beginning(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        form = await page(http, "/cases/new?kind=dispute")
        assert 'name="owner"' in form
        assert 'name="due"' in form
        given = {"kind": "dispute", "customer": "C-1", "detail": "price", "owner": MINE, "due": "2026-06-12"}
        case = await post(http, "/cases", **given)
        listed = await page(http, f"/disputes?owner={MINE}")
        assert case in listed
        assert "12 Jun" in listed
        assert f'href="{case}"' in (await page(http, "/customers/C-1")).partition("Timeline")[2]


async def test_who_owes_nothing_is_found_too(house: House) -> None:
    async with house.services.database.write() as uow:
        uow.session.add(CustomerRow(id="C-9", name="Paid Up Ltd", currency="EUR", country="GB"))
    async with house.as_(Role.COLLECTOR) as http:
        for text in ("paid up", "C-9"):
            assert 'href="/customers/C-9"' in await page(http, f"/customers?q={text}")
        assert "No customer matches" in await page(http, "/customers?q=nobody")


async def test_programs_page_tasks_and_holds(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        await post(http, "/holds", customer="C-1", until="2026-06-30", reason="private")
        await post(http, "/holds", customer="C-1", until="2026-06-09")
    async with house.services.database.write() as uow:
        uow.session.add_all(
            TaskRow(
                id=new_id(), key=f"call {n}", kind=TaskKind.CALL, state=TaskState.OPEN, customer_id="C-1",
                due=house.clock().date() + timedelta(days=n), opened_at=house.clock(),
            )
            for n in (2, 1)
        )  # fmt: skip
    async with house.as_(None) as http:
        http.headers["Authorization"] = f"Bearer {house.tokens[Role.COLLECTOR]}"

        async def walked(path: str, field: str) -> list[str]:
            seen, after = [], ""
            while True:
                answer = (await http.get(path, params={"limit": 1, "after": after})).json()
                assert "private" not in str(answer)
                seen += [item[field] for item in answer["items"]]
                after = answer["next"]
                if after is None:
                    return seen

        assert await walked("/api/v1/holds", "until") == ["2026-06-09", "2026-06-30"]
        assert await walked("/api/v1/tasks", "due") == ["2026-05-22", "2026-05-23"]
        assert (await http.get("/api/v1/tasks?state=done")).json() == {"items": [], "next": None}
        assert (await http.get("/api/v1/tasks?after=nonsense")).status_code == 422


async def test_an_auditor_keeps_views_of_their_own_and_shares_none(house: House) -> None:
    async with house.as_(Role.AUDITOR) as http:
        form = await page(http, "/queue?q=label:dispute")
        assert 'action="/queue/views"' in form
        assert 'name="shared"' not in form
        await post(http, "/queue/views", name="Disputes", q="label:dispute")
        remove = re.search(r'action="(/queue/views/[\w-]+/remove)"', await page(http, "/queue?q=label:dispute"))
        assert remove is not None
        await post(http, remove[1])
        answer = await http.post("/queue/views", data={"csrf": csrf_of(http), "name": "D", "q": "x1", "shared": "yes"})
        assert answer.status_code == 403


async def test_a_mail_is_read_wherever_it_is(world: World) -> None:
    message, review = world.ids["message_id"], world.ids["review_id"]
    async with world.services.database.write() as uow:
        *_, read, unreadable = await uow.messages.page(state=None, after=None, limit=9)
        read.state = MessageState.IN_WORK
        await uow.session.delete(await uow.reviews.of_message(read.id))
    async with await world.as_(WIDE) as http:
        answer = await http.get(f"/messages/{message}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/reviews/{review}")
        for lone, said in ((read, "is being read"), (unreadable, "is in quarantine")):
            shown = await page(http, f"/messages/{lone.id}")
            assert f"This mail {said}" in shown
            assert "<xss-probe" not in shown
        assert "We will pay INV-1" in await page(http, f"/messages/{read.id}")


async def test_a_mail_that_needs_an_answer_leaves_the_page_of_the_list_where_it_was(world: World) -> None:
    async with world.services.database.write() as uow:
        *_, listed, after = await uow.messages.page(state=None, after=None, limit=9)
        listed.state = MessageState.NO_ANSWER
        await uow.session.delete(await uow.reviews.of_message(listed.id))
    async with await world.as_(WIDE) as http:
        shown = await page(http, f"/no-answer?message={listed.id}&after={after.id}")
        assert f'<input type="hidden" name="after" value="{after.id}">' in shown
        place = await post(http, f"/messages/{listed.id}/needs-answer", after=str(after.id))
        assert place == f"/no-answer?after={after.id}"
