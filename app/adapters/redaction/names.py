"""Names of people, by what stands around them and by lists of names.

Where a title, a greeting, a sign-off or "my colleague" announces a person, an unknown word is believed; elsewhere a
given name from the lists must start it. What belongs to a company's name stays readable.
"""

from collections.abc import Iterator, Sequence

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from app.adapters.redaction.lexicon import Lexicon
from app.adapters.redaction.name_headers import Headers
from app.adapters.redaction.name_openings import Openings
from app.adapters.redaction.name_reader import Name, NameReader
from app.adapters.redaction.name_running import Running
from app.adapters.redaction.name_signatures import Signatures
from app.adapters.redaction.name_small import SmallNames
from app.adapters.redaction.vocabulary import Vocabulary, load_brands
from app.adapters.redaction.words import Line, lines_of, without_tags

SURE, LIKELY = 0.85, 0.75
BELOW = 2
"""How many lines below a closing may hold the name."""


class NameRecognizer(LocalRecognizer):
    """People in one text; reads it whole, because a signature is known by what stands above and below it."""

    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary, language: str) -> None:
        reader = NameReader(lexicon, vocabulary, load_brands(), language)
        self.openings = Openings(reader)
        self.headers = Headers(reader)
        self.signatures = Signatures(reader)
        self.running = Running(reader)
        self.small = SmallNames(reader)
        super().__init__(supported_entities=["PERSON"], supported_language=language, name="names")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        plain = without_tags(text)
        lines = lines_of(plain)
        return [
            RecognizerResult("PERSON", name.start, name.end, score)
            for index, line in enumerate(lines)
            for name, score in self._in_line(plain, lines, index, line)
        ]

    def _in_line(self, text: str, lines: Sequence[Line], index: int, line: Line) -> Iterator[tuple[Name, float]]:
        above = lines[index - 1] if index else None
        following = lines[index + 1 : index + 1 + BELOW]
        for found in (
            self.openings.find(text, line),
            self.headers.find(text, line),
            self.signatures.find(text, above, line, following),
        ):
            yield from ((name, SURE) for name in found)
        for found in (self.running.find(text, line), self.small.find(text, line)):
            yield from ((name, LIKELY) for name in found)
