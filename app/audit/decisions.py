"""The table of decisions, that of reads, and the page of one case. Whoever looks is noted, in the chain of reads."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.audit.casework import Casework, Run, body_of, casework
from app.audit.service import AuditService
from app.audit.view import Amount, Call, Case, Checked, Decisions, Filters, Letter, Row, Standing
from app.db.repositories.trail import CaseFacts, Sought, Trail, refs_of
from app.db.tables.system import AuditRow, Chain
from app.db.uow import Database, Uow
from app.domain.audit import CHECKPOINT_TAKEN, Link, chained
from app.domain.changes import changes
from app.domain.clock import Clock, written_day
from app.domain.errors import Invalid, NotFound
from app.domain.people import SignedIn
from app.domain.typed import amount_of
from app.domain.watermark import Watermark

PAGE = 50
PEOPLE = "people"
BEFORE = "_before"
WORDS = "words_id"
CHECKED = "audit.chain.verified"


class DecisionPages:
    def __init__(self, database: Database, audit: AuditService, clock: Clock) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock

    async def listed(self, filters: Filters, *, before: int | None) -> Decisions:
        """A page of the table. Raises Invalid for a filter that means nothing."""
        sought = sought_by(filters)
        async with self._database.read() as uow:
            rows = await Trail(uow.session).page(sought, before=before, limit=PAGE + 1)
            names = await self._names(uow)
            boxes = tuple(row.name for row in await uow.mailboxes.all())
            return Decisions(
                rows=await _rows(uow, rows[:PAGE], names),
                filters=filters,
                next=rows[PAGE - 1].seq if len(rows) > PAGE else None,
                standing=await self._standing(uow, names),
                people=tuple(sorted(names.items(), key=lambda item: item[1])),
                mailboxes=boxes,
            )

    async def case(self, message_id: UUID) -> Case:
        """Raises NotFound."""
        async with self._database.read() as uow:
            work = await casework(uow, message_id)
            names = await self._names(uow)
            facts = (await Trail(uow.session).cases({message_id}))[message_id]
            return _case(work, facts, await _rows(uow, work.entries, names))

    async def export(self, filters: Filters, mark: Watermark, *, by: SignedIn) -> AsyncIterator[Link]:
        """The entries of a filtered table, in order; that they leave is noted first."""
        sought = sought_by(filters)
        async with self._database.write() as uow:
            head = await uow.audit.newest(sought.chain)
            seq = head.seq if head else 0
            refs = {"filters": sorted(filters.as_query()), "up_to": seq, "export_id": mark.id}
            uow.audit.add("audit.log.exported", actor=by.actor, chain=Chain.ACCESS, **refs)
        return self._links(sought, seq)

    async def verify(self, *, by: SignedIn) -> None:
        """Walk both chains and note what came of it: the first entry that does not fit, if there is one."""
        entries = first_bad = 0
        reason = ""
        for chain in Chain:
            verdict = await self._audit.verify(chain)
            entries += verdict.entries
            if verdict.first_bad and not first_bad:
                first_bad, reason = verdict.first_bad, f"{chain.value}: {verdict.reason}"
        async with self._database.write() as uow:
            uow.audit.add(
                CHECKED, actor=by.actor, chain=Chain.ACCESS, entries=entries, first_bad=first_bad, reason=reason
            )

    async def _links(self, sought: Sought, up_to: int) -> AsyncIterator[Link]:
        """In the order of the chain. Each page is read for itself: whoever fetches it may be slow, and a transaction
        that waits for them would be ended by the server."""
        seq = 0
        while True:
            async with self._database.read() as uow:
                rows = await Trail(uow.session).following(sought, seq, up_to=up_to)
                links = [Link(row.seq, row.previous, row.hash, row.body) for row in rows]
            for link in links:
                yield link
            if not links:
                return
            seq = links[-1].seq

    @staticmethod
    async def _names(uow: Uow) -> dict[str, str]:
        return {f"user:{user_id}": name or "?" for user_id, name in (await uow.users.names()).items()}

    async def _standing(self, uow: Uow, names: Mapping[str, str]) -> Standing:
        trail = Trail(uow.session)
        head = await uow.audit.newest(Chain.DECISIONS)
        checked = await trail.newest_of(Chain.ACCESS, CHECKED)
        taken = await trail.newest_of(Chain.ACCESS, CHECKPOINT_TAKEN)
        return Standing(
            entries=head.seq if head else 0,
            checked=_checked(checked, names) if checked else None,
            checkpoint_at=taken.at if taken else None,
            checkpoint_seq=int(refs_of(taken).get("seq") or 0) if taken else 0,
        )


def sought_by(filters: Filters) -> Sought:
    """Raises Invalid."""
    until = _day(filters.until)
    return Sought(
        chain=Chain.ACCESS if filters.are_reads else Chain.DECISIONS,
        actor=filters.who,
        kind=filters.kind,
        customer=filters.customer.strip(),
        export=_export(filters.export),
        mailbox=filters.mailbox,
        least=_amount(filters.least),
        since=_day(filters.since),
        until=until + timedelta(days=1) if until else None,
    )


def _checked(row: AuditRow, names: Mapping[str, str]) -> Checked:
    refs = refs_of(row)
    who = names.get(row.actor, "Duebox")
    return Checked(row.at, who, refs["entries"], refs["first_bad"], refs["reason"])


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(written_day(text), datetime.min.time(), UTC)
    except ValueError:
        raise Invalid("{text!r} is not a day such as 2026-05-21", text=text[:40]) from None


def _export(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return str(UUID(text.strip()[:36]))
    except ValueError:
        raise Invalid("{text!r} is not the id of an export", text=text[:40]) from None


def _amount(text: str) -> Decimal | None:
    amount = amount_of(text[:40])
    if amount is not None and amount >= Decimal(10) ** 12:
        raise Invalid("{text!r} is not an amount such as 1000 or 99.50", text=text[:40])
    return amount


async def _rows(uow: Uow, rows: Sequence[AuditRow], names: Mapping[str, str]) -> tuple[Row, ...]:
    trail = Trail(uow.session)
    cases = await trail.cases({row.message_id for row in rows if row.message_id})
    customers = await trail.names({str(refs_of(row)["customer_id"]) for row in rows if refs_of(row).get("customer_id")})
    return tuple([_row(row, names, cases, customers, await _words(uow, row)) for row in rows])


async def _words(uow: Uow, row: AuditRow) -> str:
    """What somebody said of why they looked, unless it was erased."""
    words_id = refs_of(row).get(WORDS)
    if not words_id:
        return ""
    try:
        return (await uow.words.get(UUID(words_id))).decode()
    except NotFound:
        return ""


def _row(
    row: AuditRow,
    names: Mapping[str, str],
    cases: Mapping[UUID, CaseFacts],
    customers: Mapping[str, str],
    words: str,
) -> Row:
    refs = refs_of(row)
    case = cases.get(row.message_id) if row.message_id else None
    customer_id = (case.customer_id if case else "") or str(refs.get("customer_id") or "")
    return Row(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        who=names.get(row.actor, "Duebox"),
        is_person=row.actor in names,
        refs=refs,
        message_id=row.message_id,
        customer_id=customer_id,
        customer=(case.customer if case else "") or customers.get(customer_id, ""),
        intents=case.intents if case else (),
        amount=Amount(case.at_stake, case.currency) if case and case.at_stake is not None and case.currency else None,
        delivery=case.delivery if case else "",
        changed=tuple(
            (key.removesuffix(BEFORE), refs[key], refs.get(key.removesuffix(BEFORE)))
            for key in refs
            if key.endswith(BEFORE)
        ),
        said=tuple(_said(refs)),
        words=words,
    )


def _said(refs: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Closed words and numbers; ids and hashes serve machines."""
    befores = {key for key in refs if key.endswith(BEFORE)}
    for key, value in refs.items():
        is_machines = (key != "export_id" and key.endswith(("_id", "_hash", "hash", "digest"))) or key in {
            "prompts",
            "models",
            "head",
            "seal",
        }
        if is_machines or key in befores or f"{key}{BEFORE}" in befores or value in (None, "", [], False):
            continue
        yield key, value


def _case(work: Casework, facts: CaseFacts, timeline: Sequence[Row]) -> Case:
    run = work.newest
    row = run.proposal_row if run else None
    proposal = run.proposal if run else None
    return Case(
        message_id=work.message.id,
        review_id=run.review.id if run and run.review else None,
        customer_id=facts.customer_id,
        customer=facts.customer,
        subject=work.reading.mail.head.subject if work.reading else "",
        language=row.language if row else "",
        received_at=work.message.received_at,
        state=work.message.state.value,
        reasons=tuple(run.review.reasons) if run and run.review else (),
        intents=tuple((f.intent.value, f.confidence) for f in proposal.intents) if proposal else (),
        route=row.route.value if row else "",
        rule=row.rule if row else "",
        policy_version=row.policy_version if row else "",
        redacted=proposal.redacted if proposal else None,
        calls=tuple(Call(c["prompt"], c["hash"], c["model"], c["in"], c["out"]) for c in run.calls) if run else (),
        letter=_letter(run) if run else Letter(),
        timeline=tuple(timeline),
        first_seq=work.entries[0].seq if work.entries else 0,
        last_seq=work.entries[-1].seq if work.entries else 0,
        is_linked=all(chained(entry.previous, entry.body) == entry.hash for entry in work.entries),
    )


def _letter(run: Run) -> Letter:
    draft = run.drafts[-1].body if run.drafts else None
    edited = run.edited["body"] if run.edited else None
    return Letter(
        draft=draft,
        changes=changes(draft or "", edited) if edited is not None else None,
        sent=body_of(run.sent) if run.sent is not None else None,
        to=run.recipient,
        rfc_message_id=run.outbox.rfc_message_id if run.outbox else "",
        sent_at=run.outbox.sent_at if run.outbox else None,
        delivery=run.outbox.state.value if run.outbox else "",
    )
