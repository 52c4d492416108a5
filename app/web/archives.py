"""A ZIP that a person or a program is given."""

import tempfile
from collections.abc import Awaitable, Callable, Iterator
from typing import IO

from fastapi.responses import StreamingResponse

IN_MEMORY, BLOCK = 1 << 20, 1 << 16
"""Bytes: a larger one is made on the disk; what is read of it at a time."""


async def archive(name: str, write: Callable[[IO[bytes]], Awaitable[object]]) -> StreamingResponse:
    """Made whole in a temporary file before the first byte leaves, so that an error of `write` is still an error."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed when the last byte has left
    try:
        await write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_blocks(file), media_type="application/zip", headers=headers)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block
