"""Users, passwords, sessions and API tokens.

Wrong passwords make a pause, counted by address: who guesses from anywhere is slowed down. A browser where somebody
signed in before is counted by itself, so that nobody outside can keep a user out by typing wrong passwords.
"""

import asyncio
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from pwdlib import PasswordHash

from app.db.tables.system import Chain, UserRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotAllowed, NotFound, TooManyAttempts
from app.domain.ids import new_id
from app.domain.keymap import keymap_of
from app.domain.people import Scope, SignedIn
from app.domain.portfolio import as_words, portfolio_of
from app.domain.review import Role
from app.web.languages import LOCALES, NAMES

SESSION = timedelta(hours=12)
PAUSE = timedelta(minutes=5)
TRIES = 5
SHORTEST_PASSWORD = 12
TOKEN_BYTES = 32
BROWSER_BYTES = 16

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class IdentityService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._hasher = PasswordHash.recommended()
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def add_user(self, *, email: str, name: str, role: Role, password: str, by: SignedIn | None = None) -> UUID:
        """Raises Invalid when the address is taken or malformed, or the password is too short."""
        address = email.strip().lower()
        if not _EMAIL.fullmatch(address):
            raise Invalid("{email!r} is not an e-mail address", email=email)
        hashed = await self._hashed(password)
        async with self._database.write() as uow:
            if await uow.users.by_email(address) is not None:
                raise Invalid("there is a user {address} already", address=address)
            user = UserRow(
                id=new_id(),
                email=address,
                name=name,
                role=role,
                password_hash=hashed,
                created_at=self._clock(),
                created_by=by.id if by else None,
            )
            uow.users.add(user)
            uow.audit.add(
                "identity.user.added",
                actor=_actor(by),
                user_id=user.id,
                role=role.value,
                password_digest=user.password_digest,
            )
            return user.id

    async def set_password(self, email: str, password: str, *, by: SignedIn | None = None) -> None:
        """In somebody else's place: they are signed out everywhere, programs included. Raises NotFound or Invalid."""
        hashed = await self._hashed(password)
        async with self._database.write() as uow:
            user = await self._user(uow, email)
            if by is not None and user.id == by.id:
                raise Invalid("change your own password on its own page: it asks for the old one")
            user.password_hash, user.password_set_by = hashed, by.id if by else None
            if by is not None:
                user.created_by, user.password_set_at = by.id, self._clock()
            await uow.users.close_all(user.id)
            self._note_password(uow, user, _actor(by))

    async def change_password(self, old: str, new: str, *, by: SignedIn) -> str:
        """One's own. Everybody else who is signed in by it is signed out, programs included. Returns the token of the
        session that goes on; raises Invalid, or TooManyAttempts: an open page is no leave to guess."""
        tries = await self._count_try(by.email)
        async with self._database.read() as uow:
            known = (await self._user(uow, by.email)).password_hash
        if not await asyncio.to_thread(self._hasher.verify, old, known):
            await self._refused(by.email, tries)
            raise Invalid("the old password is not this one")
        hashed = await self._hashed(new)
        async with self._database.write() as uow:
            user = await self._user(uow, by.email)
            user.password_hash, user.password_set_by = hashed, None
            await uow.users.close_all(user.id)
            self._note_password(uow, user, by.actor)
        return await self._open_session(by.email)

    async def sign_in(self, email: str, password: str, *, browser: str = "") -> str:
        """A session token. `browser` is what `known_browser` gave it. Raises NotAllowed with the tries that are left,
        or TooManyAttempts."""
        counted = await self._counted(email, browser)
        tries = await self._count_try(counted)
        async with self._database.read() as uow:
            user = await uow.users.by_email(email)
        known = user.password_hash if user is not None and user.active else self._nobody
        fits = await asyncio.to_thread(self._hasher.verify, password, known)
        if user is None or not user.active or not fits:
            raise await self._refused(email, tries)
        return await self._open_session(email, counted=counted)

    async def known_browser(self, email: str) -> str:
        """What tells a browser where this person has signed in from any other. It opens nothing."""
        name = secrets.token_hex(BROWSER_BYTES)
        async with self._database.read() as uow:
            return f"{name}.{_mark(uow, email, name)}"

    async def is_known_browser(self, email: str, browser: str) -> bool:
        """Whether `known_browser` gave this to a browser of this person."""
        name, _, mark = browser.partition(".")
        if not mark:
            return False
        async with self._database.read() as uow:
            return hmac.compare_digest(mark.encode(), _mark(uow, email, name).encode())

    async def sign_in_as(self, email: str) -> str:
        """A session token for somebody whom an identity provider vouches for. Raises NotAllowed for a stranger."""
        async with self._database.read() as uow:
            user = await uow.users.by_email(email)
        if user is None or not user.active:
            async with self._database.write() as uow:
                self._note_refusal(uow, email)
            raise NotAllowed("You are known there, but not here: ask an administrator to add you.")
        return await self._open_session(email)

    async def sign_out(self, token: str) -> None:
        async with self._database.write() as uow:
            await uow.users.close_session(token)

    async def user_of_session(self, token: str) -> SignedIn | None:
        async with self._database.read() as uow:
            return _signed_in(await uow.users.user_of_session(token))

    async def user_of_token(self, token: str) -> SignedIn | None:
        async with self._database.read() as uow:
            found = await uow.users.user_of_token(token)
            return _signed_in(found[0], scopes=found[1].scopes, issued_by=found[1].issued_by) if found else None

    async def new_token(
        self,
        email: str,
        *,
        name: str = "",
        scopes: Iterable[Scope] = tuple(Scope),
        days: int | None = None,
        by: SignedIn | None = None,
    ) -> str:
        """An API token, shown once; it ends after `days`. Raises NotFound."""
        token = f"dbx_{secrets.token_urlsafe(TOKEN_BYTES)}"
        words = sorted({scope.value for scope in scopes})
        ends = self._clock() + timedelta(days=days) if days is not None else None
        async with self._database.write() as uow:
            user = await self._user(uow, email)
            issuer = by.id if by else None
            uow.users.add_token(
                token, user.id, name=name.strip()[:120], scopes=words, expires_at=ends, issued_by=issuer
            )
            uow.audit.add("identity.token.issued", actor=_actor(by), user_id=user.id, scopes=words)
        return token

    async def withdraw_token(self, token_hash: str, *, by: SignedIn) -> None:
        """Raises NotFound."""
        async with self._database.write() as uow:
            row = await uow.users.withdraw_token(token_hash)
            if row is None:
                raise NotFound("there is no such token")
            uow.audit.add("identity.token.withdrawn", actor=by.actor, user_id=row.user_id)

    async def change_user(
        self, user_id: UUID, *, role: Role, active: bool, portfolio: Iterable[str], by: SignedIn
    ) -> None:
        """What somebody may do from now on; they sign in anew. Raises NotFound or Invalid."""
        words = as_words(portfolio_of(portfolio))
        if words and role is not Role.COLLECTOR:
            raise Invalid("a portfolio narrows what a collector sees; the other roles see everything")
        async with self._database.write() as uow:
            user = await uow.users.get(user_id)
            if user is None:
                raise NotFound("there is no such user")
            if user_id == by.id and (not active or role is not user.role):
                raise Invalid("nobody locks themselves out: another administrator changes your role")
            before = (user.role, user.active, list(user.portfolio))
            if before == (role, active, words):
                return
            user.role, user.active, user.portfolio = role, active, words
            await uow.users.close_sessions(user.id)
            uow.audit.add(
                "identity.user.changed",
                actor=by.actor,
                user_id=user.id,
                role_before=before[0].value,
                role=role.value,
                active_before=before[1],
                active=active,
                portfolio_words_before=len(before[2]),
                portfolio_words=len(words),
            )

    async def choose_language(self, language: str, *, by: SignedIn) -> None:
        """The pages are in this language for them from now on, in every browser. Raises Invalid."""
        if language not in LOCALES:
            raise Invalid("the pages speak {languages}", languages=", ".join(NAMES.values()))
        async with self._database.write() as uow:
            user = await uow.users.get(by.id) if by.id else None
            if user is None:
                raise NotFound("there is no such user")
            user.language = language

    async def choose_keys(self, pairs: Iterable[tuple[str, str]], *, by: SignedIn) -> None:
        """Each a key as shipped and what they press for it from now on, in every browser. Raises Invalid."""
        keymap = keymap_of(pairs)
        async with self._database.write() as uow:
            (await self._user(uow, by.email)).keymap = dict(keymap)

    async def _open_session(self, email: str, *, counted: str = "") -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        async with self._database.write() as uow:
            user = await self._user(uow, email)
            await uow.users.clear_failures(counted or email)
            await uow.users.forget_expired_sessions()
            uow.users.open_session(token, user.id, expires_at=self._clock() + SESSION)
            uow.audit.add("identity.session.opened", actor=f"user:{user.id}", user_id=user.id)
        return token

    async def _counted(self, email: str, browser: str) -> str:
        """By what tries are counted: the address, in a browser of theirs with its name."""
        return f"{email}\0{browser.partition('.')[0]}" if await self.is_known_browser(email, browser) else email

    async def _count_try(self, email: str) -> int:
        """Count a try before it is made, so that many at once are many. Raises TooManyAttempts during a pause."""
        async with self._database.write() as uow:
            failed = await uow.users.failures(email)
            tries = failed.failures
            if tries >= TRIES:
                waited = self._clock() - failed.last_at
                if timedelta() <= waited < PAUSE:  # less than nothing: the clock was set back since
                    raise TooManyAttempts(int((PAUSE - waited).total_seconds()) + 1)
                tries = 0
            failed.failures, failed.last_at = tries + 1, self._clock()
            return tries + 1

    async def _refused(self, email: str, tries: int) -> NotAllowed:
        async with self._database.write() as uow:
            self._note_refusal(uow, email)
        left = TRIES - tries
        minutes = PAUSE.seconds // 60
        if left <= 0:
            return NotAllowed(
                "E-mail and password do not match. There is now a pause of {minutes} minutes.", minutes=minutes
            )
        if left == 1:
            return NotAllowed(
                "E-mail and password do not match. 1 try left before a pause of {minutes} minutes.", minutes=minutes
            )
        return NotAllowed(
            "E-mail and password do not match. {left} tries left before a pause of {minutes} minutes.",
            left=left,
            minutes=minutes,
        )

    @staticmethod
    def _note_refusal(uow: Uow, email: str) -> None:
        hashed = uow.words.keyring.index(email.strip().lower())
        uow.audit.add("identity.session.refused", chain=Chain.ACCESS, email_hash=hashed)

    @staticmethod
    def _note_password(uow: Uow, user: UserRow, actor: str) -> None:
        uow.audit.add("identity.password.changed", actor=actor, user_id=user.id, password_digest=user.password_digest)

    async def _hashed(self, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid("a password needs at least {least} characters", least=SHORTEST_PASSWORD)
        return await asyncio.to_thread(self._hasher.hash, password)

    @staticmethod
    async def _user(uow: Uow, email: str) -> UserRow:
        user = await uow.users.by_email(email)
        if user is None:
            raise NotFound("there is no user {email}", email=email)
        return user


def _signed_in(
    user: UserRow | None, *, scopes: Iterable[str] = tuple(Scope), issued_by: UUID | None = None
) -> SignedIn | None:
    if user is None:
        return None
    may = frozenset(Scope(scope) for scope in scopes)
    sees = portfolio_of(user.portfolio)
    return SignedIn(user.id, user.name, user.email, user.role, sees, may, user.language, issued_by, user.keymap)


def _mark(uow: Uow, email: str, name: str) -> str:
    return uow.words.keyring.index(f"browser\0{email.strip().lower()}\0{name}")


def _actor(by: SignedIn | None) -> str:
    return by.actor if by else "duebox"
