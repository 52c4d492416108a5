"""When the ledger is too old to ask for money."""

from datetime import UTC, datetime, timedelta

from app.domain.freshness import freshness, is_fresh

NOW = datetime(2026, 5, 21, 9, tzinfo=UTC)
LIMIT = timedelta(hours=36)


def test_ledger_is_fresh_up_to_its_limit() -> None:
    assert is_fresh(NOW - LIMIT, NOW, LIMIT)
    assert not is_fresh(NOW - LIMIT - timedelta(seconds=1), NOW, LIMIT)


def test_ledger_that_was_never_imported_is_stale() -> None:
    assert not is_fresh(None, NOW, LIMIT)
    assert freshness(None, NOW, LIMIT).reason == "no invoices have been imported yet"


def test_stale_ledger_says_how_old_it_is() -> None:
    found = freshness(NOW - timedelta(hours=50), NOW, LIMIT)
    assert (found.is_stale, found.age) == (True, timedelta(hours=50))
    assert found.reason == "the newest invoice import is 50 hours old, more than 36"
    assert freshness(NOW, NOW, LIMIT).reason == ""
