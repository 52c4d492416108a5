"""Forged requests: three locks, each enough. The browser's own word (Sec-Fetch-Site), the Origin, and a token in the
form."""

import hashlib
import hmac

from fastapi import Depends, Request

from app.domain.errors import NotAllowed
from app.web.auth import SignInNeeded, session_token
from app.web.headers import address_in

FIELD = "csrf"


def csrf_token(request: Request) -> str:
    """Bound to the session: who cannot read the page cannot know it."""
    return hashlib.sha256(b"duebox csrf\0" + session_token(request).encode()).hexdigest()


async def check_same_origin(request: Request) -> None:
    """For a form without a session (sign-in): it must have been sent by one of our own pages. Raises NotAllowed."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise NotAllowed("this form was sent from another site")
    origin = request.headers.get("origin")
    if origin is not None and address_in(origin).netloc != request.headers.get("host", ""):
        raise NotAllowed("this form was sent from another site")


async def check_csrf(request: Request) -> None:
    """For every form that changes something. Raises NotAllowed, or SignInNeeded where the session has ended."""
    await check_same_origin(request)
    if not session_token(request):
        raise SignInNeeded("sign in first")
    form = await request.form()
    sent = form.get(FIELD)
    expected = csrf_token(request).encode()
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(errors="replace"), expected):
        raise NotAllowed("the form is out of date: load the page again")


SAFE = [Depends(check_csrf)]
"""The dependencies of every such route."""
