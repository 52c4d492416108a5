"""Reads retention.toml. Whatever is wrong is named with the file and the place."""

import tomllib
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from app.domain.errors import SettingInvalid
from app.domain.retention import DEFAULT, Retention

RETENTION = Path(__file__).with_name("retention.toml")


def load_retention(file: Path = RETENTION) -> Retention:
    """Raises SettingInvalid."""
    try:
        retention = TypeAdapter(Retention).validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{file}: cannot be read ({type(error).__name__})") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise SettingInvalid(f"{file}: {place}: {problem['msg']}") from None
    if DEFAULT not in retention.jurisdiction:
        raise SettingInvalid(f"{file}: jurisdiction.{DEFAULT} is missing: it holds for countries without a table")
    return retention
