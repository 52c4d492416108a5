"""Every valid identifier is hidden, however it is grouped; a number that names a paper is not one."""

from random import Random

import pytest

from app.adapters.presidio import PresidioRedactor
from app.domain.text import RawText
from evals.identifiers import LANGUAGES, Example, examples

EACH = 6
PHONES = {
    "en": "020 7946 0312",
    "fr": "04 78 62 11 09",
    "de": "030 23125 660",
    "es": "611 555 904",
    "nl": "06 12345678",
    "it": "338 123 4567",
    "pt": "912 345 678",
}
PAPERS = {
    "en": ("order no.", "delivery note", "customer number", "ticket #", "PO", "job no."),
    "fr": ("commande", "bon de livraison n°", "numéro client", "dossier", "réf. client"),
    "de": ("Lieferschein", "Bestellnummer", "Kundennummer", "Auftrag", "Vorgang", "Kundennr."),
    "es": ("pedido", "albarán n.º", "número de cliente", "expediente"),
    "nl": ("bestelling", "pakbon", "klantnummer", "ordernummer", "zaaknummer"),
    "it": ("ordine n.", "DDT", "codice cliente", "commessa", "numero d'ordine"),
    "pt": ("encomenda", "guia de remessa", "número de cliente", "processo n.º"),
}


def shown(redactor: PresidioRedactor, text: str, language: str) -> str:
    (mail,) = redactor.redact([RawText(text)], language=language, known_names=[], vault={})
    return "".join(
        s.source.of(text) if s.type is None else " " * (s.source.end - s.source.start) for s in mail.text.segments
    )


def leak(redactor: PresidioRedactor, example: Example) -> str:
    start = example.text.index(example.value)
    left = shown(redactor, example.text, example.language)[start : start + len(example.value)]
    return "".join(sign for sign in left if sign.isalnum())


def test_every_valid_identifier_is_hidden(redactor: PresidioRedactor) -> None:
    lot = Random(20)  # noqa: S311 the same examples every time
    missed = [example for example in examples(lot, EACH) if leak(redactor, example)]
    assert missed == []


@pytest.mark.parametrize(("language", "paper"), [(lang, paper) for lang in LANGUAGES for paper in PAPERS[lang]])
def test_a_number_behind_a_word_for_a_paper_is_no_phone(redactor: PresidioRedactor, language: str, paper: str) -> None:
    text = f"{paper} {PHONES[language]}, {paper}: {PHONES[language]}"
    assert shown(redactor, text, language) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_number_alone_is_a_phone(redactor: PresidioRedactor, language: str) -> None:
    assert PHONES[language] not in shown(redactor, f"... {PHONES[language]}.", language)


@pytest.mark.parametrize(
    "text",
    [
        "12.345.678,90 EUR et de 136695976 pièces",
        "INV-20461, RE 2026/0331, FA 2026-118, F/2026/00214, 31.12.2026",
        "total 732 829 320 €",
    ],
)
def test_sums_dates_and_invoice_numbers_are_no_codes(redactor: PresidioRedactor, text: str) -> None:
    assert shown(redactor, text, "fr") == text
