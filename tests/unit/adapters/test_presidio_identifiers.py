"""Every valid identifier is hidden, however it is grouped; a number that names a paper is not one."""

from random import Random

import pytest

from app.adapters.presidio import PresidioRedactor
from app.domain.intents import LANGUAGES
from app.domain.text import RawText
from evals.identifiers import Example, examples

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


GAPS = (
    "  ",
    "\u00a0",
    "\u2009",
    "\u2002",
    "\u2007",
    "\u3000",
    "\t",
    "-",
    " - ",
    "\u2010",
    "\u2011",
    "\u2013",
    "\u2212",
    ".",
    "_",
)
INKLESS = ("\u200b", "\u00ad", "\u2060", "\ufeff")
MORE_GAPS_OF_ACCOUNTS = ("\n", "\r\n", "\n> ", " \n ", "/", "*", ",", ", ", ":", "\u00b7", "|")


@pytest.mark.parametrize(
    ("text", "groups", "gaps"),
    [
        ("IBAN {}, please", ("DE89", "3704", "0044", "0532", "0130", "00"), GAPS + INKLESS + MORE_GAPS_OF_ACCOUNTS),
        ("{} it is", ("FR14", "2004", "1010", "0505", "0001", "3M02", "606"), GAPS + INKLESS + MORE_GAPS_OF_ACCOUNTS),
        ("card {} please", ("4111", "1111", "1111", "1111"), GAPS + INKLESS + MORE_GAPS_OF_ACCOUNTS),
        ("amex {} 12/28", ("3782", "822463", "10005"), GAPS + INKLESS + MORE_GAPS_OF_ACCOUNTS),
        ("sécurité sociale {} merci", ("2", "55", "08", "14", "168", "025", "38"), GAPS + INKLESS),
        ("SIRET {} fin", ("732", "829", "320", "00074"), GAPS + INKLESS),
        ("USt-IdNr. {} ok", ("DE", "136", "695", "976"), GAPS + INKLESS),
        ("Steuer-ID: {} ok", ("36", "574", "261", "809"), GAPS + INKLESS),
        ("DNI {} vale", ("54", "362", "315", "K"), INKLESS),
    ],
)
def test_whatever_parts_its_groups_it_is_hidden(
    redactor: PresidioRedactor, text: str, groups: tuple[str, ...], gaps: tuple[str, ...]
) -> None:
    left = {gap: shown(redactor, text.format(gap.join(groups)), "en") for gap in gaps}
    assert {
        gap: words for gap, words in left.items() if any(group in words for group in groups if len(group) > 1)
    } == {}


@pytest.mark.parametrize("zero", ["\uff10", "\u0660", "\U0001d7ce", "\u2080"])
def test_digits_of_other_kinds_are_digits(redactor: PresidioRedactor, zero: str) -> None:
    digits = {ord(str(n)): chr(ord(zero) + n) for n in range(10)}
    text = "IBAN DE89 3704 0044 0532 0130 00, card 4111111111111111, tel +49 30 9018200".translate(digits)
    assert not any(sign in shown(redactor, text, "en") for sign in digits.values())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4111111111111111 12/27 123", "4111111111111111"),
        ("the card is 4111 1111 1111 1111 12/27", "4111 1111 1111 1111"),
        ("card_4111111111111111", "4111111111111111"),
        ("DE89370400440532013000BIC COBADEFFXXX", "DE89370400440532013000"),
        ("IBAN: D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0 ok", "D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0"),
        ("NIB 0002 0123 12345678901 54", "0002 0123 12345678901 54"),
        ("CLABE 002010077777777771", "002010077777777771"),
        ("ni no jg103759a", "jg103759a"),
        ("it is JG-10-37-59-A", "JG-10-37-59-A"),
        ("petra.vane (at) customer.example", "petra.vane (at) customer.example"),
        ("petra.vane[at]customer[dot]com", "petra.vane[at]customer[dot]com"),
        ("write petra.vane @ customer.example", "petra.vane @ customer.example"),
        ("petra.vane\uff20customer.example", "petra.vane\uff20customer.example"),
        ('"petra vane"@customer.example', '"petra vane"@customer.example'),
        ("https://x.example/?to=petra.vane%40customer.example", "petra.vane%40customer.example"),
        ("petra.vane@\ncustomer.example", "petra.vane@\ncustomer.example"),
        ("petra.vane\u200b@customer.example", "petra.vane\u200b@customer.example"),
        ("petra.vane@customer.example-Best", "petra.vane@customer.example"),
    ],
)
def test_it_is_hidden_in_odd_company(redactor: PresidioRedactor, text: str, value: str) -> None:
    start = text.index(value)
    assert shown(redactor, text, "en")[start : start + len(value)].strip() == ""


@pytest.mark.parametrize(
    "text",
    [
        "10000  20000  30000  40000",
        "4711  2026  120000\n4712  2026  130000",
        "INV-4711 @John.Smith is open, 12 @ 3.50",
        "de 12.05.2026, 13.06.2026 und 14.07.2026",
        "m\u00b2 17\u00b9, n.\u00ba 12",
    ],
)
def test_a_row_of_a_table_or_a_mention_is_no_identifier(redactor: PresidioRedactor, text: str) -> None:
    numbers = [word for word in text.split() if any(map(str.isdigit, word))]
    assert all(word in shown(redactor, text, "en") for word in numbers)
