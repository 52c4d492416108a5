"""A model that says what it is told to, and a small account and letter to think about."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from agents.prompts import Prompts
from agents.triage.context import TriageContext
from agents.triage.graph import build_graph, triage
from agents.triage.outputs import DraftReply, ExtractedFacts, FoundIntent, MessageClass
from agents.triage.state import Standing
from app.domain.account import Account, Invoice, InvoiceKind, LinkMethod
from app.domain.case import Letter
from app.domain.errors import ModelUnavailable
from app.domain.intents import Intent
from app.domain.message import Screening
from app.domain.money import Money
from app.domain.ports import Answer, Model, Question
from app.domain.proposal import Proposal
from app.domain.text import unredacted
from app.policies.loading import load_policy

A = TypeVar("A")

KNOWN = Standing(LinkMethod.CONTACT, is_active_contact=True)
STRANGER = Standing(LinkMethod.INVOICE, is_active_contact=False)


class ScriptedModel:
    """Answers each prompt with the next of its scripted values; the last one is repeated."""

    def __init__(
        self,
        found: MessageClass | None = None,
        facts: ExtractedFacts | None = None,
        drafts: tuple[str, ...] = ("Thank you for your message.",),
        *,
        is_fallback: bool = False,
    ) -> None:
        self._script: dict[str, list[object]] = {
            "classify_message": [found],
            "extract_facts": [facts or ExtractedFacts()],
            "draft_reply": [DraftReply(body=draft) for draft in drafts],
        }
        self._is_fallback = is_fallback
        self.asked: list[str] = []
        self.questions: list[Question[object]] = []

    async def ask(self, question: Question[A]) -> Answer[A]:
        self.asked.append(question.prompt.id)
        self.questions.append(question)  # type: ignore[arg-type]
        script = self._script[question.prompt.id]
        value = script.pop(0) if len(script) > 1 else script[0]
        if not isinstance(value, question.answer):
            raise ModelUnavailable("nothing scripted")
        return Answer(value, "scripted", is_fallback=self._is_fallback)


def says(*intents: Intent, quote: str, confidence: float = 0.99, invoices: tuple[str, ...] = ()) -> MessageClass:
    return MessageClass(
        intents=tuple(
            FoundIntent(intent=intent, confidence=confidence, quote=quote, invoices=invoices) for intent in intents
        )
    )


def invoice(number: str = "INV-1", amount: str = "1250.00", *, due: date = date(2026, 3, 1)) -> Invoice:
    money = Money(Decimal(amount), "GBP")
    return Invoice(number, InvoiceKind.INVOICE, money, money, due)


def account(*invoices: Invoice, strategic: bool = False) -> Account:
    return Account(
        "c-1",
        "Oakdale Print Ltd",
        language="en",
        currency="GBP",
        invoices=invoices or (invoice(),),
        strategic=strategic,
    )


def letter(
    body: str, subject: str = "Re: reminder", *, language: str = "en", screening: Screening | None = None
) -> Letter:
    return Letter(
        subject=unredacted(subject),
        body=unredacted(body),
        attachments=(),
        language=language,
        received_at=datetime(2026, 3, 20, 9, tzinfo=UTC),
        screening=screening or Screening(),
        sender_placeholder="⟨PERSON_1⟩",
    )


def context(model: Model) -> TriageContext:
    return TriageContext(
        model=model,
        prompts=Prompts.load(),
        policy=load_policy(),
        mailbox_address="ar@seller.example",
        team="Accounts receivable",
    )


async def propose(model: Model, mail: Letter, *, ledger: Account | None = None, standing: Standing = KNOWN) -> Proposal:
    return await triage(build_graph(), mail, ledger or account(), standing, context(model))
