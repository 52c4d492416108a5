"""Who is at the keyboard, as the stations see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from app.domain.errors import NotAllowed, SecondPersonNeeded
from app.domain.portfolio import EVERYTHING, Portfolio
from app.domain.review import DECIDERS, SENIORS, Role

OVERSEERS = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMIN})
"""Who may look at what everybody did."""


SMALLEST_TEAM = 5
"""Below so many who may decide, everybody would know whom a figure by person means."""


class Scope(StrEnum):
    """What a token may do with the API: ask, or also change something. Its owner's role is the limit of both."""

    READ = "read"
    WRITE = "write"


EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user whose session or token was checked. `id` is None for Duebox itself, where policy lets it act alone.
    `issued_by` issued the token; None for a session. `keymap`: their own keys by the key as shipped."""

    id: UUID | None
    name: str
    email: str
    role: Role
    portfolio: Portfolio = EVERYTHING
    scopes: frozenset[Scope] = EVERY_SCOPE
    language: str = ""
    issued_by: UUID | None = None
    keymap: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def can_decide(self) -> bool:
        return self.role in DECIDERS

    def check_can_decide(self) -> None:
        """Raises NotAllowed for a role that only reads."""
        if not self.can_decide:
            raise NotAllowed("your role reads, it does not decide")

    def check_is_one_person(self) -> None:
        """Raises SecondPersonNeeded for a token that somebody else issued, and so has seen: it is either of them."""
        if self.issued_by not in {None, self.id}:
            raise SecondPersonNeeded(
                "somebody else issued this token: what takes two people each does signed in as themselves"
            )

    @property
    def is_senior(self) -> bool:
        """Whether they may write to the sender of a mail that bears signs of fraud."""
        return self.role in SENIORS

    @property
    def actor(self) -> str:
        """How the audit chain names them."""
        return f"user:{self.id}" if self.id else "duebox"


DUEBOX = SignedIn(None, "Duebox", "", Role.ADMIN)
