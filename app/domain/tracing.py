"""Traces: what was done about a mail, in which order, for how long, and how it ended; never a word of the mail.

    intake.message ─┬─ triage.message ─┬─ triage.read
    (the mail's id) │                  ├─ triage.think ─┬─ mind.redact
                    │                  │                └─ graph.classify ─ model.ask …
                    │                  └─ triage.commit
                    ├─ review.decision ╌ link ╌▶ http.request (a trace of its own)
                    └─ outbox.send ─┬─ outbox.claim
                                    ├─ smtp.connect, smtp.address, smtp.data
                                    └─ outbox.record

The id of a trace is that of its subject, a message or a reminder, and so is the id of its first span: processes that
know nothing of each other add to one trace. What a step may say is listed in `Attributes`; `plain` holds it to that.
"""

import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypedDict, Unpack, get_type_hints
from uuid import UUID


class StepName(StrEnum):
    """Everything that is timed. A step is what OpenTelemetry calls a span."""

    MESSAGE = "intake.message"
    TRIAGE = "triage.message"
    READ = "triage.read"
    THINK = "triage.think"
    COMMIT = "triage.commit"
    REDRAFT = "triage.redraft"
    MIND = "mind.think"
    REMIND = "mind.remind"
    REDACT = "mind.redact"
    CLASSIFY = "graph.classify"
    EXTRACT = "graph.extract"
    LINK = "graph.link"
    DECIDE = "graph.decide"
    DRAFT = "graph.draft"
    CHECK = "graph.check"
    MODEL = "model.ask"
    APPROVAL = "review.approval"
    DECISION = "review.decision"
    SEND = "outbox.send"
    CLAIM = "outbox.claim"
    CONNECT = "smtp.connect"
    ADDRESS = "smtp.address"
    DATA = "smtp.data"
    RECORD = "outbox.record"
    RECONCILE = "outbox.reconcile"
    FILE_COPY = "outbox.file_copy"
    MORNING = "reminders.morning"
    PLAN = "reminders.plan"
    REMINDER = "reminders.draft"
    REQUEST = "http.request"


class Attributes(TypedDict, total=False):
    """All that a step may say: ids, counts, closed words of ours, and the few texts whose forms stand in `FORMS`."""

    message_id: UUID
    mailbox_id: UUID
    batch_id: UUID
    review_id: UUID
    outbox_id: UUID
    reminder_id: UUID

    messages: int
    size: int
    run: int
    attempts: int
    input_tokens: int
    output_tokens: int
    reminders: int
    http_status: int

    is_fallback: bool
    is_automatic: bool
    is_refused: bool

    action: StrEnum
    route: StrEnum
    result: StrEnum
    http_method: StrEnum

    rule: str
    policy_version: str
    prompt: str
    model: str
    http_route: str
    error: str


FORMS: Mapping[str, re.Pattern[str]] = {
    "rule": re.compile(r"[a-z0-9-]{1,64}"),
    "policy_version": re.compile(r"[\w.-]{1,64}"),
    "prompt": re.compile(r"[a-z_]{1,64}@\d+"),
    "model": re.compile(r"[\w.:/-]{1,128}"),
    "http_route": re.compile(r"(?:/[\w{}:.-]*)+"),
    "error": re.compile(r"\w{1,128}"),
}
"""What our own files, code and settings name. A text of another form does not leave; no sentence has one of these."""

_KINDS: Mapping[str, type] = get_type_hints(Attributes)

Plain = str | int | bool


def plain(said: Mapping[str, object]) -> dict[str, Plain]:
    """What of this may leave the house, as text and numbers; the rest is left out."""
    return {name: _as_plain(value) for name, value in said.items() if _may_leave(name, value)}


def _may_leave(name: str, value: object) -> bool:
    kind = _KINDS.get(name)
    if kind is None:
        return False
    if kind is StrEnum:
        return isinstance(value, StrEnum)
    if type(value) is not kind:
        return False
    return name not in FORMS or FORMS[name].fullmatch(str(value)) is not None


def _as_plain(value: object) -> Plain:
    return value if isinstance(value, bool | int) else str(value)


@dataclass(frozen=True, slots=True)
class Place:
    """A step's own place in a trace."""

    trace_id: int
    step_id: int


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done. `parent_id` is None for the first of a trace; times are nanoseconds since 1970."""

    name: StepName
    place: Place
    parent_id: int | None
    began: int
    ended: int
    attributes: Attributes
    links: tuple[Place, ...] = ()


@dataclass(slots=True)
class Doing:
    """A step that is being done, and who is told once it is over."""

    tracer: "Tracer"
    place: Place
    attributes: Attributes


Tell = Callable[[Step], None]

_STEP_BITS = (1 << 64) - 1
_around: ContextVar[Doing | None] = ContextVar("the step around", default=None)


def first_of(subject: UUID) -> Place:
    """The place of a subject's first step, known to every process. Never zero: a UUID has its variant there."""
    return Place(subject.int, subject.int & _STEP_BITS)


class Tracer:
    """Begins traces, and hands each step to `tell` once it is over, or to nobody. Of whatever raises it tells the name
    of its class alone."""

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell

    @property
    def is_on(self) -> bool:
        return self._tell is not None

    @contextmanager
    def step(
        self,
        name: StepName,
        *,
        about: UUID | None = None,
        first: UUID | None = None,
        is_apart: bool = False,
        **attributes: Unpack[Attributes],
    ) -> Iterator[None]:
        """Time a block, within the step around it or, where there is none of this tracer, as a trace of its own.

        `about`: in the trace of this subject, whatever is around. `first`: as the first step of that trace. `is_apart`:
        nothing within the block is within the step; for generators, whose callers would find themselves in it.
        """
        if self._tell is None:
            yield
            return
        around = self._place_around()
        place, parent = _place(around, about, first)
        doing = Doing(self, place, attributes)
        token = None if is_apart else _around.set(doing)
        began, started = time.time_ns(), time.perf_counter_ns()
        try:
            yield
        except Exception as error:
            doing.attributes["error"] = type(error).__name__
            raise
        finally:
            if token is not None:
                _around.reset(token)
            ended = began + time.perf_counter_ns() - started
            links = (around,) if around and around.trace_id != place.trace_id else ()
            parent_id = parent.step_id if parent else None
            self._tell(Step(name, place, parent_id, began, ended, doing.attributes, links))

    def timed(self, name: StepName, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The same work, as a step."""

        async def traced() -> None:
            with self.step(name):
                await work()

        return traced

    def tell_first(self, name: StepName, subject: UUID, *, began: int, **attributes: Unpack[Attributes]) -> None:
        """The first step of a subject's trace, which ends now: `began` as in `time.time_ns()`."""
        if self._tell is not None:
            around = self._place_around()
            links = (around,) if around else ()
            self._tell(Step(name, first_of(subject), None, began, time.time_ns(), attributes, links))

    def take_in(self, steps: Iterable[Step], around: Place) -> None:
        """What another process did, as part of the step around."""
        if self._tell is not None:
            for step in steps:
                parent_id = around.step_id if step.parent_id is None else step.parent_id
                place = Place(around.trace_id, step.place.step_id)
                self._tell(replace(step, place=place, parent_id=parent_id))

    def _place_around(self) -> Place | None:
        around = _around.get()
        return around.place if around and around.tracer is self else None


def _place(around: Place | None, about: UUID | None, first: UUID | None) -> tuple[Place, Place | None]:
    """Where a step stands, and its parent."""
    if first is not None:
        return first_of(first), None
    parent = around
    if about is not None and (around is None or around.trace_id != about.int):
        parent = first_of(about)
    return Place(parent.trace_id if parent else secrets.randbits(128), secrets.randbits(64)), parent


OFF = Tracer()
"""Tells nobody, and costs nothing."""


def is_traced() -> bool:
    """Whether there is a step around."""
    return _around.get() is not None


def step(
    name: StepName,
    *,
    about: UUID | None = None,
    first: UUID | None = None,
    is_apart: bool = False,
    **attributes: Unpack[Attributes],
) -> AbstractContextManager[None]:
    """As `Tracer.step`, of whoever traces what is around; nothing where nobody does."""
    around = _around.get()
    tracer = around.tracer if around else OFF
    return tracer.step(name, about=about, first=first, is_apart=is_apart, **attributes)


def note(**attributes: Unpack[Attributes]) -> None:
    """Say something of the step around."""
    around = _around.get()
    if around is not None:
        around.attributes.update(attributes)


def take_in(steps: Iterable[Step]) -> None:
    """What another process did for the step around becomes part of its trace."""
    around = _around.get()
    if around is not None:
        around.tracer.take_in(steps, around.place)
