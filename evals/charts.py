"""Pictures for the report, as inline SVG."""

from collections.abc import Mapping, Sequence
from html import escape

_CELL, _LABEL = 44, 190
_PLOT, _MARGIN = 320, 44
_INK, _LINE = "#1b1f24", "#d0d7de"
_DARK = 0.55
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def heat_table(table: Mapping[str, Mapping[str, int]]) -> str:
    """Counts by row and column; the darker, the larger the part of its row."""
    columns = list(table) + sorted({name for row in table.values() for name in row} - set(table))
    parts: list[str] = []
    for position, name in enumerate(columns):
        x = _LABEL + _CELL * position + _CELL // 2 + 4
        parts.append(f'<text transform="translate({x},{_LABEL - 8}) rotate(-60)" fill="{_INK}">{escape(name)}</text>')
    for line, (name, row) in enumerate(table.items()):
        y = _LABEL + _CELL * line
        total = sum(row.values())
        parts.append(_text(_LABEL - 8, y + 27, name, anchor="end"))
        for position, column in enumerate(columns):
            count = row.get(column, 0)
            share = count / total if total else 0.0
            parts.append(_cell(_LABEL + _CELL * position, y, count, share, is_right=name == column))
    return _svg("confusion matrix", _LABEL + _CELL * len(columns), _LABEL + _CELL * len(table), parts)


def reliability_chart(rows: Sequence[tuple[float, float, int]]) -> str:
    """Dots on the diagonal are honest; a dot's size is the number of cases."""
    size, far = _PLOT + 2 * _MARGIN, _MARGIN + _PLOT
    parts = [
        f'<rect x="{_MARGIN}" y="{_MARGIN}" width="{_PLOT}" height="{_PLOT}" fill="none" stroke="{_LINE}"/>',
        f'<line x1="{_MARGIN}" y1="{far}" x2="{far}" y2="{_MARGIN}" stroke="#8c959f" stroke-dasharray="4 4"/>',
        _text(size // 2, size - 8, "stated confidence", anchor="middle"),
    ]
    for tick in _TICKS:
        at = round(_PLOT * tick)
        parts.append(_text(_MARGIN + at, far + 18, f"{tick:g}", anchor="middle"))
        parts.append(_text(_MARGIN - 6, far - at + 4, f"{tick:g}", anchor="end"))
    for confidence, right, count in rows:
        x, y = _MARGIN + _PLOT * confidence, _MARGIN + _PLOT * (1 - right)
        title = f"<title>{count} cases: stated {confidence:.2f}, right {right:.2f}</title>"
        dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + count**0.5:.1f}" fill="#0969da" fill-opacity="0.7">'
        parts.append(f"{dot}{title}</circle>")
    return _svg("reliability diagram", size, size, parts)


def _cell(x: int, y: int, count: int, share: float, *, is_right: bool) -> str:
    fill = f'fill="{"#146e50" if is_right else "#a40e26"}" fill-opacity="{share:.2f}"'
    number = _text(x + _CELL // 2, y + 27, str(count), "middle", "#fff" if share > _DARK else _INK) if count else ""
    return f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" {fill} stroke="{_LINE}"/>{number}'


def _text(x: int, y: int, words: str, anchor: str, ink: str = _INK) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{ink}">{escape(words)}</text>'


def _svg(label: str, width: int, height: int, parts: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    font = 'font-family="system-ui, sans-serif" font-size="12"'
    return f'<svg role="img" aria-label="{label}" {size} {font}>{"".join(parts)}</svg>'
