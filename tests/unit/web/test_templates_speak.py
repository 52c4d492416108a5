"""No bare English in a template: each word that a person reads comes from a call of gettext."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from app.web.rendering import DEFAULT_DIRECTORY, templates

FILES = sorted(str(path.relative_to(DEFAULT_DIRECTORY)) for path in DEFAULT_DIRECTORY.rglob("*.html"))
READ = {"aria-label", "title", "placeholder", "alt", "data-label"}
"""Attributes that people read or hear."""

LETTERS = re.compile(r"[^\W\d_]{2}")
NAMES = {
    "Duebox",
    "CSV",
    "PDF",
    "Excel",
    "JSONL",
    "EUR",
    "https://",
    "INV-1001, INV-1002",
    "Petra Vane <petra@customer.example>",
}
"""The same in every language."""

KEYS = re.compile(r"[a-zA-Z ?↵]+")
HUMAN = re.compile(r"[A-Z][a-z\u2019]+( |$)|[a-z\u2019]+ [a-z]")
NOT_READ = re.compile(
    r"dx-|\bi--|\bt-|\.html|^/|^#|%[.+0-9]|=|\bbtn\b|\bform-|^[a-z0-9_.:\-]+$|^[a-z]+ [a-z] [a-z]|^[A-Z_]+$"
)
SPEAKING = {"_", "gettext", "ngettext", "pgettext"}


class Page(HTMLParser):
    """Collects what would be read if every expression of the template were empty."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._key = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._key += tag == "kbd"
        self.read += [value for name, value in attrs if name in READ and value]

    def handle_endtag(self, tag: str) -> None:
        self._key -= tag == "kbd"

    def handle_data(self, data: str) -> None:
        if not (self._key and KEYS.fullmatch(data)):
            self.read.append(data.strip())


def bare(environment: Environment, source: str) -> list[str]:
    text = ""
    for _line, kind, value in environment.lex(source):
        if kind == "data":
            text += value
        elif kind == "variable_begin" and text.endswith(("<", "</")):
            text += "p"  # the name of the element comes from an expression
    page = Page()
    page.feed(text)
    page.close()
    return [text for text in page.read if LETTERS.search(text) and not _named(text)]


def _named(text: str) -> bool:
    left = text
    for name in NAMES:
        left = left.replace(name, "")
    return not LETTERS.search(left)


def unspoken(node: nodes.Node) -> Iterator[str]:
    """String constants that read like words and stand outside a call of gettext."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SPEAKING:
        for keyword in node.kwargs:
            yield from unspoken(keyword)
        return
    if isinstance(node, nodes.CondExpr) and isinstance(node.expr1, nodes.Const) and _is_plural(node.test):
        yield str(node.expr1.value)
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        text = node.value
        if HUMAN.search(text) and not NOT_READ.search(text) and text not in NAMES:
            yield text
    for child in node.iter_child_nodes(exclude=("key",) if isinstance(node, nodes.Pair) else None):
        yield from unspoken(child)


def _is_plural(test: nodes.Node) -> bool:
    """`number == 1`: that is what ngettext is for."""
    operands = test.ops if isinstance(test, nodes.Compare) else []
    return any(one.op == "eq" and isinstance(one.expr, nodes.Const) and one.expr.value == 1 for one in operands)


@pytest.mark.parametrize("name", FILES)
def test_every_word_of_a_template_can_be_translated(name: str) -> None:
    environment = templates().environment()
    source = (DEFAULT_DIRECTORY / name).read_text(encoding="utf-8")
    assert bare(environment, source) == []
    assert list(unspoken(environment.parse(source))) == []


def test_bare_words_would_be_found() -> None:
    environment = templates().environment()
    source = '<p>Look <b>{{ name }}</b></p><a title="Open it" href="/a">{{ "Not known" if x else _("Known") }}</a>'
    assert bare(environment, source) == ["Look", "Open it"]
    assert list(unspoken(environment.parse(source))) == ["Not known"]
    assert list(unspoken(environment.parse('{{ "mail" if number == 1 else "mails" }}'))) == ["mail"]
