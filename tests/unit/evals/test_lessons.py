from typing import Any

from app.domain.intents import DisputeReason, Intent
from app.domain.text import RedactedText, Segment, Span
from app.reading.model.kinds import REASONS, WISHES
from evals.lessons import is_kept_back, lessons

PROMISE, DISPUTE = list(Intent).index(Intent.PAYMENT_PROMISE), list(Intent).index(Intent.DISPUTE)


def line(body: str, intents: list[str], **expect: Any) -> dict[str, Any]:
    expect = {"intents": intents, "route": "review", "review_reasons": ["dispute"], **expect}
    return {"id": "t-1", "language": "en", "subject": "Re: x", "body": body, "expect": expect}


def without_names(subject: str, body: str, _language: str) -> tuple[RedactedText, RedactedText]:
    at = body.index("Jo Bloggs")
    whole = Span(0, len(subject))
    segments = (
        Segment(Span(0, at), Span(0, at)),
        Segment(Span(at, at + 10), Span(at, at + 9), "PERSON"),
        Segment(Span(at + 10, len(body) + 1), Span(at + 9, len(body))),
    )
    masked = body.replace("Jo Bloggs", "⟨PERSON_1⟩")
    return RedactedText(subject, (Segment(whole, whole),)), RedactedText(masked, segments)


def test_a_quote_labels_the_sentence_that_holds_it_also_behind_a_placeholder() -> None:
    body = "I asked Jo Bloggs again. Two boxes are missing. The rest goes out on Friday."
    spans = [
        {"intent": "dispute", "source": "body", "text": "Two boxes are missing"},
        {"intent": "payment_promise", "source": "body", "text": "goes out on Friday"},
    ]
    (lesson,) = lessons([line(body, ["dispute", "payment_promise"], spans=spans)], without_names)
    assert lesson.by_sentence is not None
    assert lesson.by_sentence[:, DISPUTE].tolist() == [0, 1, 0]
    assert lesson.by_sentence[:, PROMISE].tolist() == [0, 0, 1]
    assert "Bloggs" not in lesson.body


def test_a_mail_of_one_sentence_needs_no_quote() -> None:
    (lesson,) = lessons([line("Two boxes are missing.", ["dispute"])], None)
    assert lesson.by_sentence is not None
    assert lesson.by_sentence[0, DISPUTE] == 1


def test_without_quotes_nobody_knows_which_sentence_says_it() -> None:
    (lesson,) = lessons([line("I asked again. Two boxes are missing.", ["dispute"])], None)
    assert lesson.by_sentence is None
    assert lesson.labels.sum() == 1


def test_the_words_of_a_reason_label_their_sentence() -> None:
    dispute = {"reason": "quantity", "words": "Two boxes are missing"}
    wish = {"kind": None, "words": "as soon as we can"}
    body = "I asked again. Two boxes are missing. The rest as soon as we can."
    (lesson,) = lessons([line(body, ["dispute", "extension_request"], dispute=dispute, extension=wish)], None)
    assert lesson.reason == REASONS.index(DisputeReason.QUANTITY)
    assert lesson.wish == WISHES.index(None)
    assert lesson.kinds[:, lesson.reason].tolist() == [0, 1, 0]
    assert lesson.kinds[:, len(REASONS) + lesson.wish].tolist() == [0, 0, 1]


def test_a_line_may_tell_no_reason() -> None:
    (lesson,) = lessons([line("Two boxes are missing.", ["dispute"])], None)
    assert (lesson.reason, lesson.wish) == (None, None)
    assert not lesson.kinds.any()


def test_one_mail_in_five_is_kept_back_and_always_the_same() -> None:
    ids = [f"t-{number}" for number in range(1000)]
    kept = [line_id for line_id in ids if is_kept_back(line_id)]
    assert 150 < len(kept) < 250
    assert kept == [line_id for line_id in ids if is_kept_back(line_id)]
