"""A test item as its reader meets it: on the page, over the API, and what managers see and switch."""

import re

from app.db.tables.mail import MailboxKind
from app.db.tables.oversight import Switch
from app.domain.intents import Route
from app.domain.people import DUEBOX
from app.domain.review import ReviewState, Role
from app.intake.incoming import Incoming
from app.triage.service import TriageService
from tests.fakes import PlainMind
from tests.instances import ADDRESS, mail
from tests.web.house import House, csrf_of

TRUE = "Dear Petra Vane,\n\nYour payment of 100.00 EUR is noted.\n\nKind regards,\nSeller"


async def planted(house: House) -> str:
    """The id of a review that shows a fault."""
    services = house.services
    async with services.database.write() as uow:
        box = await uow.mailboxes.add(
            secret="", name="test", address=ADDRESS, team="Seller", kind=MailboxKind.WEBHOOK, scheme="raw"
        )
        await uow.oversight.set(Switch.PLANTED_ONE_IN, 1, by=None)
    await services.intake.store(box.id, [Incoming("webhook:1", mail(), house.clock())])
    triage = TriageService(services.database, PlainMind(Route.AUTO, says=TRUE), services.policy, house.clock)
    async with services.database.read() as uow:
        (message,) = await uow.messages.page(state=None, after=None, limit=2)
    await triage.work(str(message.id))
    async with services.database.read() as uow:
        (review,) = await uow.reviews.page(state=ReviewState.PENDING, after=None, limit=2)
    return str(review.id)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


async def test_the_reader_of_a_test_item_is_told_and_decides_again(house: House) -> None:
    review = await planted(house)
    program = {"Authorization": f"Bearer {house.tokens[Role.COLLECTOR]}"}
    async with house.as_(Role.COLLECTOR) as http:
        item = (await http.get(f"/api/v1/reviews/{review}", headers=program)).json()
        (listed,) = (await http.get("/api/v1/reviews", headers=program)).json()["items"]
        message = (await http.get(f"/api/v1/messages/{item['message_id']}", headers=program)).json()
        fault = item["draft"]["body"]
        assert fault != TRUE
        assert (listed["draft"], message["proposal"]["draft"]["body"]) == (item["draft"], fault)
        for address in (f"/reviews/{review}", f"/queue?review={review}", f"/reviews/{review}?edit=1"):
            before = (await http.get(address)).text
            assert " ".join(fault.split()) in words(before)
            assert "test item" not in before.lower()
            assert "planted" not in before
        form = {"csrf": csrf_of(http), "version": item["version"], "view": "queue", "q": "label:payment_promise"}
        done = await http.post(f"/reviews/{review}/approve", data=form)
        assert (done.status_code, done.headers["location"]) == (
            303,
            f"/queue?q=label%3Apayment_promise&review={review}",
        )
        after = words((await http.get(done.headers["location"])).text)
        assert "This was a test item." in after
        assert "Nothing was sent, and your decision was not carried out." in after
        assert " ".join(TRUE.split()) in after
        stale = await http.post(
            f"/api/v1/reviews/{review}/decision",
            headers=program,
            json={"version": item["version"], "action": "approve"},
        )
        assert stale.status_code == 409
        assert "test item" not in stale.json()["detail"], "it was one, and is none any more"
    async with house.as_(Role.MANAGER) as http:
        assert "This was a test item." not in words((await http.get(f"/reviews/{review}")).text)
        figures = words((await http.get("/performance")).text)
        assert "All together 1 0 1 0 0% 0% to 79%" in figures


async def test_a_program_is_told_that_nothing_was_sent(house: House) -> None:
    review = await planted(house)
    program = {"Authorization": f"Bearer {house.tokens[Role.COLLECTOR]}"}
    async with house.as_(None) as http:
        told = await http.post(
            f"/api/v1/reviews/{review}/decision", headers=program, json={"version": 1, "action": "approve"}
        )
        assert told.status_code == 409
        assert told.json()["detail"].startswith("this was a test item")
        assert {key: told.json()[key] for key in ("state", "version", "decided_by")} == {
            "state": "pending",
            "version": 2,
            "decided_by": None,
        }
        assert (await http.get(f"/api/v1/reviews/{review}", headers=program)).json()["draft"]["body"] == TRUE
        assert (await http.get("/api/v1/outbox", headers=program)).json()["items"] == []


async def test_managers_switch_test_items_auditors_read_of_them_and_collectors_see_nothing(house: House) -> None:
    on = {"one_in": "40", "understood": "true"}
    async with house.as_(Role.MANAGER) as http:
        page = (await http.get("/performance")).text
        assert "Before you switch them on" in page
        csrf = csrf_of(http)
        for wrong in ({**on, "one_in": "5"}, {**on, "understood": "false"}):
            assert (await http.post("/performance/tests/on", data={"csrf": csrf, **wrong})).status_code == 422
        assert "test items" not in await house.services.dossier.make(by=DUEBOX)
        assert (await http.post("/performance/tests/on", data={"csrf": csrf, **on})).status_code == 303
        assert "Checking by test items" in await house.services.dossier.make(by=DUEBOX)
        assert "one of 40 fitting drafts, set by manager" in words((await http.get("/performance")).text)
    async with house.as_(Role.AUDITOR) as http:
        page = (await http.get("/performance")).text
        assert "one of 40 fitting drafts" in page
        assert "/performance/tests/" not in page
    async with house.as_(Role.COLLECTOR) as http:
        assert "test item" not in (await http.get("/performance")).text.lower()
    async with house.as_(Role.ADMIN) as http:
        assert (await http.post("/performance/tests/off", data={"csrf": csrf_of(http)})).status_code == 303
        assert "Before you switch them on" in (await http.get("/performance")).text
