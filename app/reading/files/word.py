"""The words of a Word document (.docx): a line a paragraph, a tab between the cells of a table. Hidden runs are left
out, and said."""

from lxml import etree

from app.reading.files.text import FileRefused, FileText, Trouble

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)


def document_text(document: bytes, most: int) -> FileText:
    """Of `word/document.xml`. Raises FileRefused."""
    try:
        root = etree.fromstring(document, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FileRefused(Trouble.BROKEN) from error
    found_hidden = _drop_hidden(root)
    lines = [
        "\t".join(" ".join("".join(cell.itertext(f"{_W}t")).split()) for cell in block.iter(f"{_W}tc"))
        if block.tag == f"{_W}tr"
        else "".join(block.itertext(f"{_W}t"))
        for block in root.iter(f"{_W}p", f"{_W}tr")
        if block.tag == f"{_W}tr" or not any(parent.tag == f"{_W}tr" for parent in block.iterancestors())
    ]
    text = "\n".join(line.rstrip() for line in lines).strip()
    return FileText(text[:most] or None, None if text else Trouble.SCANNED, found_hidden)


def _drop_hidden(root: "etree._Element") -> bool:
    """Runs that are marked as hidden (ECMA-376 §17.3.2.41, w:vanish)."""
    found = False
    for run in list(root.iter(f"{_W}r")):
        mark = run.find(f"{_W}rPr/{_W}vanish")
        parent = run.getparent()
        if mark is not None and mark.get(f"{_W}val") not in {"0", "false"} and parent is not None:
            found = found or bool("".join(run.itertext(f"{_W}t")).strip())
            parent.remove(run)
    return found
