"""What is asked at every start without Alembic has Alembic's answer; and the migrations make the tables of the classes,
there and back."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.db.engine import sync_engine
from app.db.migrating import MIGRATIONS, head, is_up_to_date, upgrade


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'duebox.db'}"


def test_the_head_is_the_one_that_alembic_finds() -> None:
    assert head() == ScriptDirectory.from_config(config()).get_current_head()


def test_the_migrations_make_the_tables_of_the_classes_and_can_be_undone(url: str) -> None:
    upgrade(url)
    engine = sync_engine(url)
    with engine.connect() as connection:
        asked = config()
        asked.attributes["connection"] = connection
        command.check(asked)
        command.downgrade(asked, "base")
        command.upgrade(asked, "head")
        command.check(asked)
        connection.commit()
    engine.dispose()


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
