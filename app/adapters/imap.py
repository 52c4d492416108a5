"""IMAP by IMAPClient: folders are read without changing them (EXAMINE, BODY.PEEK), in as few round trips as it takes.

    open ─▶ connect, log in, EXAMINE      once connected, `open` is an EXAMINE alone; a dead line is dialled again
    fetch ─▶ sizes of the batch ─▶ the bodies that fit, in one FETCH ─▶ of mails over the limit the headers

Every failure is Unreachable with a closed word: what a server says may hold an address.
"""

import asyncio
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, LoginError, ProtocolError

from app.domain.clock import Clock, system_clock
from app.domain.errors import Unreachable
from app.domain.ports import SENT_FOLDER, Fetched, FolderState, MailAccount

BATCH_MAILS = 100
BATCH_BYTES = 20 * 1024 * 1024
HEADER_BYTES = 256 * 1024
GOODBYE_SECONDS = 2.0

_SENT_NAMES = frozenset(
    {
        *("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "gesendete objekte"),
        *("envoyés", "éléments envoyés", "messages envoyés", "enviados", "elementos enviados", "verzonden items"),
    }
)
_ATOM = re.compile(r"[A-Za-z0-9@._+=-]+")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_RESPONSE_CODE = re.compile(r"\[([A-Z]+)")
_WORDS = {
    "LIMIT": "imap_too_many_connections",
    "UNAVAILABLE": "imap_unavailable",
    "INUSE": "imap_unavailable",
    "SERVERBUG": "imap_unavailable",
    "NONEXISTENT": "imap_no_such_folder",
}

imaplib._MAXLINE = 64 * 1024 * 1024  # type: ignore[attr-defined]  # noqa: SLF001  # one line names all mails of a folder


class ImapFolder:
    """A folder by name, or SENT_FOLDER. One connection, kept between calls, in one thread; any other may `close` it."""

    def __init__(
        self,
        account: MailAccount,
        folder: str,
        *,
        connect_seconds: float = 10.0,
        read_seconds: float = 60.0,
        clock: Clock = system_clock,
    ) -> None:
        self._account = account
        self._folder = folder
        self._timeout = SocketTimeout(connect_seconds, read_seconds)
        self._clock = clock
        self._client: IMAPClient | None = None
        self._name = ""
        self._busy = threading.Lock()
        self._is_closed = False

    def open(self) -> FolderState:
        if self._client is not None:
            try:
                return self._examine(self._client)
            except Unreachable:
                pass  # the line died since the last look, or the folder moved: once more, afresh
        client = self._connect()
        return self._examine(client)

    def new_uids(self, after: int) -> Sequence[int]:
        """UIDs above one. `n:*` always names the last mail, also when it is below n (RFC 3501 §6.4.8)."""
        return [uid for uid in self._search("UID", f"{after + 1}:*") if uid > after]

    def uids_since(self, day: datetime) -> Sequence[int]:
        """UIDs of the mails received on that day or later, by the date that the server's own zone gives them."""
        return self._search("SINCE", day.date())

    def fetch(self, uids: Sequence[int], *, max_bytes: int) -> Sequence[Fetched]:
        with self._talking() as client:
            sizes = self._fields(client, uids[:BATCH_MAILS], "RFC822.SIZE")
            whole: list[int] = []
            headed: list[int] = []
            total = 0
            for uid in sorted(sizes):
                size = int(sizes[uid].get(b"RFC822.SIZE", 0))
                is_whole = size <= max_bytes
                total += size if is_whole else HEADER_BYTES
                if total > BATCH_BYTES and (whole or headed):
                    break
                (whole if is_whole else headed).append(uid)
            mails = self._bodies(client, whole)
            mails |= self._headers(client, [*headed, *(uid for uid in whole if uid not in mails)])
            return [mails[uid] for uid in sorted(mails)]

    def has_message(self, rfc_message_id: str) -> bool:
        if not _PRINTABLE.fullmatch(rfc_message_id):
            return False
        self.open()
        return bool(self._search("HEADER", "Message-ID", rfc_message_id))

    def append(self, raw: bytes) -> None:
        self.open()
        with self._talking() as client:
            client.append(self._name, raw, flags=(b"\\Seen",))

    def close(self) -> None:
        """Hang up for good. A call that is under way in another thread fails at once."""
        self._is_closed = True
        client = self._client
        if client is None:
            return
        with suppress(OSError, imaplib.IMAP4.error, ValueError, AttributeError):
            if not self._busy.acquire(blocking=False):
                client.socket().shutdown(socket.SHUT_RDWR)
                return
            try:
                client.socket().settimeout(GOODBYE_SECONDS)
                client.logout()
            finally:
                self._hang_up()
                self._busy.release()

    def _connect(self) -> IMAPClient:
        account = self._account
        with self._plainly("imap_unreachable"):
            client = IMAPClient(
                account.host,
                account.port,
                ssl=account.security == "tls",
                ssl_context=ssl.create_default_context() if account.security == "tls" else None,
                timeout=self._timeout,
            )
            self._client = client
            client.normalise_times = False
            client._imap.debug = 0  # noqa: SLF001  # at 5, as it is set, every mail is rendered for a log that nobody keeps
            if account.security == "starttls":
                self._start_tls(client)
            self._log_in(client)
            self._name = self._sent_name(client) if self._folder == SENT_FOLDER else self._folder
            if self._is_closed:
                raise Unreachable("imap_closed")
            return client

    @staticmethod
    def _start_tls(client: IMAPClient) -> None:
        try:
            client.starttls(ssl.create_default_context())
        except CapabilityError:
            raise Unreachable("imap_tls_failed") from None

    def _log_in(self, client: IMAPClient) -> None:
        """LOGIN, which every server knows, unless its quoting might not carry the words; then SASL PLAIN."""
        username, password = self._account.username, self._account.password
        is_plain = _ATOM.fullmatch(username) and _PRINTABLE.fullmatch(password)
        try:
            if is_plain and not client.has_capability("LOGINDISABLED"):
                client.login(username, password)
            else:
                client.plain_login(username, password)
        except LoginError as error:
            if isinstance(error.__context__, imaplib.IMAP4.abort):
                raise Unreachable("imap_unreachable") from None
            raise Unreachable(_word(error, "imap_login_refused")) from None

    @staticmethod
    def _sent_name(client: IMAPClient) -> str:
        folders = [(flags, str(delimiter or b"", "ascii"), name) for flags, delimiter, name in client.list_folders()]
        there = [folder for folder in folders if b"\\noselect" not in {flag.lower() for flag in folder[0]}]
        for flags, _, name in there:
            if b"\\sent" in {flag.lower() for flag in flags}:
                return str(name)
        for _, delimiter, name in there:
            last = str(name).rpartition(delimiter)[2] if delimiter else str(name)
            if last.casefold() in _SENT_NAMES:
                return str(name)
        raise Unreachable("imap_no_such_folder")

    def _examine(self, client: IMAPClient) -> FolderState:
        with self._talking("imap_no_such_folder"):
            said = client.select_folder(self._name, readonly=True)
            if b"UIDVALIDITY" not in said:
                raise Unreachable("imap_protocol")
            uid_next = said.get(b"UIDNEXT") or max(client.search(["UID", "*"]), default=0) + 1
            return FolderState(int(said[b"UIDVALIDITY"]), int(uid_next), self._name)

    def _search(self, *criteria: object) -> list[int]:
        with self._talking() as client:
            return sorted(int(uid) for uid in client.search(list(criteria)))

    def _bodies(self, client: IMAPClient, uids: Sequence[int]) -> dict[int, Fetched]:
        found = self._fields(client, uids, "INTERNALDATE", "BODY.PEEK[]")
        return {
            uid: Fetched(uid, self._received(fields), fields[b"BODY[]"])
            for uid, fields in found.items()
            if fields.get(b"BODY[]") is not None
        }

    def _headers(self, client: IMAPClient, uids: Sequence[int]) -> dict[int, Fetched]:
        """The headers alone: of a mail over the limit, or of one that is there but that the server cannot render."""
        found = self._fields(client, uids, "INTERNALDATE", f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>")
        return {
            uid: Fetched(uid, self._received(fields), fields.get(b"BODY[HEADER]<0>") or b"", is_truncated=True)
            for uid, fields in found.items()
        }

    def _fields(self, client: IMAPClient, uids: Sequence[int], *names: str) -> dict[int, dict[bytes, Any]]:
        """FETCH; what is expunged meanwhile is left out, also where the server refuses the whole command for it."""
        if not uids:
            return {}
        try:
            found: dict[int, dict[bytes, Any]] = client.fetch(list(uids), list(names))
            return found
        except (imaplib.IMAP4.abort, ProtocolError):
            raise
        except imaplib.IMAP4.error:
            client.noop()
            there = set(client.search(["UID", ",".join(map(str, uids))]))
        if len(uids) == 1:
            return {uid: {} for uid in there}
        found = {}
        for uid in there.intersection(uids):
            found |= self._fields(client, [uid], *names)
        return found

    def _received(self, fields: dict[bytes, Any]) -> datetime:
        moment = fields.get(b"INTERNALDATE")
        with suppress(OverflowError):
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        return self._clock()

    @contextmanager
    def _talking(self, word: str = "imap_refused") -> Iterator[IMAPClient]:
        """The connection, for one thing; after a failure it is hung up, and the next `open` dials again."""
        client = self._client
        if client is None:
            raise Unreachable("imap_unreachable")
        with self._plainly(word), self._busy:
            yield client

    @contextmanager
    def _plainly(self, word: str) -> Iterator[None]:
        """Whatever goes wrong becomes a closed word; the server's own words stay behind."""
        try:
            try:
                yield
            except ssl.SSLError:
                raise Unreachable("imap_tls_failed") from None
            except TimeoutError:
                raise Unreachable("imap_timeout") from None
            except (OSError, imaplib.IMAP4.abort):
                raise Unreachable("imap_unreachable") from None
            except ProtocolError:
                raise Unreachable("imap_protocol") from None
            except imaplib.IMAP4.error as error:
                raise Unreachable(_word(error, word)) from None
            except (ValueError, LookupError, TypeError, AttributeError):  # what the library says of a server's nonsense
                raise Unreachable("imap_protocol") from None
        except Unreachable:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, imaplib.IMAP4.error, ValueError, AttributeError):
                client.shutdown()


class ImapSentFolder:
    """The Sent folders of all mailboxes. `account_of` gives a mailbox's account; None when it is no IMAP mailbox."""

    def __init__(self, account_of: Callable[[UUID], Awaitable[MailAccount | None]]) -> None:
        self._account_of = account_of

    async def has_message(self, mailbox_id: UUID, rfc_message_id: str) -> bool:
        folder = await self._folder(mailbox_id)
        try:
            return await asyncio.to_thread(folder.has_message, rfc_message_id)
        finally:
            await asyncio.to_thread(folder.close)

    async def append(self, mailbox_id: UUID, raw: bytes) -> None:
        folder = await self._folder(mailbox_id)
        try:
            await asyncio.to_thread(folder.append, raw)
        finally:
            await asyncio.to_thread(folder.close)

    async def _folder(self, mailbox_id: UUID) -> ImapFolder:
        account = await self._account_of(mailbox_id)
        if account is None:
            raise Unreachable("imap_no_such_folder")
        return ImapFolder(account, SENT_FOLDER)


def _word(error: Exception, otherwise: str) -> str:
    """A closed word for a refusal, by the response code (RFC 5530) that the server gave with it."""
    code = _RESPONSE_CODE.search(str(error))
    return _WORDS.get(code[1], otherwise) if code else otherwise
