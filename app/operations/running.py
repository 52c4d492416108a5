"""Processes that stay up: the API, the worker and the demo. SIGTERM ends each in good order, with exit code 0."""

import asyncio
import errno
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.bootstrap import Services, settings_from_environment
from app.demo import run as demo
from app.domain.errors import SettingInvalid, Unreachable
from app.main import create_app
from app.operations.patience import PatientProtocol

OPEN_REQUESTS_SECONDS = 5
"""How long a request that is under way may take once the end has been asked for."""


def serve_until_stopped(services: Services, host: str, port: int, proxies: str) -> None:
    """API and pages; `proxies` (addresses or networks) are believed about how they were asked.

    Raises SettingInvalid or Unreachable when it cannot start."""
    services.egress.watch()
    with _bound(host, port) as address:
        server = server_of(create_app(services, works=services.is_embedded), host, port, proxies)
        signal.signal(signal.SIGTERM, _leave)
        try:
            server.run(sockets=[address])
        except SystemExit as ended:
            if ended.code and not server.started:
                raise Unreachable("Duebox could not start: the database stopped answering meanwhile") from None
            raise


def _leave(_number: int, _frame: FrameType | None) -> None:
    """The server raises the signal again once all is done; that is no failure."""
    sys.exit(0)


def server_of(app: FastAPI, host: str, port: int, proxies: str) -> uvicorn.Server:
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host,
            port,
            log_config=None,
            access_log=False,
            http=PatientProtocol,
            forwarded_allow_ips=proxies,
            timeout_graceful_shutdown=OPEN_REQUESTS_SECONDS,
        )
    )
    app.state.is_leaving = lambda: server.should_exit  # open streams end by themselves
    return server


def _bound(host: str, port: int) -> socket.socket:
    """The address, taken before anything is loaded, so that a port in use is said at once."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except OSError as error:
        found.close()
        what = f"DUEBOX_HTTP__HOST, DUEBOX_HTTP__PORT: {host}:{port} cannot be used ({error.strerror})"
        if error.errno == errno.EADDRINUSE:
            raise Unreachable(f"{what}; stop what listens there, or set another port") from None
        raise SettingInvalid(f"{what}; set an address of this machine") from None
    return found


async def serve_demo(folder: Path) -> None:
    """Serve the UI while the sample mails are worked; sign-in and progress are printed. Ends with Ctrl-C."""
    async with demo.prepared(folder) as ready:
        settings = settings_from_environment(secret_key="demo" * 8)
        address = _bound(settings.http.host, settings.http.port)
        app = create_app(ready.services, works=True)
        server = server_of(app, settings.http.host, settings.http.port, settings.http.proxies)
        serving = asyncio.create_task(server.serve(sockets=[address]))
        while not server.started and not serving.done():  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.05)
        if server.started:
            _welcome(ready, f"http://{settings.http.host}:{settings.http.port}")
            await demo.deliver(ready.services)
            with suppress(asyncio.CancelledError):
                await demo.watch(ready.services)
                await ready.services.insights.refresh_today()
        await serving


async def work_until_stopped(services: Services) -> None:
    """Work mail until SIGTERM or SIGINT; what is running is finished first."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    services.egress.watch()
    await services.start_working()
    await stop.wait()
    await services.stop_working()
    await services.close()


def _welcome(ready: demo.Demo, address: str) -> None:
    people = "\n".join(f"    {email:34} {role.value}" for email, _, role in demo.PEOPLE)
    sys.stdout.write(
        f"\nDuebox demo on {address}\n\n  Sign in as\n{people}\n  with the password {ready.password}\n\n"
        f"  Answers are filed in {ready.folder / 'outbox'} and never sent. Ctrl-C ends the demo.\n\n"
    )
    sys.stdout.flush()
