"""Who is at the keyboard, as the stations see it."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.review import DECIDERS, Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user whose session or token was checked. `id` is None for Duebox itself, where policy lets it act alone."""

    id: UUID | None
    name: str
    email: str
    role: Role

    @property
    def can_decide(self) -> bool:
        return self.role in DECIDERS

    @property
    def actor(self) -> str:
        """How the audit chain names them."""
        return f"user:{self.id}" if self.id else "duebox"


DUEBOX = SignedIn(None, "Duebox", "", Role.ADMIN)
