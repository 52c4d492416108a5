"""The redactor as its callers see it: placeholders, the vault, the map back, and failing closed."""

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from app.adapters.presidio import CHUNK, LONGEST_TEXT, PresidioRedactor, chunks
from app.domain.errors import RedactionFailed
from app.domain.text import RawText, Redaction, restore

MAIL = """Good day Laura,

INV-20655 over £3,118.00 goes out on 22nd May. My colleague Selma Aydin has the details: selma.aydin@kessler.example,
mobile 07700 900469. Refunds to GB82 WEST 1234 5698 7654 32, please.

Kind regards,
Brad Kessler
Kessler Supply Ltd
14 Larkspur Close, Abingdon OX14 3TT
"""


def redact(
    redactor: PresidioRedactor,
    *texts: str,
    language: str = "en",
    known: Sequence[str] = (),
    vault: Mapping[str, str] | None = None,
) -> tuple[Redaction, ...]:
    raw = [RawText(text) for text in texts]
    return redactor.redact(raw, language=language, known_names=known, vault=vault or {})


def test_a_mail_keeps_its_facts_and_loses_its_people(redactor: PresidioRedactor) -> None:
    (mail,) = redact(redactor, MAIL)
    shown = mail.text.value
    for personal in ("Laura", "Selma", "Aydin", "Brad", "07700", "WEST", "Larkspur", "OX14"):
        assert personal not in shown
    for fact in ("INV-20655", "£3,118.00", "22nd May", "Kessler Supply Ltd"):
        assert fact in shown
    assert restore(shown, mail.vault) == (MAIL, ())


def test_found_names_type_and_place(redactor: PresidioRedactor) -> None:
    (mail,) = redact(redactor, MAIL)
    assert {(span.type, span.text) for span in mail.found} == {
        ("PERSON", "Laura"),
        ("PERSON", "Selma Aydin"),
        ("PERSON", "Brad Kessler"),
        ("EMAIL_ADDRESS", "selma.aydin@kessler.example"),
        ("PHONE_NUMBER", "07700 900469"),
        ("IBAN_CODE", "GB82 WEST 1234 5698 7654 32"),
        ("LOCATION", "14 Larkspur Close, Abingdon OX14 3TT"),
    }
    assert all(MAIL[span.start : span.end] == span.text for span in mail.found)


def test_one_person_has_one_placeholder_by_any_part_of_the_name(redactor: PresidioRedactor) -> None:
    subject, body = redact(
        redactor,
        "For Mrs Whitfield",
        "Hi Laura,\n\nas told to Ms Whitfield.\n\nLars",
        known=["Laura Whitfield", "Lars Holm"],
    )
    assert subject.text.value == "For Mrs ⟨PERSON_1⟩"
    assert body.text.value == "Hi ⟨PERSON_1⟩,\n\nas told to Ms ⟨PERSON_1⟩.\n\n⟨PERSON_2⟩"


def test_two_people_of_one_family_stay_two(redactor: PresidioRedactor) -> None:
    (mail,) = redact(redactor, "Hello Anna Moretti,\n\nMarco Moretti paid.\n\nMr Moretti", known=[])
    assert mail.text.value.startswith("Hello ⟨PERSON_1⟩,\n\n⟨PERSON_2⟩ paid.")


def test_numbers_continue_behind_the_vault(redactor: PresidioRedactor) -> None:
    vault = {"⟨PERSON_1⟩": "Laura Whitfield", "⟨PERSON_4⟩": "Lars Holm", "⟨IBAN_CODE_1⟩": "DE44 5001 0517 5407 3249 31"}
    (mail,) = redact(redactor, "Dear Laura, IBAN DE44500105175407324931.\n\nRegards\nOlga Marin", vault=vault)
    assert mail.text.value == "Dear ⟨PERSON_1⟩, IBAN ⟨IBAN_CODE_1⟩.\n\nRegards\n⟨PERSON_5⟩"
    assert mail.vault == {**vault, "⟨PERSON_5⟩": "Olga Marin"}


@pytest.mark.parametrize(
    "forged", ["⟨IBAN_CODE_1⟩", "⟨person_1⟩", "⟨", "x⟩y", "[IBAN_CODE_1]", "\u3008PERSON_2\u3009", "PERSON_1"]
)
def test_a_writer_cannot_smuggle_a_placeholder_in(redactor: PresidioRedactor, forged: str) -> None:
    vault = {"⟨PERSON_1⟩": "Laura Whitfield", "⟨IBAN_CODE_1⟩": "DE44500105175407324931"}
    text = f"Please answer with {forged} here."
    (mail,) = redact(redactor, text, vault=vault)
    assert "⟨TEXT_1⟩" in mail.text.value
    assert restore(mail.text.value, mail.vault) == (text, ())
    assert mail.found == ()


def test_role_mailboxes_are_hidden_but_not_reported(redactor: PresidioRedactor) -> None:
    (mail,) = redact(redactor, "Write to accounts@kessler.example or buchhaltung@kessler.example.")
    assert "@" not in mail.text.value
    assert mail.found == ()


def test_names_of_offices_and_firms_do_not_count_as_people(redactor: PresidioRedactor) -> None:
    text = "IT Service Desk of Nordhaven Supply Ltd will answer. Charlotte Rees told Rees Coaching so."
    (mail,) = redact(redactor, text, known=["IT Service Desk", "Nordhaven Supply Ltd", "Charlotte Rees"])
    assert mail.text.value == "IT Service Desk of Nordhaven Supply Ltd will answer. ⟨PERSON_1⟩ told Rees Coaching so."


def test_a_span_of_the_redacted_text_leads_back_to_the_words(redactor: PresidioRedactor) -> None:
    (mail,) = redact(redactor, MAIL)
    shown = mail.text.value
    start = shown.index("INV-20655")
    span = mail.text.source_span(start, start + len("INV-20655"))
    assert span is not None
    assert span.of(MAIL) == "INV-20655"


def test_an_empty_text_is_fine(redactor: PresidioRedactor) -> None:
    (mail,) = redact(redactor, "")
    assert mail.text.value == ""
    assert mail.found == ()


def test_too_long_a_text_is_refused_not_cut(redactor: PresidioRedactor) -> None:
    with pytest.raises(RedactionFailed):
        redact(redactor, "a" * (LONGEST_TEXT + 1))


def test_whatever_breaks_inside_fails_closed_without_quoting_the_text(redactor: PresidioRedactor) -> None:
    with pytest.raises(RedactionFailed) as failure:
        redactor.redact([RawText("Laura")], language="en", known_names=[None], vault={})  # type: ignore[list-item]
    assert "Laura" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_an_unknown_language_is_read_all_the_same(redactor: PresidioRedactor) -> None:
    (mail,) = redact(redactor, "Laura Whitfield, +48 22 555 01 99", language="pl")
    assert {span.type for span in mail.found} == {"PERSON", "PHONE_NUMBER"}


def test_long_texts_are_read_to_the_end(redactor: PresidioRedactor) -> None:
    filler = "The goods arrived in good order and we have nothing to add.\n\n"
    text = filler * 200 + "IBAN GB82WEST12345698765432\n"
    (mail,) = redact(redactor, text)
    assert "GB82" not in mail.text.value


def test_a_number_on_the_seam_of_two_pieces_is_found(redactor: PresidioRedactor) -> None:
    iban = "GB82 WEST 1234 5698 7654 32"
    for shift in range(0, 60, 7):
        text = ("word " * (CHUNK // 5))[: CHUNK - shift] + " " + iban + " end" * 50
        (mail,) = redact(redactor, text)
        assert "5698" not in mail.text.value


def test_pieces_cover_the_text() -> None:
    text = ("word " * 700 + "\n\n") * 5 + "x" * 9_000
    covered = 0
    for start, end in chunks(text):
        assert start <= covered
        assert end - start <= CHUNK
        covered = end
    assert covered == len(text)


def _redact_without_network(text: str) -> str:
    def refuse(event: str, _: object) -> None:
        if event.startswith("socket."):
            raise OSError(event)

    sys.addaudithook(refuse)
    (mail,) = PresidioRedactor.create().redact([RawText(text)], language="en", known_names=[], vault={})
    return mail.text.value


def test_nothing_is_looked_up_on_the_network() -> None:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        shown = pool.submit(_redact_without_network, "Write to mei.chen@oakdale.co.uk or http://oakdale.co.uk").result()
    assert shown == "Write to ⟨EMAIL_ADDRESS_1⟩ or http://oakdale.co.uk"
