import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from shutil import copytree

import pytest

from agents.replies import DEFAULT_DIRECTORY, Replies
from agents.triage.brief import DraftBrief, Payment, PaymentSeen, Topic, TopicFacts
from agents.triage.firewall import Sources, examine
from app.domain.account import InvoiceStatus
from app.domain.enclosures import DocumentKind
from app.domain.errors import SettingInvalid
from app.domain.intents import DisputeReason, ExtensionKind, Reason, Tone
from app.domain.money import Money
from app.domain.proposal import Draft, Facts, PromiseFact
from tests.unit.agents.scripted import account, invoice, letter

REPLIES = Replies.load()
LANGUAGES = sorted({language for name, language in REPLIES.paragraphs if name == "greeting"})
DAY = date(2026, 4, 3)


def brief(language: str, tone: Tone, *topics: Topic, payment: PaymentSeen = PaymentSeen.UNSAID) -> DraftBrief:
    facts = tuple(TopicFacts(topic, ("INV-1", "INV-2"), DAY, Decimal("1250.00"), "GBP") for topic in topics)
    return DraftBrief(language, tone, facts, "Accounts receivable", 180, "⟨PERSON_1⟩", payment=payment)


def refused(
    body: str, language: str, payment: PaymentSeen = PaymentSeen.NOT_FOUND, *, encloses: bool = True
) -> tuple[str, ...]:
    """Everything that the firewall has against a letter, where the ledger shows the payment or does not."""
    invoices = (invoice("INV-1", "1250.00"), invoice("INV-2", "99.50"))
    is_found = payment is PaymentSeen.FOUND
    sources = Sources(
        letter=letter("we pay on 3 April"),
        account=account(*(replace(one, status=InvoiceStatus.PAID) if is_found else one for one in invoices)),
        facts=Facts(promise=PromiseFact(day=DAY)),
        invoices=frozenset({"INV-1", "INV-2"}),
        language=language,
        may_use_ledger=True,
        team="Accounts receivable",
        mailbox_address="ar@seller.example",
        max_words=180,
        copied=frozenset({"INV-1", "INV-2"} if encloses else ()),
        encloses=encloses,
        is_ours=True,
    )
    return examine(Draft("", body, Tone.NEUTRAL, language), sources).problems


@pytest.mark.parametrize(("language", "topic"), list(product(LANGUAGES, Topic)))
def test_no_letter_of_ours_is_refused_by_the_checker(language: str, topic: Topic) -> None:
    for tone, payment in product(Tone, PaymentSeen):
        body = REPLIES.compose(brief(language, tone, topic, payment=payment))
        assert refused(body, language, payment) == ()
        assert "  " not in body
        assert body.rstrip().endswith("Accounts receivable")


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_paragraph_is_about_it_is_one_clean_sentence_after_the_other(language: str) -> None:
    plain = brief(language, Tone.NEUTRAL, payment=PaymentSeen.NOT_FOUND)
    bodies = {
        REPLIES.compose(
            replace(plain, tone=tone, topics=(facts,), may_use_ledger=verified, has_reference=said, is_strategic=said)
        )
        for facts in everything()
        for tone, verified, said in product(Tone, (True, False), (True, False))
    }
    for body in bodies:
        assert refused(body, language) == ()
        assert not re.search(r"  | [.,]|\.\.|None|\bde el\b|\ba il\b|\bdi il\b|\bde les\b", body), body


def everything() -> Iterator[TopicFacts]:
    one, two = ("INV-1",), ("INV-1", "INV-2")
    for numbers, named in product(((), one, two), (True, False)):
        some = TopicFacts(Topic.QUERY_RECEIVED, numbers, are_invoices=named)
        yield from (replace(some, topic=Topic.DISPUTE_RECEIVED, reason=reason) for reason in DisputeReason)
        wished = replace(some, topic=Topic.DOCUMENTS_ON_THE_WAY, is_owed=True, owed=numbers)
        yield from (replace(wished, document=kind) for kind in (None, *DocumentKind))
        yield replace(wished, document=DocumentKind.INVOICE_COPY, copied=one, owed=("INV-2",))
        yield replace(wished, document=DocumentKind.STATEMENT, has_statement=True, copied=two, is_owed=False)
        yield from (
            replace(some, topic=Topic.EXTENSION_RECEIVED, kind=kind, day=day)
            for kind, day in product((None, *ExtensionKind), (None, DAY))
        )
        yield from (
            replace(some, topic=topic, day=day, amount=amount, currency="GBP")
            for topic, day, amount in product(
                (Topic.PROMISE_NOTED, Topic.PROMISE_IN_PART, Topic.PAYMENT_NOTED),
                (None, DAY),
                (None, Decimal("1250.00")),
            )
        )
    yield from (
        TopicFacts(Topic.LEGAL_RECEIVED, legal=legal)
        for legal in (Reason.LEGAL, Reason.COMPLAINT, Reason.PRIVACY_REQUEST)
    )
    parts = tuple(Payment((number,), DAY, Decimal("1250.00"), "GBP") for number in two)
    yield TopicFacts(Topic.PROMISE_NOTED, two, payments=parts, are_invoices=True)
    yield TopicFacts(Topic.QUERY_ANSWERED, two, payments=parts, are_invoices=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_says_that_something_is_attached_where_nothing_is(language: str) -> None:
    plain = replace(brief(language, Tone.NEUTRAL), may_use_ledger=True)
    for tone, copied, has_statement in product(Tone, ((), ("INV-1",), ("INV-1", "INV-2")), (True, False)):
        facts = TopicFacts(
            Topic.DOCUMENTS_ON_THE_WAY, ("INV-1",), copied=copied, has_statement=has_statement, is_owed=not copied
        )
        body = REPLIES.compose(replace(plain, tone=tone, topics=(facts,)))
        kinds = {problem.partition(":")[0] for problem in refused(body, language, encloses=False)}
        assert kinds == ({"attached"} if copied or has_statement else set()), body
        assert refused(body, language) == ()


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        ("de", "eine Rechnungskopie zu INV-1", "Rechnungskopien zu INV-1 und INV-2"),
        ("fr", "duplicata pour INV-1", "duplicatas pour INV-1 et INV-2"),
    ],
)
@pytest.mark.parametrize("may_use_ledger", [True, False])
def test_several_invoices_have_several_copies(language: str, one: str, several: str, *, may_use_ledger: bool) -> None:
    for numbers, words in ((("INV-1",), one), (("INV-1", "INV-2"), several)):
        facts = TopicFacts(
            Topic.DOCUMENTS_ON_THE_WAY, numbers, document=DocumentKind.INVOICE_COPY, is_owed=True, owed=numbers
        )
        plain = replace(brief(language, Tone.NEUTRAL), may_use_ledger=may_use_ledger)
        body = REPLIES.compose(replace(plain, topics=(facts,)))
        assert words in body
        assert "eine Rechnungskopien" not in body


@pytest.mark.parametrize(
    ("language", "familiar", "named", "nobody"),
    [
        ("en", "Dear Petra,", "Dear Petra Vane,", "Dear Sir or Madam,"),
        ("de", "Hallo Petra,", "Guten Tag Petra Vane,", "Guten Tag,"),
        ("fr", "Bonjour Petra,", "Bonjour,", "Madame, Monsieur,"),
        ("es", "Hola, Petra:", "Buenos días:", "Estimados señores:"),
        ("nl", "Beste Petra,", "Beste Petra Vane,", "Geachte heer, mevrouw,"),
        ("it", "Buongiorno Petra,", "Gentile Petra Vane,", "Buongiorno,"),
        ("pt", "Olá, Petra,", "Bom dia,", "Exmos. Senhores,"),
    ],
)
def test_a_letter_greets_as_the_language_does(language: str, familiar: str, named: str, nobody: str) -> None:
    plain = brief(language, Tone.NEUTRAL, Topic.QUERY_RECEIVED)
    for addressee, is_familiar, greeting in (
        ("Petra", True, familiar),
        ("Petra Vane", False, named),
        ("", False, nobody),
    ):
        body = REPLIES.compose(replace(plain, addressee=addressee, is_familiar=is_familiar))
        assert body.split("\n\n")[0] == greeting


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_situation_has_its_file_in_a_language_that_has_any(language: str) -> None:
    assert {name for name, written in REPLIES.paragraphs if written == language} >= {topic.value for topic in Topic}


def test_a_letter_is_greeting_thanks_with_the_first_topic_further_topics_and_closing() -> None:
    body = REPLIES.compose(brief("en", Tone.NEUTRAL, Topic.DISPUTE_RECEIVED, Topic.PROMISE_NOTED))
    assert body == (
        "Dear ⟨PERSON_1⟩,\n\n"
        "Thank you for your e-mail. Your objection to INV-1 and INV-2 is with the colleagues who are looking into it."
        "\n\n"
        "We have noted your payment of £1,250.00 for INV-1 and INV-2, planned for 3 April 2026.\n\n"
        "Kind regards,\nAccounts receivable"
    )


def test_numbers_dates_and_lists_are_written_as_the_language_does() -> None:
    body = REPLIES.compose(brief("de", Tone.NEUTRAL, Topic.PROMISE_NOTED))
    assert "1.250,00\u00a0£" in body
    assert "3. April 2026" in body
    assert "INV-1 und INV-2" in body


def test_americans_read_their_own_dates() -> None:
    american = replace(brief("en", Tone.NEUTRAL, Topic.PROMISE_NOTED), country="US")
    assert "April 3, 2026" in REPLIES.compose(american)


def test_a_language_without_templates_is_answered_in_english(tmp_path: Path) -> None:
    for name in ("greeting", "thanks", "closing", "query_received"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "en.md").write_text("Hello {{ team }}", encoding="utf-8")
    (tmp_path / "greeting" / "fr.md").write_text("Bonjour", encoding="utf-8")
    assert "Bonjour" not in Replies.load(tmp_path).compose(brief("fr", Tone.WARM, Topic.QUERY_RECEIVED))


def test_templates_that_are_missing_altogether_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"greeting/en\.md"):
        Replies.load(tmp_path)


def test_a_mailbox_and_a_segment_may_have_a_voice_of_their_own(tmp_path: Path) -> None:
    copytree(DEFAULT_DIRECTORY, tmp_path / "replies")
    closing = tmp_path / "replies" / "closing"
    (closing / "en.gold.md").write_text("With our warmest regards,\n{{ team }}", encoding="utf-8")
    (closing / "en.vip@seller.example.md").write_text("Yours,\n{{ team }}", encoding="utf-8")
    replies = Replies.load(tmp_path / "replies")
    plain = brief("en", Tone.NEUTRAL, Topic.QUERY_RECEIVED)
    gold = replace(plain, voices=("ar@seller.example", "gold"))
    assert "warmest" in replies.compose(gold)
    assert "Yours," in replies.compose(replace(gold, voices=("vip@seller.example", "gold")))
    assert "Kind regards" in replies.compose(replace(plain, voices=("ar@seller.example", "standard")))


def test_the_templates_that_wrote_a_letter_are_named_with_their_version() -> None:
    used = REPLIES.used_for(brief("fr", Tone.NEUTRAL, Topic.QUERY_RECEIVED))
    assert [name.partition("@")[0] for name in used] == ["greeting/fr", "thanks/fr", "closing/fr", "query_received/fr"]
    assert all(re.fullmatch(r"[0-9a-f]{12}", name.partition("@")[2]) for name in used)


@pytest.mark.parametrize(
    ("language", "country", "currency", "written", "day"),
    [
        ("en", "GB", "GBP", "£1,250.00", "1 April 2026"),
        ("en", "US", "USD", "$1,250.00", "April 1, 2026"),
        ("en", "CA", "CAD", "CAD 1,250.00", "April 1, 2026"),
        ("en", "SE", "SEK", "SEK 1,250.00", "1 April 2026"),
        ("de", "CH", "CHF", "CHF 1'250.00", "1. April 2026"),
        ("de", "AT", "EUR", "€ 1.250,00", "1. April 2026"),
        ("fr", "FR", "GBP", "1 250,00 GBP", "1er avril 2026"),
        ("es", "MX", "MXN", "$1,250.00", "1 de abril de 2026"),
        ("pt", "BR", "BRL", "R$ 1.250,00", "1 de abril de 2026"),
        ("nl", "BE", "DKK", "DKK 1.250,00", "1 april 2026"),
    ],
)
def test_sums_and_days_are_written_as_the_customer_reads_them_and_pass_the_check(
    language: str, country: str, currency: str, written: str, day: str
) -> None:
    facts = TopicFacts(Topic.PROMISE_NOTED, ("INV-1",), date(2026, 4, 1), Decimal("1250.00"), currency)
    body = REPLIES.compose(replace(brief(language, Tone.NEUTRAL), topics=(facts,), country=country))
    assert written in body.replace("\u00a0", " ")
    assert day in body
    owed = replace(
        invoice("INV-1"), amount=Money(Decimal("1250.00"), currency), open=Money(Decimal("1250.00"), currency)
    )
    sources = Sources(
        letter=letter(""),
        account=account(owed),
        facts=Facts(promise=PromiseFact(day=date(2026, 4, 1))),
        invoices=frozenset({"INV-1"}),
        language=language,
        may_use_ledger=True,
        team="Accounts receivable",
        mailbox_address="ar@seller.example",
        max_words=180,
        is_ours=True,
    )
    assert examine(Draft("", body, Tone.NEUTRAL, language), sources).problems == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wish_after_hardship_repeats_nothing(language: str) -> None:
    wish = TopicFacts(Topic.EXTENSION_RECEIVED, ("INV-1",), kind=ExtensionKind.INSTALMENTS, are_invoices=True)
    told = replace(brief(language, Tone.WARM), topics=(TopicFacts(Topic.HARDSHIP_RECEIVED), wish))
    body = REPLIES.compose(told)
    alone = REPLIES.compose(replace(told, topics=(wish,)))
    assert body.split("\n\n")[2] != alone.split("\n\n")[1]
    assert "?" not in body
    assert refused(body, language) == ()
