"""Processes that stay up: the demo and the worker."""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn

from app.bootstrap import Services, settings_from_environment
from app.demo import run as demo
from app.main import create_app


async def serve_demo(folder: Path) -> None:
    """Serve the UI while the sample mails are worked; sign-in and progress are printed. Ends with Ctrl-C."""
    async with demo.prepared(folder) as ready:
        settings = settings_from_environment(secret_key="demo" * 8)
        app = create_app(ready.services, works=True)
        server = uvicorn.Server(
            uvicorn.Config(app, settings.http.host, settings.http.port, log_config=None, access_log=False)
        )
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.05)
        if server.started:
            _welcome(ready, f"http://{settings.http.host}:{settings.http.port}")
            await demo.deliver(ready.services)
            with suppress(asyncio.CancelledError):
                await demo.watch(ready.services)
        await serving


async def work_until_stopped(services: Services) -> None:
    """Work mail until SIGTERM or SIGINT; what is running is finished first."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await services.start_working()
    await stop.wait()
    await services.stop_working()
    await services.close()


def _welcome(ready: demo.Demo, address: str) -> None:
    people = "\n".join(
        f"    {email:34} {role.value}" for email, _, role in (demo.COLLECTOR, demo.MANAGER, demo.AUDITOR)
    )
    sys.stdout.write(
        f"\nDuebox demo on {address}\n\n  Sign in as\n{people}\n  with the password {ready.password}\n\n"
        f"  Answers are filed in {ready.folder / 'outbox'} and never sent. Ctrl-C ends the demo.\n\n"
    )
    sys.stdout.flush()
