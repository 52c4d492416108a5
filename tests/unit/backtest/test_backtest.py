"""A backtest reads what people keep, counts what would have happened, and writes a page that loads and runs nothing."""

import mailbox
import re
import stat
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from app.backtest.histories import mails_of
from app.backtest.page import page, write_page
from app.backtest.service import Backtest, Fate, Outcome, Tally
from app.domain.account import Link, LinkMethod
from app.domain.errors import Invalid
from app.domain.intents import Route
from app.domain.message import Identity, ReadMail
from app.policies.loading import load_policy
from tests.fakes import FixedClock, PlainMind
from tests.instances import mail

MAILS = [mail("We will pay INV-1.", subject=f"Re: {number}") for number in range(3)]


def mbox(folder: Path) -> Path:
    box = mailbox.mbox(folder / "old.mbox")
    for raw in MAILS:
        box.add(raw)
    box.close()
    return folder / "old.mbox"


def maildir(folder: Path) -> Path:
    box = mailbox.Maildir(folder / "Maildir")
    for raw in MAILS:
        box.add(raw)
    return folder / "Maildir"


def eml_files(folder: Path) -> Path:
    for number, raw in enumerate(MAILS):
        (folder / f"{number}.EML").write_bytes(raw)
    return folder


@pytest.mark.parametrize("made", [mbox, maildir, eml_files])
def test_every_way_of_keeping_mail_gives_its_bytes(made: Callable[[Path], Path], tmp_path: Path) -> None:
    assert sorted(raw.rstrip() for _, raw in mails_of(made(tmp_path))) == [raw.rstrip() for raw in MAILS]


def test_a_history_is_left_as_it_was(tmp_path: Path) -> None:
    box = mbox(tmp_path)
    before = box.read_bytes()
    box.chmod(stat.S_IRUSR)
    assert len(list(mails_of(box))) == 3
    assert box.read_bytes() == before


def test_a_folder_without_mail_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="neither a Maildir"):
        list(mails_of(tmp_path))


async def run(*mails: bytes, route: Route = Route.AUTO, fails: int = 0) -> Tally:
    async def nobody(_read: ReadMail) -> Link:
        return Link(LinkMethod.NONE)

    mind = PlainMind(route=route, fails=fails)
    backtest = Backtest(mind, load_policy(), nobody, Identity(("us@seller.example",)), FixedClock())
    tally = Tally(Decimal(5))
    async for outcome in backtest.run(enumerate_(mails)):
        tally.add(outcome)
    return tally


def enumerate_(mails: tuple[bytes, ...]) -> list[tuple[str, bytes]]:
    return [(f"mail {number}", raw) for number, raw in enumerate(mails)]


async def test_what_would_have_happened_is_counted_and_the_hours_follow() -> None:
    away = mail("Out of office until Monday", headers=[("Auto-Submitted", "auto-replied")])
    tally = await run(*MAILS, away, mail("X-Unreadable", headers=[("X-Unreadable", "1")]))
    assert tally.fates == {Fate.DRAFTED: 3, Fate.NO_ANSWER: 1, Fate.UNREADABLE: 1}
    assert tally.hours_saved == Decimal(3 * 4 + 5) / 60
    assert tally.share(Fate.DRAFTED) == 0.6
    reviewed = await run(*MAILS, route=Route.REVIEW)
    assert reviewed.fates == {Fate.REVIEWED: 3}


async def test_a_mail_over_the_limit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.backtest.service.MAX_BYTES", 10)
    (outcome,) = (await run(MAILS[0])).shown
    assert (outcome.fate, outcome.error) == (Fate.UNREADABLE, "too_large")


async def test_the_page_loads_nothing_and_escapes_what_strangers_write(tmp_path: Path) -> None:
    evil = mail("We will pay.<script>alert(1)</script>", subject="<img src=https://x.example>")
    tally = await run(evil)
    file = tmp_path / "new" / "report.html"
    write_page(tally, file, history="old.mbox", ledger="an empty ledger")
    text = file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "&lt;script&gt;" in text
    assert not re.search(r"<script|<img|<link|url\(|@import", text)
    assert "default-src 'none'" in text
    assert "Answer ready" in text


def test_no_mail_at_all_is_a_page_too() -> None:
    tally = Tally(Decimal(5))
    assert "0 mails" in page(tally, history="x", ledger="y")
    tally.add(Outcome("a", Fate.UNREADABLE, error="bomb"))
    assert "bomb" in page(tally, history="x", ledger="y")


async def test_one_mail_that_breaks_steps_aside_and_the_others_go_on() -> None:
    tally = await run(*MAILS, fails=1)
    assert tally.fates == {Fate.UNREADABLE: 1, Fate.DRAFTED: 2}
    assert tally.shown[0].error == "RuntimeError"


async def test_a_long_history_is_counted_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.backtest.service.MOST_SHOWN", 2)
    tally = await run(*MAILS)
    assert (tally.mails, len(tally.shown)) == (3, 2)
    assert "The first 2 of 3" in page(tally, history="x", ledger="y")
