"""What a person may ask for: all that is kept of them, right contacts, and to be erased as far as the law lets us."""

import io
import json
import re
import sqlite3
import subprocess
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.service import AuditService
from app.db.engine import sync_engine
from app.db.tables.everything import TABLES
from app.db.tables.ledger import CaseRow, ContactRow, CustomerRow, HoldRow, InvoiceRow, TaskRow
from app.db.tables.mail import ConversationRow, MessageRow
from app.db.tables.papers import DocumentRow
from app.db.tables.system import ApiTokenRow
from app.db.tables.work import OutboxRow
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.people import DUEBOX
from app.domain.review import Action, CaseKind, OutboxState
from app.ledger.cases import CaseNote, CaseService
from app.ledger.service import LedgerService
from app.policies.retention import load_retention
from app.privacy.service import Erased, PrivacyService
from tests.instances import Instance, mail, on_sqlite

PERSON = "petra@customer.example"
CONTACT = ("Petra Vane", PERSON)
STRANGER = "Zebulon Quackenbush <zebulon@canary-corp.example>"
WORDS = ("Xylophonstrasse 7", "Zebulon", "Quackenbush", "zebulon@canary-corp.example", "Kanarienvogel")


@pytest.fixture
def privacy(instance: Instance) -> PrivacyService:
    return PrivacyService(instance.database, load_retention(), instance.clock)


def dump(instance: Instance) -> str:
    """Every value of every row, bytes too, as a dump of the database has them."""
    engine = sync_engine(instance.url)
    with engine.connect() as connection:
        rows = [row for table in TABLES for row in connection.execute(sa.select(table.__table__))]
    engine.dispose()
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for row in rows for value in row
    )


def found(canaries: Sequence[str], text: str) -> list[str]:
    return [canary for canary in canaries if canary.casefold() in text.casefold()]


async def ignore_all(instance: Instance) -> None:
    """Nothing is under way any more."""
    for review in await instance.pending():
        await instance.reviews.decide(
            review.id, version=review.version, action=Action.IGNORE, reason="duplicate", by=instance.collector
        )


async def test_what_is_kept_of_a_person_is_handed_out_whole(instance: Instance, privacy: PrivacyService) -> None:
    raw = mail("We will pay.", sender=f"Petra Vane <{PERSON}>")
    await instance.receive(raw, mail("Hello.", sender=STRANGER, subject="Other"))
    out = io.BytesIO()
    assert await privacy.export(f" {PERSON.upper()} ", out, by=DUEBOX) == 1
    with zipfile.ZipFile(out) as archive:
        data = json.loads(archive.read("data.json"))
        assert archive.read(data["mails"][0]["file"]) == raw
        assert archive.namelist() == ["mails/0001-received.eml", "data.json"]
    assert [contact["name"] for contact in data["contacts"]] == ["Petra Vane"]


async def test_a_stranger_is_erased_at_once_and_a_dump_holds_nothing(
    instance: Instance, privacy: PrivacyService
) -> None:
    body = "Xylophonstrasse 7. Kanarienvogel."
    await instance.receive(mail(body, sender=STRANGER, subject="Kanarienvogel"))
    refused = await privacy.erase("zebulon@canary-corp.example", by=DUEBOX)
    assert (refused.erased, refused.unfinished) == (0, 1)
    await instance.work()
    await ignore_all(instance)
    done = await privacy.erase("zebulon@canary-corp.example", by=DUEBOX)
    assert (done.erased, done.restricted, done.unfinished) == (1, 0, 0)
    assert found(WORDS, dump(instance)) == []
    (message,) = await instance.messages()
    async with instance.database.read() as uow:
        assert await uow.messages.heads([message]) == {}
        with pytest.raises(NotFound):
            await uow.words.get(message.raw_id)
    verdict = await AuditService(instance.database).verify()
    assert (verdict.first_bad, verdict.entries > 0) == (None, True)


async def test_a_contact_is_emptied_and_letters_wait_for_the_statute(
    instance: Instance, privacy: PrivacyService
) -> None:
    await instance.work(mail(sender=f"Petra Vane <{PERSON}>"))
    await ignore_all(instance)
    assert found(CONTACT, dump(instance)) == list(CONTACT)
    done = await privacy.erase(PERSON, by=DUEBOX)
    assert (done.contacts, done.restricted, done.until) == (1, 1, date(2036, 12, 31))
    assert found(CONTACT, dump(instance)) == []
    (message,) = await instance.messages()
    async with instance.database.read() as uow:
        with pytest.raises(NotFound):
            await uow.words.get(message.raw_id)
    assert await privacy.export(PERSON, io.BytesIO(), by=DUEBOX) == 1
    assert await privacy.keep_no_longer() == 0
    instance.clock.now = instance.clock.now.replace(year=2037)
    assert await privacy.keep_no_longer() == 1
    assert await privacy.export(PERSON, io.BytesIO(), by=DUEBOX) == 0
    assert (await AuditService(instance.database).verify()).first_bad is None


@on_sqlite
async def test_the_next_import_brings_nobody_back(instance: Instance, privacy: PrivacyService) -> None:
    rows = [
        {
            "name": name,
            "email": email,
            "customer_id": "C-1",
            "role": "accounts_payable",
            "language": "en",
            "active": "yes",
        }
        for name, email in (("Petra Vane", PERSON.upper()), ("Tom Ash", "tom@customer.example"))
    ]
    ledger = LedgerService(instance.database, instance.clock)
    await privacy.erase(PERSON, by=DUEBOX)
    report = await ledger.import_rows("contacts", rows, by=DUEBOX)
    assert (report.rows, report.new) == (1, 1)
    assert "erased at their wish, and left out: 1" in " ".join(report.notes)
    assert (await ledger.import_rows("contacts", rows[:1], by=DUEBOX)).rows == 0
    assert found(CONTACT, dump(instance)) == []


@on_sqlite
async def test_the_file_itself_forgets(instance: Instance, privacy: PrivacyService) -> None:
    path = instance.url.removeprefix("sqlite:///")
    async with instance.database.read() as uow:
        sealed = await uow.session.scalar(sa.select(ConversationRow.sealed_key))
    assert sealed is None
    await instance.work(mail("Xylophonstrasse 7", sender=STRANGER))
    await ignore_all(instance)
    async with instance.database.read() as uow:
        (sealed,) = await uow.session.scalars(sa.select(ConversationRow.sealed_key))
    await privacy.erase("zebulon@canary-corp.example", by=DUEBOX)
    await privacy.erase(PERSON, by=DUEBOX)
    await instance.database.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(path, "rb") as file:  # noqa: ASYNC230  # a test
        content = file.read()
    assert sealed is not None
    assert sealed not in content
    assert [word for word in (*WORDS, *CONTACT) if word.encode() in content] == []


@on_sqlite
async def test_a_legal_hold_keeps_what_retention_would_erase(instance: Instance, privacy: PrivacyService) -> None:
    await instance.work(mail(sender=f"Petra Vane <{PERSON}>"))
    await ignore_all(instance)
    assert await privacy.hold("C-1", by=DUEBOX)
    assert not await privacy.hold("C-1", by=DUEBOX)
    assert (await privacy.erase(PERSON, by=DUEBOX)).held == 2
    instance.clock.now = instance.clock.now.replace(year=2040)
    assert await privacy.keep_no_longer() == 0
    await privacy.lift("C-1", by=DUEBOX)
    assert await privacy.keep_no_longer() == 1
    with pytest.raises(NotFound):
        await privacy.lift("C-1", by=DUEBOX)


async def test_a_legal_hold_keeps_contacts_and_what_waits_for_its_statute(
    instance: Instance, privacy: PrivacyService
) -> None:
    await instance.work(mail(sender=f"Petra Vane <{PERSON}>"))
    await ignore_all(instance)
    await privacy.hold("C-1", by=DUEBOX)
    assert (await privacy.erase(PERSON, by=DUEBOX)) == Erased(held=2)
    assert found(CONTACT, dump(instance)) == list(CONTACT)
    await privacy.lift("C-1", by=DUEBOX)
    assert (await privacy.erase(PERSON, by=DUEBOX)).restricted == 1
    await privacy.hold("C-1", by=DUEBOX)
    instance.clock.now = instance.clock.now.replace(year=2040)
    assert await privacy.keep_no_longer() == 0
    await privacy.lift("C-1", by=DUEBOX)
    assert await privacy.keep_no_longer() == 1


async def test_a_thread_of_which_a_mail_names_a_customer_is_theirs(instance: Instance, privacy: PrivacyService) -> None:
    await instance.work(mail("When is INV-1 due?", sender=STRANGER))
    await ignore_all(instance)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(MessageRow).values(customer_id="C-1"))
    await privacy.hold("C-1", by=DUEBOX)
    assert (await privacy.erase("zebulon@canary-corp.example", by=DUEBOX)).held == 1
    await privacy.lift("C-1", by=DUEBOX)
    done = await privacy.erase("zebulon@canary-corp.example", by=DUEBOX)
    assert (done.erased, done.restricted) == (0, 1)


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_a_natural_persons_name_is_in_no_dump_once_nothing_is_open(
    instance: Instance, privacy: PrivacyService
) -> None:
    canaries = ("Zebulon", "Quackenbush", "zebulon@canary-corp.example", "Kanarienvogel")
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(name="Zebulon Quackenbush", natural_person=True))
        await uow.session.execute(sa.update(ContactRow).values(name="Z. Quackenbush", email=canaries[2]))
    await instance.work(mail("Kanarienvogel.", sender=STRANGER, subject="Kanarienvogel"))
    await ignore_all(instance)
    assert found(canaries, pg_dump(instance.url)) == ["Zebulon", "Quackenbush", "zebulon@canary-corp.example"]
    done = await privacy.erase(canaries[2], by=DUEBOX)
    assert (done.contacts, done.unfinished) == (1, 1), "an invoice is open"
    assert found(canaries, pg_dump(instance.url)) == ["Zebulon", "Quackenbush"]
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(status="paid", open_amount=0))
    await privacy.hold("C-1", by=DUEBOX)
    await privacy.keep_no_longer()
    assert found(canaries, pg_dump(instance.url)) == ["Zebulon", "Quackenbush"], "held"
    await privacy.lift("C-1", by=DUEBOX)
    await privacy.keep_no_longer()
    assert found(canaries, pg_dump(instance.url)) == []
    assert (await AuditService(instance.database).verify()).first_bad is None


@on_sqlite
@pytest.mark.parametrize(("name", "gone"), [("Dana Counsel", False), ("Z. Quackenbush", True), ("", True)])
async def test_only_the_person_themselves_takes_a_customers_name_along(
    instance: Instance, privacy: PrivacyService, name: str, gone: bool
) -> None:
    """A debt counsellor is the contact of many debtors."""
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(name="Zebulon Quackenbush", natural_person=True))
        await uow.session.execute(sa.update(ContactRow).values(name=name, email="one@counsel.example"))
        await uow.session.execute(sa.update(InvoiceRow).values(status="paid", open_amount=0))
    await privacy.erase("one@counsel.example", by=DUEBOX)
    async with instance.database.read() as uow:
        names = set(await uow.session.scalars(sa.select(CustomerRow.name)))
    assert ("C-1" in names) == gone


def pg_dump(url: str) -> str:
    """As the database's administrator would take it; bytes as text too."""
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    plain = subprocess.run(["pg_dump", "--dbname", address], check=True, capture_output=True, text=True).stdout  # noqa: S603, S607  # a program of PostgreSQL, with words of ours
    opened = [
        bytes.fromhex(digits).decode("utf-8", "replace") for digits in re.findall(r"\\\\x((?:[0-9a-f]{2})+)", plain)
    ]
    return "\n".join((plain, *opened))


@on_sqlite
async def test_mail_of_strangers_goes_after_its_days(instance: Instance, privacy: PrivacyService) -> None:
    await instance.work(mail("Hello.", sender=STRANGER))
    await ignore_all(instance)
    instance.clock.now += timedelta(days=load_retention().strangers_days - 3)
    assert await privacy.keep_no_longer() == 0
    instance.clock.now += timedelta(days=4)
    assert await privacy.keep_no_longer() == 1


async def test_words_of_people_here_and_papers_go_after_their_days_unless_held(
    instance: Instance, privacy: PrivacyService
) -> None:
    now, keyring = instance.clock(), instance.database.keyring
    async with instance.database.write() as uow:
        invoice = (await uow.session.scalars(sa.select(InvoiceRow))).first()
        assert invoice is not None
        task, document, hold = new_id(), new_id(), new_id()
        closed = {"kind": "call", "state": "done", "due": now.date(), "opened_at": now, "closed_at": now}
        paper = {"name": "x.pdf", "media_type": "application/pdf", "size": 1, "sha256": "0" * 64, "stored_at": now}
        uow.session.add(
            TaskRow(id=task, key="k", customer_id="C-1", note=keyring.seal(task, b"Kanarienvogel"), **closed)
        )
        uow.session.add(HoldRow(id=hold, customer_id="C-1", until=now.date(), reason=b"x", set_at=now))
        uow.session.add(DocumentRow(id=document, invoice_id=invoice.id, content=keyring.seal(document, b"x"), **paper))
        uow.session.add(ApiTokenRow(token_hash="t", user_id=instance.collector.id, created_at=now, expires_at=now))

    async def left() -> tuple[bool, bool, int, int]:
        async with instance.database.read() as uow:
            note = await uow.session.scalar(sa.select(TaskRow.note))
            reason = await uow.session.scalar(sa.select(HoldRow.reason))
            papers = await uow.session.scalar(sa.select(sa.func.count()).select_from(DocumentRow))
            tokens = await uow.session.scalar(sa.select(sa.func.count()).select_from(ApiTokenRow))
            return note is not None, reason is not None, papers or 0, tokens or 0

    await privacy.hold("C-1", by=DUEBOX)
    instance.clock.now += timedelta(days=load_retention().documents_days + 1)
    await privacy.keep_no_longer()
    assert await left() == (True, True, 1, 0), "a legal hold keeps what is the customer's"
    await privacy.lift("C-1", by=DUEBOX)
    await privacy.keep_no_longer()
    assert await left() == (False, False, 0, 0)


@on_sqlite
async def test_a_new_mail_in_an_erased_thread_begins_another(instance: Instance, privacy: PrivacyService) -> None:
    await instance.work(mail("Hello.", sender=STRANGER, message_id="one@canary-corp.example"))
    await ignore_all(instance)
    await privacy.erase("zebulon@canary-corp.example", by=DUEBOX)
    raw = mail("Again.", sender=STRANGER, references=["one@canary-corp.example"])
    first, second = await instance.receive(raw)
    assert first.conversation_id != second.conversation_id


@on_sqlite
async def test_a_contact_is_put_right(instance: Instance, privacy: PrivacyService) -> None:
    assert await privacy.rectify(PERSON, name="Petra Vance", by=DUEBOX) == 1
    async with instance.database.read() as uow:
        (contact,) = await uow.session.scalars(sa.select(ContactRow))
    assert (contact.name, contact.email, contact.version) == ("Petra Vance", PERSON, 2)
    with pytest.raises(Invalid):
        await privacy.rectify(PERSON, by=DUEBOX)
    with pytest.raises(NotFound):
        await privacy.rectify("nobody@customer.example", name="X", by=DUEBOX)


@on_sqlite
async def test_nobody_gets_the_address_of_a_colleague_at_the_customer(
    instance: Instance, privacy: PrivacyService
) -> None:
    async with instance.database.write() as uow:
        (contact,) = await uow.ledger.contacts("C-1")
        sibling = {"customer_id": "C-1", "name": "Jo", "email": "jo@customer.example"}
        uow.session.add(ContactRow(id=new_id(), role=contact.role, language="en", **sibling))
    with pytest.raises(Invalid, match="another contact with this address"):
        await privacy.rectify(PERSON, email="JO@customer.example", by=DUEBOX)
    assert await privacy.rectify(PERSON, email=PERSON.upper(), by=DUEBOX) == 1


async def test_no_hash_of_an_address_and_no_note_of_a_case_outlives_its_thread(
    instance: Instance, privacy: PrivacyService
) -> None:
    await instance.work(mail("Kanarienvogel", sender=STRANGER))
    (review,) = await instance.pending()
    edit: dict[str, Any] = {"subject": "Re", "body": "We answer."}
    await instance.reviews.decide(review.id, Action.EDIT, version=review.version, by=instance.collector, **edit)
    note = CaseNote(CaseKind.HARDSHIP, "C-1", words="Kanarienvogel", review_id=review.id)
    case_id = await CaseService(instance.database, instance.clock).note(note, instance.collector)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(OutboxRow).values(state=OutboxState.CANCELLED))
        hashes = [uow.words.keyring.index(part) for part in ("zebulon@canary-corp.example", "canary-corp.example")]
        assert (await uow.session.get_one(CaseRow, case_id)).note
    assert found(hashes, dump(instance)) == hashes
    assert (await privacy.erase("zebulon@canary-corp.example", by=DUEBOX)).erased == 1
    assert "canary-corp" not in dump(instance)
    kept = [line for line in dump(instance).split("\n") if line in hashes]
    assert len(kept) == 1, "that of the request to be erased, which says whose it was to whoever asks with the address"
    async with instance.database.read() as uow:
        assert (await uow.session.get_one(CaseRow, case_id)).note is None


@on_sqlite
async def test_only_an_administrator_answers(instance: Instance, privacy: PrivacyService) -> None:
    collector = replace(instance.collector)
    with pytest.raises(NotAllowed):
        await privacy.erase(PERSON, by=collector)
    with pytest.raises(NotAllowed):
        await privacy.export(PERSON, io.BytesIO(), by=collector)
