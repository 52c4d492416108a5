"""Everything that collectors do with a case, with keys alone, in English and in French."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from app.bootstrap import Services
from app.domain.clock import system_clock
from app.operations import administration
from tests.instances import mail
from tests.running import COLLECTOR, PASSWORD
from tests.servers.chromium import chromium
from tests.web.test_browser import MANAGER, Desk, ledger, served, window
from tests.web.test_item import key

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOCALES = ("en-GB", "fr-FR")
DAY, TYPED = "2027-06-06", "06062027"
"""Typed the same where the day comes first and where the month does."""

TERMS = {"accepted": "grant", "countered": "offer", "declined": "refuse"}
DEEDS = {
    "pass": "when will you send the goods of INV-{}?",
    "answer": "we will pay invoice INV-{} over 100.00 EUR on Friday.",
    "again": "we will pay invoice INV-{} over 100.00 EUR on Friday.",
    "wrong": "we will pay invoice INV-{} over 100.00 EUR on Friday.",
    "look": "we will pay invoice INV-{} over 100.00 EUR on Friday.",
    **dict.fromkeys(TERMS.values(), "could you give us more time for invoice INV-{}, until 30 June 2027?"),
}
WORDS = {
    "en": {"approved": "Approved", "undone": "Undone"},
    "fr": {"approved": "Approuvé", "undone": "Annulé"},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    written = (
        mail(f"Hello,\n\n{body}\n\nPetra Vane", sender=f"Petra Vane <{name}@{name}.example>")
        for name, body in mails().items()
    )
    with served(tmp_path_factory.mktemp("by_keys"), furnish, written, DUEBOX_UNDO_SECONDS="120") as desk:
        yield desk


def mails() -> dict[str, str]:
    """By the name of the customer, who writes once."""
    names = {f"{deed}{locale[:2]}": body for locale in LOCALES for deed, body in DEEDS.items()}
    return {name: body.format(name) for name, body in names.items()}


async def furnish(folder: Path, services: Services) -> None:
    await administration.add_user(services, email=MANAGER, name="Oda Brandell", role="manager", password=PASSWORD)
    for kind, rows in ledger(tuple(mails())).items():
        path = folder / f"more_{kind}.csv"
        path.write_text(rows, encoding="utf-8")
        await services.ledger.import_file(kind, path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(params=LOCALES, loop_scope="module")
async def ines(browser: Browser, desk: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    async with window(browser, desk, locale=request.param) as context:
        page = await desk.sign_in(context, COLLECTOR)
        await page.goto(desk.url("/sent"))
        await expect(page.locator("html")).to_have_attribute("lang", request.param)
        yield page


async def language(page: Page) -> str:
    return str(await page.locator("html").get_attribute("lang"))[:2]


async def opened(desk: Desk, page: Page, deed: str) -> str:
    """The case that a deed is done on."""
    review = desk.review(f"{deed}{await language(page)}")
    await page.goto(desk.url(f"/reviews/{review}"))
    return review


async def enter(page: Page, selector: str) -> None:
    """Press what the tabulator reaches."""
    control = page.locator(selector).first
    await expect(control).to_be_visible()
    assert await control.evaluate("one => one.tabIndex") == 0
    await control.focus()
    await page.keyboard.press("Enter")


async def choose(page: Page, selector: str, *, value: str = "", label: str = "") -> None:
    """Go down a list to what is wanted."""
    field = page.locator(selector)
    wanted = (
        "(field, [value, label]) => [...field.options].findIndex((o) => label ? o.label === label : o.value === value)"
    )
    place = await field.evaluate(wanted, [value, label])
    assert place >= 0
    await field.focus()
    await page.keyboard.press("Home")
    for _ in range(place):
        await page.keyboard.press("ArrowDown")
    assert await field.evaluate("field => field.selectedIndex") == place


async def elsewhere(page: Page, review: str) -> None:
    """The next case has opened by itself."""
    await page.wait_for_url(lambda url: f"/reviews/{review}" not in url)


async def more(page: Page, target: str) -> None:
    """What the menu of a case leads to."""
    await key(page, ".")
    await enter(page, f"#more {target}")


async def day(page: Page, selector: str) -> None:
    await page.locator(selector).focus()
    await page.keyboard.type(TYPED)
    await expect(page.locator(selector)).to_have_value(DAY)


async def test_a_case_is_noted_assigned_handed_up_put_off_and_held(desk: Desk, ines: Page) -> None:
    review = await opened(desk, ines, "pass")
    await more(ines, "[popovertarget=note]")
    await expect(ines.locator("#note-text")).to_be_focused()
    await ines.keyboard.type("They rang; e, i and z are letters here.")
    await enter(ines, "#note [type=submit]")
    await expect(ines.locator("#notes")).to_contain_text("They rang; e, i and z are letters here.")
    await key(ines, "a")
    await expect(ines.locator("#assign-to")).to_be_focused()
    await choose(ines, "#assign-to", label="Ines Halvard")
    await enter(ines, "#assign [type=submit]")
    await expect(ines.locator(".dx-case__head")).to_contain_text("Ines Halvard")
    await more(ines, "[popovertarget=hold]")
    await day(ines, "#hold-until")
    await ines.locator("#hold-reason").focus()
    await ines.keyboard.type("a talk is on")
    await enter(ines, "#hold [type=submit]")
    await expect(ines.locator(".dx-side")).to_contain_text("2027")
    await more(ines, "[popovertarget=escalate]")
    await expect(ines.locator("#escalate-note")).to_be_focused()
    await ines.keyboard.type("Their director wants you.")
    await enter(ines, "#escalate [type=submit]")
    head = ines.locator(".dx-case__head")
    await expect(head).to_contain_text("Oda Brandell")
    await key(ines, "h")
    await expect(ines.locator("#snooze-until")).to_be_focused()
    await day(ines, "#snooze-until")
    assert await ines.locator("#snooze-until").evaluate("field => field.validity.rangeOverflow"), "months too late"
    await ines.locator("#snooze-until").fill((system_clock() + timedelta(days=2)).date().isoformat())
    await enter(ines, "#snooze [type=submit]")
    await elsewhere(ines, review)
    await ines.goto(desk.url(f"/reviews/{review}"))
    await expect(head.locator(".t-money")).to_be_visible()
    await key(ines, "h")
    await enter(ines, "#take-up")
    await expect(head.locator(".t-money")).to_have_count(0)
    assert desk.state(review) == "pending"


async def test_an_answer_is_approved_undone_and_edited(desk: Desk, ines: Page) -> None:
    review = await opened(desk, ines, "answer")
    says = WORDS[await language(ines)]
    await key(ines, "e")
    await expect(ines.locator(".dx-leaving")).to_contain_text(says["approved"])
    assert desk.state(review) == "approved"
    await key(ines, "z")
    await expect(ines.locator("#say")).to_contain_text(says["undone"])
    assert desk.state(review) == "pending"
    await key(ines, "r")
    await expect(ines.locator("#edit-body")).to_be_focused()
    await ines.keyboard.press("Control+End")
    await ines.keyboard.type("\n\nP.S. z and e are letters here.")
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator(".dx-leaving")).to_contain_text(says["approved"])
    await ines.goto(desk.url(f"/reviews/{review}"))
    await expect(ines.locator("#draft")).to_contain_text("P.S. z and e are letters here.")


async def test_a_mail_is_sent_back_and_what_comes_of_it_ignored_and_undone(desk: Desk, ines: Page) -> None:
    review = await opened(desk, ines, "again")
    await key(ines, "s")
    await expect(ines.locator("#send-back-note")).to_be_focused()
    await ines.keyboard.type("Warmer, please.")
    await enter(ines, "#send-back [type=submit]")
    await elsewhere(ines, review)
    desk.wait_until_worked()
    await ines.goto(desk.url(f"/reviews/{review}"))
    await enter(ines, ".dx-actions a[href^='/reviews/']")
    again = desk.review(f"again{await language(ines)}")
    await ines.wait_for_url(f"**/reviews/{again}")
    await key(ines, "i")
    await expect(ines.locator("#ignore-reason")).to_be_focused()
    await choose(ines, "#ignore-reason", value="handled_otherwise")
    await enter(ines, "#ignore [type=submit]")
    await elsewhere(ines, again)
    assert desk.state(again) == "ignored"
    await key(ines, "z")
    await expect(ines.locator("#say")).to_contain_text(WORDS[await language(ines)]["undone"])
    assert desk.state(again) == "pending"


async def test_value_intent_invoice_and_customer_are_corrected(desk: Desk, ines: Page) -> None:
    await opened(desk, ines, "wrong")
    tongue = await language(ines)
    chip = "details.dx-fact:has([name=field][value=promise_day])"
    await enter(ines, f"{chip} > summary")
    await day(ines, f"{chip} [name=day]")
    await enter(ines, f"{chip} [type=submit]")
    await expect(ines.locator(f"{chip} > summary")).to_contain_text("Ines Halvard")
    await key(ines, "l")
    await expect(ines.locator("#correct")).to_be_visible()
    await ines.locator("#c-customer").focus()
    await ines.keyboard.press("Control+a")
    await ines.keyboard.type(f"C-answer{tongue}")
    for intent in ("payment_promise", "dispute"):
        await ines.locator(f"[name=intent_{intent}]").focus()
        await ines.keyboard.press("Space")
    await ines.locator("[name=invoices_dispute]").focus()
    await ines.keyboard.type(f"INV-answer{tongue}")
    await choose(ines, "#c-reason", value="price")
    await enter(ines, "#correct [type=submit]")
    await expect(ines.locator("#correct")).to_have_count(0)
    desk.wait_until_worked()
    again = desk.review(f"wrong{tongue}")
    await ines.goto(desk.url(f"/reviews/{again}"))
    await expect(ines.locator(".dx-side")).to_contain_text(f"C-answer{tongue}")
    await expect(ines.locator(".dx-facts")).to_contain_text(f"INV-answer{tongue}")


@pytest.mark.parametrize("outcome", TERMS)
async def test_a_request_for_time_is_decided(desk: Desk, ines: Page, outcome: str) -> None:
    await opened(desk, ines, TERMS[outcome])
    await enter(ines, "#terms summary")
    await choose(ines, "#t-kind", value="due_date")
    await day(ines, "#t-until")
    await enter(ines, f"#terms [name=outcome][value={outcome}]")
    await expect(ines.locator("#terms b")).to_be_visible()
    await key(ines, "e")
    await expect(ines.locator("#approve")).to_be_visible()
    await ines.keyboard.press("Enter")
    await expect(ines.locator(".dx-leaving")).to_contain_text(WORDS[await language(ines)]["approved"])


async def test_a_promise_is_noted_and_marked_and_a_dispute_opened_and_resolved(desk: Desk, ines: Page) -> None:
    review = await opened(desk, ines, "pass")
    await more(ines, "a[href*='kind=promise']")
    await day(ines, "#n-day")
    await enter(ines, "form[action='/cases'] [type=submit]")
    await ines.wait_for_url(f"**/reviews/{review}")
    await more(ines, "a[href*='kind=dispute']")
    await choose(ines, "#n-detail", value="price")
    await enter(ines, "form[action='/cases'] [type=submit]")
    await ines.wait_for_url(f"**/reviews/{review}")
    customer = f"C-pass{await language(ines)}"
    for path, move, noted in (("/promises?show=running", "kept", "2027"), ("/disputes", "resolve", "")):
        await ines.goto(desk.url(path))
        row = ines.locator("tr", has_text=customer).filter(has_text=noted)
        await row.locator("a[data-row]").focus()
        await ines.keyboard.press("Enter")
        await enter(ines, f"form[action$='/{move}'] [type=submit].btn")
        await expect(ines.locator(f"form[action$='/{move}']")).to_have_count(0)


async def test_a_dialog_keeps_the_focus_and_gives_it_back(desk: Desk, ines: Page) -> None:
    await opened(desk, ines, "look")
    for shortcut, dialog in (("s", "send-back"), ("i", "ignore"), ("a", "assign"), (".", "more")):
        await key(ines, shortcut)
        await expect(ines.locator(f"#{dialog}")).to_be_visible()
        within = ines.locator(f"#{dialog}:focus-within")
        await expect(within).to_be_visible()
        for step in ("Shift+Tab", *["Tab"] * 9):
            await ines.keyboard.press(step)
            await expect(within, step).to_be_visible()
        await ines.keyboard.press("Escape")
        await expect(ines.locator(f"[data-key='{shortcut}']")).to_be_focused()


async def test_a_case_opened_by_key_has_the_focus_and_its_mail_scrolls(desk: Desk, ines: Page) -> None:
    await ines.set_viewport_size({"width": 1440, "height": 520})
    await ines.goto(desk.url("/queue"))
    await key(ines, "j")
    async with ines.expect_navigation():
        await key(ines, "o")
    await expect(ines.locator("#case-h")).to_be_focused()
    for pressed, moved in (("PageDown", "at > 0"), ("Home", "at === 0"), ("Space", "at > 0")):
        await ines.keyboard.press(pressed)
        await ines.wait_for_function(
            f"() => {{ const at = document.querySelector('.dx-case__main').scrollTop; return {moved}; }}"
        )
    await ines.keyboard.press("Tab")
    assert await ines.evaluate("() => document.activeElement.closest('.dx-case') !== null")
