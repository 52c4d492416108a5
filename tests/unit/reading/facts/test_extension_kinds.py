from datetime import date

import numpy as np
import pytest

from app.domain.intents import ExtensionKind
from app.domain.text import Span
from app.reading.facts.extensions import ExtensionFound, find_extension
from app.reading.facts.statements import read_statements
from app.reading.model.kinds import REASONS, SIZE, WISHES, HeardPassage
from tests.unit.reading.ledger import account

WEDNESDAY = date(2026, 3, 11)
LEDGER = account(("R-4471", "900.00"))


def found(text: str, heard: ExtensionKind | None, language: str = "en") -> ExtensionFound:
    odds = np.full(SIZE, -5.0, dtype=np.float32)
    odds[len(REASONS) + WISHES.index(heard)] = 3.0
    statements = read_statements(text, "", language, WEDNESDAY, LEDGER)
    kinds = [HeardPassage("body", Span(0, len(text)), odds)]
    return find_extension(statements, None, ("R-4471",), WEDNESDAY, language, kinds)


def test_the_last_day_of_a_plan_is_found_in_the_lines_after_the_question() -> None:
    plan = found(
        "Can we pay in three parts? 1 April, 1 May, 1 June, 300 each. Cash is tight.", ExtensionKind.INSTALMENTS
    )
    assert (plan.kind, plan.until) == (ExtensionKind.INSTALMENTS, date(2026, 6, 1))


@pytest.mark.parametrize("heard", [None, ExtensionKind.PARTIAL_SETTLEMENT])
def test_plain_words_decide_where_nothing_is_heard_or_a_reduction_without_a_word_of_it(
    heard: ExtensionKind | None,
) -> None:
    split = found("400 going over today, the rest on 27 March if that is all right.", heard)
    assert (split.kind, split.until) == (ExtensionKind.INSTALMENTS, date(2026, 3, 27))


def test_a_reduction_that_is_heard_and_written_stands() -> None:
    offer = found("We would pay 700 at once in full and final settlement.", ExtensionKind.PARTIAL_SETTLEMENT)
    assert (offer.kind, offer.until) == (ExtensionKind.PARTIAL_SETTLEMENT, None)


def test_stalling_proposes_nothing() -> None:
    assert found("We pay once the season picks up.", None).kind is None
