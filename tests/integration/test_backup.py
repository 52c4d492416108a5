"""An installation is copied while it works, restored elsewhere, and sends nothing again that left meanwhile."""

import asyncio
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.db.engine import sync_engine
from app.db.opening import UNFINISHED
from app.db.tables.mail import SentCopy
from app.db.tables.queue import TallyRow
from app.db.tables.system import AuditRow, LeaseRow, SessionRow
from app.domain.errors import BackupUnusable, Invalid, SettingInvalid
from app.domain.review import Action, OutboxState, Outcome
from app.operations.archives import opened
from app.operations.backup import back_up
from app.operations.restoring import Restored, restore
from tests.instances import SECRET, Instance, instance_on, mail, on_sqlite
from tests.running import Installation
from tests.servers.postgres import Postgres
from tests.tampering import lay_open


def on(url: str, secret: str = SECRET) -> Services:
    return build(settings_from_environment(database_url=url, secret_key=secret))


async def restored(url: str, archive: Path, secret: str = SECRET) -> Restored:
    services = on(url, secret)
    try:
        return await restore(services, archive, on)
    finally:
        await services.close()
        services.engine.dispose()
        if services.lock is not None:
            services.lock.release()


async def backed_up(url: str, archive: Path) -> None:
    services = on(url)
    try:
        await back_up(services, archive)
    finally:
        await services.close()
        services.engine.dispose()


@pytest.fixture
def elsewhere(instance: Instance, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the instance's own kind."""
    if instance.url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


async def approved(instance: Instance, count: int) -> list[UUID]:
    """So many answers in their undo window, to as many people."""
    for number in range(count):
        await instance.work(mail(f"Hello {number}.", subject=f"About {number}", sender=f"{number}@elsewhere.example"))
    for review in await instance.pending():
        await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    async with instance.database.read() as uow:
        return [row.id for row in await uow.outbox.page(state=OutboxState.WAITING, after=None, limit=100)]


async def outcomes(instance: Instance) -> set[tuple[OutboxState, str]]:
    async with instance.database.read() as uow:
        return {(row.state, row.last_error) for row in await uow.outbox.page(state=None, after=None, limit=100)}


async def test_what_left_after_the_backup_does_not_leave_again(
    instance: Instance, elsewhere: str, tmp_path: Path
) -> None:
    waiting, ready, sending = await approved(instance, 3)
    instance.clock.advance(minutes=1)
    now = instance.clock()
    async with instance.database.write() as uow:
        await uow.outbox.make_ready(ready)
        await uow.outbox.make_ready(sending)
        assert await uow.outbox.claim(sending, claimed_by="somebody")
        assert await uow.leases.take("worker:somebody", "somebody", 10)
        uow.session.add(SessionRow(token_hash="x", user_id=instance.collector.id, created_at=now, expires_at=now))
    archive = tmp_path / "backup.zip"

    async def mail_comes_in() -> None:
        for number in range(5):
            await instance.receive(mail(subject=f"Meanwhile {number}"))

    await asyncio.gather(backed_up(instance.url, archive), mail_comes_in())
    for outbox_id in (waiting, ready, sending):
        await instance.outbox.work(str(outbox_id))
    assert len(instance.sender.sent) == 3, "all of them left after the backup"

    done = await restored(elsewhere, archive)
    assert (done.faults, done.doubted) == ([], 3)
    with opened(archive, instance.database.keyring) as (manifest, _):
        assert {state: number for state, number in done.messages.items() if number} == manifest.facts.messages
    async with instance_on(elsewhere, like=instance) as again:
        for outbox_id in (waiting, ready, sending):
            await again.outbox.work(str(outbox_id))
        assert again.sender.sent == []
        assert await outcomes(again) == {(OutboxState.UNKNOWN, "restored")}
        async with again.database.read() as uow:
            assert await uow.oversight.is_sending_stopped()
            assert not (await uow.session.scalars(sa.select(SessionRow))).all()
            assert not (await uow.session.scalars(sa.select(LeaseRow))).all()
            for message in await uow.messages.page(state=None, after=None, limit=100):
                assert b"Subject: " in await uow.words.get(message.raw_id), "what was sealed opens"
        await again.outbox.resolve(waiting, Outcome.SEND_AGAIN, by=again.collector)
        again.clock.advance(minutes=1)
        await again.outbox.work(str(waiting))
        assert len(again.sender.sent) == 1, "a person may say that it did not leave"


@on_sqlite
async def test_what_the_provider_filed_as_sent_was_sent(instance: Instance, elsewhere: str, tmp_path: Path) -> None:
    (waiting,) = await approved(instance, 1)
    async with instance.database.write() as uow:
        (await uow.mailboxes.get(instance.mailbox_id)).sent_copy = SentCopy.SERVER
        rfc_message_id = (await uow.outbox.get(waiting)).rfc_message_id
    await backed_up(instance.url, tmp_path / "backup.zip")
    await restored(elsewhere, tmp_path / "backup.zip")
    async with instance_on(elsewhere, like=instance) as again:
        again.sent_folder.holds.add(rfc_message_id)
        await again.outbox.work(str(waiting))
        assert (again.sender.sent, await outcomes(again)) == ([], {(OutboxState.SENT, "")})


@on_sqlite
async def test_a_chain_that_was_broken_before_the_backup_is_said(
    instance: Instance, elsewhere: str, tmp_path: Path
) -> None:
    await instance.receive(mail(), mail(), mail())
    async with instance.database.write() as uow:
        await lay_open(uow.session)
        await uow.session.execute(sa.update(AuditRow).where(AuditRow.seq == 2).values(body=b"{}"))
        await uow.session.execute(sa.delete(TallyRow))
    await backed_up(instance.url, tmp_path / "backup.zip")
    chain, equation = (await restored(elsewhere, tmp_path / "backup.zip")).faults
    assert chain.startswith("audit chain decisions: entry 2 is ")
    assert "the equation says {}" in equation


@on_sqlite
async def test_a_damaged_altered_or_foreign_archive_changes_nothing(instance: Instance, tmp_path: Path) -> None:
    await instance.receive(mail())
    good, bad, target = (tmp_path / name for name in ("backup.zip", "bad.zip", "target.db"))
    await backed_up(instance.url, good)
    keyring = instance.database.keyring
    with opened(good, keyring) as (_, dump):
        original = dump.read()
    whole = good.read_bytes()
    for share in (0, 1, 30, 60, 90, 99):
        bad.write_bytes(whole[: len(whole) * share // 100])
        with pytest.raises(BackupUnusable), opened(bad, keyring):
            pass
    directory = whole.rindex(b"PK\x05\x06")
    for place in [*range(0, len(whole), len(whole) // 100), *range(directory - 60, len(whole))]:
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(BackupUnusable), opened(bad, keyring) as (_, dump):
            assert dump.read() == original, f"the byte at {place} says nothing of the database"
    altered(good, bad, lambda said: {**said, "taken_at": "2026-01-01"})
    with pytest.raises(BackupUnusable, match="was altered"):
        await restored(f"sqlite:///{target}", bad)
    assert not target.exists()
    with pytest.raises(BackupUnusable, match="is not the secret of this backup"):
        await restored(f"sqlite:///{target}", good, "another secret of the tests, long enough")
    with pytest.raises(Invalid, match="is not empty"):
        await restored(instance.url, good)


def altered(path: Path, copy: Path, change: Callable[[Any], Any]) -> None:
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as other:
        for name in archive.namelist():
            content = archive.read(name)
            other.writestr(name, json.dumps(change(json.loads(content))) if name == "manifest.json" else content)


@on_sqlite
async def test_an_archive_of_a_newer_schema_or_of_another_kind_is_refused(instance: Instance, tmp_path: Path) -> None:
    archive, newer = tmp_path / "backup.zip", tmp_path / "newer.zip"
    await backed_up(instance.url, archive)
    with pytest.raises(BackupUnusable, match="restore it where it came from"):
        await restored("postgresql://duebox@127.0.0.1:9/duebox", archive)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.text("UPDATE alembic_version SET version_num = 'one_of_tomorrow'"))
    await backed_up(instance.url, newer)
    with pytest.raises(BackupUnusable, match="newer than this Duebox"):
        await restored(f"sqlite:///{tmp_path / 'target.db'}", newer)


async def test_nothing_starts_on_a_database_whose_restore_was_broken_off(postgres_url: str) -> None:
    engine = sync_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {UNFINISHED} (at timestamptz)"))
    engine.dispose()
    with pytest.raises(SettingInvalid, match="broken off"):
        prepare_database(postgres_url)


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_without_the_programs_of_postgresql_the_message_says_what_to_install(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Invalid, match="pg_dump is not on the PATH: install"):
        await backed_up(migrated_url, tmp_path / "backup.zip")
    assert os.listdir(tmp_path) == [], "nothing half made is left"


def test_the_commands(tmp_path: Path) -> None:
    duebox = Installation(f"sqlite:///{tmp_path / 'duebox.db'}", tmp_path)
    assert "this database is empty" in duebox.run("backup", "backup.zip").stderr
    assert os.listdir(tmp_path) == [], "nothing is made"
    duebox.furnish()
    assert "sealed under k1" in duebox.command("backup", "backup.zip")
    assert "is there already" in duebox.run("backup", "backup.zip").stderr
    assert (tmp_path / "backup.zip").stat().st_mode & 0o777 == 0o600, "it holds the ledger: nobody else's business"
    duebox.environment["DUEBOX_DATABASE_URL"] = f"sqlite:///{tmp_path / 'other.db'}"
    assert "intact, and as they were backed up" in duebox.command("restore", "backup.zip")
    assert "is not empty" in duebox.run("restore", "backup.zip").stderr
