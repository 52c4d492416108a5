import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from app.domain.intents import DisputeReason, ExtensionKind
from app.domain.text import Span
from app.reading.model.kinds import REASONS, SIZE, WISHES, HeardPassage, KindHead, Loudness, heard_reasons, heard_wishes


def passage(start: int, **odds: float) -> HeardPassage:
    values = np.full(SIZE, -5.0, dtype=np.float32)
    for name, value in odds.items():
        places = [*REASONS, *(wish or "stalling" for wish in WISHES)]
        values[places.index(name)] = value
    return HeardPassage("body", Span(start, start + 10), values)


def loudest(loud: Mapping[Any, Loudness]) -> Any:
    return max(loud, key=lambda kind: loud[kind].log_share)


def test_the_reason_is_what_the_sentences_say_together() -> None:
    once, twice = passage(0, price=2.0), [passage(20, quality=1.8), passage(40, quality=1.9)]
    loud = heard_reasons([once, *twice])
    assert loudest(loud) is DisputeReason.QUALITY
    assert loud[DisputeReason.QUALITY].passage is twice[1], "the sentence that says it most plainly"
    assert sum(math.exp(found.log_share) for found in loud.values()) == pytest.approx(1)


def test_reasons_and_wishes_do_not_outvote_each_other() -> None:
    assert loudest(heard_wishes([passage(0, price=9.0, instalments=1.0)])) is ExtensionKind.INSTALMENTS


def test_stalling_is_a_wish_of_no_kind() -> None:
    assert loudest(heard_wishes([passage(0, stalling=3.0)])) is None


def test_silence_says_nothing() -> None:
    assert not heard_reasons([])
    assert not heard_wishes([])


def test_a_sentence_that_disputes_nothing_tells_less_about_why() -> None:
    nothing = np.zeros((SIZE, 2), dtype=np.float32)
    head = KindHead(nothing, nothing, nothing[:, 0])
    dispute, extension = np.array([4.0, -4.0], dtype=np.float32), np.array([-4.0, 4.0], dtype=np.float32)
    odds = head.odds(nothing[:2], nothing[:2], dispute, extension)
    assert odds[0, 0] > odds[1, 0]
    assert odds[0, -1] < odds[1, -1]
