"""A column of bytes is either sealed under a master key, and then known to the rotation, or under a thread's key."""

import sqlalchemy as sa

from app.db.base import Base
from app.db.repositories.keys import SEALED
from app.db.tables.everything import TABLES

UNDER_A_THREADS_KEY = {"payloads.sealed", "conversations.vault", "messages.head", "history.head", "outbox.envelope"}
APART = {"conversations.sealed_key", "master_keys.sealed", "audit_entries.body"}
"""Sealed anew by themselves; the body of an audit entry holds no words."""


def test_every_mapped_class_is_listed() -> None:
    assert {mapper.class_ for mapper in Base.registry.mappers} == set(TABLES)


def test_the_rotation_knows_every_sealed_column() -> None:
    found = {
        f"{table.__tablename__}.{column.name}"
        for table in TABLES
        for column in table.__table__.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    rotated = {f"{column.class_.__tablename__}.{column.key}" for _, column in SEALED}
    assert found == rotated | UNDER_A_THREADS_KEY | APART
