"""Thinking in a process of its own, so that a page never waits for a model and a crash in native code loses no mail.

    parent ── [length][pickle (id, method, arguments)] ──▶ stdin   of the child
    parent ◀─ [length][pickle (id, BEGUN)]            ──── stdout  of the child
    parent ◀─ [length][pickle (id, result | error)]   ────

A call has so many seconds from its beginning on, and as many to wait for its turn before that.

A call that had begun when the child died may have killed it; one that had not is innocent, and waits for the next.
Where several had begun nobody knows which it was: all wait, and the next calls are made one at a time, until it shows.

Both ends are ours and run the same code, so pickle is safe between them. The child ends when its stdin does.
"""

import asyncio
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from enum import Enum
from itertools import count
from typing import Any, BinaryIO

import structlog

from agents.reminders.brief import ReminderBrief
from agents.reminders.result import ReminderDraft
from app.domain.case import Case
from app.domain.errors import AppError, Unreachable
from app.domain.message import Identity, ReadMail
from app.domain.ports import Mind, Thought

LENGTH = struct.Struct(">I")
LESS_URGENT = 10
"""How far thinking stands back (nice) where cores are few: a page or a webhook is waited for, a draft is not."""
READY = 0
"""The number of the frame by which a child says that its models are loaded, or why they are not."""

CALL_SECONDS = 300.0
"""Longer than any call takes that waits for no endpoint."""
CAREFUL_CALLS = 20
"""So many calls are made one at a time after a death whose cause is not known."""


class _Begun(Enum):
    """Stands for a result that is still to come."""

    BEGUN = "begun"


BEGUN = _Begun.BEGUN

log = structlog.get_logger()


class MindStopped(AppError):
    """The thinking process ended, or answered nothing for too long; the next call starts another."""


class ChildMind:
    """A Mind behind a pipe. `module` is run as `python -m module` and is handed `config` first.

    Where that says how long a call may wait for an endpoint (`endpoint_seconds`), it has that time besides.
    """

    def __init__(self, module: str, config: object, *, call_seconds: float = CALL_SECONDS) -> None:
        self._module = module
        self._config = config
        self._call_seconds = call_seconds + float(getattr(config, "endpoint_seconds", 0))
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[Any] = asyncio.Future()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._limits: dict[int, asyncio.Timeout] = {}
        self._numbers = count(READY + 1)
        self._begun: set[int] = set()
        self._starting = asyncio.Lock()
        self._alone = asyncio.Lock()
        self._careful = 0

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        answer: ReadMail = await self._call("read", raw, identity)
        return answer

    async def think(self, case: Case, alone: bool = False) -> Thought:
        answer: Thought = await self._call("think", case, alone)
        return answer

    async def remind(self, brief: ReminderBrief, alone: bool = False) -> ReminderDraft:
        answer: ReminderDraft = await self._call("remind", brief, alone)
        return answer

    async def start(self) -> None:
        """Start the child ahead of the first call, so that it can load its models; does not wait until it has."""
        async with self._starting:
            if self._process is None or self._listener is None or self._listener.done():
                await self._spawn()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._listener is not None:
            await self._listener

    async def _spawn(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None  # noqa: S101  # asked for above
        self._process = process
        self._ready = self._waiting[READY] = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen(process.stdout))
        self._send(self._config)

    def _send(self, message: object) -> None:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018  # started before
        self._process.stdin.write(framed(message))

    async def _call(self, method: str, *arguments: object) -> Any:
        if not self._careful:
            return await self._ask(method, *arguments)
        async with self._alone:
            try:
                return await self._ask(method, *arguments)
            finally:
                self._careful = max(self._careful - 1, 0)

    async def _ask(self, method: str, *arguments: object) -> Any:
        await self._started()
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(self._call_seconds) as self._limits[number]:
                self._send((number, method, arguments))
                return await answer
        except TimeoutError:
            has_begun = number in self._begun
            log.error("triage.mind.timed_out", method=method, has_begun=has_begun)
            if has_begun or not self._begun:
                await self.stop()
            raise (MindStopped if has_begun else Unreachable)("no answer in time") from None
        finally:
            self._waiting.pop(number, None)
            self._limits.pop(number, None)
            self._begun.discard(number)

    async def _started(self) -> None:
        """Wait until the models are loaded. A child that cannot load them is no fault of the mail: Unreachable."""
        await self.start()
        try:
            await asyncio.wait_for(asyncio.shield(self._ready), self._call_seconds)
        except (AppError, TimeoutError) as error:
            log.error("triage.mind.not_started", reason=str(error))
            raise Unreachable("the thinking process does not start") from error

    def _begin(self, number: int) -> None:
        """The child took a call into its hands, which may have been given up here meanwhile."""
        limit = self._limits.get(number)
        if limit is not None and not limit.expired():
            self._begun.add(number)
            limit.reschedule(asyncio.get_running_loop().time() + self._call_seconds)

    async def _listen(self, answers: asyncio.StreamReader) -> None:
        try:
            while True:
                (length,) = LENGTH.unpack(await answers.readexactly(LENGTH.size))
                number, result, error = pickle.loads(await answers.readexactly(length))  # noqa: S301  # our own child
                if result is BEGUN:
                    self._begin(number)
                    continue
                waiting = self._waiting.get(number)
                if waiting is None or waiting.done():
                    continue
                if error is not None:
                    waiting.set_exception(error)
                else:
                    waiting.set_result(result)
        except asyncio.IncompleteReadError:
            log.warning("triage.mind.ended")
            if len(self._begun) > 1:
                self._careful = CAREFUL_CALLS
            for number, waiting in self._waiting.items():
                if not waiting.done():
                    is_suspect = self._begun == {number} or number == READY
                    waiting.set_exception(
                        MindStopped("the thinking process ended")
                        if is_suspect
                        else Unreachable("the thinking process ended")
                    )
            self._begun.clear()


def framed(message: object) -> bytes:
    body = pickle.dumps(message)
    return LENGTH.pack(len(body)) + body


def serve(build: Callable[[Any], Mind]) -> None:
    """The child's main: build a Mind from the config on stdin, then answer calls until stdin ends.

    What libraries print goes to stderr: stdout belongs to the answers. A signal to the whole group (Ctrl-C, systemd) is
    for the parent: the work that is under way may end, and stdin ends afterwards.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(LESS_URGENT)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions = os.fdopen(os.dup(0), "rb")
    config = _read_frame(questions)
    try:
        mind = build(config)
    except AppError as error:
        answers.write(framed((READY, None, error)))
        answers.flush()
        return
    answers.write(framed((READY, True, None)))
    answers.flush()
    asyncio.run(_answer(mind, questions, answers, asyncio.Semaphore(getattr(config, "at_once", 1))))


async def _answer(mind: Mind, questions: BinaryIO, answers: BinaryIO, turns: asyncio.Semaphore) -> None:
    at_work: set[asyncio.Task[None]] = set()
    while (question := await asyncio.to_thread(_read_frame, questions)) is not None:
        task = asyncio.create_task(_answer_in_turn(mind, question, answers, turns))
        at_work.add(task)
        task.add_done_callback(at_work.discard)


async def _answer_in_turn(
    mind: Mind, question: tuple[int, str, tuple[Any, ...]], answers: BinaryIO, turns: asyncio.Semaphore
) -> None:
    """As many calls at once as the mind can use: one where it computes, several where it waits for an endpoint."""
    async with turns:
        answers.write(framed((question[0], BEGUN, None)))
        answers.flush()
        await _answer_one(mind, question, answers)


async def _answer_one(mind: Mind, question: tuple[int, str, tuple[Any, ...]], answers: BinaryIO) -> None:
    number, method, arguments = question
    answer: tuple[int, Any, AppError | None]
    try:
        answer = (number, await getattr(mind, method)(*arguments), None)
    except AppError as error:
        answer = (number, None, error)
    except Exception as error:  # the process boundary: the parent's job boundary decides what it costs
        log.warning("triage.mind.failed", method=method, error=type(error).__name__)
        answer = (number, None, MindFailed(type(error).__name__))
    answers.write(framed(answer))
    answers.flush()


class MindFailed(AppError):
    """Reading or thinking raised something unforeseen; the message is the class of the error."""


def _read_frame(stream: BinaryIO) -> Any:
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    body = stream.read(length)
    return pickle.loads(body) if len(body) == length else None  # noqa: S301  # our own parent
