"""What a redactor hides in a text."""

from app.adapters.presidio import PresidioRedactor
from app.domain.text import RawText


def hidden(redactor: PresidioRedactor, text: str, language: str) -> list[tuple[str, str]]:
    """Kind and words of everything hidden, in order."""
    (mail,) = redactor.redact([RawText(text)], language=language, known_names=[], vault={})
    return [(s.type, s.source.of(text)) for s in mail.text.segments if s.type is not None]
