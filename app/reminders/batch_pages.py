"""What the pages of drafted reminders show: the batches, and every mail of one, whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from app.db.repositories.approvals import ApprovalProgress, Approvals
from app.db.repositories.four_eyes import FirstWord, content_hash, first_words
from app.db.tables.ledger import ContactRow, CustomerRow
from app.db.tables.reminders import BatchRow, ReminderRow
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.four_eyes import Guarded
from app.domain.reminder_life import ReminderState
from app.reading.differences import Edit, changes
from app.reading.outgoing.composing_reminders import Table
from app.reminders.approvals import mark_of
from app.reminders.mail import Words, approved_words

ERASED = Words("", "", Table("", (), ()))
BATCHES_LISTED = 30
ON_A_PAGE = 100
"""As many as one request may approve and make papers for."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """`counts` by state."""

    batch_id: str
    as_of: date
    created_at: datetime
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Awaited:
    """A reminder that a second person has to approve; `by` are the ids of those who have, with their names. `subject`
    and `body` are what they made of the draft, word by word; empty where they left it as it is."""

    by: Mapping[str, str]
    subject: tuple[Edit, ...] = ()
    body: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class ReminderView:
    """`state` is the reminder's own, or, once approved, that of its mail on the way. `problems`: why the checks refused
    the draft. `unclaimed`: why it claims no interest though the policy wants that. `awaited`: the first of two people
    has approved it, and these are that person's words."""

    reminder_id: str
    batch_id: str
    version: int
    state: str
    customer_id: str
    customer: str
    contact: str
    email: str
    amount: tuple[Decimal, str]
    invoices: tuple[str, ...]
    stage: str
    tone: str
    language: str
    send_at: datetime
    subject: str = field(repr=False)
    body: str = field(repr=False)
    is_edited: bool = False
    is_automatic: bool = False
    problems: tuple[str, ...] = ()
    unclaimed: str = ""
    awaited: Awaited | None = None

    @property
    def is_drafted(self) -> bool:
        return self.state == ReminderState.DRAFTED

    @property
    def may_be_approved(self) -> bool:
        """With others. Another's words are read where they can be seen beside the draft."""
        return self.is_drafted and not self.problems and not (self.awaited and self.awaited.body)

    @property
    def may_be_undone(self) -> bool:
        return self.state in {ReminderState.SKIPPED, "waiting", "ready", "failed"}


@dataclass(frozen=True, slots=True)
class Drafting:
    """How many mails of a batch are drafted, and of how many; nobody knows before the plan is made."""

    done: int
    planned: int | None
    is_running: bool


@dataclass(frozen=True, slots=True)
class BatchView:
    """A page of it, what needs a person's eye first. `count`: of the whole batch; `next`: where the next page begins.
    `total` is what may be approved of the page, a sum a currency. `whole` where the batch has more than this page, and
    `progress` where all of it was, or is being, approved. `drafting` while it is."""

    batch_id: str
    as_of: date
    created_at: datetime
    policy_version: str
    reminders: tuple[ReminderView, ...]
    count: int = 0
    next: int | None = None
    whole: "Whole | None" = None
    progress: ApprovalProgress | None = None
    drafting: Drafting | None = None

    @property
    def approvable(self) -> tuple[ReminderView, ...]:
        return tuple(one for one in self.reminders if one.may_be_approved)

    @property
    def total(self) -> tuple[tuple[Decimal, str], ...]:
        sums: dict[str, Decimal] = {}
        for one in self.approvable:
            value, currency = one.amount
            sums[currency] = sums.get(currency, Decimal(0)) + value
        return tuple((value, currency) for currency, value in sorted(sums.items()))


@dataclass(frozen=True, slots=True)
class Whole:
    """What of a whole batch may be approved; `mark` says later whether it is still what the person has seen."""

    count: int
    mark: str


class BatchPages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def batches(self) -> tuple[BatchLine, ...]:
        """The newest first."""
        async with self._database.read() as uow:
            rows = await uow.reminders.batches(BATCHES_LISTED)
            tallies = await uow.reminders.tally([row.id for row in rows])
        return tuple(
            BatchLine(
                str(row.id),
                row.as_of,
                row.created_at,
                {state.value: count for state, count in tallies[row.id].items()},
            )
            for row in rows
        )

    async def batch(self, batch_id: UUID, offset: int = 0) -> BatchView:
        """Raises NotFound."""
        async with self._database.read() as uow:
            row = await uow.reminders.batch(batch_id)
            count = sum((await uow.reminders.tally([batch_id]))[batch_id].values())
            some = await uow.reminders.page_of_batch(batch_id, offset=offset, limit=ON_A_PAGE)
            reminders = await _views(uow, some)
            approvals = Approvals(uow.session)
            progress = await approvals.progress(batch_id)
            # from the first page alone: what was unticked on another would not be known
            has_more = count > ON_A_PAGE and not offset and row.drafting_since is None
            drafts = await approvals.approvable(batch_id) if has_more else []
        return BatchView(
            str(row.id),
            row.as_of,
            row.created_at,
            row.policy_version,
            reminders,
            count,
            next=offset + ON_A_PAGE if offset + ON_A_PAGE < count else None,
            whole=Whole(len(drafts), mark_of(drafts)) if drafts else None,
            progress=progress,
            drafting=_drafting(row, count) if row.drafting_since else None,
        )

    async def drafting(self, batch_id: UUID) -> Drafting:
        """Raises NotFound."""
        async with self._database.read() as uow:
            row = await uow.reminders.batch(batch_id)
            return _drafting(row, sum((await uow.reminders.tally([batch_id]))[batch_id].values()))

    async def progress(self, batch_id: UUID) -> ApprovalProgress | None:
        """How far the approval of a whole batch is; None where nobody has asked for one."""
        async with self._database.read() as uow:
            return await Approvals(uow.session).progress(batch_id)

    async def reminder(self, reminder_id: UUID) -> ReminderView:
        """Raises NotFound."""
        async with self._database.read() as uow:
            (view,) = await _views(uow, [await uow.reminders.get(reminder_id)])
        return view


def _drafting(row: BatchRow, done: int) -> Drafting:
    return Drafting(done, row.planned, row.drafting_since is not None)


async def _views(uow: Uow, rows: Sequence[ReminderRow]) -> tuple[ReminderView, ...]:
    """As many queries for a hundred as for one."""
    payloads = {row.draft_id for row in rows} | {row.edited_id for row in rows if row.edited_id}
    words = await uow.words.get_all(payloads)
    customers = await uow.ledger.customers(row.customer_id for row in rows)
    contacts = await uow.contacts.all_of({row.contact_id for row in rows if row.contact_id})
    outbox = await uow.outbox.of_reminders([row.id for row in rows if row.state is ReminderState.APPROVED])
    firsts = await first_words(uow, [row.id for row in rows if row.state is ReminderState.DRAFTED])
    views = []
    for row in rows:
        drafted = Words.of(words[row.draft_id]) if row.draft_id in words else ERASED
        view = _view(
            row,
            drafted,
            words.get(row.edited_id, {}) if row.edited_id else {},
            customers.get(row.customer_id),
            contacts.get(row.contact_id) if row.contact_id else None,
            outbox.get(row.id),
        )
        views.append(_with_first_words(uow, view, drafted, firsts.get(row.id, [])))
    return tuple(views)


def _with_first_words(uow: Uow, view: ReminderView, drafted: Words, given: Sequence[FirstWord]) -> ReminderView:
    """What waits for a second person, the last of it; of an older version of the draft nothing does."""
    found = [(word, word.said or {"subject": drafted.subject, "body": drafted.body}) for word in given]
    now = [
        (word, said)
        for word, said in found
        if word.content
        == content_hash(uow, Guarded.REMIND, approved_words(view.version, said["subject"], said["body"]))
    ]
    if not now:
        return view
    newest, said = now[0]
    by = {str(word.by): word.name for word, _ in now if word.content == newest.content}
    if not newest.said:
        return replace(view, awaited=Awaited(by))
    awaited = Awaited(by, changes(drafted.subject, said["subject"]), changes(drafted.body, said["body"]))
    return replace(view, subject=said["subject"], body=said["body"], awaited=awaited)


def _view(
    row: ReminderRow,
    words: Words,
    edited: Mapping[str, str],
    customer: CustomerRow | None,
    contact: ContactRow | None,
    outbox: OutboxRow | None,
) -> ReminderView:
    return ReminderView(
        reminder_id=str(row.id),
        batch_id=str(row.batch_id),
        version=row.version,
        state=outbox.state.value if outbox else row.state.value,
        customer_id=row.customer_id,
        customer=customer.name if customer else row.customer_id,
        contact=contact.name if contact else "",
        email=contact.email if contact else "",
        amount=(row.amount, row.currency),
        invoices=tuple(row.invoices),
        stage=row.stage,
        tone=row.tone,
        language=row.language,
        send_at=outbox.send_after if outbox else row.send_at,
        subject=edited.get("subject", words.subject),
        body=edited.get("body", words.body),
        is_edited=bool(edited),
        is_automatic=row.is_automatic,
        problems=words.problems,
        unclaimed=words.unclaimed,
    )
