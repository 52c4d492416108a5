"""The forms by which a person says how a mail is to be read, which terms are decided, and how a draft sounds."""

from datetime import date
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.domain.directions import Correction, DecidedTerms, TermsOutcome
from app.domain.errors import Invalid, WordNoted
from app.domain.intents import CONSEQUENCE, DisputeReason, ExtensionKind, Intent, Tone
from app.domain.proposal import DisputeFact, ExtensionFact, Facts, IntentFinding, PromiseFact
from app.triage.enclosing import EnclosingService
from app.triage.guidance import GuidanceService
from app.web.auth import PageUser
from app.web.back import CameFrom
from app.web.csrf import SAFE
from app.web.dependencies import Version
from app.web.forms import day_of, money_of, numbers_of, steps_of

router = APIRouter(include_in_schema=False)


def guidance_service(request: Request) -> GuidanceService:
    return cast(GuidanceService, request.app.state.services.guidance)


def enclosing_service(request: Request) -> EnclosingService:
    return cast(EnclosingService, request.app.state.services.enclosing)


Enclosing = Annotated[EnclosingService, Depends(enclosing_service)]
Guidance = Annotated[GuidanceService, Depends(guidance_service)]
Text = Annotated[str, Form(max_length=4_000)]
FileId = Annotated[str, Form(max_length=36)]
Few = Annotated[list[str] | None, Form(max_length=24)]


@router.post("/reviews/{review_id}/redraft", dependencies=SAFE)
async def redraft(
    review_id: UUID,
    version: Version,
    guidance: Guidance,
    user: PageUser,
    back: CameFrom,
    tone: Text = "",
    language: Text = "",
) -> Response:
    wanted = Tone(tone) if tone in set(Tone) else None
    await guidance.redraft(review_id, version=version, by=user, tone=wanted, language=language)
    return back.to(review_id, "#draft")


@router.post("/reviews/{review_id}/attach", dependencies=SAFE)
async def attach(
    review_id: UUID, version: Version, file: FileId, enclosing: Enclosing, user: PageUser, back: CameFrom
) -> Response:
    await enclosing.attach(review_id, file, version=version, by=user)
    return back.to(review_id, "#files")


@router.post("/reviews/{review_id}/detach", dependencies=SAFE)
async def detach(
    review_id: UUID, version: Version, file: FileId, enclosing: Enclosing, user: PageUser, back: CameFrom
) -> Response:
    await enclosing.remove(review_id, file, version=version, by=user)
    return back.to(review_id, "#files")


@router.post("/reviews/{review_id}/terms", dependencies=SAFE)
async def decide_terms(
    review_id: UUID,
    version: Version,
    outcome: Annotated[TermsOutcome, Form()],
    guidance: Guidance,
    user: PageUser,
    back: CameFrom,
    kind: Text = "",
    until: Text = "",
    amount: Text = "",
    currency: Text = "",
    step_day: Few = None,
    step_amount: Few = None,
) -> Response:
    """The form holds the fields of all kinds: those of the chosen one count."""
    terms = DecidedTerms(outcome)
    if outcome is not TermsOutcome.DECLINED:
        chosen = ExtensionKind(kind) if kind in set(ExtensionKind) else None
        in_steps = chosen is ExtensionKind.INSTALMENTS
        terms = DecidedTerms(
            outcome,
            chosen,
            until=None if in_steps else day_of(until),
            steps=steps_of(step_day or (), step_amount or (), currency) if in_steps else (),
            amount=money_of(amount, currency) if chosen is ExtensionKind.PARTIAL_SETTLEMENT else None,
        )
    try:
        await guidance.decide_terms(review_id, terms, version=version, by=user)
    except WordNoted:  # which the page says
        return back.to(review_id, "#terms")
    return back.to(review_id, "#draft")


@router.post("/reviews/{review_id}/correct", dependencies=SAFE)
async def correct(
    request: Request, review_id: UUID, version: Version, guidance: Guidance, user: PageUser, back: CameFrom
) -> Response:
    """An intent is chosen by its name, and its invoices stand in a field of that name: fourteen fields of one kind."""
    form = {key: value for key, value in (await request.form()).multi_items() if isinstance(value, str)}
    chosen = [Intent(word) for word in sorted(set(Intent)) if f"intent_{word}" in form]
    findings = tuple(
        IntentFinding(intent, 1.0, numbers_of(form.get(f"invoices_{intent.value}", "")))
        for intent in sorted(chosen, key=CONSEQUENCE.__getitem__)
    )
    correction = Correction(findings, _facts(form, chosen), form.get("customer", "").strip() or None)
    await guidance.correct(review_id, correction, version=version, by=user)
    return back.to(review_id)


def _facts(form: dict[str, str], chosen: list[Intent]) -> Facts:
    promise, extension, dispute = None, None, None
    if Intent.PAYMENT_PROMISE in chosen:
        money = money_of(form.get("promise_amount", ""), form.get("promise_currency", ""))
        promise = PromiseFact(
            _day(form, "promise_day"), money.amount if money else None, money.currency if money else None
        )
    if Intent.EXTENSION_REQUEST in chosen:
        kind = form.get("extension_kind", "")
        extension = ExtensionFact(ExtensionKind(kind) if kind in set(ExtensionKind) else None, _day(form, "until"))
    if Intent.DISPUTE in chosen:
        reason = form.get("dispute_reason", "")
        if reason not in set(DisputeReason):
            raise Invalid("say what the dispute is about")
        dispute = DisputeFact(DisputeReason(reason))
    return Facts(promise=promise, extension=extension, dispute=dispute)


def _day(form: dict[str, str], name: str) -> date | None:
    return day_of(form.get(name, ""))
