"""Which declarations of a mail's style sheets hold for an element: selectors, precedence, media (CSS Cascade 4).

Only rules that could hide or show are kept. A plain selector (tag, classes, id) is found by its rarest mark; what
combines several is left to XPath, for so many rules as a budget of visited elements allows. What a limit cuts off and
what is not understood is kept as `unfollowed`: for such rules nobody can say what they hide.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from cssselect import HTMLTranslator, Selector, SelectorError, parse
from cssselect.parser import Class, Element, Hash, Tree
from lxml.etree import XPath, XPathError
from lxml.html import HtmlElement

from app.reading.sight.rules import LIMIT, LONGEST_SELECTOR, rules_of, unescaped

Style: TypeAlias = Mapping[str, str]
Weight: TypeAlias = tuple[bool, tuple[int, int, int], int]

_RULE_LIMIT = 1_000
_SELECTORS = 5_000
_BUDGET = 1_000_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_IMPORTANT = re.compile(r"!\s{0,9}important")
_IMPORTED = re.compile(r"@import[^;]{0,20}data:", re.IGNORECASE)
_OF_A_MOMENT = re.compile(r":(?:focus|placeholder|autofill|user-|popover|modal|fullscreen|-)")
"""Pseudo-classes of elements that somebody acts on, and those of one browser."""

_LOGICAL = {
    "block-size": "height",
    "inline-size": "width",
    "max-block-size": "max-height",
    "max-inline-size": "max-width",
    "inset-inline-start": "left",
    "inset-inline-end": "right",
    "inset-block-start": "top",
    "inset-block-end": "bottom",
    "margin-inline-start": "margin-left",
    "margin-inline": "margin-left",
    "margin-block-start": "margin-top",
    "margin-block": "margin-top",
    "overflow-block": "overflow-y",
    "overflow-inline": "overflow-x",
}
"""Under their names for writing from left to right and down."""


@dataclass(frozen=True, slots=True)
class _Rule:
    weight: Weight
    style: Style


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """Rules by the mark they are found by, and those of combined selectors by the element they were found for."""

    plain: Mapping[str, tuple[tuple[frozenset[str], _Rule], ...]] = field(default_factory=dict)
    combined: Mapping[HtmlElement, tuple[_Rule, ...]] = field(default_factory=dict)
    unfollowed: tuple[Style, ...] = ()
    is_cut_off: bool = False

    @staticmethod
    def of(css: str, root: HtmlElement) -> "StyleSheet":
        plain: dict[str, list[tuple[frozenset[str], _Rule]]] = {}
        combined: dict[HtmlElement, list[_Rule]] = {}
        unfollowed: list[Style] = []
        budget, left = _BUDGET, _SELECTORS
        size = sum(1 for _ in root.iter()) if css else 0
        for order, (selectors, body) in enumerate(rules_of(css)):
            normal, important = split_declarations(body)
            found = _selectors(selectors) if order < _RULE_LIMIT and left > 0 else None
            if found is None:
                unfollowed += [] if _OF_A_MOMENT.search(selectors) else [{**normal, **important}]
                continue
            left -= len(found)
            for selector in found:
                rules = [
                    _Rule((is_important, selector.specificity(), order), style)
                    for is_important, style in ((False, normal), (True, important))
                    if style
                ]
                is_whole = selector.pseudo_element in {None, "first-line"}
                marks = _marks(selector.parsed_tree) if is_whole else None
                if marks:
                    plain.setdefault(max(marks, key=_rarity), []).extend((marks, rule) for rule in rules)
                elif is_whole:
                    budget -= size
                    elements = _found(selector, root) if budget > 0 else None
                    if elements is None and not _OF_A_MOMENT.search(selectors):
                        unfollowed.append({**normal, **important})
                    for element in elements or ():
                        combined.setdefault(element, []).extend(rules)
        return StyleSheet(
            {mark: tuple(rules) for mark, rules in plain.items()},
            {element: tuple(rules) for element, rules in combined.items()},
            tuple(unfollowed),
            len(css) > LIMIT or _IMPORTED.search(css) is not None,
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
    for part in unescaped(_COMMENT.sub("", style[:LIMIT])).lower().split(";"):
        name, _, value = part.partition(":")
        if value:
            bare, is_important = _IMPORTANT.subn("", value)
            (important if is_important else normal)[_LOGICAL.get(name.strip(), name.strip())] = bare.strip()
    return normal, important


def _selectors(selectors: str) -> list[Selector] | None:
    """None when one of them cannot be told."""
    found: list[Selector] = []
    for text in selectors.split(",") if "(" not in selectors else [selectors]:
        if len(text) > LONGEST_SELECTOR or len(found) > _SELECTORS:
            return None
        try:
            found += parse(text.strip())
        except (SelectorError, RecursionError):
            return None
    return found


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


def _found(selector: Selector, root: HtmlElement) -> list[HtmlElement] | None:
    try:
        found = XPath(HTMLTranslator().selector_to_xpath(selector))(root)
    except (SelectorError, XPathError, RecursionError):
        return None
    return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []
