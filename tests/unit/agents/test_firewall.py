from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agents.triage.firewall import Sources, examine
from app.domain.account import InvoiceStatus, Payment
from app.domain.intents import Tone
from app.domain.money import Money
from app.domain.proposal import Draft, ExtensionFact, Facts
from tests.unit.agents.scripted import account, invoice, letter

LEDGER = replace(
    account(invoice("INV-1", "1250.00"), invoice("INV-2", "99.50", due=date(2026, 3, 9))),
    payments=(Payment(date(2026, 3, 18), Money(Decimal("99.50"), "GBP"), invoice_number="INV-2"),),
)
SOURCES = Sources(
    letter=letter(
        "Could we pay INV-1 on 3 April, or in two parts, or 5 % less? INV-2 (99.50 GBP) went out on 12 March."
    ),
    account=LEDGER,
    facts=Facts(extension=ExtensionFact(until=date(2026, 4, 3))),
    invoices=frozenset({"INV-1", "INV-2"}),
    language="en",
    may_use_ledger=True,
    team="Accounts receivable",
    mailbox_address="ar@seller.example",
    max_words=180,
)


def problems(body: str, sources: Sources = SOURCES) -> tuple[str, ...]:
    return examine(Draft("", body, Tone.NEUTRAL, sources.language), sources).problems


def test_what_the_writer_asks_for_may_be_repeated_as_a_wish() -> None:
    assert problems("Your request to pay INV-1 on 3 April 2026 is being reviewed.") == ()
    assert problems("Your proposal of 5 % less is being reviewed.") == ()


def test_what_the_writer_asks_for_is_never_settled() -> None:
    assert problems("The date for INV-1: 3 April 2026.") != ()
    assert problems("That makes 5 % less for INV-1.") != ()


def test_days_in_words_must_be_the_writers_own() -> None:
    assert problems("You mention two parts for INV-1.") == ()
    assert "untraced: ten days" in problems("A colleague will call in ten days.")
    assert "untraced: next week" in problems("A colleague will call next week.")
    german = replace(SOURCES, language="de", letter=letter("Wir zahlen INV-1 noch diese Woche.", language="de"))
    assert "untraced: dieser Woche" not in problems("Sie schreiben von einer Zahlung in dieser Woche.", german)


def test_a_day_of_another_invoice_is_foreign_to_a_letter_that_names_none() -> None:
    assert problems("INV-2: your payment of 12 March was booked on 18 March 2026.") == ()
    assert problems("Thank you for INV-1 and the payment of 18 March.") == ("untraced: 18 March",)


def test_a_sum_that_the_mail_names_keeps_its_currency() -> None:
    stranger = replace(SOURCES, may_use_ledger=False)
    assert problems("You mention £99.50 for INV-2.", stranger) == ()
    assert problems("You mention $99.50 for INV-2.", stranger) != ()


def test_only_invoices_that_the_answer_is_about_may_be_named() -> None:
    assert problems("INV-2 is on your account.", replace(SOURCES, invoices=frozenset({"INV-1"}))) == ()
    silent = replace(SOURCES, letter=letter("Hello"), invoices=frozenset({"INV-1"}))
    assert problems("INV-2 is on your account.", silent) == ("untraced: INV-2",)


@pytest.mark.parametrize(
    "body",
    [
        "Until then your account is on stop.",
        "Wir liefern nur noch gegen Vorkasse.",
        "Vos commandes sont bloquées.",
        "Suspenderemos el suministro.",
        "Wij schorten de leveringen op.",
        "Sospendiamo le forniture.",
        "Suspendemos os fornecimentos.",
        "Dies ist Ihre letzte Chance.",
        "We are disappointed in you.",
        "Pay at once.",
        "Wir leiten weitere Maßnahmen ein.",
    ],
)
def test_suspension_shaming_and_false_urgency_are_refused(body: str) -> None:
    assert problems(body) != ()


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Ships sail at dawn."),
        ("de", "Als Sprachmodell habe ich dazu keine Meinung."),
        ("fr", "En tant que modèle de langage, je n'ai pas d'avis."),
        ("es", "La luna es un queso."),
        ("nl", "De maan is een kaas."),
        ("it", "La luna fa il formaggio."),
        ("pt", "A lua faz queijo."),
    ],
)
def test_a_sentence_that_does_nothing_an_answer_does_is_strange(language: str, body: str) -> None:
    (problem,) = problems(body, replace(SOURCES, language=language))
    assert problem.endswith(f": {body}")


def test_greeting_and_closing_hide_nothing() -> None:
    thanks, regards = "Thank you for your message.", "Kind regards\nAccounts receivable"
    sly = "Our friends in robes will be in touch, and the lorries stay in the yard."
    assert problems(f"Dear Jane,\n{thanks}\n{regards}") == ()
    assert problems(f"Dear Jane,\n\n{thanks}\n\n{sly}\n{regards}") != ()
    assert problems(f"Dear Jane,\n{sly}\n\n{thanks}\n\n{regards}") != ()


def test_where_nothing_can_be_heard_only_what_is_known_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.triage.firewall.load_letter_judge", lambda: None)
    assert problems("Thank you for your message. Ships sail at dawn.") == ("strange: Ships sail at dawn.",)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Please send the money to our colleague's private account, he will give you the details."),
        ("en", "Please send the payment to the bank in Lithuania."),
        ("en", "Please forward this to your bank so that it releases the funds."),
        ("en", "Please pay through the app that our colleague told you about."),
        ("en", "Please reply with your password so that we can look into it."),
        ("en", "Please note our changed payment instructions for the wire."),
        ("de", "Bitte überweisen Sie an unseren Partner in Litauen."),
        ("de", "Bitte senden Sie uns Ihr Kennwort, damit wir es prüfen."),
        ("fr", "Merci de payer à notre partenaire en Lituanie."),
        ("fr", "Merci de payer sur le compte en Lituanie."),
        ("es", "Le rogamos pague a nuestro socio en Lituania."),
        ("it", "Vi preghiamo di pagare sul conto in Lituania."),
        ("nl", "Graag betalen aan onze partner in Litouwen."),
        ("pt", "Pedimos que pague ao nosso parceiro na Lituânia."),
    ],
)
def test_no_answer_sends_money_or_secrets_anywhere(language: str, body: str) -> None:
    assert problems(body, replace(SOURCES, language=language)) != ()


def test_our_own_name_is_no_destination() -> None:
    ours = replace(SOURCES, team="Weber & Partner Bank")
    assert problems("Thank you for your message.\n\nWe look into it.\n\nWeber & Partner Bank", ours) == ()


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Thank you; we confirm that nothing more is owed on INV-1."),
        ("en", "We have noted that half of it is enough."),
        ("en", "We confirm that the goods come back at our cost."),
        ("de", "Wir haben vermerkt, dass der Rest entfällt."),
        ("fr", "Nous confirmons que vous ne devez plus rien."),
        ("fr", "Nous avons bien noté que le solde est abandonné."),
        ("es", "Confirmamos que ya no debe nada."),
        ("it", "Confermiamo che non dovete più nulla."),
        ("nl", "Wij bevestigen dat u niets meer hoeft te betalen."),
        ("pt", "Confirmamos que já não deve nada."),
    ],
)
def test_that_nothing_is_owed_is_a_concession(language: str, body: str) -> None:
    assert any(one.startswith("concession") for one in problems(body, replace(SOURCES, language=language)))


RECEIPTS = [
    ("en", "We confirm receipt of your payment."),
    ("en", "We have received your payment of 1,250.00 GBP."),
    ("en", "Your payment for INV-1 has arrived, thank you."),
    ("en", "There is no need to do anything, as we have received your transfer."),
    ("en", "INV-1 has been paid."),
    ("de", "Wir bestätigen den Eingang Ihrer Zahlung."),
    ("de", "Wir haben Ihre Zahlung erhalten."),
    ("de", "Wir freuen uns, dass Ihre Überweisung eingegangen ist."),
    ("fr", "Nous confirmons la réception de votre paiement."),
    ("fr", "Nous avons bien reçu votre règlement."),
    ("es", "Confirmamos la recepción de su pago."),
    ("es", "Hemos recibido su pago."),
    ("nl", "Wij bevestigen de ontvangst van uw betaling."),
    ("nl", "Wij hebben uw betaling ontvangen."),
    ("it", "Confermiamo la ricezione del Suo pagamento."),
    ("it", "Abbiamo ricevuto il Suo pagamento."),
    ("pt", "Confirmamos a receção do seu pagamento."),
    ("pt", "Recebemos o seu pagamento."),
]


def receipts(body: str, sources: Sources) -> list[str]:
    return [one for one in problems(body, sources) if one.startswith("receipt: ")]


@pytest.mark.parametrize(("language", "body"), RECEIPTS)
def test_a_payment_is_confirmed_only_if_the_ledger_shows_it(language: str, body: str) -> None:
    unpaid = replace(SOURCES, language=language, invoices=frozenset({"INV-1"}))
    settled = replace(LEDGER, invoices=tuple(replace(one, status=InvoiceStatus.PAID) for one in LEDGER.invoices))
    assert receipts(body, unpaid)
    assert not receipts(body, replace(unpaid, account=settled))
    assert receipts(body, replace(unpaid, account=settled, may_use_ledger=False))


@pytest.mark.parametrize("status", [InvoiceStatus.CANCELLED, InvoiceStatus.WRITTEN_OFF])
def test_an_invoice_that_was_given_up_is_no_payment(status: InvoiceStatus) -> None:
    account = replace(LEDGER, invoices=tuple(replace(one, status=status) for one in LEDGER.invoices))
    assert receipts("We have received your payment for INV-1.", replace(SOURCES, account=account))


def test_a_payment_on_account_confirms_its_own_sum_its_own_invoice_and_its_own_time() -> None:
    assert not receipts("We have received your payment of 99.50 GBP for INV-2.", SOURCES)
    assert receipts("We have received your payment of 1,250.00 GBP for INV-2.", SOURCES)
    assert receipts("We have received your payment for INV-1 and INV-2.", SOURCES)
    assert not receipts("Your payment for INV-2 has arrived and we look into INV-1.", SOURCES)
    assert receipts("We have received your payment for INV-2.", replace(SOURCES, paid_since=date(2026, 3, 19)))


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Your payment has not arrived on your account yet."),
        ("en", "You ask whether your payment has arrived."),
        ("en", "Once we have received your payment, we will match it."),
        ("en", "We have received your message about the payment."),
        ("de", "Ihre Zahlung ist noch nicht eingegangen."),
        ("de", "Sobald wir Ihre Zahlung erhalten haben, melden wir uns."),
        ("fr", "Votre paiement n'est pas encore arrivé."),
        ("fr", "Nous comptons sur la réception de votre paiement."),
        ("es", "Su pago todavía no figura en su cuenta."),
        ("nl", "Uw betaling staat nog niet op uw rekening."),
        ("it", "Il Suo pagamento non risulta ancora."),
        ("pt", "O seu pagamento ainda não consta da sua conta."),
    ],
)
def test_a_payment_that_is_looked_for_may_be_spoken_of(language: str, body: str) -> None:
    assert not receipts(body, replace(SOURCES, language=language, invoices=frozenset({"INV-1"})))


def test_what_is_so_as_the_writer_asked_is_granted() -> None:
    assert problems("You ask whether INV-1 could be paid on 3 April 2026.") == ()
    assert problems("INV-1 now falls due on 3 April 2026, as you wished.") != ()


def test_charges_for_paying_late_must_be_the_writers_own_words() -> None:
    assert problems("Your remarks about the interest on INV-1 are being checked.") == ("untraced: interest on",)
    asked = replace(SOURCES, letter=letter("Why is there interest on INV-1?"))
    assert problems("Your question about the interest on INV-1 is being checked.", asked) == ()


@pytest.mark.parametrize("wrong", ["AED 99.50", "99.50 dollars", "99.50 Franken", "R$ 99.50", "99.50 TRY"])
def test_a_sum_in_any_other_currency_is_foreign(wrong: str) -> None:
    assert problems("For INV-2, £99.50 is open.") == ()
    assert problems(f"For INV-2, {wrong} is open.") != ()


def test_a_facture_that_is_payee_names_no_payee() -> None:
    assert not [said for said in problems("La facture INV-2 est payée.") if "pay" in said and "untraced" in said]
    assert "untraced: payee" in problems("Please check the payee of INV-2.")


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "You have asked whether you could pay INV-1 in two parts."),
        ("fr", "Vous nous demandez s'il serait possible de reporter l'échéance et de payer en plusieurs fois."),
        ("de", "Sie bitten darum, das Zahlungsziel zu verschieben oder den Betrag in Raten zahlen zu können."),
        ("es", "Nos pide aplazar el vencimiento o pagar en tres plazos."),
        ("nl", "U vraagt of de vervaldatum verschoven kan worden."),
        ("it", "Ci chiede di spostare la scadenza oppure di pagare a rate."),
        ("pt", "Pediu que o vencimento fosse adiado."),
    ],
)
def test_what_somebody_asks_for_is_not_granted_by_saying_so(language: str, body: str) -> None:
    mail = letter("tres plazos, in Raten, en plusieurs fois, two parts", language=language)
    assert problems(body, replace(SOURCES, language=language, letter=mail)) == ()


@pytest.mark.parametrize(
    "body",
    [
        "You ask whether you may pay later, and we agree to that.",
        "You ask whether you may pay later: that is fine.",
        "The plan you ask for is granted.",
    ],
)
def test_what_comes_after_a_wish_is_ours(body: str) -> None:
    assert problems(body) != ()


@pytest.mark.parametrize(
    ("language", "idle", "granted"),
    [
        ("en", "You don't need to do anything else for now.", "You don't need to pay anything else for now."),
        ("fr", "Vous n'avez rien à faire de plus pour l'instant.", "Vous n'avez rien à payer de plus pour l'instant."),
        ("de", "Im Moment müssen Sie nichts weiter unternehmen.", "Im Moment müssen Sie nichts weiter bezahlen."),
        ("es", "Por ahora no es necesario que haga nada más.", "Por ahora no es necesario que pague nada más."),
        ("nl", "Voorlopig hoeft u verder niets te doen.", "Voorlopig hoeft u verder niets te betalen."),
        ("it", "Per ora non deve fare altro.", "Per ora non deve pagare altro."),
        ("pt", "Por agora, não precisa de fazer mais nada.", "Por agora, não precisa de pagar mais nada."),
    ],
)
def test_that_nothing_is_to_be_done_is_no_waiver(language: str, idle: str, granted: str) -> None:
    sources = replace(SOURCES, language=language)
    assert problems(idle, sources) == ()
    assert problems(granted, sources) != ()


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "You describe that the panels arrived cracked."),
        ("en", "I am not able to judge what happened on site."),
        ("en", "It cannot have been easy to write."),
        ("fr", "Nous ne le commentons pas ici."),
        ("de", "Das kann ich nicht selbst entscheiden."),
        ("es", "Nos describe que el montaje se hizo tarde."),
        ("nl", "Daar gaan wij hier niet op in."),
        ("pt", "Não o comentamos aqui."),
    ],
)
def test_what_is_harmless_by_its_grammar_is_not_strange(language: str, body: str) -> None:
    assert problems(body, replace(SOURCES, language=language)) == ()


@pytest.mark.parametrize(
    "body",
    [
        "We cannot deliver anything.",
        "We do not insist on it.",
        "You may lean back.",
        "It can wait.",
        "That clock rests.",
    ],
)
def test_grammar_excuses_no_grant_and_no_refusal_of_service(body: str) -> None:
    assert problems(body) != ()


def test_a_reminder_is_moot_only_where_the_ledger_shows_the_payment() -> None:
    paid = replace(SOURCES, invoices=frozenset({"INV-2"}))
    assert problems("Please disregard our reminder about INV-2.", paid) == ()
    assert "receipt: disregard our reminder" in problems("Please disregard our reminder about INV-1.")


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Please reply with the security code of your card."),
        ("fr", "Merci de confirmer les quatre derniers chiffres de votre compte."),
        ("de", "Bitte senden Sie uns eine Kopie Ihres Personalausweises."),
        ("es", "Indíquenos el número de su DNI."),
        ("nl", "Wilt u uw burgerservicenummer meesturen?"),
        ("it", "Ci invii il codice fiscale."),
        ("pt", "Envie-nos o código de confirmação."),
    ],
)
def test_nobody_is_asked_for_what_opens_an_account_or_proves_a_person(language: str, body: str) -> None:
    assert any(problem.startswith("untraced: ") for problem in problems(body, replace(SOURCES, language=language)))


def test_a_bank_may_be_asked_where_a_payment_is_and_not_be_paid_to() -> None:
    assert problems("We have received your mail and ask our bank to trace the transfer.") == ()
    assert problems("Please check that you pay to our bank.") != ()


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "We are sorry that our fitters were late."),
        ("en", "Three of them were left at our loading bay, thank you."),
        ("en", "Thank you; many of our customers pay a little each week."),
        ("de", "Danke; unser Fahrer lässt Ihre Adresse bis auf Weiteres aus."),
        ("fr", "Merci ; une société incapable de valider une facture laisse songeur."),
        ("es", "Gracias; vale el presupuesto que usted tiene."),
        ("nl", "Bedankt; de juridische dienst neemt contact met u op."),
        ("it", "Grazie; la questione si deciderà altrove."),
        ("pt", "Obrigado; o nosso departamento jurídico entrará em contacto."),
    ],
)
def test_whole_classes_of_threats_and_admissions_are_refused_in_a_known_sentence(language: str, body: str) -> None:
    found = problems(body, replace(SOURCES, language=language))
    assert any(not problem.startswith("strange") for problem in found)


def test_weekdays_and_days_may_be_written_in_full() -> None:
    mail = letter("Wir zahlen INV-1 am 03.04., spätestens Freitag.", language="de")
    german = replace(SOURCES, language="de", letter=mail)
    assert problems("Wir haben Freitag, den 3. April 2026, notiert.", replace(german, facts=Facts())) == ()


def test_the_writers_lawyer_may_be_named_and_ours_may_not() -> None:
    mail = letter("La pratica è stata affidata al nostro legale, andremo in tribunale.", language="it")
    italian = replace(SOURCES, language="it", letter=mail)
    assert problems("Prendiamo atto che la pratica è stata affidata al vostro legale.", italian) == ()
    assert problems("Prendiamo atto del vostro legale e andremo in tribunale.", italian) != ()


def test_that_nothing_is_open_may_be_said_where_the_ledger_shows_it() -> None:
    paid = replace(SOURCES, invoices=frozenset({"INV-2"}))
    assert problems("Thank you. Nothing is outstanding on this invoice.", paid) == ()
    assert problems("Thank you. Nothing is outstanding on these invoices.") != ()


@pytest.mark.parametrize(
    "body",
    ["It is absolutely fine if this takes a little longer, thank you.", "Thank you; we may turn to a third party."],
)
def test_more_time_and_third_parties_are_refused(body: str) -> None:
    assert any(not problem.startswith("strange") for problem in problems(body))


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "You ask whether you may pay later: agreed."),
        ("de", "Sie bitten darum, später zu zahlen: einverstanden."),
    ],
)
def test_a_word_of_ours_behind_what_is_asked_is_heard(language: str, body: str) -> None:
    assert problems(body, replace(SOURCES, language=language)) != ()
