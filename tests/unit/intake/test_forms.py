"""Forms from anybody: they are read before their signature can be checked."""

import contextlib
import tracemalloc

import pytest

from app.intake.webhooks.forms import read_form
from app.intake.webhooks.scheme import MalformedRequest

PLAIN = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("piece", [b"ab&", b"%41"], ids=["parts", "escapes"])
async def test_a_form_takes_little_more_memory_than_it_is_long(piece: bytes) -> None:
    body = piece * 1_000_000
    tracemalloc.start()
    with contextlib.suppress(MalformedRequest):
        await read_form(PLAIN, body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * len(body)


@pytest.mark.parametrize("before", range(65_532, 65_538))
async def test_an_escape_between_two_pieces_is_whole(before: int) -> None:
    text = "x" * before + "é & %"
    body = b"a=" + b"x" * before + b"%C3%A9+%26+%25&b=1"
    form = await read_form(PLAIN, body)
    assert (form.text("a"), form.text("b")) == (text, "1")
