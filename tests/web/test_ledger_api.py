"""The ledger over HTTP: rows as JSON, idempotency keys, the newest imports, the data-quality page."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.bootstrap import build
from app.db.tables.ledger import CustomerRow, ImportRow, InvoiceRow
from app.db.tables.system import AuditRow
from app.domain.review import Role
from app.main import create_app
from app.settings import Settings
from tests.instances import SECRET, on_sqlite

PASSWORD = "a long password for tests"
CUSTOMER = {
    "customer_id": "C-1",
    "name": "Halden Foods Ltd",
    "language": "en",
    "country": "GB",
    "currency": "EUR",
    "timezone": "Europe/London",
    "payment_terms_days": 30,
    "strategic": False,
    "natural_person": None,
    "segment": "",
    "owner_email": None,
}
INVOICE = {
    "number": "INV-1",
    "customer_id": "C-1",
    "kind": "invoice",
    "amount": "100.00",
    "open_amount": 60.5,
    "currency": "EUR",
    "issue_date": "2026-04-01",
    "due_date": "2026-05-01",
    "po_number": None,
    "status": "partly_paid",
}


class Caller:
    """Calls the API as somebody of a role, and looks into the database."""

    def __init__(self, http: httpx.AsyncClient, services: Any, tokens: dict[str, str]) -> None:
        self.http = http
        self.services = services
        self._tokens = tokens

    async def post(self, kind: str, rows: Any, *, by: str = "manager", key: str = "", **query: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._tokens[by]}"} | ({"Idempotency-Key": key} if key else {})
        body = {"content": rows} if isinstance(rows, bytes) else {"json": rows}
        return await self.http.post(f"/api/v1/ledger/{kind}", headers=headers, params=query, **body)

    async def imports(self, **query: str) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens['collector']}"}
        return (await self.http.get("/api/v1/ledger/imports", headers=headers, params=query)).json()

    async def one(self, select: sa.Select[Any]) -> Any:
        async with self.services.database.read() as uow:
            return (await uow.session.execute(select)).scalar_one()


@pytest.fixture
async def caller(migrated_url: str) -> AsyncIterator[Caller]:
    services = build(Settings(database_url=migrated_url, secret_key=SECRET))
    tokens = {}
    for role in ("manager", "collector"):
        email = f"{role}@seller.example"
        await services.identity.add_user(email=email, name=role, role=Role(role), password=PASSWORD)
        tokens[role] = await services.identity.new_token(email)
    transport = httpx.ASGITransport(create_app(services, works=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        caller = Caller(http, services, tokens)
        await caller.post("customers", [CUSTOMER | {"natural_person": "no"}])
        yield caller
    await services.close()
    services.engine.dispose()


async def test_rows_are_taken_like_those_of_a_file(caller: Caller) -> None:
    answer = await caller.post("invoices", [INVOICE])
    assert answer.status_code == 200
    assert answer.json() == {
        "kind": "invoices",
        "rows": 1,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "closed": [],
        "notes": [],
        "dry_run": False,
    }
    assert str(await caller.one(sa.select(InvoiceRow.open_amount))) == "60.5000"
    assert (await caller.post("invoices", [INVOICE])).json()["unchanged"] == 1
    entry = sa.select(AuditRow.actor).where(AuditRow.kind == "ledger.file.imported").order_by(AuditRow.seq).limit(1)
    assert (await caller.one(entry)).startswith("user:")


async def test_same_key_gets_the_same_answer_and_other_rows_are_refused(caller: Caller) -> None:
    first = await caller.post("invoices", [INVOICE], key="night-1")
    again = await caller.post("invoices", [INVOICE], key="night-1")
    assert (again.status_code, again.json()) == (200, first.json())
    other = await caller.post("invoices", [INVOICE | {"number": "INV-2"}], key="night-1")
    assert other.status_code == 422
    assert other.json() == {
        "detail": "this Idempotency-Key came with another request before: use a new key for a new request"
    }
    assert await caller.one(sa.select(sa.func.count()).select_from(ImportRow)) == 2


@on_sqlite
async def test_rows_with_the_columns_of_another_system(caller: Caller) -> None:
    row = {
        "ContactName": "C-1",
        "InvoiceNumber": "INV-7",
        "Reference": "",
        "InvoiceDate": "2026-04-01",
        "Total": "100.00",
    }
    row |= {
        "DueDate": "2026-05-01",
        "InvoiceAmountDue": "40",
        "Currency": "EUR",
        "Type": "Sales invoice",
        "Status": "Paid",
    }
    refused = await caller.post("invoices", [row])
    assert refused.status_code == 422
    assert "export of Xero: read it with the adapter xero (--adapter xero, ?adapter=xero," in refused.text
    answer = await caller.post("invoices", [row], key="night", adapter="xero")
    assert answer.json()["new"] == 1
    assert (await caller.post("invoices", [row], key="night", adapter="xero")).json() == answer.json()
    assert (await caller.post("invoices", [row], key="night", adapter="xero", currency="GBP")).status_code == 422
    for adapter in ("sage", "../adapters/xero", "/etc/hostname", "own.toml"):
        assert "there is no adapter" in (await caller.post("invoices", [row], adapter=adapter)).text
    wrong = await caller.post("invoices", [row | {"InvoiceDate": "01.04.2026"}], adapter="xero")
    assert wrong.json()["errors"][0]["reason"] == "'01.04.2026' is not a date such as 2026-03-31"


async def test_every_wrong_cell_is_named_and_nothing_is_taken(caller: Caller) -> None:
    answer = await caller.post("invoices", [INVOICE, INVOICE | {"currency": "EURO"}, INVOICE | {"customer_id": "C-9"}])
    assert answer.status_code == 422
    assert answer.json() == {
        "detail": "nothing was taken",
        "errors": [
            {"row": 2, "column": "currency", "reason": "'EURO' is not a currency code of ISO 4217 such as EUR"},
            {"row": 3, "column": "customer_id", "reason": "there is no customer C-9"},
            {"row": 3, "column": "number", "reason": "INV-1 is on line 1 already"},
        ],
        "more": 0,
    }
    assert await caller.one(sa.select(sa.func.count()).select_from(InvoiceRow)) == 0


@on_sqlite
@pytest.mark.parametrize(
    ("rows", "status"),
    [
        (b"[{", 400),
        (b"\xff", 400),
        (b'[{"number": NaN}]', 400),
        (b"[" * 100_000, 400),
        (b'{"number": "INV-1"}', 422),
        (b'[{"number": ["INV-1"]}]', 422),
        (b"[]", 422),
    ],
)
async def test_what_is_no_list_of_rows_is_refused(caller: Caller, rows: bytes, status: int) -> None:
    assert (await caller.post("invoices", rows)).status_code == status


@on_sqlite
async def test_dry_run_snapshot_and_confirmation(caller: Caller) -> None:
    await caller.post("invoices", [INVOICE, INVOICE | {"number": "INV-2"}])
    foreseen = await caller.post("invoices", [INVOICE], snapshot="true", dry_run="true")
    assert (foreseen.json()["closed"], foreseen.json()["dry_run"]) == (["INV-2"], True)
    refused = await caller.post("invoices", [INVOICE], snapshot="true")
    assert (refused.status_code, "1 of 2 open invoices" in refused.json()["detail"]) == (422, True)
    taken = await caller.post("invoices", [INVOICE], snapshot="true", confirmed="true")
    assert taken.json()["closed"] == ["INV-2"]


@on_sqlite
async def test_collector_reads_imports_and_changes_nothing(caller: Caller) -> None:
    assert (await caller.post("customers", [CUSTOMER], by="collector")).status_code == 403
    assert (await caller.post("suppliers", [CUSTOMER])).status_code == 422
    await caller.post("invoices", [INVOICE])
    newest = await caller.imports(limit="1")
    assert [item["kind"] for item in newest["items"]] == ["invoices"]
    older = await caller.imports(after=newest["next"])
    assert ([item["kind"] for item in older["items"]], older["next"]) == (["customers"], None)


@on_sqlite
async def test_quality_page_says_what_is_odd(caller: Caller) -> None:
    await caller.http.post("/login", data={"email": "collector@seller.example", "password": PASSWORD})
    await caller.post("invoices", [INVOICE | {"due_date": "2026-03-01"}])
    page = await caller.http.get("/ledger/quality")
    assert page.status_code == 200
    assert "Invoices due before they were issued" in page.text
    assert "INV-1" in page.text
    assert await caller.one(sa.select(sa.func.count()).select_from(CustomerRow)) == 1
