"""What the page of a case warns of: a wish for no more mail, marked at one click; what is damaged, in words."""

import re
from dataclasses import dataclass, replace

from app.db.tables.ledger import ContactRow
from app.db.tables.mail import MailboxKind
from app.domain.case import Case
from app.domain.contact import Reachability
from app.domain.ids import new_id
from app.domain.intents import Reason
from app.domain.ports import Thought
from app.domain.review import ReviewState, Role
from app.intake.incoming import Incoming
from app.triage.service import TriageService
from tests.fakes import PlainMind
from tests.instances import ADDRESS, mail
from tests.web.house import House, csrf_of

PETRA = "petra@customer.example"
BANNER = "The writer wants no more e-mail from you."


@dataclass
class Told(PlainMind):
    async def think(self, case: Case) -> Thought:
        thought = await PlainMind.think(self, case)
        return replace(thought, proposal=replace(thought.proposal, reasons=(Reason.NO_MORE_MAIL,), draft=None))


async def waiting(house: House, raw: bytes, mind: PlainMind | None = None) -> str:
    services = house.services
    async with services.database.write() as uow:
        box = await uow.mailboxes.add(
            secret="", name="test", address=ADDRESS, team="Seller", kind=MailboxKind.WEBHOOK, scheme="raw"
        )
    await services.intake.store(box.id, [Incoming("webhook:1", raw, house.clock())])
    async with services.database.read() as uow:
        (message,) = await uow.messages.page(state=None, after=None, limit=2)
    await TriageService(services.database, mind or Told(), services.policy, house.clock).work(str(message.id))
    async with services.database.read() as uow:
        (review,) = await uow.reviews.page(state=ReviewState.PENDING, after=None, limit=2)
    return str(review.id)


async def test_one_click_on_the_case_marks_the_contact(house: House) -> None:
    review = await waiting(house, mail(""))
    async with house.as_(Role.AUDITOR) as http:
        page = (await http.get(f"/reviews/{review}")).text
        assert BANNER in page
        assert not re.search(r"/contacts/[0-9a-f-]+/decline", page)
    async with house.as_(Role.COLLECTOR) as http:
        found = re.search(r'action="(/contacts/[0-9a-f-]+/decline)"', (await http.get(f"/reviews/{review}")).text)
        assert found is not None
        form = {"csrf": csrf_of(http), "back": review, "view": "item"}
        done = await http.post(found[1], data=form)
        assert (done.status_code, done.headers["location"]) == (303, f"/reviews/{review}")
        page = (await http.get(f"/reviews/{review}")).text
        assert BANNER in page
        assert found[1] not in page
        assert "No contact with this address is written to." in page
    async with house.services.database.read() as uow:
        assert [row.reachability for row in await uow.contacts.at(PETRA)] == [Reachability.DECLINED]


async def test_what_is_damaged_about_a_mail_is_said_in_words(house: House) -> None:
    broken = mail("X").replace(b"X", b"We pay on Friday \x80\xff.").replace(b'charset="utf-8"', b'charset="klingon"')
    review = await waiting(house, broken)
    async with house.as_(Role.COLLECTOR) as http:
        for language, words in (("en", "it names an unknown alphabet"), ("de", "unbekannten Zeichensatz")):
            page = await http.get(f"/reviews/{review}", headers={"accept-language": language})
            assert words in page.text
            assert "unknown_charset" not in page.text


async def test_the_case_says_who_gets_a_copy_and_why_others_do_not(house: House) -> None:
    async with house.services.database.write() as uow:
        (petra,) = await uow.contacts.at(PETRA)
        jo = ContactRow(id=new_id(), customer_id=petra.customer_id, name="Jo Hart", email="jo@customer.example")
        jo.role = petra.role
        uow.session.add(jo)
    raw = mail(headers=[("Cc", "Jo <jo@customer.example>, <script>@evil.test, eve@evil.test")])
    review = await waiting(house, raw, PlainMind())
    async with house.as_(Role.COLLECTOR) as http:
        page = (await http.get(f"/reviews/{review}")).text
        assert re.search(r"<dt>Copy</dt><dd>Jo Hart <span[^>]*>jo@customer.example</span>", page)
        assert re.search(r"<dt>No copy</dt>.*eve@evil.test</span> \(no contact of this customer\)", page)
        assert "<script>@evil" not in page
        assert "Jo Hart" in (await http.get(f"/reviews/{review}?edit=1")).text


async def test_a_message_id_that_another_mail_bears_is_warned_of_on_both(house: House) -> None:
    first = await waiting(house, mail("We will pay.", message_id="one@customer.example"), PlainMind())
    services = house.services
    async with services.database.read() as uow:
        box = await uow.mailboxes.by_name("test")
    async with house.as_(Role.COLLECTOR) as http:
        assert "same Message-ID" not in (await http.get(f"/reviews/{first}")).text
    other = mail("We dispute INV-1.", message_id="one@customer.example")
    await services.intake.store(box.id, [Incoming("webhook:2", other, house.clock())])
    async with services.database.read() as uow:
        message = (await uow.messages.page(state=None, after=None, limit=2))[1]
    await TriageService(services.database, PlainMind(), services.policy, house.clock).work(str(message.id))
    async with services.database.read() as uow:
        (second,) = [row for row in await uow.reviews.page(state=None, after=None, limit=3) if str(row.id) != first]
    async with house.as_(Role.COLLECTOR) as http:
        for review, beside in ((first, str(second.id)), (str(second.id), first)):
            page = (await http.get(f"/reviews/{review}")).text
            assert "Another mail came under the same Message-ID." in page
            assert re.search(rf'<a href="/reviews/{beside}">Compare it</a>', page)
