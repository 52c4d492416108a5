"""Where the demo's mail goes: files in a folder, never the network."""

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path

from app.domain.ids import new_id
from app.domain.ports import Delivery, MayBegin, SendResult

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([A-Za-z0-9-]{1,64})@", re.IGNORECASE | re.MULTILINE)


class FolderSender:
    """A Sender that files each mail as an .eml, named by its Message-ID: the same mail sent again is the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(
        self,
        raw: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        may_begin: MayBegin | None = None,
        waits_for_copies: bool = False,
    ) -> Delivery:
        if may_begin is not None and not await may_begin():
            return Delivery(SendResult.WITHHELD)
        await asyncio.to_thread(self._file, raw)
        return Delivery(SendResult.SENT, "filed")

    def _file(self, raw: bytes) -> None:
        self._path.mkdir(parents=True, exist_ok=True)
        found = _MESSAGE_ID.search(raw)
        name = found[1].decode() if found else str(new_id())
        partial = self._path / f".{name}.partial"
        with partial.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path / f"{name}.eml")
