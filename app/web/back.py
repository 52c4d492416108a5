"""Where a form about a case leads back to: the list as it was asked for, or the case's own page."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse

LONGEST_QUERY = 1_000
STUCK = "/administration#stuck"


@dataclass(frozen=True, slots=True)
class Back:
    """`is_alone`: the form stood on the case's own page. `query`: what the list was asked for, where it stood there.
    `is_sent`: it stood in the list of what was sent."""

    is_alone: bool = True
    query: str = ""
    is_sent: bool = False

    def place(self, review_id: UUID, **more: str) -> str:
        if self.is_sent:
            return "/sent"
        if not self.is_alone:
            return place(self.query, review=str(review_id), **more)
        return f"/reviews/{review_id}" + (f"?{urlencode(more)}" if more else "")

    def to_next(self, following: UUID | None, **more: str) -> RedirectResponse:
        """After a decision; what comes after the last is the list, which says that nothing waits."""
        if not self.is_alone or following is None:
            return RedirectResponse(place(self.query, review=str(following or ""), **more), status_code=303)
        return self.to(following, **more)

    def to(self, review_id: UUID, anchor: str = "", **more: str) -> RedirectResponse:
        return RedirectResponse(self.place(review_id, **more) + anchor, status_code=303)


async def came_from(request: Request) -> Back:
    """From the fields `view` and `q` of the form."""
    form = await request.form()
    view = str(form.get("view", "item"))
    return Back(view != "queue", str(form.get("q", ""))[:LONGEST_QUERY], view == "sent")


CameFrom = Annotated[Back, Depends(came_from)]


async def stuck_or(request: Request, list_: str) -> RedirectResponse:
    """After something was settled: what else is stuck, where the form stood there, else its own list."""
    is_stuck = (await request.form()).get("view") == "administration"
    return RedirectResponse(STUCK if is_stuck else list_, status_code=303)


def place(query: str, **more: str) -> str:
    """The address of the queue as it is asked for; what is empty is left out."""
    asked = urlencode({name: value for name, value in {"q": query, **more}.items() if value})
    return f"/queue?{asked}" if asked else "/queue"
