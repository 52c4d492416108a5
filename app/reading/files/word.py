"""The words of a Word document (.docx): a line a paragraph, a tab between the cells of a table. Hidden runs are left
out, and said."""

from lxml import etree

from app.reading.files.text import FileRefused, FileText, Trouble, as_far_as_read
from app.reading.files.word_looks import PARSER, Looks, W
from app.reading.files.word_places import second_drawings, unseen_places


def document_text(document: bytes, most: int, styles: bytes = b"") -> FileText:
    """Of `word/document.xml`, by the looks of `word/styles.xml`. Raises FileRefused."""
    try:
        root = etree.fromstring(document, PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FileRefused(Trouble.BROKEN) from error
    found_hidden = _drop_hidden(root, Looks.of(styles, root))
    lines = [
        "\t".join(" ".join("".join(cell.itertext(f"{W}t")).split()) for cell in block.iter(f"{W}tc"))
        if block.tag == f"{W}tr"
        else "".join(block.itertext(f"{W}t"))
        for block in root.iter(f"{W}p", f"{W}tr")
        if block.tag == f"{W}tr" or not any(parent.tag == f"{W}tr" for parent in block.iterancestors())
    ]
    text = "\n".join(line.rstrip() for line in lines).strip()
    return as_far_as_read(text, None if text else Trouble.SCANNED, hides=found_hidden, most=most)


def _drop_hidden(root: "etree._Element", looks: Looks) -> bool:
    """Runs that a reader would not see. What is drawn twice is kept once: that says nothing of hiding."""
    for drawing in list(second_drawings(root)):
        _take_out(drawing)
    found = False
    for place in list(unseen_places(root)):
        found = _take_out(place) or found
    for run in list(root.iter(f"{W}r")):
        parent = run.getparent()
        if parent is not None and looks.is_hidden(run):
            found = found or bool("".join(run.itertext(f"{W}t")).strip())
            parent.remove(run)
    return found


def _take_out(element: "etree._Element") -> bool:
    """Whether there were words in it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
    return bool("".join(element.itertext(f"{W}t")).strip())
