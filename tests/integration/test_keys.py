"""Keys are changed while the house works: what was sealed opens again, and nothing is left under an old key."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from app.audit.service import AuditService
from app.db.opening import stored_keys
from app.db.repositories import keys as repository
from app.db.repositories.keys import SEALED
from app.db.repositories.words import Words
from app.db.sealing import FIRST, Keyring
from app.db.tables.mail import ConversationRow
from app.domain.people import DUEBOX
from app.privacy.keys import KEPT_FOR, KeyService
from tests.instances import SECRET, Instance, mail

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


async def test_only_the_new_secret_opens_after_a_change(instance: Instance, keys: KeyService) -> None:
    (raw,) = await receive(instance, 1)
    await keys.change_secret(NEW_SECRET, by=DUEBOX)
    assert await stored_words(instance, fresh(instance, NEW_SECRET)) == [raw]
    with pytest.raises(InvalidTag):
        fresh(instance).index("a@b")
