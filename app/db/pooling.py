"""Whether a pooler stands between us and PostgreSQL that lends each transaction another session of the server.

What belongs to a session gets lost there: the lock of an upgrade, prepared statements, the news that pages wait for.
"""

import sqlalchemy as sa

from app.db.engine import sync_engine

_SESSION = sa.select(sa.func.pg_backend_pid())


def lends_sessions(url: str) -> bool:
    """Whether one connection of ours is two sessions of the server, while another one has taken the first.

    A busy pooler may hide it; a server that is asked directly never looks like one. Raises SQLAlchemyError or OSError.
    """
    engine = sync_engine(url, pool_size=2)
    try:
        with engine.connect() as one, engine.connect() as other:
            before = one.scalar(_SESSION)
            one.commit()
            other.execute(_SESSION)
            return one.scalar(_SESSION) != before
    finally:
        engine.dispose()
