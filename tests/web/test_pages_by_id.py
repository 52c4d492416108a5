"""Pages that have an id in their address, and those of two people: a real installation, real Chromium."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from app.bootstrap import Services
from app.operations import administration
from tests.running import COLLECTOR, PASSWORD
from tests.servers.chromium import chromium
from tests.web.test_browser import MANAGER, Desk, clean, ledger, served, window
from tests.web.test_item import key, mails
from tests.web.test_two_people import DEFAULT, LIMIT

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = ("edit", "approve", "again", "plain", "fraud", "robot", "hostile", "owes", "grand")
"""Of test_item's mails, and two customers who have written nothing: one is reminded, one is strategic."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("by_id")
    policy = folder / "policy.toml"
    policy.write_text(DEFAULT + "".join(LIMIT.format(action) for action in ("answer", "remind", "resolve_dispute")))
    more = {"DUEBOX_UNDO_SECONDS": "120", "DUEBOX_POLICY_FILE": str(policy)}
    with served(folder, furnish, mails(), **more) as desk:
        yield desk


async def furnish(folder: Path, services: Services) -> None:
    await administration.add_user(services, email=MANAGER, name="Oda Brandell", role="manager", password=PASSWORD)
    for kind, rows in ledger(NAMES).items():
        path = folder / f"by_id_{kind}.csv"
        grand = "C-grand,Grand Ltd,en,GB,EUR,Europe/London,30,"
        path.write_text(rows.replace(f"{grand}no", f"{grand}yes"), encoding="utf-8")
        await services.ledger.import_file(kind, path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def ines(browser: Browser, desk: Desk) -> AsyncIterator[Page]:
    async with window(browser, desk) as context:
        yield await desk.sign_in(context, COLLECTOR)


@pytest_asyncio.fixture(loop_scope="module")
async def oda(browser: Browser, desk: Desk) -> AsyncIterator[Page]:
    async with window(browser, desk) as context:
        yield await desk.sign_in(context, MANAGER)


async def test_enter_in_the_subject_decides_nothing_and_control_enter_asks(desk: Desk, ines: Page) -> None:
    review = desk.review("edit")
    place = desk.url(f"/reviews/{review}?edit=1")
    await ines.goto(place)
    await ines.fill("#edit-body", "Dear Petra, we look into it.")
    await ines.locator("#edit-subject").focus()
    await key(ines, "Enter")
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator("#approve")).to_be_visible()
    await clean(ines)
    await ines.keyboard.press("Escape")
    await expect(ines.locator("#edit-form")).to_be_visible()
    await ines.locator("[data-discard]").click()
    assert desk.state(review) == "pending"


async def test_a_first_word_is_noted_seen_and_made_good_by_one_key(desk: Desk, ines: Page, oda: Page) -> None:
    review = desk.review("approve")
    place = desk.url(f"/reviews/{review}")
    await ines.goto(place)
    await key(ines, "r")
    await ines.fill("#edit-body", "Dear Petra,\n\nthank you: we expect it on Friday.")
    await ines.locator("#edit-subject").focus()
    await key(ines, "Control+Enter")
    await expect(ines.locator(".dx-leaving")).to_contain_text("Your word is noted")
    assert review not in ines.url.partition("?")[0], "the next case is open"
    await clean(ines)
    await ines.goto(place)
    await expect(ines.locator(".dx-actions")).to_contain_text("a second person has to approve it too")
    await clean(ines)
    await oda.goto(desk.url("/queue?q=is:second"))
    await expect(oda.locator("#draft")).to_contain_text("we expect it on Friday.")
    await expect(oda.locator("#changes ins").first).to_contain_text("added:")
    await clean(oda)
    await key(oda, "e")
    await expect(oda.locator(".dx-leaving")).to_contain_text("Approved: Approve Ltd")
    assert desk.state(review) == "approved"


async def test_a_dispute_and_drafted_reminders_are_accessible(desk: Desk, ines: Page, oda: Page) -> None:
    await ines.goto(desk.url("/cases/new?kind=dispute&customer=C-owes"))
    await ines.fill("#n-invoices", "INV-owes")
    await ines.get_by_role("button", name="Note it").click()
    await ines.wait_for_url("**/cases/*-*")
    dispute = ines.url
    await clean(ines)
    await ines.select_option("#r-how", "accepted")
    await ines.get_by_role("button", name="Resolve", exact=True).click()
    await oda.goto(dispute)
    await expect(oda.get_by_role("button", name="Decide the same")).to_be_visible()
    await clean(oda)
    await oda.get_by_role("button", name="Decide the same").click()
    await expect(oda.get_by_text("would end it so")).to_have_count(0)

    await ines.goto(desk.url("/reminders/batches"))
    await ines.get_by_role("button", name="Draft today").click()
    await expect(ines.get_by_text("reminders are drafted")).to_be_visible(timeout=120_000)
    await ines.reload()
    await clean(ines)
    reminder = await ines.locator("[data-list] a[data-row]").first.get_attribute("href") or ""
    await ines.goto(desk.url(reminder))
    await key(ines, "r")
    await expect(ines.locator("#e-body")).to_be_focused()
    await ines.locator("#e-subject").focus()
    await ines.keyboard.press("Enter")
    await expect(ines.locator("#e-subject")).to_be_visible()
    await clean(ines)
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator("main [role=status]").first).to_contain_text("a second person has to approve it too")
    await clean(ines)
    await oda.goto(desk.url(reminder))
    await expect(oda.locator(".dx-banner").first).to_contain_text("A second person is needed.")
    await clean(oda)
    await key(oda, "e")
    await oda.wait_for_url("**/reminders/batches/**")
    await oda.goto(desk.url(reminder))
    await clean(oda)
    await key(oda, "z")
    await oda.wait_for_url("**/reminders/batches/**")

    await ines.goto(desk.url("/tasks"))
    task = await ines.locator("a[href^='/reminders/tasks/']").first.get_attribute("href") or ""
    for path in (task, "/reminders/worklist", "/reminders/customers/C-owes", "/reminders/plan?action=wait"):
        await ines.goto(desk.url(path))
        await clean(ines)
