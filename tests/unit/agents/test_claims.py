"""A letter may speak of a payment without saying that it came, and of files that the customer sends."""

import pytest

from agents.triage.lexicon import claims_of_receipt, says_it_is_attached
from app.reading.spans import fold, sentences

UNCLAIMED = [
    "Your message about the payment of invoice INV-1 has reached us.",
    "Your question about the payment has been received.",
    "Wir haben Ihre Nachricht zur Zahlung erhalten.",
    "Votre message au sujet du paiement est bien reçu.",
    "Su mensaje sobre el pago ha llegado.",
    "La Sua comunicazione sul pagamento è arrivata.",
    "Uw bericht over de betaling is ontvangen.",
    "O seu pedido sobre o pagamento foi recebido.",
    "Your payment promise has been received.",
    "Votre promesse de paiement est bien arrivée.",
    "Su promesa de pago ha llegado.",
    "Your proof of payment has been received.",
    "Le montant de 1 200,00 € figure toujours comme impayé.",
    "Le montant ouvert figure sur le relevé de compte ci-joint.",
    "O valor de 1200,00 EUR consta em aberto.",
    "El valor de la factura consta como pendiente.",
    "El importe de 1.200,00 EUR figura todavía como pendiente.",
    "Could you tell us when the transfer was booked?",
    "Please let us know when the payment has gone through.",
    "Could you tell us which day the payment was booked?",
    "Können Sie uns mitteilen, wann die Überweisung gebucht wurde?",
    "Le virement figure encore en attente.",
    "Please write before the payment has gone through.",
]
CLAIMED = [
    "Your payment for INV-1 has reached us.",
    "Your message about the payment, which has arrived, was passed on.",
    "Your message about the payment has arrived and the transfer has been booked.",
    "Thank you for your message: the payment has arrived.",
    "Your message about the payment is here; your transfer has arrived.",
    "Your question about the payment credited to our account is with us.",
    "Ihre Zahlung ist eingegangen.",
    "Ihre Nachricht zur Zahlung, die eingegangen ist, liegt vor.",
    "Ihre Nachricht zur Zahlung wurde gelesen und der Betrag verbucht.",
    "Votre paiement est bien reçu.",
    "Votre paiement figure sur notre compte.",
    "Le montant figure bien sur votre compte.",
    "Le virement apparaît désormais sur le compte.",
    "Su pago ha llegado.",
    "Su pago consta en nuestra cuenta.",
    "O seu pagamento consta na nossa conta.",
    "Votre message concernant le paiement qui est arrivé est lu.",
    "La comunicazione sul bonifico che è arrivato.",
    "After a look the payment has arrived.",
    "We checked when you wrote: the payment has arrived.",
]
THEIRS = [
    "Bitte schicken Sie uns Fotos als Anhang.",
    "Vielen Dank für den Anhang.",
    "Vielen Dank für die Fotos im Anhang.",
    "Merci de nous envoyer les photos en pièce jointe.",
    "Pouvez-vous nous transmettre les photos en pièce jointe ?",
    "Envíenos las fotos en adjunto.",
    "Gracias por los documentos en el adjunto.",
    "Ci invii le foto in allegato.",
    "Envie-nos as fotografias em anexo.",
    "Stuurt u ons de foto's als bijlage.",
    "The remittance advice you attached is with our team.",
    "Thank you for the details in the attachment.",
    "Thank you for the details in the attachment of your e-mail.",
    "Die Fotos, die Sie beigefügt haben, liegen unserem Team vor.",
    "Wir leiten Ihre Nachricht bei Bedarf weiter.",
    "De foto's die u hebt bijgevoegd liggen bij een collega.",
    "Obrigado pelas fotografias em anexo.",
    "Grazie per le foto in allegato.",
    "Merci pour les photos en pièce jointe.",
    "Les photos que vous avez jointes sont chez un collègue.",
]
OURS = [
    "Thank you for your message and in the attachment you find the copy.",
    "Thank you, the copy is attached.",
    "The copy you asked for is attached.",
    "Please find attached the copy you wanted.",
    "Thank you for the photos in the attachment; the copy is attached.",
    "Die Kopie liegt dieser E-Mail bei.",
    "Die Kopie liegt dieser E-Mail bei und ist für Sie.",
    "Vielen Dank für Ihre Nachricht, im Anhang finden Sie die Kopie.",
    "Vielen Dank für Ihre Nachricht im Anhang finden Sie die Kopie.",
    "Die Kopie, die Sie beigefügt finden, ist für Sie.",
    "Im Anhang finden Sie die Kopie.",
    "Merci pour votre message, vous trouverez le duplicata en pièce jointe.",
    "Merci de votre message, nous vous envoyons le duplicata en pièce jointe.",
    "Gracias por su mensaje, le enviamos la copia en el adjunto.",
    "Le enviamos la copia en adjunto.",
    "Grazie per il messaggio, le inviamo la copia in allegato.",
    "In allegato trova la copia.",
    "Em anexo encontra a cópia.",
    "Obrigado pela mensagem, enviamos a cópia em anexo.",
    "Dank voor uw bericht, de kopie vindt u in de bijlage.",
    "De kopie is bijgevoegd.",
    "De kopie die u bijgevoegd vindt is voor u.",
    "Merci de trouver le duplicata en pièce jointe.",
    "Wir senden Ihnen die Kopie als Anhang.",
]


def is_attached(text: str) -> bool:
    return any(says_it_is_attached(sentence.of(fold(text))) for sentence in sentences(text))


@pytest.mark.parametrize("text", UNCLAIMED)
def test_words_about_a_payment_and_what_is_open_claim_no_receipt(text: str) -> None:
    assert not list(claims_of_receipt(text))


@pytest.mark.parametrize("text", CLAIMED)
def test_a_receipt_is_claimed_whatever_stands_around_it(text: str) -> None:
    assert list(claims_of_receipt(text))


@pytest.mark.parametrize("text", THEIRS)
def test_what_the_customer_attaches_is_not_ours(text: str) -> None:
    assert not is_attached(text)


@pytest.mark.parametrize("text", OURS)
def test_what_is_ours_is_said_to_be_attached(text: str) -> None:
    assert is_attached(text)
