"""`duebox backtest` beside an instance: its ledger, what its managers allow now, and nothing stored."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.bootstrap import Services, build, settings_from_environment
from app.cli import cli
from app.db.tables.oversight import PolicyOrigin, Switch
from app.domain.intents import Autonomy, Route
from tests.fakes import PlainMind
from tests.instances import SECRET, mail
from tests.running import CONTACTS, CUSTOMERS

PERSON = "C-2,Jo Hart,en,GB,EUR,Europe/London,30,no,yes,standard,ines@seller.example\n"
JO = "C-2,Jo Hart,jo@home.example,other,en,yes\n"
PROMISE = [("payment_promise", "standard", Autonomy.SEND)]
"""A manager's cell: answers to promises may leave alone."""


@pytest.fixture
def instance(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance that knows a company and a natural person, where a manager lets promises be answered alone."""
    shutil.copy(migrated_file, tmp_path / "duebox.db")
    for kind, text in (("customers", CUSTOMERS + PERSON), ("contacts", CONTACTS + JO)):
        (tmp_path / f"{kind}.csv").write_text(text)
    monkeypatch.setenv("DUEBOX_DATABASE_URL", f"sqlite:///{tmp_path / 'duebox.db'}")
    monkeypatch.setenv("DUEBOX_SECRET_KEY", SECRET)
    monkeypatch.setattr("app.operations.backtesting.build_mind", lambda _config: PlainMind(Route.AUTO))
    (tmp_path / "old").mkdir()
    for sender in ("petra@customer.example", "jo@home.example"):
        (tmp_path / "old" / f"{sender}.eml").write_bytes(mail(sender=sender))
    within(tmp_path, furnish)
    return tmp_path


async def furnish(services: Services, folder: Path) -> None:
    for kind in ("customers", "contacts"):
        await services.ledger.import_file(kind, folder / f"{kind}.csv")
    async with services.database.write() as uow:
        await uow.oversight.add_version(origin=PolicyOrigin.MATRIX, file_version="1", file_hash="0" * 64, cells=PROMISE)


async def stop(services: Services, _folder: Path) -> None:
    async with services.database.write() as uow:
        await uow.oversight.set(Switch.SENDING_STOPPED, 1, by=None)


def within(folder: Path, work: Any) -> None:
    async def run() -> None:
        services = build(settings_from_environment())
        try:
            await work(services, folder)
        finally:
            await services.close()
            services.engine.dispose()

    asyncio.run(run())


def fates(folder: Path) -> dict[str, int]:
    done = CliRunner().invoke(cli, ["backtest", str(folder / "old"), "--json", "--report", str(folder / "report.html")])
    assert done.exit_code == 0, done.output
    assert "Backtest" in (folder / "report.html").read_text()
    return {fate: count for fate, count in json.loads(done.stdout)["fates"].items() if count}


def test_it_counts_as_sent_alone_what_would_leave_alone_today_and_nothing_more(instance: Path) -> None:
    before = (instance / "duebox.db").read_bytes()
    assert fates(instance) == {"sent_alone": 1, "drafted": 1}, "a natural person is never answered alone"
    assert (instance / "duebox.db").read_bytes() == before
    within(instance, stop)
    assert fates(instance) == {"drafted": 2}
