from datetime import date

import pytest

from app.domain.intents import Intent
from app.reading.facts.reader import Heard, extract_facts
from app.reading.facts.statements import read_statements
from app.reading.model.classifier import Scored
from app.reading.spans import sentences
from tests.unit.reading.ledger import account

WEDNESDAY = date(2026, 3, 11)
SIX = account(*((f"R-{number}", "100.00") for number in range(4471, 4477)))
THREE = account(("R-4471", "900.00"), ("R-4480", "250.00"), ("R-4490", "75.00"))

TWO = account(("R-4471", "900.00"), ("R-4480", "250.00"))

PROMISE, CONFIRMATION, DISPUTE = Intent.PAYMENT_PROMISE, Intent.PAYMENT_CONFIRMATION, Intent.DISPUTE
EXTENSION, DOCUMENT, QUERY = Intent.EXTENSION_REQUEST, Intent.DOCUMENT_REQUEST, Intent.QUERY
CONTACT = Intent.CONTACT_UPDATE

FIRST_THREE = account(("R-1", "100.00"), ("R-2", "200.00"), ("R-3", "300.00"))


def shares(
    text: str, said: dict[Intent, str], language: str = "en", on: object = THREE, subject: str = ""
) -> dict[Intent, set[str]]:
    """`said` holds a piece of the sentence in which each intent was found."""
    whole = sentences(text)
    scored = []
    for intent, words in said.items():
        place = text.index(words) if words else 0
        span = next(s for s in whole if s.start <= place < s.end)
        scored.append(Scored(intent, 0.9, "body", span.start if words else 0, span.end if words else 0))
    found = extract_facts(text, subject, language, WEDNESDAY, on, scored)  # type: ignore[arg-type]
    return {one.intent: {number[-2:] for number in one.numbers} for one in found.by_intent}


def test_six_invoices_have_each_their_own_fate() -> None:
    text = """Good morning, here is where we stand.

R-4471 was paid on 3 March, reference 8812.

R-4472 I have on Friday's run. Nothing to add there.

On R-4473 the driver left two boxes short. My colleague told him so at the gate, and he just shrugged.

R-4474 never reached me, could you send a copy?

For R-4475 we would need until the end of May. Our own customer is late.

And does R-4476 include freight?

From 1 April please write to our new bookkeeper, Ann Price."""
    said = {
        DISPUTE: "two boxes short",
        EXTENSION: "until the end",
        PROMISE: "Friday's run",
        CONFIRMATION: "was paid",
        DOCUMENT: "send a copy",
        CONTACT: "new bookkeeper",
        QUERY: "include freight",
    }
    assert shares(text, said, on=SIX) == {
        CONFIRMATION: {"71"},
        PROMISE: {"72"},
        DISPUTE: {"73"},
        DOCUMENT: {"74"},
        EXTENSION: {"75"},
        QUERY: {"76"},
        CONTACT: set(),
    }


def test_one_sentence_divides_its_intents_by_its_words() -> None:
    text = "4471 angewiesen, 4480 kommt Mittwoch."
    said = {PROMISE: "4471", CONFIRMATION: "4471"}
    assert shares(text, said, "de") == {CONFIRMATION: {"71"}, PROMISE: {"80"}}


def test_what_follows_a_number_belongs_to_it() -> None:
    text = "R-4471\nfue abonada el martes.\nR-4480\nlos tubos llegaron rotos.\nLo vio vuestro chófer."
    assert shares(text, {DISPUTE: "Lo vio", CONFIRMATION: "abonada"}, "es") == {
        DISPUTE: {"80"},
        CONFIRMATION: {"71"},
    }


def test_a_question_beside_belongs_to_no_invoice() -> None:
    text = "R-4471 is paid. R-4480 goes out on Friday.\n\nBy the way, who is our new account manager?"
    said = {QUERY: "By the way", PROMISE: "R-4480", CONFIRMATION: "R-4471"}
    assert shares(text, said)[QUERY] == set()


def test_a_dispute_told_without_a_number_is_of_what_has_no_fate_yet() -> None:
    text = (
        "Die Pumpe wurde auf Garantie getauscht, dafür zahlen wir nichts. Die 4480 und die 4490 kommen am Donnerstag."
    )
    shared = shares(text, {DISPUTE: "Pumpe", PROMISE: "4480"}, "de", subject="R-4471, R-4480, R-4490")
    assert shared == {DISPUTE: {"71"}, PROMISE: {"80", "90"}}


@pytest.mark.parametrize("words", ["", "both"])
def test_what_nothing_divides_is_of_all(words: str) -> None:
    text = "We will pay R-4471, R-4480 and R-4490 on Friday, both old and new."
    assert shares(text, {PROMISE: words})[PROMISE] == {"71", "80", "90"}


def test_scores_by_sentence_decide_where_words_are_unknown() -> None:
    text = "R-4471 is as good as gold. R-4480 is a sorry tale."
    first, second = sentences(text)
    clauses = {
        (first.start, first.end): {PROMISE: 0.9, DISPUTE: 0.0},
        (second.start, second.end): {PROMISE: 0.0, DISPUTE: 0.9},
    }
    scored = [Scored(PROMISE, 0.9), Scored(DISPUTE, 0.9)]
    found = extract_facts(text, "", "en", WEDNESDAY, THREE, scored, Heard(clauses=clauses))
    assert found.invoices_of(PROMISE) == ("R-4471",)
    assert found.invoices_of(DISPUTE) == ("R-4480",)


@pytest.mark.parametrize(
    ("text", "said", "language", "expected"),
    [
        (
            "R-4471\nok, disposta oggi\nR-4480\nDoppione della 4471, annullare",
            {DISPUTE: "Doppione", CONFIRMATION: "disposta"},
            "it",
            {DISPUTE: {"80"}, CONFIRMATION: {"71"}},
        ),
        (
            "4471: nos facturaron 9 jornadas y fueron 7. No las vamos a pagar.\n4480: la pagamos el día 25.",
            {DISPUTE: "jornadas", PROMISE: "día 25"},
            "es",
            {DISPUTE: {"71"}, PROMISE: {"80"}},
        ),
        (
            "The balance on R-4471 hits your account Wednesday, along with all of 4480.\n\n4490 is two boxes short.",
            {PROMISE: "Wednesday", DISPUTE: "short"},
            "en",
            {PROMISE: {"71", "80"}, DISPUTE: {"90"}},
        ),
        (
            "R-4471 on Monday. R-4480: nobody here ever ordered that.",
            {PROMISE: "Monday", DISPUTE: "nobody"},
            "en",
            {PROMISE: {"71"}, DISPUTE: {"80"}},
        ),
        (
            "La R-4471 la pagué el 3 de marzo. La R-4480 también la pago el viernes.",
            {CONFIRMATION: "pagué", PROMISE: "viernes"},
            "es",
            {CONFIRMATION: {"71"}, PROMISE: {"80"}},
        ),
        (
            "R-4471: agendada para 20/03.\nR-4480: igualmente.\nR-4490: vieram duas caixas a menos.",
            {PROMISE: "agendada", DISPUTE: "caixas"},
            "pt",
            {PROMISE: {"71", "80"}, DISPUTE: {"90"}},
        ),
        (
            "Die R-4471 ist geprüft und wird mit der R-4480 am 16. März überwiesen. R-4490 ist defekt.",
            {PROMISE: "überwiesen", DISPUTE: "defekt"},
            "de",
            {PROMISE: {"71", "80"}, DISPUTE: {"90"}},
        ),
        (
            "R-4471 está en la remesa del viernes. R-4480: quisiéramos que nos la pasaran al 30 de abril.",
            {PROMISE: "viernes", EXTENSION: "pasaran"},
            "es",
            {PROMISE: {"71"}, EXTENSION: {"80"}},
        ),
        (
            "La primera está pagada, la otra quisiéramos aplazarla hasta mayo.",
            {CONFIRMATION: "primera", EXTENSION: "primera"},
            "es",
            {CONFIRMATION: {"71"}, EXTENSION: {"80"}},
        ),
    ],
)
def test_ways_of_telling_fates_apart(
    text: str, said: dict[Intent, str], language: str, expected: dict[Intent, set[str]]
) -> None:
    on = TWO if "La primera" in text else THREE
    assert shares(text, said, language, on, subject="R-4471, R-4480" if on is TWO else "") == expected


def test_numbers_one_below_the_other_share_what_follows() -> None:
    text = "R-4471\nR-4480\nLoaded for Friday.\nR-4490\nTwo boxes are missing."
    assert shares(text, {PROMISE: "Friday", DISPUTE: "missing"}) == {PROMISE: {"71", "80"}, DISPUTE: {"90"}}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "R-4480 looks to me like R-4471 billed again. R-4471 goes out on Friday."),
        ("fr", "La R-4480, pour moi, c'est la R-4471 facturée deux fois. La R-4471 part vendredi."),
        ("de", "Die R-4480 ist für mich die R-4471 noch mal. Die R-4471 geht Freitag raus."),
        ("es", "La R-4480 es un duplicado de la R-4471. La R-4471 va el viernes."),
        ("nl", "R-4480 is volgens mij dezelfde als R-4471. R-4471 gaat vrijdag weg."),
        ("it", "La R-4480 mi sa che è la R-4471 rifatta. La R-4471 parte venerdì."),
        ("pt", "A R-4480 parece-me a R-4471 outra vez. A R-4471 segue sexta-feira."),
    ],
)
def test_what_is_only_compared_with_is_not_disputed(language: str, text: str) -> None:
    objection, promised = text.split(". ")
    said = {DISPUTE: objection, PROMISE: promised}
    assert shares(text, said, language, TWO) == {DISPUTE: {"80"}, PROMISE: {"71"}}


def test_the_same_goods_are_no_same_fate() -> None:
    text = "R-4471: paid on 3 March. R-4480: same ship, two pallets short."
    said = {CONFIRMATION: "paid", DISPUTE: "two pallets"}
    assert shares(text, said, on=TWO) == {CONFIRMATION: {"71"}, DISPUTE: {"80"}}


def test_ditto_behind_a_number_of_its_own_shares_the_fate_before() -> None:
    text = "R-4471 - goes out in Thursday's run.\nR-4480 - ditto, same run.\nR-4490 - two boxes short."
    said = {PROMISE: "Thursday", DISPUTE: "two boxes"}
    assert shares(text, said) == {PROMISE: {"71", "80"}, DISPUTE: {"90"}}


def test_billed_in_another_invoice_as_well_is_no_same_fate() -> None:
    text = "Op R-4490 na gaat alles vrijdag de deur uit. R-4490 is dubbel gefactureerd, die staat ook al op een andere."
    said = {PROMISE: "vrijdag", DISPUTE: "dubbel"}
    assert shares(text, said, "nl") == {PROMISE: {"71", "80"}, DISPUTE: {"90"}}


def test_a_payment_of_days_gone_by_is_announced_by_nobody_whatever_it_sounds_like() -> None:
    text = "R-4471 weg, 2. März\nR-4480 16. März"
    first, second = sentences(text)
    scored = [Scored(PROMISE, 0.9, "body", second.start, second.end), Scored(CONFIRMATION, 0.9, "body", 0, 0)]
    heard = Heard({(first.start, first.end): {PROMISE: 0.9, CONFIRMATION: 0.8}})
    found = extract_facts(text, "", "de", WEDNESDAY, TWO, scored, heard)
    assert {one.intent: one.numbers for one in found.by_intent} == {PROMISE: ("R-4480",), CONFIRMATION: ("R-4471",)}


def test_a_sum_in_brackets_behind_its_invoice_parts_no_clause() -> None:
    text = "R-4471 was paid on 3 March. For R-4480 (250.00 euros) we would need until 30 April."
    said = {CONFIRMATION: "was paid", EXTENSION: "would need"}
    assert shares(text, said, on=TWO) == {CONFIRMATION: {"71"}, EXTENSION: {"80"}}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "All settled on the 5th bar R-2. That one we are not paying, half the boxes are missing."),
        ("fr", "Tout est réglé sauf la R-2. Celle-là, nous ne la payons pas, il manque des cartons."),
        ("es", "Está todo pagado menos la R-2. Esa no la pagamos porque faltan cajas."),
    ],
)
def test_what_points_back_at_an_exception_is_of_it(language: str, text: str) -> None:
    statements = read_statements(text, "", language, date(2026, 3, 11), FIRST_THREE)
    pointing = next(s for s in statements if "cartons" in s.text or "boxes" in s.text or "cajas" in s.text)
    assert pointing.topic == ("R-2",)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "R-1 and R-2 will be paid on Friday. R-3 I can't say anything about yet."),
        ("de", "R-1 und R-2 werden am Freitag bezahlt. Zur R-3 kann ich noch nichts sagen."),
        ("nl", "R-1 en factuur R-2 worden vrijdag betaald. Over R-3 kan ik nog niets zeggen."),
    ],
)
def test_what_is_put_off_has_no_fate(language: str, text: str) -> None:
    spoken = Scored(Intent.PAYMENT_PROMISE, 0.9, "body", 0, text.index(".") + 1)
    found = extract_facts(text, "", language, date(2026, 3, 11), FIRST_THREE, [spoken])
    assert found.invoices_of(Intent.PAYMENT_PROMISE) == ("R-1", "R-2")
