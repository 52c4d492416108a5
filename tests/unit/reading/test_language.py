"""Seven languages; a hint where the words are too few."""

import pytest

from app.reading.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We will pay the invoice on Friday.", "en"),
        ("Nous réglerons la facture vendredi prochain.", "fr"),
        ("Wir überweisen den Betrag am Freitag.", "de"),
        ("Pagaremos la factura el próximo viernes.", "es"),
        ("Wij betalen de factuur aanstaande vrijdag.", "nl"),
        ("Pagheremo la fattura venerdì prossimo.", "it"),
        ("Vamos pagar a fatura na próxima sexta-feira.", "pt"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    assert detect_language(text) == language
    assert detect_language(text, hint="en") == language


@pytest.mark.parametrize("text", ["", "👍", "ok", "4471", "INV-4471 https://x.example/a"])
def test_where_the_words_are_too_few_the_hint_decides(text: str) -> None:
    assert detect_language(text, hint="de") == "de"


def test_an_unknown_hint_is_no_hint() -> None:
    assert detect_language("", hint="xx") == "en"
