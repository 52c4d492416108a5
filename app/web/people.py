"""What the pages ask of the identity station, as they see it: stations never import one another."""

from collections.abc import Iterable
from typing import Annotated, Protocol, cast
from uuid import UUID

from fastapi import Depends, Request

from app.domain.people import Scope, SignedIn
from app.domain.review import Role


class People(Protocol):
    async def add_user(
        self, *, email: str, name: str, role: Role, password: str, by: SignedIn | None = None
    ) -> UUID: ...

    async def change_user(
        self, user_id: UUID, *, role: Role, active: bool, portfolio: Iterable[str], by: SignedIn
    ) -> None: ...

    async def set_password(self, email: str, password: str, *, by: SignedIn | None = None) -> None: ...

    async def new_token(
        self, email: str, *, name: str, scopes: Iterable[Scope], days: int | None, by: SignedIn | None
    ) -> str: ...

    async def withdraw_token(self, token_hash: str, *, by: SignedIn) -> None: ...


def people(request: Request) -> People:
    return cast(People, request.app.state.services.identity)


Identity = Annotated[People, Depends(people)]
