"""Training text as the model will see it: redacted by the redactor of the product."""

from app.adapters.presidio import PresidioRedactor
from app.domain.ports import Redactor
from app.domain.text import RawText, RedactedText


class TextRedactor:
    """Subject and body of one mail, redacted together."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, subject: str, body: str, language: str) -> tuple[RedactedText, RedactedText]:
        first, second = self._redactor.redact(
            [RawText(subject), RawText(body)], language=language, known_names=(), vault={}
        )
        return first.text, second.text


def build_text_redactor() -> TextRedactor:
    return TextRedactor(PresidioRedactor.create())


def build_redactors() -> tuple[Redactor, Redactor]:
    """The redactor of text that stays in the process, and that of text that leaves it."""
    return PresidioRedactor.create(), PresidioRedactor.create(is_strict=True)
