"""Two processes at one batch of reminders, on PostgreSQL: on SQLite one waits for the other anyway."""

from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.db.repositories.approvals import Approvals
from app.db.tables.reminders import ReminderRow
from app.reminders import batch_pages
from app.reminders.approvals import ApprovalService
from tests.desk import Desk


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_nobody_changes_a_draft_between_the_look_at_the_batch_and_the_mark_on_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process's new draft would be approved in a wording that nobody saw."""
    monkeypatch.setattr(batch_pages, "ON_A_PAGE", 0)
    batch_id = (await desk.draft())[0].batch_id
    marking, refused = Approvals.open, 0

    async def redrafted(*args: Any) -> None:
        nonlocal refused
        with suppress(DBAPIError):
            async with desk.instance.database.write() as uow:
                await uow.session.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
                await uow.session.execute(sa.update(ReminderRow).values(version=ReminderRow.version + 1))
        async with desk.instance.database.read() as uow:
            refused += {row.version for row in await uow.reminders.of_batch(batch_id)} == {1}
        await marking(*args)

    monkeypatch.setattr(Approvals, "open", redrafted)
    whole = (await desk.pages.batch(batch_id)).whole
    assert whole is not None
    await ApprovalService(desk.instance.database, desk.sending, desk.instance.clock).ask(
        batch_id, mark=whole.mark, by=desk.instance.collector
    )
    assert refused == 1
