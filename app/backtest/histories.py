"""Old mail as people keep it: an mbox file, a Maildir, a folder of .eml files, one mail. Nothing in it is changed."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

from app.domain.errors import Invalid


def mails_of(history: Path) -> Iterator[tuple[str, bytes]]:
    """Each mail with the name by which it can be found again. Raises Invalid for what is no such thing."""
    try:
        if history.is_dir():
            yield from _of_folder(history)
        else:
            yield from _of_file(history)
    except OSError as error:
        raise Invalid(f"{error.filename or history} cannot be read: {error.strerror}") from error


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    if all((folder / part).is_dir() for part in ("cur", "new")):
        files = sorted(file for part in ("cur", "new") for file in (folder / part).iterdir() if file.is_file())
    else:
        files = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".eml" and file.is_file())
    if not files:
        raise Invalid(f"{folder} is neither a Maildir with mail in it nor a folder with .eml files")
    for file in files:
        yield str(file.relative_to(folder)), file.read_bytes()


def _of_file(file: Path) -> Iterator[tuple[str, bytes]]:
    with file.open("rb") as start:
        is_mbox = start.read(5) == b"From "
    if not is_mbox:
        yield file.name, file.read_bytes()
        return
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.keys(), 1):
            yield f"mail {number}", box.get_bytes(key)
    finally:
        box.close()
