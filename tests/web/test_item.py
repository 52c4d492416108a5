"""What is done with one case, by mouse, by keyboard and without a script: a real installation, real Chromium."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from app.bootstrap import Services
from tests.instances import mail
from tests.running import COLLECTOR
from tests.servers.chromium import chromium
from tests.web.test_browser import MANAGER, Desk, Witness, clean, clean_once, furnish, ledger, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

TERMS, TONE, OTHER, PLAIN, ACCOUNT = "edit", "approve", "again", "plain", "fraud"
FOREIGN, LEAVING = "foreign", "late"
LONG_NAME = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH"
ARABIC = "\u0633\u0646\u0642\u0648\u0645 \u0628\u062f\u0641\u0639 INV-foreign"
"""We will pay that invoice."""

ROBOTS = ("robot", "hostile")
"""Customers of the browser tests' ledger, one for each mail here."""

SPILLED = """() => [...document.querySelectorAll('main :is(h1, h2, h3, p, dd, a)')]
  .filter((one) => one.checkVisibility() && !one.closest('.dx-cut, .visually-hidden, .dx-list, .dx-scroll')
    && one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
"""What stands out of the window at its right."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with served(tmp_path_factory.mktemp("item"), furnish_more, mails(), DUEBOX_UNDO_SECONDS="120") as desk:
        yield desk


async def furnish_more(folder: Path, services: Services) -> None:
    await furnish(folder, services)
    for kind, content in ledger((FOREIGN,)).items():
        path = folder / f"foreign_{kind}.csv"
        path.write_text(content.replace(f"{FOREIGN.title()} Ltd", LONG_NAME), encoding="utf-8")
        await services.ledger.import_file(kind, path)


def mails() -> Iterator[bytes]:
    def written(name: str, body: str, **more: Any) -> bytes:
        return mail(f"Hello,\n\n{body}\n\nPetra Vane", sender=f"Petra Vane <{name}@{name}.example>", **more)

    yield written(TERMS, f"could you give us more time for invoice INV-{TERMS}, until 30 June 2027?")
    yield written(TONE, f"we will pay invoice INV-{TONE} over 100.00 EUR on Friday. Call me on +44 20 7946 0958.")
    yield written(OTHER, f"we will pay invoice INV-{OTHER} over 100.00 EUR on Friday.")
    yield written(PLAIN, f"we will pay invoice INV-{PLAIN} over 100.00 EUR on Friday.")
    yield written(ACCOUNT, "our bank details have changed. Please use the new account GB33 BUKB 2020 1555 5555 55.")
    yield mail(f"{ARABIC}\n\nThank you.", subject="W" * 120, sender=f"Petra Vane <{FOREIGN}@{FOREIGN}.example>")
    yield written(LEAVING, f"we will pay invoice INV-{LEAVING} over 100.00 EUR on Friday.")
    for name in ROBOTS:
        yield written(name, "I am out of the office.", headers=[("Auto-Submitted", "auto-replied")])


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


async def key(page: Page, name: str) -> None:
    """Once the page listens to keys."""
    await page.wait_for_load_state("load")
    await page.keyboard.press(name)


async def test_every_state_of_a_case_is_accessible(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url(f"/reviews/{desk.review(TERMS)}"))
    await ines.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
    await clean(ines)
    await ines.locator('[data-key="l"]').click()
    await clean(ines)
    await ines.goto(desk.url(f"/cases/new?kind=dispute&review={desk.review(TERMS)}"))
    await expect(ines.locator("#n-customer")).to_have_value(f"C-{TERMS}")
    await clean(ines)


async def test_long_words_break_and_each_paragraph_runs_its_own_way(desk: Desk, ines: Page) -> None:
    for width in (1440, 360):
        await ines.set_viewport_size({"width": width, "height": 800})
        for path in (
            f"/reviews/{desk.review(FOREIGN)}?edit=1",
            f"/reviews/{desk.review(FOREIGN)}",
            f"/customers/C-{FOREIGN}",
        ):
            await ines.goto(desk.url(path))
            await expect(ines.locator("h1", has_text=LONG_NAME)).to_be_visible()
            assert await ines.evaluate(SPILLED) == [], f"{path} at {width}"
    await ines.goto(desk.url(f"/reviews/{desk.review(FOREIGN)}"))
    arabic, english = (ines.locator(".dx-mail__body p", has_text=text).first for text in ("INV-foreign", "Thank you"))
    assert await arabic.evaluate("(p) => getComputedStyle(p).direction") == "rtl"
    assert await english.evaluate("(p) => getComputedStyle(p).direction") == "ltr"


async def test_a_key_acts_on_the_mail_that_has_the_focus_once_it_is_seen(desk: Desk, ines: Page) -> None:
    review = desk.review(OTHER)
    await ines.goto(desk.url(f"/queue?review={review}"))
    row = ines.locator("#queue-list tr:not([aria-current]) a[data-row]").first
    await row.focus()
    await key(ines, "e")
    await ines.wait_for_url(re.compile(rf"review=(?!{review})"))
    assert desk.state(review) == "pending"
    await ines.goto(desk.url("/no-answer"))
    row = ines.locator("tr:not([aria-current]):has([data-row])")
    name = await row.locator("th").inner_text()
    await row.locator("[data-row]").focus()
    await key(ines, "n")
    await expect(ines.locator("tr", has_text=name)).to_have_count(0)
    await expect(ines.locator("tr:has([data-row])")).to_have_count(1)


async def test_a_file_can_be_asked_for_twice_and_nothing_was_decided(desk: Desk, browser: Browser) -> None:
    async with await browser.new_context() as other:
        oda = await desk.sign_in(other, MANAGER)
        await oda.goto(desk.url("/customers/C-again/case-file"))
        for _ in range(2):
            async with oda.expect_download():
                await oda.locator("[name=purpose]").first.check()
                await oda.locator("form[data-file] button").click()
        await oda.goto(desk.url("/customers"))
        await expect(oda.locator("h1")).not_to_be_focused()
        assert await oda.evaluate("sessionStorage.length") == 0


async def test_several_are_chosen_by_the_palette_and_the_page_says_what_came_of_it(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url(f"/queue?q=assignee:none&review={desk.review(OTHER)}"))
    await ines.locator("#queue-list tr[aria-current] a[data-row]").focus()
    await key(ines, "x")
    await ines.locator("#pick-all").check()
    assert await ines.locator("[name=pick]:checked").count() == await ines.locator("[name=pick]").count() > 1
    await clean(ines)
    await ines.keyboard.press("Control+k")
    await ines.locator("#palette-q").fill("assign selected")
    await ines.keyboard.press("Enter")
    await ines.select_option("#b-to", label="Ines Halvard")
    await clean(ines)
    await ines.get_by_role("button", name="Assign").click()
    await expect(ines.locator(".dx-done")).to_be_visible()
    await clean(ines)
    await ines.goto(desk.url(f"/reviews/{desk.review(OTHER)}"))
    await ines.wait_for_load_state("load")
    await ines.keyboard.press("Control+k")
    await ines.locator("#palette-q").fill("internal note")
    await ines.keyboard.press("Enter")
    await expect(ines.locator("#note-text")).to_be_focused()


async def test_a_lost_session_leads_to_the_sign_in(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url("/queue"))
    await ines.context.clear_cookies()
    await ines.evaluate("document.getElementById('queue-list').dispatchEvent(new CustomEvent('refresh'))")
    await ines.wait_for_url(re.compile("/login"))


async def test_what_was_written_is_never_lost(desk: Desk, ines: Page) -> None:
    review = desk.review(OTHER)
    await ines.goto(desk.url(f"/queue?q=label:payment_promise&review={review}&edit=1"))
    await ines.fill("#edit-body", "Please pay to DE89 3704 0044 0532 0130 00.")
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator("#edit-wrong")).to_contain_text("names a bank account that is none of ours")
    await expect(ines.locator("#edit-body")).to_have_value("Please pay to DE89 3704 0044 0532 0130 00.")
    await ines.fill("#edit-body", "Please pay as usual.")
    await ines.context.clear_cookies()  # the session ends
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator("[data-refused], #password").first).to_be_visible()
    await ines.context.add_cookies(desk.cookies[COLLECTOR])
    await ines.goto(desk.url(f"/reviews/{review}?edit=1"))
    await expect(ines.locator("#edit-again")).to_be_visible()
    await expect(ines.locator("#edit-body")).to_have_value("Please pay as usual.")
    await clean(ines)
    await ines.locator("#edit-again button").click()
    await expect(ines.locator("#edit-body")).to_have_value(re.compile("INV-again"))
    await ines.get_by_role("link", name="Discard changes").click()
    assert desk.state(review) == "pending"


async def test_what_was_typed_into_a_refused_form_is_there_again(desk: Desk, ines: Page) -> None:
    form = desk.url("/cases/new?kind=promise&customer=C-again")
    typed = {"invoices": "INV-nothing", "day": "2027-06-30", "amount": "1.100,50", "words": "On the phone."}

    async def type_in() -> None:
        await ines.goto(form)
        await expect(ines.locator("#n-invoices")).to_have_value("")
        for name, value in typed.items():
            await ines.fill(f"#n-{name}", value)

    async def is_kept() -> None:
        for name, value in typed.items():
            await expect(ines.locator(f"#n-{name}")).to_have_value(value)

    note = ines.get_by_role("button", name="Note it")
    await type_in()
    await note.click()
    await ines.get_by_role("link", name="Back to the form").click()
    await is_kept()
    await type_in()
    await note.click()
    await expect(ines.locator("#back-to-form")).to_be_visible()
    await ines.go_back()
    await is_kept()
    await type_in()
    await ines.context.clear_cookies()  # the session ends
    await note.click()
    await ines.wait_for_url(re.compile(r"/login\?next=/cases/new.*&expired=1"))
    await ines.context.add_cookies(desk.cookies[COLLECTOR])
    await ines.goto(form, referer=ines.url)
    await is_kept()


async def test_an_answer_that_leaves_soon_is_taken_back_where_it_stands(desk: Desk, ines: Page) -> None:
    review = desk.review(LEAVING)
    await ines.goto(desk.url(f"/queue?review={review}"))
    await key(ines, "e")
    await ines.wait_for_url(re.compile(rf"review=(?!{review})"))
    async with ines.expect_response(f"**/{review}/presence"):
        await ines.goto(desk.url(f"/queue?review={review}"))
    await expect(ines.locator(".dx-case")).to_contain_text("Approved")
    await expect(ines.locator("#company")).to_be_empty()
    await ines.locator(".dx-actions").get_by_role("button", name="Undo").click()
    await expect(ines.locator("button[data-key=e]")).to_be_visible()
    assert desk.state(review) == "pending"


async def test_a_page_says_when_the_server_is_away(desk: Desk, browser: Browser) -> None:
    async with await browser.new_context() as context:
        ines = await desk.sign_in(context, COLLECTOR)
        await ines.goto(desk.url("/queue"))
        await context.set_offline(True)
        await expect(ines.locator("#lost")).to_be_visible()
        await clean_once(ines)
        await context.set_offline(False)
        await expect(ines.locator("#lost")).to_be_hidden()


async def test_terms_are_granted_drafted_and_sent_at_once(desk: Desk, ines: Page) -> None:
    review = desk.review(TERMS)
    await ines.goto(desk.url(f"/reviews/{review}"))
    await ines.locator(".dx-counter summary").click()
    await expect(ines.locator(".dx-counter")).to_contain_text("If it were no extension request")
    await ines.locator("#terms summary").click()
    await ines.select_option("#t-kind", "due_date")
    await ines.fill("#t-until", "2027-06-30")
    await expect(ines.locator("label[for=t-until]")).to_contain_text("Wed, 30 Jun 2027")
    await ines.get_by_role("button", name="Agree to these terms").click()
    await expect(ines.locator("#draft")).to_contain_text("We agree to payment of")
    await expect(ines.locator("#draft")).to_contain_text("by 30 June 2027")
    await expect(ines.locator("#terms")).to_contain_text("The draft says exactly this.")
    await expect(ines.locator(".dx-side")).to_contain_text("Granted")
    await key(ines, "e")
    await expect(ines.locator("#approve")).to_contain_text("Negotiation")
    await clean(ines)
    assert desk.state(review) == "pending", "a key alone approves nothing of weight"
    await ines.keyboard.press("Enter")
    await expect(ines.locator("[data-until]")).to_be_visible()
    left_open = await ines.context.new_page()
    await left_open.clock.install()
    await left_open.goto(desk.url(f"/reviews/{review}"))
    await ines.get_by_role("button", name="Send now").click()
    await expect(ines.locator(".dx-actions")).not_to_contain_text("Send now")
    assert desk.state(review) == "approved"
    settled = '<div id="decision" data-settles>The answer was sent.</div>'
    await left_open.route(f"**/reviews/{review}", lambda route: route.fulfill(content_type="text/html", body=settled))
    await left_open.clock.fast_forward(125_000)
    await expect(left_open.locator("#decision")).to_have_text("The answer was sent.")
    await left_open.close()


async def test_tone_language_reveal_and_the_edited_text_word_by_word(desk: Desk, ines: Page) -> None:
    review = desk.review(TONE)
    await ines.goto(desk.url(f"/reviews/{review}"))
    await ines.get_by_text("Draft again").click()
    await ines.get_by_role("button", name="Warm").click()
    await expect(ines.locator("#draft")).to_contain_text("Warm tone")
    await ines.get_by_text("Draft again").click()
    await ines.get_by_role("button", name="DE German").click()
    await expect(ines.locator("#draft .dx-mail__body")).to_have_attribute("lang", "de")
    await ines.get_by_text("Show as the model saw it").click()
    await ines.locator("#reveal-why").select_option("answer_customer")
    await ines.locator(".dx-reveal button").first.click()
    await expect(ines.locator(".dx-revealed")).to_be_visible()
    await ines.goto(desk.url(f"/reviews/{review}?edit=1"))
    await ines.locator("#edit-body").fill((await ines.locator("#edit-body").input_value()) + "\n\nEin Zusatz.")
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator(".dx-leaving")).to_be_visible()
    await ines.goto(desk.url(f"/reviews/{review}"))
    await ines.locator("#changes summary").click()
    await expect(ines.locator("#changes ins").first).to_contain_text("added:")
    await ines.get_by_role("button", name="Edit r").click()
    await expect(ines.locator("#edit-body")).to_have_value(re.compile(r"Ein Zusatz\.$"))
    assert desk.state(review) == "pending"


async def test_the_desk_by_keyboard(desk: Desk, ines: Page) -> None:
    review = desk.review(OTHER)
    await ines.goto(desk.url(f"/reviews/{review}"))
    await key(ines, "a")
    await expect(ines.locator("#assign-to")).to_be_focused()
    await ines.select_option("#assign-to", label="Oda Brandell")
    await ines.keyboard.press("Tab")
    await ines.keyboard.press("Enter")
    await expect(ines.locator(".dx-case__head")).to_contain_text("Oda Brandell")
    await key(ines, ".")
    await ines.get_by_role("button", name="Add an internal note").press("Enter")
    await expect(ines.locator("#note-text")).to_be_focused()
    await ines.keyboard.type("They rang; e and i are letters here.")
    await ines.keyboard.press("Tab")
    await ines.keyboard.press("Enter")
    await expect(ines.locator("#notes")).to_contain_text("They rang; e and i are letters here.")


async def test_a_proposed_promise_is_taken_out_with_the_approval(desk: Desk, ines: Page) -> None:
    review = desk.review(PLAIN)
    await ines.goto(desk.url(f"/reviews/{review}"))
    await ines.locator(".dx-fate").select_option(label="Remove")
    await clean(ines)
    await key(ines, "e")
    await expect(ines.locator(".dx-leaving")).to_be_visible()
    await ines.goto(desk.url(f"/reviews/{review}"))
    await expect(ines.locator(".dx-facts")).to_contain_text("Removed")
    await key(ines, "z")
    await expect(ines.locator(".dx-fate")).to_have_value("")


async def test_whoever_comes_late_is_told_who_was_faster(desk: Desk, ines: Page, browser: Browser) -> None:
    review = desk.review(OTHER)
    await ines.route("**/events", lambda route: route.abort())  # a page that is not live: late it must be told
    await ines.goto(desk.url(f"/reviews/{review}"))
    async with await browser.new_context() as other:
        oda = await desk.sign_in(other, MANAGER)
        await oda.goto(desk.url(f"/reviews/{review}"))
        await oda.get_by_role("button", name="Take over").click()  # whoever came first holds it
        await expect(oda.locator("#company")).to_contain_text("Yours until")
        await key(oda, "e")
        await expect(oda.locator(".dx-leaving")).to_contain_text("Approved: ")
    await key(ines, "a")
    await ines.locator("#assign").get_by_role("button", name="Assign").click()
    await expect(ines.locator("#e-h")).to_contain_text("Oda Brandell approved this")


async def test_without_a_script_a_mail_is_corrected_noted_and_held(desk: Desk, browser: Browser) -> None:
    context: BrowserContext
    async with await browser.new_context(java_script_enabled=False) as context:
        page = await desk.sign_in(context, COLLECTOR)
        await page.goto(desk.url(f"/reviews/{desk.review(PLAIN)}"))
        await page.get_by_role("button", name="More").click()
        await page.get_by_role("link", name="Note a promise").click()
        await expect(page.locator("#n-invoices")).to_have_value(f"INV-{PLAIN}")
        await page.fill("#n-day", "2027-01-15")
        await page.get_by_role("button", name="Note it").click()
        await expect(page.locator("main")).to_contain_text("No new promise, but a request for more time")
        await page.get_by_role("link", name="Open the mail").click()
        await page.get_by_role("button", name="More").click()
        await page.get_by_role("button", name="Hold: do not contact until").click()
        await page.fill("#hold-until", "2027-01-31")
        await page.get_by_role("button", name="Set the hold").click()
        await expect(page.locator(".dx-side")).to_contain_text("Do not contact until")
        await page.get_by_role("button", name="Correct").first.click()
        await page.locator("[name=intent_payment_promise]").uncheck()
        await page.locator("[name=intent_dispute]").check()
        await page.fill("[name=invoices_dispute]", f"INV-{PLAIN}")
        await page.select_option("#c-reason", "price")
        await page.get_by_role("button", name="Correct, read again").click()
        await expect(page.locator(".dx-actions")).to_contain_text("by Ines Halvard")
        desk.wait_until_worked()
        await page.reload()
        await page.get_by_role("link", name="Open what came of it").click()
        await expect(page.locator(".dx-facts")).to_contain_text("Price")


async def test_a_second_person_closes_a_case_of_changed_bank_details(desk: Desk, ines: Page, browser: Browser) -> None:
    review = desk.review(ACCOUNT)
    async with await browser.new_context() as other:
        oda = await desk.sign_in(other, MANAGER)
        await ines.goto(desk.url(f"/reviews/{review}"))
        await key(ines, "c")
        await ines.select_option("#call-contact", index=1)
        await ines.select_option("#call-outcome", "denied")
        await ines.fill("#call-note", "She knows of no change.")
        await ines.locator("#call-back").get_by_role("button", name="Note the call").click()
        await expect(ines.locator(".dx-actions")).to_contain_text("A second person closes this case.")
        await oda.goto(desk.url(f"/reviews/{review}"))
        await expect(oda.locator("#company")).to_contain_text("Ines Halvard is viewing")
        await expect(ines.locator("#company")).to_contain_text("Oda Brandell is working on this.")
        await oda.locator(".dx-actions").get_by_role("button", name="Ignore").click()
        await oda.select_option("#ignore-reason", "handled_otherwise")
        await oda.locator("#ignore").get_by_role("button", name="Ignore", exact=True).click()
        await expect(oda.locator(".dx-leaving")).to_contain_text("Ignored: ")
        await expect(ines.locator("#company")).to_contain_text("Oda Brandell ignored this.")
    assert desk.state(review) == "ignored"
