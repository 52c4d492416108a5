"""What a person sees of an HTML mail, and whether something was kept from their eyes.

Sanitisers remove the very style that hid a text, so nothing may be cleaned before this pass: lxml reads the tree,
every text that a browser would not show is cut out, and only then does inscriptis lay the rest out. Quoted blocks
come out as "> " lines, so that plain text and HTML take the same way through `replies`. The tricks are listed in
`styles`, one function each.
"""

import re
from collections.abc import Iterator
from itertools import islice

from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from app.domain.text import Span
from app.reading.sight.boxes import in_no_field, words_apart
from app.reading.sight.covers import covered
from app.reading.sight.invisible import strip_invisible
from app.reading.sight.overflow import MOST, Overflow
from app.reading.sight.styles import Look, hides, is_cut, look_of, resolved
from app.reading.sight.stylesheets import StyleSheet

HTML_LIMIT = 1_000_000
_DEEPEST_QUOTE = 10
_COLUMNS = 50
_PADDING_LIMIT = 1_000_000
_CELL_LIMIT = 5_000
_QUOTE_OPENS, _QUOTE_ENDS = "\ue000", "\ue001"
_MARKS = re.compile(f"[{_QUOTE_OPENS}{_QUOTE_ENDS}]")

_NEVER_SHOWN = frozenset(
    {
        "script",
        "style",
        "template",
        "title",
        "head",
        "meta",
        "link",
        "svg",
        "math",
        "object",
        "iframe",
        "noframes",
        "noembed",
        "datalist",
        "audio",
        "video",
        "canvas",
        "rp",
    }
)
_BOXES = ("div", "span", "p", "td", "section", "ul", "table", "a", "center", "li")
_CONFIG = ParserConfig(css={**STRICT_CSS_PROFILE, "head": STRICT_CSS_PROFILE["body"]})
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_CONDITIONAL = re.compile(r"^\s*\[if\b[^\]]*\]>(.*?)(?:<!\[endif\])?\s*$", re.DOTALL | re.IGNORECASE)
_OFFICE_XML = re.compile(r"<(?:xml|o:|w:|v:|m:|style)\b.*", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PROSE_WORDS = 5
_HIDDEN_LETTERS = 3
_PASSAGE = 10_000
_NO_BORDER = re.compile(r"border\s*:\s*(?:none|0)", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")

_HIDDEN_MARKUP = re.compile(
    r"<!--[^\S\n]{0,3}(?!\[)\w[^<>]{0,40} \w{2,20} \w{2,20} \w{2,20}[^<>]{0,4000}(?:-->)?"
    r"|<(\w{1,10}) [^<>]{0,80}style\s?=\s?[\"'][^\"'<>]{0,120}(?:display\s?:\s?none|visibility\s?:\s?hidden|"
    r"font-size\s?:\s?[01](?:px|pt|em|%|;|"
    r"[\"'])|opacity\s?:\s?0[;\"']"
    r"|(?<!-)colou?r\s?:\s?(?:#fff(?:fff)?\b|white\b))[^<>]{0,200}>(?=\s{0,9}\w)[^<>]{0,4000}(?:</\1>)?",
    re.IGNORECASE,
)


def visible_text(html: str) -> tuple[str, bool]:
    """The text that a person sees, and whether there is other text in it.

    Never raises; linear in the input, of which HTML_LIMIT characters are read.
    """
    root = html_tree(html)
    if root is None:
        return "", False
    hidden, is_unclear = _cut_hidden(root)
    _mark_quotes(root)
    _flatten_tables(root)
    text, has_invisible = strip_invisible(Inscriptis(root, _CONFIG).get_text())
    return _quoted_lines(text), bool(hidden) or is_unclear or has_invisible


def hidden_text(html: str) -> list[str]:
    """The passages for which `visible_text` says that there is other text, as far as they can be named, in order.

    Linear like it.
    """
    root = html_tree(html)
    return _cut_hidden(root)[0] if root is not None else []


def html_tree(html: str) -> HtmlElement | None:
    """The mail as lxml reads it, which goes 256 tags deep; None when there is nothing in it."""
    source = _XML_DECLARATION.sub("", _MARKS.sub("", html[:HTML_LIMIT].replace("\x00", "")))
    if not source.strip():
        return None
    parser = HTMLParser(encoding="utf-8", remove_pis=True)
    try:
        return document_fromstring(source.encode("utf_8", errors="replace"), parser=parser)
    except etree.ParserError:  # nothing but comments or white space
        return None


def hidden_markup(text: str) -> Iterator[Span]:
    """Parts of a plain text that are HTML made not to be seen.

    A converter left it in, or somebody hopes that a careless one takes it out.
    """
    if "<" in text:
        yield from (Span(match.start(), match.end()) for match in _HIDDEN_MARKUP.finditer(text[:HTML_LIMIT]))


def _cut_hidden(root: HtmlElement) -> tuple[list[str], bool]:
    """Cut what is not shown. The beginning of each passage of it that was words; and whether there may be more."""
    sheet = StyleSheet.of("\n".join(map(_rules_in, root.iter("style"))), root)
    found: list[str] = []
    doomed: list[HtmlElement] = []
    for element in _out_of_sight(root, sheet):
        found.append(_lettered(element.text_content()))
        doomed.append(element)
    waiting: list[tuple[HtmlElement, Look]] = [(root, Look())]
    while waiting:
        element, parent = waiting.pop()
        if not isinstance(element.tag, str):
            found.append(_words_of_comment(element))
            doomed.append(element)
            continue
        style = resolved(sheet.style_of(element), parent)
        if element.tag in _NEVER_SHOWN or is_cut(element, style):
            found.append(_words_of(element))
            doomed.append(element)
            continue
        look = look_of(element, style, parent)
        if look.is_invisible:
            found.append(_blank(element))
        found.append(_prose(element.get("alt", "")))
        waiting.extend((child, look) for child in reversed(element))
    for element in doomed:
        _drop(element)
    return list(filter(None, found)), sheet.is_cut_off or any(map(hides, sheet.unfollowed))


def _rules_in(style: HtmlElement) -> str:
    """What a browser takes for CSS, under its medium."""
    if style.get("type", "text/css").strip().lower() not in {"", "text/css"}:
        return ""
    medium = style.get("media", "")
    return f"@media {medium}{{{style.text_content()}}}" if medium.strip() else style.text_content()


def _out_of_sight(root: HtmlElement, sheet: StyleSheet) -> Iterator[HtmlElement]:
    """What something else in the page hides: a closed fold, a collapsed column, a box that is laid over it."""
    for fold in root.iter("details"):
        if "open" not in fold.attrib:
            words_apart(fold)
            title = fold.find("summary")
            yield from (part for part in fold if part is not title)
    for table in root.iter("table"):
        columns = list(table.iter("col"))[:_COLUMNS]
        gone = [place for place, col in enumerate(columns) if sheet.style_of(col).get("visibility") == "collapse"]
        for row in table.iter("tr") if gone else ():
            cells = list(row.iterchildren("td", "th"))
            yield from (cells[place] for place in gone if place < len(cells))
    yield from covered(root, sheet.style_of)
    overflow = Overflow(sheet.style_of)
    for box in list(islice(root.iter(*_BOXES), MOST)):
        style = sheet.style_of(box)
        if "grid" in style.get("display", ""):
            yield from in_no_field(box, style, sheet.style_of)
        yield from overflow.beyond(box, style)


def _blank(element: HtmlElement) -> str:
    """Remove the element's own text; its children have looks of their own."""
    words = [element.text or "", *(child.tail or "" for child in element)]
    element.text = None
    for child in element:
        child.tail = None
    return _lettered(" ".join(words))


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
    else:
        element.clear()


def _words_of(element: HtmlElement) -> str:
    if element.tag in {"style", "script", "meta", "link"}:
        return ""
    if element.tag in {"head", "title"}:
        return "\n".join(filter(None, (_prose(title.text_content()) for title in element.iter("title", "template"))))
    return _lettered(element.text_content())


def _words_of_comment(comment: HtmlElement) -> str:
    """Prose in a comment. In a conditional one (Outlook) what counts is what it would show."""
    text = comment.text or ""
    shown = _CONDITIONAL.match(text)
    return _prose(_TAG.sub(" ", _OFFICE_XML.sub("", shown[1] if shown else text)))


def _lettered(text: str) -> str:
    """The text's beginning, if it has letters enough to say something."""
    return text[:_PASSAGE] if sum(map(str.isalpha, text[:_PASSAGE])) >= _HIDDEN_LETTERS else ""


def _prose(text: str) -> str:
    words = _WORD.findall(text[:_PASSAGE])
    return text[:_PASSAGE] if len(words) >= _PROSE_WORDS and any(word.islower() for word in words) else ""


def _mark_quotes(root: HtmlElement) -> None:
    """Fence quoted blocks with two characters that survive the layout."""
    for quote in list(root.iter("blockquote")):
        if quote.get("type") != "cite" and _NO_BORDER.search(quote.get("style", "")):
            continue  # an indented paragraph of the writer's own
        opening, ending = quote.makeelement("div"), quote.makeelement("div")
        opening.text, opening.tail, ending.text = _QUOTE_OPENS, quote.text, _QUOTE_ENDS
        quote.text = None
        quote.tag = "div"
        quote.insert(0, opening)
        quote.append(ending)


def _quoted_lines(text: str) -> str:
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        depth += line.count(_QUOTE_OPENS)
        body = _MARKS.sub("", line).rstrip()
        if body or not _MARKS.search(line):
            lines.append(("> " * min(depth, _DEEPEST_QUOTE) + body).rstrip())
        depth = max(depth - line.count(_QUOTE_ENDS), 0)
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n")


def _flatten_tables(root: HtmlElement) -> None:
    """Tables that only lay out a page become paragraphs, and so does one whose columns would take more padding than
    text.
    """
    tables = list(root.iter("table"))
    outer = {ancestor for table in tables for ancestor in table.iterancestors("table")}
    for table in tables:
        if table in outer or _padding(table) > _PADDING_LIMIT or len(table.findall(".//td")) > _CELL_LIMIT:
            table.tag = "div"
    for cell in list(root.iter("tr", "td", "th")):
        if next(cell.iterancestors("table"), None) is None:
            cell.tag = "div"


def _padding(table: HtmlElement) -> int:
    rows = list(table.iter("tr"))
    widest = max((len(cell.text_content()) for cell in table.iter("td", "th")), default=0)
    columns = max((len(row) for row in rows), default=0)
    return len(rows) * widest * max(columns, 1)
