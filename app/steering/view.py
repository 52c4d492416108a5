"""What the page of the policy sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.intents import Autonomy, Intent
from app.domain.policy import Rule
from app.steering.replay import WhatIf


@dataclass(frozen=True, slots=True)
class Line:
    """One intent. `cells` by segment, where an answer may leave at all; else the rule and its reasons, or no answer."""

    intent: Intent
    cells: Mapping[str, Autonomy]
    rule: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """`free` may be set; `kept` always go to a person; `silent` get no answer."""

    segments: tuple[str, ...]
    free: tuple[Line, ...]
    kept: tuple[Line, ...]
    silent: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    origin: str
    file_version: str
    cells: tuple[tuple[str, str, str], ...]
    made_at: datetime
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """The kill switch. `by_file`: the policy file itself stops all sending, and no button here can undo that."""

    is_stopped: bool
    by_file: bool
    since: datetime | None
    who: str
    sent_alone: int


@dataclass(frozen=True, slots=True)
class Edited:
    """A change that is not saved. `cells` are those that differ from what is in force; a changed file has none.
    `is_cut`: there were more mails than are looked at."""

    what_if: WhatIf
    days: int
    cells: tuple[tuple[str, str, str], ...]
    file_name: str = ""
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Steering:
    policy_version: str
    version: Version | None
    versions: Sequence[Version]
    matrix: Matrix
    rules: Sequence[tuple[Rule, int]]
    stopping: Stopping
    edited: Edited | None = None
