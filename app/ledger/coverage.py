"""What a file speaks for. Whoever is not named in a part of the ledger may have paid: it dates nobody's ledger.

An invoice file speaks for a company when it is a snapshot, or leaves out a fifth of what was open there at most, the
same share that a snapshot closes without being asked. Whoever sends it may say it instead. A file of payments speaks
for the companies whose invoices it names.
"""

from app.db.repositories.staging import Staging
from app.ledger.imports import Checked
from app.ledger.snapshot import MOST_CLOSED_AT_ONCE


async def covered(
    staging: Staging, checked: Checked, *, snapshot: bool, partial: bool | None
) -> tuple[list[str], bool]:
    """The companies that the file speaks for (none: all of them), and whether it is a part that speaks for nobody.

    To be asked before the rows are written. What is left out is noted.
    """
    if partial or checked.kind not in {"invoices", "payments"}:
        return [], bool(partial)
    if checked.kind == "payments":
        return sorted(await staging.companies_paid()), False
    named = await staging.companies()
    if snapshot or partial is False:
        return sorted(named), False
    counts, missing = await staging.open_by_company(), await staging.missing_by_company()
    scope = named or {"", *counts}
    parts = sorted(one for one in scope if missing.get(one, 0) > counts.get(one, 0) * MOST_CLOSED_AT_ONCE)
    for company in parts:
        whose = f" of {company}" if company else ""
        checked.notes.append(
            f"only a part{whose}: {missing[company]} of {counts[company]} open invoices are not in it, so the ledger"
            " stays as old as it was"
        )
    whole = scope.difference(parts)
    return ([] if not named and not parts else sorted(whole)), not whole
