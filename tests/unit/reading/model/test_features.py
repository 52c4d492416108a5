import numpy as np

from app.reading.model.features import (
    CHAR_BUCKETS,
    FEATURES,
    TRADE_SIZE,
    WORD_BUCKETS,
    hashed_ngrams,
    passages,
    pooled_trade_features,
    trade_features,
)


def shown(text: str, language: str) -> set[str]:
    return {name for name, value in zip(FEATURES, trade_features(text, language), strict=True) if value}


def test_greetings_farewells_and_our_own_subject_are_not_read() -> None:
    found = passages("Re: Reminder R-4471", "Hello Laura,\n\nWe will pay on Friday.\n\nKind regards")
    assert [passage.text for passage in found] == ["We will pay on Friday."]


def test_a_subject_of_the_writers_own_is_read() -> None:
    assert passages("New bank details", "See attached.")[0].source == "subject"


def test_a_mail_of_a_greeting_alone_is_read_all_the_same() -> None:
    assert passages("Re: Reminder", "Thanks")[0].text == "Thanks"


def test_tense_tells_a_promise_from_a_payment() -> None:
    for language, future, past in (
        ("en", "we will transfer it on Friday", "we have transferred it"),
        ("de", "wir werden am Freitag überweisen", "wir haben das gestern überwiesen"),
        ("fr", "nous réglerons vendredi", "nous avons réglé hier"),
        ("es", "pagaremos el viernes", "hemos pagado ayer"),
        ("nl", "wij zullen vrijdag betalen", "wij hebben gisteren betaald"),
        ("it", "pagheremo venerdì", "abbiamo pagato ieri"),
        ("pt", "pagaremos na sexta-feira", "já foi pago ontem"),
    ):
        assert "pay*future" in shown(future, language), language
        assert "pay*past" in shown(past, language), language


def test_numbers_and_names_do_not_become_words() -> None:
    first, _ = hashed_ngrams("", "R-4471 ⟨PERSON_1⟩ pays 100,00")
    second, _ = hashed_ngrams("", "R-9999 ⟨PERSON_7⟩ pays 2.500,00")
    assert np.array_equal(first, second)


def test_buckets_are_fixed_sorted_and_in_range() -> None:
    buckets, counts = hashed_ngrams("Invoice", "we pay")
    again, _ = hashed_ngrams("Invoice", "we pay")
    assert np.array_equal(buckets, again)
    assert np.all(np.diff(buckets) > 0)
    assert buckets.max() < WORD_BUCKETS + CHAR_BUCKETS
    assert len(buckets) == len(counts)


def test_pooled_features_have_one_size_even_for_nothing() -> None:
    empty = np.zeros((0, len(FEATURES)), dtype=np.float32)
    assert pooled_trade_features((), "", "en", empty).shape == (TRADE_SIZE,)
