"""One folder of a watched mailbox: how far it was read, and what is new in it.

    open ─▶ the same UIDVALIDITY, and the same mails under their numbers as before?
            yes ─▶ UIDs above the cursor ─▶ fetch ─▶ store, move the cursor, in one transaction
            no ──▶ all since the folder's start, by date; of these only what is not recognised

CONDSTORE tells what changed since the last look. A mail that appears below the cursor (no server should do that; some
do, when two of their nodes take mail at once) is found by it, and is stored like any other. Where a server has no
CONDSTORE, the numbers of the last days' mails are compared with what is stored, when the reader starts and each hour;
also those above the cursor, in case that its UIDNEXT is behind.
"""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import structlog

from app.db.tables.mail import FolderRole, FolderRow, OnceStored
from app.db.uow import Database
from app.domain.clock import system_clock
from app.domain.ports import FolderState, MailFolder
from app.intake.asked_again import AskedAgain
from app.intake.passages import Keep, Passage, Passages, ReadAhead, Watched, nothing
from app.intake.recognition import Blocking, Recognition, whole_second

SETTLED_AT_ONCE = 500
LOOKED_BACK = 100
A_DAY = timedelta(days=1)
COMPARED = timedelta(days=2)
COMPARE_SECONDS = 3600.0

log = structlog.get_logger()


class FolderReader:
    def __init__(
        self,
        database: Database,
        folder: MailFolder,
        watched: Watched,
        *,
        holder: str,
        blocking: Blocking,
        keep: Keep,
        read_ahead: ReadAhead = nothing,
    ) -> None:
        self._database = database
        self._folder = folder
        self._watched = watched
        self._holder = holder
        self._blocking = blocking
        self._keep = keep
        self._read_ahead = read_ahead
        self._recognition = Recognition(database, folder, watched.mailbox_id, blocking)
        self._passages = Passages(database, folder, watched, holder=holder, blocking=blocking)
        self._asked_again = AskedAgain(database, self._passages, watched.mailbox_id, blocking)
        self._has_gaps = False
        self._mod_seq = 0
        self._compare_at = 0.0
        self._sure_of: int | None = None
        self._sure_until = 0.0
        self._folder_name = ""

    async def look(self) -> None:
        """Store what is new. Raises Unreachable, MailNotStored or LeaseLost."""
        self._passages.begin()
        sure_of, self._sure_of = self._sure_of, None  # should this look fail: what comes back may be another folder
        state = await self._blocking(self._folder.open)
        self._folder_name = state.name
        row = await self._row(state)
        if row is None:
            return
        self._mod_seq = self._mod_seq or row.mod_seq
        is_renumbered = row.uid_validity != state.uid_validity
        state = replace(state, remade=0 if is_renumbered else row.remade)
        if is_renumbered:
            await self._read_since_start(row, state)
        elif await self._is_remade(row, state, sure_of):
            await self._read_since_start(row, replace(state, remade=row.remade + 1))
        else:
            await self._read_on(row, state)
            await self._look_behind(row, state)
            if self._watched.role is FolderRole.INBOX:
                await self._asked_again.fetch(state)
            self._sure_of = state.connection
        self._passages.complain()

    async def _is_remade(self, row: FolderRow, state: FolderState, sure_of: int | None) -> bool:
        """Whether this is another folder under the same UIDVALIDITY: fewer mails came into it, or fewer changes, or its
        mails are not those that were here. The last is looked at where anything came or may have happened, and each
        hour. `sure_of`: the connection on which the look before found nothing strange."""
        if state.tells_next and state.uid_next <= row.last_uid:
            return True
        has_fallen = 0 < state.mod_seq < self._mod_seq
        has_come = state.uid_next > row.last_uid + 1
        is_sure = not has_come and sure_of == state.connection and time.monotonic() < self._sure_until
        if not row.last_uid or (is_sure and not has_fallen):
            return False
        newest = range(max(1, row.last_uid - LOOKED_BACK), row.last_uid + 1)
        is_as_before = await self._recognition.is_as_before(state, newest)
        self._sure_until = time.monotonic() + COMPARE_SECONDS
        return has_fallen if is_as_before is None else not is_as_before

    async def _read_on(self, row: FolderRow, state: FolderState) -> None:
        if state.uid_next > row.last_uid + 1:
            uids = await self._blocking(self._folder.new_uids, row.last_uid)
            passage = replace(self._passage(state), moves_cursor=True, mod_seq=self._mod_seq)
            missing = await self._recognition.unknown(uids, state) if self._has_gaps else uids
            is_complete = await self._passages.take(missing, passage)
            if self._has_gaps and is_complete and uids:
                await self._passages.commit([], passage, uids[-1])
            self._has_gaps = not is_complete

    async def settle(self, once_stored: OnceStored, move_to: str) -> None:
        """Tell the server what the mailbox asks for, of each mail that is stored; for after `look`. Raises Unreachable.

        What a crash left undone stands between `settled_uid` and `last_uid`, and is done at the next look.
        """
        async with self._database.read() as uow:
            row = await uow.mailboxes.folder(self._watched.mailbox_id, self._folder_name)
        if row is None or once_stored is OnceStored.KEEP or row.settled_uid >= row.last_uid:
            return
        state = FolderState(row.uid_validity, row.last_uid + 1, row.name, remade=row.remade)
        there = await self._blocking(self._folder.new_uids, row.settled_uid)
        uids = await self._recognition.stored([uid for uid in there if uid <= row.last_uid], state)
        for start in range(0, len(uids), SETTLED_AT_ONCE):
            chunk = uids[start : start + SETTLED_AT_ONCE]
            if once_stored is OnceStored.MOVE:
                await self._blocking(self._folder.move, chunk, move_to)
            else:
                await self._blocking(self._folder.mark_seen, chunk)
        async with self._database.write() as uow:
            locked = await self._passages.locked(uow, state)
            if locked.uid_validity == row.uid_validity:
                locked.settled_uid = row.last_uid

    async def _look_behind(self, row: FolderRow, state: FolderState) -> None:
        """Store mail that appeared at or below the cursor since the last look, where one can tell."""
        start = whole_second(row.starts_at)
        if self._watched.role is FolderRole.SENT:
            self._mod_seq = state.mod_seq
            return
        if not state.mod_seq or state.mod_seq < self._mod_seq:
            if not state.mod_seq and time.monotonic() < self._compare_at:
                return
            since = max(start, whole_second(system_clock()) - COMPARED) - A_DAY
            changed = await self._blocking(self._folder.uids_since, since)
        elif not self._mod_seq:
            await self._note_mod_seq(state)
            return
        elif self._mod_seq < state.mod_seq:
            changed = await self._blocking(partial(self._folder.changed_uids, self._mod_seq, since=start - A_DAY))
        else:
            return
        if state.mod_seq:
            changed = [uid for uid in changed if uid <= row.last_uid]
        uids = await self._recognition.unknown(changed, state)
        late = [one.uid for one in await self._recognition.unrecognised(uids) if one.received_at >= start]
        if await self._passages.take(late, self._passage(state, start)):
            self._mod_seq, self._compare_at = state.mod_seq, time.monotonic() + COMPARE_SECONDS

    async def _note_mod_seq(self, state: FolderState) -> None:
        """From here on changes are looked at. Later on the number is noted whenever the cursor moves."""
        async with self._database.write() as uow:
            (await self._passages.locked(uow, state)).mod_seq = state.mod_seq
        self._mod_seq = state.mod_seq

    async def read_history(self, since: date, keep: Keep) -> bool:
        """Store the mail of the days before the folder's start; what can't be stored of it is left out. Whether that
        was all: False while the server may yet give a mail that it refuses now."""
        self._passages.begin()
        state = await self._blocking(self._folder.open)
        row = await self._row(state)
        if row is None:
            return True
        start = whole_second(row.starts_at)
        there = await self._blocking(self._folder.uids_since, datetime.combine(since, datetime.min.time(), UTC))
        uids = await self._recognition.unknown(there, state)
        await self._passages.take(uids, Passage(state, keep, lambda received_at: received_at < start))
        return not self._passages.withheld

    def _passage(self, state: FolderState, start: datetime | None = None) -> Passage:
        return Passage(state, self._keep, lambda at: start is None or at >= start, self._read_ahead)

    async def _row(self, state: FolderState) -> FolderRow | None:
        """The folder's row; that of the Sent folder is made here. None when the folder is watched in another role."""
        async with self._database.read() as uow:
            row = await uow.mailboxes.folder(self._watched.mailbox_id, state.name)
        if row is not None:
            return row if row.role is self._watched.role else None
        row = FolderRow(
            mailbox_id=self._watched.mailbox_id,
            name=state.name,
            role=self._watched.role,
            uid_validity=0,
            last_uid=0,
            starts_at=self._watched.starts_at,
        )
        async with self._database.write() as uow:
            uow.mailboxes.add_folder(row)
        return row

    async def _read_since_start(self, row: FolderRow, state: FolderState) -> None:
        """The folder is seen for the first time, or the server numbered it anew: only dates say what belongs here.

        INTERNALDATE knows whole seconds, and SINCE days of an unknown zone.
        """
        start = whole_second(row.starts_at)
        there = await self._blocking(self._folder.uids_since, start - A_DAY)
        there = [uid for uid in there if uid < state.uid_next]
        while await self._recognition.is_another(state, there):  # their numbers are those that others had before
            state = replace(state, remade=state.remade + 1)
        uids = await self._recognition.unknown(there, state)
        if row.uid_validity and self._watched.role is FolderRole.INBOX:
            uids = [one.uid for one in await self._recognition.unrecognised(uids) if one.received_at >= start]
        passage = self._passage(state, start)
        if not await self._passages.take(uids, passage):
            return
        was_known = row.uid_validity != 0
        async with self._database.write() as uow:
            row = await self._passages.locked(uow, state)
            row.uid_validity, row.last_uid, row.settled_uid = state.uid_validity, state.uid_next - 1, 0
            row.mod_seq, row.remade = state.mod_seq, state.remade
            if was_known:
                uow.audit.add("intake.folder.renumbered", mailbox_id=self._watched.mailbox_id, mails=len(uids))
        self._mod_seq = state.mod_seq
        log.info("intake.folder.opened", mailbox_id=str(self._watched.mailbox_id), renumbered=was_known)
