"""Keys are changed while the house works: what was sealed opens again, and nothing is left under an old key."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from app.audit.service import AuditService
from app.bootstrap import prepare_database
from app.db.engine import sync_engine
from app.db.opening import stored_keys
from app.db.repositories import keys as repository
from app.db.repositories.keys import SEALED
from app.db.repositories.words import Words
from app.db.sealing import BELIEVED_FOR, FIRST, Keyring
from app.db.tables.ledger import CustomerRow, HoldRow, InvoiceRow
from app.db.tables.mail import ConversationRow, MailboxKind, MailboxRow
from app.db.tables.papers import DocumentRow
from app.domain.errors import SettingInvalid
from app.domain.ids import new_id
from app.domain.people import DUEBOX
from app.privacy.keys import KEPT_FOR, KeyService
from tests.fakes import FixedClock
from tests.instances import SECRET, Instance, customers_papers, mail

NEW_SECRET = "another secret of the tests, long enough"


async def receive(instance: Instance, count: int) -> list[bytes]:
    raws = [mail(f"words {number}", subject=f"About {number}") for number in range(count)]
    for raw in raws:
        await instance.receive(raw)
    return raws


async def stored_words(instance: Instance, keyring: Keyring) -> list[bytes]:
    """Every payload that was received, opened with nothing but this keyring."""
    words: list[bytes] = []
    async with instance.database.read() as uow:
        theirs = Words(uow.session, keyring, instance.clock)
        for message in await uow.messages.page(state=None, after=None, limit=100):
            words.append(await theirs.get(message.raw_id))
    return words


def fresh(instance: Instance, secret: str = SECRET) -> Keyring:
    return Keyring(secret, lambda: stored_keys(instance.url))


@pytest.fixture
def keys(instance: Instance) -> KeyService:
    return KeyService(instance.database, instance.clock)


async def test_everything_opens_after_a_rotation_and_lies_under_the_new_key(
    instance: Instance, keys: KeyService
) -> None:
    raws = await receive(instance, 3)
    hashed = fresh(instance).index("a@b")
    done = await keys.rotate(by=DUEBOX, say=lambda _: None)
    assert (done.key_id, done.is_new, done.forgotten) == ("k2", True, ())
    assert await stored_words(instance, fresh(instance)) == raws
    assert fresh(instance).index("a@b") == hashed
    async with instance.database.read() as uow:
        assert set(await uow.session.scalars(sa.select(ConversationRow.key_id))) == {"k2"}
        for key, column in SEALED:
            for row_id, sealed in await uow.session.execute(sa.select(key, column).where(column.is_not(None))):
                assert fresh(instance).resealed(row_id, sealed) is None
    assert (await AuditService(instance.database).verify()).first_bad is None


async def test_an_interrupted_rotation_is_finished_and_makes_no_other_key(
    instance: Instance, keys: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = await receive(instance, 3)
    monkeypatch.setattr(repository, "BATCH", 1)

    def torn(said: str) -> None:
        if said == "2 conversations":
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await keys.rotate(by=DUEBOX, say=torn)
    assert await stored_words(instance, fresh(instance)) == raws
    done = await keys.rotate(by=DUEBOX, say=lambda _: None)
    assert (done.key_id, done.is_new) == ("k2", False)
    assert await stored_words(instance, fresh(instance)) == raws


async def test_a_process_that_runs_on_meets_the_new_key_and_the_old_one_is_kept_a_day(
    instance: Instance, keys: KeyService
) -> None:
    (raw,) = await receive(instance, 1)
    running = fresh(instance)
    assert await stored_words(instance, running) == [raw]
    await keys.rotate(by=DUEBOX, say=lambda _: None)
    assert await stored_words(instance, running) == [raw]
    assert running.key_id == "k2"
    instance.clock.now += KEPT_FOR + timedelta(minutes=1)
    assert (await keys.rotate(by=DUEBOX, say=lambda _: None)).forgotten == (FIRST,)


async def test_mail_that_comes_in_during_a_rotation_stays_readable_and_is_found_by_the_next_one(
    instance: Instance, keys: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "BATCH", 1)
    raws = await receive(instance, 3)
    stale = fresh(instance)
    assert stale.key_id == FIRST, "another process, which has looked its keys up"

    async def receive_meanwhile() -> None:
        for number in range(6):
            raw = mail(f"meanwhile {number}", subject=f"Meanwhile {number}")
            raws.append(raw)
            await instance.receive(raw)

    await asyncio.gather(keys.rotate(by=DUEBOX, say=lambda _: None), receive_meanwhile())
    note = new_id()
    async with instance.database.write() as uow:
        uow.session.add(
            HoldRow(
                id=note,
                customer_id="C-1",
                until=instance.clock().date(),
                reason=stale.seal(note, b"why"),
                set_at=instance.clock(),
            )
        )
    assert sorted(await stored_words(instance, fresh(instance))) == sorted(raws)
    instance.clock.now += KEPT_FOR + timedelta(minutes=1)
    while FIRST not in (await keys.rotate(by=DUEBOX, say=lambda _: None)).forgotten:
        pass
    assert sorted(await stored_words(instance, fresh(instance))) == sorted(raws)
    async with instance.database.read() as uow:
        reason = await uow.session.scalar(sa.select(HoldRow.reason))
    assert fresh(instance).open(note, reason or b"") == b"why"


async def test_who_missed_a_new_key_and_the_end_of_an_old_one_opens_and_seals_all_the_same(
    instance: Instance, keys: KeyService
) -> None:
    (raw,) = await receive(instance, 1)
    passed = 0.0
    idle = Keyring(SECRET, lambda: stored_keys(instance.url), lambda: passed)
    await keys.rotate(by=DUEBOX, say=lambda _: None)
    assert idle.key_id == "k2"
    for _ in range(2):
        instance.clock.now += KEPT_FOR + timedelta(minutes=1)
        await keys.rotate(by=DUEBOX, say=lambda _: None)
    assert set(stored_keys(instance.url)) == {"index", "k3", "k4"}
    assert await stored_words(instance, idle) == [raw], "as many keys as before, and another one"
    passed += BELIEVED_FOR + 1
    idle.seal(new_id(), b"x")
    assert idle.key_id == "k4"


async def test_a_look_for_newer_keys_takes_nothing_away_when_it_fails(instance: Instance, keys: KeyService) -> None:
    is_away = False

    def stored() -> dict[str, bytes]:
        if is_away:
            raise OSError
        return stored_keys(instance.url)

    serving = Keyring(SECRET, stored)
    assert serving.key_id == FIRST
    await keys.rotate(by=DUEBOX, say=lambda _: None)
    is_away = True
    with pytest.raises(OSError):  # noqa: PT011  # nothing else is known of it
        serving.refresh()
    assert serving.key_id == FIRST
    is_away = False
    serving.refresh()
    assert serving.key_id == "k2"


async def test_nothing_is_sealed_under_a_key_that_was_forgotten(instance: Instance, keys: KeyService) -> None:
    """A process that only takes mail in opens nothing, and would never meet the new key."""
    passed = 0.0
    idle = Keyring(SECRET, lambda: stored_keys(instance.url), lambda: passed)
    assert idle.key_id == FIRST
    for _ in range(2):
        await keys.rotate(by=DUEBOX, say=lambda _: None)
        instance.clock.now += KEPT_FOR + timedelta(minutes=1)
    assert FIRST not in stored_keys(instance.url)
    row = new_id()
    passed += BELIEVED_FOR + 1
    assert fresh(instance).open(row, idle.seal(row, b"words")) == b"words"


async def test_only_the_new_secret_opens_after_a_change(instance: Instance, keys: KeyService) -> None:
    (raw,) = await receive(instance, 1)
    await keys.change_secret(NEW_SECRET, by=DUEBOX)
    assert await stored_words(instance, fresh(instance, NEW_SECRET)) == [raw]
    with pytest.raises(InvalidTag):
        fresh(instance).index("a@b")


@pytest.mark.parametrize("first", ["mailbox", "document", "hold"])
async def test_a_database_is_opened_with_no_other_secret_whatever_was_sealed_first(
    migrated_url: str, first: str
) -> None:
    """Else what was there would never be read again, and nobody would know."""
    clock, one = FixedClock(), new_id()
    keyring = Keyring(SECRET)
    engine = sync_engine(migrated_url)
    with Session(engine) as session, session.begin():
        session.add(CustomerRow(id="C-1", name="Customer Ltd", language="en", currency="EUR"))
        session.flush()
        if first == "mailbox":
            kind = MailboxKind.WEBHOOK
            secret = keyring.seal(one, b"")
            session.add(MailboxRow(id=one, name="a", address="a", kind=kind, secret=secret, created_at=clock.now))
        elif first == "hold":
            reason = keyring.seal(one, b"why")
            until = clock.now.date()
            session.add(HoldRow(id=one, customer_id="C-1", until=until, reason=reason, set_at=clock.now))
        else:
            paper = next(paper for paper in customers_papers() if isinstance(paper, InvoiceRow))
            session.add(paper)
            session.flush()
            session.add(
                DocumentRow(
                    id=one,
                    invoice_id=paper.id,
                    name="INV-1.pdf",
                    media_type="application/pdf",
                    size=1,
                    sha256="0" * 64,
                    content=keyring.seal(one, b"%"),
                    stored_at=clock.now,
                )
            )
    engine.dispose()
    prepare_database(migrated_url, secret_key=SECRET)
    with pytest.raises(SettingInvalid, match="is not the key"):
        prepare_database(migrated_url, secret_key=f"another {SECRET}")
