"""Nothing that the writer says is ever lost: below a signature, a disclaimer, a quote, or in odd places."""

import pytest

from app.domain.text import text_of
from app.reading.authorship.replies import split_reply


def new_words(text: str) -> str:
    return text_of(split_reply(text).new, text)


TAILS = [
    "PS: INV-4471 is not ours, please take it up with Dale Foods.",
    "P.S. We have not received the goods yet.",
    "N.B. we only pay half of it.",
    "PS: Die Ware ist defekt, wir zahlen nicht.",
    "Nachtrag: Wir zahlen die Hälfte am Freitag.",
    "P.-S. : nous contestons la facture 881.",
    "P.D.: La factura 881 está pagada desde ayer.",
    "Posdata: pagaremos el viernes.",
    "P.S.: abbiamo già pagato la 881.",
    "PS. Wij hebben factuur 881 al betaald.",
    "PS: já pagámos a fatura 881.",
    "Ring me on 01632 960417 about the invoice, please.",
    "By the way, we never got the second delivery.",
    "Ach ja, die Rechnung 881 haben wir schon bezahlt.",
    "Au fait, nous n'avons jamais reçu la deuxième livraison.",
]
SIGNATURES = [
    "-- \nPat Moss\nMoss Ltd\n01632 960417",
    "Sent from my iPhone",
    "Kind regards\nPat Moss\nController | Moss Ltd\nTel. 01632 960417",
    "Mit freundlichen Grüßen\nJana Holm\nBuchhaltung\nHolm GmbH\nTel. 069 90009 214",
    "Cordialement\nLuc Brun\nComptabilité\nTél. : 01 99 00 12 34",
    "Viele Grüße\n\nJana Holm\nLeiterin Rechnungswesen\nHolm Bau und Handel GmbH\nDurchwahl +49 431 2290 817",
    "Pat Moss\nMoss Ltd\npat@moss.example\n\nThis e-mail is confidential and intended for the addressee only.",
]


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("signature", SIGNATURES)
def test_what_is_said_below_a_signature_is_kept(signature: str, tail: str) -> None:
    parts = split_reply(text := f"Thanks for the reminder.\n\n{signature}\n\n{tail}")
    assert text_of(parts.new, text) == f"Thanks for the reminder.\n{tail}"
    assert parts.signature is not None
    assert parts.signature.of(text) == signature


SMALL_PRINT = [
    "If you are not the intended recipient, please delete this message. We accept no liability for viruses.",
    "Moss Ltd is registered in England, No. 01234567. Registered office: 1 High Street, Leeds LS1 4AP.",
    "Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender.",
    "Holm GmbH, Sitz der Gesellschaft: Kiel, Amtsgericht Kiel HRB 1234, Geschäftsführer: Jana Holm",
    "Si vous n'êtes pas le destinataire, merci de détruire ce message et d'en avertir l'expéditeur.",
    "Si usted no es el destinatario, le rogamos que borre este mensaje. No nos hacemos responsables de virus.",
    "Se non siete il destinatario, vi preghiamo di cancellare il messaggio e di avvisare il mittente.",
    "Indien u niet de geadresseerde bent, verzoeken wij u dit bericht te verwijderen.",
    "Se não for o destinatário, pedimos que apague esta mensagem e avise o remetente.",
    "Please consider the environment before printing this e-mail.",
    "We process personal data as described in our privacy policy: https://moss.example/privacy",
    "Informationen zum Datenschutz finden Sie unter https://holm.example/datenschutz",
]


@pytest.mark.parametrize("small_print", SMALL_PRINT)
@pytest.mark.parametrize("signature", SIGNATURES[:4])
def test_small_print_below_a_signature_goes_with_it(signature: str, small_print: str) -> None:
    assert new_words(f"We pay on Friday.\n\n{signature}\n\n{small_print}") == "We pay on Friday."


@pytest.mark.parametrize(
    "text",
    [
        "On 3 March 2026 I wrote:\n\nThe goods never came. We will not pay.",
        "On 16/03/2026 at 10:21 we wrote:\nplease cancel INV-1.",
        "Am 16.03.2026 schrieb ich Ihnen:\n\nwir zahlen nicht.",
        "Am 16.03.2026 haben wir Ihnen geschrieben:\nDie Ware ist defekt.",
        "Le 16/03/2026 nous vous avons écrit :\nla livraison est incomplète.",
        "El 16/03/2026 les hemos escrito:\nno pagaremos.",
        "Il 16/03/2026 vi abbiamo scritto:\nla merce è difettosa.",
        "Op 16-03-2026 schreef ik u:\nwij betalen niet.",
        ">>> PLEASE NOTE <<<\nWe moved to a new bank.",
        "Disclaimer first: we dispute INV-1.\n\nThe rest is fine.",
        "Hi,\n\nImportant notice: we stopped trading on 1 March.\n\nPlease contact the administrator.",
        "Sent the money today.\n\nThe rest follows in May.",
        "From: 1 April our address is new\nTo: please write to Leeds from then on",
        "Best,\n\nbut we still need the invoice copy.",
        "Thanks\n\nWhen will the credit note arrive?",
    ],
)
def test_words_that_look_like_an_end_or_a_quote_stay(text: str) -> None:
    assert "".join(new_words(text).split()) == "".join(text.split())


BANNERS = [
    "CAUTION: This email originated from outside of the organization. Do not click links.",
    "[EXTERNAL EMAIL] This message comes from an external sender.",
    "ACHTUNG: Diese E-Mail stammt von einem externen Absender. Bitte öffnen Sie keine Anhänge.",
    "ATTENTION : ce courriel provient de l'extérieur de l'entreprise.",
    "ATENCIÓN: este correo procede de un remitente externo.",
    "ATTENZIONE: questa e-mail proviene da un mittente esterno.",
    "LET OP: dit bericht komt van een externe afzender.",
    "ATENÇÃO: esta mensagem vem de um remetente externo.",
    "You don't often get email from kim@buyer.example. Learn why this is important<https://aka.example/Learn>",
]


@pytest.mark.parametrize("banner", BANNERS)
def test_a_gateways_banner_is_not_the_writers(banner: str) -> None:
    assert new_words(f"{banner}\n\nWe pay on Friday.\n\nKim") == "We pay on Friday.\n\nKim"


def test_a_warning_of_the_writers_own_is_theirs() -> None:
    text = "Attention: an external audit stops all payments until June.\n\nKim"
    assert new_words(text) == text
