"""`duebox … | less`: whoever reads what a command writes takes a break, longer than the database lets a transaction say
nothing."""

import io
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from app.audit.service import AuditService
from app.bootstrap import Services
from app.db.tables.ledger import CustomerRow
from app.domain.people import DUEBOX
from app.operations.planning import print_plan
from app.policies.reminders import load_reminders
from app.reminders.service import ReminderService
from tests.instances import Instance, instance_on
from tests.servers.postgres import Postgres


class SlowPipe(io.StringIO):
    def write(self, text: str) -> int:
        if not self.tell():
            time.sleep(0.6)
        return super().write(text)


@pytest.fixture
def url(postgres: Postgres, migrated_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("app.db.engine.SILENT_SECONDS", 0.3)
    url = postgres.create_database(template=migrated_database)
    yield url
    postgres.drop_database(url)


async def test_the_log_is_exported_whole(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.db.repositories.audit.PAGE", 2)
    async with instance_on(url) as instance:
        for _ in range(3):
            async with instance.database.write() as uow:
                uow.audit.add("test.thing.happened")
        out = SlowPipe()
        assert await AuditService(instance.database).export(out, format="jsonl", by=DUEBOX) == 3
    assert len(out.getvalue().splitlines()) == 3


@pytest.mark.parametrize(("as_json", "last"), [(False, "1  wait"), (True, "]")])
async def test_the_plan_is_printed_whole(url: str, monkeypatch: pytest.MonkeyPatch, as_json: bool, last: str) -> None:
    monkeypatch.setattr("app.db.repositories.situations.AT_ONCE", 1)
    monkeypatch.setattr(sys, "stdout", out := SlowPipe())
    async with instance_on(url) as instance:
        async with instance.database.write() as uow:
            uow.session.add(CustomerRow(id="C-2", name="Nobody Owes Ltd", language="en", currency="EUR"))
        await print_plan(services_of(instance), instance.clock().date(), as_json=as_json)
    assert out.getvalue().splitlines()[-1].strip().startswith(last)


def services_of(instance: Instance) -> Services:
    reminders = ReminderService(instance.database, load_reminders(), max_age=timedelta(hours=72))
    return cast(Services, SimpleNamespace(reminders=reminders))
