"""Whatever a ledger file holds: taken once more, in any shape, it changes nothing."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.people import DUEBOX
from app.ledger.service import LedgerService
from tests.instances import Instance, on_sqlite
from tests.workbooks import write_workbook

HEADER = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status,company"
COLUMNS = HEADER.split(",")
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2028, 12, 31))
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12).filter(
    lambda text: not text.startswith("'")
)


@st.composite
def invoice(draw: st.DrawFn) -> dict[str, str]:
    is_credit = draw(st.booleans())
    cents = draw(st.integers(min_value=0, max_value=10**9))
    left = draw(st.integers(min_value=0, max_value=cents))
    sign = -1 if is_credit else 1
    issued = draw(DAYS)
    return {
        "number": draw(WORDS),
        "customer_id": "C-1",
        "kind": "credit_note" if is_credit else "invoice",
        "amount": f"{sign * Decimal(cents) / 100:.2f}",
        "open_amount": f"{sign * Decimal(left) / 100:.2f}",
        "currency": draw(st.sampled_from(["EUR", "GBP", "JPY"])),
        "issue_date": issued.isoformat(),
        "due_date": (issued + timedelta(days=draw(st.integers(0, 90)))).isoformat(),
        "po_number": draw(st.just("") | WORDS),
        "status": draw(st.sampled_from(["open", "partly_paid", "paid", "disputed", "cancelled", "written_off"])),
        "company": draw(st.sampled_from(["", "north", "south"])),
    }


LEDGERS = st.lists(invoice(), min_size=1, max_size=8, unique_by=lambda row: (row["company"], row["number"]))


@on_sqlite
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=LEDGERS)
async def test_importing_again_in_any_shape_changes_nothing(
    instance: Instance, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    service = LedgerService(instance.database, instance.clock)
    await service.import_rows("invoices", rows, by=DUEBOX)
    table = [[row[column] for column in COLUMNS] for row in rows]
    cells = [[_number(cell) if place in {3, 4} else cell for place, cell in enumerate(row)] for row in table]
    quoted = [",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in table]
    csv = tmp_path / "invoices.csv"
    csv.write_text("\n".join([HEADER, *quoted]), encoding="utf-8")
    book = write_workbook(tmp_path / "invoices.xlsx", [COLUMNS, *cells])
    for path in (csv, book, csv):
        report = await service.import_file("invoices", path)
        assert (report.rows, report.new, report.changed) == (len(rows), 0, 0)
    report = await service.import_rows("invoices", rows, by=DUEBOX)
    assert report.unchanged == len(rows)


def _number(cell: str) -> float:
    return float(cell)
