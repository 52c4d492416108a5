"""`duebox doctor` says what is wrong, and of which part."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.bootstrap import settings_from_environment
from app.db.tables.mail import MailboxKind, MailboxRow
from app.operations.doctor import Finding, examine
from tests.instances import SECRET, Instance, mail
from tests.servers.smtp_sink import SmtpSink

LOGIN = ("north", "a password")
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


@pytest.fixture
def north() -> Iterator[SmtpSink]:
    with SmtpSink(login=LOGIN) as sink:
        yield sink


async def findings(instance: Instance) -> dict[str, Finding]:
    settings = settings_from_environment(database_url=instance.url, secret_key=SECRET)
    return {finding.part: finding for finding in await examine(settings)}


async def test_it_tries_each_submission_server(instance: Instance, north: SmtpSink) -> None:
    async with instance.database.write() as uow:
        row = await uow.mailboxes.add(
            secret="",
            smtp_secret=LOGIN[1],
            name="north",
            address="north@seller.example",
            kind=MailboxKind.WEBHOOK,
            scheme="raw",
            smtp_host=north.host,
            smtp_port=north.port,
            smtp_security="none",
            smtp_username=LOGIN[0],
        )
    found = (await findings(instance))["smtp of north"]
    assert (found.is_ok, found.detail) == (True, "answers and lets us in")
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(MailboxRow).where(MailboxRow.id == row.id).values(smtp_username="x"))
    assert not (await findings(instance))["smtp of north"].is_ok


async def test_it_sees_parked_jobs_and_a_disk_that_fills(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await findings(instance)
    assert before["jobs"].is_ok
    await instance.receive(mail())
    async with instance.database.write() as uow:
        parked = "UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'"
        await uow.session.execute(sa.text(parked))
    monkeypatch.setattr("app.operations.doctor.LEAST_FREE_BYTES", 10**18)
    after = await findings(instance)
    assert [after[part].is_ok for part in ("jobs", "disk")] == [False, False]
