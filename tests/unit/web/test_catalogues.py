"""Every sentence of the pages is in every catalogue, whole: extracted as app/web/README.md says to extract it."""

import re
from functools import lru_cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from app.domain.money import Money
from app.domain.sentence import Sentence
from app.web.languages import LOCALES, SOURCE, catalogue, catalogue_path, language_of, translated

APP = Path(__file__).parents[3] / "app"
TRANSLATED = sorted(LOCALES.keys() - {SOURCE})
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"<[^>]+>")

Key = tuple[str | None, str | tuple[str, ...]]


@lru_cache
def wanted(*endings: str) -> frozenset[Key]:
    """Context and sentence, or its two forms: all there are, or those of files with such an ending."""
    command = (APP / "web" / "README.md").read_text(encoding="utf-8")
    keywords = DEFAULT_KEYWORDS | parse_keywords(re.findall(r"-k (\w+)", command))
    with (APP / "web" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(APP, methods, options, keywords=keywords)
    return frozenset(
        (context, message)
        for file_name, _line, message, _comments, context in found
        if not endings or file_name.endswith(endings)
    )


@lru_cache
def catalogue_of(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def forms(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple | list) else (str(value),)


def places(text: str) -> set[str]:
    """What is filled in: `%(name)s` of a template, `{name}` of a sentence of the program."""
    if PLACEHOLDER.search(text):
        return set(PLACEHOLDER.findall(text))
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_nothing_else_is_kept(language: str) -> None:
    kept = {(m.context, m.id) for m in catalogue_of(language) if m.id}
    assert len(wanted()) > 1500
    assert sorted(map(str, wanted() - kept)) == []
    assert sorted(map(str, kept - wanted())) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_is_whole(language: str) -> None:
    """Not fuzzy, not empty, as many forms as the language has, the same places and the same marks in each."""
    found = catalogue_of(language)
    wrong = []
    for message in found:
        if not message.id:
            continue
        source, said = forms(message.id), forms(message.string)
        many = isinstance(message.id, tuple)
        right = (
            not message.fuzzy
            and all(text.strip() for text in said)
            and len(said) == (found.num_plurals if many else 1)
            and all(places(text) <= set().union(*map(places, source)) for text in said)
            and places(said[-1]) == places(source[-1])
            and all(sorted(TAG.findall(text)) == sorted(TAG.findall(source[-1])) or "kbd" in text for text in said)
            and all(_edges(text) == _edges(source[0]) for text in said)
        )
        if not right:
            wrong.append((message.id, message.string))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_per_cent_sign_of_a_template_is_written_twice(language: str) -> None:
    """Templates fill in every sentence: `10 % dépassent` is a number without one there, and the page an error."""
    loose = [
        text
        for message in catalogue_of(language)
        if (message.context, message.id) in wanted(".html")
        for text in forms(message.string)
        if "%" in PLACEHOLDER.sub("", text).replace("%%", "")
    ]
    assert loose == []


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1] == " ", text[-1:] == " "


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_of_the_program_is_filled_in_as_the_language_writes_it(language: str) -> None:
    """No translation carries a format of Python: what stands in it was written for the reader before."""
    specs = [
        text
        for message in catalogue_of(language)
        for text in forms(message.string)
        if not PLACEHOLDER.search(text)
        for _text, name, spec, conversion in Formatter().parse(text)
        if name and (spec or conversion)
    ]
    assert specs == []


def test_a_sentence_reads_as_english_and_says_itself_in_german() -> None:
    sentence = Sentence("there is no customer {customer_id}", customer_id="C-1")
    assert sentence == "there is no customer C-1"
    assert translated(sentence, catalogue("de"), str) == "es gibt keinen Kunden C-1"
    within = Sentence("too little is known: {what}", what=Sentence("no credit limit is set"))
    assert (
        translated(within, catalogue("fr"), str)
        == "on en sait trop peu\N{NO-BREAK SPACE}: aucun plafond de crédit n\N{RIGHT SINGLE QUOTATION MARK}est fixé"
    )


def test_what_nobody_translated_stays_as_it_is() -> None:
    assert (
        translated("a word of an operator's own policy", catalogue("es"), str) == "a word of an operator's own policy"
    )
    assert translated("", catalogue("es"), str) == ""


def test_an_amount_in_a_sentence_is_written_for_the_reader() -> None:
    sentence = Sentence("a settlement needs its sum in {currency}", currency=Money)
    assert "EUR" in translated(sentence, catalogue("de"), lambda _value: "EUR")


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("de", "fr", "de"),
        ("", "fr-CA, en;q=0.5", "fr"),
        (None, "en;q=0.3, es-ES;q=0.8", "es"),
        ("xx", "pt, de-CH;q=0.2", "de"),
        ("", "pt-BR, *", "en"),
        ("", "de;q=0, en", "en"),
        ("", "", "en"),
        ("", ";;;q=, de" + "x" * 10_000, "en"),
    ],
)
def test_the_readers_choice_comes_first_then_the_browsers_wishes(
    chosen: str | None, accepted: str, language: str
) -> None:
    assert language_of(chosen, accepted) == language
