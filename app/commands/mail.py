"""Mailboxes, a local mail server that delivers, and what could not be worked."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.bootstrap import settings_from_environment
from app.commands.session import AsJson, print_json, with_services
from app.operations import administration, authorising, delivering, mailboxes, retiring

root = typer.Typer()
MOST_UNDO = 300

mailbox = typer.Typer(no_args_is_help=True, help="Mailboxes that Duebox watches.")
quarantine = typer.Typer(no_args_is_help=True, help="Mail that could not be worked.")


@root.command()
def deliver(mailbox: Annotated[str, typer.Option(help="The mailbox that the mail is for.")]) -> None:
    """Take a mail on standard input from a local mail server; exit codes as in sysexits.h (0 stored, 75 try again)."""
    raw = delivering.read_mail_from(sys.stdin.buffer)
    with_services(lambda s: delivering.deliver(s, mailbox, raw, s.clock()))


@mailbox.command("add")
def mailbox_add(
    name: str,
    address: Annotated[str, typer.Option(help="The address that Duebox answers from.")],
    imap_host: str = "",
    imap_port: Annotated[int, typer.Option(min=1, max=65535)] = 993,
    username: str = "",
    password_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    folder: str = "INBOX",
    security: Annotated[str, typer.Option(help="tls, starttls or none")] = "tls",
    since: Annotated[str, typer.Option(help="Read older mail for its threads, from this date (YYYY-MM-DD).")] = "",
    webhook: Annotated[
        str, typer.Option(help="raw, mailgun, sendgrid, postmark or ses: mail is posted to a URL instead.")
    ] = "",
    secret_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    team: Annotated[str, typer.Option(help="How drafts are signed.")] = "",
    authserv_id: Annotated[str, typer.Option(help="Whose Authentication-Results to believe.")] = "",
    sent_copy: Annotated[str, typer.Option(help="server, append or none")] = "none",
    once_stored: Annotated[str, typer.Option(help="What becomes of a stored mail: keep, seen or move.")] = "keep",
    move_to: Annotated[str, typer.Option(help="The folder for --once-stored move.")] = "",
    oauth: Annotated[str, typer.Option(help="microsoft or google: sign in there instead of a password.")] = "",
    client_id: Annotated[str, typer.Option(help="The id of your app registration there.")] = "",
    client_secret_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    tenant: Annotated[str, typer.Option(help="Microsoft: the directory, its id or domain.")] = "",
    oauth_authority: Annotated[str, typer.Option(help="Another address of the sign-in: a national cloud.")] = "",
    smtp_host: Annotated[str, typer.Option(help="The server that sends mail of this address, if another.")] = "",
    smtp_port: Annotated[int, typer.Option(min=1, max=65535)] = 587,
    smtp_security: Annotated[str, typer.Option(help="tls, starttls or none")] = "starttls",
    smtp_username: str = "",
    smtp_password_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    undo_seconds: Annotated[
        int | None, typer.Option(min=0, max=MOST_UNDO, help="How long a mail from here can be taken back.")
    ] = None,
) -> None:
    """Watch one more mailbox, from now on."""
    wish = mailboxes.MailboxWish(
        name=name,
        address=address,
        host=imap_host,
        port=imap_port,
        username=username,
        password=mailboxes.secret_from(password_file),
        folder=folder,
        security=security,
        since=since,
        webhook=webhook,
        secret=mailboxes.secret_from(secret_file),
        team=team,
        authserv_id=authserv_id,
        sent_copy=sent_copy,
        once_stored=once_stored,
        move_to=move_to,
        oauth=oauth,
        client_id=client_id,
        client_secret=mailboxes.secret_from(client_secret_file),
        tenant=tenant,
        oauth_authority=oauth_authority,
        smtp_host=smtp_host,
        smtp_port=smtp_port,
        smtp_security=smtp_security,
        smtp_username=smtp_username,
        smtp_password=mailboxes.secret_from(smtp_password_file),
        undo_seconds=undo_seconds,
        base=_base(settings_from_environment().http),
    )
    typer.echo(with_services(lambda s: mailboxes.add_mailbox(s, wish, typer.echo)))


@mailbox.command("list")
def mailbox_list(as_json: AsJson = False) -> None:
    """The mailboxes, and when each was last read."""
    rows = with_services(mailboxes.list_mailboxes)
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            health = row["last_error"] or row["last_read_at"] or "not read yet"
            typer.echo(f"{row['name']}\t{row['address']}\t{health if row['active'] else row['standing']}")


@mailbox.command("reauth")
def mailbox_reauth(
    name: str, password_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None
) -> None:
    """Sign in to a mailbox again, at its provider or with a new password."""
    password = mailboxes.secret_from(password_file)
    typer.echo(with_services(lambda s: authorising.reauthorise(s, name, password, typer.echo)))


@mailbox.command("pause")
def mailbox_pause(name: str) -> None:
    """Read a mailbox no more, until it is resumed. What came goes on, and approved answers leave."""
    typer.echo(with_services(lambda s: retiring.pause(s.database, name)))


@mailbox.command("resume")
def mailbox_resume(name: str) -> None:
    """Read a paused mailbox again, from where it was left."""
    typer.echo(with_services(lambda s: retiring.resume(s.database, name)))


@mailbox.command("remove")
def mailbox_remove(name: str) -> None:
    """Watch a mailbox no more, and forget how to sign in to it. Its mails and decisions are kept."""
    typer.echo(with_services(lambda s: retiring.remove(s.database, name)))


@mailbox.command("undo")
def mailbox_undo(
    name: str,
    seconds: Annotated[
        int | None, typer.Option(min=0, max=MOST_UNDO, help="Without it, as DUEBOX_UNDO_SECONDS says.")
    ] = None,
) -> None:
    """How long a mail from this mailbox can be taken back, answers and reminders."""
    typer.echo(with_services(lambda s: mailboxes.set_undo(s, name, seconds)))


@mailbox.command("test")
def mailbox_test(name: str) -> None:
    """Sign in to a mailbox and count its mails, changing nothing."""
    typer.echo(with_services(lambda s: mailboxes.try_mailbox(s, name)))


@quarantine.command("list")
def quarantine_list(as_json: AsJson = False) -> None:
    """Mail that could not be worked."""
    rows = with_services(administration.list_quarantine)
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            typer.echo(f"{row['id']}\t{row['mailbox']}\t{row['reason']}\t{row['attempts']}\t{row['received_at']}")


@quarantine.command("retry")
def quarantine_retry(
    message: Annotated[str, typer.Argument(help="The mail's id, or: all")],
) -> None:
    """Work a quarantined mail again."""
    count = with_services(lambda s: administration.retry_quarantine(s, message))
    typer.echo(f"{count} {'mail' if count == 1 else 'mails'} will be tried again")


def _base(http: Any) -> str:
    """Where this host answers; behind a proxy the same path holds under the name that it has outside."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(http.host, http.host)  # noqa: S104  # it is only named
    return f"http://{host}:{http.port}"
