"""A mail as numbers: words and letters hashed, mood and trade words by sentence. numpy only; nothing is fitted here.

subject + body -> passages (sentences worth reading) -> trade features (a row a sentence) -> pooled
               -> hashed word and letter n-grams of the whole mail
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.domain.proposal import BODY, SUBJECT
from app.domain.text import Span
from app.reading.days.dates import find_dates
from app.reading.money.amounts import find_amounts
from app.reading.spans import fold, sentences
from app.reading.trade.lexicon import CONCEPTS, pattern

Vector = NDArray[np.float32]

WORD_BUCKETS = 1 << 15
CHAR_BUCKETS = 1 << 15
MAX_CHARS = 20_000
"""What lies beyond is not read; a mail of 1,500 words has about half as many."""

LONG_PASSAGE = 400
"""A sentence longer than this is read in pieces: an embedding of many thoughts is an embedding of none."""

_REPLY = re.compile(
    r"^\s*(?:(?:re|aw|antw|rv|tr|sv|wg|fwd?|fw|i|r|enc|res|doorst)\s*+(?:\[\d+\]\s*+)?:\s*)+", re.IGNORECASE
)
_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|day|evening)|morning|afternoon|greetings|bonjour|bonsoir|"
    r"bjr|chere?|madame|monsieur|guten (?:tag|morgen|abend)|hallo|sehr geehrte[rn]?|liebe[rs]?|moin|servus"
    r"|gruss gott|hola|buenos dias|buenas(?: tardes| noches)?|estimad[oa]s?|muy senor(?:es)? mio?s?|beste|"
    r"geachte|goede(?:morgen|middag|ndag)|goedemorgen|goedemiddag|dag|buongiorno|buonasera|salve|gentil[ei]|"
    r"egregi[oa]?|spett(?:\.le|abile)?"
    r"|ciao|bom dia|boa (?:tarde|noite)|car[oa]s?|prezad[oa]s?|exm[oa]s?\.?|ola)\b[^.!?:;0-9\n]{0,60})[,.!:]?"
)
_FAREWELL = re.compile(
    r"(?:(?:many |kind(?:est)? |best |warm )*(?:thanks|regards|wishes)|thank you|yours (?:sincerely|faithfully|"
    r"truly)|cheers|sincerely|ta|best|cordialement|bien (?:a vous|cordialement)|salutations.*|sinceres "
    r"salutations|bonne (?:journee|reception)"
    r"|mit (?:freundlichen|besten|vielen|herzlichen) .*|(?:viele|beste|schone|liebe|freundliche|herzliche|"
    r"schonen) gru(?:ss|ß|sse|ße)e?.*|gru(?:ss|ß)|mfg|lg|vg|(?:un )?(?:cordial )?saludos?(?: cordiales)?|"
    r"atentamente|gracias|un abrazo|met vriendelijke groet(?:en)?|mvg|groet(?:en|jes)?"
    r"|(?:cordiali|distinti|cari) saluti|saluti|cordialmente|(?:com os melhores )?cumprimentos|melhores "
    r"cumprimentos|atenciosamente|obrigad[oa]|cpts|merci(?: d'avance)?|danke(?: im voraus)?|bedankt|"
    r"grazie)\s*[,.!]*"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b|⟨IBAN(?:_CODE)?_\d+⟩")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+|⟨EMAIL(?:_ADDRESS)?_\d+⟩")
_PERSON = re.compile(r"⟨PERSON_\d+⟩")
_PHONE = re.compile(r"⟨PHONE(?:_NUMBER)?_\d+⟩")
_INVOICE = re.compile(r"\b[A-Z]{1,5}-?\d{3,}|\b\d{4,}\b")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_PLACEHOLDER = re.compile(r"⟨([A-Z_]+?)_\d+⟩")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[?!%€£$]")
_VERY_SHORT, _SHORT = 40, 90
_SOME_DAY = date(2026, 3, 11)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence worth reading: where it stands, and its text."""

    source: str
    start: int
    end: int
    text: str


REASONS = (
    "price",
    "quantity",
    "quality",
    "not_received",
    "duplicate",
    "missing_po",
    "tax",
    "terms",
    "unrecognised",
    "other_dispute",
)

_EXTRAS = (
    "money",
    "date",
    "past_date",
    "invoice",
    "iban",
    "email",
    "person",
    "phone",
    "percent",
    "question_mark",
    "exclamation",
    "emoji",
    "short",
)
_PAIRS: tuple[tuple[str, ...], ...] = (
    ("pay", "future"),
    ("pay", "past"),
    ("pay", "future", "date"),
    ("pay", "date"),
    ("future", "date"),
    ("hedge", "pay"),
    ("condition", "pay"),
    ("negation", "pay"),
    ("negation", "future"),
    ("question_mark", "pay"),
    ("past", "past_date"),
    ("pay", "past_date"),
    ("question_mark", "document"),
    ("question_mark", "extension"),
    ("question_mark", "bank"),
    ("question_mark", "settlement"),
    ("question", "document"),
    ("extension", "date"),
    ("extension", "money"),
    ("condition", "settlement"),
    ("condition", "document"),
    ("pay", "document"),
    ("negation", "document"),
    ("iban", "bank"),
    ("contact", "email"),
    ("contact", "person"),
    ("automatic", "date"),
    ("dispute", "money"),
    ("legal", "dispute"),
    ("question_mark", "reason"),
    ("negation", "reason"),
    ("distress", "pay"),
    ("distress", "extension"),
    ("reason", "document"),
    ("past", "negation"),
    ("future", "negation", "pay"),
    ("agree", "money"),
    ("agree", "date"),
)
FEATURES = (*CONCEPTS, "reason", *_EXTRAS, *("*".join(pair) for pair in _PAIRS))
_INDEX: Mapping[str, int] = {name: position for position, name in enumerate(FEATURES)}
_FIRM_WORDS = ("hedge", "condition", "question_mark", "negation", "future", "date", "past")
_SUBJECT_CONCEPTS = (
    "automatic",
    "bounce",
    "bank",
    "document",
    "unrelated",
    "dispute",
    "extension",
    "legal",
    "hardship",
    "contact",
    "privacy",
    "past",
)
TRADE_SIZE = 2 * len(FEATURES) + len(_SUBJECT_CONCEPTS) + 5


def passages(subject: str, body: str) -> tuple[Passage, ...]:
    """The sentences of a mail without greetings and farewells. The subject of a reply is our own and is left out."""
    found: list[Passage] = []
    if subject.strip() and not _REPLY.match(subject):
        found.append(Passage(SUBJECT, len(subject) - len(subject.lstrip()), len(subject.rstrip()), subject.strip()))
    read = body[:MAX_CHARS]
    pieces = [piece for span in sentences(read) for piece in _pieces(read, span)]
    told = [piece for piece in pieces if not is_courtesy(piece.of(read))] or pieces
    found.extend(Passage(BODY, piece.start, piece.end, piece.of(read)) for piece in told)
    return tuple(found)


def _pieces(text: str, span: Span) -> Iterable[Span]:
    """A long sentence, cut at its commas or, for want of them, at a space."""
    start = span.start
    while span.end - start > LONG_PASSAGE:
        half, limit = start + LONG_PASSAGE // 2, start + LONG_PASSAGE
        cut = max(text.rfind(mark, half, limit) for mark in ",;:\n")
        cut = cut if cut > 0 else max(text.rfind(" ", half, limit), limit - 1)
        yield Span(start, cut + 1)
        start = cut + 1
    yield Span(start, span.end)


def is_courtesy(text: str) -> bool:
    """Whether a sentence only greets, thanks or takes leave."""
    folded = fold(text).strip()
    return (
        _GREETING.fullmatch(folded) is not None
        or _FAREWELL.fullmatch(folded) is not None
        or re.fullmatch(r"[\W\d]*(?:⟨[A-Z_]+_\d+⟩[\W]*)+", text) is not None
    )


@lru_cache(maxsize=512)
def trade_features(text: str, language: str) -> Vector:
    """What one sentence says in the words of the trade: 0 or 1 a feature; not to be written to.

    The last sentences are remembered: a mail is asked for its intents and then for their kinds.
    """
    folded = fold(text)
    row = np.zeros(len(FEATURES), dtype=np.float32)
    for concept in CONCEPTS:
        if pattern(concept, language).search(folded):
            row[_INDEX[concept]] = 1
    row[_INDEX["reason"]] = max(row[_INDEX[reason]] for reason in REASONS)
    for name, value in _extras(text, language).items():
        row[_INDEX[name]] = value
    for pair in _PAIRS:
        row[_INDEX["*".join(pair)]] = min(row[_INDEX[name]] for name in pair)
    row.flags.writeable = False
    return row


def says_something_firm(rows: NDArray[np.float32]) -> bool:
    """Whether a sentence speaks of the future, or of a day, without hedge, condition, question or refusal."""
    says = {name: rows[:, _INDEX[name]] > 0 for name in _FIRM_WORDS}
    soft = says["hedge"] | says["condition"] | says["question_mark"] | (says["negation"] & ~says["future"])
    return bool(((says["future"] | (says["date"] & ~says["past"])) & ~soft).any())


def _extras(text: str, language: str) -> dict[str, bool]:
    dates = find_dates(text, _SOME_DAY, language)
    return {
        "money": any(not amount.is_bare for amount in find_amounts(text, language)),
        "date": any(found.kind != "past" for found in dates),
        "past_date": any(found.kind == "past" for found in dates),
        "invoice": _INVOICE.search(text) is not None,
        "iban": _IBAN.search(text) is not None,
        "email": _EMAIL.search(text) is not None,
        "person": _PERSON.search(text) is not None,
        "phone": _PHONE.search(text) is not None,
        "percent": "%" in text,
        "question_mark": "?" in text,
        "exclamation": "!" in text,
        "emoji": _EMOJI.search(text) is not None,
        "short": len(text.split()) <= 4,  # noqa: PLR2004 a word or two
    }


def pooled_trade_features(found: Sequence[Passage], subject: str, language: str, rows: NDArray[np.float32]) -> Vector:
    """Of a whole mail: the most and the (damped) sum over its sentences, what the subject says, and its size."""
    folded = fold(subject)
    says = [1.0 if pattern(concept, language).search(folded) else 0.0 for concept in _SUBJECT_CONCEPTS]
    body = [passage for passage in found if passage.source == BODY]
    length = sum(len(passage.text) for passage in body)
    size = [
        np.log1p(length) / 5,
        np.log1p(len(body)),
        float(length < _VERY_SHORT),
        float(length < _SHORT),
        1.0 if _REPLY.match(subject) else 0.0,
    ]
    most = rows.max(axis=0) if len(rows) else np.zeros(len(FEATURES), dtype=np.float32)
    total = np.log1p(rows.sum(axis=0)) if len(rows) else most
    return np.concatenate([most, total, np.asarray(says + size)]).astype(np.float32)


def hashed_ngrams(subject: str, body: str) -> tuple[NDArray[np.int64], Vector]:
    """Buckets and damped counts of words (1-2) and letters within words (2-5); the subject's words are marked."""
    counts: Counter[int] = Counter()
    text = _plain(body)
    tokens = _TOKEN.findall(text)
    head = _TOKEN.findall(_plain(_REPLY.sub("", subject)))
    counts.update(_words(tokens, ""))
    counts.update(_words(head, "s:"))
    counts.update(_letters(tokens if _REPLY.match(subject) else [*tokens, *head]))
    buckets = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    values = 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    order = np.argsort(buckets)
    return buckets[order], values[order].astype(np.float32)


def _plain(text: str) -> str:
    """Folded, with every number one token and every placeholder a word."""
    marked = _PLACEHOLDER.sub(lambda match: f" x{match[1].lower().replace('_', '')}x ", text[:MAX_CHARS])
    marked = _EMAIL.sub(" xemailaddressx ", marked)
    return re.sub(r"\d[\d.,/-]*", "0", fold(marked))


def _words(tokens: Sequence[str], mark: str) -> Iterable[int]:
    for position, token in enumerate(tokens):
        yield _bucket(f"{mark}{token}", WORD_BUCKETS, 0)
        if position:
            yield _bucket(f"{mark}{tokens[position - 1]} {token}", WORD_BUCKETS, 0)


def _letters(tokens: Sequence[str]) -> Iterable[int]:
    for token in tokens:
        word = f" {token[:30]} "
        for size in range(2, 6):
            for start in range(max(1, len(word) - size + 1)):
                yield _bucket(word[start : start + size], CHAR_BUCKETS, WORD_BUCKETS)


def _bucket(gram: str, buckets: int, offset: int) -> int:
    return zlib.crc32(gram.encode()) % buckets + offset
