"""The poller with a real Dovecot and real databases; triage is done by hand where a test needs it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app.adapters.imap.folder import ImapFolder, ImapMailbox
from app.db.sealing import Keyring
from app.db.tables.mail import CopyRow, FolderRole, FolderRow, HistoryRow, MailboxKind, MailboxRow, OnceStored, Security
from app.db.tables.system import AuditRow
from app.db.uow import Uow
from app.domain.clock import system_clock
from app.domain.errors import Unreachable
from app.domain.message import MessageState
from app.domain.ports import FolderState, MailAccount, MailLine
from app.domain.review import ReviewState
from app.intake.incoming import Incoming
from app.intake.lines import Pace
from app.intake.passages import CUT_OFF_MOST
from app.intake.poller import Poller
from app.intake.service import IntakeService
from tests.instances import ADDRESS, SECRET, Instance, mail, on_sqlite
from tests.servers.dovecot import Dovecot, Mailbox

A_DAY = timedelta(days=1)


QUICK = Pace(sweep=0.1, first_wait=0.2, longest_wait=1.0, stable=0.5)


class Passwords:
    """Every mailbox of these tests has one."""

    async def of(self, row: MailboxRow) -> MailAccount:
        password = Keyring(SECRET).open(row.id, row.secret or b"").decode()
        return MailAccount(row.host, row.port, row.security.value, row.username, password)

    async def refused(self, mailbox_id: UUID) -> None:
        """Nothing to be renewed."""


def open_line(account: MailAccount) -> MailLine:
    return ImapMailbox(account, read_seconds=10, answer_seconds=2)


async def add(
    instance: Instance,
    mailbox: Mailbox,
    *,
    password: str = "",
    is_up: bool = True,
    since: date | None = None,
    port: int = 0,
) -> UUID:
    """What `duebox mailbox add` does."""
    async with instance.database.write() as uow:
        row = await uow.mailboxes.add(
            secret=password or mailbox.password,
            name=mailbox.username,
            address=ADDRESS,
            kind=MailboxKind.IMAP,
            host=mailbox.host,
            port=port or mailbox.port,
            username=mailbox.username,
            security=Security.NONE,
            since=since,
        )
        await uow.session.flush()
        validity = await asyncio.to_thread(mailbox.uid_validity) if is_up else 0
        uids = await asyncio.to_thread(mailbox.uids) if is_up else []
        uow.mailboxes.add_folder(
            FolderRow(
                mailbox_id=row.id,
                name="INBOX",
                role=FolderRole.INBOX,
                uid_validity=validity,
                last_uid=max(uids, default=0),
                starts_at=instance.clock(),
            )
        )
        return row.id


@asynccontextmanager
async def polling(
    instance: Instance,
    *,
    holder: str = "one",
    intake: IntakeService | None = None,
    pace: Pace = QUICK,
    poll_seconds: float = 0.1,
) -> AsyncIterator[Poller]:
    poller = Poller(
        instance.database,
        intake or instance.intake,
        Passwords(),
        open_line,
        instance.clock,
        poll_seconds=poll_seconds,
        holder=holder,
        pace=pace,
    )
    poller.start()
    try:
        yield poller
    finally:
        await poller.stop()


async def eventually(claim: Callable[[], Awaitable[bool]], *, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not await claim():  # noqa: ASYNC110  # what it waits for is on the other side of a server
            await asyncio.sleep(0.05)


async def stored(instance: Instance, count: int) -> None:
    async def claim() -> bool:
        return len(await instance.messages()) >= count

    await eventually(claim)
    assert len(await instance.messages()) == count


async def looked(instance: Instance, mailbox_id: UUID) -> None:
    """Wait for one whole look that began after now."""
    before = instance.clock.now
    for _ in range(2):
        instance.clock.advance(seconds=1)
        moment = instance.clock.now

        async def claim(moment: object = moment) -> bool:
            row = await mailbox_row(instance, mailbox_id)
            return row.last_read_at == moment

        await eventually(claim)
    assert instance.clock.now > before


async def mailbox_row(instance: Instance, mailbox_id: UUID) -> MailboxRow:
    async with instance.database.read() as uow:
        return await uow.mailboxes.get(mailbox_id)


async def has_error(instance: Instance, mailbox_id: UUID, word: str) -> None:
    async def claim() -> bool:
        return (await mailbox_row(instance, mailbox_id)).last_error == word

    await eventually(claim)


async def audited(instance: Instance, kind: str) -> int:
    async with instance.database.read() as uow:
        return await uow.session.scalar(sa.select(sa.func.count()).where(AuditRow.kind == kind)) or 0


async def history(instance: Instance) -> Sequence[HistoryRow]:
    async with instance.database.read() as uow:
        return (await uow.session.scalars(sa.select(HistoryRow).order_by(HistoryRow.id))).all()


async def raw_of(instance: Instance, payload_id: UUID) -> bytes:
    async with instance.database.read() as uow:
        return await uow.words.get(payload_id)


@pytest.fixture(autouse=True)
def now(instance: Instance) -> None:
    """The server's dates are real, so the clock starts at the real moment."""
    instance.clock.now = system_clock()


async def test_a_new_mailbox_starts_now_and_is_not_changed(instance: Instance, mailbox: Mailbox) -> None:
    await asyncio.to_thread(mailbox.append_all, [mail("old"), mail("older")])
    await add(instance, mailbox)
    raw = mail("new").replace(b"\n", b"\r\n")
    uid = await asyncio.to_thread(mailbox.append, raw)
    async with polling(instance):
        await stored(instance, 1)
        (message,) = await instance.messages()
        assert await raw_of(instance, message.raw_id) == raw
        assert message.source == f"imap:INBOX:{mailbox.uid_validity()}:{uid}"
        more = [mail(f"mail {number}") for number in range(130)]
        await asyncio.to_thread(mailbox.append_all, more)
        await stored(instance, 131)
    views = await asyncio.to_thread(mailbox.doveadm, "fetch", "flags", "all")
    assert set(views.replace("\\Recent", "").split()) == {"flags:"}


@on_sqlite
async def test_a_mailbox_that_was_away_when_added_starts_then_too(instance: Instance, mailbox: Mailbox) -> None:
    for body, age in (("old", 3 * A_DAY), ("yesterday", A_DAY), ("new", -timedelta(seconds=5))):
        await asyncio.to_thread(mailbox.append, mail(body), received_at=instance.clock() - age)
    mailbox_id = await add(instance, mailbox, is_up=False)
    async with polling(instance):
        await stored(instance, 1)
        await looked(instance, mailbox_id)
        await asyncio.to_thread(mailbox.append, mail("moved here"), received_at=instance.clock() - 9 * A_DAY)
        await stored(instance, 2)


@on_sqlite
async def test_history_serves_threads_and_is_not_worked(instance: Instance, mailbox: Mailbox) -> None:
    long_ago, lately = instance.clock() - 90 * A_DAY, instance.clock() - 5 * A_DAY
    await asyncio.to_thread(mailbox.append, mail(message_id="a@customer.example"), received_at=long_ago)
    await asyncio.to_thread(mailbox.append, mail(message_id="b@customer.example"), received_at=lately)
    ours = mail(sender=ADDRESS, message_id="c@seller.example", references=["b@customer.example"])
    await asyncio.to_thread(mailbox.append, ours, folder="Sent", received_at=lately)
    mailbox_id = await add(instance, mailbox, since=(instance.clock() - 30 * A_DAY).date())
    await asyncio.to_thread(mailbox.append, mail(message_id="d@customer.example", references=["c@seller.example"]))
    async with polling(instance):
        await stored(instance, 1)
        await looked(instance, mailbox_id)
    kept = await history(instance)
    (message,) = await instance.messages()
    assert [row.is_ours for row in kept] == [False, True]
    assert {row.conversation_id for row in kept} == {message.conversation_id}
    assert (await mailbox_row(instance, mailbox_id)).since is None


@on_sqlite
async def test_one_wrong_password_disturbs_nobody_and_mends_itself(instance: Instance, dovecot: Dovecot) -> None:
    boxes = [dovecot.mailbox() for _ in range(4)]
    ids = [await add(instance, box) for box in boxes[:3]]
    wrong = await add(instance, boxes[3], password="wrong")
    for box in boxes:
        await asyncio.to_thread(box.append, mail())
    async with polling(instance):
        await stored(instance, 3)
        await has_error(instance, wrong, "imap_login_refused")
        assert [(await mailbox_row(instance, one)).last_error for one in ids] == ["", "", ""]
        async with instance.database.write() as uow:
            uow.mailboxes.seal_secret(await uow.mailboxes.get(wrong), boxes[3].password)
        await stored(instance, 4)
        await has_error(instance, wrong, "")


@on_sqlite
async def test_a_server_that_hangs_up_or_goes_away_is_found_again(instance: Instance) -> None:
    with Dovecot() as dovecot:
        mailbox = dovecot.mailbox()
        mailbox_id = await add(instance, mailbox)
        async with polling(instance):
            await asyncio.to_thread(mailbox.append, mail())
            await stored(instance, 1)
            await asyncio.to_thread(mailbox.kick)
            await asyncio.to_thread(mailbox.append, mail())
            await stored(instance, 2)
            await asyncio.to_thread(dovecot.stop)
            await has_error(instance, mailbox_id, "imap_unreachable")
            await asyncio.to_thread(dovecot.start)
            await asyncio.to_thread(mailbox.append, mail())
            await stored(instance, 3)
            await has_error(instance, mailbox_id, "")


async def test_renumbered_mail_is_not_worked_twice(instance: Instance, mailbox: Mailbox) -> None:
    await asyncio.to_thread(
        mailbox.append, mail("before the mailbox was added"), received_at=instance.clock() - 9 * A_DAY
    )
    mailbox_id = await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append_all, [mail(f"mail {number}") for number in range(200)])
    async with polling(instance):
        await stored(instance, 200)
        await asyncio.to_thread(mailbox.set_uid_validity, 1234567)
        await asyncio.to_thread(mailbox.append, mail("after"))
        await stored(instance, 201)
        await looked(instance, mailbox_id)
    async with instance.database.read() as uow:
        assert await uow.session.scalar(sa.select(sa.func.count(CopyRow.id))) == 0
        row = await uow.mailboxes.folder(mailbox_id, "INBOX")
    assert row is not None
    assert (row.uid_validity, row.last_uid) == (1234567, 202)
    assert len(await instance.messages()) == 201
    assert await audited(instance, "intake.folder.renumbered") == 1


async def watch_work_instead(instance: Instance, mailbox: Mailbox) -> UUID:
    """A folder that may be deleted, which an inbox may not."""
    mailbox_id = await add(instance, mailbox)
    async with instance.database.write() as uow:
        await uow.session.delete(await uow.mailboxes.lock_folder(mailbox_id, "INBOX"))
        await uow.session.flush()
        uow.mailboxes.add_folder(
            FolderRow(mailbox_id=mailbox_id, name="Work", role=FolderRole.INBOX, starts_at=instance.clock() - A_DAY)
        )
    return mailbox_id


@on_sqlite
async def test_a_folder_made_anew_is_recognised_and_its_new_mail_read(instance: Instance, mailbox: Mailbox) -> None:
    """The same mails, with other moments of receipt, and beside one of them another of the same Message-ID and size."""
    await asyncio.to_thread(mailbox.create, "Work")
    mailbox_id = await watch_work_instead(instance, mailbox)
    mails = [mail(f"mail {number}", message_id=f"{number}@customer.example") for number in range(5)]
    an_hour_ago = instance.clock() - timedelta(hours=1)
    await asyncio.to_thread(mailbox.append_all, mails, folder="Work", received_at=an_hour_ago)
    async with polling(instance):
        await stored(instance, 5)
        await asyncio.to_thread(mailbox.delete, "Work")
        await has_error(instance, mailbox_id, "imap_no_such_folder")
        await asyncio.to_thread(mailbox.create, "Work")
        twin = mail("mail 9", message_id="0@customer.example")
        await asyncio.to_thread(mailbox.append_all, [twin, *mails], folder="Work")
        await stored(instance, 6)
        await has_error(instance, mailbox_id, "")
        await looked(instance, mailbox_id)
    assert len(await instance.messages()) == 6
    assert await audited(instance, "intake.folder.renumbered") >= 1


@on_sqlite
@pytest.mark.parametrize("once_stored", [OnceStored.SEEN, OnceStored.MOVE])
async def test_what_the_mailbox_asks_for_is_done_also_after_a_crash(
    instance: Instance, mailbox: Mailbox, once_stored: OnceStored
) -> None:
    """Mail from before is left alone; what was stored and not yet marked or moved is so after a restart."""
    await asyncio.to_thread(mailbox.append, mail("before"))
    await asyncio.to_thread(mailbox.create, "Done")
    mailbox_id = await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append, mail("stored before the crash"))
    async with polling(instance):
        await stored(instance, 1)
    async with instance.database.write() as uow:
        row = await uow.mailboxes.get(mailbox_id)
        row.once_stored, row.move_to = once_stored, "Done" if once_stored is OnceStored.MOVE else ""
    await asyncio.to_thread(mailbox.append, mail("after the crash"))

    def done() -> tuple[int, int]:
        """How many are in the other folder, and how many seen in the inbox."""
        return len(mailbox.uids("Done")), sum("\\Seen" in mailbox.flags(uid) for uid in mailbox.uids())

    async def is_done() -> bool:
        return await asyncio.to_thread(done) == ((2, 0) if once_stored is OnceStored.MOVE else (0, 2))

    async with polling(instance):
        await stored(instance, 2)
        await eventually(is_done)
        await looked(instance, mailbox_id)
    assert await is_done()
    assert (await mailbox_row(instance, mailbox_id)).last_error == ""


@on_sqlite
async def test_mail_that_comes_during_idle_is_stored(instance: Instance, mailbox: Mailbox) -> None:
    mailbox_id = await add(instance, mailbox)
    slow = Pace(sweep=3600)
    async with polling(instance, pace=slow):
        await asyncio.to_thread(mailbox.append, mail())
        await stored(instance, 1)
        for number in range(2, 5):
            await asyncio.to_thread(mailbox.append, mail())
            await stored(instance, number)
        await asyncio.to_thread(mailbox.kick)
        await asyncio.to_thread(mailbox.append, mail())
        await stored(instance, 5)
        assert (await mailbox_row(instance, mailbox_id)).last_error == ""


async def cursor_moved(instance: Instance, mailbox_id: UUID, last_uid: int) -> None:
    async with instance.database.write() as uow:
        (await uow.mailboxes.lock_folder(mailbox_id, "INBOX")).last_uid = last_uid


@on_sqlite
@pytest.mark.parametrize("has_condstore", [True, False])
async def test_a_mail_that_appeared_below_the_cursor_while_nobody_looked_is_stored(
    instance: Instance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, has_condstore: bool
) -> None:
    if not has_condstore:
        monkeypatch.setattr("app.adapters.imap.folder._number", lambda _said: 0)
    mailbox_id = await add(instance, mailbox)
    async with polling(instance):
        await asyncio.to_thread(mailbox.append_all, [mail("one"), mail("two")])
        await stored(instance, 2)
        await looked(instance, mailbox_id)
    await asyncio.to_thread(mailbox.append, mail("late"))
    await cursor_moved(instance, mailbox_id, 3)
    async with polling(instance):
        await stored(instance, 3)


@on_sqlite
async def test_what_breaks_off_a_look_behind_the_cursor_is_asked_for_again(
    instance: Instance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox_id = await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append, mail("one"))
    async with polling(instance):
        await stored(instance, 1)
        await looked(instance, mailbox_id)
    await asyncio.to_thread(mailbox.append, mail("late"))
    await cursor_moved(instance, mailbox_id, 2)
    changed_uids, asked = ImapFolder.changed_uids, list[int]()

    def breaks_once(self: ImapFolder, mod_seq: int, *, since: datetime) -> Sequence[int]:
        asked.append(mod_seq)
        if len(asked) == 1:
            raise Unreachable("imap_unreachable")
        return changed_uids(self, mod_seq, since=since)

    monkeypatch.setattr(ImapFolder, "changed_uids", breaks_once)
    async with polling(instance):
        await stored(instance, 2)
    assert asked[0] == asked[1]


@on_sqlite
async def test_a_folder_made_anew_under_the_same_number_loses_no_mail(instance: Instance, mailbox: Mailbox) -> None:
    await asyncio.to_thread(mailbox.create, "Work")
    mailbox_id = await watch_work_instead(instance, mailbox)
    await asyncio.to_thread(mailbox.append_all, [mail(f"old {number}") for number in range(5)], folder="Work")
    async with polling(instance):
        await stored(instance, 5)
        await looked(instance, mailbox_id)
    validity = await asyncio.to_thread(mailbox.uid_validity, "Work")
    await asyncio.to_thread(mailbox.delete, "Work")
    await asyncio.to_thread(mailbox.create, "Work")
    await asyncio.to_thread(mailbox.set_uid_validity, validity, "Work")
    await asyncio.to_thread(mailbox.append_all, [mail("new 1"), mail("new 2")], folder="Work")
    async with polling(instance):
        await stored(instance, 7)
        await asyncio.to_thread(mailbox.append_all, [mail(f"newer {n}") for n in range(3)], folder="Work")
        await stored(instance, 10)
    async with instance.database.read() as uow:
        row = await uow.mailboxes.folder(mailbox_id, "Work")
    assert row is not None
    assert (row.uid_validity, row.last_uid, row.remade) == (validity, 5, 1)


@on_sqlite
async def test_the_newest_mail_of_a_server_whose_uidnext_is_behind_is_stored(
    instance: Instance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    examine = ImapFolder._examine  # noqa: SLF001
    monkeypatch.setattr("app.intake.folders.COMPARE_SECONDS", 0.0)

    def behind(folder: ImapFolder) -> FolderState:
        state = examine(folder)
        return replace(state, uid_next=max(state.uid_next - 1, 1), mod_seq=0)

    monkeypatch.setattr(ImapFolder, "_examine", behind)
    mailbox_id = await add(instance, mailbox)
    async with polling(instance):
        await asyncio.to_thread(mailbox.append, mail("the newest"))
        await stored(instance, 1)
        await asyncio.to_thread(mailbox.append, mail("newer"))
        await stored(instance, 2)
        await looked(instance, mailbox_id)
    assert len(await instance.messages()) == 2


@on_sqlite
async def test_a_mail_of_sixty_megabytes_waits_in_quarantine(instance: Instance, mailbox: Mailbox) -> None:
    await add(instance, mailbox)
    head = b"From: Petra Vane <petra@customer.example>\r\nMessage-ID: <big@customer.example>\r\nSubject: big\r\n\r\n"
    await asyncio.to_thread(
        mailbox.drop, head + b"0123456789012345678901234567890123456789\r\n" * (60 * 1024 * 1024 // 42)
    )
    await asyncio.to_thread(mailbox.append, mail())
    async with polling(instance):
        await stored(instance, 2)
    big, other = sorted(await instance.messages(), key=lambda message: message.state, reverse=True)
    assert (big.state, big.error, other.state) == (MessageState.QUARANTINED, "too_large", MessageState.IN_WORK)
    assert await raw_of(instance, big.raw_id) == head


class Stumbling(IntakeService):
    """Cannot store mails that hold a certain word, as long as `stumbles`."""

    stumbles = True

    async def store_in(self, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        if self.stumbles and any(b"poison" in one.raw for one in mails):
            raise KeyError("poison")
        return await super().store_in(uow, mailbox_id, mails)


@on_sqlite
async def test_a_mail_that_cannot_be_stored_shows_and_stops_no_other(instance: Instance, mailbox: Mailbox) -> None:
    mailbox_id = await add(instance, mailbox)
    bodies = ["one", "two", "poison", *(f"mail {number}" for number in range(110))]
    await asyncio.to_thread(mailbox.append_all, [mail(body) for body in bodies])
    intake = Stumbling(instance.database, instance.clock)
    async with polling(instance, intake=intake):
        await stored(instance, 112)
        await has_error(instance, mailbox_id, "mail_not_stored")
        async with instance.database.read() as uow:
            row = await uow.mailboxes.folder(mailbox_id, "INBOX")
        assert row is not None
        assert row.last_uid == 2
        intake.stumbles = False
        await stored(instance, 113)
        await has_error(instance, mailbox_id, "")
    async with instance.database.read() as uow:
        row = await uow.mailboxes.folder(mailbox_id, "INBOX")
    assert row is not None
    assert row.last_uid == 113


class CutOff(IntakeService):
    """A database that never gets through with mails of one kind, or with any mail."""

    cuts_off = b"poison"

    async def store_in(self, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        if any(self.cuts_off in one.raw for one in mails):
            raise DBAPIError("COPY", None, asyncpg.QueryCanceledError())
        return await super().store_in(uow, mailbox_id, mails)


@on_sqlite
async def test_a_mail_that_takes_the_database_too_long_is_one_mails_matter(
    instance: Instance, mailbox: Mailbox
) -> None:
    mailbox_id = await add(instance, mailbox)
    bodies = ["one", "poison", *(f"mail {number}" for number in range(10))]
    await asyncio.to_thread(mailbox.append_all, [mail(body) for body in bodies])
    intake = CutOff(instance.database, instance.clock)
    async with polling(instance, intake=intake):
        await stored(instance, 11)
        await has_error(instance, mailbox_id, "mail_not_stored")
        intake.cuts_off = b""
        with capture_logs() as logs:
            await asyncio.to_thread(mailbox.append_all, [mail(f"more {number}") for number in range(10)])
            await eventually(lambda: said(logs, "intake.database.unreachable"))
        assert len([one for one in logs if one["event"] == "intake.message.not_stored"]) <= 2 * CUT_OFF_MOST
        intake.cuts_off = b"\0"
        await stored(instance, 22)
        await has_error(instance, mailbox_id, "")


async def said(logs: Sequence[MutableMapping[str, object]], event: str) -> bool:
    return any(one["event"] == event for one in logs)


async def triaged(instance: Instance) -> None:
    for message in await instance.messages():
        await instance.triage.work(str(message.id))


def ours(*, to: str, refers_to: str = "q@customer.example", headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """What a colleague wrote from another program."""
    raw = mail("Dear Petra, fine.", sender=ADDRESS, references=[refers_to], headers=headers)
    return raw.replace(f"To: {ADDRESS}\n".encode(), f"To: {to}\n".encode())


async def test_an_answer_from_outside_closes_the_review(instance: Instance, mailbox: Mailbox) -> None:
    mailbox_id = await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append, mail(message_id="q@customer.example"))
    async with polling(instance):
        await stored(instance, 1)
        await triaged(instance)
        (review,) = await instance.pending()
        await asyncio.to_thread(mailbox.append, ours(to="petra@customer.example"), folder="Sent", flags="\\Seen")

        async def is_closed() -> bool:
            return not await instance.pending()

        await eventually(is_closed)
        await looked(instance, mailbox_id)
    async with instance.database.read() as uow:
        closed = await uow.reviews.get(review.id)
        conversation = await uow.messages.conversation(review.conversation_id)
    (message,) = await instance.messages()
    (kept,) = await history(instance)
    assert (closed.state, message.state) == (ReviewState.ANSWERED_ELSEWHERE, MessageState.DECIDED)
    assert (kept.is_ours, kept.conversation_id) == (True, review.conversation_id)
    assert conversation.version > 1
    assert await audited(instance, "review.item.answered_elsewhere") == 1


@on_sqlite
async def test_an_answer_waits_until_the_mail_it_answers_is_read(instance: Instance, mailbox: Mailbox) -> None:
    mailbox_id = await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append, mail(message_id="q@customer.example"))
    await asyncio.to_thread(mailbox.append, ours(to="petra@customer.example"), folder="Sent")
    async with polling(instance):
        await stored(instance, 1)
        await looked(instance, mailbox_id)
        assert await history(instance) == []
        assert (await mailbox_row(instance, mailbox_id)).last_error == ""
        await triaged(instance)

        async def is_closed() -> bool:
            return bool(await history(instance)) and not await instance.pending()

        await eventually(is_closed)


@on_sqlite
async def test_what_closes_no_review(instance: Instance, mailbox: Mailbox) -> None:
    """A mail of no known thread, a mail to a colleague, an automatic one."""
    mailbox_id = await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append, mail(message_id="q@customer.example"))
    async with polling(instance):
        await stored(instance, 1)
        await triaged(instance)
        (review,) = await instance.pending()
        for raw in (
            ours(to="petra@customer.example", refers_to="elsewhere@customer.example"),
            ours(to="boss@seller.example"),
            ours(to="petra@customer.example", headers=[("Auto-Submitted", "auto-replied")]),
        ):
            await asyncio.to_thread(mailbox.append, raw, folder="Sent")
        await looked(instance, mailbox_id)
        assert [one.id for one in await instance.pending()] == [review.id]


async def test_two_workers_share_without_doubling_and_take_over(instance: Instance, mailbox: Mailbox) -> None:
    await add(instance, mailbox)
    async with polling(instance, holder="two"):
        async with polling(instance, holder="one"):
            await asyncio.to_thread(mailbox.append_all, [mail(f"mail {number}") for number in range(20)])
            await stored(instance, 20)
        await asyncio.to_thread(mailbox.append, mail())
        await stored(instance, 21)
    async with instance.database.read() as uow:
        assert await uow.leases.live("mailbox:", 60) == set()


@on_sqlite
async def test_mailboxes_come_and_go_while_it_runs(instance: Instance, dovecot: Dovecot) -> None:
    first, second = dovecot.mailbox(), dovecot.mailbox()
    async with polling(instance):
        first_id = await add(instance, first)
        await asyncio.to_thread(first.append, mail())
        await stored(instance, 1)
        async with instance.database.write() as uow:
            (await uow.mailboxes.get(first_id)).active = False
        await add(instance, second)
        await asyncio.to_thread(second.append, mail())
        await stored(instance, 2)
        await asyncio.to_thread(dovecot.wait_for_connections, first.username, 0)
        await asyncio.to_thread(first.append, mail())
        await asyncio.sleep(0.5)
        assert len(await instance.messages()) == 2


@on_sqlite
async def test_it_stops_at_once_while_a_server_is_silent(instance: Instance, mailbox: Mailbox) -> None:
    mailbox_id = await add(instance, mailbox)
    async with polling(instance) as poller:
        await looked(instance, mailbox_id)
        with mailbox.frozen():
            await asyncio.sleep(0.3)
            async with asyncio.timeout(5):
                await poller.stop()
