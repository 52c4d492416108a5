"""The lists and files of the desk, page by page: what is served, to whom, and what says so."""

import json
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.narrowing import narrow, unnarrowed
from app.db.tables.ledger import CustomerRow, InvoiceRow
from app.db.tables.mail import MessageRow
from app.db.tables.system import Chain
from app.db.tables.work import OutboxRow
from app.domain.account import InvoiceKind, InvoiceStatus
from app.domain.ids import new_id
from app.domain.message import MessageState
from app.domain.portfolio import Portfolio
from app.domain.review import OutboxState
from app.review import pages as review_pages
from app.review.ledger_panel import ledger_panel
from tests.instances import on_sqlite
from tests.web.house import csrf_of
from tests.web.world import ADMIN, NARROW, WIDE, World, decisions


@on_sqlite
async def test_an_attachment_is_saved_never_shown_and_noted(world: World) -> None:
    path = f"/messages/{world.ids['message_id']}/files/0"
    async with await world.as_(WIDE) as http:
        saved = await http.get(path)
        missing = await http.get(path.replace("/0", "/7"))
    assert saved.content.startswith(b"notes ")
    assert saved.headers["content-disposition"].startswith('attachment; filename="')
    assert (saved.headers["content-type"], saved.headers["x-content-type-options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert missing.status_code == 404
    await world.services.reads.flush()
    async with world.services.database.read() as uow:
        kinds = [json.loads(link.body)["kind"] async for link in uow.audit.links(Chain.ACCESS)]
    assert kinds.count("review.attachment.read") == 1


@on_sqlite
async def test_a_portfolio_is_counted_and_searched_by_itself(world: World) -> None:
    """The oldest of several mails that hold the word is the only one of the portfolio."""
    async with world.services.database.write() as uow:
        mine = (await uow.session.scalars(sa.select(MessageRow).order_by(MessageRow.id).limit(1))).one()
        uow.session.add(CustomerRow(id="C-key", name="Key Ltd", segment="key"))
        await uow.session.flush()
        await uow.session.execute(sa.update(MessageRow).values(customer_id="C-1"))
        mine.customer_id = "C-key"
    token = await world.services.identity.new_token(NARROW)
    async with await world.as_(NARROW) as http:
        counts = (await http.get("/api/v1/counts", headers={"Authorization": f"Bearer {token}"})).json()
        page = (await http.get("/queue")).text
    assert counts["received"] == 1
    assert "<b>1</b> received" in page
    friday = [frozenset({"friday"})]
    async with world.services.database.read() as uow:
        assert [row.id for row in await uow.search.find(friday, before=None, limit=1)] != [mine.id]
    with unnarrowed():
        narrow(Portfolio(segments=frozenset({"key"})))
        async with world.services.database.read() as uow:
            assert [row.id for row in await uow.search.find(friday, before=None, limit=1)] == [mine.id]


@on_sqlite
async def test_long_lists_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_pages, "LISTED", 1)
    async with world.services.database.write() as uow:
        await uow.session.execute(sa.update(MessageRow).values(state=MessageState.QUARANTINED))
    first = await world.services.pages.quarantine()
    second = await world.services.pages.quarantine(after=UUID(first.following))
    assert first.rows[0].message_id == first.following
    assert second.rows[0].message_id < first.following
    async with await world.as_(WIDE) as http:
        assert f"/quarantine?after={first.following}" in (await http.get("/quarantine")).text


@on_sqlite
async def test_every_answer_in_its_undo_window_can_be_taken_back_from_any_page(world: World) -> None:
    async with world.services.database.read() as uow:
        waiting = await uow.reviews.get(UUID(world.ids["review_id"]))
        wide = await uow.users.by_email(WIDE)
        others = [row for row in await uow.reviews.page(state=None, after=None, limit=9) if row.id != waiting.id]
    assert wide is not None
    async with world.services.database.write() as uow:
        for row in others:
            (await uow.reviews.get(row.id)).decided_by = wide.id
    async with await world.as_(WIDE) as http:
        page = (await http.get(f"/reviews/{waiting.id}")).text
        assert f'action="/reviews/{others[0].id}/undo"' in page
        sent = (await http.get("/sent")).text
        assert f'action="/reviews/{others[0].id}/send-now"' in sent
        undone = await http.post(
            f"/reviews/{others[0].id}/undo", data={"csrf": csrf_of(http), "view": "sent"}, follow_redirects=False
        )
    assert (undone.status_code, undone.headers["location"]) == (303, "/sent")


@on_sqlite
async def test_what_is_settled_in_administration_leads_back_there(world: World) -> None:
    async with world.services.database.write() as uow:
        await uow.session.execute(sa.update(OutboxRow).values(state=OutboxState.UNKNOWN))
        stuck = sa.select(MessageRow.id).where(MessageRow.state == MessageState.QUARANTINED)
        message_id = (await uow.session.scalars(stuck)).first()
    async with await world.as_(ADMIN) as http:
        page = (await http.get("/administration")).text
        for path, more, alone in (
            (f"/outbox/{world.ids['outbox_id']}/resolve", {"outcome": "sent"}, "/sent"),
            (f"/quarantine/{message_id}/retry", {}, "/quarantine"),
        ):
            form = page[page.index(f'action="{path}"') :].partition("</form>")[0]
            assert 'name="view" value="administration"' in form
            sent = {"csrf": csrf_of(http), **more}
            back = await http.post(path, data={**sent, "view": "administration"})
            assert back.headers["location"] == "/administration#stuck"
            async with world.services.database.write() as uow:
                await uow.session.execute(sa.update(OutboxRow).values(state=OutboxState.UNKNOWN))
                await uow.session.execute(sa.update(MessageRow).values(state=MessageState.QUARANTINED))
            assert (await http.post(path, data=sent)).headers["location"] == alone


@on_sqlite
async def test_a_token_is_shown_once_and_loading_again_issues_none(world: World) -> None:
    async with world.services.database.read() as uow:
        owner = await uow.users.by_email(WIDE)
    assert owner is not None
    async with await world.as_(ADMIN) as http:
        answer = await http.post("/administration/tokens", data={"csrf": csrf_of(http), "owner": str(owner.id)})
        assert answer.status_code == 303
        first, again = await http.get("/administration"), await http.get("/administration")
    assert first.text.count("dbx_") == 1
    assert "dbx_" not in again.text
    assert (await decisions(world)).count("identity.token.issued") == 1


@on_sqlite
async def test_beside_a_case_stands_a_part_of_a_long_ledger(world: World) -> None:
    """What the mail is about first, then what is oldest, and the way to the rest."""
    async with world.services.database.write() as uow:
        uow.session.add_all(
            InvoiceRow(
                id=new_id(), number=f"MANY-{number:02}", customer_id="C-1", kind=InvoiceKind.INVOICE,
                amount=Decimal(5), open_amount=Decimal(5), currency="EUR", issue_date=date(2026, 1, 1),
                due_date=date(2026, 2, 1) + timedelta(days=number), status=InvoiceStatus.OPEN,
            )
            for number in range(40)
        )  # fmt: skip
    async with await world.as_(WIDE) as http:
        page = (await http.get(f"/reviews/{world.ids['review_id']}")).text
    panel = page[page.index('class="dx-side"') :].partition("</aside>")[0]
    assert (panel.count("MANY-"), "MANY-00" in panel, "MANY-39" in panel) == (30, True, False)
    assert '<a href="/customers/C-1">and 12 more</a>' in panel
    async with world.services.database.read() as uow:
        shown = await ledger_panel(
            uow, "C-1", today=date(2026, 5, 21), concerned={"MANY-39"}, writer="", with_reasons=True
        )
    assert shown is not None
    assert [invoice.number for invoice in shown.invoices[:2]] == ["MANY-39", "MANY-00"]


@on_sqlite
async def test_the_customers_page_says_in_which_order_it_stands(world: World) -> None:
    async with await world.as_(WIDE) as http:
        usual, by_risk = [(await http.get(f"/customers?q=C-1{more}")).text for more in ("", "&by=risk")]
    assert ("the most overdue first" in usual, "what is most at risk first" in usual) == (True, False)
    assert ("the most overdue first" in by_risk, "what is most at risk first" in by_risk) == (False, True)
