"""The case file as one PDF: cover, claim, what was promised and disputed, timeline, correspondence, annexes.

Plain text only: a mail's HTML, links and attachments never come in. What the font cannot show becomes a question mark.
"""

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app.casefile.tables import Rows
from app.papers.typeface import TYPEFACE, add_typeface

MARGIN, LINE, SMALL = 18, 5, 8.5


class Paper(FPDF):
    """Pages that each name in their foot for whom they were made, and when."""

    def __init__(self, watermark: str) -> None:
        super().__init__(format="A4")
        self._watermark = watermark
        add_typeface(self)
        shown = self.fonts[TYPEFACE.lower()].cmap  # type: ignore[union-attr]  # a TrueType font, added just now
        self._known = frozenset(code for code in shown if chr(code).isprintable())
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.set_title("Case file")
        self.set_creator("Duebox")

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(TYPEFACE, size=7)
        self.cell(0, 4, f"{self.clean(self._watermark)}  ·  page {self.page_no()}", align="C")

    def chapter(self, title: str) -> None:
        self.add_page()
        self.set_font(TYPEFACE, "B", 15)
        self._line(title, 9)
        self.start_section(self.clean(title))

    def heading(self, title: str) -> None:
        self.ln(2)
        self.set_font(TYPEFACE, "B", 10.5)
        self._line(title, 6)

    def text_block(self, words: str) -> None:
        self.set_font(TYPEFACE, size=SMALL)
        self._line(words, LINE - 0.5)

    def grid(self, columns: Sequence[str], rows: Rows) -> None:
        """A table, its head repeated on every page; a line says when it is empty."""
        if not rows:
            self.text_block("None.")
            return
        self.set_font(TYPEFACE, size=7.5)
        with self.table(first_row_as_headings=True, line_height=4.5) as table:
            for row in ([column.replace("_", " ").capitalize() for column in columns], *rows):
                line = table.row()
                for cell in row:
                    line.cell(self.clean(cell))

    def clean(self, words: str) -> str:
        """What the font has; control characters, and marks that turn the direction of writing, are not shown."""
        return "".join(c if c == "\n" or ord(c) in self._known else " " if c.isspace() else "?" for c in words)

    def _line(self, words: str, height: float) -> None:
        self.multi_cell(0, height, self.clean(words), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
