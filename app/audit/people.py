"""Rights that nobody gave. Whoever may write to the database can make themselves an administrator in its table of
users, but not an entry of the chain that says so: the two are held against one another."""

import json
from collections.abc import Sequence

from app.db.uow import Uow

ADDED, CHANGED = "identity.user.added", "identity.user.changed"


async def with_other_rights(uow: Uow) -> Sequence[str]:
    """Addresses of those whose role, or leave to sign in, is another than the log of decisions says last."""
    given: dict[str, tuple[str, bool]] = {}
    for body in await uow.audit.bodies([ADDED, CHANGED]):
        refs = json.loads(body)["refs"]
        given[refs["user_id"]] = (refs["role"], refs.get("active", True))
    return [row.email for row in await uow.users.all() if given.get(str(row.id)) != (row.role.value, row.active)]
