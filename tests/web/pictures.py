"""Pictures of the review UI, of the real demo: `python -m tests.web.pictures` writes them beside itself.

Four for the README, and one of every other page for `pictures/README.md`, which is written with them.

A screenshot has some thousand colours, most of them shades at the edges of letters; 256 of them do, and make a PNG a
third as large.
"""

import asyncio
import base64
import struct
import subprocess
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.async_api import Browser, Page, StorageState, ViewportSize

from app.demo.run import ADMIN, COLLECTOR
from tests.running import DUEBOX, REPOSITORY
from tests.servers.chromium import chromium
from tests.servers.process import free_port

Numbers = npt.NDArray[np.int64]

FOLDER = Path(__file__).with_name("pictures")
PATIENCE_MS = 600_000
SETTLED_MS = 1_000
"""Some pages fetch a part of theirs once they are seen."""

COLOURS = 256
SIZE = ViewportSize(width=1440, height=900)
PIXELS = """async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const bytes = canvas.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [image.width, image.height, btoa(text)];
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """`customer` is the one whose case is opened from the queue; without one the list is shown."""

    name: str
    customer: str
    width: int = 1440
    height: int = 900
    scheme: str = "light"
    alone: bool = False


PICTURES = (
    Picture("queue", "Halden Foods Ltd"),
    Picture("item", "Ferncliff Hotels plc", alone=True),
    Picture("queue_dark", "Grünwald Logistik GmbH", scheme="dark"),
    Picture("queue_narrow", "", width=390, height=844),
)


PAGES = {
    "login": "/login",
    "no_answer": "/no-answer",
    "sent": "/sent",
    "quarantine": "/quarantine",
    "search": "/search?q=invoice",
    "reminders": "/reminders/plan",
    "drafts": "/reminders/batches",
    "worklist": "/reminders/worklist",
    "months": "/reminders/customers/C-0720",
    "learning": "/reminders/learning",
    "promises": "/promises",
    "disputes": "/disputes",
    "extensions": "/extensions",
    "hardship": "/hardship",
    "holds": "/holds",
    "tasks": "/tasks",
    "contacts": "/contacts/proposals",
    "new_case": "/cases/new?kind=dispute&customer=C-0720",
    "customers": "/customers",
    "customer": "/customers/C-0720",
    "case_file": "/customers/C-0720/case-file",
    "data_quality": "/ledger/quality",
    "dashboard": "/dashboard",
    "decisions": "/decisions",
    "performance": "/performance",
    "policy": "/policy",
    "playground": "/playground",
    "administration": "/administration",
    "privacy": "/privacy",
    "notifications": "/notifications",
    "password": "/password",
    "error": "/nothing-here",
}
"""Every page that has an address of its own, as an administrator sees it."""

LED_TO = {
    "batch": ("/reminders/batches", "main a[href^='/reminders/batches/']"),
    "reminder": ("/reminders/batches", "main a[href^='/reminders/batches/']", "[data-list] a[data-row]"),
    "reminder_task": ("/tasks", "main a[href^='/reminders/tasks/']"),
    "case": ("/disputes", "main a[href^='/cases/']:not([href^='/cases/new'])"),
    "decision": ("/decisions", "main a[href^='/decisions/']:not([href*='export'])"),
}
"""Pages with an id in their address: from where, and by which links."""


OF_TWO = {"bulk": "/queue/bulk", "conflict": "/reviews/…/edit"}


def take_all(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    port = free_port()
    environment = {"DUEBOX_HTTP__PORT": str(port), "PATH": "/usr/bin:/bin"}
    with tempfile.TemporaryDirectory(prefix="duebox-pictures-") as scratch:
        command = [str(DUEBOX), "demo", "--folder", scratch]
        with subprocess.Popen(  # noqa: S603  # our own command
            command, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        ) as demo:
            try:
                asyncio.run(_take(f"http://127.0.0.1:{port}", _password(demo), folder))
            finally:
                demo.terminate()


def _password(demo: "subprocess.Popen[str]") -> str:
    if demo.stdout is None:
        raise ValueError("the demo's output is needed")
    for line in demo.stdout:
        if "with the password " in line:
            return line.split()[-1]
    raise RuntimeError("the demo ended before it said its password")


async def _take(base: str, password: str, folder: Path) -> None:
    async with chromium() as browser:
        page = await _signed_in(browser, base, COLLECTOR[0], password)
        await page.locator("#queue-list progress").wait_for(state="detached", timeout=PATIENCE_MS)
        signed_in = await page.context.storage_state()
        for picture in PICTURES:
            raw = await _photograph(browser, base, signed_in, picture)
            await _keep(page, folder / f"{picture.name}.png", raw)
        admin = await _signed_in(browser, base, ADMIN[0], password)
        await _draft_reminders(admin, base)
        stranger = await browser.new_page(viewport=SIZE)
        for name, path in PAGES.items():
            shown = stranger if path == "/login" else admin
            await shown.goto(f"{base}{path}")
            await shown.wait_for_timeout(SETTLED_MS)
            await _keep(page, folder / f"{name}.png", await shown.screenshot())
        for name, (path, *links) in LED_TO.items():
            await admin.goto(f"{base}{path}")
            for link in links:
                await admin.goto(base + (await admin.locator(link).first.get_attribute("href") or ""))
            await admin.wait_for_timeout(SETTLED_MS)
            await _keep(page, folder / f"{name}.png", await admin.screenshot())
        await _of_two(browser, admin, page, base, folder)
    taken = PAGES | {name: f"{path} and on" for name, (path, *_) in LED_TO.items()} | OF_TWO
    lines = (
        f"## {name.replace('_', ' ').capitalize()}\n\n`{path}`\n\n![]({name}.png)\n" for name, path in taken.items()
    )
    (folder / "README.md").write_text("# Every page\n\n" + "\n".join(lines), encoding="utf-8")


async def _draft_reminders(admin: Page, base: str) -> None:
    await admin.goto(f"{base}/reminders/batches")
    await admin.get_by_role("button", name="Draft today").click()
    await admin.locator("#drafting progress").wait_for(state="detached", timeout=PATIENCE_MS)


async def _of_two(browser: Browser, admin: Page, collector: Page, base: str, folder: Path) -> None:
    """What is asked before several mails are ignored, and what somebody sees who comes late."""
    await admin.goto(f"{base}/queue")
    for box in await admin.locator("[name=pick]").all():
        await box.check()
    await admin.locator("button[name=deed][value=ignore]").click()
    await _keep(collector, folder / "bulk.png", await admin.screenshot())
    edit = f"{await _plain_case(admin, base)}?edit=1"
    signed_in = await admin.context.storage_state()
    late = await browser.new_page(viewport=SIZE, storage_state=signed_in, java_script_enabled=False)  # hears of nothing
    await late.goto(edit)
    await late.fill("#edit-body", "Dear customer, this is what I wrote.")
    await admin.goto(edit)
    await admin.fill("#edit-body", "Dear customer, this is what a colleague wrote.")
    await admin.get_by_role("button", name="Approve with changes").click()
    await late.get_by_role("button", name="Approve with changes").click()
    await late.locator("#cmp").wait_for()
    await _keep(collector, folder / "conflict.png", await late.screenshot())


async def _plain_case(page: Page, base: str) -> str:
    """Where one of the waiting mails stands that asks nothing before it is approved."""
    await page.goto(f"{base}/queue?q=label:approval_required")
    review = await page.locator("#approve-form").get_attribute("action") or ""
    return f"{base}{review.rpartition('/')[0]}"


async def _signed_in(browser: Browser, base: str, email: str, password: str) -> Page:
    page = await browser.new_page(viewport=SIZE)
    await page.goto(f"{base}/login")
    await page.fill("#email", email)
    await page.fill("#password", password)
    await page.press("#password", "Enter")
    await page.wait_for_url("**/queue*")
    return page


async def _keep(page: Page, file: Path, raw: bytes) -> None:
    small = await _with_few_colours(page, raw)
    await asyncio.to_thread(file.write_bytes, small)
    sys.stdout.write(f"{file.name}: {len(small):,} bytes\n")


async def _photograph(browser: Browser, base: str, signed_in: StorageState, picture: Picture) -> bytes:
    page = await browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        storage_state=signed_in,
    )
    await page.goto(f"{base}/queue")
    if picture.customer:
        address = await page.get_by_role("link", name=picture.customer).first.get_attribute("href") or ""
        review = address.partition("review=")[2]
        await page.goto(f"{base}/reviews/{review}" if picture.alone else f"{base}{address}")
    raw = await page.screenshot()
    await page.context.close()
    return raw


async def _with_few_colours(page: Page, png: bytes) -> bytes:
    await page.goto("about:blank")
    address = "data:image/png;base64," + base64.b64encode(png).decode()
    width, height, pixels = await page.evaluate(PIXELS, address)
    image = np.frombuffer(base64.b64decode(pixels), dtype=np.uint8).reshape(-1, 4)[:, :3].astype(np.int64)
    codes, places, counts = np.unique(image @ np.array([65536, 256, 1]), return_inverse=True, return_counts=True)
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    palette = _palette(colours, counts)
    nearest = np.array([int(np.argmin(_distances(palette, colour))) for colour in colours], dtype=np.uint8)
    rows = nearest[places].reshape(height, width)
    scanlines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", header),
            (b"PLTE", palette.astype(np.uint8).tobytes()),
            (b"IDAT", zlib.compress(scanlines, 9)),
            (b"IEND", b""),
        )
    )


def _palette(colours: Numbers, counts: Numbers) -> Numbers:
    """The most frequent colours, then those that differ most from all chosen ones: a small red dot stays red."""
    frequent = np.argsort(-counts)[: COLOURS // 2]
    chosen = [colours[place] for place in frequent]
    furthest = np.min([_distances(colours, colour) for colour in chosen], axis=0)
    while len(chosen) < min(COLOURS, len(colours)):
        chosen.append(colours[int(np.argmax(furthest * np.sqrt(counts)))])
        furthest = np.minimum(furthest, _distances(colours, chosen[-1]))
    return np.array(chosen)


def _distances(colours: Numbers, colour: Numbers) -> Numbers:
    return np.asarray(((colours - colour) ** 2).sum(axis=1), dtype=np.int64)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    take_all(FOLDER)
