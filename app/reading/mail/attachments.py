"""Attachments of a mail: what each says, and whether somebody must open it. Nothing here raises."""

import re

from app.domain.message import Attachment
from app.reading.files.kinds import FileKind, kind_of
from app.reading.files.opening import GivenFile, OpenFile
from app.reading.files.text import TEXT_LIMIT, Trouble
from app.reading.sight.invisible import strip_invisible

_NOBODYS_WORDS = re.compile(r"^application/(?:pgp-signature|(?:x-)?pkcs7-signature)$|^text/(?:x-vcard|vcard|xml)$")
_LARGEST_LOGO = 50 * 1024


def read_attachment(file: GivenFile, open_file: OpenFile, *, is_shown_inline: bool = False) -> Attachment:
    """The attachment with its text. `is_readable` is False where somebody should open the file and we could not.

    A picture in the text (`is_shown_inline`) or a small one is a logo; a large one may be a photographed letter.
    """
    content_type, content = file.content_type, file.content
    name, is_name_odd = strip_invisible(file.name)
    if _NOBODYS_WORDS.match(content_type):
        return Attachment(name, content_type, len(content), content, has_hidden_text=is_name_odd)
    read = open_file(file)
    text, has_invisible = strip_invisible(read.text or "")
    trouble = read.trouble
    if trouble is None and not is_shown_inline and len(content) > _LARGEST_LOGO and _is_picture(content):
        trouble = Trouble.SCANNED
    return Attachment(
        name,
        content_type,
        len(content),
        content,
        text if read.text is not None else None,
        is_readable=trouble is None,
        trouble=trouble.value if trouble else "",
        has_hidden_text=read.has_hidden_text or has_invisible or is_name_odd,
    )


def attached_message(name: str, text: str, size: int, content: bytes = b"") -> Attachment:
    """A message/rfc822 part: forwarded mail, whose words may be the answer."""
    return Attachment(strip_invisible(name)[0], "message/rfc822", size, content, text[:TEXT_LIMIT])


def _is_picture(content: bytes) -> bool:
    return kind_of(content) is FileKind.PICTURE
