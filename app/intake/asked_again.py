"""Mails that wait in quarantine with their headers alone, and whose server a person wants to be asked again."""

from uuid import UUID

from app.db.uow import Database
from app.domain.job import triage_job
from app.domain.message import Cut, MessageState, advance
from app.domain.ports import FolderState
from app.intake.incoming import Incoming
from app.intake.passages import Passages
from app.intake.recognition import Blocking, source_of


class AskedAgain:
    def __init__(self, database: Database, passages: Passages, mailbox_id: UUID, blocking: Blocking) -> None:
        self._database = database
        self._passages = passages
        self._mailbox_id = mailbox_id
        self._blocking = blocking

    async def fetch(self, state: FolderState) -> None:
        """What the server gives now is worked; what it still does not give, or has no more, waits on."""
        async with self._database.read() as uow:
            wanted = await uow.sources.asked_again(self._mailbox_id)
        uids: dict[int, UUID] = {}
        for source, message_id in wanted.items():
            place, _, number = source.rsplit(":", 2)
            if source == source_of(state, int(number)):
                uids[int(number)] = message_id
            elif place == f"imap:{state.name}":  # the folder has other numbers by now
                await self._answer(message_id, None, state)
        while uids:
            arrived = await self._blocking(self._passages.fetch, sorted(uids), state)
            found = {mail.uid: mail.incoming for mail in arrived}
            for uid in [uid for uid in sorted(uids) if uid <= max(found, default=uid)]:
                await self._answer(uids.pop(uid), found.get(uid), state)

    async def _answer(self, message_id: UUID, incoming: Incoming | None, state: FolderState) -> None:
        async with self._database.write() as uow:
            await self._passages.locked(uow, state)
            message = await uow.messages.get_for_update(message_id)
            conversation_id = message.conversation_id
            if message.error != Cut.ASKED_AGAIN:
                return
            await uow.words.load_keys({conversation_id})
            if incoming is None or incoming.cut or not uow.words.has_key(conversation_id):
                message.error, message.attempts = Cut.NOT_GIVEN, message.attempts + 1
                return
            message.raw_id = await uow.words.put(conversation_id, "mail", incoming.raw)
            message.size, message.error = len(incoming.raw), ""
            message.state = advance(message.state, MessageState.IN_WORK)
            again = f"-retry-{message.attempts}"
            await uow.enqueue(triage_job(message_id, message.run, conversation_id, again=again))
            uow.audit.add(
                "intake.message.completed",
                message_id=message_id,
                conversation_id=conversation_id,
                mailbox_id=self._mailbox_id,
                raw_hash=uow.words.known_key(conversation_id).salted_hash(incoming.raw),
            )
