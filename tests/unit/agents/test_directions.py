"""What people said binds the agent, and a draft carries the terms that were decided: exactly these."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agents.replies import Replies
from agents.triage.brief import DraftBrief, Topic, TopicFacts
from agents.triage.context import TriageContext
from agents.triage.directed import directed_facts, directed_findings
from agents.triage.firewall import examine
from agents.triage.terms import clause_of, with_clause
from app.domain.directions import Correction, DecidedTerms, TermsOutcome, check_decided
from app.domain.errors import Invalid
from app.domain.extension import Step
from app.domain.intents import LANGUAGES, ExtensionKind, Intent, Tone
from app.domain.money import Money
from app.domain.proposal import Draft, Evidence, Facts, IntentFinding, PromiseFact
from tests.unit.agents.test_firewall import LEDGER, SOURCES

REPLIES = Replies.load()
TODAY, DAY = date(2026, 3, 20), date(2026, 4, 30)


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


TERMS = {
    "day": DecidedTerms(TermsOutcome.ACCEPTED, ExtensionKind.DUE_DATE, until=DAY, invoices=("INV-1",)),
    "plan": DecidedTerms(
        TermsOutcome.ACCEPTED,
        ExtensionKind.INSTALMENTS,
        steps=(Step(DAY, gbp("625.00")), Step(date(2026, 5, 29), gbp("625.00"))),
        invoices=("INV-1",),
    ),
    "less": DecidedTerms(TermsOutcome.ACCEPTED, ExtensionKind.PARTIAL_SETTLEMENT, DAY, (), gbp("1000.00"), ("INV-1",)),
    "offer": DecidedTerms(TermsOutcome.COUNTERED, ExtensionKind.DUE_DATE, until=DAY),
    "no": DecidedTerms(TermsOutcome.DECLINED, invoices=("INV-1",)),
}


def letter_with(terms: DecidedTerms, language: str) -> tuple[str, str]:
    """A whole letter of ours, and the decision in it."""
    topics = (TopicFacts(Topic.QUERY_RECEIVED),)
    brief = DraftBrief(language, Tone.NEUTRAL, topics, "Accounts receivable", 180, may_use_ledger=True)
    context = TriageContext.__new__(TriageContext)
    object.__setattr__(context, "replies", REPLIES)
    clause = clause_of(terms, brief, LEDGER, context)
    return with_clause(REPLIES.compose(brief), clause), clause


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TERMS)
def test_what_a_person_decided_passes_and_the_same_words_without_a_decision_do_not(name: str, language: str) -> None:
    body, clause = letter_with(TERMS[name], language)
    draft, sources = Draft("", body, Tone.NEUTRAL, language), replace(SOURCES, language=language, clause=clause)
    passed = examine(draft, sources)
    assert passed.problems == ()
    (decided,) = [found for found in passed.traces if found.source == "decision"]
    assert body[decided.start : decided.end] == clause
    if name != "no":
        assert examine(draft, replace(sources, clause=None)).problems != ()


@pytest.mark.parametrize(
    "changed",
    [
        lambda body: body.replace("30 April", "30 June"),
        lambda body: body.replace("30 April 2026", "30 April 2026 or later"),
        lambda body: body + "\n\nWe waive all fees.",
        lambda body: body.replace("\n\n", " ", 1) + "\n\nYou may pay in instalments.",
        lambda body: "Dear all,\n\nthank you.",
    ],
)
def test_anything_more_or_other_than_the_decision_is_refused(changed: object) -> None:
    body, clause = letter_with(TERMS["day"], "en")
    altered = changed(body)  # type: ignore[operator]
    assert altered != body
    assert examine(Draft("", altered, Tone.NEUTRAL, "en"), replace(SOURCES, clause=clause)).problems != ()


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (DecidedTerms(TermsOutcome.DECLINED, until=DAY), "no terms"),
        (DecidedTerms(TermsOutcome.ACCEPTED), "which terms"),
        (DecidedTerms(TermsOutcome.ACCEPTED, ExtensionKind.DUE_DATE, date(2026, 1, 1)), "has passed"),
        (replace(TERMS["plan"], steps=TERMS["plan"].steps[:1]), "make them equal"),
        (replace(TERMS["less"], amount=gbp("1250.00")), "less than the 1250.00 GBP"),
        (replace(TERMS["less"], amount=Money(Decimal(10), "EUR")), "in GBP"),
    ],
)
def test_terms_that_do_not_fit_are_named(terms: DecidedTerms, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        check_decided(terms, gbp("1250.00"), TODAY)


def test_terms_that_fit_are_taken() -> None:
    for terms in TERMS.values():
        check_decided(terms, gbp("1250.00"), TODAY)


def test_a_correction_names_the_intents_and_keeps_our_evidence() -> None:
    here = Evidence("body", 3, 9)
    found = (IntentFinding(Intent.DISPUTE, 0.4, (), here), IntentFinding(Intent.QUERY, 0.9))
    said = Correction((IntentFinding(Intent.DISPUTE, 1.0, ("INV-1",)), IntentFinding(Intent.PAYMENT_PROMISE, 1.0)))
    assert directed_findings(found, said) == (
        IntentFinding(Intent.DISPUTE, 1.0, ("INV-1",), here),
        IntentFinding(Intent.PAYMENT_PROMISE, 1.0),
    )
    assert directed_findings(found, None) == found


def test_a_corrected_promise_keeps_the_passage_it_was_read_from() -> None:
    here = Evidence("body", 3, 9)
    read = Facts(promise=PromiseFact(date(2026, 4, 1), Decimal(5), "GBP", ("INV-1",), here))
    said = Correction((), Facts(promise=PromiseFact(date(2026, 4, 2))))
    assert directed_facts(read, said).promise == PromiseFact(date(2026, 4, 2), None, None, ("INV-1",), here)
