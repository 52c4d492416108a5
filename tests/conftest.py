"""What every test may use. The servers are real; see tests/servers."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
pytest_plugins = ["tests.servers.fixtures", "tests.instances", "tests.desk", "tests.web.house", "tests.web.world"]


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Iterator[None]:
    """A command that ran in the process leaves its log writing to a stream that is closed by then."""
    yield
    structlog.reset_defaults()


LONGEST_FIRST = (
    "web/test_browser",
    "web/test_api",
    "integration/test_operations",
    "integration/test_cli",
    "web/test_item",
    "integration/test_bad_input",
    "integration/test_sending",
    "web/test_whole_way",
    "kills/test_kills",
    "integration/test_poller",
    "integration/test_learning",
    "integration/test_engine",
    "integration/test_races",
    "privacy/test_privacy",
    "web/test_access",
    "integration/test_reminder_batches",
    "unit/evals/test_train",
    "integration/test_backup",
    "integration/test_stopped_worker",
    "integration/test_short_forms",
)
"""Files that take a minute or more: begun last, they would let the other processes stand idle."""


MOSTLY_ON_SQLITE = frozenset(
    {
        *(
            "batch_approvals",
            "casefile",
            "cases",
            "claims",
            "contacts",
            "guidance",
            "insights",
            "learning",
            "ledger_import",
            "oversight",
        ),
        *(
            "planted",
            "promises",
            "quality",
            "queue",
            "reminder_batches",
            "reminder_plan",
            "review",
            "spoken",
            "standing",
        ),
    }
)
"""Files whose tests ask the same of each database: every third of them is run on PostgreSQL too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    twice = [item for item in items if "[postgresql" in item.nodeid and item.path.stem[5:] in MOSTLY_ON_SQLITE]
    left_out = {item.nodeid for number, item in enumerate(twice) if number % 3}
    items[:] = [item for item in items if item.nodeid not in left_out]
    rank = {f"tests/{name}.py": place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))
