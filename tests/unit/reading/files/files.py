"""Files as customers attach them, and as attackers do; made here, so that each says what is in it."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

import xlsxwriter

CALENDAR = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Call about INV-1\r\nDTSTART;TZID=Europe/Paris:20260528T093000\r\n"
    b"ORGANIZER;CN=Petra:mailto:petra@customer.example\r\nDESCRIPTION:We will pay\\, all of it\r\n  soon\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>{}</w:body></w:document>'
)


def workbook(rows: Sequence[Sequence[object]], *, hidden: Sequence[Sequence[object]] = ()) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    for name, content in (("Payments", rows), ("Lookup", hidden)):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(content):
            sheet.write_row(number, 0, row)
        if name == "Lookup":
            sheet.hide()
    book.close()
    return target.getvalue()


def looking_workbook(dress: Callable[[xlsxwriter.worksheet.Worksheet, xlsxwriter.Workbook], object]) -> bytes:
    """A workbook that starts at C3 with an invoice and a sum, and has what is put beside them."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("Payments")
    sheet.write_row(2, 2, ["INV-1", 9.5])
    dress(sheet, book)
    book.close()
    return target.getvalue()


def document(body: str, styles: str = "") -> bytes:
    looks = WORD.format(styles).replace("w:document", "w:styles").replace("<w:body>", "").replace("</w:body>", "")
    members = {"word/document.xml": WORD.format(body).encode(), "word/styles.xml": looks.encode()}
    return archive({"[Content_Types].xml": b"<Types/>", **members})


def archive(members: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return target.getvalue()


def nested(content: bytes, depth: int) -> bytes:
    for number in range(depth):
        content = archive({f"{number}.zip": content})
    return content


def locked(packed: bytes) -> bytes:
    """An archive that says of its first member that it is encrypted."""
    changed = bytearray(packed)
    changed[6] |= 1
    changed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def lying(packed: bytes) -> bytes:
    """An archive whose directory says that its member expands to ten bytes."""
    changed, place = bytearray(packed), packed.index(b"PK\x01\x02")
    changed[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(changed)


def filled_workbook(size: int) -> bytes:
    """A workbook whose sheet is the same row again and again."""
    parts = zipfile.ZipFile(io.BytesIO(workbook([["INV-1", 1.5]])))
    members = {name: parts.read(name) for name in parts.namelist()}
    row = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    name = "xl/worksheets/sheet1.xml"
    members[name] = members[name].replace(b"<sheetData>", b"<sheetData>" + row * (size // len(row)))
    return archive(members)


def flate_pdf(stream: bytes, *, layers: int = 1) -> bytes:
    """A page whose description is this stream, packed as often as asked for."""
    for _ in range(layers):
        stream = zlib.compress(stream, 9)
    filters = b"/FlateDecode " * layers
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(stream), filters, stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body = b"%PDF-1.5\n" + b"".join(b"%d 0 obj%s endobj\n" % (n, o) for n, o in enumerate(objects, 1))
    return body + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF"


def gzipped(content: bytes, *, times: int = 1) -> bytes:
    for _ in range(times):
        content = gzip.compress(content, 9)
    return content
