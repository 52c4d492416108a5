"""What many routes take of a request or of the application."""

from typing import Annotated, cast

from fastapi import Depends, Form, Query, Request

from app.db.uow import Database

LARGEST_VERSION = 2**31 - 1
"""What the column of a version holds."""

Version = Annotated[int, Form(ge=1, le=LARGEST_VERSION)]
"""Of what a form was about, as its reader saw it."""

Limit = Annotated[int, Query(ge=1, le=200)]
"""How many items of a list a program is given at a time."""


def database(request: Request) -> Database:
    return cast(Database, request.app.state.services.database)


Db = Annotated[Database, Depends(database)]
