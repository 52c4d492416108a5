"""`duebox deliver`: a mail by a pipe is stored once, and the mail server is told in the codes that it acts on."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import Services
from app.db.tables.mail import MessageRow
from app.operations.delivering import sysexit_of
from tests.instances import mail
from tests.running import DUEBOX, Installation


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A database with a mailbox, and nothing that works it."""
    folder: Path = tmp_path_factory.mktemp("deliver")
    with Installation(f"sqlite:///{folder / 'duebox.db'}", folder) as installation:
        installation.add_webhook("pipe")
        yield installation


async def messages(services: Services) -> list[tuple[MessageRow, bytes]]:
    async with services.database.read() as uow:
        rows = await uow.messages.page(state=None, after=None, limit=10)
        return [(row, await uow.words.get(row.raw_id)) for row in rows]


def test_a_mail_is_stored_once_without_its_envelope_line(pipe: Installation) -> None:
    raw = mail("We will pay INV-1001 on Friday.").decode()
    for _ in ("first try", "second try"):
        assert pipe.command("deliver", "--mailbox", "pipe", stdin=f"From petra Thu May 21\n{raw}") == ""
    ((_, stored),) = pipe.within(messages)
    assert stored == raw.encode()


@pytest.mark.parametrize(
    ("words", "stdin", "code", "said"),
    [
        (("--mailbox", "pipe"), "", os.EX_DATAERR, "no mail on standard input"),
        (("--mailbox", "nobody"), "Subject: x\n\nwords", os.EX_NOUSER, "nobody"),
        ((), "Subject: x\n\nwords", os.EX_USAGE, "Missing option"),
        (("--box", "pipe"), "Subject: x\n\nwords", os.EX_USAGE, "No such option"),
    ],
)
def test_a_mail_server_is_told_in_its_own_codes(
    pipe: Installation, words: tuple[str, ...], stdin: str, code: int, said: str
) -> None:
    done = pipe.run("deliver", *words, stdin=stdin)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {"DUEBOX_SECRET_KEY": ""},
        {"DUEBOX_DATABASE_URL": "postgresql://u:p@127.0.0.1:9/d"},
        {"DUEBOX_UNDO_SECONDS": "x"},
    ],
)
def test_what_is_not_the_mails_fault_is_tried_again(pipe: Installation, settings: dict[str, str]) -> None:
    done = pipe.run("deliver", "--mailbox", "pipe", stdin="Subject: x\n\nwords", **settings)
    assert (done.returncode, "Traceback" in done.stderr) == (os.EX_TEMPFAIL, False), done.stderr


def test_a_mail_server_that_has_stopped_listening_is_told_to_try_again_all_the_same(pipe: Installation) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(  # noqa: S603  # our own command
        [str(DUEBOX), "deliver", "--mailbox", "pipe"],
        env={**pipe.environment, "DUEBOX_SECRET_KEY": ""},
        cwd=pipe.folder,
        input=b"Subject: x\n\nwords",
        stderr=writing,
        check=False,
    )
    os.close(writing)
    assert done.returncode == os.EX_TEMPFAIL


def test_a_delivery_that_is_ended_in_the_middle_is_tried_again() -> None:
    assert sysexit_of(lambda: os.kill(os.getpid(), signal.SIGTERM)) == (os.EX_TEMPFAIL, "")
