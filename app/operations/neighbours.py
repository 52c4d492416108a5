"""What `duebox doctor` finds outside: the services that the settings name, beside mail servers and models."""

import asyncio
from collections.abc import AsyncIterator, Callable

from app.bootstrap import Services
from app.domain.errors import AppError
from app.operations.finding import Finding

Scan = Callable[[bytes], object | None]
Resolve = Callable[[str], object]
"""Each blocks. A scan says nothing of what is clean; a resolver that is away raises OSError."""

NOBODYS = "doctor._domainkey.invalid"
"""A name that no zone has (RFC 6761 §6.4): every resolver that lives says so."""


async def neighbours(
    services: Services, *, scan: Scan | None, resolve: Resolve | None, has_store: bool
) -> AsyncIterator[Finding]:
    """Only of what is set."""
    if scan is not None:
        is_ok = await asyncio.to_thread(scan, b"duebox doctor") is None
        hint = "check DUEBOX_CLAMD and that clamd runs; meanwhile no file is opened, and a person looks"
        yield Finding("clamd", is_ok, "scans" if is_ok else "does not answer as it should", hint)
    if resolve is not None:
        hint = "check DUEBOX_DKIM__RESOLVER; meanwhile signatures count as not checked"
        try:
            await asyncio.to_thread(resolve, NOBODYS)
            yield Finding("dkim resolver", True, "answers")
        except OSError as error:
            yield Finding("dkim resolver", False, type(error).__name__, hint)
    if services.oidc is not None:
        hint = "check DUEBOX_OIDC__ISSUER; meanwhile nobody signs in that way, passwords go on"
        try:
            await services.oidc.reach()
            yield Finding("sign-in", True, f"{services.oidc.name} describes itself")
        except AppError as error:
            yield Finding("sign-in", False, str(error), hint)
    if has_store:
        hint = "check DUEBOX_OBJECT_STORE__*, the bucket, and its rights to read and to list"
        try:
            await services.checkpoints.reach()
            yield Finding("object store", True, "knows us" if services.checkpoints.daily.to else "set, not used daily")
        except AppError as error:
            yield Finding("object store", False, str(error), hint)
