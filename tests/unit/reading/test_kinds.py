import numpy as np

from app.domain.intents import DisputeReason, ExtensionKind
from app.domain.text import Span
from app.reading.kinds import REASONS, SIZE, WISHES, HeardPassage, heard_reason, heard_wish


def passage(start: int, **odds: float) -> HeardPassage:
    values = np.full(SIZE, -5.0, dtype=np.float32)
    for name, value in odds.items():
        places = [*REASONS, *(wish or "stalling" for wish in WISHES)]
        values[places.index(name)] = value
    return HeardPassage("body", Span(start, start + 10), values)


def test_the_reason_is_what_the_sentences_say_together() -> None:
    once, twice = passage(0, price=2.0), [passage(20, quality=1.8), passage(40, quality=1.9)]
    found = heard_reason([once, *twice])
    assert found is not None
    assert found[0] is DisputeReason.QUALITY
    assert found[1] is twice[1], "the sentence that says it most plainly"


def test_reasons_and_wishes_do_not_outvote_each_other() -> None:
    found = heard_wish([passage(0, price=9.0, instalments=1.0)])
    assert found is not None
    assert found[0] is ExtensionKind.INSTALMENTS


def test_stalling_is_a_wish_of_no_kind() -> None:
    found = heard_wish([passage(0, stalling=3.0)])
    assert found is not None
    assert found[0] is None


def test_silence_says_nothing() -> None:
    assert heard_reason([]) is None
    assert heard_wish([]) is None
