"""The review UI as people use it: a real installation on SQLite, real Chromium, keyboard and pointer."""

import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from app.bootstrap import Services
from app.operations import administration
from app.web.headers import MAIL_POLICY
from tests.instances import mail
from tests.running import COLLECTOR, PASSWORD, Installation, Webhook
from tests.servers.chromium import chromium
from tests.servers.dovecot import Dovecot
from tests.servers.process import wait_until
from tests.servers.smtp_sink import SmtpSink

expect.set_options(timeout=20_000)
pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER, AUDITOR, ADMIN = "oda@seller.example", "noor@seller.example", "mats@seller.example"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""Of all rules only these two look at colours: what else a page is does not change with the theme."""

SIZES = ({"width": 1440, "height": 900}, {"width": 360, "height": 800})
MAILBOX = "collections"
PROMISES = ("approve", "edit", "again", "ignore", "race", "plain", "read", "late")
"""Mails that each get a draft, each of a customer of its own, so that no test touches another's review."""

BAIT = """<html><body><label for="send-back-note">Click me</label><script>parent.hacked = 1</script>
<img src="http://tracker.invalid/pixel.png" onerror="parent.hacked = 1"><svg onload="parent.hacked = 1"></svg>
<a href="javascript:parent.hacked = 1">Invoice</a><iframe src="http://tracker.invalid/"></iframe>
<style>@import url("http://tracker.invalid/x.css"); body { background: url("http://tracker.invalid/y.png") }</style>
<meta http-equiv="refresh" content="0; url=http://tracker.invalid/"><base href="http://tracker.invalid/">
<form action="http://tracker.invalid/"><input name="q"><button>Pay</button></form>
<p>We will pay INV-hostile on Friday.</p></body></html>"""
TAG = "<script>window.hacked = 1</script>"
TABS_AWAY = """() => [...document.querySelectorAll('.dx-tabs [aria-current]')].filter((tab) => {
  const [at, strip] = [tab.getBoundingClientRect(), tab.parentElement.getBoundingClientRect()];
  return tab.checkVisibility() && (at.left < strip.left - 1 || at.right > Math.min(strip.right, innerWidth) + 1);
}).map((tab) => tab.textContent)"""
"""The tabs that are shown, and yet out of view."""

BAR_CUT = """() => {
  const [text, find] = ['.dx-status__text', '.dx-find'].map((name) => document.querySelector(name));
  const hangsOut = [...find.children].some((part) => part.checkVisibility()
    && part.getBoundingClientRect().right > find.getBoundingClientRect().right + 1);
  const isCut = text.clientWidth > 1 && text.scrollWidth > text.clientWidth;
  return [isCut && text.textContent, hangsOut && 'search'].filter(Boolean);
}"""
"""What of the bar at the top is cut off, or hangs out of its box; the dot of the mailboxes may stand alone."""

ASTRAY = """() => [...document.querySelectorAll('.dx-cards td[data-label]')].filter((cell) => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  return [...words.getClientRects()].some((box) => box.width && box.left < cell.getBoundingClientRect().left + 96);
}).map((cell) => cell.dataset.label)"""
"""The values of a table's cards that do not stand beside their label."""

SIDEWAYS = """() => [...document.querySelectorAll('main .dx-scroll')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1)
  .map((box) => `${box.scrollWidth} in ${box.clientWidth}`)"""
"""The tables that have to be moved sideways."""

STRETCHED = """() => [...document.querySelectorAll('main .btn')]
  .filter((button) => button.checkVisibility() && button.getBoundingClientRect().width > 400)
  .map((button) => button.textContent.trim())"""
"""The buttons that were stretched over the page."""


@dataclass
class Desk:
    """An installation with mail in its queue, and whoever signs in to work it."""

    duebox: Installation
    webhook: Webhook
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    def post(self, raw: bytes) -> None:
        assert self.webhook.post(raw) < 300

    def wait_until_worked(self) -> None:
        wait_until(lambda: self.duebox.get("/api/v1/counts")["in_work"] == 0, what="all mail is worked", seconds=180)

    def message(self, name: str) -> dict[str, Any]:
        listed = self.duebox.everything("/api/v1/messages")
        found = next(message for message in listed if message["from"].startswith(f"{name}@"))
        message: dict[str, Any] = self.duebox.get(f"/api/v1/messages/{found['id']}")
        return message

    def review(self, name: str) -> str:
        return str(self.message(name)["review_id"])

    def state(self, review_id: str) -> str:
        reviews = self.duebox.everything("/api/v1/reviews")
        return next(str(review["state"]) for review in reviews if review["id"] == review_id)

    def url(self, path: str) -> str:
        return self.duebox.base + path

    async def sign_in(self, context: BrowserContext, email: str) -> Page:
        page = await context.new_page()
        if email in self.cookies:
            await context.add_cookies(self.cookies[email])
            return page
        await page.goto(self.url("/login"))
        await page.fill("#email", email)
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await page.wait_for_url("**/queue*")
        self.cookies[email] = [dict(cookie) for cookie in await context.cookies()]
        return page


@contextmanager
def served(
    folder: Path,
    furnish: Callable[[Path, Services], Awaitable[None]],
    mails: Iterable[bytes],
    **environment: str,
) -> Iterator[Desk]:
    """A desk on SQLite that these mails came to by webhook and were worked."""
    with Installation(f"sqlite:///{folder / 'duebox.db'}", folder, None, **environment) as duebox:
        duebox.furnish()
        duebox.within(partial(furnish, folder))
        desk = Desk(duebox, duebox.add_webhook(MAILBOX))
        duebox.start("serve")
        duebox.wait_until_up(seconds=240)
        for raw in mails:
            desk.post(raw)
        desk.wait_until_worked()
        yield desk


@dataclass
class Witness:
    """What a browser must never do, on any page, in any test."""

    base: str
    sins: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._heard)
        context.on("request", self._asked)
        context.on("weberror", lambda error: self.sins.append(f"error: {error.error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.sins.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "about:")):
            self.sins.append(f"request: {request.url}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    url = f"sqlite:///{folder / 'duebox.db'}"
    with SmtpSink() as sink, Installation(url, folder, sink, DUEBOX_UNDO_SECONDS="120") as duebox:
        duebox.furnish()
        duebox.within(partial(furnish, folder))
        desk = Desk(duebox, duebox.add_webhook(MAILBOX))
        duebox.start_all()
        for raw in mails():
            desk.post(raw)
        desk.wait_until_worked()
        yield desk


async def furnish(folder: Path, services: Services) -> None:
    people = ((MANAGER, "Oda Brandell", "manager"), (AUDITOR, "Noor Vries", "auditor"), (ADMIN, "Mats Ekdahl", "admin"))
    for email, name, role in people:
        await administration.add_user(services, email=email, name=name, role=role, password=PASSWORD)
    for kind, rows in ledger((*PROMISES, "fraud", "lure", "robot", "hostile")).items():
        path = folder / f"more_{kind}.csv"
        path.write_text(rows, encoding="utf-8")
        await services.ledger.import_file(kind, path)


def ledger(names: tuple[str, ...]) -> dict[str, str]:
    """A customer, a contact and an invoice for each name."""
    customers = [f"C-{n},{n.title()} Ltd,en,GB,EUR,Europe/London,30,no,no,standard,ines@seller.example" for n in names]
    contacts = [
        f"C-{n},Petra Vane,{n}@{n}.example,accounts_payable,en,yes,+44 20 7946 0{z:03}" for z, n in enumerate(names)
    ]
    invoices = [f"INV-{n},C-{n},invoice,100.00,100.00,EUR,2026-04-01,2026-05-01,,open" for n in names]
    return {
        "customers": "\n".join(
            [
                "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,"
                "segment,owner_email",
                *customers,
                "",
            ]
        ),
        "contacts": "\n".join(["customer_id,name,email,role,language,active,phone", *contacts, ""]),
        "invoices": "\n".join(
            ["number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status", *invoices, ""]
        ),
    }


def mails() -> Iterator[bytes]:
    for name in PROMISES:
        body = f"Hello,\n\nwe will pay invoice INV-{name} over 100.00 EUR on Friday.\n\nPetra Vane"
        yield mail(body, subject=f"Re: Reminder INV-{name}", sender=f"Petra Vane <{name}@{name}.example>")
    yield mail(
        "Dear team,\n\nour bank details have changed. Please pay the credit to our new account, "
        "IBAN GB33 BUKB 2020 1555 5555 55. Please do not call.\n\nPetra Vane",
        subject="New bank account",
        sender="Petra Vane <fraud@fraud.example>",
    )
    yield mail(
        "Hello,\n\nwhen will you send the goods of INV-lure?\n\nPetra Vane",
        sender="Petra Vane <lure@lure.example>",
        headers=[("Reply-To", "Petra Vane <petra@elsewhere.example>")],
    )
    yield mail(
        "I am out of the office until Monday.",
        subject="Automatic reply: Reminder",
        sender="Petra Vane <robot@robot.example>",
        headers=[("Auto-Submitted", "auto-replied")],
    )
    yield hostile()


def hostile() -> bytes:
    message = EmailMessage()
    message["From"] = '"Petra <img src=x onerror=hacked=1>" <hostile@hostile.example>'
    message["To"] = "collections@seller.example"
    message["Subject"] = f"{TAG} Reminder"
    message["Date"] = datetime(2026, 5, 21, 9, tzinfo=UTC)
    message["Message-ID"] = "<hostile@hostile.example>"
    message.set_content(f"We will pay INV-hostile on Friday. {TAG}\n\n<b onclick=hacked=1>Petra</b>")
    message.add_alternative(BAIT, subtype="html")
    return message.as_bytes()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of this file; each has a window of its own."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser, desk: Desk) -> AsyncIterator[BrowserContext]:
    """A browser window whose misdeeds fail the test."""
    async with window(browser, desk) as context:
        yield context


@asynccontextmanager
async def window(browser: Browser, desk: Desk, **options: Any) -> AsyncIterator[BrowserContext]:
    """One more, watched likewise."""
    witness = Witness(desk.duebox.base)
    async with await browser.new_context(viewport={"width": 1440, "height": 900}, **options) as context:
        witness.watch(context)
        yield context
    assert witness.sins == []


@pytest_asyncio.fixture(loop_scope="module")
async def ines(context: BrowserContext, desk: Desk) -> Page:
    """The collector."""
    return await desk.sign_in(context, COLLECTOR)


async def test_approve_by_key_then_undo_by_key(desk: Desk, ines: Page) -> None:
    review = desk.review("approve")
    await ines.goto(desk.url(f"/queue?review={review}"))
    await expect(ines.locator(".dx-trace").first).to_be_visible()
    await ines.keyboard.press("e")
    await expect(ines.locator(".dx-leaving")).to_contain_text("Approved: Approve Ltd.")
    assert review not in ines.url, "the next case is open"
    await expect(ines.locator("#case-h")).to_be_focused()
    await expect(ines.locator("#say")).to_contain_text("Approved: Approve Ltd. ")
    assert desk.state(review) == "approved"
    await ines.keyboard.press("z")
    await ines.wait_for_url(f"**/queue?review={review}")
    await expect(ines.locator("#say")).to_contain_text("Undone: it is in the queue again.")
    assert desk.state(review) == "pending"


async def test_the_same_in_french(desk: Desk, browser: Browser) -> None:
    """The browser asks for French; what a person then chooses holds, whatever a browser asks for."""
    async with window(browser, desk, locale="fr-FR") as context:
        page = await context.new_page()
        review = desk.review("approve")
        await page.goto(desk.url(f"/login?next=/queue?review={review}"))
        await expect(page.locator("h1")).to_have_text("Se connecter")
        await page.fill("#email", COLLECTOR)
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await page.wait_for_url("**/queue*")
        await expect(page.locator("html")).to_have_attribute("lang", "fr-FR")
        await expect(page.locator(".dx-trace").first).to_be_visible()
        await page.wait_for_load_state("load")
        await page.keyboard.press("e")
        await expect(page.locator(".dx-leaving")).to_contain_text("Approuvé: Approve Ltd.")
        await page.wait_for_load_state("load")
        await page.keyboard.press("z")
        await page.wait_for_url(f"**/queue?review={review}")
        await expect(page.locator("#say")).to_contain_text("il est de nouveau dans la file.")
        assert desk.state(review) == "pending"
        for language, name in (("de", "Deutsch"), ("en", "English")):
            await page.locator("[popovertarget=account]").click()
            await page.get_by_role("button", name=name).click()
            await expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}-"))
            assert page.url == desk.url(f"/queue?review={review}")


async def test_edit_and_approve_with_control_enter(desk: Desk, ines: Page) -> None:
    review = desk.review("edit")
    await ines.goto(desk.url(f"/reviews/{review}"))
    await ines.keyboard.press("r")
    editor = ines.locator("#edit-body")
    await expect(editor).to_be_focused()
    await editor.fill("Dear Petra,\n\nthank you; z, e and i are letters here.\n\nInes")
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator(".dx-leaving")).to_contain_text("Approved: Edit Ltd.")
    assert review not in ines.url, "the next case is open, here too"
    await ines.goto(desk.url(f"/reviews/{review}"))
    await expect(ines.locator(".dx-actions__text")).to_contain_text("Approved by Ines Halvard")
    await expect(ines.locator("#draft")).to_contain_text("are letters here")
    await expect(ines.locator(".dx-traces")).to_have_count(0)
    await ines.locator(".dx-history summary", has_text="History").click()
    await expect(ines.locator(".dx-time")).to_contain_text("With changes.")
    await ines.goto(desk.url("/sent"))
    await ines.locator("li", has_text="edit@edit.example").locator("summary").click()
    await expect(ines.locator("li", has_text="edit@edit.example").get_by_text("are letters here")).to_be_visible()


async def test_send_back_with_a_note_makes_a_new_run(desk: Desk, ines: Page) -> None:
    review = desk.review("again")
    await ines.goto(desk.url(f"/reviews/{review}"))
    await ines.keyboard.press("s")
    await expect(ines.locator("#send-back-note")).to_be_focused()
    await ines.keyboard.type("Warmer, please: i, z")
    await ines.locator("#send-back").get_by_role("button", name="Send back").click()
    await ines.wait_for_url(lambda url: review not in url)
    await ines.goto(desk.url(f"/reviews/{review}"))
    await expect(ines.locator(".dx-actions__text")).to_contain_text("Sent back by Ines Halvard")
    desk.wait_until_worked()
    await ines.reload()
    await ines.get_by_role("link", name="Open what came of it").click()
    await expect(ines.locator(".dx-actions").get_by_role("button", name="Approve")).to_be_visible()
    await ines.locator(".dx-history summary", has_text="History").click()
    await expect(ines.locator(".dx-time")).to_contain_text("Warmer, please: i, z")
    await expect(ines.locator(".dx-time")).to_contain_text("Run 2.")
    assert desk.review("again") != review


async def test_ignore_with_a_reason_then_undo(desk: Desk, ines: Page) -> None:
    review = desk.review("ignore")
    await ines.goto(desk.url(f"/queue?review={review}"))
    await ines.keyboard.press("i")
    await expect(ines.locator("#ignore-reason")).to_be_focused()
    await ines.select_option("#ignore-reason", "handled_otherwise")
    await ines.locator("#ignore").get_by_role("button", name="Ignore").click()
    await expect(ines.locator(".dx-leaving")).to_contain_text("Ignored: Ignore Ltd.")
    assert desk.state(review) == "ignored"
    await ines.keyboard.press("z")
    await ines.wait_for_url(f"**/queue?review={review}")
    assert desk.state(review) == "pending"


async def test_a_mail_without_a_draft_gets_an_answer_by_hand(desk: Desk, ines: Page) -> None:
    await ines.goto(desk.url(f"/no-answer?message={desk.message('robot')['id']}"))
    await expect(ines.locator("#preview")).to_contain_text("out of the office")
    await ines.keyboard.press("n")
    await expect(ines.get_by_text("No such mail yet")).to_be_visible()
    review = desk.review("robot")
    await ines.goto(desk.url(f"/queue?review={review}"))
    await ines.keyboard.press("r")
    await expect(ines.locator("#edit-subject")).to_have_value("Re: Automatic reply: Reminder")
    await expect(ines.locator("#edit-body")).to_be_focused()
    await ines.keyboard.type("Dear Petra, who stands in for you?")
    await ines.keyboard.press("Control+Enter")
    await expect(ines.locator(".dx-leaving")).to_contain_text("Approved: Robot Ltd.")
    assert desk.state(review) == "approved"


async def test_only_a_manager_writes_where_fraud_is_suspected(desk: Desk, ines: Page, browser: Browser) -> None:
    await ines.goto(desk.url(f"/reviews/{desk.review('fraud')}"))
    await expect(ines.locator(".dx-actions")).to_contain_text("A call to a contact on file comes first.")
    place = f"/reviews/{desk.review('lure')}"
    await ines.goto(desk.url(place + "?edit=1"))
    await expect(ines.locator(".dx-actions")).to_contain_text("Only a manager may write to this sender.")
    await expect(ines.locator("#edit-form")).to_have_count(0)
    for key in "eri":
        await ines.keyboard.press(key)
    await expect(ines.locator("[popover]:popover-open")).to_have_count(0)
    async with window(browser, desk) as other:
        oda = await desk.sign_in(other, MANAGER)
        await oda.goto(desk.url(place))
        await expect(oda.locator("#company")).to_contain_text("Ines Halvard is working on this.")
        await oda.get_by_role("button", name="Take over").click()
        await oda.get_by_role("link", name="Write an answer").click()
        await expect(oda.locator("#edit-body")).to_be_focused()


async def test_a_lost_race_shows_both_texts(desk: Desk, ines: Page, browser: Browser) -> None:
    review = desk.review("race")
    async with window(browser, desk) as other:
        oda = await desk.sign_in(other, MANAGER)
        await oda.goto(desk.url(f"/queue?review={review}&edit=1"))
        await ines.goto(desk.url(f"/queue?review={review}&edit=1"))
        await oda.fill("#edit-body", "Dear Petra, this is the text of Oda.")
        await oda.keyboard.press("Control+Enter")
        await expect(oda.locator(".dx-leaving")).to_be_visible()
        await ines.fill("#edit-body", "Dear Petra, this is the text of Ines.")
        await ines.keyboard.press("Control+Enter")
        await expect(ines.locator("#e-h")).to_contain_text("Oda Brandell approved this")
        await expect(ines.locator("#e-h")).to_be_focused()
        await expect(ines.locator("ins")).to_have_text(["Ines."])
        await expect(ines.locator("del")).to_have_text(["Oda."])
        await clean(ines)
        await ines.get_by_role("link", name="Next in queue").click()
        await ines.wait_for_url("**/queue")


async def test_an_auditor_reads_and_decides_nothing(desk: Desk, context: BrowserContext) -> None:
    noor = await desk.sign_in(context, AUDITOR)
    review = desk.review("read")
    for path in (f"/queue?review={review}&edit=1", f"/reviews/{review}", "/no-answer", "/sent", "/quarantine"):
        await noor.goto(desk.url(path))
        actions = [await form.get_attribute("action") for form in await noor.locator("form[method=post]").all()]
        assert actions == ["/language", "/logout"]
        for key in "erisnz":
            await noor.keyboard.press(key)
        await expect(noor.locator("[popover]:popover-open")).to_have_count(0)
    await noor.goto(desk.url(f"/reviews/{review}"))
    await expect(noor.locator(".dx-actions")).to_contain_text("Auditors do not decide")
    assert desk.state(review) == "pending"


async def test_without_javascript_reading_and_deciding_work(desk: Desk, browser: Browser) -> None:
    review = desk.review("plain")
    async with window(browser, desk, java_script_enabled=False) as context:
        page = await desk.sign_in(context, COLLECTOR)
        await page.goto(desk.url("/queue"))
        await page.get_by_role("link", name="Plain Ltd").click()
        await expect(page.locator(".dx-mail__body").first).to_contain_text("we will pay invoice INV-plain")
        await page.get_by_text("Show as the model saw it").click()
        await expect(page.locator(".dx-raw")).to_be_visible()
        await page.locator("[data-status]").click()
        await expect(page.locator("#status")).to_contain_text("Fed by webhook")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Send back").click()
        await expect(page.locator("#send-back-note")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.locator("#draft").get_by_role("link", name="Edit").click()
        await page.locator("#edit-subject").press("Enter")
        await expect(page.locator("#edit-form")).to_be_visible()
        assert desk.state(review) == "pending", "Enter in a field decides nothing"
        await page.locator("#edit-body").fill("Dear Petra, thank you.")
        await page.get_by_role("button", name="Approve with changes").click()
        await expect(page.locator(".dx-leaving")).to_contain_text("Plain Ltd")
        assert desk.state(review) == "approved"
        await page.locator(".dx-leaving").get_by_role("button", name="Undo").click()
        assert desk.state(review) == "pending"


async def test_a_hostile_mail_executes_and_fetches_nothing(desk: Desk, ines: Page) -> None:
    message = desk.message("hostile")
    await ines.goto(desk.url(f"/reviews/{message['review_id']}"))
    await expect(ines.locator("#m-h")).to_contain_text(TAG)
    await expect(ines.locator(".dx-mail__body").first).to_contain_text("<b onclick=hacked=1>Petra</b>")
    await ines.get_by_text("Show original HTML").click()
    frame = ines.frame_locator("iframe.dx-html")
    await expect(frame.get_by_text("We will pay INV-hostile on Friday.")).to_be_visible()
    assert await frame.locator("script, iframe, form, meta[http-equiv], base, [onload], [onerror], [href]").count() == 0
    await frame.get_by_text("Click me").click()
    await expect(ines.locator("#send-back-note")).not_to_be_focused()
    assert await ines.evaluate("'hacked' in window") is False
    await ines.goto(desk.url("/queue"))
    assert await ines.evaluate("'hacked' in window") is False
    answer = await ines.goto(desk.url(f"/messages/{message['id']}/html"))
    assert answer is not None
    assert answer.headers["content-security-policy"] == MAIL_POLICY
    assert "unsafe" not in MAIL_POLICY
    assert await ines.locator("img[src]").count() == 0


@pytest.mark.timeout(180)
async def test_every_page_is_accessible_and_obeys_its_policy(desk: Desk, ines: Page, context: BrowserContext) -> None:
    review, fraud = desk.review("read"), desk.review("fraud")
    paths = (
        f"/queue?review={review}",
        f"/queue?review={review}&edit=1",
        f"/reviews/{fraud}",
        f"/reviews/{desk.review('edit')}",
        "/no-answer",
        "/sent",
        "/quarantine",
        "/reminders/plan",
        "/reminders/batches",
        "/reminders/learning",
        "/promises",
        "/tasks",
        "/holds",
        "/cases/new?kind=dispute&customer=C-read",
        "/contacts/proposals",
        "/customers",
        "/customers/C-read",
        "/customers/C-read/case-file",
        "/dashboard",
        "/ledger/quality",
        "/nothing-here",
    )
    for path in paths:
        await ines.goto(desk.url(path))
        folded = ines.locator(".dx-history:not([open]) > summary")
        while await folded.count():
            await folded.first.click()
        await clean(ines)
    await context.clear_cookies()
    await ines.goto(desk.url("/login"))
    await clean(ines)


async def clean(page: Page) -> None:
    """No finding of WCAG 2.2 A and AA, in both themes, on a desk and on a phone; nothing sticks out sideways."""
    for size in SIZES:
        await page.set_viewport_size(size)  # type: ignore[arg-type]  # mypy takes it for a plain dict
        wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{page.url} at {size['width']}"
        assert await page.evaluate(TABS_AWAY) == [], f"{page.url} at {size['width']}"
        for scheme in SCHEMES if size is SIZES[0] else SCHEMES[:1]:  # colours are the same on a phone
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = await Axe().run(page, options={"runOnly": RULES[scheme], "resultTypes": ["violations"]})
            nodes = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]]
            assert nodes == [], f"{page.url} at {size['width']}, {scheme}: {json.dumps(nodes, indent=1)}"
    await page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]


async def test_every_page_of_oversight_is_accessible_and_obeys_its_policy(desk: Desk, context: BrowserContext) -> None:
    mats = await desk.sign_in(context, ADMIN)
    for path in (
        "/decisions",
        "/decisions?chain=access",
        f"/decisions/{desk.message('fraud')['id']}",
        "/performance",
        "/policy",
        "/playground",
        "/administration",
        "/privacy",
        "/notifications",
        "/password",
        "/search?q=invoice",
        "/disputes",
        "/extensions",
        "/hardship",
    ):
        await mats.goto(desk.url(path))
        await clean(mats)
    for opens in ("[popovertarget=account]", "[popovertarget=status]", "#open-keys", "#open-palette"):
        await mats.goto(desk.url("/password"))
        await mats.locator(opens).click()
        await clean_once(mats)


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR", "de-DE", "es-ES"])
async def test_the_bar_says_the_whole_of_what_the_mailboxes_do(desk: Desk, browser: Browser, locale: str) -> None:
    async with await browser.new_context(locale=locale) as context:
        mats = await desk.sign_in(context, ADMIN)
        for width in (1200, 1280, 1360, 1440, 1680):
            await mats.set_viewport_size({"width": width, "height": 900})
            for path in ("/administration", "/promises"):
                await mats.goto(desk.url(path))
                assert await mats.evaluate(BAR_CUT) == [], f"{path} at {width}"
                assert await mats.locator(".dx-nav--wide").is_visible(), f"{path} at {width}"


async def test_values_stand_beside_their_labels_and_buttons_are_no_wider_than_their_words(
    desk: Desk, context: BrowserContext
) -> None:
    mats = await desk.sign_in(context, ADMIN)
    for width in (360, 1440):
        await mats.set_viewport_size({"width": width, "height": 900})
        for path in ("/reminders/workflows", "/policy", "/performance", "/administration"):
            await mats.goto(desk.url(path))
            assert width > 360 or await mats.evaluate(ASTRAY) == [], path
            assert await mats.evaluate(STRETCHED) == [], f"{path} at {width}"


@pytest.mark.parametrize("width", [768, 960])
async def test_lists_with_prose_fit_a_tablet(desk: Desk, context: BrowserContext, width: int) -> None:
    mats = await desk.sign_in(context, ADMIN)
    await mats.set_viewport_size({"width": width, "height": 900})
    for path in ("/search?q=invoice", "/no-answer", "/reminders/plan", "/reminders/worklist", "/tasks"):
        await mats.goto(desk.url(path))
        assert await mats.evaluate(SIDEWAYS) == [], path
    await mats.goto(desk.url("/search?q=invoice"))
    await expect(mats.locator(".dx-na tbody tr").first).to_be_visible()


async def test_keys_of_ones_own_follow_to_another_browser(desk: Desk, browser: Browser) -> None:
    async with await browser.new_context() as first, await browser.new_context() as second:
        noor = await desk.sign_in(first, AUDITOR)
        await noor.goto(desk.url("/queue"))
        await noor.wait_for_load_state("load")
        await noor.keyboard.press("?")
        async with noor.expect_response("**/keys"):
            await noor.locator("#key-g").fill("y")
        await expect(noor.locator("#keys-unsaved")).to_be_hidden()
        noor = await desk.sign_in(second, AUDITOR)
        await noor.goto(desk.url("/queue"))
        await noor.wait_for_load_state("load")
        await noor.keyboard.press("?")
        await expect(noor.locator("#key-g")).to_have_value("y")
        await noor.keyboard.press("Escape")
        await noor.keyboard.press("g")
        await noor.keyboard.press("t")
        await expect(noor).to_have_url(re.compile("/queue"))
        await noor.keyboard.press("y")
        await noor.keyboard.press("t")
        await noor.wait_for_url("**/tasks")
        await noor.keyboard.press("?")
        async with noor.expect_response("**/keys"):
            await noor.locator("#keys-reset").click()
        await noor.reload()
        await noor.wait_for_load_state("load")
        await expect(noor.locator("#key-g")).to_have_value("g")
        await noor.keyboard.press("Control+k")
        await noor.keyboard.type("tasks")
        await noor.keyboard.press("Escape")
        await expect(noor.locator("#palette")).to_be_hidden()


@pytest.mark.parametrize("hand", ["mouse", "keyboard"])
@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
async def test_managers_and_administrators_need_no_mouse(desk: Desk, browser: Browser, hand: str, locale: str) -> None:
    """Every deed of oversight, by pointer and by keys alone, in two languages."""
    async with window(browser, desk, locale=locale) as context:
        page = await desk.sign_in(context, ADMIN)
        await page.goto(desk.url("/policy"))
        await expect(page.locator("html")).to_have_attribute("lang", locale)
        for deed in (steer, audit, try_out, administer):
            await deed(desk, page, hand)


async def press(page: Page, hand: str, selector: str) -> None:
    """The first of them, as somebody with a mouse does, or without."""
    control = page.locator(selector).first
    if hand == "mouse":
        await control.click()
        return
    await control.focus()
    await page.keyboard.press("Enter")


async def steer(desk: Desk, page: Page, hand: str) -> None:
    """The kill switch, and a cell of the policy: what if, then in force."""
    await press(page, hand, "form[action='/policy/stop'] button")
    await press(page, hand, "form[action='/policy/resume'] button")
    await expect(page.locator("form[action='/policy/stop']")).to_be_visible()
    cell = page.locator("select[name^='cell:contact_update:']").first
    before = await cell.input_value()
    await cell.select_option("draft" if before == "off" else "off")
    await press(page, hand, "#matrix button[type=submit]")
    await expect(page.locator("#w-h")).to_be_visible()
    await clean_once(page)
    await page.fill("#reason", "as the works council asked")
    await press(page, hand, "form[action='/policy/activate'] button")
    await expect(page.locator("#reason")).to_have_count(0)
    assert await cell.input_value() != before


async def audit(desk: Desk, page: Page, hand: str) -> None:
    """The chains checked, and three things that leave the house."""
    await page.goto(desk.url("/decisions"))
    await press(page, hand, "form[action='/decisions/verify'] button")
    await page.wait_for_load_state("load")
    for selector, file in (
        ("form[action='/decisions/checkpoint'] button", "checkpoint.json"),
        ("a[href*='/decisions/export.csv']", "decisions.csv"),
    ):
        async with page.expect_download() as download:
            await press(page, hand, selector)
        assert (await download.value).suggested_filename == file
    mail_id = desk.message("fraud")["id"]
    await page.goto(desk.url(f"/decisions/{mail_id}"))
    async with page.expect_download() as download:
        await press(page, hand, f"form[action='/decisions/{mail_id}/evidence'] button")
    assert (await download.value).suggested_filename == f"evidence-{mail_id}.zip"


async def try_out(desk: Desk, page: Page, hand: str) -> None:
    """A mail into the playground."""
    await page.goto(desk.url("/playground"))
    await page.fill("#sender", "Petra Vane <read@read.example>")
    await page.fill("#subject", "INV-read")
    await page.fill("textarea[name=text]", "We will pay INV-read on Friday.")
    await press(page, hand, "form[action='/playground'] button[type=submit]")
    await expect(page.locator("main")).to_contain_text("INV-read")
    await expect(page.locator(".dx-mail__body").first).to_contain_text("We will pay")
    await clean_once(page)


async def administer(desk: Desk, page: Page, hand: str) -> None:
    """Somebody joins, gets a token and another password; the token is withdrawn."""
    await page.goto(desk.url("/administration"))
    email = f"joins-{hand}-{await page.locator('html').get_attribute('lang')}@seller.example".lower()
    await press(page, hand, "details:has(#n-email) > summary")
    await page.fill("#n-email", email)
    await page.fill("#n-name", email)
    await page.fill("#n-password", PASSWORD)
    await press(page, hand, "form[action='/administration/users'] button")
    row = f"li:has-text('{email}')"
    await expect(page.locator(row)).to_be_visible()
    await press(page, hand, f"{row} details > summary")
    await page.locator(f"{row} details input[name=password]").fill("another very long word")
    await press(page, hand, f"{row} details button")
    await expect(page.locator(f"{row} details[open]")).to_have_count(0)
    await press(page, hand, "details:has(#t-name) > summary")
    await page.fill("#t-name", email)
    await press(page, hand, "form[action='/administration/tokens'] button")
    await expect(page.locator(".dx-banner")).to_contain_text("dbx_")
    await clean_once(page)
    token = f"#tokens tr:has-text('{email}')"
    await press(page, hand, f"{token} button")
    await expect(page.locator(token)).to_have_count(0)


async def test_tables_keep_their_columns_on_paper(desk: Desk, context: BrowserContext) -> None:
    mats = await desk.sign_in(context, ADMIN)
    await mats.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins
    await mats.emulate_media(media="print")
    for path in ("/reminders/workflows", "/decisions", "/policy"):
        await mats.goto(desk.url(path))
        assert await mats.evaluate("document.documentElement.scrollWidth") <= 718, path
        assert await mats.locator("main table thead").first.is_visible(), path


async def test_ink_is_dark_on_paper_whatever_the_screen_is(desk: Desk, ines: Page) -> None:
    await ines.emulate_media(color_scheme="dark")
    await ines.goto(desk.url(f"/reviews/{desk.review('read')}"))
    await expect(ines.locator("html")).to_have_attribute("data-bs-theme", "dark")
    ink = "getComputedStyle(document.querySelector('.dx-mail__body')).color"
    assert await ines.evaluate(ink) == "rgb(233, 236, 241)"
    await ines.emulate_media(color_scheme="dark", media="print")
    assert await ines.evaluate(ink) == "rgb(20, 24, 31)"


async def clean_once(page: Page) -> None:
    """No finding in what an action shows; its page was looked at on every screen."""
    found = await Axe().run(page, options={"runOnly": RULES["light"], "resultTypes": ["violations"]})
    nodes = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]]
    assert nodes == [], f"{page.url}: {json.dumps(nodes, indent=1)}"


async def test_sign_in_says_what_is_wrong_and_pauses(desk: Desk, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(desk.url("/queue?review=" + desk.review("read")))
    await expect(page.locator("#email")).to_be_focused()
    for _ in range(10):
        await page.fill("#email", "nobody@seller.example")
        await page.fill("#password", "wrong")
        await page.press("#password", "Enter")
        await expect(page.locator("#password-error")).to_be_visible()
        if "Too many tries" in await page.locator("#password-error").inner_text():
            break
        await expect(page.locator("#password-error")).to_contain_text("E-mail and password do not match.")
        await expect(page.locator("#email")).to_have_value("nobody@seller.example")
        await expect(page.locator("#password")).to_be_focused()
    await expect(page.locator("#password-error")).to_contain_text("Too many tries. Wait five minutes")
    await page.fill("#email", COLLECTOR)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await expect(page.locator("h2#case-h")).to_be_visible()
    assert "review=" in page.url, "back to where they wanted to go"


@pytest.mark.timeout(600)
async def test_an_unreachable_mailbox_shows_and_mends_itself(desk: Desk, ines: Page) -> None:
    with Dovecot() as dovecot:
        desk.duebox.add_imap({"second": dovecot.mailbox()})
        await _until(ines, desk.url("/sent"), "2 mailboxes, read ")
        dovecot.stop()
        await _until(ines, desk.url("/sent"), "second cannot be read: the server cannot be reached")
        await ines.locator("[data-status]").click()
        await expect(ines.locator("#status")).to_contain_text("Tried again by itself.")
        dovecot.start()
        await _until(ines, desk.url("/sent"), "2 mailboxes, read ")


async def _until(page: Page, address: str, text: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    said = ""
    while time.monotonic() < deadline:
        await page.goto(address)
        said = await page.locator("[data-status]").inner_text()
        if text in said:
            return
        await page.wait_for_timeout(250)
    raise AssertionError(f"the frame says {said!r}, not {text!r}")


async def test_new_mail_appears_by_itself_and_the_focus_stays(desk: Desk, ines: Page) -> None:
    review = desk.review("read")
    await ines.goto(desk.url(f"/queue?review={review}"))
    row = ines.locator(f"#row-{desk.review('late')} a[data-row]")
    await row.focus()
    desk.post(mail("We will pay INV-1001 on Friday.", subject="The newest", message_id="newest@customer.example"))
    desk.wait_until_worked()
    await ines.evaluate("htmx.trigger(document.getElementById('queue-list'), 'every')")
    await expect(ines.get_by_text("The newest", exact=True)).to_be_visible(timeout=20_000)
    await expect(row).to_be_focused()
    await expect(ines.locator("[data-count=queue]").first).to_have_text(
        str(desk.duebox.get("/api/v1/counts")["pending"])
    )


async def test_the_last_case_says_so_and_can_be_undone(desk: Desk, ines: Page) -> None:
    last = desk.review("late")
    for review in desk.duebox.everything("/api/v1/reviews?state=pending"):
        if review["id"] != last:
            decision = {"version": review["version"], "action": "ignore", "reason": "spam"}
            desk.duebox.post(f"/api/v1/reviews/{review['id']}/decision", decision)
    await ines.goto(desk.url("/queue"))
    await ines.keyboard.press("e")
    await expect(ines.get_by_text("That was the last one")).to_be_focused()
    await expect(ines.locator("#say")).to_contain_text("Approved: Late Ltd. Nothing waiting")
    await clean(ines)
    await ines.set_viewport_size({"width": 390, "height": 844})
    await expect(ines.locator(".dx-leaving").get_by_role("button", name="Undo")).to_be_visible()
    await ines.keyboard.press("z")
    await ines.wait_for_url(f"**/queue?review={last}")
    assert desk.state(last) == "pending"
