"""Finding mails by their words, of which the database knows keyed hashes only."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.bulk import insert_all, is_postgresql
from app.db.narrowing import is_narrowed
from app.db.sealing import Keyring
from app.db.tables.mail import MessageRow
from app.db.tables.queue import SearchTermRow
from app.domain.worklist import Sought


class Search:
    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    async def index(self, message: MessageRow, terms: Iterable[str]) -> None:
        """Make a mail findable by these terms, and by no others."""
        if message.is_indexed:
            await self._session.execute(sa.delete(SearchTermRow).where(SearchTermRow.message_id == message.id))
        hashes = {self._keyring.term(term) for term in terms}
        await insert_all(
            self._session, SearchTermRow, [{"term": term, "message_id": message.id} for term in sorted(hashes)]
        )
        message.is_indexed = True

    async def not_indexed(self, *, after: UUID | None, limit: int) -> Sequence[MessageRow]:
        """Mails that were read before there was an index, or whose words could not be opened."""
        query = sa.select(MessageRow).where(sa.not_(MessageRow.is_indexed), MessageRow.reading_id.is_not(None))
        if after is not None:
            query = query.where(MessageRow.id > after)
        return (await self._session.scalars(query.order_by(MessageRow.id).limit(limit))).all()

    def holds(
        self, message_id: InstrumentedAttribute[UUID], sought: Collection[Sought]
    ) -> list[sa.ColumnElement[bool]]:
        """The message holds every word, each in one of its forms."""
        return [
            sa.exists().where(
                SearchTermRow.message_id == message_id,
                SearchTermRow.term.in_([self._keyring.term(form) for form in sorted(word)]),
            )
            for word in sought
        ]

    async def find(self, sought: Collection[Sought], *, before: UUID | None, limit: int) -> Sequence[MessageRow]:
        """The newest messages that hold every word, in any state; page on with the last one's id."""
        if not sought:
            return []
        rarest = min([(await self._reach(word), n) for n, word in enumerate(sought)])[1]
        words = list(sought)
        forms = [self._keyring.term(form) for form in sorted(words.pop(rarest))]
        ids = (
            sa.select(SearchTermRow.message_id)
            .where(SearchTermRow.term.in_(forms), *self.holds(SearchTermRow.message_id, words))
            .distinct()
            .order_by(SearchTermRow.message_id.desc())
            .limit(limit)
        )
        if is_narrowed():  # what the reader may not see takes up no place on the page
            ids = ids.join(MessageRow, MessageRow.id == SearchTermRow.message_id)
        if before is not None:
            ids = ids.where(SearchTermRow.message_id < before)
        if is_postgresql(self._session):  # words meet year by year: no year's common words are read as a whole
            await self._session.execute(sa.text("SET LOCAL enable_partitionwise_join = on"))
        found = await self._session.scalars(
            sa.select(MessageRow).where(MessageRow.id.in_(ids.scalar_subquery())).order_by(MessageRow.id.desc())
        )
        return found.all()

    async def _reach(self, word: Sought) -> int:
        """How many messages hold the word, up to a limit: the search begins with the rarest."""
        forms = [self._keyring.term(form) for form in word]
        some = sa.select(SearchTermRow.term).where(SearchTermRow.term.in_(forms)).limit(1_000).subquery()
        return await self._session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
