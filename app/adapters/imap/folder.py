"""A folder by IMAPClient: read in as few round trips as it takes, and unless asked to not changed (EXAMINE, BODY.PEEK).

open ─▶ connect, log in, EXAMINE      once connected, `open` is an EXAMINE alone; a dead line is dialled again
fetch ─▶ as many mails of the batch as the server gives (`fetching.py`)
wait ─▶ EXAMINE ─▶ not what the last look saw? told at once ─▶ IDLE, again and again
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime

from imapclient import DELETED, SEEN, IMAPClient

from app.adapters.imap.fetching import Batch, Ends, fields_of, given, received, refusal
from app.adapters.imap.idle import USUAL_TIMES, IdleTimes, NotOffered, idle
from app.adapters.imap.line import PRINTABLE, ImapLine
from app.domain.clock import Clock, system_clock
from app.domain.errors import Unreachable
from app.domain.ports import SENT_FOLDER, Fetched, FolderState, Listed
from app.reading.mail.headers import read_message_id

MOST_TIMES = 64
MESSAGE_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"


class ImapFolder:
    """A folder by name, or SENT_FOLDER, on a line that it may share with others."""

    def __init__(
        self, line: ImapLine, folder: str, *, clock: Clock = system_clock, idle_times: IdleTimes = USUAL_TIMES
    ) -> None:
        self._line = line
        self._folder = folder
        self._clock = clock
        self._idle_times = idle_times
        self._name = "" if folder == SENT_FOLDER else folder
        self._seen: FolderState | None = None
        self._slow: dict[str, int] = {}
        self._ends = Ends()
        self._grants_idle = True
        self._grants_mod_seq = True
        self._losses = 0

    def open(self) -> FolderState:
        if self._line.is_up and self._name:
            try:
                return self._examine()
            except Unreachable:
                pass  # the line died since the last look, or the folder moved: once more, afresh
        self._line.dial()
        if self._folder == SENT_FOLDER:
            self._name = self._line.sent_name()
        return self._examine()

    def mark_seen(self, uids: Sequence[int]) -> None:
        with self._changing() as client:
            client.add_flags(list(uids), [SEEN], silent=True)

    def move(self, uids: Sequence[int], to: str) -> None:
        """MOVE (RFC 6851), else COPY, \\Deleted and UID EXPUNGE. Without UIDPLUS the mails stay, marked as deleted: a
        plain EXPUNGE would take along what a person has marked."""
        with self._changing() as client:
            if client.has_capability("MOVE"):
                client.move(list(uids), to)
                return
            client.copy(list(uids), to)
            client.add_flags(list(uids), [DELETED], silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(list(uids))

    @contextmanager
    def _changing(self) -> Iterator[IMAPClient]:
        """The folder by SELECT, for the one thing; the next `open` is an EXAMINE again."""
        with self._line.talking("imap_no_such_folder", survives=True) as client:
            self._line.selected = None
            client.select_folder(self._name)
            yield client

    @property
    def can_wait(self) -> bool:
        """Whether the server tells by itself that mail has come; known once the folder was opened."""
        if not (self._grants_idle and self._line.is_up):
            return False
        with self._line.talking() as client:
            return bool(client.has_capability("IDLE"))

    def wait(self, seconds: float) -> bool:
        """Until a mail may have come since the last `open`, at most so long. False: none came, as far as one knows."""
        until = time.monotonic() + seconds
        seen = self._seen
        try:
            while (left := until - time.monotonic()) > 0:
                self._line.dial()
                if seen is None or not self._examine().is_like(seen):
                    return True
                with self._talking() as client:
                    if idle(self._line, client, left, self._idle_times):
                        return True
        except NotOffered:
            self._grants_idle = False
        return False

    def new_uids(self, after: int) -> Sequence[int]:
        """UIDs above one. `n:*` always names the last mail, also when it is below n (RFC 3501 §6.4.8)."""
        return [uid for uid in self._search("UID", f"{after + 1}:*") if uid > after]

    def uids_since(self, day: datetime) -> Sequence[int]:
        """UIDs of the mails received on that day or later, by the date that the server's own zone gives them."""
        return self._search("SINCE", day.date())

    def changed_uids(self, mod_seq: int, *, since: datetime) -> Sequence[int]:
        """UIDs of the mails that changed or appeared after that HIGHESTMODSEQ (RFC 7162). Where the server lists it and
        then refuses, all of them; it is held to have none from then on."""
        with self._talking() as client, refusal():
            return self._found(client, "MODSEQ", mod_seq + 1, "SINCE", since.date())
        self._grants_mod_seq = False
        return self.uids_since(since)

    def list_mails(self, uids: Sequence[int], *, at_once: bool = False) -> Sequence[Listed]:
        """What tells mails apart, without bodies. `at_once`: in one round trip, if only some of them are given."""
        names = ("INTERNALDATE", "RFC822.SIZE", MESSAGE_ID)
        with self._talking() as client:
            found = given(client, uids, *names) if at_once else None
            if found is None:
                found = fields_of(client, uids, *names)
            return [
                Listed(
                    uid,
                    received(fields, self._clock),
                    int(fields.get(b"RFC822.SIZE") or 0),
                    read_message_id(fields.get(b"BODY[HEADER.FIELDS (MESSAGE-ID)]") or b""),
                )
                for uid, fields in sorted(found.items())
            ]

    def fetch(self, uids: Sequence[int], *, max_bytes: int) -> Sequence[Fetched]:
        validity = self._seen.uid_validity if self._seen else 0
        asked = self._ends.together(validity, uids)
        talking = self._talking()
        with self._ends.watched(validity, asked), talking as client:
            ends = {uid: self._ends.number(validity, uid) for uid in asked}
            return Batch(client, self._clock, ends).mails(asked, max_bytes=max_bytes)

    def has_message(self, rfc_message_id: str) -> bool:
        if not PRINTABLE.fullmatch(rfc_message_id):
            return False
        self.open()
        return bool(self._search("HEADER", "Message-ID", rfc_message_id))

    def append(self, raw: bytes) -> None:
        self.open()
        with self._line.talking() as client:
            client.append(self._name, raw, flags=(b"\\Seen",))

    def close(self) -> None:
        """Hang up for good, for all folders of the line."""
        self._line.close()

    def _examine(self) -> FolderState:
        """Also where it was `wait` that saw it gone, or with fewer mails: what is there next may be another folder."""
        try:
            state = self._examined()
        except Unreachable:
            self._losses += 1
            raise
        if self._seen and (state.uid_validity != self._seen.uid_validity or self._seen.uid_next > state.uid_next):
            self._losses += 1
        self._line.selected = self
        self._seen = state = replace(state, connection=self._line.dialled + self._losses)
        return state

    def _examined(self) -> FolderState:
        with self._line.talking("imap_no_such_folder", survives=True) as client:
            self._line.selected = None
            with self._slowness("EXAMINE") as times, self._line.promptly(client, times=times):
                said = client.select_folder(self._name, readonly=True)
            if b"UIDVALIDITY" not in said:
                raise Unreachable("imap_protocol")
            told = said.get(b"UIDNEXT")
            uid_next = told or max(client.search(["UID", "*"]), default=0) + 1
            has_mod_seq = self._grants_mod_seq and client.has_capability("CONDSTORE")
            mod_seq = said.get(b"HIGHESTMODSEQ") if has_mod_seq else 0
            return FolderState(
                int(said[b"UIDVALIDITY"]),
                int(uid_next),
                self._name,
                mod_seq=_number(mod_seq),
                tells_next=told is not None,
            )

    def _talking(self) -> AbstractContextManager[IMAPClient]:
        """The line, with this folder selected."""
        if self._line.selected is not self:
            raise Unreachable("imap_unreachable")
        return self._line.talking()

    def _search(self, *criteria: object) -> list[int]:
        with self._talking() as client:
            return self._found(client, *criteria)

    def _found(self, client: IMAPClient, *criteria: object) -> list[int]:
        with self._slowness("SEARCH") as times, self._line.patiently(client, times=times):
            return sorted(int(uid) for uid in client.search(list(criteria)))

    @contextmanager
    def _slowness(self, command: str) -> Iterator[int]:
        """How many times as long as usual to wait for that answer. Of a huge folder it may take minutes; so each
        time-out makes the next try longer."""
        times = self._slow.pop(command, 1)
        try:
            yield times
        except TimeoutError:
            self._slow[command] = min(4 * times, MOST_TIMES)
            raise


def _number(said: object) -> int:
    """IMAPClient gives a HIGHESTMODSEQ as a list of one."""
    found = said[0] if isinstance(said, list | tuple) and said else said
    return int(found) if isinstance(found, int) else 0


class ImapMailbox(ImapLine):
    """A line with its folders."""

    def folder(self, name: str) -> ImapFolder:
        return ImapFolder(self, name)
