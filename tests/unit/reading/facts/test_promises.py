from datetime import date
from decimal import Decimal

import pytest

from app.domain.intents import Intent
from app.reading.facts.promises import PromiseFound
from tests.unit.reading.ledger import account
from tests.unit.reading.told import facts_of

ONE = account(("R-4471", "900.00"))
TWO = account(("R-4471", "900.00"), ("R-4480", "250.00"))


def promise(text: str, carrier: str, language: str = "en") -> PromiseFound:
    found = facts_of(text, {Intent.PAYMENT_PROMISE: carrier}, ONE, language).promise
    assert found is not None
    return found


def test_the_day_stands_in_the_sentence_that_carries_the_promise() -> None:
    text = "The auditors will pay us a visit tomorrow. What we owe for the gate is yours on the 20th."
    assert promise(text, "What we owe for the gate is yours on the 20th").day == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "The bank opens on Monday and we transfer it on Tuesday.", date(2026, 3, 17)),
        ("de", "Am Montag ist Vorstand, und am Mittwoch, den 25. März, überweise ich den Betrag.", date(2026, 3, 25)),
        ("fr", "Le chèque est signé, vous serez payé vendredi.", date(2026, 3, 13)),
        ("es", "La transferimos el martes 24, ya se lo dije a mi socia para que no se olvide.", date(2026, 3, 24)),
        ("es", "La factura se la transfiero el martes, que es cuando abre el banco.", date(2026, 3, 17)),
        ("nl", "Die zit in de betaalbatch van maandag.", date(2026, 3, 16)),
        ("it", "La saldo venerdì 20, quando la collega sarà rientrata.", date(2026, 3, 20)),
        ("pt", "A fatura paga-se no dia 27, como sempre, e não se fala mais nisso.", date(2026, 3, 27)),
    ],
)
def test_words_beyond_the_comma_do_not_loosen_a_promise(language: str, text: str, day: date) -> None:
    assert promise(text, text, language).day == day


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We pay on Friday, if the lid turns up."),
        ("de", "Wir zahlen am Freitag, wenn der Deckel da ist."),
        ("fr", "Nous payons vendredi, si le couvercle arrive."),
        ("it", "Paghiamo venerdì, se arriva il coperchio."),
    ],
)
def test_a_condition_after_the_comma_does(language: str, text: str) -> None:
    assert promise(text, text, language).day is None


def test_what_is_paid_as_agreed_is_no_objection() -> None:
    assert promise("As agreed, 500 on Friday.", "As agreed, 500 on Friday.").day == date(2026, 3, 13)


def test_a_call_is_no_day_of_payment() -> None:
    text = "As I said in the call of Monday, the money is ready. You will be paid on Friday."
    assert promise(text, "You will be paid on Friday").day == date(2026, 3, 13)


def test_the_second_part_is_what_is_left_of_the_first() -> None:
    text = "The first instalment of 400.00 EUR was paid today. The second instalment goes out on Friday."
    assert promise(text, "The second instalment goes out on Friday").amount == Decimal("500.00")


def test_a_part_of_yen_is_whole_yen() -> None:
    text = "We will pay half of it on Friday."
    yen = account(("R-4471", "12345"), currency="JPY")
    found = facts_of(text, {Intent.PAYMENT_PROMISE: text}, yen, "en").promise
    assert found is not None
    assert str(found.amount) == "6173"


def test_what_was_knocked_off_is_not_promised() -> None:
    text = "We deducted 150.00 EUR for the dents. The balance will be paid on Friday."
    assert promise(text, "The balance will be paid on Friday").amount == Decimal("750.00")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The undisputed half will be paid on Friday."),
        ("de", "Die zweite Rate zahlen wir am Freitag."),
        ("es", "El resto lo pagaremos el viernes."),
    ],
)
def test_a_part_of_unknown_size_has_no_sum(language: str, text: str) -> None:
    assert promise(text, text, language).amount is None


def test_as_many_invoices_as_there_are_open_are_all() -> None:
    text = "Both invoices will be paid on Friday."
    found = facts_of(text, {Intent.PAYMENT_PROMISE: text}, TWO).promise
    assert found is not None
    assert found.amount == Decimal("1150.00")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The repair will not be paid on Friday or any other day."),
        ("de", "Die Reparatur wird nicht bezahlt, auch nicht am Freitag."),
        ("pt", "A reparação não será paga na sexta-feira."),
        ("es", "Los 900 no los pago el viernes ni nunca."),
    ],
)
def test_a_refusal_promises_nothing(language: str, text: str) -> None:
    assert promise(text, text, language).day is None


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "Our contract says net 45, so it is paid on the 31st.", "900.00"),
        ("de", "Ihr System rechnet mit 30, am 31. wird gezahlt.", "900.00"),
        ("en", "You chase 900 but your rep took 300 in cash. He can have the other 600 on Monday.", "600"),
        ("it", "Gli altri 780 ve li giro domani.", "780"),
        ("es", "El jueves ingresamos la factura quitándole los 240 € del abono prometido.", "660.00"),
        ("de", "Am Freitag überweisen wir abzüglich der Gutschrift von 100 €.", "800.00"),
        ("fr", "Nous payons vendredi moins les 50 € de remise.", "850.00"),
        ("it", "Paghiamo venerdì togliendo il 2% di sconto cassa.", "882.00"),
        ("fr", "Pas moins de 300 € partent vendredi.", "300"),
        ("nl", "Vijftig procent krijgt u vrijdag.", "450.00"),
        ("en", "It goes out on Friday, 899 and something.", "899"),
        ("en", "We pay it on Friday, plus your 9.00 interest.", "909.00"),
        ("fr", "Virement vendredi, plus les 9,00 € d'intérêts.", "909.00"),
        ("de", "Am Freitag überweise ich die 900 plus Ihre 12,50 Mahnkosten, zusammen 912,50.", "912.50"),
        ("es", "Va el viernes con los 9,30 de intereses.", "909.30"),
        ("nl", "Vrijdag maak ik het over, met 8,40 rente erbij.", "908.40"),
        ("it", "Parte venerdì, più 8,60 di interessi.", "908.60"),
        ("pt", "Pagamos na sexta-feira, mais 8,10 de juros.", "908.10"),
        ("de", "Am Freitag zahlen wir, allerdings ohne die 40 Euro Mahngebühr.", "900.00"),
    ],
)
def test_what_is_paid_of_the_sum_that_is_open(language: str, text: str, value: str) -> None:
    assert promise(text, text.rsplit(". ", 1)[-1], language).amount == Decimal(value)


def test_a_sum_without_its_cents_is_the_whole_invoice() -> None:
    on = account(("R-4471", "742.80"))
    text = "Signé à midi, c'est dans le lot de jeudi, 742 et quelques."
    found = facts_of(text, {Intent.PAYMENT_PROMISE: text}, on, "fr").promise
    assert found is not None
    assert found.amount == Decimal("742.80")


def test_one_invoices_own_sum_is_not_that_of_two() -> None:
    text = "R-4471 (900.00) and R-4480 (250.00) are paid on Friday."
    found = facts_of(text, {Intent.PAYMENT_PROMISE: text}, TWO).promise
    assert found is not None
    assert found.amount == Decimal("1150.00")


@pytest.mark.parametrize(
    ("text", "language"),
    [("La R-4471 e la R-4480 vanno tutte e due il 20.", "it"), ("A R-4471 segue no dia 20.", "pt")],
)
def test_two_of_them_are_not_due_in_italian(text: str, language: str) -> None:
    found = facts_of(
        text, {Intent.PAYMENT_PROMISE: text[:9]}, account(("R-4471", "900.00"), ("R-4480", "1.00")), language
    )
    assert found.promise is not None
    assert found.promise.day == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "Not this Monday, the coach party has it, but the one of the week after: we pay on the 23rd.", (3, 23)),
        ("de", "Nicht schon am Montag, sondern am 23. zahlen wir.", (3, 23)),
        ("es", "Este viernes imposible. El viernes de la semana siguiente la tienes pagada.", (3, 20)),
        ("fr", "Vendredi, impossible. Nous payons mardi.", (3, 17)),
        ("nl", "Maandag is voor ons niet haalbaar. Wij betalen op dinsdag.", (3, 17)),
        ("it", "Lunedì non è possibile. La paghiamo martedì.", (3, 17)),
        ("pt", "Segunda-feira é impossível. Pagamos na terça-feira.", (3, 17)),
    ],
)
def test_a_day_that_the_mail_rules_out_is_not_the_promised_one(language: str, text: str, day: tuple[int, int]) -> None:
    assert promise(text, text, language).day == date(2026, *day)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The auditor was here on Monday. It goes out on the 20th."),
        ("de", "Die Rechnung hat der Leiter am Montag freigegeben. Wir zahlen am 20."),
        ("fr", "La banque nous a refusés lundi. Nous payons le 20."),
        ("es", "El lunes fue fiesta aquí. La pagamos el 20."),
        ("nl", "Maandag was de kas leeg. Wij betalen op de 20e."),
        ("it", "Lunedì era festa. Paghiamo il 20."),
        ("pt", "Na segunda-feira foi feriado. Pagamos no dia 20."),
    ],
)
def test_a_weekday_of_something_past_is_not_the_promised_one(language: str, text: str) -> None:
    assert promise(text, text, language).day == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We pay on the 10th and the 25th of each month; it is in the next run."),
        ("de", "Unsere Zahlläufe sind jeweils am 10. und am 25., da ist sie dabei."),
        ("fr", "Nous payons le 10 et le 25 de chaque mois."),
        ("nl", "Wij betalen altijd op de 10e en op de 25e."),
        ("it", "Paghiamo il 10 e il 25 di ogni mese."),
    ],
)
def test_of_several_days_of_payment_the_next_one_counts(language: str, text: str) -> None:
    assert promise(text, text, language).day == date(2026, 3, 25)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Je la paie vendredi quand je fais les salaires."),
        ("es", "La factura, en cambio, sí está aprobada y se paga el viernes."),
        ("pt", "Fica pra sexta, já está agendado."),
    ],
)
def test_what_else_happens_that_day_is_no_condition(language: str, text: str) -> None:
    assert promise(text, text, language).day == date(2026, 3, 13)


def test_the_sum_is_that_of_the_invoices_paid_on_the_first_day() -> None:
    text = "R-4471 pays 3/20.\nR-4480 pays 3/27."
    found = facts_of(text, {Intent.PAYMENT_PROMISE: text}, TWO, "en").promise
    assert found is not None
    assert (found.day, found.amount) == (date(2026, 3, 20), Decimal("900.00"))


def test_a_part_on_a_day_comes_before_the_rest() -> None:
    text = "Of the 900 euros you get 500 euros on 20 March. The remainder will be paid on 27 March."
    found = promise(text, "The remainder will be paid on 27 March")
    assert (found.day, found.amount) == (date(2026, 3, 20), Decimal(500))
