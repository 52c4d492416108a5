"""The ledger's pages and their forms, as a browser without JavaScript and a program use them, in this process."""

import re
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.domain.review import CASE_NEXT, CaseState
from app.domain.task import TaskKind, TaskState
from app.main import create_app
from app.operations import administration
from app.web.rendering import templates
from tests.fakes import FixedClock
from tests.running import COLLECTOR, CONTACTS, CUSTOMERS, INVOICES, PASSWORD
from tests.web.test_templates import Tags

AUDITOR = "noor@seller.example"
SETTINGS = {"secret_key": "a secret of the tests, long enough"}
HOSTILE = "<script>alert(1)</script>\"'&"


@dataclass
class Desk:
    """One signed-in person, and a program with their token."""

    services: Services
    clock: FixedClock
    folder: Path
    http: httpx.AsyncClient
    email: str
    token: str

    async def sign_in(self) -> None:
        answer = await self.http.post("/login", data={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 303

    async def get(self, path: str, status: int = 200) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, page: str, path: str, status: int = 303, **fields: Any) -> str:
        """Send the form of a page. Returns where it leads, or what the error page says."""
        csrf = re.search(r'name="csrf" value="(\w+)"', await self.get(page))
        assert csrf is not None
        answer = await self.http.post(path, data={"csrf": csrf[1], **fields})
        assert answer.status_code == status, answer.text
        return str(answer.headers.get("location", answer.text))

    async def ask(self, method: str, path: str, status: int = 200, **given: Any) -> Any:
        answer = await self.http.request(
            method, f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"}, **given
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def take(self, kind: str, content: str) -> None:
        path = self.folder / f"{kind}.csv"
        path.write_text(content)
        await self.services.ledger.import_file(kind, path)


async def open_desk(path: Path, migrated: Path, email: str) -> AsyncIterator[Desk]:
    file = path / "duebox.db"
    shutil.copy(migrated, file)
    settings = settings_from_environment(database_url=f"sqlite:///{file}", **SETTINGS)
    clock = FixedClock()
    prepare_database(settings.database_url)
    services = build(settings, clock=clock)
    role = "auditor" if email == AUDITOR else "collector"
    await administration.add_user(services, email=email, name="", role=role, password=PASSWORD)
    app: FastAPI = create_app(services, works=False)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://duebox.example") as http:
        desk = Desk(services, clock, path, http, email, await services.identity.new_token(email))
        for kind, content in (("customers", CUSTOMERS), ("contacts", CONTACTS), ("invoices", INVOICES)):
            await desk.take(kind, content)
        await desk.sign_in()
        yield desk
    await services.close()
    services.engine.dispose()


@pytest.fixture
async def desk(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Desk]:
    async for made in open_desk(tmp_path, migrated_file, COLLECTOR):
        yield made


@pytest.fixture
async def reader(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Desk]:
    async for made in open_desk(tmp_path, migrated_file, AUDITOR):
        yield made


PROMISE: dict[str, Any] = {"kind": "promise", "customer": "C-1", "invoices": "INV-1001", "day": "2026-05-29"}
LISTS = ("/promises", "/disputes", "/extensions", "/hardship", "/holds", "/tasks")


def check(html: str) -> None:
    """What holds for every page: closed tags, ids that occur once, no inline code, a token in each posting form."""
    found = Tags(html)
    assert not found.open
    ids = [attributes["id"] for _tag, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {attributes.get("for") for tag, attributes in found.tags if tag == "label"}
    for tag, attributes in found.tags:
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        if tag in {"input", "select", "textarea"} and attributes.get("type") not in {"hidden", "checkbox"}:
            assert attributes["id"] in labelled
    for attributes, fields in found.forms:
        assert attributes["method"] in {"get", "dialog"} or "csrf" in fields


async def test_a_promise_is_noted_on_the_phone_and_broken(desk: Desk) -> None:
    place = await desk.post("/cases/new?kind=promise", "/cases", **PROMISE, words=f"Petra: {HOSTILE}")
    page = await desk.get(place)
    check(page)
    assert "Active" in page
    assert "2 Jun" in page, "the deadline, with its grace"
    assert "<script>alert" not in page
    assert "Customer Ltd" in await desk.get("/promises")
    desk.clock.advance(days=20)
    await desk.sign_in()
    await desk.take("invoices", INVOICES)
    assert "Customer Ltd" in await desk.get("/promises?show=broken")
    tasks = await desk.get("/tasks")
    check(tasks)
    assert "Promise broken" in tasks
    done = re.search(r'action="(/tasks/[\w-]+/done)"', await desk.get(place))
    assert done is not None
    await desk.post(place, done[1])
    await desk.post(place, done[1], 409)
    assert "Nothing is left to do" in await desk.get("/tasks")
    await desk.post(place, f"{place}/kept")
    assert "Kept" in await desk.get(place)


async def test_a_later_day_for_a_promise_says_that_it_is_a_request(desk: Desk) -> None:
    form = "/cases/new?kind=promise&customer=C-1"
    assert "Promised already" not in await desk.get(form)
    earlier = await desk.post(form, "/cases", **PROMISE, amount="1.100,50", currency="EUR")
    page = await desk.get(form)
    check(page)
    assert "Promised already" in page
    assert "€1,100.50" in page
    assert "is no new promise" in page
    later = await desk.post(form, "/cases", **PROMISE | {"day": "2026-06-30"})
    page = await desk.get(later)
    check(page)
    assert "No new promise, but a request for more time" in page
    assert f'moves the day of <a href="{earlier}">' in page
    assert "a request for more time" not in await desk.get(earlier)


async def test_a_dispute_is_changed_and_resolved(desk: Desk) -> None:
    place = await desk.post(
        "/cases/new?kind=dispute", "/cases", kind="dispute", customer="C-1", invoices="INV-1001", detail="quality"
    )
    await desk.post(
        place, f"{place}/amend", reason="price", amount="30,00", currency="eur", owner=COLLECTOR, due="2026-05-29"
    )
    page = await desk.get(place)
    check(page)
    assert "€70.00" in page, "the rest may still be asked for"
    assert "Customer Ltd" in await desk.get(f"/disputes?reason=price&owner={COLLECTOR}")
    assert "None that fits this filter" in await desk.get("/disputes?reason=quality")
    await desk.post(place, f"{place}/resolve", resolution="settled", amount="10")
    assert "Settled in between, €10.00" in await desk.get(place)
    await desk.post(place, f"{place}/resolve", 409, resolution="settled", amount="10")


async def test_instalments_are_granted_as_suggested(desk: Desk) -> None:
    place = await desk.post(
        "/cases/new?kind=extension", "/cases", kind="extension", customer="C-1", invoices="INV-1001"
    )
    page = await desk.get(f"{place}?instalments=3")
    check(page)
    days = re.findall(r'name="step_day" type="date" value="([\d-]+)"', page)
    sums = re.findall(r'name="step_amount" inputmode="decimal" value="([\d.]+)"', page)
    assert days == ["2026-06-21", "2026-07-21", "2026-08-21"]
    assert sums == ["33.33", "33.33", "33.34"]
    said = await desk.post(
        place, f"{place}/grant", 422, step_day=days, step_amount=["33.33", "33.33", "33.33"], currency="EUR"
    )
    assert "come to €99.99, but €100.00 is open" in said
    assert "Something has to be put right" in said, "nothing is missing"
    await desk.post(place, f"{place}/grant", step_day=days, step_amount=sums, currency="EUR")
    page = await desk.get(place)
    check(page)
    assert page.count(">Due</span>") == 6, "three in the life of the case, three in its terms"
    assert "0 of 3 paid" in await desk.get("/extensions?show=granted")


async def test_a_hold_is_set_and_lifted(desk: Desk) -> None:
    await desk.post("/holds", "/holds", customer="C-1", until="2026-06-30", reason=HOSTILE)
    page = await desk.get("/holds")
    check(page)
    assert "<script>alert" not in page
    lift = re.search(r'action="(/holds/[\w-]+/lift)"', page)
    assert lift is not None
    await desk.post("/holds", lift[1])
    assert "Nobody is on hold" in await desk.get("/holds")
    assert "has passed" in await desk.post("/holds", "/holds", 422, customer="C-1", until="2026-01-01")


async def test_bad_input_says_how_to_mend_it(desk: Desk) -> None:
    for fields, said in (
        ({"amount": "1.250", "currency": "EUR"}, "could be two amounts"),
        ({"amount": "12", "currency": "euros"}, "three letters"),
        ({"amount": "1e99", "currency": "EUR"}, "is no amount"),
        ({"amount": "-5", "currency": "EUR"}, "is no amount"),
        ({"amount": "0", "currency": "EUR"}, "above zero"),
        ({"day": "tomorrow"}, "write it as 2026-06-30"),
        ({"invoices": "INV-9"}, "no invoice INV-9"),
    ):
        assert said in await desk.post("/cases/new", "/cases", 422, **{**PROMISE, **fields})
    await desk.get("/cases/0198a000-0000-7000-8000-000000000000", 404)


async def test_a_form_from_elsewhere_changes_nothing(desk: Desk) -> None:
    answer = await desk.http.post("/cases", data={**PROMISE, "csrf": "guessed"})
    assert answer.status_code == 403
    assert "No promise is running" in await desk.get("/promises")


async def test_a_customer_whose_number_has_a_slash_has_a_case_file(desk: Desk) -> None:
    await desk.take("customers", CUSTOMERS.replace("C-1,", "C/1,"))
    page = await desk.get("/customers/C/1/case-file")
    assert 'action="/customers/C/1/case-file"' in page


async def test_an_auditor_reads_and_finds_no_forms(reader: Desk) -> None:
    for path in (*LISTS, "/cases/new"):
        page = await reader.get(path)
        check(page)
        posting = [form["action"] for form, _fields in Tags(page).forms if form["method"] == "post"]
        assert posting == ["/language", "/logout"]
    await reader.post("/promises", "/cases", 403, **PROMISE)
    await reader.ask("POST", "/cases", 403, json={"kind": "promise", "customer_id": "C-1", "day": "2026-05-29"})


async def test_programs_do_the_same(desk: Desk) -> None:
    new = {"kind": "dispute", "customer_id": "C-1", "invoices": ["INV-1001"], "detail": "price"}
    case = await desk.ask("POST", "/cases", 201, json=new)
    assert (case["state"], case["amount"]) == ("confirmed", None)
    amendment = {"reason": "tax", "amount": {"amount": "30.00", "currency": "EUR"}}
    amended = await desk.ask("POST", f"/cases/{case['id']}/amend", json=amendment)
    assert amended["detail"] == "tax"
    listed = await desk.ask("GET", "/cases?kind=dispute&state=confirmed")
    assert [item["id"] for item in listed["items"]] == [case["id"]]
    assert listed["next"] is None
    await desk.ask("POST", f"/cases/{case['id']}/resolve", 422, json={})
    over = await desk.ask("POST", f"/cases/{case['id']}/resolve", json={"resolution": "withdrawn"})
    assert (over["state"], over["resolution"]) == ("withdrawn", "withdrawn")
    await desk.ask("POST", f"/cases/{case['id']}/withdraw", 409)
    extension = await desk.ask("POST", "/cases", 201, json={**new, "kind": "extension", "detail": ""})
    until = (desk.clock().date() + timedelta(days=9)).isoformat()
    granted = await desk.ask("POST", f"/cases/{extension['id']}/grant", json={"until": until})
    assert (granted["state"], granted["day"], granted["detail"]) == ("confirmed", until, "due_date")


async def test_the_api_says_what_it_answers(desk: Desk) -> None:
    paths: Mapping[str, Any] = (await desk.http.get("/api/openapi.json")).json()["paths"]
    verbs = {path.rpartition("/")[2] for path in paths if path.startswith("/api/v1/cases/{case_id}/")}
    assert verbs == {"confirm", "withdraw", "decline", "kept", "resolve", "amend", "grant"}


def test_every_state_and_task_has_words() -> None:
    words: Any = templates().environment().get_template("words.html").module
    assert {state.value for state in CaseState} == words.CASE_STATES.keys()
    assert {kind.value for kind in TaskKind} == words.TASK_KINDS.keys()
    assert {state.value for state in TaskState} == words.TASK_STATES.keys()
    ends = {to.value for moves in CASE_NEXT.values() for nexts in moves.values() for to in nexts}
    assert {f"ledger.case.{state}" for state in ends - {"proposed", "removed"}} <= words.EVENTS.keys()
