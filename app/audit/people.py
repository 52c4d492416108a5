"""Rights that nobody gave. Whoever may write to the database can make themselves an administrator in its table of
users, or give somebody else's account a password of their own, but not an entry of the chain that says so: the two are
held against one another."""

import json
from collections.abc import Sequence

from app.db.uow import Uow

ADDED, CHANGED, PASSWORD = "identity.user.added", "identity.user.changed", "identity.password.changed"


async def with_other_rights(uow: Uow) -> Sequence[str]:
    """Addresses of those whose role, leave to sign in or password is another than the log of decisions says last."""
    given: dict[str, tuple[str, bool]] = {}
    digests: dict[str, str] = {}
    for body in await uow.audit.bodies([ADDED, CHANGED, PASSWORD]):
        refs = json.loads(body)["refs"]
        if "role" in refs:
            given[refs["user_id"]] = (refs["role"], refs.get("active", True))
        if "password_digest" in refs:
            digests[refs["user_id"]] = refs["password_digest"]
    return [
        row.email
        for row in await uow.users.all()
        if given.get(str(row.id)) != (row.role.value, row.active)
        or digests.get(str(row.id), row.password_digest) != row.password_digest
    ]
