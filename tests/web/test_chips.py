"""Facts as chips that show where they were read, and that are put right where they stand: a real installation, real
Chromium, by mouse, by keys, without a script, in English and French."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.instances import mail
from tests.running import COLLECTOR
from tests.servers.chromium import chromium
from tests.web.test_browser import Desk, Witness, clean, furnish, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOVER, FRENCH, PLAIN, WRONG = "edit", "approve", "again", "plain"
DAY, SUM = "promise_day", "promise_sum"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    mails = (
        mail(
            f"Hello,\n\nwe will pay 80.00 EUR of invoice INV-{name} on Friday. Thank you.\n\nPetra Vane",
            sender=f"Petra Vane <{name}@{name}.example>",
        )
        for name in (HOVER, FRENCH, PLAIN, WRONG)
    )
    with served(tmp_path_factory.mktemp("chips"), furnish, mails) as desk:
        yield desk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def ines(browser: Browser, desk: Desk) -> AsyncIterator[Page]:
    witness = Witness(desk.duebox.base)
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    witness.watch(context)
    yield await desk.sign_in(context, COLLECTOR)
    await context.close()
    assert witness.sins == []


def chip(page: Page, field: str) -> Locator:
    return page.locator(f"details.dx-fact:has([name=field][value={field}]) > summary")


async def test_each_chip_marks_its_own_words_by_pointer_and_by_focus(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url(f"/reviews/{desk.review(HOVER)}"))
    lit = ines.locator(".dx-mail .is-lit")
    expected = {DAY: "Friday", SUM: "80.00 EUR", "invoice": f"INV-{HOVER}"}
    for field, words in expected.items():
        await chip(ines, field).hover()
        assert words in await lit.all_inner_texts()
        described = await chip(ines, field).get_attribute("aria-describedby")
        assert words in await ines.locator(f"#{described}").inner_text()
        await ines.mouse.move(0, 0)
        await expect(lit).to_have_count(0)
    for field, words in expected.items():
        await chip(ines, field).focus()
        assert words in await lit.all_inner_texts()
    shape = ines.viewport_size
    await ines.set_viewport_size({"width": 1280, "height": 400})
    await ines.goto(desk.url(f"/queue?review={desk.review(HOVER)}#draft"))
    beyond = await ines.evaluate("document.documentElement.scrollHeight - innerHeight")
    await ines.set_viewport_size(shape or {"width": 1440, "height": 900})
    assert beyond <= 0, "parts scroll, not the page"


async def test_a_value_is_put_right_with_the_mouse(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url(f"/reviews/{desk.review(HOVER)}"))
    await chip(ines, SUM).click()
    form = ines.locator("details.dx-fact[open]")
    await form.get_by_label("Promised sum").fill("75,50")
    await form.get_by_role("button", name="Save").click()
    await expect(chip(ines, SUM)).to_contain_text("75.50")
    await expect(chip(ines, SUM)).to_contain_text("corrected by Ines Halvard")
    await expect(chip(ines, SUM)).to_be_focused()
    await expect(ines.locator(".dx-behind")).to_contain_text("The draft does not say so yet.")
    await expect(ines.locator(".dx-actions").get_by_role("button", name="Approve")).to_have_attribute(
        "aria-disabled", "true"
    )
    await ines.locator(".dx-behind").get_by_role("button", name="Draft again").click()
    await expect(ines.locator(".dx-behind")).to_have_count(0)
    await ines.locator(".dx-history summary").click()
    await expect(ines.locator(".dx-time")).to_contain_text("Promised sum: 80.00 EUR")


async def test_a_value_is_put_right_with_keys_alone_in_french(desk: Desk, browser: Browser) -> None:
    context = await browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 800})
    page = await desk.sign_in(context, COLLECTOR)
    await page.goto(desk.url(f"/reviews/{desk.review(FRENCH)}"))
    await chip(page, DAY).focus()
    await page.keyboard.press("Enter")
    field = page.locator("details.dx-fact[open] [name=day]")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(field).to_have_count(0)
    await expect(chip(page, DAY)).to_be_focused()
    await page.keyboard.press("Enter")
    await field.fill("2027-01-15")
    await page.keyboard.press("Enter")
    await expect(chip(page, DAY)).to_contain_text("corrigé par Ines Halvard")
    await expect(chip(page, DAY)).to_contain_text("15")
    await expect(chip(page, DAY)).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def test_a_value_that_cannot_be_taken_stays_at_its_chip_with_the_reason(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url(f"/reviews/{desk.review(WRONG)}"))
    await chip(ines, SUM).click()
    await ines.locator("details.dx-fact[open] [name=amount]").fill("1.250")
    await ines.keyboard.press("Enter")
    form = ines.locator("details.dx-fact[open]")
    await expect(form.get_by_role("alert")).to_contain_text("could be two amounts")
    await expect(form.locator("[name=amount]")).to_have_value("1.250")
    await expect(form.locator("[name=amount]")).to_be_focused()
    await clean(ines)
    await chip(ines, "invoice").click()
    await form.locator("[name=text]").fill("INV-9")
    await ines.keyboard.press("Enter")
    await expect(form.get_by_role("alert")).to_contain_text("no invoice INV-9")
    await expect(chip(ines, SUM)).to_contain_text("80.00")


async def test_without_a_script_a_value_is_put_right_likewise(desk: Desk, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await desk.sign_in(context, COLLECTOR)
    await page.goto(desk.url(f"/reviews/{desk.review(PLAIN)}"))
    await chip(page, DAY).click()
    form = page.locator("details.dx-fact[open]")
    await form.locator("[name=day]").fill("2020-01-15")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("before the mail came")
    await form.locator("[name=day]").fill("2027-01-15")
    await form.get_by_role("button", name="Save").click()
    await expect(chip(page, DAY)).to_contain_text("corrected by Ines Halvard")
    await context.close()


async def test_open_chips_are_accessible_at_both_sizes(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url(f"/reviews/{desk.review(WRONG)}"))
    for field in (DAY, SUM, "invoice"):
        await chip(ines, field).click()
        await clean(ines)
    for one in await ines.locator("summary.dx-chip").all():
        box = await one.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 24
