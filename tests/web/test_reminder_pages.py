"""The plan of reminders as people and programs read it, and the drawing of a customer's months."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.reminder import Channel, NextAction, Stage, Why
from app.reminders import pages
from app.reminders.timeline import LANES
from app.web.rendering import templates
from tests.integration.test_claims import CLAIMS
from tests.running import CUSTOMERS, INVOICES
from tests.web.test_ledger_pages import HOSTILE, PROMISE, Desk, check, desk, reader

__all__ = ["desk", "reader"]

HEAD = CUSTOMERS.partition("\n")[0] + "\n"


async def _more_customers(desk: Desk, count: int) -> None:
    rows = (f"D-{n:02},Debtor {n},en,GB,EUR,Europe/London,30,no,no,standard,\n" for n in range(count))
    await desk.take("customers", HEAD + "".join(rows))


async def test_the_plan_says_who_hears_from_us_and_who_does_not(desk: Desk) -> None:
    await _more_customers(desk, 3)
    page = await desk.get("/reminders/plan")
    check(page)
    assert "All 4 customers were looked at" in page
    assert '<a href="/customers/C-1">Customer Ltd</a>' in page
    for words in ("€350.00", "petra@customer.example", "Warm", "20 days late", "first step of", "Nothing is open"):
        assert words in page, words
    assert (await desk.http.get("/reminders")).headers["location"] == "/reminders/plan"


async def test_the_reader_chooses_day_outcome_and_reason(desk: Desk) -> None:
    await _more_customers(desk, 2)
    only = await desk.get("/reminders/plan?action=wait&reason=paid")
    check(only)
    assert "Debtor 1" in only
    assert "Customer Ltd" not in only
    none = await desk.get("/reminders/plan?reason=hold")
    assert "None with this reason" in none
    before = await desk.get("/reminders/plan?as_of=2026-05-02")
    assert "on Sat 2 May" in before
    assert "No step is due yet" in before
    assert "write it as 2026-06-30" in await desk.get("/reminders/plan?as_of=soon", 422)
    assert "within a year" in await desk.get("/reminders/plan?as_of=1950-01-01", 422)
    assert "write it as 2026-06-30" in await desk.get("/reminders/plan?as_of=0001-01-01", 422)
    assert "Customer Ltd" in await desk.get("/reminders/plan?action=nonsense")


async def test_pages_follow_each_other_without_gaps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 3)
    monkeypatch.setattr(pages, "MOST_LOOKED_AT", 6)
    await _more_customers(desk, 7)
    seen: list[str] = []
    address = "/reminders/plan"
    while address:
        page = await desk.get(address)
        check(page)
        seen += re.findall(r'href="/customers/([\w-]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == ["C-1", *(f"D-{n:02}" for n in range(7))]
    filtered = await desk.get("/reminders/plan?action=remind&after=C-1")
    assert "These are 6 customers, D-00 to D-05" in filtered
    assert "None among these customers" in filtered
    assert "after=D-05" in filtered


async def test_programs_read_the_same_plan(desk: Desk) -> None:
    await _more_customers(desk, 2)
    first = await desk.ask("GET", "/reminders/plan?limit=2")
    plan = [line.as_dict() async for line in desk.services.reminders.plan(desk.clock().date())]
    assert first["items"] == plan[:2]
    assert first["next"] == "D-00"
    rest = await desk.ask("GET", f"/reminders/plan?limit=2&after={first['next']}")
    assert (rest["items"], rest["next"]) == (plan[2:], None)
    assert (await desk.ask("GET", "/reminders/plan?as_of=2026-05-02"))["items"][0]["reason"] == "not_due"
    await desk.ask("GET", "/reminders/plan?as_of=soon", 422)
    assert (await desk.http.get("/api/v1/reminders/plan")).status_code == 401


async def test_the_months_of_a_customer_are_drawn_and_told(desk: Desk) -> None:
    await desk.post("/cases/new?kind=promise", "/cases", **PROMISE)
    await desk.post("/holds", "/holds", customer="C-1", until="2026-05-25", reason=HOSTILE)
    await desk.take(
        "payments",
        "payment_id,customer_id,date,amount,currency,reference,invoice_number\nP-1,C-1,2026-05-04,12.00,EUR,,\n",
    )
    await desk.take("invoices", INVOICES)
    page = await desk.get("/reminders/customers/C-1")
    check(page)
    assert re.search(r'<rect class="dx-lane__bar f-ok" x="90" y="4" width="9"', page), "promised for eight days later"
    assert re.search(r'<rect class="dx-lane__bar f-us" x="90" y="4" width="5"', page), "held until Monday"
    assert 'd="M73.5 9h0"' in page, "paid seventeen days ago"
    assert "<script>alert" not in page
    table = page[page.index("Show as table") :]
    for words in ("Promise, active", "Do not contact", "Payment", "€12.00", "Planned: first reminder"):
        assert words in table, words
    assert 'hx-get="/reminders/customers/C-1"' in await desk.get("/customers/C-1")
    await desk.get("/reminders/customers/nobody", 404)


async def test_what_may_be_claimed_stands_beside_the_months_also_when_the_invoice_is_paid(desk: Desk) -> None:
    assert 'id="claims"' not in await desk.get("/reminders/customers/C-1"), "the policy names no law"
    assert "[reminders.interest]" in (await desk.ask("GET", "/ledger/claims?customer=C-1", 422))["detail"]
    desk.services.claims._claims = CLAIMS  # noqa: SLF001  # as a policy that names a law would
    await desk.take(
        "payments",
        "payment_id,customer_id,date,amount,currency,reference,invoice_number\nP-1,C-1,2026-05-11,100.00,EUR,,INV-1001\n",
    )
    await desk.take("invoices", INVOICES.replace("100.00,EUR", "0.00,EUR", 1).replace(",,open", ",,paid", 1))
    page = await desk.get("/reminders/customers/C-1")
    check(page)
    told = page[page.index('id="claims"') :]
    for words in ("the law of the test", "INV-1001", "€40.27", "10.00 %", 'title="test"'):
        assert words in told, words
    assert "#claims" in await desk.get("/customers/C-1")
    found = await desk.ask("GET", "/ledger/claims?customer=C-1")
    claim = next(item for item in found["items"] if item["invoice"] == "INV-1001")
    assert (claim["total"], claim["currency"], claim["law"]) == ("40.27", "EUR", "the law of the test")
    assert claim["stretches"][0]["rate"]["source"] == "test"
    assert (found["gaps"], found["next"]) == ([], None)
    await desk.ask("GET", "/ledger/claims?customer=nobody", 404)


async def test_old_data_stops_reminders_and_says_so(desk: Desk) -> None:
    desk.clock.advance(days=20)
    await desk.sign_in()
    page = await desk.get("/reminders/plan")
    assert "The ledger is too old" in page
    assert "petra@customer.example" not in page


async def test_an_auditor_reads_the_plan(reader: Desk) -> None:
    for path in ("/reminders/plan", "/reminders/customers/C-1"):
        check(await reader.get(path))
    assert (await reader.ask("GET", "/reminders/plan"))["items"][0]["action"] == "remind"


def test_every_word_of_the_plan_has_words() -> None:
    words: Mapping[str, Any] = vars(templates().environment().get_template("reminders/words.html").module)
    assert {why.value for why in Why} == words["WHY"].keys()
    assert {action.value for action in NextAction} == words["ACTIONS"].keys() == words["ACTIONS_SAID"].keys()
    assert {stage.value for stage in Stage} == words["STAGES"].keys()
    assert {channel.value for channel in Channel} == words["CHANNELS"].keys()
    assert set(LANES) == words["LANES"].keys() == words["ENTRIES"].keys()


async def test_people_and_programs_read_what_to_do_next(desk: Desk) -> None:
    assert "Not worked out yet" in await desk.get("/reminders/worklist")
    await desk.services.next_steps.refresh_today()
    page = await desk.get("/reminders/worklist")
    check(page)
    for words in ("Customer Ltd", "First reminder, warm", "A step is due", "€350.00"):
        assert words in page, words
    assert "Nothing is left to do" in await desk.get("/reminders/worklist?kind=call")
    found = await desk.ask("GET", "/worklist?kind=remind&limit=1")
    (item,) = found["items"]
    assert (item["customer_id"], item["stage"], item["asks"]) == (
        "C-1",
        "first",
        {"amount": "350.00", "currency": "EUR"},
    )
    assert found["next"] is None
