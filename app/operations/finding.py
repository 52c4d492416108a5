"""What `duebox doctor` found of one part, and what to do about it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    is_ok: bool
    detail: str
    hint: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        hint = f"\n      {self.hint}" if self.hint and not self.is_ok else ""
        return f"{'ok  ' if self.is_ok else 'BAD '}  {self.part}: {self.detail}{hint}"
