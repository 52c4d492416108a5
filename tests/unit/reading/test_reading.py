"""From bytes to all that code can say."""

import pickle
from pathlib import Path

from app.domain.message import Identity
from app.domain.text import text_of
from app.reading.reading import invoice_mentions, read_mail

CORPUS = Path(__file__).parents[2] / "corpus"
US = Identity(("ar@seller.example",), "mx.seller.example")


def test_a_reply_is_read_whole() -> None:
    read = read_mail((CORPUS / "outlook_reply.eml").read_bytes(), US)
    assert text_of(read.parts.new, read.mail.text).endswith("(2.380,00 €).")
    assert read.language == "de"
    assert read.invoice_mentions[0] == "RE-5510021"
    assert read.screening.authentication == "pass"
    assert read.screening.machine is None


def test_html_and_plain_replies_are_split_alike() -> None:
    read = read_mail((CORPUS / "html_only_gmail.eml").read_bytes(), US)
    assert text_of(read.parts.new, read.mail.text) == "Paid this morning.\n\nPat"
    assert "Second reminder" in text_of(read.parts.quoted, read.mail.text)


def test_hidden_words_are_out_of_the_text_and_on_record() -> None:
    read = read_mail((CORPUS / "hidden_instruction.eml").read_bytes(), US)
    assert "AI assistant" not in read.mail.text
    assert read.screening.has_hidden_text
    assert read.screening.has_injection


def test_what_was_read_crosses_the_process_boundary() -> None:
    read = read_mail((CORPUS / "bounce.eml").read_bytes(), US)
    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301 - our own bytes


def test_candidates_for_invoice_numbers_are_found_once_each() -> None:
    text = "RE: INV-20655, F-88185 and 2026/0471; check #10442, invoice 30140 (INV-20655), in 14 days, R 4471"
    found = invoice_mentions(text)
    assert {"INV-20655", "F-88185", "2026/0471", "30140"} <= set(found)
    assert "14" not in found
    assert len(found) == len(set(found))


def test_at_most_thirty_candidates_are_kept() -> None:
    assert len(invoice_mentions(" ".join(f"INV-{number}" for number in range(1000, 1100)))) == 30
