"""How a person wants to be told when they are not looking."""

import base64
import re
import secrets
from typing import Annotated, cast

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from app.db.repositories.notices import Wishes
from app.db.uow import Database
from app.domain.errors import Invalid
from app.domain.notices import QuietHours
from app.domain.ports import Poster
from app.review.notices import kinds_of
from app.web.auth import PageUser
from app.web.csrf import SAFE
from app.web.pages import ZONE_COOKIE, html, page_of, zone_of

router = APIRouter(include_in_schema=False)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
SECRET_BYTES = 24


class Wish(BaseModel):
    kind: list[str] = Field([], max_length=10)
    by_mail: str = ""
    webhook: str = Field("", max_length=500)
    quiet_from: str = ""
    quiet_to: str = ""


@router.get("/notifications")
async def notifications(request: Request, user: PageUser) -> HTMLResponse:
    async with _database(request).read() as uow:
        wishes = await uow.notices.wishes_of(user.id, user.email) if user.id else None
    return await _page(request, user, wishes)


@router.post("/notifications", dependencies=SAFE)
async def wish(request: Request, user: PageUser, wish: Annotated[Wish, Form()]) -> HTMLResponse:
    """A new webhook's secret is shown in the answer, and nowhere else. Raises Invalid."""
    if user.id is None:
        raise Invalid("sign in as a person")
    url = wish.webhook.strip()
    if url and not cast(Poster, request.app.state.services.poster).allows(url):
        raise Invalid(
            "the operator does not allow this address: DUEBOX_NOTIFY__WEBHOOK_ORIGINS names those that may be"
        )
    async with _database(request).write() as uow:
        earlier = await uow.notices.wishes_of(user.id, user.email)
        is_new = bool(url) and url != earlier.webhook_url
        secret = new_secret() if is_new else earlier.webhook_secret
        wishes = Wishes(
            user.id,
            user.email,
            kinds_of(wish.kind),
            bool(wish.by_mail),
            url,
            secret if url else "",
            _quiet(request, wish),
        )
        await uow.notices.wish(wishes)
        uow.audit.add(
            "review.notifications.changed",
            actor=user.actor,
            user_id=user.id,
            kinds=sorted(wishes.kinds),
            channels=list(wishes.channels),
        )
    return await _page(request, user, wishes, secret=secret if is_new else "", is_saved=True)


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _quiet(request: Request, wish: Wish) -> QuietHours | None:
    if not wish.quiet_from and not wish.quiet_to:
        return None
    begin, end = (_TIME.fullmatch(text) for text in (wish.quiet_from, wish.quiet_to))
    if begin is None or end is None:
        raise Invalid("quiet hours need two times, such as 18:00 and 08:00")
    zone = zone_of(request.cookies.get(ZONE_COOKIE, ""))
    return QuietHours(int(begin[1]) * 60 + int(begin[2]), int(end[1]) * 60 + int(end[2]), zone)


async def _page(
    request: Request, user: PageUser, wishes: Wishes | None, *, secret: str = "", is_saved: bool = False
) -> HTMLResponse:
    page = await page_of(request, "notifications", user)
    may_post = cast(Poster, request.app.state.services.poster).allows_any
    return html(
        request, "notifications.html", page=page, wishes=wishes, secret=secret, is_saved=is_saved, may_post=may_post
    )


def _database(request: Request) -> Database:
    return cast(Database, request.app.state.services.database)
