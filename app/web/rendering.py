"""Jinja environment of all pages: strict, escaping, and formatting in the reader's own locale and time zone.

Every template gets `page` (a `Page`); the filters read locale, zone and now from it, so no template formats by hand.
"""

import hashlib
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.web.filters import FILTERS
from app.web.frame import Page
from app.web.languages import NAMES, SOURCE, catalogue

DEFAULT_DIRECTORY = Path(__file__).parent / "templates"


class Templates:
    """Renders a template to text; a name missing from the context raises instead of printing nothing.

    Each language has an environment of its own, made at its first page: what a template says once for all pages, as
    `words.html` does, is then said in one language.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._asset = lru_cache(partial(asset_url, directory.parent / "static"))
        self._environments: dict[str, Environment] = {}

    def render(self, name: str, **context: object) -> str:
        page = context["page"]
        if not isinstance(page, Page):
            raise TypeError(f"{name} needs a Page under 'page'")
        return self.environment(page.language).get_template(name).render(context)

    def environment(self, language: str = SOURCE) -> Environment:
        found = self._environments.get(language)
        if found is None:
            found = self._environments[language] = self._environment(language)
        return found

    def _environment(self, language: str) -> Environment:
        made = Environment(
            loader=FileSystemLoader(self._directory),
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters.update(FILTERS)
        made.globals.update(asset=self._asset, language=language, languages=NAMES)
        made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
        return made


def templates(directory: Path = DEFAULT_DIRECTORY) -> Templates:
    return Templates(directory)


def asset_url(static: Path, name: str) -> str:
    """The address changes with the content, so a browser may keep the file for ever."""
    digest = hashlib.sha256((static / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
