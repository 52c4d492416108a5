"""For any text: the pieces join up, the map leads back, and what was hidden can be restored."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.presidio import PresidioRedactor
from app.domain.text import PLACEHOLDER, RawText, Redaction, Span, restore
from tests.hangs import no_hang

REDACTOR = PresidioRedactor.create()
FRAGMENTS = [
    *(
        "Laura",
        "Whitfield",
        "Herr Brandt",
        "Dear ",
        "Regards\n",
        "Mei Chen",
        "mei.chen@oakdale.example",
        "⟨IBAN_CODE_1⟩",
        "⟨",
        "⟩",
    ),
    *("GB82 WEST 1234 5698 7654 32", "07700 900469", "+44 20 7946 0312", "12 rue des Lilas, 44000 Nantes", "INV-20655"),
    *("£3,118.00", "\n", "\n\n", " ", ", ", "> ", "<b>", "M. ", "🙂", "e\u0301", "\u202f", "Ltd", "From: ", "\r\n"),
]
TEXTS = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=12)), max_size=14).map("".join)


def redact(text: str, *more: str) -> tuple[Redaction, ...]:
    texts = [RawText(t) for t in (text, *more)]
    return REDACTOR.redact(texts, language="en", known_names=["Laura Whitfield"], vault={"⟨PERSON_3⟩": "Olga Marin"})


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_segments_cover_both_texts_without_gap_or_overlap(text: str) -> None:
    (mail,) = redact(text)
    here = source = 0
    for segment in mail.text.segments:
        assert (segment.here.start, segment.source.start) == (here, source)
        here, source = segment.here.end, segment.source.end
        if segment.type is None:
            assert segment.here.of(mail.text.value) == segment.source.of(text)
        else:
            assert PLACEHOLDER.fullmatch(segment.here.of(mail.text.value))
    assert (here, source) == (len(mail.text.value), len(text))


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_every_segment_leads_back_to_its_words_and_restores(text: str) -> None:
    (mail,) = redact(text)
    pieces = []
    for segment in mail.text.segments:
        assert mail.text.source_span(segment.here.start, segment.here.end) == segment.source
        words, unknown = restore(segment.here.of(mail.text.value), mail.vault)
        assert not unknown
        is_person = segment.type == "PERSON"  # one placeholder stands for "Laura" and "Laura Whitfield" alike
        pieces.append(segment.source.of(text) if is_person or segment.type is None else words)
    assert _bare("".join(pieces)) == _bare(text)


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_no_bracket_of_the_writer_survives_and_vaults_are_shared(text: str, other: str) -> None:
    mails = redact(text, other)
    assert mails[0].vault == mails[1].vault
    for mail in mails:
        assert not set(PLACEHOLDER.sub("", mail.text.value)) & {"⟨", "⟩"}
        assert set(PLACEHOLDER.findall(mail.text.value)) <= set(mail.vault)


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_found_spans_are_exact_and_in_order(text: str) -> None:
    (mail,) = redact(text)
    spans = [Span(found.start, found.end) for found in mail.found]
    assert spans == sorted(spans)
    assert all(found.text == text[found.start : found.end] for found in mail.found)


HOSTILE = [
    "A ",
    "1 ",
    "1 Ab Cd Ef Gh Ij ",
    "Herr ",
    "Anna and ",
    "⟨a",
    "GB12 ",
    "12 rue a b c d ",
    "via Roma Bella ",
    "<a ",
    "a@",
    "x'",
    "14 Mill Lane, ",
    "Ab Cd, ",
    "YO7 1AA ",
    "Ab 12, 10122 ",
    "Zone A B ",
    "Via Ab Cd ",
    "0161 496 / ",
    "A. ",
    "ask for Ab and ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_no_longer_than_its_length_allows(piece: str) -> None:
    text = "To: " + (piece * 20_000)[:20_000]
    with no_hang():
        redact(text)


def _bare(text: str) -> str:
    """Letters and digits: two spellings of one value share a placeholder."""
    return "".join(c for c in text.casefold() if c.isalnum())
