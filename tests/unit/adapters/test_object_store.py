"""What is put into an object store lies there locked, under a signature over all of it, and is never written over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.object_store import S3Store
from app.domain.clock import system_clock
from app.domain.errors import Invalid, Unreachable
from app.domain.ports import ObjectName
from tests.servers.object_store import ObjectStore, Stored
from tests.servers.process import free_port

NAME = ObjectName("audit", "duebox/2026-05-21T090000Z.json")


@pytest.fixture
def server() -> Iterator[ObjectStore]:
    with ObjectStore() as made:
        yield made


async def test_what_is_put_is_locked_read_back_and_never_written_over(server: ObjectStore) -> None:
    store, until = S3Store(server.url, server.signer, system_clock), system_clock() + timedelta(days=365)
    await store.put(NAME, b"[1]", kept_until=until)
    assert server.objects == {
        "/audit/duebox/2026-05-21T090000Z.json": Stored(b"[1]", "COMPLIANCE", f"{until:%Y-%m-%dT%H:%M:%SZ}")
    }
    with pytest.raises(Invalid, match="is there already"):
        await store.put(NAME, b"[2]", kept_until=until)
    assert await store.get(NAME) == b"[1]"


async def test_a_store_that_refuses_or_is_away_is_named(server: ObjectStore) -> None:
    forged = S3Store(server.url, replace(server.signer, secret_key="another"), system_clock)
    with pytest.raises(Invalid, match="status 403"):
        await forged.put(NAME, b"[1]", kept_until=None)
    store = S3Store(server.url, server.signer, system_clock)
    with pytest.raises(Invalid, match="status 400"):
        await store.put(ObjectName("audit-unlocked", "a.json"), b"[1]", kept_until=system_clock())
    with pytest.raises(Invalid, match=r"there is no s3://"):
        await store.get(NAME)
    with pytest.raises(Unreachable):
        await S3Store(f"http://127.0.0.1:{free_port()}", server.signer, system_clock).get(NAME)
    assert server.objects == {}


@pytest.mark.parametrize("address", ["bucket/key", "s3://bucket", "s3://bucket/", "s3://B/k", "s3://bucket/a b?c"])
def test_what_is_no_address_of_an_object_is_refused(address: str) -> None:
    with pytest.raises(Invalid, match="is not the address of an object"):
        ObjectName.of(address)
