"""While a new version is rolled out, this one works on a schema that has grown."""

import sqlalchemy as sa

from app.bootstrap import prepare_database
from app.db.base import Base
from app.db.engine import sync_engine
from app.domain.review import Action
from app.health import Health
from tests.instances import Instance, mail


async def test_this_version_works_on_a_schema_of_tomorrow(instance: Instance) -> None:
    engine = sync_engine(instance.url)
    with engine.begin() as connection:
        for table in Base.metadata.tables:
            connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN tomorrow_maybe text"))
            connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN tomorrow_surely text NOT NULL DEFAULT 'x'"))
        connection.execute(sa.text("CREATE TABLE tomorrow (id integer PRIMARY KEY)"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'one_of_tomorrow'"))
    engine.dispose()
    prepare_database(instance.url)
    health = Health(instance.database, instance.engine, instance.clock)
    assert (await health.readiness())["schema"] == "ok", "an old API is not taken out of service"
    (review,) = await instance.work(mail())
    done = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    instance.clock.advance(minutes=1)
    await instance.outbox.work(str(done.outbox_id))
    assert len(instance.sender.sent) == 1
