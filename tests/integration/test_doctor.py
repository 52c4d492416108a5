"""`duebox doctor` says what is wrong, and of which part."""

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import dns.message
import dns.rcode
import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash

from app import bootstrap
from app.adapters.dns import DnsKeys
from app.adapters.imap.folder import ImapFolder, ImapMailbox
from app.bootstrap import settings_from_environment
from app.db.engine import async_engine
from app.db.tables.mail import MailboxKind, MailboxRow, OnceStored
from app.db.tables.system import Chain, UserRow
from app.domain.errors import Unreachable
from app.domain.people import DUEBOX
from app.domain.ports import SENT_FOLDER
from app.domain.review import Role
from app.health import BACKUP_TAKEN
from app.identity.service import IdentityService
from app.jobs.lease import LEASE_SECONDS, WORKER
from app.operations.doctor import examine
from app.operations.finding import Finding
from tests.instances import SECRET, Instance, mail, on_sqlite
from tests.integration.test_clamd import address
from tests.integration.test_oidc import provider
from tests.integration.test_poller import add
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.object_store import ObjectStore as StoreServer
from tests.servers.pooler import Pooler
from tests.servers.postgres import Postgres
from tests.servers.smtp_sink import SmtpSink
from tests.tampering import lay_open

__all__ = ["address", "provider"]

LOGIN = ("north", "a password")


@pytest.fixture
def north() -> Iterator[SmtpSink]:
    with SmtpSink(login=LOGIN) as sink:
        yield sink


async def findings(instance: Instance, **more: object) -> dict[str, Finding]:
    settings = settings_from_environment(**{"database_url": instance.url, "secret_key": SECRET, **more})
    return {finding.part: finding for finding in await examine(settings)}


async def test_it_tells_when_the_audit_log_has_lost_its_guard(instance: Instance) -> None:
    assert (await findings(instance))["audit"].is_ok
    async with instance.database.write() as uow:
        await lay_open(uow.session)
    found = (await findings(instance))["audit"]
    assert (found.is_ok, found.detail) == (False, "the database would let entries be changed")


async def test_it_names_those_whose_rights_nobody_gave_them(instance: Instance) -> None:
    """Of the first the log knows nothing: the fixture put her into the table itself."""
    ines, milo = instance.collector.email, "milo@seller.example"
    identity = IdentityService(instance.database, instance.clock)
    user_id = await identity.add_user(email=milo, name="Milo", role=Role.COLLECTOR, password="a very long word")
    await identity.change_user(user_id, role=Role.MANAGER, active=False, portfolio=(), by=DUEBOX)

    async def named() -> str:
        return (await findings(instance))["people"].detail

    assert (await named()).endswith(f"the rights, or the password, of {ines}")
    for wrong, right in ((Role.ADMIN, Role.MANAGER), (True, False)):
        column = UserRow.role if isinstance(wrong, Role) else UserRow.active
        for value, is_named in ((wrong, True), (right, False)):
            async with instance.database.write() as uow:
                await uow.session.execute(sa.update(UserRow).where(UserRow.id == user_id).values({column: value}))
            assert (milo in await named()) is is_named


async def test_it_names_those_who_got_a_password_in_the_table(instance: Instance) -> None:
    milo = "milo@seller.example"
    identity = IdentityService(instance.database, instance.clock)
    await identity.add_user(email=milo, name="Milo", role=Role.COLLECTOR, password="a very long word")
    await identity.set_password(milo, "another very long word")
    assert milo not in (await findings(instance))["people"].detail
    async with instance.database.write() as uow:
        strangers = PasswordHash.recommended().hash("whatever opens")
        await uow.session.execute(sa.update(UserRow).where(UserRow.email == milo).values(password_hash=strangers))
    assert milo in (await findings(instance))["people"].detail


@on_sqlite
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


@on_sqlite
async def test_it_sees_parked_jobs_and_a_disk_that_fills(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await findings(instance)
    assert before["jobs"].is_ok
    await instance.receive(mail())
    async with instance.database.write() as uow:
        parked = "UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'"
        await uow.session.execute(sa.text(parked))
    monkeypatch.setattr("app.operations.household.LEAST_FREE_BYTES", 10**18)
    after = await findings(instance)
    assert [after[part].is_ok for part in ("jobs", "disk")] == [False, False]


@on_sqlite
async def test_it_misses_a_watched_folder_that_is_away(instance: Instance, tmp_path: Path) -> None:
    assert "ledger folder" not in await findings(instance)
    share = tmp_path / "share"
    missing = (await findings(instance, ledger={"folder": share}))["ledger folder"]
    assert (missing.is_ok, missing.detail) == (False, f"{share}: No such file or directory")
    share.mkdir()
    (share / "invoices.csv").touch()
    assert (await findings(instance, ledger={"folder": share}))["ledger folder"].detail.endswith(", 1 files in it")


async def test_it_says_who_works_and_whether_anything_waits(instance: Instance) -> None:
    assert (await findings(instance))["workers"].detail == "none is alive, and nothing waits for one"
    await instance.receive(mail())
    idle = (await findings(instance))["workers"]
    assert (idle.is_ok, idle.detail) == (False, "none is alive, 1 jobs wait")
    now = datetime.now(UTC)  # noqa: TID251  # doctor looks at the machine's clock
    instance.clock.now = now
    async with instance.database.write() as uow:
        await uow.leases.take(WORKER + "there", "there", LEASE_SECONDS)
        await uow.leases.take(WORKER + "gone", "gone", LEASE_SECONDS - 3600)
    found = (await findings(instance))["workers"]
    assert found.is_ok
    assert found.detail.startswith("1 alive, last heard of ")
    assert found.detail.endswith("1 jobs wait; not heard of any more: gone")


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_it_adds_up_what_all_processes_may_open(instance: Instance) -> None:
    assert (await findings(instance))["connections"].detail.startswith("0 processes may open 0 of 197; ")
    others = [async_engine(instance.url, for_writing=True, process=f"host-{number}") for number in range(4)]
    for engine in others:
        async with engine.connect() as connection:
            await connection.execute(sa.text("SELECT 1"))
    found = (await findings(instance))["connections"]
    for engine in others:
        await engine.dispose()
    assert (found.is_ok, found.detail[:40]) == (False, "4 processes may open 248 of 197; " + found.detail[33:40])
    assert found.hint == "set max_connections to 310 or more"


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_it_tells_a_pooler_that_lends_sessions(instance: Instance, postgres: Postgres) -> None:
    assert (await findings(instance))["sessions"].is_ok
    with Pooler(postgres, instance.url) as pooler:
        found = await findings(instance, database_url=pooler.url)
    assert (found["sessions"].is_ok, "pooler in transaction mode" in found["sessions"].hint) == (False, True)


@on_sqlite
async def test_it_sees_an_old_backup_and_a_secret_that_opens_nothing(instance: Instance) -> None:
    await instance.receive(mail())
    before = await findings(instance)
    assert (before["backup"].is_ok, before["keys"].detail) == (True, "all in use are opened: k1")
    async with instance.database.write() as uow:
        uow.audit.add(BACKUP_TAKEN, chain=Chain.ACCESS)
    after = await findings(instance, secret_key="another secret of thirty-two characters")
    assert (after["backup"].is_ok, after["backup"].detail[:17]) == (False, "the newest is of ")
    assert (after["keys"].is_ok, after["keys"].detail) == (False, "not opened: k1")


@on_sqlite
async def test_it_looks_for_each_folder_of_a_mailbox_and_says_what_its_server_can(
    instance: Instance, mailbox: Mailbox
) -> None:
    mailbox_id = await add(instance, mailbox)
    part = f"mailbox {mailbox.username}"
    found = (await findings(instance))[part]
    assert found.is_ok, found
    assert found.detail == "INBOX is readable, next UID 1; Sent is there; its server has IDLE, CONDSTORE, MOVE, UIDPLUS"
    async with instance.database.write() as uow:
        row = await uow.mailboxes.get(mailbox_id)
        row.once_stored, row.move_to = OnceStored.MOVE, "Done"
    missing = (await findings(instance))[part]
    assert (missing.is_ok, missing.detail) == (False, "there is no folder Done")
    await asyncio.to_thread(mailbox.create, "Done")
    assert "; Done is there; Sent is there; " in (await findings(instance))[part].detail


class SilentAboutSent(ImapMailbox):
    """A server that doesn't answer when it is asked for the folder of sent mail."""

    def folder(self, name: str) -> ImapFolder:
        if name == SENT_FOLDER:
            raise Unreachable("imap_timeout")
        return super().folder(name)


@on_sqlite
async def test_a_server_that_does_not_answer_is_not_told_to_make_a_folder(
    instance: Instance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(instance, mailbox)
    monkeypatch.setattr(bootstrap, "ImapMailbox", SilentAboutSent)
    found = (await findings(instance))[f"mailbox {mailbox.username}"]
    assert (found.is_ok, found.detail) == (False, "imap_timeout")


@on_sqlite
async def test_a_worker_that_has_the_only_connection_is_no_fault(instance: Instance) -> None:
    with Dovecot(max_connections=1) as strict:
        box = strict.mailbox()
        mailbox_id = await add(instance, box)
        with box.connection():
            part = f"mailbox {box.username}"
            assert (await findings(instance))[part].detail == "imap_too_many_connections"
            async with instance.database.write() as uow:
                await uow.mailboxes.note_read(mailbox_id, error="", at=datetime.now(UTC))  # noqa: TID251
            assert (await findings(instance))[part].detail.startswith("a worker has its one connection, and read it at")


@on_sqlite
async def test_it_asks_the_services_that_are_set(
    instance: Instance, provider: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StoreServer() as store, Resolver() as resolver:
        settings = {
            "clamd": address,
            "dkim": {"resolver": "127.0.0.1"},
            "oidc": {"issuer": provider, "client_id": "duebox", "client_secret": "s", "name": "Seller ID"},
            "object_store": {
                "endpoint": store.url,
                "region": "eu-central-1",
                "access_key": "AKIAOFTHETESTS",
                "secret_key": "a secret of the tests/+",
            },
            "checkpoints": {"to": "s3://audit/duebox"},
        }
        asks = partial(DnsKeys, port=resolver.port, timeout=1)
        monkeypatch.setattr("app.bootstrap.adapters.DnsKeys", asks)
        well = await findings(instance, **settings)
        assert {part: well[part].detail for part in ("clamd", "dkim resolver", "sign-in", "object store")} == {
            "clamd": "scans",
            "dkim resolver": "answers",
            "sign-in": "Seller ID describes itself",
            "object store": "knows us",
        }
        settings["object_store"]["secret_key"] = "another"  # type: ignore[index]
        settings |= {"clamd": "127.0.0.1:1"}
        settings["oidc"]["issuer"] = "http://localhost:1"  # type: ignore[index]
        resolver.is_silent = True
        ill = await findings(instance, **settings)
    assert {part: ill[part].is_ok for part in ("clamd", "dkim resolver", "sign-in", "object store")} == dict.fromkeys(
        ("clamd", "dkim resolver", "sign-in", "object store"), False
    )
    assert "status 403" in ill["object store"].detail
    assert all(ill[part].hint for part in ("clamd", "dkim resolver", "sign-in", "object store"))


class Resolver:
    """A DNS server that knows no name, and says so."""

    def __init__(self) -> None:
        self.is_silent = False
        resolver = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, connection = self.request
                if not resolver.is_silent:
                    answer = dns.message.make_response(dns.message.from_wire(data))
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                    connection.sendto(answer.to_wire(), self.client_address)

        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "Resolver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
