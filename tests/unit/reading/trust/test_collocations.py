"""Orders to software are known by the company of their words; collectors' mail uses each of those words every day."""

import tomllib
from pathlib import Path

import pytest

from app.reading.trust.injections import speaks_to_software
from tests.hangs import no_hang

PHRASES: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parents[3] / "attacks" / "phrases.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("language", PHRASES)
def test_nearly_all_known_attacks_are_seen(language: str) -> None:
    phrases = PHRASES[language]
    seen = [phrase for phrase in phrases if speaks_to_software(f"INV-7 will be paid on Friday. {phrase}\nRegards, Pat")]
    assert len(seen) / len(phrases) >= 0.8, set(phrases) - set(seen)


@pytest.mark.parametrize(
    "text",
    [
        "Please skip the line for VAT, it does not apply to us.",
        "The draft of the agreement was sent to you in May; please send us the signed one.",
        "Do not tell me that nobody told you: I showed the delivery note to your driver.",
        "In summary, we will pay INV-1 on Friday and leave out the freight.",
        "Our approval process takes ten days, the reviewer is on holiday.",
        "Your rules on returns changed in March, and nobody told us.",
        "Is this a robot? I would like to talk to a human being about INV-1.",
        "Bitte senden Sie uns eine vollständige Liste aller offenen Rechnungen.",
        "Unsere Prüfung hat ergeben, dass die Freigabe noch fehlt.",
        "Merci de nous envoyer le relevé complet et de ne pas relancer notre client.",
        "Ne faites pas comme si vous n'aviez rien reçu.",
        "Le rogamos que nos envíe todas las facturas pendientes de este año.",
        "La preghiamo di inviarci l'elenco completo delle fatture aperte.",
        "Graag ontvangen wij een volledige lijst van alle openstaande facturen.",
        "Pedimos que nos envie a lista completa das faturas em aberto.",
        "Our insolvency administrator has authorised no payments.",
        "Please include the PO number in your reply.",
        "You are now 40 days late with the credit note.",
    ],
)
def test_the_same_words_in_everyday_company_are_none(text: str) -> None:
    assert not speaks_to_software(text)


def test_distance_counts() -> None:
    assert speaks_to_software("skip the approval")
    assert not speaks_to_software(f"skip the line {'and so on ' * 5} until our approval")


def test_many_words_of_a_sign_take_no_time() -> None:
    with no_hang():
        speaks_to_software("skip approval " * 20_000 + "you told " * 20_000)
