"""Which declarations of a mail's style sheets hold for an element: selectors, precedence, media (CSS Cascade 4).

Only rules that could hide or show are kept. A plain selector (tag, classes, id) is found by its rarest mark; what
combines several is left to XPath, for so many rules as a budget of visited elements allows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from cssselect import HTMLTranslator, Selector, SelectorError, parse
from cssselect.parser import Class, Element, Hash, Tree
from lxml.etree import XPath, XPathError
from lxml.html import HtmlElement

Style: TypeAlias = Mapping[str, str]
Weight: TypeAlias = tuple[bool, tuple[int, int, int], int]

_RULE_LIMIT = 1_000
_CSS_LIMIT = 200_000
_SELECTORS, _LONGEST_SELECTOR = 50, 200
_BUDGET = 1_000_000
_NARROW = 480.0
"""A rule that holds from so few pixels on holds everywhere."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})[ \t\r\n\f]?|([^\n]))", re.IGNORECASE)
_IMPORTANT = re.compile(r"!\s{0,9}important")
_WIDE = 1_920.0
"""And one that holds up to so many."""

_MAX_WIDTH = re.compile(r"\(\s{0,9}max-(?:device-)?width\s{0,9}:\s{0,9}(\d{1,9})(?:\.\d{1,3})?(px|em|rem)?\s{0,9}\)")
_MIN_WIDTH = re.compile(r"\(\s{0,9}min-(?:device-)?width\s{0,9}:\s{0,9}(\d{1,5})(?:\.\d{1,3})?(px|em|rem)?\s{0,9}\)")
_HIDING = re.compile(
    r"display|visib|opacity|font|color|fill|background|position|left|top|right|bottom|inset|indent|margin|overflow|"
    r"height|width|clip|mask|transform|translate|scale|zoom|spacing|filter|contain|--"
)


@dataclass(frozen=True, slots=True)
class _Rule:
    weight: Weight
    style: Style


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """Rules by the mark they are found by, and those of combined selectors by the element they were found for."""

    plain: Mapping[str, tuple[tuple[frozenset[str], _Rule], ...]] = field(default_factory=dict)
    combined: Mapping[HtmlElement, tuple[_Rule, ...]] = field(default_factory=dict)

    @staticmethod
    def of(css: str, root: HtmlElement) -> "StyleSheet":
        plain: dict[str, list[tuple[frozenset[str], _Rule]]] = {}
        combined: dict[HtmlElement, list[_Rule]] = {}
        budget = _BUDGET
        size = sum(1 for _ in root.iter()) if css else 0
        for order, (selectors, body) in enumerate(_rules(css)):
            normal, important = split_declarations(body)
            for selector in _selectors(selectors):
                rules = [
                    _Rule((is_important, selector.specificity(), order), style)
                    for is_important, style in ((False, normal), (True, important))
                    if style
                ]
                marks = _marks(selector.parsed_tree) if selector.pseudo_element is None else None
                if marks:
                    plain.setdefault(max(marks, key=_rarity), []).extend((marks, rule) for rule in rules)
                elif marks is None and selector.pseudo_element is None and budget > size:
                    budget -= size
                    for element in _found(selector, root):
                        combined.setdefault(element, []).extend(rules)
        return StyleSheet(
            {mark: tuple(rules) for mark, rules in plain.items()},
            {element: tuple(rules) for element, rules in combined.items()},
        )

    def style_of(self, element: HtmlElement) -> dict[str, str]:
        """All that holds for the element, its own style attribute included."""
        normal, important = split_declarations(element.get("style", ""))
        own: list[_Rule] = [_Rule((False, (9, 9, 9), 0), normal), _Rule((True, (9, 9, 9), 0), important)]
        if self.plain or self.combined:
            marks = _marks_of(element)
            for mark in (*marks, "*"):
                own += [rule for wanted, rule in self.plain.get(mark, ()) if wanted <= marks | {"*"}]
            own += self.combined.get(element, ())
        style: dict[str, str] = {}
        for rule in sorted(own, key=lambda rule: rule.weight):
            style.update(rule.style)
        return style


@lru_cache(maxsize=4_000)
def split_declarations(style: str) -> tuple[Style, Style]:
    """`a: b; c: d !important` as two dicts in lower case, the important ones apart; the last of a name wins."""
    normal: dict[str, str] = {}
    important: dict[str, str] = {}
    for part in _unescaped(_COMMENT.sub("", style[:_CSS_LIMIT])).lower().split(";"):
        name, _, value = part.partition(":")
        if value:
            bare, is_important = _IMPORTANT.subn("", value)
            (important if is_important else normal)[name.strip()] = bare.strip()
    return normal, important


def _unescaped(css: str) -> str:
    """`d\\69splay` says `display`."""
    return _ESCAPE.sub(lambda found: _character(found[1]) if found[1] else found[2], css) if "\\" in css else css


def _character(digits: str) -> str:
    try:
        return int(digits, 16).to_bytes(4, "big").decode("utf_32_be")
    except UnicodeDecodeError:
        return "\ufffd"


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Selector lists and bodies that hold on an ordinary screen; linear."""
    open_blocks: list[bool] = []  # for each block that is open, whether what is in it holds
    prelude, count, shut = "", 0, 0
    css = _COMMENT.sub("", css[:_CSS_LIMIT].replace("<!--", "").replace("-->", ""))
    for piece in re.split(r"([{}])", css):
        if piece == "{":
            open_blocks.append(not prelude.startswith("@") or _holds_everywhere(prelude))
            shut += not open_blocks[-1]
        elif piece == "}":
            shut -= bool(open_blocks) and not open_blocks.pop()
            prelude = ""
        elif open_blocks and not prelude.startswith("@"):
            if not shut and _HIDING.search(_unescaped(piece).lower()) and count < _RULE_LIMIT:
                count += 1
                yield prelude, piece
        else:
            prelude = piece.rpartition(";")[2].strip()


def _holds_everywhere(prelude: str) -> bool:
    """Rules for other media hide by the size of the screen, and are left out."""
    name, _, condition = prelude.lower().partition(" ")
    if name in {"@supports", "@layer"}:
        return True
    if name != "@media" or "print" in condition:
        return False
    limits = _MIN_WIDTH.findall(condition)
    ends = _MAX_WIDTH.findall(condition)
    is_low = all(_pixels(limit, unit) <= _NARROW for limit, unit in limits)
    is_high = all(_pixels(end, unit) >= _WIDE for end, unit in ends)
    return is_low and is_high and condition.count("(") == len(limits) + len(ends)


def _pixels(number: str, unit: str) -> float:
    return float(number) * (1 if unit in {"", "px"} else 16)


def _selectors(selectors: str) -> Iterator[Selector]:
    for text in selectors.split(",")[:_SELECTORS] if "(" not in selectors else [selectors]:
        try:
            yield from parse(text.strip()[:_LONGEST_SELECTOR])[:_SELECTORS]
        except (SelectorError, RecursionError):
            continue


def _marks(tree: Tree) -> frozenset[str] | None:
    """`p.note#one` as its marks; None for a selector that says more than that."""
    marks: set[str] = set()
    while True:
        if isinstance(tree, Class):
            marks.add(f".{tree.class_name.lower()}")
            tree = tree.selector
        elif isinstance(tree, Hash):
            marks.add(f"#{tree.id.lower()}")
            tree = tree.selector
        elif isinstance(tree, Element):
            return frozenset({*marks, tree.element.lower() if tree.element else "*"})
        else:
            return None


def _rarity(mark: str) -> int:
    return 2 if mark[0] == "#" else 1 if mark[0] == "." else 0 if mark != "*" else -1


def _marks_of(element: HtmlElement) -> frozenset[str]:
    classes = (f".{name}" for name in element.get("class", "").lower().split()[:50])
    return frozenset({element.tag, f"#{element.get('id', '').lower()}", *classes})


def _found(selector: Selector, root: HtmlElement) -> list[HtmlElement]:
    try:
        found = XPath(HTMLTranslator().selector_to_xpath(selector))(root)
    except (SelectorError, XPathError, RecursionError):
        return []
    return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []
