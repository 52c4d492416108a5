"""What commands share: services beside a running `serve`, JSON for machines, and exit codes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.logging import set_up_logging

OK, WRONG, USAGE, TRY_AGAIN = 0, 1, 2, 75

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def with_services(work: Callable[[Services], Awaitable[T]]) -> T:
    """Run something beside a running `serve`: no lock is taken, nothing is worked."""
    settings = settings_from_environment()
    prepare_database(settings.database_url, secret_key=settings.secret_key.get_secret_value())
    return beside(work)


def beside(work: Callable[[Services], Awaitable[T]]) -> T:
    """The same on a database as it is, be it empty or of an older schema."""
    set_up_logging(level="WARNING")
    services = build(settings_from_environment(), holder="duebox")

    async def run() -> T:
        try:
            return await work(services)
        finally:
            await services.close()

    return asyncio.run(run())


def print_json(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
