"""The rules of a style sheet as pairs of selectors and declarations, those of blocks within blocks too (CSS Nesting 1).

Only what holds on an ordinary screen and could hide or show is given; linear. What no selector can tell is given
without one: the frames at which an animation stands still, letters of no size, what a property is from the beginning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.reading.sight.media import holds_everywhere

LIMIT = 500_000
"""Characters of a sheet that are read."""

LONGEST_SELECTOR = 2_000

_UNBROKEN = re.compile(
    r"/\*.*?(?:\*/|$)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|url\([^()\"'\s]*\)", re.DOTALL | re.IGNORECASE
)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})[ \t\r\n\f]?|([^\n]))", re.IGNORECASE)
_HIDING = re.compile(
    r"display|visib|opacity|font|color|fill|background|position|left|top|right|bottom|inset|indent|margin|overflow|"
    r"height|width|clip|mask|transform|translate|scale|zoom|spacing|filter|contain|size|rotate|security|--|flex|grid|"
    r"shadow|blend|path|offset|padding|float|all\s{0,9}:"
)
_LAST_FRAME = re.compile(r"\bto\b|\b100%")
_HELD = re.compile(
    r"animation[a-z-]{0,20}\s{0,9}:[^;{}]{0,200}(?:\bpaused\b|\d{2,9}s\b|\d{5,9}ms\b)",
    re.IGNORECASE,
)
"""An animation that stands still, or takes longer than anybody looks."""

_SMALL_LETTERS = re.compile(r"size-adjust\s{0,9}:\s{0,9}(?:\d|1\d)(?:\.\d{0,9})?%", re.IGNORECASE)
_FROM_THE_BEGINNING = re.compile(r"initial-value\s{0,9}:([^;]{1,100})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Block:
    """`selectors` are those of all blocks around it together; `prelude` is what stands before its brace."""

    prelude: str = ""
    selectors: str = ""
    holds: bool = True
    is_animation: bool = False


def rules_of(css: str) -> Iterator[tuple[str, str]]:
    """In their order; a rule whose selector nobody can follow comes with an empty one."""
    holds_still = _HELD.search(css[:LIMIT]) is not None
    blocks = [_Block()]
    waiting = ""  # declarations whose block has not ended, or the next prelude
    css = _UNBROKEN.sub(_without_marks, css[:LIMIT].replace("<!--", "").replace("-->", ""))
    for piece in re.split(r"([{}])", css):
        if piece == "{":
            declarations, _, prelude = waiting.rpartition(";")
            yield from _told(blocks[-1], declarations, holds_still=holds_still)
            blocks.append(_opened(blocks[-1], prelude.strip()))
            waiting = ""
        elif piece == "}":
            yield from _told(blocks[-1], waiting, holds_still=holds_still)
            if len(blocks) > 1:
                blocks.pop()
            waiting = ""
        else:
            waiting = piece
    yield from _told(blocks[-1], waiting, holds_still=holds_still)


def unescaped(css: str) -> str:
    """`d\\69splay` says `display`."""
    return _ESCAPE.sub(lambda found: _character(found[1]) if found[1] else found[2], css) if "\\" in css else css


def _opened(around: _Block, prelude: str) -> _Block:
    if not prelude.startswith("@"):
        selectors = prelude if around.is_animation else _within(around.selectors, prelude)
        return _Block(prelude, selectors, around.holds, around.is_animation)
    name = prelude.lower().partition(" ")[0]
    is_animation = "keyframes" in name
    holds = around.holds and (is_animation or name in {"@property", "@font-face"} or _holds(prelude))
    return _Block(prelude, around.selectors, holds, is_animation)


def _within(around: str, selectors: str) -> str:
    """One that has grown too long is left as it is, so that it cannot be followed."""
    if not around or len(around) > LONGEST_SELECTOR:
        return around or selectors
    if "&" in selectors:
        return selectors[:LONGEST_SELECTOR].replace("&", f":is({around})")[: LONGEST_SELECTOR + 1]
    return f":is({around}) {selectors}"


def _told(block: _Block, declarations: str, *, holds_still: bool) -> Iterator[tuple[str, str]]:
    """What a block says by itself."""
    if not block.holds:
        return
    name, _, rest = block.prelude.partition(" ")
    match name.lower():
        case "@property":
            if found := _FROM_THE_BEGINNING.search(declarations):
                yield "html", f"{rest.strip()}:{found[1]}"
        case "@font-face":
            if _SMALL_LETTERS.search(declarations):
                yield "", "font-size:0"
        case _ if not block.prelude or not _HIDING.search(unescaped(declarations).lower()):
            return
        case _ if block.is_animation:
            if holds_still or _LAST_FRAME.search(block.prelude):
                yield "", declarations
        case _ if block.selectors:
            yield block.selectors, declarations


def _without_marks(found: re.Match[str]) -> str:
    """A comment is nothing; in a string or an address, braces are letters."""
    return "" if found[0].startswith("/*") else found[0].replace("{", "\\7b ").replace("}", "\\7d ")


def _character(digits: str) -> str:
    try:
        return int(digits, 16).to_bytes(4, "big").decode("utf_32_be")
    except UnicodeDecodeError:
        return "\ufffd"


def _holds(prelude: str) -> bool:
    """Of @scope the lower bound is passed over; what a container is styled with nobody asks but to hide."""
    name, _, condition = prelude.lower().replace("(", " (", 1).partition(" ")
    if name in {"@supports", "@layer", "@scope", "@starting-style"}:
        return True
    is_told_by_style = name == "@container" and "style(" in condition.replace(" ", "")
    return is_told_by_style or (name in {"@media", "@container"} and holds_everywhere(condition))
