"""IDLE (RFC 2177): the server says by itself that mail has come.

    IDLE ─▶ + idling ─▶ * 5 EXISTS ─▶ DONE, and tell
                     └▶ nothing for SILENCE_SECONDS, or IDLE for REISSUE_SECONDS ─▶ DONE, again
                     └▶ * BYE, end of stream, no answer to DONE ─▶ Unreachable

A line that is half dead looks exactly like one on which nothing happens: only an answer tells them apart. So DONE
follows a silence (a server that says "still here" need not be asked), and its answer has a time limit of its own. A
server ends an IDLE after 30 minutes, and some gateways forget a connection after ten: hence the nine.

Who waits here is a thread, blocked in poll(2): it costs a stack and no time, and what it does next, it can do in order.
"""

import imaplib
import select
import time
from dataclasses import dataclass

from imapclient import IMAPClient

from app.adapters.imap.line import ImapLine
from app.domain.errors import Unreachable

SILENCE_SECONDS = 45.0
REISSUE_SECONDS = 9 * 60.0


@dataclass(frozen=True, slots=True)
class IdleTimes:
    silence: float = SILENCE_SECONDS
    reissue: float = REISSUE_SECONDS


USUAL_TIMES = IdleTimes()


class NotOffered(Exception):
    """The server lists IDLE and does not grant it."""


def idle(line: ImapLine, client: IMAPClient, seconds: float, times: IdleTimes) -> bool:
    """One IDLE, at most so long. True when a mail may have come. Raises NotOffered; the rest is for `talking`."""
    with line.promptly(client):
        said = _begin(client)
        until = time.monotonic() + min(seconds, times.reissue)
        while not _is_news(said) and (left := until - time.monotonic()) > 0:
            heard = _hear(client, min(left, times.silence))
            if not heard:
                break  # silence, or the end of the stream: DONE will tell
            said += heard
        _, rest = client.idle_done()
    return _is_news(said) or any(b"EXISTS" in parts for parts in rest)


def _begin(client: IMAPClient) -> list[bytes]:
    """What `client.idle()` does; that takes news which come before the server's "+" for a failure."""
    imap, said = client._imap, []  # noqa: SLF001
    tag = client._idle_tag = imap._command("IDLE")  # noqa: SLF001
    while (line := imap._get_response()) is not None:  # noqa: SLF001
        if imap.tagged_commands[tag]:
            imap.tagged_commands.pop(tag)
            raise NotOffered
        said.append(line)
    return said


def _hear(client: IMAPClient, seconds: float) -> list[bytes]:
    """What `client.idle_check()` does; that overlooks what came in one packet with the server's "+"."""
    sock = client.socket()
    before = sock.gettimeout()
    sock.setblocking(False)
    try:
        said = _lines(client)
        if not said:
            poller = select.poll()
            poller.register(sock, select.POLLIN)
            poller.poll(seconds * 1000)
            said = _lines(client)
        return said
    finally:
        sock.settimeout(before)


def _lines(client: IMAPClient) -> list[bytes]:
    """The lines that are there, without waiting; none at the end of the stream either."""
    said: list[bytes] = []
    while True:
        try:
            said.append(client._imap._get_line())  # noqa: SLF001
        except OSError:
            return said
        except imaplib.IMAP4.abort as error:
            if "EOF" in str(error):  # also what imaplib says when there is nothing yet
                return said
            raise


def _is_news(said: list[bytes]) -> bool:
    """Raises Unreachable on a BYE: the server has hung up."""
    words = [line.upper().split() for line in said]
    if any(word[1:2] == [b"BYE"] for word in words):
        raise Unreachable("imap_unreachable")
    return any(word[2:3] == [b"EXISTS"] for word in words)
