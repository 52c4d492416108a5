"""What a person says about a mail while its review waits, each a compare-and-set on the review's version.

    correct ──────▶ another run of the agent, bound by the correction     (the review is superseded)
    decide terms ─▶ the ledger, then a draft that carries them            (the same review)
    redraft ──────▶ a draft in another tone or language                   (the same review)

The same graph with the same checks writes every draft, in the thinking process, while no transaction is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.db.repositories.cases import open_on, remember_owed
from app.db.repositories.four_eyes import deed_about, missing_second
from app.db.repositories.ledger import as_invoice
from app.db.tables.ledger import CaseRow
from app.db.tables.work import ReviewRow
from app.db.traces import Beside, decision
from app.db.uow import Database, Uow
from app.domain.account import Invoice
from app.domain.case import Case
from app.domain.clock import Clock
from app.domain.directions import NO_TERMS_FOR, Correction, DecidedTerms, TermsOutcome, as_said, check_decided
from app.domain.errors import Invalid, SecondPersonNeeded, StateImpossible
from app.domain.four_eyes import Guarded, SecondPersonRule
from app.domain.intents import LANGUAGES, Tone
from app.domain.job import triage_job
from app.domain.message import MessageState, advance
from app.domain.people import SignedIn
from app.domain.policy import bearable
from app.domain.ports import Mind
from app.domain.proposal import Draft, Proposal, Redraft
from app.domain.review import CaseKind, CaseState, ReviewState, case_may_become
from app.domain.sentence import Sentence
from app.domain.tracing import StepName, step, take_in
from app.domain.typed import own_spelling
from app.domain.wire import PROPOSAL, load
from app.triage.asked import asked
from app.triage.task import Task, case_of, link_of, task_of

TERMS_MOVE = {TermsOutcome.ACCEPTED: CaseState.CONFIRMED, TermsOutcome.DECLINED: CaseState.DECLINED}
"""Where a decision takes the request for other terms."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A pending review, read before thinking begins."""

    review: ReviewRow
    task: Task
    proposal: Proposal
    draft: Draft | None


class GuidanceService:
    """`limits`: above which sums terms are granted by two people."""

    def __init__(self, database: Database, mind: Mind, clock: Clock, limits: Sequence[SecondPersonRule] = ()) -> None:
        self._database = database
        self._mind = mind
        self._clock = clock
        self._limits = limits

    async def correct(self, review_id: UUID, correction: Correction, *, version: int, by: SignedIn) -> None:
        """Say whose mail it is and what it means: it is read again, and the agent is bound by it.

        Raises NotAllowed, NotFound, ReviewAlreadyDecided, or Invalid for a customer or an invoice that is not there.
        """
        by.check_can_decide()
        if not correction.findings:
            raise Invalid("say what the mail wants: choose at least one intent")
        async with decision(self._database, review_id, Beside.CORRECT), self._database.write() as uow:
            review = await uow.reviews.decide(
                review_id,
                version=version,
                to=ReviewState.SUPERSEDED,
                decided_at=self._clock(),
                decided_by=by.id,
                action="correct",
            )
            correction = await _checked(uow, correction, review.customer_id)
            await uow.planted.withdraw([review_id])
            message = await uow.messages.get_for_update(review.message_id)
            await uow.cases.follow_review(message.id, message.run, to=CaseState.REMOVED, by=by.id)
            message.state = advance(message.state, MessageState.IN_WORK)
            message.run += 1
            if correction.customer_id is not None:
                conversation = await uow.messages.conversation(message.conversation_id)
                conversation.customer_id = correction.customer_id
            guidance_id = await uow.guidance.add(review, correction, by=by.id)
            await uow.enqueue(triage_job(message.id, message.run, message.conversation_id))
            _audit(
                uow,
                "review.item.corrected",
                review,
                by,
                guidance_id=guidance_id,
                intents=[intent.value for intent in correction.intents],
                customer_id=correction.customer_id or review.customer_id,
            )

    async def decide_terms(self, review_id: UUID, terms: DecidedTerms, *, version: int, by: SignedIn) -> None:
        """Answer a request for other terms. What is granted stands on the ledger from now on, and in the draft.

        Raises NotAllowed, NotFound, ReviewAlreadyDecided, or Invalid: for terms that do not fit, and, with the
        decision recorded, where no draft carries it.
        """
        by.check_can_decide()
        async with self._database.write() as uow:
            wait = await self._second(uow, review_id, terms, version=version, by=by)
        if wait is not None:
            raise wait
        async with self._database.write() as uow:
            review = await uow.reviews.change(review_id, version=version, frm=(ReviewState.PENDING,))
            await uow.planted.withdraw([review_id])
            terms = await self._recorded(uow, review, terms, by)
            await uow.session.refresh(review)
            version = review.version
        try:
            await self.redraft(review_id, version=version, by=by)
        except Invalid as error:
            raise Invalid(
                "the decision is recorded, but {error}: write the answer yourself", error=error.sentence
            ) from error

    async def redraft(
        self, review_id: UUID, *, version: int, by: SignedIn, tone: Tone | None = None, language: str = ""
    ) -> None:
        """Draft the same answer in another tone or language, or with terms that were decided meanwhile.

        Raises NotAllowed, NotFound, ReviewAlreadyDecided, or Invalid where no such draft passes the checks.
        """
        by.check_can_decide()
        if language and language not in LANGUAGES:
            raise Invalid(
                "no answer is drafted in {language!r}: choose one of {languages}",
                language=language,
                languages=", ".join(LANGUAGES),
            )
        async with self._database.read() as uow:
            opened = await _open(uow, review_id, version)
            read = opened.task.reading
            link = await link_of(uow, opened.task, read) if read else None
        if read is None or link is None:
            raise Invalid("the mail has not been read yet")
        draft = await self._drafted(opened, case=case_of(opened.task, read, link), tone=tone, language=language)
        async with self._database.write() as uow:
            review = await uow.reviews.change(review_id, version=version)
            await uow.planted.withdraw([review_id])
            guidance_id = await uow.guidance.add(review, draft, by=by.id)
            refs = await asked(uow, review.conversation_id, draft.calls)
            refs |= {"guidance_id": guidance_id, "tone": draft.tone.value, "language": draft.language}
            _audit(uow, "review.draft.made", review, by, **refs)

    async def _drafted(self, opened: _Open, *, case: Case, tone: Tone | None, language: str) -> Redraft:
        """The mail means what the proposal says it means: only the answer is written anew."""
        proposal, draft = opened.proposal, opened.draft
        intents = tuple(finding.intent for finding in proposal.intents)
        if tone is not None and bearable(tone, intents) is not tone:
            raise Invalid("people in difficulty or in dispute are not written to firmly: choose another tone")
        said = case.directions
        directions = replace(
            said,
            correction=said.correction or Correction(proposal.intents, proposal.facts),
            tone=tone or (draft.tone if draft else None),
            language=language or (draft.language if draft else ""),
        )
        with step(StepName.REDRAFT, about=opened.task.message_id):
            thought = await self._mind.think(replace(case, directions=directions))
            take_in(thought.steps)
        made = thought.proposal.draft
        if made is None:
            raise Invalid("no such draft passes the checks")
        return Redraft(
            subject=made.subject,
            body=made.body,
            tone=made.tone,
            language=made.language,
            traces=made.traces,
            enclosed=made.enclosed,
            owed=made.owed,
            calls=thought.proposal.calls,
        )

    async def _second(
        self, uow: Uow, review_id: UUID, terms: DecidedTerms, *, version: int, by: SignedIn
    ) -> SecondPersonNeeded | None:
        """Whether what would be granted wants a second person."""
        review = await uow.reviews.get(review_id)
        if terms.outcome is not TermsOutcome.ACCEPTED or not _is_here(review, version):
            return None
        asked, invoices = await self._request(uow, review, terms)
        owed = remember_owed(asked, invoices)
        deed = deed_about(Guarded.GRANT_TERMS, asked, as_said(terms), open_on(asked, invoices))
        return await missing_second(uow, self._limits, deed, amount=owed, by=by)

    async def _request(self, uow: Uow, review: ReviewRow, terms: DecidedTerms) -> tuple[CaseRow, list[Invoice]]:
        """The request that these terms answer, with the customer's invoices. Raises Invalid or StateImpossible for
        terms that may not be told, or do not fit."""
        if NO_TERMS_FOR & set(review.reasons) or review.customer_id is None:
            raise Invalid("terms are told only to a known contact of the customer: nobody has verified this sender")
        message = await uow.messages.get(review.message_id)
        rows = await uow.cases.of_message(message.id, message.run)
        asked = next((row for row in rows if row.kind is CaseKind.EXTENSION), None)
        if asked is None:
            raise Invalid("this mail asks for no other terms: correct what it means first")
        to = TERMS_MOVE.get(terms.outcome)
        if to is not None and not case_may_become(asked.kind, asked.state, to):
            state = Sentence(asked.state.value.replace("_", " "))
            raise StateImpossible("this request is {state} already", state=state)
        invoices = [as_invoice(row) for row in await uow.ledger.invoices(review.customer_id)]
        check_decided(terms, remember_owed(asked, invoices), self._clock().date())
        return asked, invoices

    async def _recorded(self, uow: Uow, review: ReviewRow, terms: DecidedTerms, by: SignedIn) -> DecidedTerms:
        asked, _ = await self._request(uow, review, terms)
        terms = replace(terms, invoices=tuple(asked.invoices))
        self._move(uow, asked, terms, by)
        guidance_id = await uow.guidance.add(review, terms, by=by.id)
        _audit(
            uow,
            "review.terms.decided",
            review,
            by,
            guidance_id=guidance_id,
            outcome=terms.outcome.value,
            terms=terms.kind.value if terms.kind else None,
            case_id=asked.id,
        )
        await uow.session.flush()
        await uow.ledger.touch([asked.customer_id])
        return terms

    def _move(self, uow: Uow, asked: CaseRow, terms: DecidedTerms, by: SignedIn) -> None:
        """A counter-offer grants nothing yet: the request stays open, and keeps reminders away."""
        to = TERMS_MOVE.get(terms.outcome)
        if to is None:
            return
        asked.state = to
        if to is CaseState.CONFIRMED:
            uow.cases.grant(asked, terms)
            asked.decided_at, asked.decided_by = self._clock(), by.id
        else:
            asked.ended_at, asked.ended_by = self._clock(), by.id
        uow.audit.add(
            f"ledger.case.{to.value}",
            actor=by.actor,
            case_id=asked.id,
            customer_id=asked.customer_id,
            case_kind=asked.kind.value,
            message_id=asked.message_id,
            state=to.value,
        )


async def _open(uow: Uow, review_id: UUID, version: int) -> _Open:
    review = await uow.reviews.get(review_id)
    if not _is_here(review, version):
        raise await uow.reviews.conflict(review)
    saved = await uow.reviews.proposal(review)
    proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
    return _Open(
        review=review,
        task=await task_of(uow, await uow.messages.get(review.message_id)),
        proposal=proposal,
        draft=await uow.guidance.draft(review_id) or proposal.draft,
    )


def _is_here(review: ReviewRow, version: int) -> bool:
    """Whether it waits still as it was shown."""
    return review.state is ReviewState.PENDING and review.version == version


async def _checked(uow: Uow, correction: Correction, linked: str | None) -> Correction:
    """With the invoices as the ledger spells them."""
    customer_id = correction.customer_id or linked
    customer = await uow.ledger.customer(customer_id) if customer_id else None
    if correction.customer_id is not None and customer is None:
        raise Invalid("there is no customer {customer_id}", customer_id=correction.customer_id)
    known = {row.number for row in await uow.ledger.invoices(customer_id)} if customer and customer_id else set[str]()
    findings = tuple(
        replace(finding, invoices=own_spelling(finding.invoices, known)) for finding in correction.findings
    )
    return replace(correction, findings=findings)


def _audit(uow: Uow, kind: str, review: ReviewRow, by: SignedIn, **refs: Any) -> None:
    uow.audit.add(
        kind,
        actor=by.actor,
        review_id=review.id,
        message_id=review.message_id,
        conversation_id=review.conversation_id,
        version=review.version,
        **refs,
    )
