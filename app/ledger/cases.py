"""What people do with promises, disputes, extensions and hardship. Each verb is one move of the table in
`app.domain.review`, audited in the same transaction; of two people, one wins and the other is told.

    note ─▶ confirm ─▶ resolve, withdraw          (dispute, hardship)
                    └▶ settled by Settling        (promise; a person may say "kept" where a payment was overlooked)
    note ─▶ grant | decline                       (extension: its terms are a person's)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.db.repositories.cases import open_on, remember_owed
from app.db.repositories.four_eyes import deed_about, missing_second
from app.db.repositories.ledger import as_invoice
from app.db.tables.ledger import CaseRow
from app.db.uow import Database, Uow
from app.domain.account import Invoice
from app.domain.clock import Clock
from app.domain.directions import DecidedTerms, TermsOutcome, as_said
from app.domain.dispute import Resolution
from app.domain.errors import Invalid, NotAllowed, NotFound, SecondPersonNeeded, StateImpossible
from app.domain.extension import Terms, check_terms
from app.domain.four_eyes import Guarded, SecondPersonRule
from app.domain.ids import new_id
from app.domain.intents import DisputeReason, ExtensionKind
from app.domain.money import LARGEST, Money, digits
from app.domain.people import SignedIn
from app.domain.review import CaseKind, CaseState, case_may_become
from app.domain.sentence import Sentence
from app.domain.task import DISAPPOINTED, TaskState
from app.domain.typed import own_spelling

DETAILS = {
    CaseKind.PROMISE: frozenset({""}),
    CaseKind.DISPUTE: frozenset(DisputeReason),
    CaseKind.EXTENSION: frozenset({"", *ExtensionKind}),
    CaseKind.HARDSHIP: frozenset({""}),
}
LONGEST_NOTE = 4_000


@dataclass(frozen=True, slots=True)
class CaseNote:
    """What a person noted, after a call, a letter, or reading the mail of a review. `words` are sealed."""

    kind: CaseKind
    customer_id: str
    invoices: tuple[str, ...] = ()
    amount: Money | None = None
    day: date | None = None
    detail: str = ""
    owner_email: str = ""
    due: date | None = None
    words: str = field(repr=False, default="")
    review_id: UUID | None = None


class CaseService:
    """`limits`: above which sums an extension is granted, and a dispute resolved, by two people."""

    def __init__(self, database: Database, clock: Clock, limits: Sequence[SecondPersonRule] = ()) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits

    async def note(self, note: CaseNote, by: SignedIn) -> UUID:
        """Note what a customer said elsewhere than in a mail. It holds at once; but an extension, and a promise that
        only moves an earlier one, waits for somebody to set its terms.

        Raises NotAllowed, NotFound (no such customer), or Invalid, naming what to mend.
        """
        by.check_can_decide()
        _check_note(note)
        async with self._database.write() as uow:
            if await uow.ledger.customer(note.customer_id) is None:
                raise NotFound("there is no customer {customer_id}", customer_id=note.customer_id)
            await _check_owner(uow, note.owner_email)
            invoices = await _invoices(uow, note.customer_id)
            note = replace(note, invoices=own_spelling(note.invoices, (invoice.number for invoice in invoices)))
            row = self._row(uow, note, by)
            if note.review_id is not None:
                row.message_id = (await uow.reviews.get(note.review_id)).message_id
            remember_owed(row, invoices)
            await uow.cases.take_for_request_if_it_moves(row, invoices)
            if row.kind is not CaseKind.EXTENSION:
                row.state, row.decided_at, row.decided_by = CaseState.CONFIRMED, row.opened_at, by.id
            uow.cases.add(row)
            await uow.ledger.touch([note.customer_id])
            _audit(uow, "ledger.case.noted", row, by)
        return row.id

    async def confirm(self, case_id: UUID, by: SignedIn) -> None:
        """Say that a proposed promise, dispute or hardship is right. Raises NotAllowed, NotFound, StateImpossible, or
        Invalid for an extension."""
        async with self._database.write() as uow:
            row = await _open(uow, case_id, by)
            if row.kind is CaseKind.EXTENSION:
                raise Invalid("an extension needs terms: grant a later day or instalments, or decline it")
            self._move(uow, row, CaseState.CONFIRMED, by)
            await uow.ledger.touch([row.customer_id])

    async def withdraw(self, case_id: UUID, by: SignedIn) -> None:
        """It does not hold any more, and counts against nobody. Raises NotAllowed, NotFound or StateImpossible."""
        await self._end(case_id, CaseState.WITHDRAWN, by)

    async def decline(self, case_id: UUID, by: SignedIn) -> None:
        """More time is not granted. Raises NotAllowed, NotFound or StateImpossible."""
        await self._end(case_id, CaseState.DECLINED, by)

    async def say_kept(self, case_id: UUID, by: SignedIn) -> None:
        """A person knows of a payment in time. Raises NotAllowed, NotFound or StateImpossible."""
        await self._end(case_id, CaseState.KEPT, by)

    async def resolve(
        self, case_id: UUID, by: SignedIn, *, resolution: Resolution | None = None, amount: Decimal | None = None
    ) -> None:
        """End a dispute with its outcome and the sum that the customer need not pay, or a hardship without.

        Raises NotAllowed, NotFound, StateImpossible, or Invalid for a dispute without outcome or a negative sum.
        """
        wait: SecondPersonNeeded | None = None
        async with self._database.write() as uow:
            row = await _open(uow, case_id, by)
            if row.kind is CaseKind.DISPUTE and resolution is None:
                raise Invalid("say how it ended: {ways}", ways=", ".join(Resolution))
            if amount is not None and amount < 0:
                raise Invalid("the resolved amount is below zero")
            to = CaseState.WITHDRAWN if resolution is Resolution.WITHDRAWN else CaseState.RESOLVED
            _check_may_become(row, to)
            if resolution in {Resolution.ACCEPTED, Resolution.SETTLED}:
                said = {
                    "resolution": resolution.value,
                    "amount": "" if amount is None else digits(amount, row.currency or ""),
                }
                wait = await self._missing_second(uow, row, Guarded.RESOLVE_DISPUTE, said, by, amount)
            if wait is None:
                if row.kind is CaseKind.DISPUTE:
                    row.resolution, row.outcome_amount = resolution, amount
                self._move(uow, row, to, by)
                await self._close_tasks(uow, row, by)
                await uow.ledger.touch([row.customer_id])
        if wait is not None:
            raise wait

    async def amend_dispute(
        self,
        case_id: UUID,
        by: SignedIn,
        *,
        reason: DisputeReason,
        amount: Money | None = None,
        owner_email: str = "",
        due: date | None = None,
    ) -> None:
        """Say what a running dispute is about, how much it pauses, who looks after it, and by when.

        Raises NotAllowed, NotFound, StateImpossible, or Invalid for an amount or an owner that cannot be.
        """
        async with self._database.write() as uow:
            row = await _open(uow, case_id, by)
            if row.kind is not CaseKind.DISPUTE or row.state not in {CaseState.PROPOSED, CaseState.CONFIRMED}:
                raise StateImpossible("only a dispute that runs can be changed")
            _check_amount(amount)
            await _check_owner(uow, owner_email)
            row.detail, row.owner_email, row.due = reason.value, owner_email.strip().lower(), due
            row.amount, row.currency = (amount.amount, amount.currency) if amount else (None, None)
            await uow.ledger.touch([row.customer_id])
            _audit(uow, "ledger.case.amended", row, by)

    async def grant(self, case_id: UUID, terms: Terms, by: SignedIn) -> None:
        """Grant a later day, or instalments that come to what is open now: always a person's decision.

        Raises NotAllowed, NotFound, StateImpossible, or Invalid for terms that do not fit.
        """
        if by.id is None:
            raise NotAllowed("only a person grants more time")
        kind = ExtensionKind.DUE_DATE if terms.until else ExtensionKind.INSTALMENTS
        granted = DecidedTerms(TermsOutcome.ACCEPTED, kind, terms.until, terms.steps)
        async with self._database.write() as uow:
            row = await _open(uow, case_id, by)
            if row.kind is not CaseKind.EXTENSION:
                raise Invalid("only an extension can be granted")
            _check_may_become(row, CaseState.CONFIRMED)
            check_terms(terms, remember_owed(row, await _invoices(uow, row.customer_id)), self._clock().date())
            wait = await self._missing_second(uow, row, Guarded.GRANT_TERMS, as_said(granted), by, None)
            if wait is None:
                self._move(uow, row, CaseState.CONFIRMED, by)
                uow.cases.grant(row, granted)
                await uow.ledger.touch([row.customer_id])
        if wait is not None:
            raise wait

    async def _missing_second(
        self, uow: Uow, row: CaseRow, action: Guarded, said: Mapping[str, Any], by: SignedIn, amount: Decimal | None
    ) -> SecondPersonNeeded | None:
        """To be raised once the person's word is committed. The sum is that of the case, or what is open on its
        invoices, unless `amount` says less."""
        opened = open_on(row, await _invoices(uow, row.customer_id))
        sums = opened if row.amount is None else (Money(row.amount, row.currency or ""),)
        stake = sums[0] if len(sums) == 1 else None
        stake = Money(amount, stake.currency) if stake and amount is not None else stake
        return await missing_second(uow, self._limits, deed_about(action, row, said, opened), amount=stake, by=by)

    async def _end(self, case_id: UUID, to: CaseState, by: SignedIn) -> None:
        async with self._database.write() as uow:
            row = await _open(uow, case_id, by)
            self._move(uow, row, to, by)
            await self._close_tasks(uow, row, by)
            await uow.ledger.touch([row.customer_id])

    def _row(self, uow: Uow, note: CaseNote, by: SignedIn) -> CaseRow:
        case_id = new_id()
        return CaseRow(
            id=case_id,
            kind=note.kind,
            state=CaseState.PROPOSED,
            customer_id=note.customer_id,
            run=0,
            invoices=list(note.invoices),
            amount=note.amount.amount if note.amount else None,
            currency=note.amount.currency if note.amount else None,
            day=note.day,
            detail=note.detail,
            owner_email=note.owner_email.strip().lower(),
            due=note.due,
            note=uow.words.keyring.seal(case_id, note.words.strip().encode()) if note.words.strip() else None,
            opened_at=self._clock(),
            opened_by=by.id,
        )

    def _move(self, uow: Uow, row: CaseRow, to: CaseState, by: SignedIn) -> None:
        """Raises StateImpossible."""
        _check_may_become(row, to)
        row.state = to
        if to is CaseState.CONFIRMED:
            row.decided_at, row.decided_by = self._clock(), by.id
        else:
            row.ended_at, row.ended_by = self._clock(), by.id
        _audit(uow, f"ledger.case.{to.value}", row, by)

    async def _close_tasks(self, uow: Uow, row: CaseRow, by: SignedIn) -> None:
        """What was to be done about a case is done once it is over; a talk that nobody had is called off instead, as
        talks that were had count as contacts."""
        for task in await uow.tasks.of_case(row.id):
            if task.state is TaskState.OPEN:
                to = TaskState.DISMISSED if task.kind in DISAPPOINTED else TaskState.DONE
                task.state, task.closed_at, task.closed_by = to, self._clock(), by.id
                uow.audit.add(f"ledger.task.{to}", actor=by.actor, task_id=task.id, customer_id=task.customer_id)


async def _open(uow: Uow, case_id: UUID, by: SignedIn) -> CaseRow:
    by.check_can_decide()
    return await uow.cases.get_for_update(case_id)


def _check_may_become(row: CaseRow, to: CaseState) -> None:
    """Raises StateImpossible, saying how it stands."""
    if not case_may_become(row.kind, row.state, to):
        kind, state = Sentence(row.kind.value), Sentence(row.state.value.replace("_", " "))
        raise StateImpossible("this {kind} is {state} already", kind=kind, state=state)


def _audit(uow: Uow, kind: str, row: CaseRow, by: SignedIn) -> None:
    uow.audit.add(
        kind,
        actor=by.actor,
        case_id=row.id,
        customer_id=row.customer_id,
        case_kind=row.kind.value,
        message_id=row.message_id,
        state=row.state.value,
        resolution=row.resolution.value if row.resolution else None,
    )


async def _invoices(uow: Uow, customer_id: str) -> list[Invoice]:
    return [as_invoice(row) for row in await uow.ledger.invoices(customer_id)]


def _check_note(note: CaseNote) -> None:
    if note.detail not in DETAILS[note.kind]:
        known = ", ".join(sorted(word for word in DETAILS[note.kind] if word))
        raise Invalid(f"a {note.kind.value} knows no {note.detail!r}" + (f": use one of {known}" if known else ""))
    if note.kind is CaseKind.PROMISE and note.day is None:
        raise Invalid("a promise needs the day on which the customer will pay")
    if len(note.words) > LONGEST_NOTE:
        raise Invalid("the note is longer than {most} characters", most=LONGEST_NOTE)
    _check_amount(note.amount)


def _check_amount(amount: Money | None) -> None:
    if amount is not None and not Decimal(0) < amount.amount < LARGEST:
        raise Invalid("the amount must be above zero, and one that a ledger can hold")


async def _check_owner(uow: Uow, email: str) -> None:
    if email.strip() and await uow.users.by_email(email) is None:
        raise Invalid("nobody signs in as {email}: choose an owner who does", email=email.strip())
