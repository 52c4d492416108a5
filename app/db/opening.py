"""Opening the database before anything else: what is missing is made, and what is wrong is said in one sentence."""

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import DBAPIError

from app.db.engine import is_sqlite, sqlite_path
from app.db.sealing import Keyring
from app.db.tables.mail import MailboxRow
from app.domain.errors import AppError, DatabaseBusy, SettingInvalid, Unreachable

REFUSALS = ("password authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied")
"""What PostgreSQL says when waiting would not help."""


def check_key(engine: sa.Engine, keyring: Keyring) -> None:
    """Raises SettingInvalid when this database was written with another key, before anything is sealed with ours."""
    with engine.connect() as connection:
        sealed = connection.execute(sa.select(MailboxRow.id, MailboxRow.secret).limit(1)).first()
    if sealed is None:
        return
    try:
        keyring.open(sealed.id, sealed.secret)
    except InvalidTag:
        raise SettingInvalid(
            "DUEBOX_SECRET_KEY is not the key that this database was written with; set that one,"
            " or DUEBOX_DATABASE_URL for another database"
        ) from None


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
