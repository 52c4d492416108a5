"""Machines that data goes to, by the configuration."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.sentence import Sentence

LOCAL = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """`gets` says what it is sent, in words."""

    host: str
    purpose: str
    gets: str

    @property
    def is_local(self) -> bool:
        return is_local(self.host)


SES = Recipient(
    "sns.*.amazonaws.com", Sentence("certificates of SNS"), Sentence("nothing: it is only asked for its certificates")
)
SIGN_IN = {"microsoft": "login.microsoftonline.com", "google": "oauth2.googleapis.com"}


def of_mailbox(host: str, smtp_host: str, scheme: str, oauth: str) -> Iterator[Recipient]:
    """What a mailbox that is read makes us speak to; the dossier and the watch over egress both ask here."""
    if host:
        does = Sentence("nothing new: mail is read there, and a sent copy filed where a mailbox asks for it")
        yield Recipient(host, Sentence("mailbox"), does)
    if smtp_host:
        leaves = Sentence("answers and reminders that left, with their recipients")
        yield Recipient(smtp_host, Sentence("sending mail"), leaves)
    if oauth in SIGN_IN:
        yield Recipient(
            SIGN_IN[oauth], Sentence("signing in to mailboxes"), Sentence("the right to sign in, to have it renewed")
        )
    if scheme == "ses":
        yield SES


def is_local(host: str) -> bool:
    """This machine, or nothing at all."""
    if host.lower() in LOCAL:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
