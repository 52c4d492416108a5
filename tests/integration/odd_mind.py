"""A mind for tests of its process: it does what its config and the mail say."""

import asyncio
import os
from dataclasses import dataclass

from app.adapters.child import serve
from app.domain.case import Case
from app.domain.errors import SettingInvalid
from app.domain.message import Identity, ReadMail
from app.domain.ports import Mind, Thought
from app.reading.reading import read_mail


@dataclass(frozen=True, slots=True)
class Side:
    """The config of a mind that has several mails in its hands at once, or waits for something outside."""

    at_once: int
    endpoint_seconds: float = 0.0


class OddMind:
    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        if b"X-Kill: me" in raw:
            os._exit(1)
        if b"X-Wait: a while" in raw:
            await asyncio.sleep(0.5)
        if b"X-Break: me" in raw:
            raise KeyError("what a mail says")
        print("libraries print things")  # noqa: T201  # that is the point
        return read_mail(raw, identity)

    async def think(self, case: Case) -> Thought:
        raise NotImplementedError


def build(config: str | Side) -> Mind:
    if config == "broken":
        raise SettingInvalid("a setting is wrong")
    return OddMind()


if __name__ == "__main__":
    serve(build)
