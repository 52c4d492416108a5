"""Whether a contact can be reached, and who may say so. The import's `active` stays the import's word, beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Reachability(StrEnum):
    """Duebox's own word: `bounced` is a mail server's, `left` the customer's, `declined` a person's, who was asked to
    send no more e-mail. Only `ok` is written to."""

    OK = "ok"
    BOUNCED = "bounced"
    LEFT = "left"
    DECLINED = "declined"


class ProposalState(StrEnum):
    """Of a new contact that a mail names. Only a person confirms one."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a delivery status notification (RFC 3464 §2.3). `email` is lower case, `status` RFC 3463's."""

    email: str = field(repr=False)
    status: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery status notification says for good: who cannot be reached, and of which mails of ours it speaks.

    Addresses without delays and without what was only relayed or is tried again. `is_worded`: said in words, not in the
    fields of a delivery status; then it must agree with what we know of our own mail.
    """

    failed: tuple[Recipient, ...] = ()
    originals: tuple[str, ...] = ()
    is_worded: bool = False


NO_BOUNCE = Bounce()


def departed(words: Sequence[str], contacts: Sequence[tuple[str, str]], writer: str, *, speaks_of_itself: bool) -> str:
    """The address of the contact that has left: the one named in a sentence of departure, else the writer.

    `words` are the folded sentences that speak of a departure, `contacts` pairs of folded name and address. The writer
    is meant only where the mail speaks of itself: an automatic reply, or a sentence in the first person.
    """
    named = {email for name, email in contacts if any(_names(sentence, name, email) for sentence in words)}
    if len(named) == 1:
        return named.pop()
    return writer if words and speaks_of_itself and not named else ""


def _names(sentence: str, name: str, email: str) -> bool:
    last = name.rsplit(maxsplit=1)[-1] if name.split() else ""
    return email in sentence or (len(last) > 1 and last in sentence.replace(",", " ").replace(".", " ").split())
