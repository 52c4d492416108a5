"""What is owed: imports, reminders, claims and case files."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Services
from app.commands.session import OK, WRONG, AsJson, print_json, with_services
from app.ledger.adapter_files import named
from app.ledger.written_days import DayOrder
from app.operations import administration, claims_shown, planning, standings

root = typer.Typer()
ledger = typer.Typer(no_args_is_help=True, help="What is owed, and by whom.")
reminders = typer.Typer(no_args_is_help=True, help="Who hears from us, when and why.")
casefile = typer.Typer(no_args_is_help=True, help="Case files for a legal partner.")

AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to plan for.")]


@root.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="customers, contacts, invoices, payments or documents")],
    file: Annotated[Path, typer.Argument(exists=True, help="CSV or .xlsx; for documents a folder.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
    snapshot: Annotated[bool, typer.Option("--snapshot", help="The file holds all open items.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Close more than 20 % of the open items.")] = False,
    partial: Annotated[
        bool | None, typer.Option("--partial/--whole", help="The file holds only what has changed, or all.")
    ] = None,
    dates: Annotated[
        DayOrder | None, typer.Option(help="What stands first in dates that can be read two ways.")
    ] = None,
    adapter: Annotated[
        str, typer.Option(help="Whose export the file is, or a file of your own (.toml): see app/ledger/README.md.")
    ] = "",
    currency: Annotated[str, typer.Option(help="With an adapter: the currency where the file says none.")] = "",
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
                kind,
                file,
                dry_run=dry_run,
                snapshot=snapshot,
                confirmed=yes,
                adapter=named(adapter),
                currency=currency,
                partial=partial,
                order=dates,
            )
        )

    typer.echo(with_services(take))


@ledger.command("check")
def ledger_check(as_json: AsJson = False) -> None:
    """Look through the ledger for what would make a reminder wrong, late or unsendable."""
    report = with_services(lambda s: s.quality.report())
    if as_json:
        print_json(report.as_dict())
    else:
        typer.echo(str(report))
    raise typer.Exit(OK if report.is_clean else WRONG)


@ledger.command("claims")
def ledger_claims(customer: str, as_json: AsJson = False) -> None:
    """Statutory interest and fixed sums of late invoices up to today, paid ones included, as the policy claims them."""
    found = with_services(lambda s: s.claims.of(customer))
    if as_json:
        print_json(claims_shown.as_json(found))
    else:
        typer.echo("\n".join(claims_shown.in_words(found)))
    if any(one.missing for one in found):
        raise typer.Exit(WRONG)


@ledger.command("standing")
def ledger_standing(customer: str, as_json: AsJson = False) -> None:
    """Signals, value at risk, expected payment days and the next best action of a customer, with their reasons."""
    standing = with_services(lambda s: s.next_steps.of(customer))
    if as_json:
        print_json(standings.as_data(standing))
    else:
        typer.echo("\n".join(standings.in_words(standing)))


@reminders.command("plan")
def reminders_plan(as_of: AsOf, as_json: AsJson = False) -> None:
    """Who would be reminded of what, how and when; and who not, with the reason."""
    with_services(lambda s: planning.print_plan(s, as_of.date(), as_json=as_json))


@reminders.command("explain")
def reminders_explain(customer: str, as_of: AsOf) -> None:
    """Everything that one customer's outcome depends on."""
    typer.echo(with_services(lambda s: planning.explain(s, customer, as_of.date())))


@casefile.command("make")
def casefile_make(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")],
    purpose: Annotated[str, typer.Option(help="Why it leaves the house.")] = "legal_action",
) -> None:
    """Write all that is kept of a customer; that it was made is noted."""
    made = with_services(lambda s: administration.make_case_file(s, customer, purpose, out))
    typer.echo(f"{out}: {made.letters} mails, {made.entries} audit entries, seal {made.seal}")


@casefile.command("verify")
def casefile_verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    checkpoint: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The checkpoint that its entries must stand under.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute every hash of a case file anew; needs no database."""
    from app.papers.archive import check  # noqa: PLC0415  # only this command needs it
    from app.papers.proof import anchor_in  # noqa: PLC0415

    checked = check(file, anchor_in(checkpoint.read_bytes(), str(checkpoint)) if checkpoint else None)
    if as_json:
        print_json(asdict(checked))
    else:
        state = "; ".join(checked.faults) or "intact"
        typer.echo(f"{file}: {checked.files} files, {checked.entries} audit entries, seal {checked.seal}: {state}")
    raise typer.Exit(WRONG if checked.faults else OK)
