"""A person signs in to a mailbox at Microsoft or Google, so that Duebox may from then on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from app.bootstrap import Services
from app.domain.errors import Invalid
from app.domain.oauth import Client, Grant, GrantRevoked

PATIENCE_SECONDS = 900.0
LONGEST_LINE = 16 * 1024

Say = Callable[[str], None]


async def authorise(services: Services, client: Client, say: Say) -> Grant:
    """Say what to do, wait until it was done. Raises Invalid when the person refuses, Unreachable."""
    if not client.client_id:
        raise Invalid("--client-id is missing: the id that the provider gave to your installation (see the README)")
    try:
        if services.tokens.has_device_code(client):
            return await _by_device(services, client, say)
        return await _by_loopback(services, client, say)
    except GrantRevoked as refused:
        raise Invalid(f"nobody signed in ({refused}); try again") from None


async def reauthorise(services: Services, name: str, password: str, say: Say) -> str:
    """Sign in to a mailbox again: by its provider, or with a new password. Raises NotFound, Invalid, Unreachable."""
    async with services.database.read() as uow:
        row = await uow.mailboxes.by_name(name)
        if row.is_removed:
            raise Invalid(f"{name} was removed: add it again")
        kept = await uow.mailboxes.grant(row.id)
        grant = uow.mailboxes.opened_grant(kept) if kept else None
    if grant is None and not password:
        raise Invalid(f"{name} signs in with a password: give the new one by --password-file")
    if grant is not None:
        grant = await authorise(services, grant.client, say)
    async with services.database.write() as uow:
        row = await uow.mailboxes.get(row.id)
        if grant is None:
            uow.mailboxes.seal_secret(row, password)
        else:
            await uow.mailboxes.keep_grant(row.id, grant)
        row.authorised_at, row.last_error = services.clock(), ""
        uow.audit.add("intake.mailbox.reauthorised", mailbox_id=row.id)
    return f"{name} is signed in again"


async def _by_device(services: Services, client: Client, say: Say) -> Grant:
    code = await services.tokens.start_device(client)
    say(f"Open {code.address} in any browser, type in {code.user_code}, and sign in as the mailbox.")
    return await services.tokens.finish_device(client, code)


async def _by_loopback(services: Services, client: Client, say: Say) -> Grant:
    """The provider sends the browser back to this host; from another one, forward the port (ssh -L)."""
    came: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ValueError, ConnectionError):
            words = (await reader.readline()).decode("ascii", "replace").split()
            path = words[1] if len(words) > 1 else "/"
            is_it = "state=" in path
            body = b"You may close this page and go back to the command." if is_it else b"Nothing to see here."
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + body)
            await writer.drain()
            if is_it and not came.done():
                came.set_result(path)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, limit=LONGEST_LINE) as server:
        port = server.sockets[0].getsockname()[1]
        start = await services.tokens.start_loopback(client, f"http://127.0.0.1:{port}/")
        say(f"Open this address in a browser on this host, and sign in as the mailbox:\n{start.address}")
        say(f"(On another host: ssh -L {port}:127.0.0.1:{port} to here first.)")
        try:
            back = await asyncio.wait_for(came, PATIENCE_SECONDS)
        except TimeoutError:
            raise GrantRevoked("nobody came back") from None
    return await services.tokens.finish_loopback(client, start, back)
