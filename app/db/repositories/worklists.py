"""The queue as a person asks for it: in the order of its ranks, page by page, and how long each view is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.repositories.search import Search
from app.db.tables.mail import MailboxRow, MessageRow
from app.db.tables.system import UserRow
from app.db.tables.work import AssentRow, ProposalRow, ReviewRow
from app.domain.clock import Clock
from app.domain.four_eyes import GOOD_FOR, Guarded
from app.domain.review import ReviewState
from app.domain.worklist import Sought, Worklist
from app.reading.terms import number_term, query_terms

WINDOW = 1_000
"""Views are counted among so many of the most urgent mails: a number nobody works off is not counted on."""

ME, NOBODY = "me", "none"


class Worklists:
    def __init__(self, session: AsyncSession, search: Search, clock: Clock) -> None:
        self._session = session
        self._search = search
        self._clock = clock

    async def page(
        self, asked: Worklist, *, reader: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[tuple[ReviewRow, MessageRow, ProposalRow]]:
        """The most urgent reviews that fit, or those that come after one of them."""
        query = (
            sa.select(ReviewRow, MessageRow, ProposalRow)
            .join(MessageRow, MessageRow.id == ReviewRow.message_id)
            .join(ProposalRow, ProposalRow.id == ReviewRow.proposal_id)
            .where(self._stands(asked), *self._conditions(asked, reader))
            .order_by(ReviewRow.rank.desc(), ReviewRow.id.desc())
            .limit(limit)
        )
        last = await self._session.get(ReviewRow, after) if after is not None else None
        if last is not None:
            query = query.where(sa.tuple_(ReviewRow.rank, ReviewRow.id) < (last.rank, last.id))
        return [(review, message, proposal) for review, message, proposal in await self._session.execute(query)]

    async def lengths(self, asked: Sequence[Worklist], *, reader: UUID | None) -> tuple[list[int], bool]:
        """How many fit each view, and whether the queue is longer than what was counted."""
        window = (
            sa.select(ReviewRow.id, ReviewRow.message_id, ReviewRow.proposal_id)
            .where(ReviewRow.state == ReviewState.PENDING)
            .order_by(ReviewRow.rank.desc(), ReviewRow.id.desc())
            .limit(WINDOW)
            .subquery()
        )
        counted = (
            sa.func.count().filter(sa.and_(sa.true(), *self._conditions(worklist, reader))) for worklist in asked
        )
        query = (
            sa.select(sa.func.count(), *counted)
            .select_from(window)
            .join(ReviewRow, ReviewRow.id == window.c.id)
            .join(MessageRow, MessageRow.id == window.c.message_id)
            .join(ProposalRow, ProposalRow.id == window.c.proposal_id)
        )
        total, *lengths = (await self._session.execute(query)).one()
        return list(lengths), total == WINDOW

    async def count_second(self) -> int:
        """Cases that wait for a second person; there are never many."""
        some = self._second().limit(WINDOW).subquery()
        return await self._session.scalar(sa.select(sa.func.count()).select_from(some)) or 0

    async def next_after(self, review: ReviewRow, asked: Worklist, *, reader: UUID | None) -> UUID | None:
        """The review below this one, from the last one the first."""
        for after in (review.id, None):
            for row, _, _ in await self.page(asked, reader=reader, after=after, limit=2):
                if row.id != review.id:
                    return row.id
        return None

    def _stands(self, asked: Worklist) -> sa.ColumnElement[bool]:
        if asked.show == "second":
            return ReviewRow.id.in_(self._second())
        return ReviewRow.state == ReviewState.PENDING

    def _second(self) -> sa.Select[tuple[UUID]]:
        """Where changed bank details, or a sum above the limit, ask for one: found from the few, not among the many."""
        called = sa.select(ReviewRow.id).where(ReviewRow.state == ReviewState.AWAITING_SECOND)
        approved = (
            sa.select(ReviewRow.id)
            .join(AssentRow, AssentRow.subject_id == ReviewRow.id)
            .where(AssentRow.action == Guarded.ANSWER, AssentRow.at > self._clock() - GOOD_FOR)
            .where(ReviewRow.state == ReviewState.PENDING)
        )
        either = sa.union(called, approved).subquery()
        return sa.select(either.c.id)

    def _conditions(self, asked: Worklist, reader: UUID | None) -> list[sa.ColumnElement[bool]]:
        return [*self._by_time(asked), *self._by_words(asked), *_by_columns(asked, reader)]

    def _by_time(self, asked: Worklist) -> Iterable[sa.ColumnElement[bool]]:
        now = self._clock()
        awake = sa.or_(ReviewRow.snoozed_until.is_(None), ReviewRow.snoozed_until <= now)
        yield sa.not_(awake) if asked.show == "snoozed" else awake
        bounds: tuple[tuple[InstrumentedAttribute[datetime], datetime | None, datetime | None], ...] = (
            (MessageRow.received_at, None, now - asked.older_than if asked.older_than else None),
            (MessageRow.received_at, now - asked.younger_than if asked.younger_than else None, None),
        )
        for column, begin, end in bounds:
            if begin is not None:
                yield column > begin
            if end is not None:
                yield column < end
        if asked.due_within is not None:
            yield ReviewRow.due_at < now + asked.due_within

    def _by_words(self, asked: Worklist) -> list[sa.ColumnElement[bool]]:
        return self._search.holds(ReviewRow.message_id, sought(asked))


def sought(asked: Worklist) -> list[Sought]:
    """The words of a worklist as they stand in the index."""
    places = (("", asked.text), ("from", asked.sender), ("customer", asked.customer))
    words = [frozenset(placed(place, form) for form in forms) for place, text in places for forms in query_terms(text)]
    return words + [frozenset({placed("invoice", number_term(number))}) for number in sorted(asked.invoices)]


def placed(place: str, term: str) -> str:
    """A term that stands in one place of a mail; in none in particular, the term itself."""
    return f"{place}\x1f{term}" if place else term


def _by_columns(asked: Worklist, reader: UUID | None) -> Iterable[sa.ColumnElement[bool]]:
    for words in asked.labels:
        yield sa.or_(
            *(names(column, word) for word in sorted(words) for column in (ReviewRow.reasons, ProposalRow.intents))
        )
    if asked.mailboxes:
        named = sa.select(MailboxRow.id).where(sa.func.lower(MailboxRow.name).in_(asked.mailboxes))
        yield MessageRow.mailbox_id.in_(named)
    if asked.languages:
        yield ProposalRow.language.in_(asked.languages)
    if asked.amount_above is not None:
        yield ReviewRow.at_stake > asked.amount_above
    if asked.amount_below is not None:
        yield ReviewRow.at_stake < asked.amount_below
    if asked.assignees:
        yield sa.or_(*(_is_of(assignee, reader) for assignee in sorted(asked.assignees)))


def _is_of(assignee: str, reader: UUID | None) -> sa.ColumnElement[bool]:
    if assignee == NOBODY:
        return ReviewRow.assignee_id.is_(None)
    if assignee == ME:
        return ReviewRow.assignee_id == reader
    return ReviewRow.assignee_id.in_(sa.select(UserRow.id).where(UserRow.email == assignee))


def names(column: InstrumentedAttribute[list[str]], word: str) -> sa.ColumnElement[bool]:
    """The JSON list holds a closed word, which has nothing in it that would need escaping."""
    return sa.cast(column, sa.Text).contains(f'"{word}"')
