import math

import pytest

from app.reading.outgoing.judging import KINDS, Verdict, load_letter_judge

LIMIT = -1.5
"""Where the firewall draws its line."""


def heard(**values: float) -> Verdict:
    return Verdict(tuple(values.get(kind, -math.inf) for kind in KINDS))


def test_a_verdict_weighs_all_that_is_not_harmless_against_what_is() -> None:
    verdict = heard(harmless=0.0, concession=1.0, refusal=1.0)
    assert verdict.odds == pytest.approx(1.0 + math.log(2))
    assert heard(harmless=2.0, receipt=-1.0, urgency=-3.0).kind == "receipt"


@pytest.mark.parametrize(
    ("harmless", "not_harmless"),
    [
        (
            "Whether a discount is possible is for my colleague to decide.",
            "A discount should be possible, my colleague will sort it out.",
        ),
        (
            "Ihr Wunsch nach zwei Raten liegt nun bei der zuständigen Kollegin.",
            "Zwei Raten sind machbar, die Kollegin richtet das für Sie ein.",
        ),
        (
            "Votre demande de délai est en cours d'examen.",
            "Votre demande de délai ne posera pas de difficulté.",
        ),
        (
            "Hemos tomado nota de que su abogado ha sido informado.",
            "Nuestro abogado ya ha sido informado de su deuda.",
        ),
    ],
)
def test_sentences_of_the_same_words_are_told_apart(harmless: str, not_harmless: str) -> None:
    judge = load_letter_judge()
    assert judge is not None
    passed, refused = judge.judge([harmless, not_harmless])
    assert passed.odds < LIMIT < refused.odds
    (alone,) = judge.judge([harmless])
    assert alone.heard == pytest.approx(passed.heard, abs=1e-4)


def test_nothing_said_is_nothing_heard() -> None:
    judge = load_letter_judge()
    assert judge is not None
    assert judge.judge([]) == ()
