"""Each day a checkpoint of the audit chains goes where the settings say, and is noted once it lies there."""

import json
from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.adapters.object_store import S3Store
from app.audit.checkpoints import CheckpointService, Place
from app.audit.service import AuditService
from app.bootstrap import build, settings_from_environment
from app.db.tables.system import AuditRow, Chain
from app.domain.audit import CHECKPOINT_TAKEN
from app.domain.errors import Invalid, SettingInvalid, Unreachable
from app.domain.ports import Delivery, MayBegin, ObjectStore, SendResult
from app.operations.administration import verify_audit
from app.operations.doctor import examine
from tests.instances import SECRET, Instance, on_sqlite
from tests.servers.object_store import ObjectStore as StoreServer
from tests.tampering import lay_open

pytestmark = on_sqlite


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody else's; beside it lies the database."""
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


@pytest.fixture(autouse=True)
async def worked(instance: Instance) -> None:
    async with instance.database.write() as uow:
        uow.audit.add("test.thing.happened")


class Post:
    """A sender whose server does with every mail what `result` says."""

    def __init__(self, result: SendResult = SendResult.SENT) -> None:
        self.result = result
        self.sent: list[tuple[bytes, list[str]]] = []

    async def send(
        self,
        raw: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        may_begin: MayBegin | None = None,
        waits_for_copies: bool = False,
    ) -> Delivery:
        self.sent.append((raw, list(recipients)))
        return Delivery(self.result)


def checkpoints(
    instance: Instance, place: Place, post: Post | None = None, store: ObjectStore | None = None
) -> CheckpointService:
    audit = AuditService(instance.database)
    return CheckpointService(instance.database, audit, post or Post(), store, instance.clock, place)


async def taken(instance: Instance) -> int:
    async with instance.database.read() as uow:
        noted = sa.select(sa.func.count()).where(AuditRow.chain == Chain.ACCESS, AuditRow.kind == CHECKPOINT_TAKEN)
        return int(await uow.session.scalar(noted) or 0)


async def test_in_a_folder_it_proves_later_that_nothing_was_cut_off(instance: Instance, outside: Path) -> None:
    await checkpoints(instance, Place(str(outside))).keep_daily()
    (file,) = outside.iterdir()  # noqa: ASYNC240
    assert await taken(instance) == 1
    with pytest.raises(Invalid, match="cannot be written"):  # never over one that lies there
        await checkpoints(instance, Place(str(outside))).keep_daily()
    assert await taken(instance) == 1
    (head,) = (point for point in json.loads(file.read_bytes()) if point["chain"] == "decisions")
    async with instance.database.write() as uow:
        await lay_open(uow.session)
        await uow.session.execute(
            sa.delete(AuditRow).where(AuditRow.chain == Chain.DECISIONS, AuditRow.seq == head["seq"])
        )
    services = build(settings_from_environment(database_url=instance.url, secret_key=SECRET))
    cut, _ = await verify_audit(services, file.read_bytes(), file.name)
    await services.close()
    assert (cut["first_bad"], cut["reason"]) == (head["seq"], "missing")


async def test_in_an_object_store_it_is_locked_for_so_many_days(instance: Instance) -> None:
    with StoreServer() as server:
        store = S3Store(server.url, server.signer, instance.clock)
        await checkpoints(instance, Place("s3://audit/duebox", 30), store=store).keep_daily()
        ((path, stored),) = server.objects.items()
    assert path.startswith("/audit/duebox/2026-")
    assert (stored.mode, stored.kept_until) == (
        "COMPLIANCE",
        f"{instance.clock() + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
    )


async def test_a_mail_that_did_not_leave_is_tried_again_and_one_of_unknown_fate_is_not(instance: Instance) -> None:
    place = Place("mailto:auditor@outside.example")
    for result in (SendResult.TRY_LATER, SendResult.REFUSED):
        with pytest.raises(Unreachable):
            await checkpoints(instance, place, Post(result)).keep_daily()
    await checkpoints(instance, place, Post(SendResult.UNKNOWN)).keep_daily()
    assert await taken(instance) == 0
    post = Post()
    await checkpoints(instance, place, post).keep_daily()
    ((raw, recipients),) = post.sent
    (attached,) = message_from_bytes(raw, policy=default).iter_attachments()
    assert recipients == ["auditor@outside.example"]
    assert json.loads(attached.get_content())[0]["chain"] == "decisions"
    assert await taken(instance) == 1


async def test_the_settings_make_it_a_daily_work_and_doctor_tells_when_none_is_taken(
    instance: Instance, outside: Path
) -> None:
    place = {"to": str(outside)}
    settings = settings_from_environment(database_url=instance.url, secret_key=SECRET, checkpoints=place)
    before = {finding.part: finding for finding in await examine(settings)}
    services = build(settings)
    done = await services.daily.look()
    await services.close()
    after = {finding.part: finding for finding in await examine(settings)}
    assert "checkpoint" in done
    assert len(list(outside.iterdir())) == 1  # noqa: ASYNC240
    assert [found["checkpoints"].is_ok for found in (before, after)] == [False, True]
    with pytest.raises(SettingInvalid, match="DUEBOX_OBJECT_STORE__ENDPOINT"):
        build(settings_from_environment(database_url=instance.url, secret_key=SECRET, checkpoints={"to": "s3://a/b"}))
