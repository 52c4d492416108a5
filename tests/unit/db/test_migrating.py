"""What is asked at every start without Alembic has Alembic's answer."""

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.db.engine import sync_engine
from app.db.migrating import MIGRATIONS, head, is_up_to_date, upgrade


def test_the_head_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert head() == ScriptDirectory.from_config(config).get_current_head()


def test_an_empty_database_an_old_one_and_a_current_one_are_told_apart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'duebox.db'}"
    engine = sync_engine(url)
    assert not is_up_to_date(engine)
    upgrade(url)
    assert is_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'an_older_one'"))
    assert not is_up_to_date(engine)
    engine.dispose()
