"""Checkpoints of the audit chains in an object store, where not even an administrator can take them back."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from app.bootstrap import Services
from app.domain.errors import Invalid, SettingInvalid
from app.domain.ports import ObjectName, ObjectStore
from app.operations.administration import checkpoints

SCHEME = "s3://"


async def put(services: Services, folder: str, retain_days: int) -> str:
    """Store the heads of the chains under `s3://bucket/prefix`, locked for so many days. Returns where they lie.

    Raises SettingInvalid, Invalid or Unreachable.
    """
    store, now = _store(services), services.clock()
    points = await checkpoints(services)
    name = ObjectName.of(f"{folder.rstrip('/')}/{now:%Y-%m-%dT%H%M%SZ}.json")
    kept_until = now + timedelta(days=retain_days) if retain_days else None
    await store.put(name, json.dumps(points, indent=2).encode(), kept_until=kept_until)
    return str(name)


async def known(services: Services, source: str) -> bytes:
    """The content of a file, or of what lies at `s3://bucket/key`. Raises SettingInvalid, Invalid or Unreachable."""
    if source.startswith(SCHEME):
        return await _store(services).get(ObjectName.of(source))
    try:
        return await asyncio.to_thread(Path(source).read_bytes)
    except OSError as error:
        raise Invalid(f"{source} cannot be read ({error.strerror})") from error


def _store(services: Services) -> ObjectStore:
    if services.object_store is None:
        raise SettingInvalid(
            "DUEBOX_OBJECT_STORE__ENDPOINT is not set; set it, with __REGION, __ACCESS_KEY and __SECRET_KEY"
        )
    return services.object_store
