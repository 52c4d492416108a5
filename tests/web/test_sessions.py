"""Sessions under attack: fixed, kept, tampered with; and what else a request may carry that is no honest form."""

import httpx

from app.domain.people import DUEBOX
from app.domain.review import Role
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
        ):
            answer = await http.post("/login", data={"email": COLLECTOR, "password": PASSWORD, "next": place})
            assert answer.headers["location"].partition("?")[0] in {"/queue", "/", "/ok%0D%0AX:%201"}, place
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
