"""Documents that a mail asks for: on file they go along with the answer, and for the rest there is a task."""

import hashlib
import importlib
import json
import threading
from dataclasses import replace
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.narrowing import narrowed
from app.db.repositories.privacy import Privacy
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow, TaskRow
from app.db.tables.papers import DocumentRow
from app.db.tables.system import AuditRow
from app.db.tables.work import ReviewRow
from app.domain.amending import Amendment
from app.domain.directions import FactField
from app.domain.enclosures import MOST_BYTES
from app.domain.errors import Invalid, NotAllowed, NotFound, ReviewAlreadyDecided, SecondPersonNeeded
from app.domain.ids import new_id
from app.domain.intents import Intent
from app.domain.portfolio import Portfolio
from app.domain.review import Action, OutboxState, Role
from app.domain.sentence import kept_sentence
from app.domain.task import TaskKind, TaskState
from app.ledger.documents import DocumentService
from app.ledger.tasks import TaskService
from app.policies.loading import load_policy
from app.review.amending import AmendingService
from app.review.file_list import files_of
from app.review.files import open_case
from app.review.item_view import FilesView
from app.review.service import ReviewService
from app.triage.enclosing import EnclosingService
from app.triage.guidance import GuidanceService
from tests.instances import Instance, customers_papers, mail, on_sqlite
from tests.integration.test_four_eyes import LIMITS
from tests.integration.test_second_person import person

PDF = b"%PDF-1.7 of INV-1"
COPY = mail("Please send a copy of INV-1.")


async def store(instance: Instance, place: Path, **files: bytes) -> None:
    folder = place / "copies"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name.replace('_', '-')}.pdf").write_bytes(content)
    await DocumentService(instance.database, instance.clock).import_folder(folder)


async def further(instance: Instance, number: str, customer: str = "C-1") -> None:
    row = customers_papers()[1]
    assert isinstance(row, InvoiceRow)
    async with instance.database.write() as uow:
        if customer != "C-1":
            uow.session.add(CustomerRow(id=customer, name="Other Ltd", language="en", currency="EUR"))
            await uow.session.flush()
        row.id, row.number, row.customer_id = new_id(), number, customer
        uow.session.add(row)


async def asked(instance: Instance, *invoices: str, raw: bytes = COPY) -> ReviewRow:
    instance.mind.intent, instance.mind.invoices = Intent.DOCUMENT_REQUEST, invoices
    (review,) = await instance.work(raw)
    return review


async def approved(instance: Instance, review: ReviewRow) -> str:
    now = await instance.current(review)
    done = await instance.reviews.decide(review.id, Action.APPROVE, version=now.version, by=instance.collector)
    instance.clock.advance(minutes=1)
    return str(done.outbox_id)


async def attached(instance: Instance, outbox_id: str) -> list[tuple[str | None, str, bytes]]:
    await instance.outbox.work(outbox_id)
    sent = message_from_bytes(instance.sender.sent[-1], policy=default)
    assert isinstance(sent, EmailMessage)
    return [
        (part.get_filename(), part.get_content_type(), cast(bytes, part.get_payload(decode=True)))
        for part in sent.iter_attachments()
    ]


async def shown(instance: Instance, review: ReviewRow) -> FilesView:
    async with instance.database.read() as uow:
        return await files_of(uow, await open_case(uow, review.id))


async def tasks(instance: Instance) -> list[TaskRow]:
    async with instance.database.read() as uow:
        return list(await uow.session.scalars(sa.select(TaskRow)))


async def note_of(instance: Instance, task: TaskRow) -> str:
    assert task.note is not None
    return kept_sentence(instance.database.keyring.open(task.id, task.note).decode())


async def id_of(instance: Instance, number: str) -> UUID:
    async with instance.database.read() as uow:
        found = await uow.session.scalar(
            sa.select(DocumentRow.id)
            .join(InvoiceRow, InvoiceRow.id == DocumentRow.invoice_id)
            .where(InvoiceRow.number == number)
        )
    assert found is not None
    return found


def choosing(instance: Instance) -> EnclosingService:
    return EnclosingService(instance.database, GuidanceService(instance.database, instance.mind, instance.clock))


async def test_a_stored_copy_goes_out_and_the_chain_says_which(instance: Instance, tmp_path: Path) -> None:
    await store(instance, tmp_path, INV_1=PDF)
    review = await asked(instance, "INV-1")
    assert [(file.name, file.size) for file in (await shown(instance, review)).enclosed] == [("INV-1.pdf", len(PDF))]
    outbox_id = await approved(instance, review)
    assert await attached(instance, outbox_id) == [("INV-1.pdf", "application/pdf", PDF)]
    async with instance.database.read() as uow:
        entry = await uow.session.scalar(sa.select(AuditRow.body).where(AuditRow.kind == "review.item.approved"))
        refs = json.loads(entry or b"{}")["refs"]
        assert refs["files"] == [str(await id_of(instance, "INV-1"))]
        assert refs["file_hashes"] == [await uow.words.salted_hash(review.conversation_id, PDF)]
    assert hashlib.sha256(PDF).hexdigest() not in str(refs)
    assert await tasks(instance) == []
    assert [file.name for file in (await shown(instance, review)).enclosed] == ["INV-1.pdf"], "read from what left"


async def test_what_is_not_stored_becomes_a_task_which_undo_takes_back(instance: Instance) -> None:
    review = await asked(instance, "INV-1")
    assert (await shown(instance, review)).owed == "A copy of the invoice: INV-1"
    await approved(instance, review)
    (task,) = await tasks(instance)
    assert (task.kind, task.state, task.customer_id) == (TaskKind.SEND_DOCUMENTS, TaskState.OPEN, "C-1")
    assert task.review_id == review.id
    assert await note_of(instance, task) == "A copy of the invoice: INV-1"
    await instance.reviews.undo(review.id, by=instance.collector)
    assert [task.state for task in await tasks(instance)] == [TaskState.DISMISSED]
    await approved(instance, review)
    (task,) = await tasks(instance)
    assert (task.state, task.closed_at) == (TaskState.OPEN, None)
    await TaskService(instance.database, instance.clock).move(task.id, TaskState.DONE, instance.collector)
    assert [task.state for task in await tasks(instance)] == [TaskState.DONE]


@on_sqlite
async def test_the_task_names_the_invoice_as_it_was_put_right(instance: Instance) -> None:
    await further(instance, "INV-2")
    review = await asked(instance, "INV-1")
    said = Amendment(FactField.INVOICE, "INV-2", Intent.DOCUMENT_REQUEST, "INV-1")
    await AmendingService(instance.database).amend(review.id, said, version=review.version, by=instance.collector)
    assert (await shown(instance, review)).owed == "A copy of the invoice: INV-2"
    now = await instance.current(review)
    await instance.reviews.decide(
        review.id, Action.EDIT, version=now.version, by=instance.collector, subject="Re: INV-2", body="It follows."
    )
    assert [await note_of(instance, task) for task in await tasks(instance)] == ["A copy of the invoice: INV-2"]


@on_sqlite
async def test_megabytes_are_worked_beside_the_event_loop(
    instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Composed, and read back for the page; what the chain tells is the hash of what leaves."""
    at: list[int] = []
    for name in ("answer.compose", "file_list.message_from_bytes"):
        module, _, function = name.rpartition(".")
        work = getattr(importlib.import_module(f"app.review.{module}"), function)

        def noted(*given: Any, work: Any = work, **named: Any) -> Any:
            at.append(threading.get_ident())
            return work(*given, **named)

        monkeypatch.setattr(f"app.review.{name}", noted)
    await store(instance, tmp_path, INV_1=PDF)
    review = await asked(instance, "INV-1")
    await approved(instance, review)
    await shown(instance, review)
    assert len(at) == 2
    assert threading.get_ident() not in at
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=9)
        entry = await uow.session.scalar(sa.select(AuditRow.body).where(AuditRow.kind == "review.item.approved"))
        digest = await uow.words.salted_hash(review.conversation_id, await uow.words.get(row.raw_id))
    assert json.loads(entry or b"{}")["refs"]["raw_hash"] == digest


@on_sqlite
async def test_an_answer_that_became_void_owes_nothing(instance: Instance) -> None:
    review = await asked(instance, "INV-1")
    await approved(instance, review)
    async with instance.database.write() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=9)
        row.expires_at = instance.clock()
    await instance.outbox.work(str(row.id))
    assert [task.state for task in await tasks(instance)] == [TaskState.DISMISSED], "a void answer promises nothing"


async def test_files_are_chosen_by_a_person_and_the_draft_follows(instance: Instance, tmp_path: Path) -> None:
    await further(instance, "INV-2")
    await store(instance, tmp_path, INV_1=PDF, INV_2=PDF + b"2")
    review = await asked(instance, "INV-1")
    second = str(await id_of(instance, "INV-2"))
    await choosing(instance).attach(review.id, second, version=review.version, by=instance.collector)
    now = await instance.current(review)
    with pytest.raises(ReviewAlreadyDecided):
        await choosing(instance).attach(review.id, second, version=review.version, by=instance.collector)
    first = str(await id_of(instance, "INV-1"))
    await choosing(instance).remove(review.id, first, version=now.version, by=instance.collector)
    view = await shown(instance, review)
    assert ([file.number for file in view.enclosed], [file.number for file in view.others]) == (["INV-2"], ["INV-1"])
    assert view.owed == "A copy of the invoice: INV-1"
    outbox_id = await approved(instance, review)
    assert await attached(instance, outbox_id) == [("INV-2.pdf", "application/pdf", PDF + b"2")]
    assert f"Attached: {second}.".encode() in instance.sender.sent[-1].replace(b"=\r\n", b"")
    assert [await note_of(instance, task) for task in await tasks(instance)] == ["A copy of the invoice: INV-1"]


@on_sqlite
async def test_a_choice_that_no_draft_carries_is_not_approved(instance: Instance, tmp_path: Path) -> None:
    await store(instance, tmp_path, INV_1=PDF)
    review = await asked(instance, "INV-1")
    instance.mind.fails = 1
    document = str(await id_of(instance, "INV-1"))
    with pytest.raises(RuntimeError):
        await choosing(instance).remove(review.id, document, version=review.version, by=instance.collector)
    now = await instance.current(review)
    with pytest.raises(Invalid, match="names other files"):
        await instance.reviews.decide(review.id, Action.APPROVE, version=now.version, by=instance.collector)
    await instance.reviews.decide(
        review.id, Action.EDIT, version=now.version, by=instance.collector, subject="Re", body="It follows."
    )
    assert [await note_of(instance, task) for task in await tasks(instance)] == [
        "The documents that the mail asks for: INV-1"
    ]


@on_sqlite
async def test_a_document_of_another_customer_never_goes_along(instance: Instance, tmp_path: Path) -> None:
    await further(instance, "X-9", customer="C-2")
    await store(instance, tmp_path, INV_1=PDF, X_9=b"%PDF-1.7 of another customer")
    foreign = str(await id_of(instance, "X-9"))
    review = await asked(instance, "INV-1", "X-9")
    assert [file.number for file in (await shown(instance, review)).enclosed] == ["INV-1"]
    with pytest.raises(NotFound, match="no such document of this customer"):
        await choosing(instance).attach(review.id, foreign, version=review.version, by=instance.collector)
    async with instance.database.read() as uow:
        assert await uow.documents.opened_of("C-1", [UUID(foreign)]) == []
    with narrowed(Portfolio(owners=frozenset({"nobody@seller.example"}))):
        async with instance.database.read() as uow:
            with pytest.raises(NotFound):
                await uow.documents.opened(UUID(foreign))


@on_sqlite
async def test_a_stranger_gets_nothing_and_a_person_is_told_why(instance: Instance, tmp_path: Path) -> None:
    await store(instance, tmp_path, INV_1=PDF)
    stranger = mail("Please send a copy of INV-1.", sender="Eve <eve@evil.test>")
    review = await asked(instance, "INV-1", raw=stranger)
    view = await shown(instance, review)
    assert (view.enclosed, view.others) == ((), ())
    assert "nobody knows whose mail this is" in view.withheld
    document = str(await id_of(instance, "INV-1"))
    with pytest.raises(Invalid, match="nobody knows whose mail this is"):
        await choosing(instance).attach(review.id, document, version=review.version, by=instance.collector)


@on_sqlite
async def test_a_contact_who_has_left_meanwhile_gets_nothing(instance: Instance, tmp_path: Path) -> None:
    await store(instance, tmp_path, INV_1=PDF)
    review = await asked(instance, "INV-1")
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).values(active=False))
    with pytest.raises(Invalid, match="remove the files"):
        await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).values(active=True))
    outbox_id = await approved(instance, review)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).values(active=False))
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=9)
    assert row.state is OutboxState.CANCELLED


async def test_a_copy_that_is_replaced_voids_the_answer_that_carries_it(instance: Instance, tmp_path: Path) -> None:
    await store(instance, tmp_path, INV_1=PDF)
    review = await asked(instance, "INV-1")
    outbox_id = await approved(instance, review)
    await store(instance, tmp_path, INV_1=PDF + b" corrected")
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []
    assert (await attached(instance, await approved(instance, review)))[0][2] == PDF + b" corrected"


@on_sqlite
async def test_a_second_person_approves_the_very_same_files(instance: Instance, tmp_path: Path) -> None:
    await store(instance, tmp_path, INV_1=PDF)
    policy = replace(load_policy(), second_person=LIMITS)
    instance.reviews = ReviewService(instance.database, policy, instance.clock, undo_seconds=30)
    review, manager = await asked(instance, "INV-1"), await person(instance, "Maja", Role.MANAGER)
    async with instance.database.write() as uow:
        row = await uow.reviews.get(review.id)
        row.at_stake, row.currency = Decimal(2000), "EUR"
    with pytest.raises(SecondPersonNeeded):
        await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    async with instance.database.write() as uow:  # as if nothing had told the review
        await uow.documents.put(await invoice_id(instance), "INV-1.pdf", "application/pdf", PDF + b" another")
    with pytest.raises(SecondPersonNeeded, match="your word is noted"):
        await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=manager)
    async with instance.database.write() as uow:
        await uow.documents.put(await invoice_id(instance), "INV-1.pdf", "application/pdf", PDF)
    await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=manager)


async def invoice_id(instance: Instance) -> UUID:
    async with instance.database.read() as uow:
        found = await uow.session.scalar(sa.select(InvoiceRow.id).where(InvoiceRow.number == "INV-1"))
    assert found is not None
    return found


@on_sqlite
async def test_files_that_no_mail_takes_are_refused(instance: Instance, tmp_path: Path) -> None:
    await further(instance, "INV-2")
    half = b"%PDF-1.7" + b"x" * (MOST_BYTES // 2)
    await store(instance, tmp_path, INV_1=half, INV_2=half)
    review = await asked(instance, "INV-1")
    second = str(await id_of(instance, "INV-2"))
    with pytest.raises(Invalid, match="15 MB together"):
        await choosing(instance).attach(review.id, second, version=review.version, by=instance.collector)
    assert (await instance.current(review)).version == review.version


async def test_a_statement_of_account_is_made_at_the_approval(instance: Instance) -> None:
    instance.mind.is_for_statement = True
    review = await asked(instance, raw=mail("Please send us a statement of account."))
    ((name, kind, content),) = await attached(instance, await approved(instance, review))
    assert (name, kind) == ("statement-2026-05-21.pdf", "application/pdf")
    assert content.startswith(b"%PDF-")
    assert await tasks(instance) == []


@on_sqlite
async def test_a_payment_that_is_not_booked_yet_leaves_the_statement_to_a_colleague(instance: Instance) -> None:
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(payment_seen=True))
    instance.mind.is_for_statement = True
    review = await asked(instance, raw=mail("Please send us a statement of account."))
    assert (await shown(instance, review)).owed == "A statement of account"
    await approved(instance, review)
    assert [await note_of(instance, task) for task in await tasks(instance)] == ["A statement of account"]


@on_sqlite
async def test_only_who_decides_chooses(instance: Instance, tmp_path: Path) -> None:
    await store(instance, tmp_path, INV_1=PDF)
    review, auditor = await asked(instance, "INV-1"), await person(instance, "Odo", Role.AUDITOR)
    document = str(await id_of(instance, "INV-1"))
    with pytest.raises(NotAllowed):
        await choosing(instance).remove(review.id, document, version=review.version, by=auditor)


@on_sqlite
async def test_erasing_a_thread_takes_the_note_of_its_task(instance: Instance) -> None:
    review = await asked(instance, "INV-1")
    outbox_id = await approved(instance, review)
    await instance.outbox.work(outbox_id)
    assert [task.note is None for task in await tasks(instance)] == [False]
    async with instance.database.write() as uow:
        await Privacy(uow.session, instance.database.keyring, instance.clock).erase([review.conversation_id])
    assert [task.note for task in await tasks(instance)] == [None]
