"""A few of the clean mails that `python -m tests.visible` measures, and all the ways of hiding."""

from playwright.async_api import Browser

from tests.visible.__main__ import HIDDEN, MOST_LOST, Loss, clean_mails, measured, seen_through
from tests.visible.dresses import DRESSES


async def test_what_a_browser_shows_of_a_clean_mail_is_read_and_no_such_mail_is_flagged(browser: Browser) -> None:
    losses = await measured(browser, clean_mails(len(DRESSES)))
    assert set(losses) == set(DRESSES)
    assert all(loss.words and loss.share <= MOST_LOST and not loss.flagged for loss in losses.values()), losses


async def test_a_word_that_is_lost_and_a_mail_that_is_flagged_are_counted(browser: Browser) -> None:
    covered = '<p>one two three</p><div style="display:none">four words that nobody sees</div>'
    shown_by_a_script = covered + '<script>document.querySelector("div").style.display = "block"</script>'
    assert await measured(browser, [("x", shown_by_a_script)]) == {"x": Loss(mails=1, words=8, lost=5, flagged=1)}


def test_sixteen_ways_of_hiding_are_seen_through_and_marked_in_every_language() -> None:
    ways = seen_through()
    assert len(ways) == 16
    assert set(ways.values()) == {(len(HIDDEN), len(HIDDEN))}
