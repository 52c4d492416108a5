"""Headers of every answer: a strict policy for our pages, and none of it for the framed mail, which brings its own."""

import re
from pathlib import PurePosixPath
from urllib.parse import SplitResult, quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = "sandbox; default-src 'none'; img-src data:; frame-ancestors 'self'"
"""No styles either: cleaning takes them all out, and what it might miss has no effect."""


LONGEST_NAME, LONGEST_SUFFIX = 150, 16
_FOLDERS = re.compile(r"[/\\]")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE | re.DOTALL)
"""Names that Windows keeps for devices, whatever follows the point."""


def saved_as(name: str) -> str:
    """The Content-Disposition of a file that is saved and never shown (RFC 6266): for old browsers in ASCII too. The
    name may be anybody's: a browser is given one that a file can have, in no other folder."""
    name = file_name(name)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-()") else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def file_name(name: str) -> str:
    """A name without folders, signs that nobody sees and what a system takes for more than a name."""
    shown = "".join(sign if sign.isprintable() else " " * sign.isspace() for sign in _FOLDERS.split(name)[-1])
    plain = " ".join(shown.split()).strip(" .") or "file"
    suffix = PurePosixPath(plain).suffix[-LONGEST_SUFFIX:]
    plain = plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - len(suffix)] + suffix
    return f"_{plain}" if _DEVICES.fullmatch(plain) else plain


def address_in(header: str) -> SplitResult:
    """What a browser says it came from; all empty where that is no address."""
    try:
        return urlsplit(header)
    except ValueError:
        return urlsplit("")


def secure(headers: MutableHeaders, path: str) -> None:
    """Add what is missing; an answer that sets its own Content-Security-Policy keeps it."""
    headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "X-Frame-Options", "SAMEORIGIN" if "frame-ancestors 'self'" in headers["Content-Security-Policy"] else "DENY"
    )
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if not path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")


class SecureHeaders:
    """Every answer but that of the outermost error handler, which calls `secure` itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)
