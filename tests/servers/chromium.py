"""The system's Chromium, driven by Playwright, that talks to this machine alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from tests.servers.process import find_program

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def find_chromium() -> str:
    names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
    return find_program(names, package="chromium")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """`async with chromium() as browser`: a browser of one's own, in the running event loop."""
    program = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
