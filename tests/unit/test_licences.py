"""Every package of the lock bears a licence that fits ours (Apache-2.0), or one that binds the package alone."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"
FITS = re.compile(
    r"apache|\bmit\b|bsd|\bisc\b|psf|python software foundation|mozilla public license 2|mpl-2\.0"
    r"|\bl(?:esser )?gpl|gnu lesser|zlib|cc0|unlicense|blueoak",
    re.IGNORECASE,
)
"""LGPL and MPL: used as they come, replaceable, unchanged."""
READ_BY_HAND = {"dkimpy": "zlib", "axe-playwright-python": "MIT", "imapclient": "BSD-3-Clause"}
"""Their metadata names none, or says it in words of its own; read in their LICENSE file."""
ELSEWHERE = frozenset({"colorama", "httpx2-jsfetch"})
"""Locked for other systems, and not installed on ours."""


def licence_of(name: str) -> str:
    said = metadata(name)
    classifiers = [line for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    named = [*(said.get_all("License-Expression") or []), *(said.get_all("License") or [])]
    return " ".join([*classifiers, *(name[:80] for name in named)])


def test_every_locked_package_bears_a_licence_that_fits() -> None:
    names = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) > 100
    wrong = []
    for name in names:
        try:
            licence = READ_BY_HAND.get(name) or licence_of(name)
        except PackageNotFoundError:
            licence = "not installed" if name not in ELSEWHERE else "MIT"
        if not FITS.search(licence):
            wrong.append((name, licence))
    assert wrong == []
