"""Who may do what over HTTP, one line a route: the table that the tests hold the application to.

all       everybody who is signed in        deciders  collectors, managers, administrators
overseers managers, auditors, administrators seniors   managers, administrators
admins    administrators                    open      nobody needs to sign in
"""

from collections.abc import Iterator

from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.domain.review import Role

EVERYBODY = frozenset(Role)
WHO = {
    "all": EVERYBODY,
    "deciders": EVERYBODY - {Role.AUDITOR},
    "overseers": EVERYBODY - {Role.COLLECTOR},
    "seniors": frozenset({Role.MANAGER, Role.ADMIN}),
    "admins": frozenset({Role.ADMIN}),
    "keepers": frozenset({Role.AUDITOR, Role.ADMIN}),
    "open": EVERYBODY,
}


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route of the application, as method and path."""
    for route in app.routes:
        yield from _routes(route, "")


def _routes(route: BaseRoute, prefix: str) -> Iterator[tuple[str, str]]:
    inner = getattr(route, "original_router", None)
    if inner is not None:
        for one in inner.routes:
            yield from _routes(one, prefix)
        return
    for method in sorted(getattr(route, "methods", None) or ()):
        if method != "HEAD":
            yield method, prefix + getattr(route, "path", "")


def table(text: str) -> dict[tuple[str, str], str]:
    lines = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {(method, path): who for method, path, who in lines}
