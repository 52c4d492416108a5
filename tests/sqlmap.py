"""`python -m tests.sqlmap [WORD]`: sqlmap, signed in as an administrator, on every parameter of every page and call
that only reads, of a real `duebox serve` on PostgreSQL. (With a WORD, of those alone whose path has it.)

Prints how many addresses and parameters were tried, and each that sqlmap calls injectable; exits 1 when there is one.
sqlmap is a program of its own (Debian: `apt-get install sqlmap`). It takes its time, so that no test runs it.
"""

import csv
import http.cookiejar
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path as Folder

from fastapi import FastAPI
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from app.bootstrap import Services
from app.domain.review import Role
from app.logging import set_up_logging
from app.main import create_app
from tests.contract.__main__ import fill
from tests.running import PASSWORD, Installation
from tests.servers.postgres import Postgres

ENDLESS = ("/events", "/static")
"""Streams, which never end."""

CHOICES = ("--batch", "--disable-coloring", "--flush-session", "--dbms=postgresql", "--technique=BEUS", "--threads=4")
FIRST, CRITICAL = "1", "1"


def targets(app: FastAPI, ids: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Addresses of all that is asked by GET, every parameter filled in and marked, each with how many it has."""
    known = next(iter(ids), FIRST)
    for route in _routes(app.routes):
        if "GET" not in (route.methods or ()) or any(part in route.path for part in ENDLESS):
            continue
        path, marked = route.path, 0
        for name in route.param_convertors:
            path = re.sub(rf"\{{{name}(:\w+)?\}}", f"{known}*", path)
            marked += 1
        asked = urllib.parse.urlencode(dict.fromkeys(_asked(route), FIRST))
        count = marked + asked.count("=")
        if count:
            yield f"{path}?{asked}" if asked else path, count


def _routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        elif isinstance(route, APIRoute):
            yield route


def _asked(route: APIRoute) -> Iterator[str]:
    """Names of the query's parameters; a model's fields are parameters of their own."""
    for parameter in get_flat_params(route.dependant):
        if not isinstance(parameter.field_info, Path | Header | Cookie):
            yield parameter.alias


def signed_in(base: str, email: str) -> str:
    """A session's cookies, as a header has them."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = urllib.parse.urlencode({"email": email, "password": PASSWORD}).encode()
    with opener.open(f"{base}/login", form, timeout=30) as answer:
        assert answer.url.endswith("/queue") or answer.status == 200
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def attack(duebox: Installation, addresses: Iterable[str], *, token: str, cookies: str, folder: Folder) -> list[str]:
    """What sqlmap calls injectable."""
    program = shutil.which("sqlmap")
    if program is None:
        raise SystemExit("sqlmap is not on the PATH: apt-get install sqlmap")
    listed = folder / "addresses"
    listed.write_text("".join(f"{duebox.base}{address}\n" for address in addresses), encoding="utf-8")
    words = [program, *CHOICES, "-m", str(listed), f"--output-dir={folder}", f"--cookie={cookies}"]
    with (folder / "sqlmap.log").open("wb") as log:
        subprocess.run(  # noqa: S603  # the attacker, on our own instance
            [*words, f"--header=Authorization: Bearer {token}"], stdout=log, stderr=log, check=True
        )
    rows = [row for file in folder.glob("results-*.csv") for row in csv.DictReader(file.open(encoding="utf-8"))]
    return [
        f"{row['Target URL']}: {row['Place']} {row['Parameter']} ({row['Technique(s)']})"
        for row in rows
        if row["Parameter"]
    ]


def main(word: str) -> int:
    set_up_logging(level="CRITICAL")
    with tempfile.TemporaryDirectory(prefix="duebox-sqlmap-") as scratch, Postgres() as postgres:
        folder = Folder(scratch)
        with Installation(postgres.create_database(), folder) as duebox:
            duebox.furnish()
            token = duebox.add_user(Role.ADMIN)
            ids = fill(duebox)

            async def listed(services: Services) -> list[tuple[str, int]]:
                return list(targets(create_app(services, works=False), ids.values()))

            chosen = [(address, count) for address, count in duebox.within(listed) if word in address]
            found = attack(
                duebox,
                [address for address, _ in chosen],
                token=token,
                cookies=signed_in(duebox.base, f"{Role.ADMIN}@seller.example"),
                folder=folder,
            )
            tried = (folder / "sqlmap.log").read_text(encoding="utf-8", errors="replace")
    sys.stdout.write(f"{len(chosen)} addresses, {sum(count for _, count in chosen)} parameters, ")
    sys.stdout.write(f"{tried.count('does not seem to be injectable')} said to be safe, {len(found)} injectable\n")
    sys.stdout.write("".join(f"{one}\n" for one in found))
    return 1 if found or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
