"""Personal data that is taken apart or dressed up, by an attacker or a mail program, is hidden as if it were plain."""

import pytest

from app.adapters.presidio import PresidioRedactor
from app.adapters.redaction.plain import bare
from tests.unit.adapters.test_presidio_strict import redact


@pytest.fixture(scope="module")
def strict() -> PresidioRedactor:
    return PresidioRedactor.create(is_strict=True)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear T\u200bunde Ok\u00adafor, hi", "Dear , hi"),
        ("Dear <b>Tun</b>de Oka<i>for</i>, hi", "Dear <b>, hi"),
        ("Tu\u0301nde O\u0301kafor paid", " paid"),
        ("Dear \u0422\u0443nde \u041ek\u0430f\u043er,", "Dear ,"),
        ("<b>DE89</b>3704<i>0044</i>0532013000", "<b>"),
        ("D\u041589 3704 0044 0532 0130 00", ""),
        ("D.E.8.9.3.7.0.4.0.0.4.4.0.5.3.2.0.1.3.0.0.0", ""),
        ("DE89&nbsp;3704&nbsp;0044&nbsp;0532&nbsp;0130&nbsp;00", ""),
        ("DE89 3704<br>0044 0532<br>0130 00", ""),
        ("iban=DE89%2037040044%200532013000", "iban="),
        ("kontoDE89370400440532013000", "konto"),
        ("card 4111 1111\n1111 1111", "card "),
        ("tunde.okafor&#64;mail.example", ""),
        ("tunde.okafor\n@mail.example", ""),
        ("王小明 paid INV-1", " paid INV-1"),
        ("عزيزي محمد علي INV-1", "  INV-1"),
    ],
)
def test_what_is_disguised_is_hidden(strict: PresidioRedactor, text: str, left: str) -> None:
    done = redact(strict, text, "en").text
    shown = "".join(s.source.of(text) for s in done.segments if s.type is None)
    assert shown.split() == left.split()


def test_every_letter_of_a_bare_text_knows_its_place() -> None:
    text = "e\u0301 <b>x</b>&amp;\u200by"
    plain = bare(text)
    assert plain.text == "é x&y"
    assert [text[slice(*plain.whole_origin(at, at + 1))] for at in range(len(plain.text))] == [
        "e\u0301",
        " <b>",
        "x</b>",
        "&amp;\u200b",
        "y",
    ]


def test_a_word_of_another_script_keeps_its_letters() -> None:
    assert bare("Уважаемый Иван, café").text == "Уважаемый Иван, café"
