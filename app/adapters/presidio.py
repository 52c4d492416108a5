"""The redactor: Presidio with our own recognisers, offline, one engine for all seven languages.

    texts ─▶ numbers, addresses (Presidio, paragraph by paragraph)  ┐
          ─▶ names by context and lists (whole text)                 ├─▶ settle overlaps ─▶ placeholders
          ─▶ known people, and those just found, in every text       │
          ─▶ for text that leaves: every word that no list knows     ┘

No model and no look-up: `NoOpNlpEngine`, because the recognisers read the context themselves. Whatever goes wrong is
RedactionFailed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from app.adapters.redaction.addresses import address_recognizers
from app.adapters.redaction.finds import Find, settle
from app.adapters.redaction.identifiers import COMPANY_TYPES, number_recognizers
from app.adapters.redaction.known import KnownPeople, is_role_mailbox
from app.adapters.redaction.labelled import LabelledRecognizer
from app.adapters.redaction.lexicon import Lexicon, load_lexicon
from app.adapters.redaction.names import NameRecognizer
from app.adapters.redaction.phones import PhoneRecognizer
from app.adapters.redaction.placeholders import Placeholders, forged, masked
from app.adapters.redaction.plain import PlainText, bare
from app.adapters.redaction.readable import Readable
from app.adapters.redaction.strangers import STRANGER, Strangers
from app.adapters.redaction.vocabulary import Vocabulary
from app.domain.errors import RedactionFailed
from app.domain.intents import LANGUAGES
from app.domain.text import PiiSpan, RawText, Redaction

LONGEST_TEXT = 200_000
CHUNK = 4_000
OVERLAP = 300
PARAGRAPH = re.compile(r"\n[^\S\n]*\n")


class PresidioRedactor:
    """Implements `Redactor`. Build once with `create()`: it loads the name lists and the engine."""

    def __init__(
        self,
        engine: AnalyzerEngine,
        lexicon: Lexicon,
        names: Mapping[str, NameRecognizer],
        strict: Strangers | None = None,
    ) -> None:
        self._strict = strict
        self._engine = engine
        self._lexicon = lexicon
        self._names = names

    @classmethod
    def create(cls, *, is_strict: bool = False) -> "PresidioRedactor":
        """`is_strict` for text that leaves the process: unknown words are masked as well."""
        lexicon = load_lexicon()
        vocabulary = Vocabulary.load()
        languages = list(LANGUAGES)
        registry = RecognizerRegistry(supported_languages=languages, recognizers=[])
        for language in languages:
            for recognizer in (
                *number_recognizers(language),
                LabelledRecognizer(language),
                PhoneRecognizer(language),
                *address_recognizers(language, lexicon, vocabulary),
            ):
                registry.add_recognizer(recognizer)
        nlp = NoOpNlpEngine([{"lang_code": language, "model_name": "none"} for language in languages])
        engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=languages)
        names = {language: NameRecognizer(lexicon, vocabulary, language) for language in languages}
        return cls(engine, lexicon, names, Strangers.load(lexicon, vocabulary) if is_strict else None)

    def redact(
        self,
        texts: Sequence[RawText],
        *,
        language: str,
        known_names: Iterable[str],
        vault: Mapping[str, str],
        readable: Iterable[str] = (),
    ) -> tuple[Redaction, ...]:
        known, kept = tuple(known_names), Readable(readable, self._lexicon)
        try:
            return self._redact([text.value for text in texts], language, known, vault, kept)
        except RedactionFailed:
            raise
        except Exception as error:  # fail closed; the cause may quote the text, so it is named, not chained
            raise RedactionFailed(type(error).__name__) from None

    def _redact(
        self, texts: Sequence[str], language: str, known: Sequence[str], vault: Mapping[str, str], kept: Readable
    ) -> tuple[Redaction, ...]:
        if any(len(text) > LONGEST_TEXT for text in texts):
            raise RedactionFailed("text too long")
        language = language if language in LANGUAGES else "en"
        written, plain = texts, [bare(text) for text in texts]
        texts = [text.text for text in plain]
        found = [[*forged(text), *self._numbers(text, language), *self._people(text, language)] for text in texts]
        people = self._known_people(texts, found, known)
        settled = [
            settle(kept.without([*finds, *people.find(text), *self._strangers(text, finds, language)], text), text)
            for text, finds in zip(texts, found, strict=True)
        ]
        settled = [_as_written(finds, text) for finds, text in zip(settled, plain, strict=True)]
        texts = written
        placeholders = Placeholders(self._lexicon, vault)
        placeholders.expect([*known, *_persons(texts, settled)])
        redacted = [masked(text, finds, placeholders) for text, finds in zip(texts, settled, strict=True)]
        return tuple(
            Redaction(text=shown, vault=placeholders.vault, found=tuple(_reported(text, finds, self._lexicon)))
            for text, shown, finds in zip(texts, redacted, settled, strict=True)
        )

    def _numbers(self, text: str, language: str) -> Iterator[Find]:
        plain = PlainText.of(text)
        for start, end in chunks(plain.text):
            for result in self._engine.analyze(plain.text[start:end], language=language):
                place = plain.origin(start + result.start, start + result.end)
                yield Find(result.entity_type, *place, result.score)

    def _people(self, text: str, language: str) -> Iterator[Find]:
        for result in self._names[language].analyze(text, ["PERSON"]):
            yield Find("PERSON", result.start, result.end, result.score)

    def _strangers(self, text: str, finds: Sequence[Find], language: str) -> Iterator[Find]:
        """What text that leaves must not show: words that no list knows."""
        return self._strict.find(text, finds, language) if self._strict else iter(())

    def _known_people(self, texts: Sequence[str], found: Sequence[Sequence[Find]], known: Sequence[str]) -> KnownPeople:
        people = KnownPeople(self._lexicon)
        for name in known:
            people.add(name)
        for text, finds in zip(texts, found, strict=True):
            for find in finds:
                if find.type == "PERSON":
                    people.add(text[find.start : find.end])
                elif find.type == "EMAIL_ADDRESS":
                    people.add_address(text[find.start : find.end])
        return people


def chunks(text: str) -> Iterator[tuple[int, int]]:
    """Pieces of at most CHUNK code points, cut between paragraphs; where there are none, with an overlap at a space.

    Presidio's cost grows faster than the text.
    """
    start = 0
    while len(text) - start > CHUNK:
        limit = start + CHUNK
        breaks = [match.end() for match in PARAGRAPH.finditer(text, start + CHUNK // 2, limit)]
        if breaks:
            yield start, breaks[-1]
            start = breaks[-1]
            continue
        yield start, limit
        space = max(text.rfind(gap, limit - OVERLAP, limit - OVERLAP // 2) for gap in "\n ")
        start = space + 1 if space > start else limit - OVERLAP
    yield start, len(text)


def _as_written(finds: Sequence[Find], text: PlainText) -> list[Find]:
    return [Find(find.type, *text.whole_origin(find.start, find.end), find.score) for find in finds]


def _persons(texts: Sequence[str], settled: Sequence[Sequence[Find]]) -> Iterator[str]:
    for text, finds in zip(texts, settled, strict=True):
        yield from (text[find.start : find.end] for find in finds if find.type == "PERSON")


def _reported(text: str, finds: Sequence[Find], lexicon: Lexicon) -> Iterator[PiiSpan]:
    """What is personal of the finds: not a company's numbers, a role mailbox, a forged placeholder, or a stranger."""
    for find in finds:
        value = text[find.start : find.end]
        is_role = find.type == "EMAIL_ADDRESS" and is_role_mailbox(value, lexicon)
        if find.type not in COMPANY_TYPES and find.type != "TEXT" and find.score != STRANGER and not is_role:
            yield PiiSpan(find.type, find.start, find.end, value)
