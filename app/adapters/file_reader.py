"""Strangers' files, opened in a process that may do little: no time, no memory, no files, no secrets to spend.

    mind ── name, type, bytes ──▶ helper (imports loaded, no settings) ── fork ──▶ a child for this one file
    mind ◀─ text, trouble, CPU ── helper ◀──────────────────────────────────────── limits, then reads, then ends

A child that is too slow, too greedy or crashes in native code costs its own file and nothing else. Answers are JSON:
nothing that the child says is ever run. A mail's files share one allowance of CPU time.
"""

import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, cast

from app.reading.files.kinds import kind_of
from app.reading.files.opening import EXPANDING, GivenFile, OpenFile, read_file
from app.reading.files.text import BYTE_LIMIT, FileText, Trouble

CPU_A_FILE = 1.0
CPU_A_MAIL = 1.4
WALL_FACTOR = 5.0
"""On a busy machine a file may take longer than its CPU time."""

MEMORY = 160 * 1024 * 1024
"""More than the helper holds when it forks."""

_OPEN_FILES = 32
_LENGTH = struct.Struct(">I")
_PAGE = resource.getpagesize()


class FileReader:
    """The side that asks. One helper serves all mails of a process; it is started by the first file that needs it."""

    def __init__(self) -> None:
        self._helper: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the helper; 0 when there is none."""
        return self._helper.pid if self._helper is not None else 0

    def for_one_mail(self) -> OpenFile:
        """What opens the files of one mail, within its allowance."""
        allowance = _Allowance()

        def open_file(file: GivenFile) -> FileText:
            if len(file.content) > BYTE_LIMIT or kind_of(file.content) not in EXPANDING:
                return read_file(file)
            seconds = min(CPU_A_FILE, allowance.left)
            if seconds <= 0:
                return FileText(trouble=Trouble.TOOK_TOO_LONG)
            read, spent = self._read(file, seconds)
            allowance.left -= spent
            return read

        return open_file

    def close(self) -> None:
        """End the helper; the next file starts another."""
        if self._helper is not None:
            _end(self._helper)
            self._helper = None

    def _read(self, file: GivenFile, seconds: float) -> tuple[FileText, float]:
        helper = self._started()
        ask = {"name": file.name, "type": file.content_type, "charset": file.charset, "seconds": seconds}
        try:
            _write(cast(BinaryIO, helper.stdin), json.dumps(ask).encode(), file.content)
            answer = json.loads(self._answer(helper, seconds))
        except (OSError, EOFError, TimeoutError):
            self.close()
            return FileText(trouble=Trouble.TOOK_TOO_LONG), seconds
        trouble = Trouble(answer["trouble"]) if answer["trouble"] else None
        return FileText(answer["text"], trouble, answer["hides"]), float(answer["seconds"])

    @staticmethod
    def _answer(helper: "subprocess.Popen[bytes]", seconds: float) -> bytes:
        """The helper ends a slow child itself; it has twice that time to say so."""
        output = cast(BinaryIO, helper.stdout)
        ready, _, _ = select.select([output], [], [], 2 * seconds * WALL_FACTOR)
        if not ready:
            raise TimeoutError
        return _read_frame(output)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._helper is None or self._helper.poll() is not None:
            self.close()
            self._helper = subprocess.Popen(
                [sys.executable, "-m", "app.adapters.file_reader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            weakref.finalize(self, _end, self._helper)
        return self._helper


@dataclass(slots=True)
class _Allowance:
    left: float = CPU_A_MAIL


def _end(helper: "subprocess.Popen[bytes]") -> None:
    for pipe in (helper.stdin, helper.stdout):
        with suppress(OSError):
            cast(BinaryIO, pipe).close()
    helper.kill()
    helper.wait()


def serve() -> None:
    """The helper's main: answer until stdin ends. Signals to the whole group are for the mind."""
    from app.reading.files import outlook, pdf, sheets, word  # noqa: F401, PLC0415  loaded once, for all children

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            ask = json.loads(_read_frame(sys.stdin.buffer))
            content = _read_frame(sys.stdin.buffer)
        except EOFError:
            return
        file = GivenFile(ask["name"], ask["type"], content, ask["charset"])
        _write(sys.stdout.buffer, json.dumps(_read_apart(file, ask["seconds"])).encode())


def _read_apart(file: GivenFile, seconds: float) -> dict[str, object]:
    """Read a file in a child, and say what came of it."""
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(incoming)
        _be_the_child(file, outgoing, seconds)
    os.close(outgoing)
    said = _drain(incoming, child, time.monotonic() + seconds * WALL_FACTOR)
    _, status, used = os.wait4(child, 0)
    spent = used.ru_utime + used.ru_stime
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        return {**json.loads(said), "seconds": spent}
    was_slow = os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGPROF, signal.SIGXCPU, signal.SIGKILL}
    trouble = Trouble.TOOK_TOO_LONG if was_slow else Trouble.TOO_LARGE
    return {"text": None, "trouble": trouble, "hides": False, "seconds": spent}


def _be_the_child(file: GivenFile, outgoing: int, seconds: float) -> None:
    """Never returns. What is not said within the limits is not said at all."""
    try:
        _limit(seconds)
        read = read_file(file)
        said = json.dumps({"text": read.text, "trouble": read.trouble, "hides": read.has_hidden_text})
        with os.fdopen(outgoing, "wb") as pipe:
            pipe.write(said.encode())
    except BaseException:  # whatever happens, this process ends here and the parent sees that
        os._exit(1)
    os._exit(0)


def _limit(seconds: float) -> None:
    """From here on the system ends what goes too far: SIGPROF for time, MemoryError or a crash for memory."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    limits = {
        resource.RLIMIT_CPU: int(seconds) + 2,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
    }
    held = _address_space()
    if held:
        limits[resource.RLIMIT_AS] = held + MEMORY
    for limit, value in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def _address_space() -> int:
    """Bytes; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as counts:
            return int(counts.read().split()[0]) * _PAGE
    except OSError:
        return 0


def _drain(incoming: int, child: int, until: float) -> bytes:
    pieces: list[bytes] = []
    with os.fdopen(incoming, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], max(until - time.monotonic(), 0))
            if not ready:
                os.kill(child, signal.SIGKILL)
                return b""
            piece = pipe.read(64 * 1024)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)


def _write(pipe: BinaryIO, *frames: bytes) -> None:
    for frame in frames:
        pipe.write(_LENGTH.pack(len(frame)))
        pipe.write(frame)
    pipe.flush()


def _read_frame(pipe: BinaryIO) -> bytes:
    """Raises EOFError when the other side has gone."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(header)
    frame = pipe.read(length)
    if len(frame) < length:
        raise EOFError
    return frame


if __name__ == "__main__":
    serve()
