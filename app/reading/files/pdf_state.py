"""What holds for the next thing that a PDF page paints (ISO 32000, §8.4), and what it has painted."""

from dataclasses import dataclass, replace
from typing import Any

from app.reading.files.pdf_colours import Space, plain, space_of
from app.reading.files.pdf_geometry import EVERYWHERE, Box
from app.reading.files.pdf_names import GraphicsState, Names
from app.reading.sight.colours import BLACK, Rgb

NORMAL = "/Normal"
_TO_WHITE = frozenset(
    f"/{name}" for name in ("Screen", "Lighten", "ColorDodge", "Difference", "Exclusion", "Hue", "Saturation", "Color")
)
"""What is painted on white paper with these stays white."""
TRANSPARENT = 0.05


@dataclass(frozen=True, slots=True)
class State:
    """`fill` is None where the colour cannot be told (patterns, spot colours): such words count as seen. `opening` is
    what a soft mask lets through. `line` is the colour of outlines, `is_empty` a font without shapes."""

    fill: Rgb | None = BLACK
    mode: int = 0
    size: float = 12.0
    is_empty: bool = False
    spacing: float = 0.0
    rise: float = 0.0
    stretch: float = 1.0
    clip: Box = EVERYWHERE
    opening: Box = EVERYWHERE
    alpha: float = 1.0
    line: Rgb | None = BLACK
    line_alpha: float = 1.0
    thickness: float = 1.0
    space: Space = plain
    line_space: Space = plain
    blending: str = NORMAL

    @property
    def is_transparent(self) -> bool:
        return self.alpha < TRANSPARENT

    @property
    def inks(self) -> tuple[tuple[Rgb | None, float], ...]:
        """What letters are painted with, and how thick: their inside, their outline, or both (§9.3.6)."""
        inside, outline = (self.fill, self.alpha), (self.line, self.line_alpha)
        mode = self.mode % 4
        return (outline,) if mode == 1 else (inside, outline) if mode == 2 else (inside,)  # noqa: PLR2004  as numbered

    @property
    def is_lost_on_white(self) -> bool:
        return self.blending in _TO_WHITE

    @property
    def is_glass(self) -> bool:
        """Whether one sees through it: a marker's colour, a shadow."""
        return self.alpha < 1 or self.blending not in {NORMAL, "/Compatible"} or self.opening != EVERYWHERE


@dataclass(frozen=True, slots=True)
class Painted:
    """A box of a colour, or of many; `is_solid` where nothing shows through."""

    box: Box
    colour: Rgb | None
    is_solid: bool


def lettered(state: State, operator: bytes, value: float) -> State:
    """After an operator of the text state."""
    match operator:
        case b"Tr":
            return replace(state, mode=int(value))
        case b"Tc":
            return replace(state, spacing=value)
        case b"Ts":
            return replace(state, rise=value)
    return replace(state, stretch=value / 100)


def coloured(state: State, operator: bytes, operands: list[Any], names: Names) -> State:
    """After an operator of colour; any other changes nothing."""
    name = operator.decode("ascii", errors="replace")
    if name in {"g", "rg", "k", "G", "RG", "K"}:
        space: Space = plain
        colour = plain(operands)
    elif name in {"sc", "scn", "SC", "SCN"}:
        space = state.space if name.islower() else state.line_space
        colour = _ink(space, operands, names)
    elif name in {"cs", "CS"} and operands:
        colour, space = BLACK, _space(operands, names)
    else:
        return state
    if name.islower():
        return replace(state, fill=colour, space=space)
    return replace(state, line=colour, line_space=space)


def graphic(state: State, wanted: GraphicsState, opening: Box) -> State:
    """After an entry of ExtGState."""
    return replace(
        state,
        alpha=state.alpha if wanted.alpha is None else wanted.alpha,
        line_alpha=state.line_alpha if wanted.line_alpha is None else wanted.line_alpha,
        blending=state.blending if wanted.blending is None else wanted.blending,
        opening=opening,
    )


def _space(operands: list[Any], names: Names) -> Space:
    name = str(operands[0])
    return names.spaces[name] if name in names.spaces else space_of(name)


def _ink(space: Space, operands: list[Any], names: Names) -> Rgb | None:
    """A number of a colour space, or the name of a pattern."""
    if operands and str(operands[-1]).startswith("/"):
        return names.patterns.get(str(operands[-1]))
    return space(operands)
