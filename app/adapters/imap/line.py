"""One connection to an IMAP server: dialled when it is needed, kept between calls, dialled again after a failure.

Several folders of one mailbox share it, in turn (servers count connections, and some allow few). One thread speaks on
it; any other may `close` it. Every failure is Unreachable with a closed word: what a server says may hold an address.
"""

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imapclient import IMAPClient, SocketTimeout, imap_utf7
from imapclient.exceptions import CapabilityError, LoginError, ProtocolError

from app.adapters.imap.wire import TimelyClient
from app.domain.errors import Unreachable
from app.domain.ports import TOO_MANY_CONNECTIONS, MailAccount

GOODBYE_SECONDS = 2.0
LONGEST_ANSWER = 600.0

SENT_NAMES = frozenset(
    {
        *("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "gesendete objekte"),
        *("envoyés", "éléments envoyés", "messages envoyés", "enviados", "elementos enviados", "verzonden items"),
    }
)
PRINTABLE = re.compile(r"[\x20-\x7e]+")
_ATOM = re.compile(r"[A-Za-z0-9@._+=-]+")
_RESPONSE_CODE = re.compile(r"\[([A-Z]+)")
_TOO_MANY = re.compile(
    r"(?:too many|maximum|limit|exceed)[^\r\n]{0,60}(?:connection|session)"
    r"|(?:connection|session)[^\r\n]{0,30}(?:limit|exceed)",
    re.IGNORECASE,
)
_FOR_NOW = re.compile(r"try again later|temporar|bandwidth limit|server (?:is )?busy", re.IGNORECASE)
_WORDS = {
    "LIMIT": TOO_MANY_CONNECTIONS,
    "UNAVAILABLE": "imap_unavailable",
    "INUSE": "imap_unavailable",
    "SERVERBUG": "imap_unavailable",
    "NONEXISTENT": "imap_no_such_folder",
    "TRYCREATE": "imap_no_such_folder",
    "NOPERM": "imap_refused",
    "OVERQUOTA": "imap_refused",
}
_BROKEN = (OSError, imaplib.IMAP4.error, ValueError, AttributeError)

imaplib._MAXLINE = 64 * 1024 * 1024  # type: ignore[attr-defined]  # noqa: SLF001  # one line names all mails of a folder


class ImapLine:
    """The connection of one account. `answer_seconds` is how long a server may take for what costs it nothing."""

    def __init__(
        self,
        account: MailAccount,
        *,
        connect_seconds: float = 10.0,
        read_seconds: float = 60.0,
        answer_seconds: float = 20.0,
    ) -> None:
        self.selected: object = None
        self.dialled = 0
        self._account = account
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._answer_seconds = answer_seconds
        self._client: IMAPClient | None = None
        self._busy = threading.Lock()
        self._is_closed = False

    @property
    def is_up(self) -> bool:
        return self._client is not None

    def use(self, account: MailAccount) -> None:
        """Log in as that, the next time that it dials: an access token is younger than the connection."""
        self._account = account

    def dial(self) -> None:
        """Connect and log in, if need be."""
        if self._client is not None:
            return
        with self._plainly("imap_unreachable"):
            self._client = client = self._connect()
            self.dialled += 1
            client.normalise_times = False
            client._imap.debug = 0  # noqa: SLF001  # at 5, as it is set, every mail is rendered for a log that nobody keeps
            if self._account.security == "starttls":
                _start_tls(client)
            self._log_in(client)
            if client.has_capability("ENABLE") and client.has_capability("CONDSTORE"):
                client.enable("CONDSTORE")  # Dovecot keeps its modification sequence to itself until then
            if self._is_closed:
                raise Unreachable("imap_closed")

    @contextmanager
    def talking(self, word: str = "imap_refused", *, survives: bool = False) -> Iterator[IMAPClient]:
        """The connection, for one thing. After a failure it is hung up, unless it `survives` a plain refusal."""
        client = self._client
        if client is None:
            raise Unreachable("imap_unreachable")
        with self._plainly(word, survives=survives), self._busy:
            yield client

    @contextmanager
    def promptly(self, client: IMAPClient, *, times: int = 1) -> Iterator[None]:
        """For what a living server answers at once, or in so many times that."""
        with self._within(client, self._answer_seconds * times):
            yield

    @contextmanager
    def patiently(self, client: IMAPClient, *, times: int) -> Iterator[None]:
        """For what may take a server so many times as long as anything else."""
        with self._within(client, self._read_seconds * times):
            yield

    @contextmanager
    def _within(self, client: IMAPClient, seconds: float) -> Iterator[None]:
        client.socket().settimeout(min(seconds, LONGEST_ANSWER))
        try:
            yield
        finally:
            with suppress(*_BROKEN):
                client.socket().settimeout(self._read_seconds)

    def close(self) -> None:
        """Hang up for good. A call that is under way in another thread fails at once."""
        self._is_closed = True
        client = self._client
        if client is None:
            return
        with suppress(*_BROKEN):
            if not self._busy.acquire(blocking=False):
                client.socket().shutdown(socket.SHUT_RDWR)
                return
            try:
                client.socket().settimeout(GOODBYE_SECONDS)
                client.logout()
            finally:
                self._hang_up()
                self._busy.release()

    def offers(self) -> frozenset[str]:
        with self.talking() as client:
            return frozenset(str(name, "ascii", "replace").upper() for name in client.capabilities())

    def sent_name(self) -> str:
        """What the folder of sent mail is called here: as the server marks it (RFC 6154), else by its name."""
        with self.talking(survives=True) as client:
            client.folder_encode = False  # one name that is no UTF-7 would hide all the others
            listed = client.list_folders()
            client.folder_encode = True
            folders = [(flags, str(mark or b"", "ascii"), _decoded(name)) for flags, mark, name in listed]
        there = [folder for folder in folders if b"\\noselect" not in {flag.lower() for flag in folder[0]}]
        for flags, _, name in there:
            if b"\\sent" in {flag.lower() for flag in flags}:
                return name
        for _, delimiter, name in there:
            last = name.rpartition(delimiter)[2] if delimiter else name
            if last.casefold() in SENT_NAMES:
                return name
        raise Unreachable("imap_no_such_folder")

    def _connect(self) -> IMAPClient:
        account = self._account
        return TimelyClient(
            account.host,
            account.port,
            ssl=account.security == "tls",
            ssl_context=ssl.create_default_context() if account.security == "tls" else None,
            timeout=SocketTimeout(self._connect_seconds, self._read_seconds),
        )

    def _log_in(self, client: IMAPClient) -> None:
        """LOGIN, which every server knows, unless its quoting might not carry the words; then SASL PLAIN.

        With an access token XOAUTH2.
        """
        username, password = self._account.username, self._account.password
        is_plain = _ATOM.fullmatch(username) and PRINTABLE.fullmatch(password)
        try:
            if self._account.access_token:
                client.oauth2_login(username, self._account.access_token)
            elif is_plain and not client.has_capability("LOGINDISABLED"):
                client.login(username, password)
            else:
                client.plain_login(username, password)
        except LoginError as error:
            if isinstance(error.__context__, imaplib.IMAP4.abort):
                raise Unreachable(_end(error)) from None
            raise Unreachable(_word(error, "imap_login_refused")) from None

    @contextmanager
    def _plainly(self, word: str, *, survives: bool = False) -> Iterator[None]:
        """Whatever goes wrong becomes a closed word; the server's own words stay behind."""
        try:
            try:
                yield
            except ssl.SSLError:
                raise Unreachable("imap_tls_failed") from None
            except TimeoutError:
                raise Unreachable("imap_timeout") from None
            except (OSError, imaplib.IMAP4.abort) as error:
                raise Unreachable(_end(error)) from None
            except ProtocolError:
                raise Unreachable("imap_protocol") from None
            except imaplib.IMAP4.error as error:
                if survives:
                    self.selected = None
                    raise _Refused(_word(error, word)) from None
                raise Unreachable(_word(error, word)) from None
            except (ValueError, LookupError, TypeError, AttributeError):  # what the library says of a server's nonsense
                raise Unreachable("imap_protocol") from None
        except _Refused:
            raise
        except Unreachable:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        self.selected = None
        if client is not None:
            with suppress(*_BROKEN):
                client.shutdown()


class _Refused(Unreachable):
    """The server said no to this one thing, and is otherwise well."""


def _start_tls(client: IMAPClient) -> None:
    try:
        client.starttls(ssl.create_default_context())
    except CapabilityError:
        raise Unreachable("imap_tls_failed") from None


def _word(error: Exception, otherwise: str) -> str:
    """A closed word for a refusal, by the response code (RFC 5530) that came with it, else by its wording."""
    said = str(error)
    code = _RESPONSE_CODE.search(said)
    if code and code[1] in _WORDS:
        return _WORDS[code[1]]
    if _TOO_MANY.search(said):
        return TOO_MANY_CONNECTIONS
    return "imap_unavailable" if _FOR_NOW.search(said) else otherwise


def _decoded(name: bytes | str) -> str:
    """A folder's name as people know it; empty when the server breaks the rules of RFC 3501 §5.1.3."""
    try:
        return str(imap_utf7.decode(name))
    except ValueError:
        return ""


def _end(error: Exception) -> str:
    """A closed word for a connection that ended; a server may say why in its BYE."""
    return TOO_MANY_CONNECTIONS if _TOO_MANY.search(str(error)) else "imap_unreachable"
