"""Sessions under attack: fixed, kept, tampered with; and what else a request may carry that is no honest form."""

import json

import httpx
import pytest

from app.db.tables.system import Chain
from app.domain.people import DUEBOX
from app.domain.review import Role
from app.operations.running import server_of
from tests.running import PASSWORD
from tests.web.house import House, csrf_of

COLLECTOR = f"{Role.COLLECTOR}@seller.example"


async def knows(house: House, cookie: str) -> bool:
    """Whether this cookie opens a page."""
    transport = httpx.ASGITransport(app=house.app)
    cookies = {"duebox": cookie}
    async with httpx.AsyncClient(transport=transport, base_url="http://duebox.example", cookies=cookies) as http:
        return (await http.get("/queue")).status_code == 200


async def signed_in(house: House) -> str:
    return await house.services.identity.sign_in_as(COLLECTOR)


async def test_a_session_is_new_at_sign_in_and_ends_with_what_it_stood_for(house: House) -> None:
    identity = house.services.identity
    async with house.services.database.read() as uow:
        user = await uow.users.by_email(COLLECTOR)
    assert user is not None
    async with house.as_(None) as http:
        http.cookies.set("duebox", "planted-by-somebody-else")
        await http.post("/login", data={"email": COLLECTOR, "password": PASSWORD})
        mine = [str(cookie.value) for cookie in http.cookies.jar if cookie.name == "duebox"][-1]
        assert mine != "planted-by-somebody-else"
        assert not await knows(house, "planted-by-somebody-else")
    assert await knows(house, mine)
    for tampered in (mine[:-1], mine + "A", mine.swapcase(), mine[::-1], "", "dbx_" + mine, mine + "=="):
        assert not await knows(house, tampered)
    await identity.sign_out(mine)
    assert not await knows(house, mine)
    for end in ("role", "password", "deactivated"):
        session, token = await signed_in(house), await identity.new_token(COLLECTOR)
        if end == "password":
            await identity.set_password(COLLECTOR, "another very long word")
        else:
            role = Role.AUDITOR if end == "role" else Role.COLLECTOR
            await identity.change_user(user.id, role=role, active=end == "role", portfolio=(), by=DUEBOX)
        assert not await knows(house, session), end
        found = await identity.user_of_token(token)
        assert found is None or (end == "role" and found.role is Role.AUDITOR), end


async def test_people_change_their_password_and_administrators_set_one(house: House) -> None:
    other, token = await signed_in(house), await house.services.identity.new_token(COLLECTOR)
    new = "another very long word"
    async with house.as_(Role.COLLECTOR) as http:

        async def change(old: str, again: str = new) -> int:
            form = {"csrf": csrf_of(http), "old": old, "new": new, "again": again}
            return (await http.post("/password", data=form)).status_code

        assert await change("not the old one") == 422
        assert await change(PASSWORD, "another very long work") == 422
        assert await knows(house, other), "nothing was changed"
        assert await change(PASSWORD) == 303
        assert not await knows(house, other)
        assert await house.services.identity.user_of_token(token) is None
        assert (await http.get("/password/changed")).status_code == 200, "this browser stays signed in"
        assert [await change("a guess") for _ in range(6)] == [422] * 5 + [429], "an open page is no leave to guess"
        async with house.services.database.read() as uow:
            user = await uow.users.by_email(COLLECTOR)
        assert user is not None
        house.clock.advance(seconds=301)
        async with house.as_(Role.ADMIN) as admin:
            path, form = f"/administration/users/{user.id}/password", {"csrf": csrf_of(admin), "password": PASSWORD}
            assert (await admin.post(path, data=form)).status_code == 303
            me = await house.services.identity.user_of_token(house.tokens[Role.ADMIN])
            assert me is not None
            own = await admin.post(f"/administration/users/{me.id}/password", data=form)
            assert own.status_code == 422, "not without the old one"
        assert (await http.get("/password")).status_code == 303, "signed out"
    async with house.as_(Role.COLLECTOR) as http, house.services.database.read() as uow:
        assert (await http.get("/password")).status_code == 200
        entries = [json.loads(link.body) async for link in uow.audit.links(Chain.DECISIONS)]
    actors = [entry["actor"] for entry in entries if entry["kind"] == "identity.password.changed"]
    assert actors == [f"user:{user.id}", me.actor]


async def test_behind_a_proxy_that_ends_tls_cookies_are_secure_and_nobody_else_says_so(house: House) -> None:
    app = server_of(house.app, "127.0.0.1", 0, "10.0.0.0/8").config
    app.load()
    form = {"email": COLLECTOR, "password": PASSWORD}
    for address, is_secure in (("10.1.2.3", True), ("192.0.2.1", False)):
        transport = httpx.ASGITransport(app=app.loaded_app, client=(address, 1))
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
        async with httpx.AsyncClient(transport=transport, base_url="http://d.example", headers=headers) as http:
            cookie = (await http.post("/login", data=form)).headers["set-cookie"]
        assert cookie.startswith("__Host-duebox=") is is_secure
        assert ("secure" in cookie.lower()) is is_secure


async def test_no_request_of_a_strange_shape_breaks_a_page_or_leads_elsewhere(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        form = {"csrf": csrf_of(http), "customer": "C-1", "until": "2026-09-01", "reason": "a\x00b\r\nX-Evil: 1"}
        answer = await http.post("/holds", data=form)
        assert answer.status_code < 500
        assert "x-evil" not in answer.headers
        assert (await http.post("/holds", data={"csrf": form["csrf"], "reason": "x" * 3_000_000})).status_code == 413
        for place in (
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/ok\r\nX: 1",
            "/\t/evil.example",
        ):
            answer = await http.post("/login", data={"email": COLLECTOR, "password": PASSWORD, "next": place})
            assert answer.headers["location"].partition("?")[0] in {"/queue", "/"}, place
        answer = await http.get("/login/with", headers={"host": "evil.example"})
        assert "evil.example" not in answer.headers.get("location", "")
        assert "evil.example" not in (await http.get("/queue", headers={"host": "evil.example"})).text
        for path in ("/customers/%00", "/customers/..%2f..%2fetc", "/search?q=%00%ff", "/decisions?chain=%0d%0a"):
            assert (await http.get(path)).status_code < 500, path
    token = {"Authorization": f"Bearer {house.tokens[Role.COLLECTOR]}", "Content-Type": "application/json"}
    async with house.as_(None) as http:
        for body in (
            b"[" * 100_000,
            b'{"version":' + b"9" * 5_000 + b"}",
            b'{"a":' * 50_000,
            b'"\\ud800"',
            b"\xff\xfe",
        ):
            path = "/api/v1/reviews/00000000-0000-7000-8000-000000000000/decision"
            answer = await http.post(path, content=body, headers=token)
            assert answer.status_code in {400, 404, 422}, body[:10]


async def test_a_form_of_another_site_does_nothing(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        form = {"csrf": csrf_of(http), "customer": "C-1", "until": "2026-09-01"}
        for headers in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example"},
        ):
            assert (await http.post("/holds", data=form, headers=headers)).status_code == 403
        assert (await http.post("/holds", data={**form, "csrf": "0" * 64})).status_code == 403


async def test_a_stream_of_events_without_a_session_ends_for_good(house: House) -> None:
    async with house.as_(None) as http:
        answer = await http.get("/events", headers={"accept": "text/event-stream"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert (await http.get("/events")).status_code == 303


@pytest.mark.parametrize("header", ["origin", "referer"])
async def test_a_header_that_is_no_address_is_nobodys_and_no_fault_of_ours(house: House, header: str) -> None:
    for role in (Role.COLLECTOR, None):
        async with house.as_(role) as http:
            form = {"csrf": csrf_of(http), "language": "de", "email": COLLECTOR, "password": PASSWORD}
            for path in ("/language", "/holds", "/login"):
                answer = await http.post(path, data=form, headers={header: "http://[bad"})
                assert answer.status_code < 500, path
                assert header == "referer" or answer.status_code in {303, 403}, path


async def test_no_redirect_leads_where_the_host_header_says(house: House) -> None:
    async with house.as_(Role.COLLECTOR) as http:
        for path in ("/queue/", "/static", "/login/", "//evil.example/queue/"):
            answer = await http.get(path, headers={"host": "evil.example"})
            assert "evil.example" not in answer.headers.get("location", ""), path
