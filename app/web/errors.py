"""What each fact costs over HTTP. The only place where errors meet status codes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from app.domain.errors import (
    AppError,
    Invalid,
    MailTooLarge,
    NotAllowed,
    NotFound,
    ReviewAlreadyDecided,
    SignatureRefused,
    StateImpossible,
    TooManyAttempts,
    Unreachable,
)

STATUS: Mapping[type[AppError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Invalid: 422,
    ReviewAlreadyDecided: 409,
    StateImpossible: 409,
    TooManyAttempts: 429,
    SignatureRefused: 401,
    MailTooLarge: 413,
    Unreachable: 503,
}


MEANINGS = {
    400: "the body is not JSON in UTF-8",
    401: "no valid token",
    403: "the role or the token's scope may not",
    404: "no such thing",
    409: "stale version, or decided already",
    413: "the body is too long",
    422: "something in the request is wrong: which field and why, or one sentence",
    429: "too many refused tokens from this address: wait as long as Retry-After says",
    503: "the database does not answer: try again",
}


class Misfit(BaseModel):
    """One part of a request that was not understood, and where it stands."""

    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    detail: str | list[Misfit]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a call may answer beside success, for its description."""
    known = sorted({*statuses, 401, 403, 422, 429, 503})
    return {status: {"model": Problem, "description": MEANINGS[status]} for status in known}


def status_of(error: AppError) -> int:
    """The status of an error, or of the nearest of its parents that has one; 500 for the rest."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
