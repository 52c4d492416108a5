"""Reads a collections mailbox, drafts the answers, and leaves every decision to a person.

The `duebox` command: each of its commands is a thin call into a station.

Exit codes: 0 ok; 1 found something wrong (doctor, a ledger file's rows, a broken chain, a mail that cannot be read);
2 usage or settings; 75 try again (EX_TEMPFAIL): the database does not answer, or another process holds it.
"""

import os
import sys

import typer
from sqlalchemy.exc import SQLAlchemyError

from app.commands import audit, ledger, mail, people, process, trial
from app.commands.session import TRY_AGAIN, USAGE, WRONG
from app.domain.errors import AppError, DatabaseBusy, DocumentsRefused, ImportRefused, Invalid, Unreachable
from app.operations import delivering

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__.splitlines()[0]
)
for commands in (process.root, trial.root, mail.root, ledger.root):
    cli.add_typer(commands)
for name, group in (
    ("mailbox", mail.mailbox),
    ("ledger", ledger.ledger),
    ("reminders", ledger.reminders),
    ("casefile", ledger.casefile),
    ("users", people.users),
    ("quarantine", mail.quarantine),
    ("audit", audit.audit),
    ("db", process.db),
    ("keys", audit.keys),
    ("privacy", people.privacy),
):
    cli.add_typer(group, name=name)


def main() -> None:
    """Run the command; an error of ours is one message and an exit code, never a traceback."""
    if sys.argv[1:2] == ["deliver"]:
        code, said = delivering.sysexit_of(cli)
        delivering.tell(said)
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


if __name__ == "__main__":
    main()
