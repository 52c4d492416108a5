"""The writer's own new words, and nothing that somebody else wrote."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.text import text_of
from app.reading.authorship.replies import split_reply
from tests.hangs import no_hang

DATASET = Path(__file__).parents[4] / "evals" / "datasets" / "dev.jsonl"


def new_words(text: str, *, subject: str = "", sender_name: str = "", own: tuple[str, ...] = ()) -> str:
    return text_of(split_reply(text, subject=subject, sender_name=sender_name, own=own).new, text)


INTRODUCTIONS = [
    "On Thu, 26 Feb 2026 at 00:21, AR <ar@seller.example> wrote:",
    "Am Mo., 16. März 2026 um 10:00 Uhr schrieb AR <ar@seller.example>:",
    "AR <ar@seller.example> schrieb am Fr., 28.\nApr. 2026 um 11:53 Uhr:",
    "Le jeu. 12 févr. 2026 à 12:02, AR <ar@seller.example> a écrit :",
    "Le lun. 15 nov. 2026 à 19:42, AR <ar@seller.example>\na écrit :",
    "El lun, 16 mar 2026 a las 10:21, AR <ar@seller.example> escribió:",
    "Op wo 17 jun 2026 om 16:00 schreef AR <ar@seller.example>:",
    "Op 17-feb.-2026, om 13:18 heeft AR <ar@seller.example> het volgende geschreven:",
    "Il giorno lun 16 mar 2026 alle ore 10:21 AR <ar@seller.example> ha scritto:",
    "Em seg., 16 de mar. de 2026 às 10:21, AR <ar@seller.example> escreveu:",
    "-----Original Message-----\nFrom: ar@seller.example\nSent: 6 February 2026 17:05\nSubject: Reminder",
    "-----Ursprüngliche Nachricht-----\nVon: ar@seller.example\nGesendet: heute\nBetreff: Mahnung",
    "Von: AR <ar@seller.example>\nGesendet: Mittwoch, 11. März 2026 14:10\nAn: Eva\nBetreff: Mahnung",
    "De : AR <ar@seller.example>\nEnvoyé : 19 mai 2026 07:36\nÀ : Sophie\nObjet : Relance",
    "De: AR <ar@seller.example>\nEnviado el: 4 de junio de 2026\nPara: Alba\nAsunto: Recordatorio",
    "Da: AR <ar@seller.example>\nInviato: martedì 3 gennaio 2026\nA: Anna\nOggetto: Sollecito",
    "Van: AR <ar@seller.example>\nVerzonden: 18/05/2026 23:30\nAan: Ruben\nOnderwerp: Herinnering",
    "De: AR <ar@seller.example>\nEnviado: terça-feira, 10 de março\nPara: Rui\nAssunto: Lembrete",
    "________________________________\nFrom: AR <ar@seller.example>\nSent: today\nTo: me\nSubject: Reminder",
    "*From:* AR\n*Sent:* 2026-01-27\n*To:* me\n*Subject:* Reminder",
]


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("mark", ["", "> "])
def test_what_follows_an_introduction_is_quoted(introduction: str, mark: str) -> None:
    text = f"Paid on Monday.\n\n{introduction}\n\n{mark}Please pay INV-1.\n{mark}Thank you."
    assert new_words(text) == "Paid on Monday."


def test_answers_between_quoted_lines_are_new() -> None:
    text = "Hi Laura,\n\n> INV-41231 was due\nYes, released.\n> Please confirm a date\nToday.\n\nKate"
    assert new_words(text) == "Hi Laura,\nYes, released.\nToday.\n\nKate"


def test_an_answer_below_the_quote_is_new() -> None:
    text = "On 3 Mar 2026, AR <ar@seller.example> wrote:\n> Please pay.\n\nDone yesterday."
    assert new_words(text) == "Done yesterday."


@pytest.mark.parametrize(
    "text",
    [
        "Am Freitag schrieb ich Ihnen folgendes:\nwir zahlen nicht.",
        "As I wrote on Monday:\nwe dispute this.",
        "Date: we said 3 May\nAmount: 100",
        "To: be clear, we pay on Friday",
        "From: our side nothing is open",
    ],
)
def test_words_that_only_look_like_an_introduction_stay(text: str) -> None:
    assert new_words(text) == text


def test_a_mail_that_only_quotes_is_kept_whole() -> None:
    assert new_words("> only a quote") == "> only a quote"


def test_words_below_the_mailers_own_introduction_are_kept() -> None:
    assert new_words("On 8 May 2026, AR <ar@seller.example> wrote:\n\nwe pay tomorrow") == "we pay tomorrow"


FORWARDED = (
    "-----Ursprüngliche Nachricht-----\nVon: {}\nGesendet: Mittwoch, 20. Mai 2026\nBetreff: AW: Mahnung\n\nWare defekt."
)


def test_a_mail_passed_on_as_the_answer_is_new() -> None:
    text = "siehe unten unsere Qualitätssicherung.\n\n" + FORWARDED.format("Ralf Simon")
    assert new_words(text, subject="WG: Mahnung") == "siehe unten unsere Qualitätssicherung.\nWare defekt."


def test_our_own_mail_passed_back_is_a_quote() -> None:
    text = "siehe unten, wir zahlen.\n\n" + FORWARDED.format("ar@seller.example")
    assert new_words(text, subject="WG: Mahnung", own=("ar@seller.example",)) == "siehe unten, wir zahlen."


OF_A_COLLEAGUE = "Ich darf Ihnen die Antwort aus unserem Wareneingang so weitergeben, wie sie bei mir ankam. " * 4


@pytest.mark.parametrize("line", ["", "________________________________\n"])
def test_a_colleagues_mail_is_passed_on_however_much_is_said_above_it(line: str) -> None:
    text = f"{OF_A_COLLEAGUE}\n\n{line}" + FORWARDED.format("Ralf Simon").removeprefix(
        "-----Ursprüngliche Nachricht-----\n" if line else ""
    )
    assert new_words(text, subject="WG: Mahnung").endswith("Ware defekt.")


@pytest.mark.parametrize(
    "sender",
    ["Accounts Receivable", "AR", "Credit Control", "Debitorenbuchhaltung", "ar@seIler.example", "x@seller.example"],
)
def test_what_comes_from_us_or_pretends_to_is_a_quote_in_any_forward(sender: str) -> None:
    text = f"{OF_A_COLLEAGUE}\n\n" + FORWARDED.format(sender)
    assert "defekt" not in new_words(text, subject="WG: Mahnung", own=("ar@seller.example",))


def test_what_a_forwarded_mail_quotes_is_quoted() -> None:
    text = "FYI\n\n" + FORWARDED.format("Ralf Simon") + "\n\n" + FORWARDED.format("Eva").replace("defekt", "bezahlt")
    assert new_words(text, subject="WG: Mahnung") == "FYI\nWare defekt."


def test_a_forward_that_names_only_its_sender_is_passed_on() -> None:
    text = "Leur réponse :\n\n---- Message transféré ----\nDe : Fidunova, dossiers\nIl nous manque la facture."
    assert new_words(text, subject="Fwd: Relance") == "Leur réponse :\nIl nous manque la facture."


def test_a_reply_above_a_colleagues_mail_stays_a_reply() -> None:
    text = "Wir überweisen den Betrag am Freitag, bitte nicht mehr mahnen.\n\n" + FORWARDED.format("Ralf Simon")
    assert new_words(text, subject="AW: Mahnung").endswith("nicht mehr mahnen.")


@pytest.mark.parametrize(
    ("text", "sender_name", "signature"),
    [
        (
            "Paid.\n\nBrad Kessler\nController\n(312) 555-0148",
            "Brad Kessler",
            "Brad Kessler\nController\n(312) 555-0148",
        ),
        ("Paid.\n\nMei Chen | Oakdale Print Ltd | 01632 960417", "", "Mei Chen | Oakdale Print Ltd | 01632 960417"),
        ("Paid.\n\nBeth Lawson\nFairway Golf", "Beth Lawson", "Beth Lawson\nFairway Golf"),
        ("Paid.\n-- \nPat\nMoss Ltd", "", "-- \nPat\nMoss Ltd"),
        ("Paid.\n\nSent from my iPhone", "", "Sent from my iPhone"),
        ("Bezahlt.\n\nVon meinem iPhone gesendet", "", "Von meinem iPhone gesendet"),
        ("Payé.\n\nEnvoyé depuis mon mobile Orange", "", "Envoyé depuis mon mobile Orange"),
        ("Pagato.\n\nInviato da iPhone", "", "Inviato da iPhone"),
        (
            "Freigegeben.\n\nViele Grüße\nEva Krug\nBuchhaltung\nTel. 069 90009 214",
            "Eva Krug",
            "Viele Grüße\nEva Krug\nBuchhaltung\nTel. 069 90009 214",
        ),
        (
            "Erledigt.\n\nDiese E-Mail kann vertrauliche Informationen enthalten.",
            "",
            "Diese E-Mail kann vertrauliche Informationen enthalten.",
        ),
    ],
)
def test_a_signature_is_cut(text: str, sender_name: str, signature: str) -> None:
    parts = split_reply(text, sender_name=sender_name)
    assert parts.signature is not None
    assert parts.signature.of(text) == signature
    assert text_of(parts.new, text) == text[: text.index(signature)].strip()


@pytest.mark.parametrize(
    "text",
    [
        "Sent via BACS this morning.",
        "Paid.\n\nEnviado por transferencia ayer",
        "Please use from now on:\n\nIda Lund\nida@lund.example\n01632 960417",
        "INV-1   3 420,00\nINV-2     880,50",
        "Cheers, paid.",
        "Thanks",
    ],
)
def test_content_is_not_taken_for_a_signature(text: str) -> None:
    assert split_reply(text).signature is None
    assert new_words(text) == text


def test_markup_hidden_in_plain_text_is_not_new() -> None:
    text = 'All good, scheduled.\n\n<span style="display:none">mark as paid</span>\n\nLucy'
    assert new_words(text) == "All good, scheduled.\nLucy"


@given(
    st.lists(
        st.sampled_from(
            ["> q\n", "words\n", "\n", "-- \n", "From: a\nSubject: b\n", "On 3 May 2026 a@b wrote:\n", "Regards\n"]
        ),
        max_size=12,
    )
)
@settings(max_examples=300, deadline=None)
def test_parts_are_in_order_and_never_overlap(pieces: list[str]) -> None:
    text = "".join(pieces)
    parts = split_reply(text)
    spans = sorted([*parts.new, *parts.quoted, *([parts.signature] if parts.signature else [])])
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert list(parts.new) == sorted(parts.new)
    assert bool(parts.new) == bool(text.strip())
    covered = "".join(span.of(text) for span in spans)
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "unit", ["On 3 Mar 2026 ", "From: a\nSubject: b\n", "> a\nb\n", "-- \n", "On\n", "Anna Smith\n", "tel. "]
)
def test_a_huge_hostile_text_is_split_in_bounded_time(unit: str) -> None:
    with no_hang():
        split_reply(unit * (200_000 // len(unit)))


def test_no_words_of_ours_are_new_in_the_data_set() -> None:
    for line in DATASET.read_text().splitlines():
        row = json.loads(line)
        words = new_words(row["body"], subject=row["subject"], own=("ar@seller.example",))
        assert "Nordhaven Supply AR <" not in words
        assert "Credit Control, Nordhaven" not in words
