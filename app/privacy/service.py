"""A person's rights over what is kept of them: to have it, to have it put right, to have it erased.

    erase: threads of nobody's customer ─▶ keys destroyed at once
           a customer's letters ─▶ restricted until the statute of the country lets them go, then the daily job
           under legal hold, or still being worked ─▶ kept, and said so: the request is made again when that is over
           contact rows ─▶ emptied, and the name of a customer who is that person: once no invoice or case is open

The audit chain holds ids and salted hashes alone, so that it stays valid, and says what was erased and on whose word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO
from uuid import UUID

import structlog

from app.db.repositories.privacy import Privacy, Thread
from app.db.repositories.stale import forget_stale
from app.db.tables.privacy import ErasureRow, LegalHoldRow
from app.db.tables.system import Chain
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.people import SignedIn
from app.domain.retention import Retention
from app.domain.review import Role
from app.domain.watermark import watermark
from app.privacy.personal_data import customers_themselves, write_data

MAY_ERASE = frozenset({Role.ADMIN})
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of a person's data. `held`: threads and contacts under a legal hold. `unfinished`: threads that are
    still being worked, and customers of whom something is open. `until`: the last day on which a statute keeps any."""

    contacts: int = 0
    erased: int = 0
    restricted: int = 0
    held: int = 0
    unfinished: int = 0
    until: date | None = None


@dataclass(slots=True)
class _Sorted:
    """Threads by what may be done with them."""

    now: list[UUID] = field(default_factory=list)
    later: dict[UUID, date] = field(default_factory=dict)
    held: int = 0
    unfinished: int = 0


class PrivacyService:
    def __init__(self, database: Database, retention: Retention, clock: Clock) -> None:
        self._database = database
        self._retention = retention
        self._clock = clock

    async def export(self, address: str, out: IO[bytes], *, by: SignedIn) -> int:
        """Write all that is kept of a person as a ZIP: data.json and each mail. Returns the number of mails."""
        _check(by)
        address, mark = _folded(address), watermark(by, self._clock())
        async with self._database.read() as uow:
            mails = await write_data(uow, _store(uow), address, mark, out)
        async with self._database.write() as uow:
            refs = {"mails": mails, "export_id": mark.id}
            uow.audit.add("privacy.subject.exported", actor=by.actor, chain=Chain.ACCESS, **refs)
        return mails

    async def rectify(self, address: str, *, name: str = "", email: str = "", phone: str = "", by: SignedIn) -> int:
        """Put a person's contact rows right. Returns how many there are. Raises NotFound, Invalid."""
        _check(by)
        new = {"name": name.strip(), "email": _folded(email) if email else "", "phone": phone.strip()}
        async with self._database.write() as uow:
            rows = await _store(uow).contacts(_folded(address))
            if not rows:
                raise NotFound("no contact has this address")
            changed = [part for part, value in new.items() if value]
            if not changed:
                raise Invalid("say what is right: a name, an address or a phone number")
            taken = await _store(uow).contacts(new["email"]) if new["email"] else ()
            mine, theirs = {row.id for row in rows}, {row.customer_id for row in rows}
            if any(row.id not in mine and row.customer_id in theirs for row in taken) or (
                new["email"] and len(theirs) < len(rows)
            ):
                raise Invalid("the customer has another contact with this address: put that one right instead")
            for row in rows:
                for part in changed:
                    setattr(row, part, new[part])
                row.version += 1
                uow.audit.add("privacy.contact.rectified", actor=by.actor, contact_id=row.id, fields=changed)
        return len(rows)

    async def erase(self, address: str, *, by: SignedIn) -> Erased:
        """Erase a person as far as the law lets us, restrict the rest, and note both. Repeating it does no harm."""
        _check(by)
        address = _folded(address)
        async with self._database.read() as uow:  # opening heads takes time, and nobody else could write meanwhile
            store = _store(uow)
            mine = {letter.conversation_id async for letter in store.letters(address)}
        async with self._database.write() as uow:
            store = _store(uow)
            sorted_ = self._sorted(await store.threads(sorted(mine)))
            contacts = [row for row in await store.contacts(address) if not await store.is_held(row.customer_id)]
            kept = len(await store.contacts(address)) - len(contacts)
            themselves = customers_themselves(
                contacts, await store.names({contact.customer_id for contact in contacts})
            )
            for contact in contacts:
                await store.forget_contact(contact)
            still_open = await store.forget_names(themselves)
            await store.forget_failures(address)
            await self._carry_out(uow, sorted_, by)
            done = Erased(
                len(contacts),
                len(sorted_.now),
                len(sorted_.later),
                sorted_.held + kept,
                sorted_.unfinished + still_open,
                max(sorted_.later.values(), default=None),
            )
            self._note(uow, address, done, by)
        await self._scrub()
        log.info("privacy.subject.erased", erased=done.erased, restricted=done.restricted, held=done.held)
        return done

    async def hold(self, customer_id: str, *, by: SignedIn) -> bool:
        """Keep everything of a customer, whatever its age. False when it is held already. Raises NotFound."""
        _check(by)
        async with self._database.write() as uow:
            if await uow.ledger.customer(customer_id) is None:
                raise NotFound("there is no customer {customer_id}", customer_id=customer_id)
            is_new = await _store(uow).hold(customer_id, by.id)
            if is_new:
                uow.audit.add("privacy.hold.set", actor=by.actor, customer_id=customer_id)
        return is_new

    async def lift(self, customer_id: str, *, by: SignedIn) -> None:
        """Raises NotFound when there is no hold."""
        _check(by)
        async with self._database.write() as uow:
            if not await _store(uow).lift(customer_id, by.id):
                raise NotFound("there is no legal hold on {customer_id}", customer_id=customer_id)
            uow.audit.add("privacy.hold.lifted", actor=by.actor, customer_id=customer_id)

    async def book(self) -> tuple[Sequence[LegalHoldRow], Sequence[ErasureRow]]:
        """Holds in force, and what was erased on request, the newest first."""
        async with self._database.read() as uow:
            store = _store(uow)
            return await store.holds(), await store.erasures()

    def _sorted(self, threads: Sequence[Thread]) -> _Sorted:
        today, found = self._clock().date(), _Sorted()
        for thread in threads:
            until = self._kept_until(thread)
            if thread.is_held:
                found.held += 1
            elif thread.is_under_way:
                found.unfinished += 1
            elif until is not None and until >= today:
                found.later[thread.id] = until
            else:
                found.now.append(thread.id)
        return found

    def _kept_until(self, thread: Thread) -> date | None:
        if thread.country is None:
            return None
        return self._retention.kept_until(thread.last_message_at, thread.country, thread.company)

    async def _carry_out(self, uow: Uow, sorted_: _Sorted, by: SignedIn) -> None:
        store = _store(uow)
        if sorted_.now:
            await store.erase(sorted_.now)
        for thread_id, until in sorted_.later.items():
            await store.restrict(thread_id, until)
            uow.audit.add(
                "privacy.thread.restricted", actor=by.actor, conversation_id=thread_id, until=until.isoformat()
            )
        for thread_id in sorted_.now:
            uow.audit.add("privacy.thread.erased", actor=by.actor, conversation_id=thread_id, why="request")

    def _note(self, uow: Uow, address: str, done: Erased, by: SignedIn) -> None:
        row = ErasureRow(
            id=new_id(),
            address_hash=uow.words.keyring.index(address),
            asked_by=by.id,
            asked_at=self._clock(),
            contacts=done.contacts,
            erased=done.erased,
            restricted=done.restricted,
            held=done.held,
            unfinished=done.unfinished,
            last_until=done.until,
        )
        _store(uow).note_erasure(row)
        uow.audit.add("privacy.subject.erased", actor=by.actor, erasure_id=row.id, threads=done.erased)

    async def keep_no_longer(self) -> int:
        """The work of each day: erase what has been kept long enough. Returns how many threads."""
        now = self._clock()
        async with self._database.write() as uow:
            due = [thread.id for thread in await _store(uow).restricted_past(now.date()) if not thread.is_held]
            await self._erase_aged(uow, due, "statute_over")
        count = len(due)
        after: UUID | None = None
        while True:
            async with self._database.write() as uow:
                store = _store(uow)
                threads = await store.threads_older_than(*self._retention.reach(now), after=after)
                aged = [thread.id for thread in threads if self._is_aged(thread, now)]
                await self._erase_aged(uow, aged, "retention")
            count += len(aged)
            if not threads:
                break
            after = threads[-1].id
        async with self._database.write() as uow:
            store = _store(uow)
            names = await store.names_due()
            await store.forget_names(names)
            await forget_stale(uow.session, **self._retention.moments(now))
        if count or names:
            await self._scrub()
        return count

    def _is_aged(self, thread: Thread, now: datetime) -> bool:
        is_due = self._retention.due(thread.last_message_at, thread.country, thread.company) <= now.date()
        return is_due and not thread.is_held and not thread.is_under_way

    async def _erase_aged(self, uow: Uow, threads: Sequence[UUID], why: str) -> None:
        if threads:
            await _store(uow).erase(threads)
        for thread_id in threads:
            uow.audit.add("privacy.thread.erased", conversation_id=thread_id, why=why)

    async def _scrub(self) -> None:
        """What was overwritten leaves the disk too: SQLite's journal is emptied."""
        await self._database.empty_journal()


def _store(uow: Uow) -> Privacy:
    return Privacy(uow.session, uow.words.keyring, uow.clock)


def _check(by: SignedIn) -> None:
    if by.role not in MAY_ERASE:
        raise NotAllowed("only an administrator answers requests of data subjects")


def _folded(address: str) -> str:
    folded = address.strip().casefold()
    if "@" not in folded:
        raise Invalid("{address!r} is not an e-mail address", address=address)
    return folded
