"""What a person with the queue open notices: how soon a new mail is there, and whether anything jumps while it loads.

test ── APPEND ──▶ Dovecot ── IDLE ──▶ `duebox serve`: stored, understood ── SSE ──▶ the open queue in Chromium
"""

import asyncio
import time
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page

from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured
from tests.bench.load import load_average
from tests.instances import mail
from tests.running import COLLECTOR, PASSWORD, Installation
from tests.servers.chromium import chromium
from tests.servers.dovecot import Dovecot, Mailbox

GOAL_SEEN = Goal("≤", 1)
GOAL_SHIFT = Goal("≤", 0)
PATIENCE_MS = 60_000
SETTLED_MS = 500
PAGES = (
    "/queue",
    "/no-answer",
    "/sent",
    "/promises",
    "/disputes",
    "/tasks",
    "/customers",
    "/customers/C-1",
    "/dashboard",
)
SIZES = ((1440, 900), (360, 780))
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""Cumulative layout shift, without the windows of time that the web vitals cut it into: nothing may jump at all."""


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    with Dovecot() as dovecot:
        return asyncio.run(_measure(folder, dovecot.mailbox(), 2 if quick else 15))


async def _measure(folder: Path, mailbox: Mailbox, count: int) -> list[Figure]:
    with Installation(f"sqlite:///{folder / 'browser.db'}", folder) as installation:
        installation.command("db", "upgrade")
        await asyncio.to_thread(installation.furnish, {"collections": mailbox})
        await asyncio.to_thread(installation.start_all)
        async with chromium() as browser:
            page = await _signed_in(browser, installation.base)
            await _seconds_until_seen(page, mailbox, 0)  # the model is loaded by now, and the folder waited for
            seen = [await _seconds_until_seen(page, mailbox, number) for number in range(1, count + 1)]
            shifts = await _shifts(page, installation.base)
    worst = max(shifts, key=lambda place: shifts[place])
    return [
        Figure(
            "new_mail_seen",
            median(seen),
            "s",
            GOAL_SEEN,
            note=f"{count} mails, at most {max(seen):.2f} s, understood and drafted on the way; {load_average()}",
        ),
        Figure("layout_shift", shifts[worst], "", GOAL_SHIFT, note=f"of {len(shifts)} pages the most, {worst}"),
    ]


async def _signed_in(browser: Browser, base: str) -> Page:
    page = await browser.new_page()
    await page.add_init_script(SHIFTS)
    await page.goto(f"{base}/login")
    await page.fill("#email", COLLECTOR)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_url("**/queue*")
    return page


async def _seconds_until_seen(page: Page, mailbox: Mailbox, number: int) -> float:
    """From the moment that the server has taken the mail until its subject stands on the page, which nobody touches."""
    subject = f"Question {number:03} on INV-1001"
    text = f"Hello,\n\nwe will pay INV-1001 on {number + 1} June, by bank transfer.\n\nPetra Vane"
    raw = mail(text, message_id=f"{number}@customer.example", subject=subject)
    await asyncio.to_thread(mailbox.append, raw)
    begun = time.perf_counter()
    await page.wait_for_function(
        "subject => document.body.textContent.includes(subject)", arg=subject, polling=20, timeout=PATIENCE_MS
    )
    return time.perf_counter() - begun


async def _shifts(page: Page, base: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        for path in PAGES:
            answer = await page.goto(f"{base}{path}")
            if answer is None or not answer.ok:
                raise NotMeasured(f"{path} was not shown")
            await page.wait_for_timeout(SETTLED_MS)
            found[f"{path} at {width}"] = await page.evaluate("window.shifted")
    return found
