"""Contact hygiene, from the mail to the ledger: who bounced, who left, who follows; on both databases."""

from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import ContactProposalRow, ContactRow, CustomerRow, TaskRow
from app.db.tables.system import AuditRow
from app.domain.case import Case
from app.domain.contact import ProposalState, Reachability
from app.domain.errors import Invalid, NotAllowed
from app.domain.ids import new_id
from app.domain.intents import Intent
from app.domain.message import Authentication, Identity, ReadMail
from app.domain.ports import Thought
from app.domain.proposal import ContactFact, Facts
from app.domain.review import Action, Role
from app.domain.task import TaskKind
from app.ledger.contacts import ContactService
from app.review.files import open_reading
from app.triage.service import TriageService
from tests.fakes import PlainMind
from tests.instances import Instance, mail
from tests.unit.reading.machinery.test_bounces import block, notification

PETRA = "petra@customer.example"
LEFT = "Petra Vane has left the company. Her successor is Jo Hart, jo@customer.example."


@dataclass
class Observant(PlainMind):
    """Hears in every mail that Jo Hart is to be written to; our own server confirms every sender, or none."""

    verdict: Authentication = Authentication.PASS

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        found = await PlainMind.read(self, raw, identity)
        return replace(found, screening=replace(found.screening, authentication=self.verdict))

    async def think(self, case: Case) -> Thought:
        self.intent = Intent.CONTACT_UPDATE
        thought = await PlainMind.think(self, case)
        facts = Facts(contact=ContactFact("Jo Hart", "Jo@customer.example"))
        return replace(thought, proposal=replace(thought.proposal, facts=facts))


def _observe(instance: Instance, verdict: Authentication = Authentication.PASS) -> ContactService:
    mind = Observant(verdict=verdict)
    instance.triage = TriageService(instance.database, mind, instance.triage._policy, instance.clock)  # noqa: SLF001
    return ContactService(instance.database, instance.clock)


async def _contacts(instance: Instance) -> dict[str, Reachability]:
    async with instance.database.read() as uow:
        return {row.email: row.reachability for row in await uow.ledger.contacts("C-1")}


async def _kinds(instance: Instance) -> list[str]:
    async with instance.database.read() as uow:
        return list(await uow.session.scalars(sa.select(AuditRow.kind).where(AuditRow.kind.like("ledger.contact%"))))


async def _version(instance: Instance) -> tuple[int, int]:
    async with instance.database.read() as uow:
        return await uow.ledger.version("C-1")


async def _sent(instance: Instance) -> str:
    """Answer a mail, and give the Message-ID of what left."""
    (review,) = await instance.work(mail())
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    instance.clock.advance(seconds=31)
    await instance.outbox.work(str(decided.outbox_id))
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
    return row.rfc_message_id


async def _bounce(instance: Instance, original: str, status: str = "5.1.1") -> None:
    raw = notification(block(PETRA, status), original=f"Message-ID: <{original.strip('<>')}>")
    await instance.work(raw)


async def test_a_hard_bounce_of_our_own_mail_marks_the_contact(instance: Instance) -> None:
    sent = await _sent(instance)
    before = await _version(instance)
    await _bounce(instance, sent)
    assert await _contacts(instance) == {PETRA: Reachability.BOUNCED}
    after = await _version(instance)
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert await _kinds(instance) == ["ledger.contact.bounced"]


async def test_a_bounce_of_no_mail_of_ours_marks_nobody(instance: Instance) -> None:
    await _sent(instance)
    await _bounce(instance, "somebody@elsewhere.example")
    assert await _contacts(instance) == {PETRA: Reachability.OK}


@pytest.mark.parametrize(("email", "state"), [(PETRA, Reachability.BOUNCED), ("jo@customer.example", Reachability.OK)])
async def test_a_bounce_in_words_counts_for_the_address_that_we_wrote_to(
    instance: Instance, email: str, state: Reachability
) -> None:
    sent = await _sent(instance)
    body = f"<{email}>: 550 5.1.1 user unknown\n\nReceived: by mx\nMessage-ID: <{sent}>\n"
    await instance.work(mail(body, subject="failure notice", sender="MAILER-DAEMON@mx.example"))
    assert await _contacts(instance) == {PETRA: state}


async def test_a_soft_bounce_does_nothing(instance: Instance) -> None:
    await _bounce(instance, await _sent(instance), "4.2.2")
    assert await _contacts(instance) == {PETRA: Reachability.OK}


async def test_a_mail_from_a_bounced_address_heals_it(instance: Instance) -> None:
    await _bounce(instance, await _sent(instance))
    await instance.work(mail("I am here, we pay tomorrow."))
    assert await _contacts(instance) == {PETRA: Reachability.OK}
    assert (await _kinds(instance))[-1] == "ledger.contact.reached"


async def test_who_left_is_retired_and_the_successor_waits_for_a_person(instance: Instance) -> None:
    contacts = _observe(instance)
    await instance.work(mail(LEFT))
    assert await _contacts(instance) == {PETRA: Reachability.LEFT}
    (proposed,) = await contacts.proposed()
    assert (proposed.name, proposed.email, proposed.old) == ("Jo Hart", "jo@customer.example", "Petra Vane")
    assert proposed.is_verified
    assert proposed.review_id is not None
    await contacts.confirm(proposed.id, by=instance.collector)
    assert await _contacts(instance) == {PETRA: Reachability.LEFT, "jo@customer.example": Reachability.OK}
    assert await contacts.proposed() == []
    with pytest.raises(Invalid, match="confirmed already"):
        await contacts.reject(proposed.id, by=instance.collector)


async def test_who_left_by_a_mail_that_no_check_confirms_is_asked_about_and_goes_with_the_successor(
    instance: Instance,
) -> None:
    contacts = _observe(instance, Authentication.NONE)
    await instance.work(mail(LEFT))
    assert await _contacts(instance) == {PETRA: Reachability.OK}
    async with instance.database.read() as uow:
        assert [task.kind for task in await uow.session.scalars(sa.select(TaskRow))] == [TaskKind.CONTACT_LEFT]
    (proposed,) = await contacts.proposed()
    await contacts.confirm(proposed.id, by=instance.collector)
    assert await _contacts(instance) == {PETRA: Reachability.LEFT, "jo@customer.example": Reachability.OK}


async def test_a_rejected_successor_is_no_contact(instance: Instance) -> None:
    contacts = _observe(instance)
    await instance.work(mail(LEFT))
    (proposed,) = await contacts.proposed()
    await contacts.reject(proposed.id, by=instance.collector)
    assert list(await _contacts(instance)) == [PETRA]


async def test_a_stranger_retires_nobody(instance: Instance) -> None:
    await instance.work(mail(message_id="a1@customer.example"))
    contacts = _observe(instance)
    stranger = "Someone <someone@elsewhere.example>"
    await instance.work(mail(LEFT, sender=stranger, references=["a1@customer.example"]))
    assert await _contacts(instance) == {PETRA: Reachability.OK}
    (proposed,) = await contacts.proposed()
    assert not proposed.is_verified
    assert proposed.old == ""


async def test_a_new_contact_beside_the_old_one_retires_nobody(instance: Instance) -> None:
    contacts = _observe(instance)
    await instance.work(mail("From now on please write to Jo Hart, jo@customer.example."))
    assert await _contacts(instance) == {PETRA: Reachability.OK}
    assert len(await contacts.proposed()) == 1


async def test_an_auditor_confirms_nothing(instance: Instance) -> None:
    contacts = _observe(instance)
    await instance.work(mail(LEFT))
    (proposed,) = await contacts.proposed()
    with pytest.raises(NotAllowed):
        await contacts.confirm(proposed.id, by=replace(instance.collector, role=Role.AUDITOR))


async def test_a_person_has_a_contact_written_to_again(instance: Instance) -> None:
    contacts = _observe(instance)
    await instance.work(mail(LEFT))
    async with instance.database.read() as uow:
        (row,) = await uow.contacts.at(PETRA)
    assert await contacts.restore(row.id, by=instance.collector) == "C-1"
    assert await _contacts(instance) == {PETRA: Reachability.OK}


async def test_name_and_address_are_sealed(instance: Instance) -> None:
    _observe(instance)
    await instance.work(mail(LEFT))
    async with instance.database.read() as uow:
        (row,) = await uow.session.scalars(sa.select(ContactProposalRow))
        assert row.state is ProposalState.PROPOSED
        bodies = list(await uow.session.scalars(sa.select(AuditRow.body)))
        assert not any(b"jo@customer" in body or b"Hart" in body for body in bodies)
        assert [c.email for c in await uow.session.scalars(sa.select(ContactRow))] == [PETRA]
        assert [c.id for c in await uow.session.scalars(sa.select(CustomerRow))] == ["C-1"]


async def test_who_wants_no_e_mail_is_not_written_to_until_a_person_says_so(instance: Instance) -> None:
    contacts = ContactService(instance.database, instance.clock)
    async with instance.database.read() as uow:
        (contact,) = await uow.contacts.at(PETRA)
    with pytest.raises(NotAllowed):
        await contacts.decline(contact.id, by=replace(instance.collector, role=Role.AUDITOR))
    await contacts.decline(contact.id, by=instance.collector)
    await instance.work(mail("We pay INV-1 on Friday."))
    assert await _contacts(instance) == {PETRA: Reachability.DECLINED}, "writing to us is no wish to hear from us"
    await contacts.restore(contact.id, by=instance.collector)
    assert await _contacts(instance) == {PETRA: Reachability.OK}
    assert await _kinds(instance) == ["ledger.contact.declined", "ledger.contact.restored"]


async def test_a_stranger_who_passes_for_any_customers_contact_is_marked(instance: Instance) -> None:
    await instance.work(mail("Please confirm.", sender="P <p@cust0mer.example>", message_id="before@x.example"))
    await instance.work(mail("Please confirm.", sender="P <p@n0rthwind.example>", message_id="early@x.example"))
    async with instance.database.write() as uow:
        uow.session.add(CustomerRow(id="C-9", name="Northwind"))
        await uow.session.flush()  # nothing else tells which of the two comes first
        uow.session.add(
            ContactRow(id=new_id(), customer_id="C-9", name="Ed", email="ed@northwind.example", role="other")
        )
    await instance.work(mail("Please confirm.", sender="P <p@n0rthwind.example>", message_id="late@x.example"))
    await instance.work(mail("Please confirm.", sender="Petra Vane <boss@mail.example>", message_id="name@x.example"))
    await instance.work(mail("Please confirm.", sender="Petra Vane <petra@customer.example>"))
    assert await _signs(instance) == [
        ("contact_look_alike",),
        (),
        ("contact_look_alike",),
        ("contact_name_elsewhere",),
        (),
    ]


async def _signs(instance: Instance) -> list[tuple[str, ...]]:
    """Of each mail, as it was stored when it was read."""
    async with instance.database.read() as uow:
        return [(await open_reading(uow, message)).screening.fraud_signs for message in await instance.messages()]
