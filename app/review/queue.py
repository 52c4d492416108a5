"""The queue: the list as it was asked for, the case beside it, and the views that people keep."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.db.enclosing import enclosed_with
from app.db.repositories.four_eyes import first_words
from app.db.repositories.worklists import sought
from app.db.tables.mail import MessageRow
from app.db.tables.work import ProposalRow, ReviewRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotAllowed
from app.domain.message import MessageState
from app.domain.people import SignedIn
from app.domain.policy import Policy
from app.domain.review import DECIDERS, ReviewState
from app.domain.sentence import Sentence
from app.domain.worklist import NotUnderstood, Worklist, parse
from app.reading.terms import SHORTEST
from app.review.awaited import draft_of
from app.review.casefile import Setting, case_view, stake, why
from app.review.files import open_case
from app.review.item_view import CaseView
from app.review.ledger_view import Amount
from app.review.together import Together
from app.review.view import Arriving, Leaving, Progress, QueueRow, QueueView, Tab, most_urgent_first

PAGE = 50
ARRIVING = 3
MOST_LEAVING = 50
LONGEST_NAME = 40
MOST_VIEWS = 12

RISKY = "label:fraud_risk,injection,legal,complaint,privacy_request,unverified_sender"
BUILT_IN = (
    (Sentence("Mine"), "assignee:me"),
    (Sentence("Due in 1 h"), "due<1h"),
    (Sentence("Risk"), RISKY),
    (Sentence("Snoozed"), "is:snoozed"),
)
SECOND = (Sentence("Second person"), "is:second")


class QueuePages:
    """Builds the page of the queue; keeps saved views, and changes nothing else."""

    def __init__(
        self,
        database: Database,
        together: Together,
        policy: Policy,
        clock: Clock,
        *,
        undo_seconds: int,
        is_demo: bool = False,
    ) -> None:
        self._database = database
        self._together = together
        self._policy = policy
        self._clock = clock
        self._undo = timedelta(seconds=undo_seconds)
        self._is_demo = is_demo

    async def page(
        self,
        query: str = "",
        *,
        reader: SignedIn,
        chosen: UUID | None = None,
        after: UUID | None = None,
        editing: bool = False,
        ignored: UUID | None = None,
        noted: UUID | None = None,
        with_case: bool = True,
    ) -> QueueView:
        """The list and, beside it, the chosen case or the first. `ignored` is what the reader ignored just now, `noted`
        what waits for a second person since."""
        asked, complaint = understood(query)
        async with self._database.read() as uow:
            found = list(await uow.worklists.page(asked, reader=reader.id, after=after, limit=PAGE + 1))
            rows = await self._rows(uow, found[:PAGE])
            selected = chosen or _first_free(rows, reader)
            goes_on, case = len(found) > PAGE or after is not None, None
            if with_case and selected:
                case = await self._case(uow, selected, rows, editing, reader, goes_on=goes_on)
            tabs, in_full = await self._tabs(uow, reader)
            return QueueView(
                rows=rows,
                selected=str(selected) if selected else "",
                case=case,
                chosen=chosen is not None,
                progress=await self._progress(uow),
                leaving=await self._leaving(uow, reader, ignored, noted),
                query=query.strip(),
                not_understood=complaint,
                tabs=tabs,
                following=rows[-1].review_id if len(found) > PAGE else "",
                after=str(after) if after else "",
                is_counted_in_full=in_full,
                arriving=await self._arriving(uow),
                company=await self._together.look(selected, by=reader) if with_case and selected else None,
            )

    async def next_after(self, review_id: UUID, query: str, *, reader: SignedIn) -> UUID | None:
        """The case that a person sees next, of those they asked for; from the last one the first."""
        async with self._database.read() as uow:
            review = await uow.reviews.get(review_id)
            return await uow.worklists.next_after(review, understood(query)[0], reader=reader.id)

    async def rows_of(self, review_ids: Sequence[UUID]) -> tuple[QueueRow, ...]:
        """These cases as the list shows them, those that still wait."""
        async with self._database.read() as uow:
            found, for_one = [], {str(review_id) for review_id in await first_words(uow, review_ids)}
            for review_id in review_ids:
                review = await uow.reviews.get(review_id)
                if review.state is ReviewState.PENDING:
                    message = await uow.messages.get(review.message_id)
                    found.append((review, message, await uow.reviews.proposal(review)))
                    if await enclosed_with(uow, review, await draft_of(uow, review)):
                        for_one.add(str(review_id))
            rows = await self._rows(uow, found)
            return tuple(replace(row, is_for_one=row.review_id in for_one) for row in rows)

    async def colleagues(self) -> tuple[tuple[str, str], ...]:
        """Whom a case can be given to: id and name."""
        async with self._database.read() as uow:
            return tuple(
                (str(user.id), user.name) for user in await uow.users.all() if user.active and user.role in DECIDERS
            )

    async def save_view(self, name: str, query: str, *, is_shared: bool, by: SignedIn) -> None:
        """Raises Invalid where the query means nothing, or there is no name; NotAllowed where an auditor shares it."""
        if is_shared:
            by.check_can_decide()
        _, complaint = understood(query)
        if complaint:
            raise Invalid(complaint)
        if not name.strip() or not query.strip() or by.id is None:
            raise Invalid("a view needs a name, and something that it asks for")
        async with self._database.write() as uow:
            mine = [view for view in await uow.views.of(by.id) if view.owner_id == by.id]
            if len(mine) >= MOST_VIEWS:
                raise Invalid("there are {most} views already: remove one first", most=MOST_VIEWS)
            await uow.views.add(by.id, name=name.strip()[:LONGEST_NAME], query=query.strip(), is_shared=is_shared)

    async def remove_view(self, view_id: UUID, *, by: SignedIn) -> None:
        """One's own; a senior may remove what others share. Raises NotAllowed or NotFound."""
        async with self._database.write() as uow:
            view = await uow.views.get(view_id)
            if view.owner_id != by.id and not (view.is_shared and by.is_senior):
                raise NotAllowed("this view is somebody else's")
            await uow.views.remove(view_id)

    async def _case(
        self, uow: Uow, review_id: UUID, rows: Sequence[QueueRow], editing: bool, reader: SignedIn, *, goes_on: bool
    ) -> CaseView:
        case = await open_case(uow, review_id)
        position = next((n for n, row in enumerate(rows, start=1) if row.review_id == str(review_id)), 0)
        setting = Setting(
            now=self._clock(),
            reader=reader.id,
            can_decide=reader.can_decide,
            policy=self._policy,
            undo=self._undo,
            editing=editing,
            place=(position, 0 if goes_on else len(rows)),
        )
        return await case_view(uow, case, setting)

    async def _rows(self, uow: Uow, found: Sequence[tuple[ReviewRow, MessageRow, ProposalRow]]) -> tuple[QueueRow, ...]:
        heads = await uow.messages.heads([message for _, message, _ in found])
        customers = await uow.ledger.customers({r.customer_id for r, _, _ in found if r.customer_id})
        people = await uow.users.names()
        now = self._clock()
        rows = []
        for review, message, saved in found:
            head = heads.get(message.id)
            customer = customers.get(review.customer_id or "")
            is_held = review.claimed_until is not None and review.claimed_until > now
            rows.append(
                QueueRow(
                    review_id=str(review.id),
                    state=review.state.value,
                    customer=customer.name if customer else "",
                    sender=(head.sender.name or head.sender.email) if head else "",
                    subject=head.subject if head else "",
                    language=saved.language,
                    received_at=message.received_at,
                    reasons=most_urgent_first(review.reasons),
                    intents=tuple(saved.intents),
                    amount=stake(review),
                    rule=review.rule,
                    email=head.sender.email if head else "",
                    version=review.version,
                    due_at=review.due_at,
                    why=await why(uow, review, message, now, self._policy),
                    assignee=people.get(review.assignee_id, "") if review.assignee_id else "",
                    holder=people.get(review.claimed_by, "") if review.claimed_by and is_held else "",
                    snoozed_until=review.snoozed_until,
                )
            )
        return tuple(rows)

    async def _tabs(self, uow: Uow, reader: SignedIn) -> tuple[tuple[Tab, ...], bool]:
        saved = await uow.views.of(reader.id)
        asked = [parse(query) for _, query in BUILT_IN] + [understood(view.query)[0] for view in saved]
        lengths, is_longer = await uow.worklists.lengths(asked, reader=reader.id)
        counted = dict(zip([query for _, query in BUILT_IN] + [view.query for view in saved], lengths, strict=True))
        tabs = [Tab(Sentence("All"), ""), *(Tab(name, query, counted[query]) for name, query in BUILT_IN)]
        second = await uow.worklists.count_second()
        if second:
            tabs.append(Tab(*SECOND, second))
        for view in saved:
            is_mine = view.owner_id == reader.id
            tabs.append(Tab(view.name, view.query, counted[view.query], str(view.id), view.is_shared, is_mine))
        shown = (tab for tab in tabs if tab.count != 0 or is_longer or tab.view_id or tab.name in {"All", "Mine"})
        return tuple(shown), not is_longer

    async def _arriving(self, uow: Uow) -> tuple[Arriving, ...]:
        """The newest mails that are being read, so that a mail is seen the moment it is stored."""
        messages = await uow.messages.page(state=MessageState.IN_WORK, after=None, limit=ARRIVING, newest_first=True)
        heads = await uow.messages.heads(messages)
        return tuple(
            Arriving(heads[m.id].sender.name or heads[m.id].sender.email, heads[m.id].subject, m.received_at)
            for m in messages
            if m.id in heads
        )

    async def _progress(self, uow: Uow) -> Progress | None:
        by_state = await uow.messages.counts()
        waiting, received = by_state[MessageState.IN_WORK], sum(by_state.values())
        return Progress(received - waiting, received, self._is_demo) if waiting else None

    async def leaving(
        self, reader: SignedIn, ignored: UUID | None = None, noted: UUID | None = None
    ) -> tuple[Leaving, ...]:
        """The reader's decisions that can still be undone, the newest first."""
        async with self._database.read() as uow:
            return await self._leaving(uow, reader, ignored, noted)

    async def _leaving(
        self, uow: Uow, reader: SignedIn, ignored: UUID | None, noted: UUID | None
    ) -> tuple[Leaving, ...]:
        if reader.id is None:
            return ()
        found = [(review, row.send_after) for row, review in await uow.outbox.waiting_of(reader.id, limit=MOST_LEAVING)]
        review = await uow.reviews.get(ignored) if ignored is not None else None
        last = review if review and review.state is ReviewState.IGNORED and review.decided_by == reader.id else None
        words = (await first_words(uow, [noted])).get(noted, []) if noted is not None else []
        awaited = await uow.reviews.get(noted) if noted and any(word.by == reader.id for word in words) else None
        decided: list[tuple[ReviewRow, datetime | None]] = [(one, None) for one in (awaited, last) if one]
        decided += found
        rows = await uow.ledger.customers({one.customer_id for one, _ in decided if one.customer_id})
        names = {key: row.name for key, row in rows.items()}
        return tuple(
            Leaving(str(one.id), one.version, names.get(one.customer_id or "", ""), send_at, is_noted=one is awaited)
            for one, send_at in decided
        )


def understood(query: str) -> tuple[Worklist, str]:
    """What is asked for, and what of it means nothing: then the whole queue is shown, and said so."""
    try:
        asked = parse(query)
    except NotUnderstood as error:
        return Worklist(), error.sentence
    if any((asked.text, asked.sender, asked.customer)) and not sought(asked):
        return Worklist(), Sentence("a word that is searched for has at least {least} letters", least=SHORTEST)
    return asked, ""


def _first_free(rows: Sequence[QueueRow], reader: SignedIn) -> UUID | None:
    """The most urgent case that no colleague is working on, so that two who begin at once do not begin with one."""
    free = next((row for row in rows if row.holder in {"", reader.name}), next(iter(rows), None))
    return UUID(free.review_id) if free else None


def totals(rows: Iterable[QueueRow]) -> tuple[Amount, ...]:
    """What is at stake in these cases, by currency."""
    sums: dict[str, Amount] = {}
    for row in rows:
        if row.amount is not None:
            earlier = sums.get(row.amount.currency)
            sums[row.amount.currency] = Amount(
                row.amount.value + (earlier.value if earlier else 0), row.amount.currency
            )
    return tuple(sums[currency] for currency in sorted(sums))
