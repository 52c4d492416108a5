"""An instance with one person of each role, in this process: pages and API without a server."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.domain.review import Role
from app.main import create_app
from tests.fakes import FixedClock
from tests.instances import SECRET
from tests.running import CONTACTS, CUSTOMERS, INVOICES, PASSWORD


@dataclass
class House:
    """An instance with one person of each role, in this process."""

    services: Services
    app: FastAPI
    clock: FixedClock
    tokens: Mapping[Role, str]

    @asynccontextmanager
    async def as_(self, role: Role | None) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://duebox.example") as http:
            if role is not None:
                answer = await http.post("/login", data={"email": f"{role}@seller.example", "password": PASSWORD})
                assert answer.status_code == 303
            yield http


@pytest.fixture
async def house(tmp_path: Path, migrated_file: Path) -> AsyncIterator[House]:
    shutil.copy(migrated_file, tmp_path / "duebox.db")
    async with house_on(f"sqlite:///{tmp_path / 'duebox.db'}", tmp_path) as built:
        yield built


@asynccontextmanager
async def house_on(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """The same on a database of either kind, with the schema and nothing in it."""
    settings = settings_from_environment(database_url=database_url, secret_key=SECRET)
    prepare_database(settings.database_url)
    clock = FixedClock()
    services = build(settings, clock=clock)
    tokens = {}
    for role in Role:
        email = f"{role}@seller.example"
        await services.identity.add_user(email=email, name=role.value, role=role, password=PASSWORD)
        tokens[role] = await services.identity.new_token(email)
    for kind, content in (("customers", CUSTOMERS), ("contacts", CONTACTS), ("invoices", INVOICES)):
        (tmp_path / f"{kind}.csv").write_text(content)
        await services.ledger.import_file(kind, tmp_path / f"{kind}.csv")
    yield House(services, create_app(services, works=False), clock, tokens)
    await services.close()
    services.engine.dispose()


def csrf_of(http: httpx.AsyncClient) -> str:
    """As the pages compute it: who has the session has the token."""
    session = http.cookies.get("duebox") or ""
    return sha256(b"duebox csrf\0" + session.encode()).hexdigest()
