"""Mails out of an open folder, as far as its server gives them: at worst one by one, and of one of them nothing.

    sizes of the batch ─▶ the bodies that fit, in one FETCH ─▶ of mails over the limit the headers
        a plain no, or an answer without sense ─▶ each is asked for alone ─▶ of a body that is not given the headers
        the connection ends ─▶ the next tries are of one mail each ─▶ it ends twice at the same one? of that the headers
                               alone ─▶ twice again? nothing of it; after ten minutes all over again

A server's process may die over one mail, each time that anybody wants it: the mails behind it do not wait for that.
"""

import imaplib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

from app.domain.clock import Clock
from app.domain.errors import Unreachable
from app.domain.message import Cut
from app.domain.ports import Fetched

BATCH_MAILS = 400
BATCH_BYTES = 20 * 1024 * 1024
HEADER_BYTES = 256 * 1024
MOST_REFUSED = 8
ENDS = 2
"""How often a connection may end at a mail before less is asked of it: it may have been chance."""

REMEMBERED_SECONDS = 600.0

Fields = dict[int, dict[bytes, Any]]


@dataclass(slots=True)
class Ends:
    """At which mails, by their UIDVALIDITY and UID, the connection ended: `_near` holds those of a batch, any of which
    may have been the cause; `_at` those that were asked for alone, how often it ended at them, and when last."""

    _near: set[tuple[int, int]] = field(default_factory=set)
    _at: dict[tuple[int, int], tuple[int, float]] = field(default_factory=dict)

    def together(self, validity: int, uids: Sequence[int]) -> Sequence[int]:
        """As many of the first of these mails as are asked for at once."""
        near = next((place for place, uid in enumerate(uids) if (validity, uid) in self._near), len(uids))
        return uids[: min(near or 1, BATCH_MAILS)]

    def number(self, validity: int, uid: int) -> int:
        number, last = self._at.get((validity, uid), (0, 0.0))
        return number if time.monotonic() - last < REMEMBERED_SECONDS else 0

    @contextmanager
    def watched(self, validity: int, uids: Sequence[int]) -> Iterator[None]:
        keys = {(validity, uid) for uid in uids}
        try:
            yield
        except Unreachable:
            self._near |= keys
            if len(keys) == 1:
                self._at |= {key: (self.number(*key) + 1, time.monotonic()) for key in keys}
            raise
        self._near -= keys


class Batch:
    """One batch, of the folder that is selected."""

    def __init__(self, client: IMAPClient, clock: Clock, ends: dict[int, int]) -> None:
        """`ends`: at which of the mails the connection ended before, and how often."""
        self._client = client
        self._clock = clock
        self._ends = ends

    def mails(self, uids: Sequence[int], *, max_bytes: int) -> Sequence[Fetched]:
        """The first of these mails, in order, as many as a batch holds; without those that are expunged."""
        kept_from = [uid for uid in uids if self._ends.get(uid, 0) >= 2 * ENDS]
        sizes = fields_of(self._client, [uid for uid in uids if uid not in kept_from], "RFC822.SIZE")
        sizes |= {uid: {} for uid in there(self._client, kept_from)}
        whole: list[int] = []
        cut: list[int] = []
        large: list[int] = []
        withheld: list[int] = []
        total = 0
        for uid in sorted(sizes):
            size = sizes[uid].get(b"RFC822.SIZE")
            if size is None:
                withheld.append(uid)
                continue
            is_whole = int(size) <= max_bytes and self._ends.get(uid, 0) < ENDS
            total += int(size) if is_whole else HEADER_BYTES
            if total > BATCH_BYTES and (whole or cut or large):
                break
            (whole if is_whole else large if int(size) > max_bytes else cut).append(uid)
        mails = {uid: Fetched(uid, self._clock(), None, Cut.NOT_GIVEN) for uid in withheld}
        mails |= self._bodies({uid: int(sizes[uid][b"RFC822.SIZE"]) for uid in whole})
        mails |= self._headers(large, Cut.TOO_LARGE)
        mails |= self._headers([*cut, *(uid for uid in whole if uid not in mails)], Cut.NOT_GIVEN)
        return [mails[uid] for uid in sorted(mails)]

    def _bodies(self, sizes: dict[int, int]) -> dict[int, Fetched]:
        """The mails of these sizes. A size that a server states may be off; less than half of it is not the mail."""
        found = fields_of(self._client, list(sizes), "INTERNALDATE", "BODY.PEEK[]")
        return {
            uid: Fetched(uid, received(fields, self._clock), body)
            for uid, fields in found.items()
            if (body := fields.get(b"BODY[]")) is not None and 2 * len(body) >= sizes[uid]
        }

    def _headers(self, uids: Sequence[int], cut: Cut) -> dict[int, Fetched]:
        """The headers alone: of a mail over the limit, or of one that is there but whose body the server refuses."""
        found = fields_of(self._client, uids, "INTERNALDATE", f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>")
        return {
            uid: Fetched(uid, received(fields, self._clock), fields.get(b"BODY[HEADER]<0>"), cut)
            for uid, fields in found.items()
        }


def fields_of(client: IMAPClient, uids: Sequence[int], *names: str) -> Fields:
    """FETCH. What is expunged meanwhile is left out; what is there and not given has no fields.

    A server may refuse a whole command for one mail: then each is asked for alone, the newest first. Where of those
    the first few are all refused, it is the server that cannot, and to be asked on does not help it.
    """
    found = given(client, uids, *names) or {}
    alone = there(client, [uid for uid in uids if uid not in found])
    if len(uids) > 1 and alone:
        for refused, uid in enumerate(reversed(alone)):
            with refusal(is_final=not found and refused == MOST_REFUSED):
                found |= client.fetch([uid], list(names))
        alone = there(client, [uid for uid in alone if uid not in found])
    return found | {uid: {} for uid in alone}


def given(client: IMAPClient, uids: Sequence[int], *names: str) -> Fields | None:
    """FETCH, in one round trip, without asking why a mail is left out. None where the server refuses the whole."""
    with refusal():
        found: Fields = client.fetch(list(uids), list(names))
        return found
    return None


def there(client: IMAPClient, uids: Sequence[int]) -> list[int]:
    """Those of the mails that are not expunged."""
    if not uids:
        return []
    client.noop()
    return sorted(set(client.search(["UID", ",".join(map(str, uids))])).intersection(uids))


def received(fields: dict[bytes, Any], clock: Clock) -> datetime:
    moment = fields.get(b"INTERNALDATE")
    with suppress(OverflowError):
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    return clock()


@contextmanager
def refusal(*, is_final: bool = False) -> Iterator[None]:
    """Passes over a plain NO, and over an answer that was heard to its end and makes no sense, unless it is final."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, ProtocolError, AttributeError, TypeError):
        if is_final:
            raise
