"""Text that leaves the process: what no list knows is hidden, what the ledger says is not."""

import pytest

from app.adapters.presidio import PresidioRedactor
from app.adapters.redaction.vocabulary import Vocabulary
from app.domain.text import RawText, Redaction


@pytest.fixture(scope="module")
def redactor() -> PresidioRedactor:
    return PresidioRedactor.create(is_strict=True)


@pytest.fixture(scope="module")
def mild() -> PresidioRedactor:
    return PresidioRedactor.create()


def redact(redactor: PresidioRedactor, text: str, language: str, *readable: str) -> Redaction:
    (done,) = redactor.redact([RawText(text)], language=language, known_names=[], vault={}, readable=readable)
    return done


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("en", "Wickramasinghe won't sign until Thibodeaux is back.", ["Wickramasinghe", "Thibodeaux"]),
        ("en", "We wait for Idris ap Gwilym.", ["Idris", "ap", "Gwilym"]),
        ("en", "payment done, ikram from stores knows", ["ikram"]),
        ("fr", "merci encore, lilou", ["lilou"]),
        ("it", "sono Ettore Quaranta, buongiorno", ["Ettore", "Quaranta"]),
        ("de", "Anlage: Mahnung_RE-118_Schnabelrauch.pdf", ["Schnabelrauch"]),
        ("en", "Remittance_John_Wynthorpe_2026-03.pdf", ["John", "Wynthorpe"]),
        ("de", "Thormählen hat zugestimmt, ibo aus dem Lager auch.", ["Thormählen", "ibo"]),
        ("es", "ME LLAMO OLGA PETRENKO Y YA PAGUÉ", ["OLGA", "PETRENKO"]),
        ("nl", "Terpstra is akkoord, Detmer niet.", ["Terpstra", "Detmer"]),
        ("it", "Tagliaferri ha approvato.", ["Tagliaferri"]),
        ("pt", "O Delfim não assinou.", ["Delfim"]),
        ("de", "Bezahlt am 04.08.2026.\nMkrtchyan, Falk gibt es frei.", ["Mkrtchyan", "Falk"]),
    ],
)
def test_unknown_words_are_hidden(redactor: PresidioRedactor, language: str, text: str, names: list[str]) -> None:
    shown = redact(redactor, text, language).text.value
    assert [name for name in names if name in shown] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Kundennr. 55812, Vertragsnr. V-0099123"),
        ("fr", "Paiement de la Scierie Lambert, bon 0478621109"),
        ("es", "Según Fundiciones Arrate, company number 09912345"),
        ("en", "Unfortunately the March delivery was short, so Invoice INV-20461 (£310.00) stays open until Friday."),
        ("fr", "Merci de nous renvoyer la Facture F-310 de mars, le Service comptable la paiera Vendredi."),
        ("de", "Die Rechnung RE-310 ist in der Buchhaltung, die Zahlung erfolgt nach der Freigabe am Freitag."),
        ("es", "La Factura FV-310 de marzo se pagará el Viernes por Transferencia."),
        ("nl", "De Factuur N-310 wordt Vrijdag betaald, de levering van Maart was goed."),
        ("it", "La Fattura FT-310 di marzo sarà pagata Venerdì con Bonifico."),
        ("pt", "A Fatura FA-310 de março será paga na Sexta por Transferência."),
        ("en", "Sable & Finch and Moorcroft Timber have nothing to do with it, nor Holm & Daughters."),
        ("nl", "Snelkoerier Noord en Bouwbedrijf Lammers weten van niks."),
        ("fr", "Les Transports de la Brévenne ont livré."),
        ("en", "Sent by DHL, booked in SAP, paid from our Barclays account to Kestrel Freight Ltd."),
    ],
)
def test_the_trade_s_own_words_stay(redactor: PresidioRedactor, language: str, text: str) -> None:
    assert redact(redactor, text, language).text.value == text


def test_what_the_ledger_says_stays(redactor: PresidioRedactor) -> None:
    text = "Zymurgy Quarle paid F20260331, not Wickramasinghe."
    done = redact(redactor, text, "en", "Zymurgy Quarle", "F20260331")
    assert done.text.value == "Zymurgy Quarle paid F20260331, not ⟨PERSON_1⟩."


def test_a_firm_that_is_called_like_a_person_is_hidden(redactor: PresidioRedactor) -> None:
    assert "Laura" not in redact(redactor, "Regards\nLaura Whitfield", "en", "Laura Whitfield").text.value


def test_an_address_of_the_company_stays_hidden(redactor: PresidioRedactor) -> None:
    shown = redact(redactor, "Write to mei.chen@oakdale.example", "en", "oakdale.example").text.value
    assert shown == "Write to ⟨EMAIL_ADDRESS_1⟩"


def test_one_person_has_one_placeholder_in_all_texts_of_a_conversation(redactor: PresidioRedactor) -> None:
    texts = [RawText("Wickramasinghe agrees."), RawText("Ask Wickramasinghe again.")]
    first, second = redactor.redact(texts, language="en", known_names=[], vault={"⟨PERSON_1⟩": "Olga Marin"})
    assert first.text.value == "⟨PERSON_2⟩ agrees."
    assert second.text.value == "Ask ⟨PERSON_2⟩ again."


def test_a_mere_stranger_is_not_reported_as_personal(redactor: PresidioRedactor) -> None:
    assert redact(redactor, "The Kärcher pump is short.", "en").found == ()


def test_text_that_stays_in_the_process_is_redacted_as_before(mild: PresidioRedactor) -> None:
    text = "The Kärcher pump reached Glasgow."
    assert redact(mild, text, "en").text.value == text


def test_endings_and_compounds_of_known_words_are_known() -> None:
    vocabulary = Vocabulary.load()
    assert vocabulary.knows("zahlungsfreigabe", "de")
    assert vocabulary.knows("l'echeance", "fr")
    assert not vocabulary.knows("wickramasinghe", "en")


def test_no_given_name_is_taken_for_a_word() -> None:
    vocabulary = Vocabulary.load()
    names = ("laura", "wiebke", "camille", "itziar", "sjoukje", "ginevra", "matilde")
    assert [name for name in names if vocabulary.knows_anywhere(name)] == []
