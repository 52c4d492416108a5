"""Whoever looks at something of somebody is noted, in batches, and no page waits for it."""

import json

import pytest
from sqlalchemy.exc import OperationalError

from app.audit.reads import ReadLog
from app.db.tables.system import Chain
from app.domain.ids import new_id
from app.domain.message import MessageState
from app.domain.people import DUEBOX
from app.domain.review import Role
from app.web.reads import NOT_NOTED, READS
from tests.web.access import routes_of
from tests.web.house import House
from tests.web.world import WIDE, World


async def entries(house: House) -> list[dict[str, object]]:
    await house.services.reads.flush()
    async with house.services.database.read() as uow:
        return [json.loads(link.body) async for link in uow.audit.links(Chain.ACCESS)]


async def test_every_page_is_noted_or_shows_nothing_of_anybody(house: House) -> None:
    pages = {path for method, path in routes_of(house.app) if method == "GET"}
    assert READS.keys() | NOT_NOTED == pages, "say in app/web/reads.py how a look at these is noted"
    assert not READS.keys() & NOT_NOTED


async def test_a_look_says_who_at_what_and_when_and_is_found_again(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        assert (await http.get("/customers/C-1")).status_code == 200
        assert (await http.get("/customers/C-9")).status_code == 404
        looked_at = house.clock()
        house.clock.advance(seconds=5)
        assert (await http.get("/sent")).status_code == 200
    token = {"Authorization": f"Bearer {house.tokens[Role.AUDITOR]}"}
    async with house.as_(None) as http:
        assert (await http.get("/customers/C-1")).status_code == 303
        assert (await http.get("/api/v1/messages", headers=token)).status_code == 200
    noted = [entry for entry in await entries(house) if str(entry["kind"]).endswith(".read")]
    assert [(entry["kind"], entry["refs"]) for entry in noted] == [
        ("ledger.customer.read", {"by_program": False, "customer_id": "C-1"}),
        ("outbox.mails.read", {"by_program": False}),
        ("review.mails.read", {"by_program": True}),
    ]
    assert noted[0]["at"] == looked_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert len({entry["actor"] for entry in noted}) == 2
    async with house.as_(Role.AUDITOR) as http:
        page = (await http.get("/decisions?chain=access&customer=C-1")).text
        assert (page.count('<b class="fw-medium">Customer read</b>'), "Sent mail read</b>" in page) == (1, False)
        export = (await http.get("/decisions/export.jsonl?chain=access&kind=ledger.customer.read")).text
        assert [json.loads(line)["refs"]["customer_id"] for line in export.splitlines()] == ["C-1"]
    assert {"audit.log.read", "audit.log.exported"} <= {entry["kind"] for entry in await entries(house)}
    assert (await house.services.audit.verify(Chain.ACCESS)).first_bad is None


async def test_what_a_page_opens_by_itself_is_noted_and_what_it_asks_again_only_once(world: World) -> None:
    reads, database = world.services.reads, world.services.database
    async with database.write() as uow:
        thanks = (await uow.messages.page(state=None, after=None, limit=9))[2]
        thanks.state = MessageState.NO_ANSWER
    async with await world.as_(WIDE) as http:
        shown = (await http.get("/queue")).text
        assert (await http.get("/no-answer")).status_code == 200
        for query in ("q=from:petra", "q=from:petra", f"q=from:petra&review={world.ids['review_id']}", "q=amount%3E5"):
            assert (await http.get(f"/queue/status?{query}")).status_code == 200
    await reads.flush()
    async with database.read() as uow:
        links = [json.loads(link.body) async for link in uow.audit.links(Chain.ACCESS)]
    noted = [entry for entry in links if str(entry["kind"]).startswith("review.")]
    kinds = [(entry["kind"], entry["refs"].get("review_id")) for entry in noted]
    assert kinds == [
        ("review.item.read", kinds[0][1]),
        ("review.no_answer.read", None),
        ("review.queue.read", None),
        ("review.queue.read", None),
    ]
    assert f'action="/reviews/{kinds[0][1]}/approve"' in shown
    assert noted[1]["refs"]["message_id"] == str(thanks.id)


async def test_nobody_looks_unseen_by_how_they_spell_an_address(world: World) -> None:
    reads, database = world.services.reads, world.services.database
    review, other = world.ids["review_id"], new_id()
    many = "&".join(["x=1"] * 200)
    async with await world.as_(WIDE) as http:
        for address in (f"/reviews/{review.upper()}", f"/queue?review={other}&review={review}&{many}"):
            assert (await http.get(address)).status_code == 200
    await reads.flush()
    async with database.read() as uow:
        links = [json.loads(link.body) async for link in uow.audit.links(Chain.ACCESS)]
    noted = [entry["refs"]["review_id"] for entry in links if entry["kind"] == "review.item.read"]
    assert noted == [review, review]
    assert (await world.services.audit.verify(Chain.ACCESS)).first_bad is None


async def test_a_list_that_stays_open_is_noted_again_after_a_while(house: House) -> None:
    reads = house.services.reads
    for minutes in (0, 5, 9, 2, 20):
        house.clock.advance(seconds=minutes * 60)
        reads.note("review.queue.read", by=DUEBOX, repeats="q=")
    assert await reads.flush() == 3


async def test_a_full_list_counts_what_it_cannot_take_and_what_cannot_be_written_stays(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads = ReadLog(house.services.database, house.clock, most_waiting=2)
    for number in range(5):
        reads.note("ledger.customer.read", by=DUEBOX, customer_id=f"C-{number}")

    def broken() -> None:
        raise OperationalError("BEGIN", {}, OSError("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(house.services.database, "write", broken)
        with pytest.raises(OperationalError):
            await reads.flush()
    reads.start()
    await reads.stop()
    kinds = [(entry["kind"], entry["refs"]) for entry in await entries(house)]
    assert kinds[-3:] == [
        ("ledger.customer.read", {"customer_id": "C-0"}),
        ("ledger.customer.read", {"customer_id": "C-1"}),
        ("audit.reads.lost", {"count": 3}),
    ]
    assert await reads.flush() == 0
