"""Who may sign in, and the rights of those whose data is kept."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.commands.session import OK, WRONG, AsJson, print_json, with_services
from app.domain.people import DUEBOX
from app.operations import administration, mailboxes

users = typer.Typer(no_args_is_help=True, help="People who may sign in.")
privacy = typer.Typer(no_args_is_help=True, help="Rights of the people whose data is kept.")


@users.command("add")
def users_add(
    email: str,
    name: Annotated[str, typer.Option()] = "",
    role: Annotated[str, typer.Option(help="collector, manager, auditor or admin")] = "collector",
    password_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
) -> None:
    """Let somebody sign in. Asks for the password, or reads it from a file."""
    password = _asked(password_file)
    with_services(lambda s: administration.add_user(s, email=email, name=name, role=role, password=password))
    typer.echo(f"{email} may sign in")


@users.command("password")
def users_password(
    email: str, password_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None
) -> None:
    """Set somebody's password and sign them out everywhere. Asks for it, or reads it from a file."""
    password = _asked(password_file)
    with_services(lambda s: s.identity.set_password(email, password))
    typer.echo(f"{email} has a new password, and is signed out")


def _asked(password_file: Path | None) -> str:
    return mailboxes.secret_from(password_file) or typer.prompt("Password", hide_input=True, confirmation_prompt=True)


@users.command("token")
def users_token(email: str) -> None:
    """Print a new API token, once."""
    typer.echo(with_services(lambda s: s.identity.new_token(email)))


@privacy.command("export")
def privacy_export(address: str, out: Annotated[Path, typer.Option(help="The ZIP file to write.")]) -> None:
    """Write all that is kept of a person."""
    count = with_services(lambda s: administration.export_subject(s, address, out))
    typer.echo(f"{out}: {count} mails")


@privacy.command("rectify")
def privacy_rectify(address: str, name: str = "", email: str = "", phone: str = "") -> None:
    """Put a person's contact right; do so in the accounting system too."""
    count = with_services(lambda s: s.privacy.rectify(address, name=name, email=email, phone=phone, by=DUEBOX))
    typer.echo(f"{count} contacts put right")


@privacy.command("erase")
def privacy_erase(address: str, as_json: AsJson = False) -> None:
    """Erase a person as far as the law lets us; exits 1 while something is left that can still be decided."""
    done = with_services(lambda s: s.privacy.erase(address, by=DUEBOX))
    if as_json:
        print_json(asdict(done))
    else:
        until = f" until {done.until} at the latest" if done.until else ""
        typer.echo(
            f"{done.contacts} contacts emptied, {done.erased} threads erased, {done.restricted} restricted{until},"
        )
        typer.echo(f"{done.held} under legal hold, {done.unfinished} still being worked: decide those, then ask again")
    raise typer.Exit(WRONG if done.unfinished else OK)


@privacy.command("hold")
def privacy_hold(customer: str) -> None:
    """Keep everything of a customer, whatever its age."""
    is_new = with_services(lambda s: s.privacy.hold(customer, by=DUEBOX))
    typer.echo(f"{customer} is {'now' if is_new else 'already'} under legal hold")


@privacy.command("lift")
def privacy_lift(customer: str) -> None:
    """End a legal hold."""
    with_services(lambda s: s.privacy.lift(customer, by=DUEBOX))
    typer.echo(f"{customer} is no longer under legal hold")


@privacy.command("dossier")
def privacy_dossier(out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None) -> None:
    """Records of processing, recipients, retention: from the running configuration, as Markdown."""
    text = with_services(lambda s: s.dossier.make(by=DUEBOX))
    out.write_text(text, encoding="utf-8") if out else typer.echo(text)
