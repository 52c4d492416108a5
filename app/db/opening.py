"""Opening the database before anything else: what is missing is made, and what is wrong is said in one sentence."""

import re
from collections.abc import Iterable

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import DBAPIError

from app.db.engine import is_sqlite, sqlite_path, sync_engine
from app.db.sealing import Keyring
from app.db.tables.ledger import HoldRow
from app.db.tables.mail import MailboxRow
from app.db.tables.papers import DocumentRow
from app.db.tables.privacy import MasterKeyRow
from app.domain.errors import AppError, DatabaseBusy, SettingInvalid, Unreachable
from app.domain.recipients import SES, Recipient, of_mailbox

SNS = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com")

UNFINISHED = "restore_unfinished"
"""A table that marks a database into which a backup is being restored, until nothing in it would leave by itself."""

FIRST_SEALED = (
    (MailboxRow.id, MailboxRow.secret),
    (DocumentRow.id, DocumentRow.content),
    (HoldRow.id, HoldRow.reason),
)
"""What may be the first to be sealed in a database; conversations come by a mailbox."""

REFUSALS = ("password authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied")
"""What PostgreSQL says when waiting would not help."""


def check_key(engine: sa.Engine, keyring: Keyring) -> None:
    """Raises SettingInvalid when this database was written with another key, before anything is sealed with ours."""
    with engine.connect() as connection:
        found = [
            connection.execute(sa.select(row, sealed).where(sealed.is_not(None)).limit(1)).first()
            for row, sealed in FIRST_SEALED
        ]
    try:
        keyring.index("")  # opens the stored keys, if there are any
        for row, sealed in filter(None, found):
            keyring.open(row, sealed or b"")
    except InvalidTag:
        raise SettingInvalid(
            "DUEBOX_SECRET_KEY is not the key that this database was written with; set that one,"
            " or DUEBOX_DATABASE_URL for another database"
        ) from None


def refuse_unfinished(engine: sa.Engine) -> None:
    """Raises SettingInvalid where a restore has not come to its end."""
    with engine.connect() as connection:
        if sa.inspect(connection).has_table(UNFINISHED):
            raise SettingInvalid(
                "DUEBOX_DATABASE_URL: a backup is being restored into this database, or that was broken off:"
                " wait for its end, or drop the database, make it anew, and restore again"
            )


def stored_keys(url: str) -> dict[str, bytes]:
    """The sealed keys of a database whose keys were rotated; none of one that never was."""
    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            return {row.id: row.sealed for row in connection.execute(sa.select(MasterKeyRow.id, MasterKeyRow.sealed))}
    finally:
        engine.dispose()


def is_listed(url: str, recipients: Iterable[Recipient], host: str) -> bool:
    """Whether settings or a mailbox name this host, or a mailbox asks for the certificates of Amazon's SNS."""
    if any(recipient.host == host for recipient in recipients):
        return True
    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            boxes = connection.execute(
                sa.select(MailboxRow.host, MailboxRow.smtp_host, MailboxRow.scheme, MailboxRow.oauth).where(
                    MailboxRow.secret.is_not(None)
                )
            ).all()
    finally:
        engine.dispose()
    listed = {recipient.host for box in boxes for recipient in of_mailbox(*box)}
    return host in listed or (SES.host in listed and SNS.fullmatch(host) is not None)


def why_not(url: str, error: DBAPIError) -> AppError:
    """The fact behind a driver's error while opening: DatabaseBusy and Unreachable may pass, SettingInvalid will not.

    A driver's own text may name people, so it is never repeated.
    """
    said = str(error.orig)
    if is_sqlite(url):
        if "locked" in said:
            return DatabaseBusy(f"the database {sqlite_path(url)} is busy; try again")
        return SettingInvalid(
            f"DUEBOX_DATABASE_URL: {sqlite_path(url)} cannot be opened as an SQLite database;"
            " check that its folder is there and writable, and that the file is one of Duebox"
        )
    parsed = sa.make_url(url)
    server = f"{parsed.host or 'localhost'}:{parsed.port or 5432}"
    if any(word in said for word in REFUSALS):
        return SettingInvalid(
            f"DUEBOX_DATABASE_URL: the server at {server} refuses us; check user, password and database name"
        )
    return Unreachable(
        f"DUEBOX_DATABASE_URL: the server at {server} does not answer; check host and port, and that PostgreSQL runs"
    )
