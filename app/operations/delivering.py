"""`duebox deliver`: a mail from a local mail server, by a pipe. Its exit codes are those of sysexits.h, which mail
servers act on:

    0  stored, the bytes are committed        64  wrong call            67  no such mailbox
    65 no mail, or too long: send it back     75  anything else: keep the mail, and try again

The mail's own bytes are its key, so that a second try of the same mail is the same mail. So whoever is told to end in
the middle of it, or has nobody to tell what was wrong, says 75 too: a code that no mail server knows, or a death by a
signal, sends the mail back at some of them.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from types import FrameType
from typing import BinaryIO

import structlog

from app.bootstrap import Services
from app.domain.errors import AppError, MailTooLarge, NotFound, Unreachable
from app.intake.incoming import MAX_BYTES, Incoming

_USAGE = 2
"""How the command line says that it was called wrongly."""

log = structlog.get_logger()


class NoMail(AppError):
    """There is nothing to deliver."""


def read_mail_from(stream: BinaryIO) -> bytes:
    """The mail, without the envelope line that some servers put before it. Raises NoMail or MailTooLarge."""
    raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise MailTooLarge(f"a mail may have {MAX_BYTES} bytes")
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    if not raw.strip():
        raise NoMail("there is no mail on standard input")
    return raw


async def deliver(services: Services, mailbox: str, raw: bytes, at: datetime) -> None:
    """Store a mail and queue its work; a running `serve` or `worker` takes it from there.

    Raises NotFound, or Unreachable when it is not stored.
    """
    async with services.database.read() as uow:
        row = await uow.mailboxes.by_name(mailbox)
    if row.is_removed:
        raise NotFound(f"the mailbox {mailbox} was removed")
    if not row.active:
        raise Unreachable(f"the mailbox {mailbox} is paused")
    source = f"deliver:{sha256(raw).hexdigest()}"
    if await services.intake.store(row.id, [Incoming(source, raw, at)]):
        return
    async with services.database.read() as uow:
        if not await uow.sources.known(row.id, [source]):
            raise Unreachable("the mail could not be stored")


def sysexit_of(work: Callable[[], object]) -> tuple[int, str]:
    """Do the work; the exit code for the mail server and what to tell it. Whatever is unforeseen: try again."""
    before = signal.signal(signal.SIGTERM, _end_early)
    try:
        work()
    except SystemExit as end:
        if end.code in {0, None}:
            return os.EX_OK, ""
        return (os.EX_USAGE if end.code == _USAGE else os.EX_TEMPFAIL), ""
    except NotFound as unknown:
        return os.EX_NOUSER, str(unknown)
    except (NoMail, MailTooLarge) as refused:
        return os.EX_DATAERR, str(refused)
    except Exception as error:  # a mail server sends the mail back on every other code, and it is lost to us
        return os.EX_TEMPFAIL, str(error) if isinstance(error, AppError) else type(error).__name__
    finally:
        signal.signal(signal.SIGTERM, before)
    return os.EX_OK, ""


def tell(said: str) -> None:
    """To the mail server's log, if anybody still reads it: a stream that is gone must not change the exit code."""
    try:
        sys.stderr.write(f"duebox: {said}\n" if said else "")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _end_early(_number: int, _frame: FrameType | None) -> None:
    sys.exit(os.EX_TEMPFAIL)
