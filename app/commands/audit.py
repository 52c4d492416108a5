"""The tamper-evident log, evidence, and the keys that seal what is stored."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.audit.checkpoints import Place
from app.bootstrap import Services, settings_from_environment
from app.commands.session import OK, WRONG, AsJson, print_json, with_services
from app.domain.errors import Invalid
from app.domain.people import DUEBOX
from app.operations import administration, mailboxes

audit = typer.Typer(no_args_is_help=True, help="The tamper-evident log.")
keys = typer.Typer(no_args_is_help=True, help="The keys that seal what is stored.")


@audit.command("verify")
def audit_verify(
    checkpoint: Annotated[str, typer.Option(help="A file, or s3://bucket/key.")] = "", as_json: AsJson = False
) -> None:
    """Walk the chains; name the first entry that does not fit."""

    async def verify(services: Services) -> list[dict[str, Any]]:
        known = await services.checkpoints.known(checkpoint) if checkpoint else None
        return await administration.verify_audit(services, known, checkpoint)

    verdicts = with_services(verify)
    if as_json:
        print_json(verdicts)
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
    with_services(lambda s: administration.export_audit(s, out, form))


@audit.command("checkpoint")
def audit_checkpoint(
    out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
    mail_to: Annotated[str, typer.Option(help="Send them to this address instead.")] = "",
    put: Annotated[str, typer.Option(help="Put them under s3://bucket/prefix instead.")] = "",
    retain_days: Annotated[
        int | None,
        typer.Option(min=0, max=36_500, help="With --put: nobody can delete them before (0: no Object Lock)."),
    ] = None,
) -> None:
    """Write the heads of the chains, to be kept outside: later they prove that nothing was cut off."""
    if put:
        if retain_days is None:
            raise Invalid("--put needs --retain-days: for how many days nobody may delete it (0: no lock)")
        typer.echo(with_services(lambda s: s.checkpoints.put(Place(put, retain_days))))
        return
    if mail_to:
        with_services(lambda s: s.checkpoints.mail(mail_to))
        return
    text = json.dumps(with_services(administration.checkpoints), indent=2, default=str)
    out.write_text(text + "\n", encoding="utf-8") if out else typer.echo(text)


@audit.command("replay")
def audit_replay(messages: Annotated[list[str], typer.Argument(help="Ids of mails.")], as_json: AsJson = False) -> None:
    """Decide about mails again with the recorded answers of the models; say what differs."""
    from app.operations.replay import replay  # noqa: PLC0415  # loads the readers and the redactor

    async def all_of_them(services: Services) -> list[dict[str, Any]]:
        return [asdict(one) async for one in replay(services, messages)]

    found = with_services(all_of_them)
    if as_json:
        print_json(found)
    for one in found if not as_json else ():
        typer.echo(f"{one['message_id']}: {one['recorded']}: {'; '.join(one['faults']) or 'the same again'}")
    raise typer.Exit(WRONG if any(one["faults"] for one in found) else OK)


@audit.command("public-key")
def audit_public_key() -> None:
    """Print the key that evidence is signed with: give it to whoever will check it, before they need it."""
    typer.echo(with_services(lambda s: s.evidence.public_key()))


@audit.command("verify-bundle")
def audit_verify_bundle(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The key that it must bear.")] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The checkpoint that its entries must stand under.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute every hash of an evidence bundle anew and check its signature; needs no database."""
    from app.papers.archive import check  # noqa: PLC0415  # only this command needs it
    from app.papers.proof import anchor_in  # noqa: PLC0415
    from app.papers.signing import check_signature, fingerprint  # noqa: PLC0415

    checked = check(file, anchor_in(checkpoint.read_bytes(), str(checkpoint)) if checkpoint else None)
    signed_with, wrong = check_signature(file, key.read_text(encoding="utf-8") if key else "")
    faults = [*checked.faults, *wrong]
    if as_json:
        print_json({**asdict(checked), "public_key": signed_with, "faults": faults})
    else:
        state = "; ".join(faults) or "intact"
        typer.echo(f"{file}: {checked.files} files, {checked.entries} audit entries: {state}")
        typer.echo(f"signed with the key {fingerprint(signed_with)}{'' if key else ' (not compared with a known one)'}")
    raise typer.Exit(WRONG if faults else OK)


@keys.command("rotate")
def keys_rotate(
    new_secret_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Change DUEBOX_SECRET_KEY to this file's content.")
    ] = None,
) -> None:
    """Make a new key and seal everything under it; interrupted, it goes on where it stopped."""
    secret = mailboxes.secret_from(new_secret_file)
    if secret:
        with_services(lambda s: s.keys.change_secret(secret, by=DUEBOX))
        typer.echo("sealed under the new secret: set DUEBOX_SECRET_KEY to it, and start serve and worker anew")
        return
    done = with_services(lambda s: s.keys.rotate(by=DUEBOX, say=typer.echo))
    forgotten = f"; forgot {', '.join(done.forgotten)}" if done.forgotten else ""
    typer.echo(f"{done.key_id}: {done.resealed} rows sealed anew{forgotten}")


@keys.command("escrow")
def keys_escrow(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")],
    passphrase_file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Holds the passphrase.")],
) -> None:
    """Write DUEBOX_SECRET_KEY into a file that a passphrase opens: backups are worth nothing without it."""
    from app.operations import escrow  # noqa: PLC0415  # only this command needs it

    secret = settings_from_environment().secret_key.get_secret_value()
    words = mailboxes.secret_from(passphrase_file)
    mark = with_services(lambda s: escrow.put_in_escrow(s, secret, file, words, by=DUEBOX))
    typer.echo(f"{file}: opens backups of the secret {mark[:16]}; keep file and passphrase with different people")


@keys.command("recover")
def keys_recover(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    passphrase_file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Holds the passphrase.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The file to write the secret into.")],
) -> None:
    """Take DUEBOX_SECRET_KEY out of a file of `duebox keys escrow`; needs no database."""
    from app.operations import escrow  # noqa: PLC0415  # likewise

    escrow.write_secret(escrow.take_from_escrow(file, mailboxes.secret_from(passphrase_file)), out)
    typer.echo(f"{out}: set DUEBOX_SECRET_KEY_FILE to it, restore, and remove it")
