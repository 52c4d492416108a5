"""Other people's portfolios: by id on every route that takes one, and on every list."""

import httpx

from tests.instances import on_sqlite
from tests.web.house import csrf_of
from tests.web.test_access import FORM, LINES, filled
from tests.web.world import NARROW, WIDE, World, decisions

OF_NOBODY = {"token_hash", "user_id", "view_id", "mailbox", "kind", "hold_id", "batch_id", "format"}
"""Parameters that name nothing of one customer: of a batch each sees their own reminders, which are asked for by id."""
BROKEN = 500
OF_LETTERS = {"/reminders/tasks/{task_id}/letter.pdf"}
"""They show letters alone, and our task is a call."""
SHOWN = {200, 303}
"""A mail is read on the page of its case: its own address leads there."""

ON_ITS_OWN = {"/events", "/logout", "/language"}


def names_in(path: str) -> set[str]:
    return {part.strip("{}").partition(":")[0] for part in path.split("/") if part.startswith("{")}


async def ask(world: World, http: httpx.AsyncClient, method: str, path: str, token: str) -> httpx.Response:
    address = filled(path, world.ids)
    headers = {"Authorization": f"Bearer {token}"} if path.startswith("/api/") else {}
    if method == "GET":
        return await http.get(address, headers=headers)
    if path.startswith("/api/"):
        body = {"version": 1, "contact_id": world.ids["contact_id"], "outcome": "confirmed", "note": "x"}
        return await http.post(address, headers=headers, json=body if path.endswith("call-back") else FORM)
    return await http.post(address, data={**FORM, "csrf": csrf_of(http), "kind": "promise", "placeholder": "⟨IBAN_1⟩"})


@on_sqlite
async def test_nothing_of_another_portfolio_is_seen_or_changed(world: World) -> None:
    theirs = [(method, path) for method, path in LINES if names_in(path) and not names_in(path) & OF_NOBODY]
    lists = [path for method, path in LINES if method == "GET" and "{" not in path and path not in ON_ITS_OWN]
    assert len(theirs) > 50
    tokens = {email: await world.services.identity.new_token(email) for email in (WIDE, NARROW)}
    wrong: list[tuple[str, str, object]] = []
    async with await world.as_(NARROW) as http:
        before = await decisions(world)
        for method, path in theirs:
            if LINES[method, path] in {"all", "deciders"}:
                answer = await ask(world, http, method, path, tokens[NARROW])
                allowed = {404} if method == "GET" else {404, 422}
                if answer.status_code not in allowed or "xss-probe" in answer.text:
                    wrong.append((method, path, answer.status_code))
        for path in lists:
            answer = await ask(world, http, "GET", path, tokens[NARROW])
            shown = [word for word in ("xss-probe", "petra", world.ids["review_id"]) if word in answer.text]
            if shown or answer.status_code >= BROKEN:
                wrong.append(("GET", path, shown or answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert await decisions(world) == before, "nothing was done"
    async with await world.as_(WIDE) as http:
        seen = [
            (path, status)
            for method, path in theirs
            if method == "GET" and LINES[method, path] == "all" and path not in OF_LETTERS
            if (status := (await ask(world, http, method, path, tokens[WIDE])).status_code) not in SHOWN
        ]
    assert seen == [], "the ids are real: who may see them does"
