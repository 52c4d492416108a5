"""Duebox itself: its demo, its processes, its database, and whether all is well."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.commands.session import OK, WRONG, AsJson, beside, print_json
from app.logging import set_up_logging

root = typer.Typer()
db = typer.Typer(no_args_is_help=True, help="The database.")


@root.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="Do the work, print a JSON summary, and end.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo's database and sent mails go.")] = Path("build/demo"),
) -> None:
    """A fresh instance with a sample ledger and mailbox, worked through."""
    from app.demo import run as demo_run  # noqa: PLC0415  # the web server and its pages: other commands need none
    from app.operations import running  # noqa: PLC0415

    set_up_logging(level="WARNING")
    if check:
        summary = asyncio.run(demo_run.check(folder))
        print_json(summary)
        raise typer.Exit(OK if summary["ok"] else WRONG)
    asyncio.run(running.serve_demo(folder))


@root.command()
def serve() -> None:
    """API and UI; on SQLite this process works the mail too."""
    from app.operations import running  # noqa: PLC0415  # likewise

    settings = settings_from_environment()
    set_up_logging(level=settings.log_level)
    services = build(settings, holder="duebox serve")
    _open_database(services, settings.secret_key.get_secret_value())
    running.serve_until_stopped(services, settings.http.host, settings.http.port, settings.http.proxies)


@root.command()
def worker() -> None:
    """One more worker (PostgreSQL), or the only one."""
    from app.operations import running  # noqa: PLC0415  # likewise

    settings = settings_from_environment()
    set_up_logging(level=settings.log_level)
    services = build(settings, holder="duebox worker")
    _open_database(services, settings.secret_key.get_secret_value())
    asyncio.run(running.work_until_stopped(services))


@root.command()
def doctor(as_json: AsJson = False) -> None:
    """Check IMAP, SMTP, database, model and clock, with a hint each."""
    from app.operations import doctor as examination  # noqa: PLC0415  # it loads the clients that it tries

    settings = settings_from_environment()
    set_up_logging(level="ERROR")
    findings = asyncio.run(examination.examine(settings))
    if as_json:
        print_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            typer.echo(finding.line())
    raise typer.Exit(OK if all(finding.is_ok for finding in findings) else WRONG)


@root.command()
def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")], as_json: AsJson = False
) -> None:
    """Copy the whole database into one file, while Duebox works. DUEBOX_SECRET_KEY is not in it: keep it apart."""
    from app.operations import backup as copying  # noqa: PLC0415  # only this command needs it

    manifest = beside(lambda s: copying.back_up(s, file))
    if as_json:
        print_json(asdict(manifest))
    else:
        mails = sum(manifest.facts.messages.values())
        typer.echo(f"{file}: {manifest.origin}, {mails} mails, sealed under {', '.join(manifest.facts.keys)}")
        typer.echo(f"it opens with the secret {manifest.secret[:16]} alone: see `duebox keys escrow`")


@root.command()
def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: AsJson = False) -> None:
    """Fill an empty database from a backup, verify it, and let nothing leave by itself that may have left since."""
    from app.operations import restoring  # noqa: PLC0415  # likewise

    def build_on(url: str) -> Services:
        return build(settings_from_environment(database_url=url), holder="duebox restore")

    done = beside(lambda s: restoring.restore(s, file, build_on))
    if as_json:
        print_json(asdict(done))
    else:
        typer.echo(restoring.in_words(done))
    raise typer.Exit(WRONG if done.faults else OK)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date."""
    settings = settings_from_environment()
    set_up_logging(level="WARNING")
    prepare_database(settings.database_url)
    typer.echo("the database is up to date")


def _open_database(services: Services, secret_key: str) -> None:
    """For a process that works: on SQLite only one at a time may."""
    if services.lock is not None:
        services.lock.take()
    prepare_database(services.url, secret_key=secret_key)
