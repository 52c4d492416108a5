"""A ledger file is opened by its name: CSV, or an Excel workbook."""

from collections.abc import Sequence
from pathlib import Path

from app.domain.errors import BadRow, ImportRefused
from app.ledger.csv_files import open_csv
from app.ledger.headers import likeness
from app.ledger.sheets import open_sheet
from app.ledger.sources import FindHead, Head, Source, first_head

OFTEN = "cp1252"
"""How exports are written that are not UTF-8, where nobody said how."""


def open_source(path: Path, find: FindHead = first_head, *, encoding: str = "", is_list: bool = False) -> Source:
    """`find` says which row is the header; `encoding` is that of a CSV file that is not UTF-8; `is_list`: a printed
    list, with titles, headings and totals. Raises ImportRefused, or Invalid when there is no such file."""
    is_sheet = path.suffix.lower() == ".xlsx"
    source = open_sheet(path, find) if is_sheet else open_csv(path, find, encoding=encoding, is_list=is_list)
    if isinstance(source, BadRow):
        raise ImportRefused([source])
    return source


def open_ours(path: Path, kind: str) -> Source:
    """A file with our own columns. One that cannot be one is told from an export of another system.

    Raises ImportRefused, or Invalid when there is no such file.
    """
    try:
        return open_source(path)
    except ImportRefused as refused:
        source = None if path.suffix.lower() == ".xlsx" else open_csv(path, _any_head, encoding=OFTEN)
        alike = None if source is None or isinstance(source, BadRow) else likeness(path.name, source.heads, kind)
        raise (ImportRefused([alike]) if alike else refused) from None


def _any_head(_name: str, heads: Sequence[Head]) -> Head:
    return heads[0] if heads else Head(1, ())
