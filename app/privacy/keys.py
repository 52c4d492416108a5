"""Keys changed while the house goes on working.

    rotate: a new random master key ─▶ every data key, secret, note and document is sealed anew, a batch a transaction
            ─▶ the old key is retired, and forgotten by a rotation at least a day later

Interrupted, it goes on where it stopped. Other processes look a key up when they meet one that they don't know; what
they still seal under the old one, for an hour at most (`BELIEVED_FOR`), stays readable, and is found by the next
rotation, before the old key is forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from app.db.repositories.keys import SEALED, Keys
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import Invalid
from app.domain.people import SignedIn

SECRET_LENGTH = 32
KEPT_FOR = timedelta(days=1)
"""How long a retired key is kept for processes that have not met its successor."""

log = structlog.get_logger()

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    key_id: str
    is_new: bool
    resealed: int
    forgotten: tuple[str, ...]


class KeyService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def rotate(self, *, by: SignedIn, say: Say) -> Rotated:
        """Make a new master key and seal everything under it; or finish a rotation that was interrupted."""
        key_id, is_new = await self._newest(by)
        say(f"{'made' if is_new else 'finishing with'} key {key_id}")
        resealed = await self._conversations(key_id, say) + await self._others(say)
        now = self._clock()
        async with self._database.write() as uow:
            keys = Keys(uow.session, uow.words.keyring)
            await keys.retire_all_but(key_id, now)
            unused = not await keys.conversations_under_older(key_id)
            forgotten = tuple(await keys.forget_retired_before(now - KEPT_FOR)) if unused else ()
            uow.audit.add("privacy.keys.rotated", actor=by.actor, key_id=key_id, resealed=resealed, forgotten=forgotten)
            uow.words.keyring.reload()
        log.info("privacy.keys.rotated", key_id=key_id, resealed=resealed, forgotten=len(forgotten))
        return Rotated(key_id, is_new, resealed, forgotten)

    async def change_secret(self, secret: str, *, by: SignedIn) -> None:
        """Seal the keys under another DUEBOX_SECRET_KEY, in one transaction; from then on only that one opens them."""
        if len(secret) < SECRET_LENGTH:
            raise Invalid(f"the new secret must have at least {SECRET_LENGTH} characters: openssl rand -base64 32")
        async with self._database.write() as uow:
            keys, keyring = Keys(uow.session, uow.words.keyring), uow.words.keyring
            if await keys.all():
                await keys.rewrap(keyring.wrapped(secret))
            else:
                keys.add(keyring.wrapped(secret), self._clock())
            uow.audit.add("privacy.secret.changed", actor=by.actor, key_id=keyring.key_id)

    async def _newest(self, by: SignedIn) -> tuple[str, bool]:
        """The key to seal under: a new one, unless something still lies under an older one."""
        async with self._database.write() as uow:
            keys, keyring = Keys(uow.session, uow.words.keyring), uow.words.keyring
            if not await keys.all():
                keys.add(keyring.wrapped(), self._clock())
            elif await self._is_unfinished(keys, keyring.key_id):
                return keyring.key_id, False
            key_id, sealed = keyring.wrapped_new()
            keys.add({key_id: sealed}, self._clock())
            uow.audit.add("privacy.key.made", actor=by.actor, key_id=key_id)
        keyring.reload()
        return key_id, True

    @staticmethod
    async def _is_unfinished(keys: Keys, newest: str) -> bool:
        older = [row for row in await keys.all() if row.id != newest]
        return any(row.retired_at is None for row in older) or await keys.conversations_under_older(newest) > 0

    async def _conversations(self, key_id: str, say: Say) -> int:
        total = 0
        while True:
            async with self._database.write() as uow:
                count = await Keys(uow.session, uow.words.keyring).reseal_conversations(key_id)
            if not count:
                return total
            total += count
            say(f"{total} conversations")

    async def _others(self, say: Say) -> int:
        total = 0
        for key, column in SEALED:
            after = None
            while True:
                async with self._database.write() as uow:
                    count, after = await Keys(uow.session, uow.words.keyring).reseal_after(key, column, after)
                total += count
                if after is None:
                    break
            say(f"{key.class_.__tablename__}: done")
        return total
