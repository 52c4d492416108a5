"""The mail's own HTML in its frame."""

import pytest

from app.review.cleaning import cleaned
from tests.hangs import no_hang


def test_what_could_act_is_gone() -> None:
    html = '<p onclick="x()" style="color:red">We <b>pay</b><script>x()</script><img src="https://a.example/b.png"></p>'
    assert cleaned(html).strip() == "<p>We <b>pay</b><img></p>"


@pytest.mark.parametrize(
    "html",
    ["<div>" * 200_000, "<p " + " ".join(f"a{number}" for number in range(10_000)) + ">x", " ", "<!-- -->"],
    ids=["nested", "attributes", "empty", "a comment"],
)
def test_hostile_html_is_done_soon(html: str) -> None:
    with no_hang():
        cleaned(html)
