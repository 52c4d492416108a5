"""The page of requests about personal data: who may see it, what its forms do, and that its dossier tells the truth."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.db.opening import is_listed
from app.db.tables.mail import MailboxKind
from app.domain.people import DUEBOX
from app.domain.review import Role
from app.operations import administration
from tests.running import COLLECTOR, PASSWORD
from tests.web.test_ledger_pages import AUDITOR, Desk, check, open_desk

ADMIN = "ada@seller.example"


@pytest.fixture
async def desk(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Desk]:
    async for made in open_desk(tmp_path, migrated_file, COLLECTOR):
        await administration.add_user(made.services, email=ADMIN, name="", role=Role.ADMIN, password=PASSWORD)
        await administration.add_user(made.services, email=AUDITOR, name="", role=Role.AUDITOR, password=PASSWORD)
        yield made


async def become(desk: Desk, email: str) -> None:
    desk.email = email
    await desk.sign_in()


async def test_collectors_do_not_see_it_auditors_read_it_and_administrators_act(desk: Desk) -> None:
    await desk.get("/privacy", 403)
    await desk.get("/privacy/dossier", 403)
    await become(desk, AUDITOR)
    page = await desk.get("/privacy")
    check(page)
    assert "/privacy/erase" not in page
    await desk.post("/privacy", "/privacy/erase", 403, address="petra@customer.example")
    await become(desk, ADMIN)
    page = await desk.get("/privacy")
    check(page)
    assert 'action="/privacy/erase"' in page


async def test_forms_hand_out_hold_lift_and_erase(desk: Desk) -> None:
    await become(desk, ADMIN)
    await desk.post("/privacy", "/privacy/holds", customer_id="C-1")
    assert "C-1" in await desk.get("/privacy")
    await desk.post("/privacy", "/privacy/holds/lift", customer_id="C-1")
    await desk.post("/privacy", "/privacy/holds/lift", 404, customer_id="C-1")
    await desk.post("/privacy", "/privacy/holds", 404, customer_id="C-none")
    await desk.post("/privacy", "/privacy/erase", 422, address="nobody")
    leads = await desk.post("/privacy", "/privacy/erase", address="petra@customer.example")
    page = await desk.get(leads)
    check(page)
    assert "The request is carried out and noted" in page
    assert "petra@customer.example" not in page


async def test_programs_get_the_archive_and_the_outcome(desk: Desk) -> None:
    asked = {"address": "petra@customer.example"}
    await desk.ask("POST", "/privacy/erase", 403, json=asked)
    desk.token = await desk.services.identity.new_token(ADMIN)
    answer = await desk.http.post(
        "/api/v1/privacy/export", headers={"Authorization": f"Bearer {desk.token}"}, json=asked
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["data.json"]
    done = await desk.ask("POST", "/privacy/erase", json=asked)
    assert (done["contacts"], done["erased"], done["until"]) == (1, 0, None)


async def test_the_dossier_lists_the_hosts_that_egress_takes_for_listed(desk: Desk) -> None:
    async with desk.services.database.write() as uow:
        await uow.mailboxes.add(
            secret="x", name="box", address="ar@seller.example", host="imap.provider.example", kind=MailboxKind.IMAP
        )
    processing = await desk.services.dossier.processing()
    hosts = {recipient.host for recipient in processing.recipients}
    assert "imap.provider.example" in hosts
    assert all(is_listed(desk.services.url, processing.recipients, host) for host in hosts)
    assert is_listed(desk.services.url, (), "imap.provider.example")
    assert not is_listed(desk.services.url, processing.recipients, "tracker.example")
    text = await desk.services.dossier.make(by=DUEBOX)
    assert "| imap.provider.example | mailbox |" in text
    assert "HGB § 257" in text
