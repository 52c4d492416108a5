"""Who guesses is told to wait, by address; who is right never is."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.types import Scope

from app.domain.review import Role
from app.web import pace
from app.web.pace import MOST_ADDRESSES, Allowance, Failures, site_of
from tests.running import PASSWORD
from tests.web.house import House


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_failures_are_forgiven_with_time_and_memory_is_bounded() -> None:
    seconds = Seconds()
    failures = Failures(Allowance(at_once=2, seconds_each=10), seconds)
    failures.note("a")
    assert failures.wait("a") == 0
    failures.note("a")
    assert (failures.wait("a"), failures.wait("b")) == (10, 0)
    seconds.now += 4
    assert failures.wait("a") == 6
    seconds.now += 6
    assert failures.wait("a") == 0
    failures.note("a")
    failures.note("a")
    for number in range(MOST_ADDRESSES):
        failures.note(str(number))
    assert failures.wait("a") == 0, "forgotten, as so many others came since"


@pytest.mark.parametrize(
    ("client", "site"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3::4", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (None, ""),
        (("a socket", 0), "a socket"),
    ],
)
def test_an_address_of_ipv6_stands_for_its_site(client: tuple[str, int] | None, site: str) -> None:
    scope: Scope = {"type": "http", "client": client}
    assert site_of(scope) == site


async def from_address(
    house: House, address: str, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
) -> httpx.Response:
    transport = httpx.ASGITransport(app=house.app, client=(address, 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://duebox.example") as http:
        return await ask(http)


def signing_in(email: str, password: str) -> Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]:
    return lambda http: http.post("/login", data={"email": email, "password": password})


def with_token(token: str) -> Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]:
    return lambda http: http.get("/api/v1/counts", headers={"Authorization": f"Bearer {token}"})


async def test_who_tries_passwords_on_many_accounts_has_to_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "SIGN_INS", Allowance(at_once=6, seconds_each=60))
    tried = [
        await from_address(house, "192.0.2.7", signing_in(f"{number}@seller.example", "a guess")) for number in range(8)
    ]
    assert [answer.status_code for answer in tried] == [401] * 6 + [429] * 2
    assert 0 < int(tried[-1].headers["Retry-After"]) <= 120
    assert "Content-Security-Policy" in tried[-1].headers
    right = signing_in(f"{Role.COLLECTOR}@seller.example", PASSWORD)
    assert (await from_address(house, "192.0.2.7", right)).status_code == 429
    assert (await from_address(house, "192.0.2.8", right)).status_code == 303, "others are not kept out"


async def test_many_at_once_are_many_and_owe_no_more_than_so_many(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "SIGN_INS", Allowance(at_once=3, seconds_each=60))
    guesses = [from_address(house, "192.0.2.7", signing_in(f"{n}@seller.example", "a guess")) for n in range(12)]
    tried = await asyncio.gather(*guesses)
    assert sorted(answer.status_code for answer in tried) == [401] * 3 + [429] * 9
    assert {int(answer.headers["Retry-After"]) for answer in tried if answer.status_code == 429} <= set(range(1, 61))


async def test_who_has_signed_in_there_before_does_not_wait_for_what_others_at_the_address_tried(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "SIGN_INS", Allowance(at_once=2, seconds_each=60))
    right = signing_in(f"{Role.COLLECTOR}@seller.example", PASSWORD)
    transport = httpx.ASGITransport(app=house.app, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://duebox.example") as known:
        assert (await right(known)).status_code == 303
        for number in range(3):
            await from_address(house, "192.0.2.7", signing_in(f"{number}@seller.example", "a guess"))
        assert (await right(known)).status_code == 303
        other = signing_in(f"{Role.MANAGER}@seller.example", PASSWORD)
        assert (await other(known)).status_code == 429, "known for one person, and for no other"
    assert (await from_address(house, "192.0.2.7", right)).status_code == 429, "not known"


async def test_who_tries_tokens_has_to_wait_and_who_has_one_never(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "TOKENS", Allowance(at_once=3, seconds_each=60))
    tried = [await from_address(house, "192.0.2.7", with_token(f"guess{number}")) for number in range(5)]
    assert [answer.status_code for answer in tried] == [401] * 3 + [429] * 2
    assert int(tried[-1].headers["Retry-After"]) > 0
    right = with_token(house.tokens[Role.COLLECTOR])
    assert (await from_address(house, "192.0.2.7", right)).status_code == 200


async def test_a_right_password_counts_as_no_failure(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "SIGN_INS", Allowance(at_once=1, seconds_each=60))
    right = signing_in(f"{Role.COLLECTOR}@seller.example", PASSWORD)
    assert [(await from_address(house, "192.0.2.7", right)).status_code for _ in range(3)] == [303] * 3
