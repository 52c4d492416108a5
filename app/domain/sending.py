"""How mail leaves: at which pace, when again after a delay, and how often without a person."""

import re
from dataclasses import dataclass
from datetime import timedelta

ABOUT_THE_SERVER = frozenset(
    {
        "unreachable",
        "timeout",
        "login_refused",
        "needs_reauth",
        "tls_failed",
        "not_supported",
        "connection_lost",
        "turned_away",
        "in_line",
    }
)
"""Why a mail waits for the mail server itself; a code such as 450 is about that mail alone. `in_line`: behind an older
one that waits for the server, since mail leaves in the order of its approval. A server says `turned_away` with 421, or
before it has heard more of a mail than its sender."""

NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b")
"""RFC 3463: the recipient's mailbox or domain is not there, is misspelt or has moved."""

IN_LINE = "in_line"
LONGEST_WAIT = timedelta(hours=1)
LONGEST_WAIT_FOR_SERVER = timedelta(minutes=5)
"""One mail tries for all that stand in line behind it."""

WAIT_IN_LINE = timedelta(minutes=15)
"""Whoever stands in line is woken when its turn comes; this is for one that nobody woke."""

COPIES_WAIT = timedelta(minutes=15)
"""How long all of a mail is tried again because somebody in copy is refused for now, as by greylisting; after an outage
of the server once more. Then it leaves without them, and says so."""

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

OWN_MARK = "X-Duebox-Automatic"
"""Stands on mail of ours that no person approved. A Duebox never answers a mail that bears it."""

NO_MORE_MAIL = "No more e-mail please"
"""The subject of the mail that the List-Unsubscribe of a reminder makes: most mail programs offer it as a button."""

AUTOMATIC_IN_CONVERSATION = 1
AUTOMATIC_TO_ADDRESS = 5
"""How many mails no person approved may go out within a day: in one conversation, and to one address whatever the
conversation. More of them, and we are talking with a machine; the next one waits for a person."""


@dataclass(frozen=True, slots=True)
class Automatic:
    """How many mails that no person approved went out within a day: in a conversation, and to an address."""

    in_conversation: int
    to_address: int

    @property
    def is_enough(self) -> bool:
        return self.in_conversation >= AUTOMATIC_IN_CONVERSATION or self.to_address >= AUTOMATIC_TO_ADDRESS


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the first wait after a temporary refusal is; and how many mails a minute may leave a mailbox, and go to
    one domain (zero: as many as there are)."""

    first_wait: timedelta = timedelta(seconds=30)
    of_mailbox: int = 0
    to_domain: int = 0

    def wait_after(self, attempts: int, luck: float, *, because: str) -> timedelta:
        """The wait after so many attempts: doubled each time, and scattered over its last half by `luck`, from 0 to 1.

        Scattered, so that mails which were delayed together don't all come back together.
        """
        most = LONGEST_WAIT_FOR_SERVER if because in ABOUT_THE_SERVER else LONGEST_WAIT
        longest = min(self.first_wait * 2.0 ** min(attempts - 1, 20), most)
        return longest * (0.5 + luck / 2)
