"""What each fact costs over HTTP. The only place where errors meet status codes."""

from collections.abc import Mapping

from app.domain.errors import (
    AppError,
    Invalid,
    MailTooLarge,
    NotAllowed,
    NotFound,
    ReviewAlreadyDecided,
    SignatureRefused,
    TooManyAttempts,
    Unreachable,
)

STATUS: Mapping[type[AppError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Invalid: 422,
    ReviewAlreadyDecided: 409,
    TooManyAttempts: 429,
    SignatureRefused: 401,
    MailTooLarge: 413,
    Unreachable: 503,
}


def status_of(error: AppError) -> int:
    """The status of an error, or of the nearest of its parents that has one; 500 for the rest."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
