"""A task that is cancelled in the middle of a transaction (a mailbox taken out, a stop, a deadline) leaves no lock."""

import asyncio
import random

from tests.instances import Instance

ROUNDS = 40


async def test_a_cancelled_write_keeps_nobody_from_writing(instance: Instance) -> None:
    dice = random.Random(3)  # noqa: S311  # repeatable, not secret

    async def write() -> None:
        async with instance.database.write() as uow:
            await uow.leases.take("a", "b", 5)

    for _ in range(ROUNDS):
        tasks = [asyncio.create_task(write()) for _ in range(3)]
        await asyncio.sleep(dice.uniform(0, 0.006))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(15):
            await write()
