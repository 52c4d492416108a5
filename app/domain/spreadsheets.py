"""What a spreadsheet makes of a cell."""

import re

_RUN = re.compile(r"^(?=[\t\r\n])|(?:^|(?<=;)|(?<=[\s\S][\t\r\n]))(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a formula would begin: at the beginning of a cell, and after what parts cells too where a comma is a decimal
sign (";") or in a text that is pasted. The wide forms are signs of Japanese spreadsheets."""


def harmless(cell: str) -> str:
    """A text that a spreadsheet would run gets an apostrophe; a number stays one."""
    is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return cell if is_number else _RUN.sub("'", cell)
