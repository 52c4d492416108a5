"""Mailboxes that sign in by token: a local token server, and a Dovecot that asks it who a token is."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from app.adapters.oauth import ProviderTokens
from app.adapters.smtp import SmtpSender
from app.db.tables.mail import FolderRole, FolderRow, MailboxKind, MailboxRow, Security
from app.db.tables.system import AuditRow
from app.domain.clock import system_clock
from app.domain.errors import Invalid, Unreachable
from app.domain.oauth import Client, Grant, GrantRevoked, NeedsReauth, Tokens
from app.domain.ports import Delivery, MailAccount, SendResult
from app.intake.accounts import MailAccounts
from app.intake.poller import Poller
from tests.fakes import yes
from tests.instances import ADDRESS, Instance, mail, on_sqlite
from tests.integration.test_poller import QUICK, has_error, open_line, stored
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.oauth import TokenServer
from tests.servers.smtp_sink import SmtpSink

USER = "collections@test.example"


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer(USER) as tokens:
        yield tokens


@pytest.fixture(autouse=True)
def now(instance: Instance) -> None:
    instance.clock.now = system_clock()


@dataclass
class Box:
    id: UUID
    accounts: MailAccounts
    instance: Instance

    async def row(self) -> MailboxRow:
        async with self.instance.database.read() as uow:
            return await uow.mailboxes.get(self.id)

    async def token(self) -> str:
        return (await self.accounts.of(await self.row())).access_token


def microsoft(server: TokenServer) -> Client:
    return Client("microsoft", "an app", tenant="seller.example", authority=server.url)


async def add(instance: Instance, server: TokenServer, mailbox: Mailbox | None = None) -> Box:
    """A mailbox whose grant was given an hour ago."""
    said = server.issue()
    tokens = Tokens(str(said["access_token"]), str(said["refresh_token"]), instance.clock())
    async with instance.database.write() as uow:
        row = await uow.mailboxes.add(
            secret="",
            name="tokens",
            address="tokens@seller.example",
            kind=MailboxKind.IMAP,
            host="127.0.0.1",
            port=mailbox.port if mailbox else 9,
            username=USER,
            security=Security.NONE,
            oauth="microsoft",
            authorised_at=instance.clock(),
        )
        await uow.session.flush()
        await uow.mailboxes.keep_grant(row.id, Grant(microsoft(server), tokens))
        uow.mailboxes.add_folder(
            FolderRow(mailbox_id=row.id, name="INBOX", role=FolderRole.INBOX, starts_at=instance.clock())
        )
    return Box(row.id, MailAccounts(instance.database, ProviderTokens(instance.clock), instance.clock), instance)


async def test_a_token_is_renewed_before_it_runs_out_and_kept_until_then(
    instance: Instance, server: TokenServer
) -> None:
    box = await add(instance, server)
    first = await box.token()
    assert [await box.token() for _ in range(5)] == [first] * 5
    instance.clock.advance(seconds=3600 - 301)
    assert await box.token() == first
    instance.clock.advance(seconds=2)
    assert await box.token() != first
    assert server.asked == {"refresh_token": 2}


async def test_many_who_need_a_token_at_once_ask_once(instance: Instance, server: TokenServer) -> None:
    box = await add(instance, server)
    assert len(set(await asyncio.gather(*(box.token() for _ in range(8))))) == 1
    assert server.asked == {"refresh_token": 1}


@on_sqlite
async def test_an_answer_that_is_none_is_an_outage_and_a_good_token_is_kept(
    instance: Instance, server: TokenServer
) -> None:
    box = await add(instance, server)
    odd = [{}, [], "ok", 7, {"token_type": "Bearer"}, {"access_token": None}, {"access_token": ["x"]}]
    odd += [{"access_token": "x", "expires_in": lasts} for lasts in ("soon", [1], 10**30)]
    for server.says in odd:
        with pytest.raises(Unreachable, match=r"^oauth_"):
            await box.token()
    server.says = None
    first = await box.token()
    instance.clock.advance(seconds=3600 - 299)
    server.says = {}
    assert await box.token() == first


@on_sqlite
async def test_a_revoked_grant_shows_at_once_and_nobody_asks_again(instance: Instance, server: TokenServer) -> None:
    box = await add(instance, server)
    server.is_revoked = True
    for _ in range(3):
        with pytest.raises(NeedsReauth, match=r"^needs_reauth$"):
            await box.token()
    assert server.asked == {"refresh_token": 1}
    assert (await box.row()).last_error == "needs_reauth"
    async with instance.database.read() as uow:
        kinds = (await uow.session.scalars(sa.select(AuditRow.kind))).all()
    assert kinds.count("intake.mailbox.revoked") == 1


@on_sqlite
async def test_a_provider_that_is_away_for_a_moment_is_no_revocation(instance: Instance, server: TokenServer) -> None:
    box = await add(instance, server)
    first = await box.token()
    server.is_down = True
    instance.clock.advance(seconds=3400)
    assert await box.token() == first
    instance.clock.advance(seconds=3600)
    with pytest.raises(Unreachable, match=r"^oauth_unreachable$"):
        await box.token()
    server.is_down = False
    assert await box.token() != first


@on_sqlite
async def test_tokens_are_sealed(instance: Instance, server: TokenServer) -> None:
    box = await add(instance, server)
    token = await box.token()
    async with instance.database.read() as uow:
        kept = await uow.mailboxes.grant(box.id)
        assert kept is not None
        assert token.encode() not in kept.sealed
        assert token not in repr(uow.mailboxes.opened_grant(kept))
        assert token not in repr(await box.accounts.of(await box.row()))


async def test_a_device_code_is_asked_after_until_the_person_has_signed_in(
    instance: Instance, server: TokenServer
) -> None:
    tokens, client = ProviderTokens(instance.clock), microsoft(server)
    code = await tokens.start_device(client)
    assert (code.user_code, tokens.has_device_code(client)) == ("WDJB-MJHT", True)
    grant = await tokens.finish_device(client, code)
    assert grant.tokens.access_token in server.access
    server.is_revoked = True
    with pytest.raises(GrantRevoked):
        await tokens.finish_device(client, code)


@on_sqlite
async def test_a_browser_comes_back_with_a_code_that_only_we_can_use(instance: Instance, server: TokenServer) -> None:
    tokens, client = ProviderTokens(instance.clock), Client("google", "an app", "a secret", authority=server.url)
    assert not tokens.has_device_code(client)
    start = await tokens.start_loopback(client, "http://127.0.0.1:1/")
    with pytest.raises(GrantRevoked):
        await tokens.finish_loopback(client, start, server.sign_in(start.address).replace("state=", "state=x"))
    grant = await tokens.finish_loopback(client, start, server.sign_in(start.address))
    assert grant.tokens.refresh_token in server.refresh


@on_sqlite
async def test_secrets_do_not_travel_in_clear(instance: Instance) -> None:
    with pytest.raises(Invalid, match="https://"):
        await ProviderTokens(instance.clock).start_device(Client("microsoft", "app", authority="http://login.example"))


@pytest.fixture
async def served(instance: Instance, server: TokenServer) -> AsyncIterator[tuple[Box, Mailbox]]:
    """A mailbox that is watched, on a Dovecot that takes the server's tokens."""
    with Dovecot(tokens=server.url) as dovecot:
        mailbox = dovecot.mailbox(USER)
        box = await add(instance, server, mailbox)
        poller = Poller(
            instance.database,
            instance.intake,
            box.accounts,
            open_line,
            instance.clock,
            poll_seconds=0.1,
            holder="one",
            pace=QUICK,
        )
        poller.start()
        yield box, mailbox
        await poller.stop()


@on_sqlite
async def test_mail_is_read_by_token_until_it_is_revoked_and_again_after_reauth(
    instance: Instance, server: TokenServer, served: tuple[Box, Mailbox]
) -> None:
    box, mailbox = served
    await asyncio.to_thread(mailbox.append, mail())
    await stored(instance, 1)
    assert server.asked == {"refresh_token": 1}
    server.is_revoked = True
    server.access.clear()
    await asyncio.to_thread(mailbox.kick)
    await has_error(instance, box.id, "needs_reauth")
    asked = server.asked["refresh_token"]
    await asyncio.sleep(1.0)
    assert server.asked["refresh_token"] == asked == 2

    server.is_revoked = False
    said = server.issue()
    grant = Grant(
        microsoft(server),
        Tokens(str(said["access_token"]), str(said["refresh_token"]), instance.clock() + timedelta(hours=1)),
    )
    async with instance.database.write() as uow:
        await uow.mailboxes.keep_grant(box.id, grant)
        (await uow.mailboxes.get(box.id)).authorised_at = instance.clock() + timedelta(seconds=1)
    await asyncio.to_thread(mailbox.append, mail())
    await stored(instance, 2)
    await has_error(instance, box.id, "")


class TokenSubmission:
    """What a submission server does that takes tokens alone."""

    def __init__(self, tokens: TokenServer) -> None:
        self.tokens = tokens
        self.taken: list[str] = []

    async def auth_XOAUTH2(self, server: SMTP, args: Sequence[str]) -> AuthResult:  # noqa: N802  # aiosmtpd's name
        said = base64.b64decode(args[1]).decode().split("\1")
        is_good = said[0] == f"user={USER}" and said[1].removeprefix("auth=Bearer ") in self.tokens.access
        return AuthResult(success=is_good, handled=is_good)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not session.authenticated:
            return "530 5.7.0 sign in first"
        self.taken.append(str(envelope.mail_from))
        return "250 2.0.0 taken"


@on_sqlite
async def test_mail_leaves_by_token_and_waits_while_it_is_revoked(instance: Instance, server: TokenServer) -> None:
    box = await add(instance, server)
    submission = TokenSubmission(server)
    listener = await asyncio.get_running_loop().create_server(
        lambda: SMTP(submission, auth_require_tls=False), "127.0.0.1", 0
    )
    async with listener:
        account = MailAccount("127.0.0.1", listener.sockets[0].getsockname()[1], "none")
        sender = SmtpSender(account, timeout_seconds=10, accounts=box.accounts)
        raw, ours = mail(), "tokens@seller.example"
        assert (
            await sender.send(raw, sender=ours, recipients=["p@customer.example"], may_begin=yes)
        ).result is SendResult.SENT
        server.access.clear()
        refused = await sender.send(raw, sender=ours, recipients=["p@customer.example"], may_begin=yes)
        assert refused == Delivery(SendResult.TRY_LATER, "login_refused")
        server.is_revoked = True
        waits = await sender.send(raw, sender=ours, recipients=["p@customer.example"], may_begin=yes)
        assert waits == Delivery(SendResult.TRY_LATER, "needs_reauth")
    assert submission.taken == [ours]
    assert await box.accounts.smtp_account(ADDRESS) is None


OF_NORTH = ("north", "a password")


@pytest.fixture
def north() -> Iterator[SmtpSink]:
    with SmtpSink(login=OF_NORTH) as sink:
        yield sink


@on_sqlite
async def test_mail_of_a_mailbox_leaves_through_a_server_of_its_own(
    instance: Instance, smtp_sink: SmtpSink, north: SmtpSink
) -> None:
    async with instance.database.write() as uow:
        await uow.mailboxes.add(
            secret="",
            smtp_secret=OF_NORTH[1],
            name="north",
            address="north@seller.example",
            kind=MailboxKind.WEBHOOK,
            scheme="raw",
            smtp_host=north.host,
            smtp_port=north.port,
            smtp_security="none",
            smtp_username=OF_NORTH[0],
        )
    accounts = MailAccounts(instance.database, ProviderTokens(instance.clock), instance.clock)
    sender = SmtpSender(MailAccount(smtp_sink.host, smtp_sink.port, "none"), timeout_seconds=5, accounts=accounts)
    for address in (ADDRESS, "north@seller.example"):
        await sender.send(mail(), sender=address, recipients=["p@customer.example"], may_begin=yes)
    assert [one.sender for one in smtp_sink.mails] == [ADDRESS]
    assert [(one.sender, one.username) for one in north.mails] == [("north@seller.example", "north")]
