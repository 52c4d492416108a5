"""Users, passwords, sessions and tokens, on both databases."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.db.tables.system import ApiTokenRow, AuditRow, SessionRow, UserRow
from app.domain.errors import Invalid, NotAllowed, NotFound, TooManyAttempts
from app.domain.review import Role
from app.identity.service import PAUSE, SESSION, TRIES, IdentityService
from tests.instances import Instance, on_sqlite

EMAIL = "milo@seller.example"
PASSWORD = "a very long word"


@pytest.fixture
async def identity(instance: Instance) -> IdentityService:
    service = IdentityService(instance.database, instance.clock)
    await service.add_user(email=f" {EMAIL.upper()} ", name="Milo Renn", role=Role.MANAGER, password=PASSWORD)
    return service


async def _fail(identity: IdentityService, times: int, email: str = EMAIL) -> str:
    """Wrong passwords. Returns the last words of the refusal."""
    words = ""
    for _ in range(times):
        with pytest.raises(NotAllowed) as refusal:
            await identity.sign_in(email, "not the password")
        words = str(refusal.value)
    return words


async def test_password_is_kept_as_argon2_only(instance: Instance, identity: IdentityService) -> None:
    async with instance.database.read() as uow:
        user = await uow.users.by_email(EMAIL)
        entries = list(await uow.session.scalars(sa.select(AuditRow.body)))
    assert user is not None
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash
    assert not any(PASSWORD.encode() in body or EMAIL.encode() in body for body in entries)
    assert await identity.sign_in(EMAIL, PASSWORD)


async def test_session_names_its_user_until_it_ends(instance: Instance, identity: IdentityService) -> None:
    token = await identity.sign_in(EMAIL, PASSWORD)
    signed_in = await identity.user_of_session(token)
    assert signed_in is not None
    assert (signed_in.email, signed_in.role, signed_in.can_decide) == (EMAIL, Role.MANAGER, True)
    instance.clock.now += SESSION - timedelta(seconds=1)
    assert await identity.user_of_session(token) is not None
    instance.clock.now += timedelta(seconds=1)
    assert await identity.user_of_session(token) is None


@on_sqlite
async def test_signing_out_ends_one_session(identity: IdentityService) -> None:
    here, there = await identity.sign_in(EMAIL, PASSWORD), await identity.sign_in(EMAIL, PASSWORD)
    assert here != there
    await identity.sign_out(here)
    assert await identity.user_of_session(here) is None
    assert await identity.user_of_session(there) is not None


async def test_expired_sessions_are_forgotten(instance: Instance, identity: IdentityService) -> None:
    await identity.sign_in(EMAIL, PASSWORD)
    instance.clock.now += SESSION
    await identity.sign_in(EMAIL, PASSWORD)
    async with instance.database.read() as uow:
        assert (await uow.session.execute(sa.select(sa.func.count()).select_from(SessionRow))).scalar_one() == 1


@on_sqlite
async def test_refusal_says_how_many_tries_are_left(identity: IdentityService) -> None:
    assert "4 tries left" in await _fail(identity, 1)
    assert "1 try left" in await _fail(identity, 3)
    assert "There is now a pause of 5 minutes" in await _fail(identity, 1)


async def test_pause_refuses_the_right_password_too_and_ends(instance: Instance, identity: IdentityService) -> None:
    await _fail(identity, TRIES)
    instance.clock.advance(seconds=60)
    with pytest.raises(TooManyAttempts) as refusal:
        await identity.sign_in(EMAIL, PASSWORD)
    assert 0 < refusal.value.retry_after <= PAUSE.seconds - 60 + 1
    instance.clock.now += PAUSE
    assert "4 tries left" in await _fail(identity, 1)
    assert await identity.sign_in(EMAIL, PASSWORD)


@on_sqlite
async def test_nobody_outside_keeps_a_user_out_of_their_own_browser(identity: IdentityService) -> None:
    mine, others = await identity.known_browser(EMAIL), await identity.known_browser("oda@seller.example")
    await _fail(identity, TRIES)
    assert await identity.sign_in(EMAIL, PASSWORD, browser=mine)
    for forged in ("", others, mine[:-1], f"x{mine}", mine.partition(".")[0], "."):
        with pytest.raises(TooManyAttempts):
            await identity.sign_in(EMAIL, PASSWORD, browser=forged)
    for _ in range(TRIES):
        with pytest.raises(NotAllowed):
            await identity.sign_in(EMAIL, "not the password", browser=mine)
    with pytest.raises(TooManyAttempts):
        await identity.sign_in(EMAIL, PASSWORD, browser=mine)


@on_sqlite
async def test_success_clears_the_failures(identity: IdentityService) -> None:
    await _fail(identity, TRIES - 1)
    await identity.sign_in(EMAIL, PASSWORD)
    assert "4 tries left" in await _fail(identity, 1)


@on_sqlite
async def test_failures_of_one_address_do_not_pause_another(identity: IdentityService) -> None:
    await _fail(identity, TRIES, "oda@seller.example")
    assert await identity.sign_in(EMAIL, PASSWORD)


@on_sqlite
async def test_unknown_address_is_answered_like_a_known_one(identity: IdentityService) -> None:
    assert await _fail(identity, 1, "nobody@seller.example") == await _fail(identity, 1)
    await _fail(identity, TRIES - 1, "nobody@seller.example")
    with pytest.raises(TooManyAttempts):
        await identity.sign_in("Nobody@seller.example ", "not the password")


async def test_user_who_left_is_locked_out_everywhere(instance: Instance, identity: IdentityService) -> None:
    session, token = await identity.sign_in(EMAIL, PASSWORD), await identity.new_token(EMAIL)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(UserRow).where(UserRow.email == EMAIL).values(active=False))
    assert await identity.user_of_session(session) is None
    assert await identity.user_of_token(token) is None
    with pytest.raises(NotAllowed):
        await identity.sign_in(EMAIL, PASSWORD)


async def test_token_opens_the_api_and_only_its_hash_is_kept(instance: Instance, identity: IdentityService) -> None:
    token = await identity.new_token(EMAIL)
    assert token.startswith("dbx_")
    signed_in = await identity.user_of_token(token)
    assert signed_in is not None
    assert signed_in.email == EMAIL
    assert await identity.user_of_token(token[:-1]) is None
    assert await identity.user_of_session(token) is None
    async with instance.database.read() as uow:
        (row,) = await uow.session.scalars(sa.select(ApiTokenRow))
    assert token not in row.token_hash


@on_sqlite
async def test_new_password_replaces_the_old_one(identity: IdentityService) -> None:
    await identity.set_password(EMAIL, "another very long word")
    await _fail(identity, 1)
    with pytest.raises(NotAllowed):
        await identity.sign_in(EMAIL, PASSWORD)
    assert await identity.sign_in(EMAIL, "another very long word")


@on_sqlite
async def test_users_are_refused(identity: IdentityService) -> None:
    with pytest.raises(Invalid, match="already"):
        await identity.add_user(email=EMAIL, name="Milo", role=Role.ADMIN, password=PASSWORD)
    with pytest.raises(Invalid, match="at least 12"):
        await identity.add_user(email="oda@seller.example", name="Oda", role=Role.AUDITOR, password="too short")
    with pytest.raises(Invalid, match="not an e-mail address"):
        await identity.add_user(email="oda", name="Oda", role=Role.AUDITOR, password=PASSWORD)
    with pytest.raises(NotFound):
        await identity.new_token("nobody@seller.example")
    with pytest.raises(NotFound):
        await identity.set_password("nobody@seller.example", PASSWORD)


async def test_many_tries_at_once_are_many_also_for_an_address_that_nobody_tried(identity: IdentityService) -> None:
    for email in (EMAIL, "nobody@seller.example"):
        tries = await asyncio.gather(
            *(identity.sign_in(email, "not the password") for _ in range(TRIES + 3)), return_exceptions=True
        )
        kinds = [type(refused) for refused in tries]
        assert (kinds.count(NotAllowed), kinds.count(TooManyAttempts)) == (TRIES, 3)
