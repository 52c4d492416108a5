"""The record of processing and the privacy dossier, from the running configuration: nothing in it is written by hand.

What it says of hosts is what the egress log is held against; what of keeping, is what each day's job erases.
"""

from dataclasses import replace

from app.db.repositories.privacy import Privacy
from app.db.tables.oversight import Switch
from app.db.tables.system import Chain
from app.db.uow import Database
from app.domain.people import SignedIn
from app.domain.recipients import of_mailbox
from app.domain.watermark import watermark
from app.privacy.dossier_text import as_markdown
from app.privacy.processing import Processing


class DossierService:
    def __init__(self, database: Database, processing: Processing) -> None:
        self._database = database
        self._processing = processing

    async def make(self, *, by: SignedIn) -> str:
        """The dossier of this moment, as Markdown; that it leaves is noted in the chain of reads."""
        text = as_markdown(await self.processing())
        async with self._database.write() as uow:
            mark = watermark(by, uow.clock())
            uow.audit.add("privacy.dossier.made", actor=by.actor, chain=Chain.ACCESS, export_id=mark.id)
        return f"{text}\nExport {mark}\n"

    async def processing(self) -> Processing:
        """Settings and mailboxes as they are now."""
        async with self._database.read() as uow:
            mailboxes = await uow.mailboxes.all()
            holds = await Privacy(uow.session, uow.words.keyring, uow.clock).holds()
            key_id = uow.words.keyring.key_id
            has_test_items = bool(await uow.oversight.value(Switch.PLANTED_ONE_IN))
        servers = [
            recipient
            for box in mailboxes
            if box.active
            for recipient in of_mailbox(box.host, box.smtp_host, box.scheme, box.oauth)
        ]
        found = dict.fromkeys((*self._processing.recipients, *servers))
        return replace(
            self._processing,
            recipients=tuple(found),
            mailboxes=tuple(box.address for box in mailboxes),
            key_id=key_id,
            holds=len(holds),
            has_test_items=has_test_items,
        )
