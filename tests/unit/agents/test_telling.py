"""What a letter had better not say beside something else."""

from dataclasses import replace
from datetime import date

import pytest

from agents.triage.brief import PaymentSeen, Topic, TopicFacts
from agents.triage.telling import fitting, worth_telling
from app.domain.intents import ExtensionKind, Intent
from app.domain.proposal import BODY, Evidence, IntentFinding
from tests.unit.agents.scripted import letter

TODAY = date(2026, 3, 20)
PAID = TopicFacts(Topic.PAYMENT_NOTED, ("INV-1",), date(2026, 3, 13))


def topics(
    *told: TopicFacts, mail: str = "", asked: str = "", payment: PaymentSeen = PaymentSeen.NOT_FOUND
) -> list[Topic]:
    return [topic.topic for topic in fitting(told, letter(mail), asked, payment)]


def test_who_tells_of_hardship_is_not_asked_for_a_day() -> None:
    hardship, wish = TopicFacts(Topic.HARDSHIP_RECEIVED), TopicFacts(Topic.EXTENSION_RECEIVED, ("INV-1",))
    assert topics(hardship, wish) == [Topic.HARDSHIP_RECEIVED]
    assert topics(wish) == [Topic.EXTENSION_RECEIVED]
    proposed = replace(wish, kind=ExtensionKind.INSTALMENTS)
    assert topics(hardship, proposed) == [Topic.HARDSHIP_RECEIVED, Topic.EXTENSION_RECEIVED]


@pytest.mark.parametrize(
    "mail",
    [
        "We were appointed joint administrators on 5 May. Please submit your claim.",
        "Über das Vermögen der Firma wurde das Insolvenzverfahren eröffnet.",
        "Merci de déclarer vos créances auprès du mandataire judiciaire.",
        "Diríjanse al administrador concursal.",
        "U kunt uw vordering indienen bij de curator.",
        "Rivolgersi al curatore fallimentare.",
        "Os créditos devem ser reclamados junto do administrador da insolvência.",
    ],
)
def test_the_notice_of_an_administrator_is_received_and_not_pitied(mail: str) -> None:
    assert topics(TopicFacts(Topic.HARDSHIP_RECEIVED), mail=mail) == [Topic.LEGAL_RECEIVED]
    both = (TopicFacts(Topic.HARDSHIP_RECEIVED), TopicFacts(Topic.LEGAL_RECEIVED, ("INV-1",)))
    assert Topic.HARDSHIP_RECEIVED not in topics(*both, mail=mail)
    assert topics(TopicFacts(Topic.HARDSHIP_RECEIVED), mail="I am ill.") == [Topic.HARDSHIP_RECEIVED]


@pytest.mark.parametrize(
    "asked",
    ["Has it arrived?", "Ist das Geld eingegangen?", "Est-ce bien arrivé ?", "¿Les ha llegado?", "Is het binnen?"],
)
def test_whether_a_payment_has_come_is_answered_once(asked: str) -> None:
    question = TopicFacts(Topic.QUERY_RECEIVED, ("INV-1",))
    assert topics(PAID, question, asked=asked) == [Topic.PAYMENT_NOTED]
    assert topics(PAID, question, asked=asked, payment=PaymentSeen.UNSAID) == [
        Topic.PAYMENT_NOTED,
        Topic.QUERY_RECEIVED,
    ]
    other = replace(question, invoices=("INV-2",))
    assert topics(PAID, other, asked=asked) == [Topic.PAYMENT_NOTED, Topic.QUERY_RECEIVED]
    assert topics(PAID, question, asked="Who is your new manager?") == [Topic.PAYMENT_NOTED, Topic.QUERY_RECEIVED]


def test_a_payment_that_is_yet_to_be_made_is_noted_and_not_looked_for() -> None:
    to_come = replace(PAID, day=date(2026, 3, 27))
    assert topics(to_come) == [Topic.PROMISE_NOTED]
    assert topics(to_come, payment=PaymentSeen.FOUND) == [Topic.PAYMENT_NOTED]
    promised = TopicFacts(Topic.PROMISE_NOTED, ("INV-1",), date(2026, 3, 27))
    assert topics(promised, to_come) == [Topic.PROMISE_NOTED]
    assert topics(replace(promised, invoices=("INV-2",)), to_come) == [Topic.PROMISE_NOTED, Topic.PROMISE_NOTED]
    assert topics(PAID) == [Topic.PAYMENT_NOTED]


def words(evidence: Evidence | None) -> str:
    return evidence.text if evidence else ""


def test_a_part_of_the_wish_is_no_promise_beside_it() -> None:
    wish = TopicFacts(Topic.EXTENSION_RECEIVED, ("INV-1",), kind=ExtensionKind.INSTALMENTS)
    last = TopicFacts(Topic.PROMISE_IN_PART, ("INV-1",), date(2026, 4, 30))
    told = fitting((wish, last), letter(""), "", PaymentSeen.NOT_FOUND, date(2026, 4, 30))
    assert [topic.topic for topic in told] == [Topic.EXTENSION_RECEIVED]
    told = fitting((wish, last), letter(""), "", PaymentSeen.NOT_FOUND, date(2026, 5, 31))
    assert [topic.topic for topic in told] == [Topic.EXTENSION_RECEIVED, Topic.PROMISE_IN_PART]


def finding(intent: Intent, text: str) -> IntentFinding:
    return IntentFinding(intent, 0.9, ("INV-1",), Evidence(BODY, 0, len(text), text))


def test_words_that_ask_for_time_ask_for_no_document_unless_they_name_one() -> None:
    time = "Pourriez-vous reporter l'échéance de la facture INV-1 ?"
    both = [finding(Intent.EXTENSION_REQUEST, time), finding(Intent.DOCUMENT_REQUEST, time)]
    assert [found.intent for found in worth_telling(both, words)] == [Intent.EXTENSION_REQUEST]
    copy = "Pourriez-vous reporter l'échéance et envoyer un duplicata ?"
    both = [finding(Intent.EXTENSION_REQUEST, copy), finding(Intent.DOCUMENT_REQUEST, copy)]
    assert len(list(worth_telling(both, words))) == len(both)
