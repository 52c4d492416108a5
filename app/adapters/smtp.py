"""SMTP by phase, since what a lost connection means depends on when it was lost (RFC 5321 §4.2.5).

    connect ▶ EHLO, TLS, AUTH ▶ MAIL ▶ RCPT │ may it begin? │ DATA ▶ body, final dot ▶ answer │ QUIT
    ─ lost: try later; refused: said so ────┘─ no: withheld ┘─ lost: nobody knows ────────────┘─ sent, whatever comes

A refusal before MAIL, a temporary one of MAIL and 421 (RFC 5321 §3.8) are about the account or the server, not about
this mail: it is tried again, and all others wait for it. What MAIL says that is one mail's alone is its size (RFC
1870): a server that has no room for this one is asked for another, and where it takes that, nobody waits.

A server that has the body may look into it for minutes before it answers (RFC 5321 §4.5.3.2.6): whoever hangs up before
does not know whether the mail is sent.
"""

import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPTimeoutError,
)

from app.domain.errors import Unreachable
from app.domain.ports import Delivery, MailAccount, MayBegin, SendResult
from app.domain.tracing import StepName, step

QUIT_SECONDS = 5.0
PATIENCE_WITH_BODY = 10
"""How many times longer than for a command we wait once the body is under way: five minutes, as it ships."""

SLOWEST_BYTES_A_SECOND = 16_384
"""A line that sends a body slower than this is given up; a mail with 15 MB of copies may take minutes."""

ABOUT_THE_ACCOUNT = frozenset({530, 534, 535, 538})  # RFC 4954 §6
GOING_DOWN = 421
ODD_ANSWER = "odd_answer"

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
_Refused = tuple[tuple[str, str], ...]
_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>@\x00-\x1f\x7f]+")
_TAKEN = range(200, 300)
_TEMPORARY = range(400, 500)
_PERMANENT = range(500, 600)


class SmtpAccounts(Protocol):
    """Senders that do not sign in as everybody does."""

    async def smtp_account(self, address: str) -> MailAccount | None:
        """Without a host: at everybody's server. Raises Unreachable."""
        ...

    async def smtp_refused(self, address: str) -> None:
        """The server did not take the sender's token."""
        ...


class _Stopped(Exception):
    """The attempt was over before the body was sent."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.detail)
        self.delivery = delivery


class SmtpSender:
    """A submission server; one connection a mail.

    `accounts` knows the senders that sign in by a token (XOAUTH2) or at a server of their own.
    """

    def __init__(self, account: MailAccount, *, timeout_seconds: float, accounts: SmtpAccounts | None = None) -> None:
        self._account = account
        self._timeout = timeout_seconds
        self._accounts = accounts

    async def send(
        self,
        raw: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        may_begin: MayBegin | None = None,
        waits_for_copies: bool = False,
    ) -> Delivery:
        try:
            account = await self._account_of(sender)
        except Unreachable as away:  # needs_reauth, or a provider that does not answer
            return Delivery(SendResult.TRY_LATER, str(away))
        client = SMTP(
            hostname=account.host,
            port=account.port,
            local_hostname=_hostname(sender),
            timeout=self._timeout,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
            tls_context=None if account.security == "none" else ssl.create_default_context(),
        )
        try:
            with step(StepName.CONNECT):
                await self._connect(client, account, sender)
            with step(StepName.ADDRESS):
                refused = await self._address(client, raw, sender, recipients, waits_for_copies=waits_for_copies)
            if may_begin is not None and not await may_begin():
                return Delivery(SendResult.WITHHELD)
            with step(StepName.DATA):
                return await self._hand_over(client, raw, refused)
        except _Stopped as stopped:
            return stopped.delivery
        finally:
            if client.is_connected:
                with suppress(SMTPException, OSError):
                    await client.quit(timeout=QUIT_SECONDS)
            client.close()

    async def _account_of(self, sender: str) -> MailAccount:
        """Raises Unreachable."""
        own = await self._accounts.smtp_account(sender) if self._accounts else None
        if own is None or own.host:
            return own or self._account
        return replace(self._account, username=own.username, password="", access_token=own.access_token)

    async def _connect(self, client: SMTP, account: MailAccount, sender: str) -> None:
        try:
            await client.connect()
            if account.access_token:
                await client.auth_xoauth2(account.username, account.access_token)
            elif account.username:
                await client.login(account.username, account.password)
            else:
                await _greet(client)
        except SMTPAuthenticationError as error:
            word = "login_refused" if error.code in _PERMANENT else "turned_away"
            if word == "login_refused" and account.access_token and self._accounts is not None:
                await self._accounts.smtp_refused(sender)  # the next try asks for another, and learns if it was revoked
            raise _Stopped(Delivery(SendResult.TRY_LATER, word)) from None
        except SMTPResponseException:
            raise _Stopped(Delivery(SendResult.TRY_LATER, "turned_away")) from None
        except SMTPTimeoutError:
            raise _Stopped(Delivery(SendResult.TRY_LATER, "timeout")) from None
        except (SMTPException, OSError, ValueError) as error:
            is_tls = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
            is_missing = type(error) is SMTPException  # an extension that we need and the server has not
            word = "tls_failed" if is_tls else "not_supported" if is_missing else "unreachable"
            raise _Stopped(Delivery(SendResult.TRY_LATER, word)) from None

    async def _address(
        self, client: SMTP, raw: bytes, sender: str, recipients: Sequence[str], *, waits_for_copies: bool
    ) -> _Refused:
        """MAIL and RCPT. Returns the recipients that were refused while others were taken, each with its code.
        Copies of a mail whose first recipient, whom it is for, is refused go to nobody. `waits_for_copies`: one that is
        refused for now is a reason to try all of it later."""
        if not all(_ADDRESS.fullmatch(address) for address in (sender, *recipients)):
            raise _Stopped(Delivery(SendResult.REFUSED, "address_invalid"))
        is_ascii = all(address.isascii() for address in (sender, *recipients))
        if not is_ascii and not client.supports_extension("smtputf8"):
            raise _Stopped(Delivery(SendResult.REFUSED, "address_not_ascii"))
        encoding = "ascii" if is_ascii else "utf-8"
        refusals: list[SMTPRecipientRefused] = []
        try:
            await _mail(client, sender, _options(client, raw, is_ascii=is_ascii), encoding)
            for recipient in recipients:
                try:
                    await _rcpt(client, recipient, encoding)
                except SMTPRecipientRefused as error:
                    is_waited_for = waits_for_copies and error.code in _TEMPORARY
                    if recipient == recipients[0] or error.code == GOING_DOWN or is_waited_for:
                        raise
                    refusals.append(error)
        except SMTPSenderRefused as error:
            is_for_all = not await _takes_another(client, sender, error, is_ascii=is_ascii)
            raise _Stopped(_refusal(error, is_for_all=is_for_all)) from None
        except SMTPResponseException as error:
            raise _Stopped(_refusal(error)) from None
        except SMTPTimeoutError:
            raise _Stopped(Delivery(SendResult.TRY_LATER, "timeout")) from None
        except (SMTPException, OSError):
            raise _Stopped(Delivery(SendResult.TRY_LATER, "connection_lost")) from None
        return tuple((error.recipient, _code(error)) for error in refusals)

    async def _hand_over(self, client: SMTP, raw: bytes, refused: _Refused) -> Delivery:
        """DATA, body and final dot. Only a clear answer is known; a loss or a silence from here on is not."""
        patience = PATIENCE_WITH_BODY * self._timeout + len(raw) / SLOWEST_BYTES_A_SECOND
        try:
            answer = await client.data(raw, timeout=patience)
        except SMTPResponseException as error:
            return _refusal(error) if _is_clear(error) else Delivery(SendResult.UNKNOWN, ODD_ANSWER)
        except SMTPTimeoutError:
            return Delivery(SendResult.UNKNOWN, "timeout")
        except (SMTPException, OSError):
            return Delivery(SendResult.UNKNOWN, "connection_lost")
        return Delivery(SendResult.SENT, _digits(answer.code, answer.message), refused)


async def _greet(client: SMTP) -> None:
    """HELO where EHLO is not known (RFC 5321 §3.2): an old relay in the house, which asks nobody to sign in."""
    try:
        await client.ehlo()
    except SMTPHeloError as error:
        if error.code not in _PERMANENT:
            raise
        await client.helo()


async def _mail(client: SMTP, sender: str, options: Sequence[str], encoding: str) -> None:
    """MAIL. Any 2xx is a yes (RFC 5321 §4.3.2: who does not know a code goes by its first digit), not 250 alone.
    Raises SMTPSenderRefused."""
    try:
        await client.mail(sender, options=options, encoding=encoding)
    except SMTPSenderRefused as error:
        if error.code not in _TAKEN:
            raise


async def _rcpt(client: SMTP, recipient: str, encoding: str) -> None:
    """RCPT, likewise. Raises SMTPRecipientRefused."""
    try:
        await client.rcpt(recipient, encoding=encoding)
    except SMTPRecipientRefused as error:
        if error.code not in _TAKEN:
            raise


async def _takes_another(client: SMTP, sender: str, refusal: SMTPSenderRefused, *, is_ascii: bool) -> bool:
    """Whether a server that doesn't take a mail now would take the smallest of the same sender."""
    if refusal.code not in _TEMPORARY or refusal.code == GOING_DOWN or not client.supports_extension("size"):
        return False
    options = _options(client, b" ", is_ascii=is_ascii)
    try:
        await _mail(client, sender, options, "ascii" if is_ascii else "utf-8")
    except (SMTPException, OSError):
        return False
    return True


def _options(client: SMTP, raw: bytes, *, is_ascii: bool) -> list[str]:
    """What MAIL says beside the address, of what the server understands."""
    options = [] if is_ascii else ["SMTPUTF8"]
    if client.supports_extension("size"):
        options.append(f"SIZE={len(raw)}")
    if not raw.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    return options


def _refusal(error: SMTPResponseException, *, is_for_all: bool = False) -> Delivery:
    """`is_for_all`: nothing was said yet that is this mail's alone."""
    if error.code in ABOUT_THE_ACCOUNT:
        return Delivery(SendResult.TRY_LATER, "login_refused")
    if error.code == GOING_DOWN or (is_for_all and error.code in _TEMPORARY):
        return Delivery(SendResult.TRY_LATER, "turned_away")
    is_final = error.code in _PERMANENT
    return Delivery(SendResult.REFUSED if is_final else SendResult.TRY_LATER, _code(error))


def _is_clear(error: SMTPResponseException) -> bool:
    return error.code in _TEMPORARY or error.code in _PERMANENT


def _code(error: SMTPResponseException) -> str:
    return _digits(error.code, error.message) if _is_clear(error) else ODD_ANSWER


def _digits(code: int, text: str) -> str:
    """The code and, where there is one, the enhanced code (RFC 3463); nothing else of what the server said."""
    enhanced = _ENHANCED.match(text)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _hostname(sender: str) -> str:
    domain = sender.rpartition("@")[2]
    return domain if domain.isascii() and domain else "localhost"
