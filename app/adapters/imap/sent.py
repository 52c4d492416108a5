"""Where our answers are filed, by IMAP: to prove that one was sent, and to file it where the provider does not."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from app.adapters.imap.folder import ImapFolder
from app.adapters.imap.line import ImapLine
from app.domain.errors import Unreachable
from app.domain.ports import SENT_FOLDER, MailAccount


class ImapSentFolder:
    """The Sent folders of all mailboxes. `account_of` gives a mailbox's account; None when it is no IMAP mailbox."""

    def __init__(self, account_of: Callable[[UUID], Awaitable[MailAccount | None]]) -> None:
        self._account_of = account_of

    async def has_message(self, mailbox_id: UUID, rfc_message_id: str) -> bool:
        line = await self._line(mailbox_id)
        try:
            return await asyncio.to_thread(ImapFolder(line, SENT_FOLDER).has_message, rfc_message_id)
        finally:
            await asyncio.to_thread(line.close)

    async def append(self, mailbox_id: UUID, raw: bytes) -> None:
        line = await self._line(mailbox_id)
        try:
            await asyncio.to_thread(ImapFolder(line, SENT_FOLDER).append, raw)
        finally:
            await asyncio.to_thread(line.close)

    async def _line(self, mailbox_id: UUID) -> ImapLine:
        account = await self._account_of(mailbox_id)
        if account is None:
            raise Unreachable("imap_no_such_folder")
        return ImapLine(account)
