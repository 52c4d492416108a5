"""Checkpoints of the audit chains, kept where whoever runs the database cannot change them: each day, by a setting, or
by hand. One is noted as taken once it lies there."""

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from app.audit.service import AuditService
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import Invalid, SettingInvalid, Unreachable
from app.domain.ids import new_id
from app.domain.ports import ObjectName, ObjectStore, Sender, SendResult

SCHEME, MAILTO = "s3://", "mailto:"


@dataclass(frozen=True, slots=True)
class Place:
    """`to`: `s3://bucket/prefix`, `mailto:` with an address, or a folder; empty: nowhere. `retain_days`: for how many
    days nobody can delete what lies in an object store, 0: no lock."""

    to: str = ""
    retain_days: int = 0


class CheckpointService:
    """`daily`: where one goes each day."""

    def __init__(
        self,
        database: Database,
        audit: AuditService,
        sender: Sender,
        store: ObjectStore | None,
        clock: Clock,
        daily: Place,
    ) -> None:
        self._database = database
        self._audit = audit
        self._sender = sender
        self._store = store
        self._clock = clock
        self.daily = daily

    async def keep_daily(self) -> None:
        """Raises Invalid or Unreachable: then it is tried again. A mail of unknown fate is not: it would be sent each
        minute; as it is not noted, the age of the newest checkpoint tells."""
        if self.daily.to.startswith(MAILTO):
            result = await self._mailed(self.daily.to.removeprefix(MAILTO))
            if result not in {SendResult.SENT, SendResult.UNKNOWN}:
                raise Unreachable(f"the checkpoint was not sent: {result.value}")
        else:
            await self.put(self.daily)

    async def reach(self) -> None:
        """Whether the store of the daily one takes our signature; nothing is written. Raises Invalid or Unreachable."""
        if self.daily.to.startswith(SCHEME):
            await self._known_store().reach(ObjectName.of(f"{self.daily.to.rstrip('/')}/doctor"))

    async def put(self, place: Place) -> str:
        """Store the heads of the chains in an object store or a folder. Returns where they lie.

        Raises SettingInvalid, Invalid or Unreachable.
        """
        heads, now = await self._audit.heads(), self._clock()
        content = json.dumps([asdict(head) for head in heads], indent=2, default=str).encode()
        name = f"{place.to.rstrip('/')}/{now:%Y-%m-%dT%H%M%SZ}.json"
        if place.to.startswith(SCHEME):
            kept_until = now + timedelta(days=place.retain_days) if place.retain_days else None
            await self._known_store().put(ObjectName.of(name), content, kept_until=kept_until)
        else:
            await asyncio.to_thread(_write_once, Path(name), content)
        await self._audit.note_taken(heads)
        return name

    async def mail(self, to: str) -> None:
        """Send the heads to somebody outside, as the file that `audit verify` takes. Raises Invalid or Unreachable."""
        result = await self._mailed(to)
        if result is not SendResult.SENT:
            raise Unreachable(f"the checkpoint was not sent: {result.value}")

    async def known(self, source: str) -> bytes:
        """The content of a file, or of what lies at `s3://bucket/key`. Raises SettingInvalid, Invalid, Unreachable."""
        if source.startswith(SCHEME):
            return await self._known_store().get(ObjectName.of(source))
        try:
            return await asyncio.to_thread(Path(source).read_bytes)
        except OSError as error:
            raise Invalid(f"{source} cannot be read ({error.strerror})") from error

    async def _mailed(self, to: str) -> SendResult:
        async with self._database.read() as uow:
            addresses = await uow.mailboxes.own_addresses()
        if not addresses:
            raise Invalid("there is no mailbox to send from: duebox mailbox add")
        heads, now = await self._audit.heads(), self._clock()
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = addresses[0], to
        message["Subject"] = f"Duebox audit checkpoint {now:%Y-%m-%d %H:%M} UTC"
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{new_id()}@{addresses[0].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("Keep this mail. To verify: duebox audit verify --checkpoint checkpoint.json\n")
        content = json.dumps([asdict(head) for head in heads], indent=2, default=str).encode()
        message.add_attachment(content, maintype="application", subtype="json", filename="checkpoint.json")
        delivery = await self._sender.send(message.as_bytes(), sender=addresses[0], recipients=[to])
        if delivery.result is SendResult.SENT:
            await self._audit.note_taken(heads)
        return delivery.result

    def _known_store(self) -> ObjectStore:
        if self._store is None:
            raise SettingInvalid(
                "DUEBOX_OBJECT_STORE__ENDPOINT is not set; set it, with __REGION, __ACCESS_KEY and __SECRET_KEY"
            )
        return self._store


def _write_once(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise Invalid(f"{path} cannot be written ({error.strerror})") from error
