"""Every route, asked by every role and by nobody: the table in access.txt says who may, and the application agrees."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.review import Role
from tests.instances import on_sqlite
from tests.running import PASSWORD
from tests.web.access import WHO, routes_of, table
from tests.web.house import House, csrf_of
from tests.web.world import ADMIN, WIDE, World, decisions

LINES = table(Path(__file__).with_name("access.txt").read_text())
NOBODYS = "00000000-0000-7000-8000-000000000000"
REFUSED = 403
UNDONE = {REFUSED, 404, 422}
"""Stations look at the form and at the thing before they look at the role: nothing was done either way."""

ENDLESS = {"/events"}
"""Answers that go on for as long as somebody listens: here only nobody asks for them."""

FORM = {
    "chosen": f"{NOBODYS}:1",
    "version": "1", "action": "approve", "subject": "Re", "body": "Hello", "note": "note", "reason": "other",
    "kind": "promise", "customer": "C-1", "invoices": "INV-1001", "day": "2026-06-01", "until": "2026-06-01",
    "amount": "10.00", "outcome": "sent", "purpose": "court", "role": "collector", "active": "true", "owner": NOBODYS,
    "minutes": "3", "understood": "true", "days": "30", "email": "new@seller.example", "name": "New",
    "password": PASSWORD, "reminder": NOBODYS, "currency": "EUR",
}  # fmt: skip
WORDS = {"to": "done", "kind": "customers", "format": "csv", "mailbox": "none", "customer_id": "C-9", "token_hash": "0",
         "number": "0"}  # fmt: skip


def filled(path: str, known: Mapping[str, str] = {}) -> str:  # never written to
    """The path with something for each of its parameters."""
    parts = []
    for part in path.split("/"):
        name = part.strip("{}").partition(":")[0].partition("}")[0]
        if "{" not in part:
            parts.append(part)
        elif part.startswith("export."):
            parts.append("export.csv")
        else:
            parts.append(known.get(name, WORDS.get(name, NOBODYS)))
    return "/".join(parts)


async def ask(http: httpx.AsyncClient, method: str, path: str, token: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if method == "GET":
        return (await http.get(path, headers=headers)).status_code
    if path.startswith("/api/"):
        body: Any = [] if "/ledger/" in path else {"address": FORM["email"]} if "/privacy/" in path else FORM
        return (await http.post(path, headers=headers, json=body)).status_code
    csrf = csrf_of(http)
    files = {"file": ("policy.toml", b"x")} if path.endswith("what-if-file") else None
    return (await http.post(path, data={**FORM, "csrf": csrf}, files=files)).status_code


async def test_every_route_has_a_line_and_every_line_a_route(house: House) -> None:
    routes = set(routes_of(house.app))
    assert sorted(routes - LINES.keys()) == [], "say in tests/web/access.txt who may use these"
    assert sorted(LINES.keys() - routes) == [], "these are no routes any more: take them out of tests/web/access.txt"


async def test_every_call_of_the_api_describes_how_it_is_refused(house: House) -> None:
    """What the description leaves to the framework is not what we answer; `make contract` asks for real."""
    wrong = [
        (method, path)
        for path, operations in house.app.openapi()["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/api/v1") and "HTTPValidationError" in str(operation["responses"])
    ]
    assert wrong == []


@pytest.mark.parametrize("role", [*Role, None])
async def test_who_may_is_let_in_and_nobody_else(house: House, role: Role | None) -> None:
    wrong = []
    async with house.as_(role) as http:
        for (method, path), who in LINES.items():
            if path == "/logout" or (role is not None and (path in ENDLESS or role in _others(path, who))):
                continue
            is_api, token = path.startswith("/api/v1"), house.tokens[role] if role else ""
            status = await ask(http, method, filled(path), token if is_api else "")
            if not _as_said(status, who, role, is_api=is_api):
                wrong.append((method, path, who, status))
    assert not wrong, "\n".join(map(str, wrong))


SAID: Mapping[str, dict[str, Any]] = {
    "/api/v1/privacy/erase": {"address": "petra@customer.example"},
    "/api/v1/privacy/export": {"address": "petra@customer.example"},
    "/api/v1/cases": {"kind": "promise", "customer_id": "C-1", "day": "2026-06-01"},
    "/api/v1/cases/{case_id}/amend": {"reason": "price"},
    "/api/v1/cases/{case_id}/grant": {"until": "2026-06-30"},
    "/api/v1/cases/{case_id}/resolve": {},
    "/api/v1/outbox/{outbox_id}/resolve": {"outcome": "sent"},
    "/api/v1/reviews/{review_id}/decision": {"version": 1, "action": "ignore"},
    "/reviews/{review_id}/attach": {"file": "statement"},
    "/reviews/{review_id}/detach": {"file": "statement"},
    "/reviews/{review_id}/escalate": {"to": NOBODYS},
    "/reviews/{review_id}/fact": {"name": "fact-1", "field": "promise_day", "day": "2026-06-01"},
    "/reviews/{review_id}/terms": {"outcome": "declined"},
    "/reviews/{review_id}/call-back": {"outcome": "confirmed"},
    "/queue/bulk": {"deed": "ignore"},
    "/queue/bulk/confirmed": {"deed": "ignore"},
    "/queue/views": {"name": "Mine", "q": "age>2d", "shared": "yes"},
}
"""What fits a route whose form is its own, so that nothing but the role can be wrong."""


@on_sqlite
async def test_who_may_not_is_refused_by_role_alone_where_the_thing_is_real(world: World) -> None:
    """403, and not that nothing was found or that the form was wrong: a check that is missing shows."""
    identity, ids = world.services.identity, dict(world.ids)
    people = {Role.COLLECTOR: WIDE, Role.ADMIN: ADMIN}
    for role in (Role.MANAGER, Role.AUDITOR):
        people[role] = f"{role}@seller.example"
        await identity.add_user(email=people[role], name=role, role=role, password=PASSWORD)
    tokens = {role: await identity.new_token(email) for role, email in people.items()}
    async with world.services.database.read() as uow:
        user = await uow.users.by_email(WIDE)
        assert user is not None
        ids |= {"user_id": str(user.id), "token_hash": (await uow.users.tokens())[0].token_hash}
    wrong = []
    for role, email in people.items():
        async with await world.as_(email) as http:
            for (method, path), who in LINES.items():
                shares = path == "/queue/views" and role is Role.AUDITOR
                if (role not in WHO[who] and who != "open") or shares:
                    status = await _told(http, method, path, ids, tokens[role])
                    if status != REFUSED:
                        wrong.append((role, method, path, status))
    assert not wrong, "\n".join(map(str, wrong))
    assert set((await decisions(world))[-len(people) :]) == {"identity.session.opened"}, "nothing else was done"


async def _told(http: httpx.AsyncClient, method: str, path: str, ids: Mapping[str, str], token: str) -> int:
    address = filled(path, ids)
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {token}"}
        said = SAID.get(path, [] if "/ledger/" in path else {"version": 1, "contact_id": ids["contact_id"],
                                                            "outcome": "confirmed", "note": "x"})  # fmt: skip
        return (
            await http.request(method, address, headers=headers, json=said if method == "POST" else None)
        ).status_code
    if method == "GET":
        return (await http.get(address)).status_code
    pick = f"{ids['review_id']}:1"
    form = {**FORM, "placeholder": "⟨IBAN_1⟩", "pick": pick, "contact": ids["contact_id"], **SAID.get(path, {})}
    files = {"file": ("policy.toml", b"x")} if path.endswith("what-if-file") else None
    return (await http.post(address, data={**form, "csrf": csrf_of(http)}, files=files)).status_code


def _others(path: str, who: str) -> set[Role]:
    """Of those who may, one asks, another for every route; all who may not do."""
    may = [role for role in Role if role in WHO[who]]
    return set(may) - {may[len(path) % len(may)]}


def _as_said(status: int, who: str, role: Role | None, *, is_api: bool) -> bool:
    if who == "open":
        return status < 500 or status == 503
    if role is None:
        return status == 401 if is_api else status in {303, REFUSED}
    if role not in WHO[who]:
        return status in UNDONE
    return status not in {401, REFUSED} and status < 500
