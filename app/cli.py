"""The `duebox` command. Each command is a thin call into a station.

Exit codes: 0 ok; 1 found something wrong (doctor, a ledger file's rows, a broken chain, a mail that cannot be read);
2 usage or settings; 75 try again (EX_TEMPFAIL): the database does not answer, or another process holds it.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.domain.errors import AppError, DatabaseBusy, DocumentsRefused, ImportRefused, Invalid, Unreachable
from app.domain.people import DUEBOX
from app.logging import set_up_logging
from app.operations import (
    administration,
    authorising,
    claims_shown,
    corrections,
    delivering,
    mailboxes,
    planning,
    standings,
)

OK, WRONG, USAGE, TRY_AGAIN = 0, 1, 2, 75

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__.splitlines()[0]
)
mailbox = typer.Typer(no_args_is_help=True, help="Mailboxes that Duebox watches.")
ledger = typer.Typer(no_args_is_help=True, help="What is owed, and by whom.")
casefile = typer.Typer(no_args_is_help=True, help="Case files for a legal partner.")
users = typer.Typer(no_args_is_help=True, help="People who may sign in.")
quarantine = typer.Typer(no_args_is_help=True, help="Mail that could not be worked.")
audit = typer.Typer(no_args_is_help=True, help="The tamper-evident log.")
reminders = typer.Typer(no_args_is_help=True, help="Who hears from us, when and why.")
db = typer.Typer(no_args_is_help=True, help="The database.")
privacy = typer.Typer(no_args_is_help=True, help="Rights of the people whose data is kept.")
keys = typer.Typer(no_args_is_help=True, help="The keys that seal what is stored.")
for group, name in (
    (mailbox, "mailbox"),
    (ledger, "ledger"),
    (reminders, "reminders"),
    (casefile, "casefile"),
    (users, "users"),
    (quarantine, "quarantine"),
    (audit, "audit"),
    (db, "db"),
    (keys, "keys"),
    (privacy, "privacy"),
):
    cli.add_typer(group, name=name)

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to plan for.")]
log = structlog.get_logger()


def main() -> None:
    """Run the command; an error of ours is one message and an exit code, never a traceback."""
    if sys.argv[1:2] == ["deliver"]:
        code, said = delivering.sysexit_of(cli)
        sys.stderr.write(f"duebox: {said}\n" if said else "")
        sys.exit(code)
    try:
        cli()
    except DatabaseBusy as busy:
        _complain(busy, TRY_AGAIN)
    except Unreachable as away:
        _complain(away, TRY_AGAIN)
    except (ImportRefused, DocumentsRefused) as refused:
        _complain(refused, WRONG)
    except Invalid as invalid:
        _complain(invalid, USAGE)
    except AppError as error:
        _complain(error, WRONG)
    except SQLAlchemyError as error:
        _complain(f"DUEBOX_DATABASE_URL: the database does not answer as it should ({type(error).__name__})", TRY_AGAIN)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read our output has seen enough
    except OSError as error:
        _complain(f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}", WRONG)


def _complain(error: AppError | str, code: int) -> None:
    sys.stderr.write(f"duebox: {error}\n")
    sys.exit(code)


def _with_services(work: Callable[[Services], Awaitable[T]]) -> T:
    """Run something beside a running `serve`: no lock is taken, nothing is worked."""
    settings = settings_from_environment()
    prepare_database(settings.database_url, secret_key=settings.secret_key.get_secret_value())
    return _beside(work)


def _beside(work: Callable[[Services], Awaitable[T]]) -> T:
    """The same on a database as it is, be it empty or of an older schema."""
    set_up_logging(level="WARNING")
    services = build(settings_from_environment(), holder="duebox restore")

    async def run() -> T:
        try:
            return await work(services)
        finally:
            await services.close()

    return asyncio.run(run())


def _open_database(services: Services, secret_key: str) -> None:
    """For a process that works: on SQLite only one at a time may."""
    if services.lock is not None:
        services.lock.take()
    prepare_database(services.url, secret_key=secret_key)


def _base(http: Any) -> str:
    """Where this host answers; behind a proxy the same path holds under the name that it has outside."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(http.host, http.host)  # noqa: S104  # it is only named
    return f"http://{host}:{http.port}"


def _print(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


@cli.command()
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
        _print(summary)
        raise typer.Exit(OK if summary["ok"] else WRONG)
    asyncio.run(running.serve_demo(folder))


@cli.command()
def serve() -> None:
    """API and UI; on SQLite this process works the mail too."""
    from app.operations import running  # noqa: PLC0415  # likewise

    settings = settings_from_environment()
    set_up_logging(level=settings.log_level)
    services = build(settings, holder="duebox serve")
    _open_database(services, settings.secret_key.get_secret_value())
    running.serve_until_stopped(services, settings.http.host, settings.http.port)


@cli.command()
def worker() -> None:
    """One more worker (PostgreSQL), or the only one."""
    from app.operations import running  # noqa: PLC0415  # likewise

    settings = settings_from_environment()
    set_up_logging(level=settings.log_level)
    services = build(settings, holder="duebox worker")
    _open_database(services, settings.secret_key.get_secret_value())
    asyncio.run(running.work_until_stopped(services))


@cli.command()
def doctor(as_json: AsJson = False) -> None:
    """Check IMAP, SMTP, database, model and clock, with a hint each."""
    from app.operations import doctor as examination  # noqa: PLC0415  # it loads the clients that it tries

    settings = settings_from_environment()
    set_up_logging(level="ERROR")
    findings = asyncio.run(examination.examine(settings))
    if as_json:
        _print([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            typer.echo(finding.line())
    raise typer.Exit(OK if all(finding.is_ok for finding in findings) else WRONG)


@cli.command("corrections")
def export_corrections(out: Annotated[Path, typer.Argument(help="The JSONL file to write.")]) -> None:
    """Write what people corrected as a data set, for `python -m evals train --extra`; the export is noted."""
    lines = _with_services(corrections.exported)
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(lines)} {'correction' if len(lines) == 1 else 'corrections'} written to {out}")


@cli.command()
def triage(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    ledger: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The account, as JSON.")] = None,
    as_json: AsJson = False,
) -> None:
    """The agent on mail files: nothing is stored, nothing is sent."""
    from app.operations import mail_files  # noqa: PLC0415  # it loads the models, which no other command needs

    set_up_logging(level="ERROR")
    lines = asyncio.run(mail_files.triage_files(files, ledger))
    if as_json:
        _print(lines)
    for line in lines if not as_json else ():
        typer.echo(mail_files.in_words(line))
    raise typer.Exit(WRONG if any("error" in line for line in lines) else OK)


@cli.command()
def backtest(
    history: Annotated[Path, typer.Argument(exists=True, help="An mbox file, a Maildir, or a folder of .eml files.")],
    report: Annotated[Path | None, typer.Option(help="Write the report here, as one HTML file.")] = None,
    ledger: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="One account, as JSON.")] = None,
    minutes: Annotated[float, typer.Option(min=0, help="What a mail takes a person today: for the estimate.")] = 5,
    limit: Annotated[int | None, typer.Option(min=1, help="Read so many mails at most.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run old mail through the agent: what would have happened. Nothing is stored, and nothing can be sent."""
    from app.operations import backtesting  # noqa: PLC0415  # it loads the models

    set_up_logging(level="ERROR")
    wish = backtesting.Wish(history, report, ledger, Decimal(f"{minutes:g}"), limit)
    counts = asyncio.run(backtesting.backtest(wish))
    if as_json:
        _print(counts)
    else:
        typer.echo(backtesting.in_words(counts))


@cli.command()
def deliver(mailbox: Annotated[str, typer.Option(help="The mailbox that the mail is for.")]) -> None:
    """Take a mail on standard input from a local mail server; exit codes as in sysexits.h (0 stored, 75 try again)."""
    raw = delivering.read_mail_from(sys.stdin.buffer)
    _with_services(lambda s: delivering.deliver(s, mailbox, raw, s.clock()))


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")], as_json: AsJson = False
) -> None:
    """Copy the whole database into one file, while Duebox works. DUEBOX_SECRET_KEY is not in it: keep it apart."""
    from app.operations import backup as copying  # noqa: PLC0415  # only this command needs it

    manifest = _beside(lambda s: copying.back_up(s, file))
    if as_json:
        _print(asdict(manifest))
    else:
        mails = sum(manifest.facts.messages.values())
        typer.echo(f"{file}: {manifest.origin}, {mails} mails, sealed under {', '.join(manifest.facts.keys)}")


@cli.command()
def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: AsJson = False) -> None:
    """Fill an empty database from a backup, verify it, and let nothing leave by itself that may have left since."""
    from app.operations import restoring  # noqa: PLC0415  # likewise

    def build_on(url: str) -> Services:
        return build(settings_from_environment(database_url=url), holder="duebox restore")

    done = _beside(lambda s: restoring.restore(s, file, build_on))
    if as_json:
        _print(asdict(done))
    else:
        typer.echo(restoring.in_words(done))
    raise typer.Exit(WRONG if done.faults else OK)


@cli.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="customers, contacts, invoices, payments or documents")],
    file: Annotated[Path, typer.Argument(exists=True, help="CSV or .xlsx; for documents a folder.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
    snapshot: Annotated[bool, typer.Option("--snapshot", help="The file holds all open items.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Close more than 20 % of the open items.")] = False,
    adapter: Annotated[str, typer.Option(help="Whose export the file is: see app/ledger/README.md.")] = "",
    company: Annotated[str | None, typer.Option(help="documents: whose invoice numbers the names are.")] = None,
    skip_unknown: Annotated[bool, typer.Option("--skip-unknown", help="documents: leave out unknown numbers.")] = False,
) -> None:
    """Take a ledger file or a folder of invoice copies, whole or not at all."""

    async def take(services: Services) -> str:
        if kind == "documents":
            return str(
                await services.documents.import_folder(
                    file, company=company, skip_unknown=skip_unknown, dry_run=dry_run
                )
            )
        return str(
            await services.ledger.import_file(
                kind, file, dry_run=dry_run, snapshot=snapshot, confirmed=yes, adapter=adapter
            )
        )

    typer.echo(_with_services(take))


@ledger.command("check")
def ledger_check(as_json: AsJson = False) -> None:
    """Look through the ledger for what would make a reminder wrong, late or unsendable."""
    report = _with_services(lambda s: s.quality.report())
    if as_json:
        _print(report.as_dict())
    else:
        typer.echo(str(report))
    raise typer.Exit(OK if report.is_clean else WRONG)


@ledger.command("claims")
def ledger_claims(customer: str, as_json: AsJson = False) -> None:
    """Statutory interest and fixed sums of late invoices up to today, paid ones included, as the policy claims them."""
    law, claims = _with_services(lambda s: s.claims.of(customer))
    if as_json:
        _print([claims_shown.as_data(claim, law) for claim in claims])
    else:
        typer.echo("\n".join(claims_shown.in_words(claims, law)))


@ledger.command("standing")
def ledger_standing(customer: str, as_json: AsJson = False) -> None:
    """Signals, value at risk, expected payment days and the next best action of a customer, with their reasons."""
    standing = _with_services(lambda s: s.standing.of(customer))
    if as_json:
        _print(standings.as_data(standing))
    else:
        typer.echo("\n".join(standings.in_words(standing)))


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
        base=_base(settings_from_environment().http),
    )
    typer.echo(_with_services(lambda s: mailboxes.add_mailbox(s, wish, typer.echo)))


@mailbox.command("list")
def mailbox_list(as_json: AsJson = False) -> None:
    """The mailboxes, and when each was last read."""
    rows = _with_services(mailboxes.list_mailboxes)
    if as_json:
        _print(rows)
    else:
        for row in rows:
            typer.echo(f"{row['name']}\t{row['address']}\t{row['last_error'] or row['last_read_at'] or 'not read yet'}")


@mailbox.command("reauth")
def mailbox_reauth(
    name: str, password_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None
) -> None:
    """Sign in to a mailbox again, at its provider or with a new password."""
    password = mailboxes.secret_from(password_file)
    typer.echo(_with_services(lambda s: authorising.reauthorise(s, name, password, typer.echo)))


@mailbox.command("test")
def mailbox_test(name: str) -> None:
    """Sign in to a mailbox and count its mails, changing nothing."""
    typer.echo(_with_services(lambda s: mailboxes.try_mailbox(s, name)))


@users.command("add")
def users_add(
    email: str,
    name: Annotated[str, typer.Option()] = "",
    role: Annotated[str, typer.Option(help="collector, manager, auditor or admin")] = "collector",
    password_file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
) -> None:
    """Let somebody sign in. Asks for the password, or reads it from a file."""
    password = mailboxes.secret_from(password_file) or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    _with_services(lambda s: administration.add_user(s, email=email, name=name, role=role, password=password))
    typer.echo(f"{email} may sign in")


@users.command("token")
def users_token(email: str) -> None:
    """Print a new API token, once."""
    typer.echo(_with_services(lambda s: s.identity.new_token(email)))


@quarantine.command("list")
def quarantine_list(as_json: AsJson = False) -> None:
    """Mail that could not be worked."""
    rows = _with_services(administration.list_quarantine)
    if as_json:
        _print(rows)
    else:
        for row in rows:
            typer.echo(f"{row['id']}\t{row['mailbox']}\t{row['reason']}\t{row['attempts']}\t{row['received_at']}")


@quarantine.command("retry")
def quarantine_retry(
    message: Annotated[str, typer.Argument(help="The mail's id, or: all")],
) -> None:
    """Work a quarantined mail again."""
    count = _with_services(lambda s: administration.retry_quarantine(s, message))
    typer.echo(f"{count} {'mail' if count == 1 else 'mails'} will be tried again")


@audit.command("verify")
def audit_verify(
    checkpoint: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None, as_json: AsJson = False
) -> None:
    """Walk the chains; name the first entry that does not fit."""
    verdicts = _with_services(lambda s: administration.verify_audit(s, checkpoint))
    if as_json:
        _print(verdicts)
    for verdict in verdicts if not as_json else ():
        state = f"entry {verdict['first_bad']} is {verdict['reason']}" if verdict["first_bad"] else "intact"
        typer.echo(f"{verdict['chain']}: {verdict['entries']} entries, {state}")
    raise typer.Exit(WRONG if any(verdict["first_bad"] for verdict in verdicts) else OK)


@audit.command("export")
def audit_export(
    out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl or csv")] = "jsonl",
) -> None:
    """Write the log of decisions; that it was exported is noted too."""
    _with_services(lambda s: administration.export_audit(s, out, form))


@audit.command("checkpoint")
def audit_checkpoint(
    out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
    mail_to: Annotated[str, typer.Option(help="Send them to this address instead.")] = "",
) -> None:
    """Write the heads of the chains, to be kept outside: later they prove that nothing was cut off."""
    if mail_to:
        _with_services(lambda s: administration.mail_checkpoints(s, mail_to))
        return
    text = json.dumps(_with_services(administration.checkpoints), indent=2, default=str)
    out.write_text(text + "\n", encoding="utf-8") if out else typer.echo(text)


@audit.command("replay")
def audit_replay(messages: Annotated[list[str], typer.Argument(help="Ids of mails.")], as_json: AsJson = False) -> None:
    """Decide about mails again with the recorded answers of the models; say what differs."""
    from app.operations.replay import replay  # noqa: PLC0415  # loads the readers and the redactor

    async def all_of_them(services: Services) -> list[dict[str, Any]]:
        return [asdict(one) async for one in replay(services, messages)]

    found = _with_services(all_of_them)
    if as_json:
        _print(found)
    for one in found if not as_json else ():
        typer.echo(f"{one['message_id']}: {one['recorded']}: {'; '.join(one['faults']) or 'the same again'}")
    raise typer.Exit(WRONG if any(one["faults"] for one in found) else OK)


@audit.command("public-key")
def audit_public_key() -> None:
    """Print the key that evidence is signed with: give it to whoever will check it, before they need it."""
    typer.echo(_with_services(lambda s: s.evidence.public_key()))


@audit.command("verify-bundle")
def audit_verify_bundle(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The key that it must bear.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compute every hash of an evidence bundle anew and check its signature; needs no database."""
    from app.papers.archive import check  # noqa: PLC0415  # only this command needs it
    from app.papers.signing import check_signature, fingerprint  # noqa: PLC0415

    checked = check(file)
    signed_with, wrong = check_signature(file, key.read_text(encoding="utf-8") if key else "")
    faults = [*checked.faults, *wrong]
    if as_json:
        _print({**asdict(checked), "public_key": signed_with, "faults": faults})
    else:
        state = "; ".join(faults) or "intact"
        typer.echo(f"{file}: {checked.files} files, {checked.entries} audit entries: {state}")
        typer.echo(f"signed with the key {fingerprint(signed_with)}{'' if key else ' (not compared with a known one)'}")
    raise typer.Exit(WRONG if faults else OK)


@reminders.command("plan")
def reminders_plan(as_of: AsOf, as_json: AsJson = False) -> None:
    """Who would be reminded of what, how and when; and who not, with the reason."""
    _with_services(lambda s: planning.print_plan(s, as_of.date(), as_json=as_json))


@reminders.command("explain")
def reminders_explain(customer: str, as_of: AsOf) -> None:
    """Everything that one customer's outcome depends on."""
    typer.echo(_with_services(lambda s: planning.explain(s, customer, as_of.date())))


@casefile.command("make")
def casefile_make(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")],
    purpose: Annotated[str, typer.Option(help="Why it leaves the house.")] = "legal_action",
) -> None:
    """Write all that is kept of a customer; that it was made is noted."""
    made = _with_services(lambda s: administration.make_case_file(s, customer, purpose, out))
    typer.echo(f"{out}: {made.letters} mails, {made.entries} audit entries, seal {made.seal}")


@casefile.command("verify")
def casefile_verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: AsJson = False
) -> None:
    """Compute every hash of a case file anew; needs no database."""
    from app.papers.archive import check  # noqa: PLC0415  # only this command needs it

    checked = check(file)
    if as_json:
        _print(asdict(checked))
    else:
        state = "; ".join(checked.faults) or "intact"
        typer.echo(f"{file}: {checked.files} files, {checked.entries} audit entries, seal {checked.seal}: {state}")
    raise typer.Exit(WRONG if checked.faults else OK)


@privacy.command("export")
def privacy_export(address: str, out: Annotated[Path, typer.Option(help="The ZIP file to write.")]) -> None:
    """Write all that is kept of a person."""
    count = _with_services(lambda s: administration.export_subject(s, address, out))
    typer.echo(f"{out}: {count} mails")


@privacy.command("rectify")
def privacy_rectify(address: str, name: str = "", email: str = "", phone: str = "") -> None:
    """Put a person's contact right; do so in the accounting system too."""
    count = _with_services(lambda s: s.privacy.rectify(address, name=name, email=email, phone=phone, by=DUEBOX))
    typer.echo(f"{count} contacts put right")


@privacy.command("erase")
def privacy_erase(address: str, as_json: AsJson = False) -> None:
    """Erase a person as far as the law lets us; exits 1 while something is left that can still be decided."""
    done = _with_services(lambda s: s.privacy.erase(address, by=DUEBOX))
    if as_json:
        _print(asdict(done))
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
    is_new = _with_services(lambda s: s.privacy.hold(customer, by=DUEBOX))
    typer.echo(f"{customer} is {'now' if is_new else 'already'} under legal hold")


@privacy.command("lift")
def privacy_lift(customer: str) -> None:
    """End a legal hold."""
    _with_services(lambda s: s.privacy.lift(customer, by=DUEBOX))
    typer.echo(f"{customer} is no longer under legal hold")


@privacy.command("dossier")
def privacy_dossier(out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None) -> None:
    """Records of processing, recipients, retention: from the running configuration, as Markdown."""
    text = _with_services(lambda s: s.dossier.make(by=DUEBOX))
    out.write_text(text, encoding="utf-8") if out else typer.echo(text)


@keys.command("rotate")
def keys_rotate(
    new_secret_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Change DUEBOX_SECRET_KEY to this file's content.")
    ] = None,
) -> None:
    """Make a new key and seal everything under it; interrupted, it goes on where it stopped."""
    secret = mailboxes.secret_from(new_secret_file)
    if secret:
        _with_services(lambda s: s.keys.change_secret(secret, by=DUEBOX))
        typer.echo("sealed under the new secret: set DUEBOX_SECRET_KEY to it, and start serve and worker anew")
        return
    done = _with_services(lambda s: s.keys.rotate(by=DUEBOX, say=typer.echo))
    forgotten = f"; forgot {', '.join(done.forgotten)}" if done.forgotten else ""
    typer.echo(f"{done.key_id}: {done.resealed} rows sealed anew{forgotten}")


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date."""
    settings = settings_from_environment()
    set_up_logging(level="WARNING")
    prepare_database(settings.database_url)
    typer.echo("the database is up to date")


if __name__ == "__main__":
    main()
