"""Values that a database refuses are a fault of who asks: it is not said to be away, and nothing breaks."""

from pathlib import Path

from app.domain.review import Role
from tests.web.house import house_on

BROKEN = 500
PATHS = (
    "/customers?company=%00",
    "/customers?q=a%00b",
    "/customers/%00",
    "/customers/C-1%00/case-file",
    "/dashboard/export.csv?segment=%00",
    "/decisions?who=%00",
    "/decisions?until=9999-12-31",
    "/disputes?reason=%00",
    "/reminders/customers/C-1%00",
    "/reminders/plan?after=%00",
    "/tasks?owner=%00",
)


async def test_a_nul_or_a_day_without_end_is_no_fault_of_ours(migrated_url: str, tmp_path: Path) -> None:
    async with house_on(migrated_url, tmp_path) as house, house.as_(Role.MANAGER) as http:
        answers = {path: (await http.get(path)).status_code for path in PATHS}
    assert all(status < BROKEN for status in answers.values()), answers
