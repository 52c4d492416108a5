"""What an operator watches: the numbers are right, and every one that a dashboard or an alert names is there."""

import json
import math
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app.db.tables.system import Chain
from app.domain.audit import CHECKPOINT_TAKEN
from app.domain.review import Action
from app.health import BACKUP_TAKEN, Health
from app.jobs.lease import LEASE_SECONDS
from app.web.operations import router
from tests.instances import Instance, mail, on_sqlite

DEPLOYMENT = Path(__file__).parents[2] / "app" / "operations" / "deployment"
ALERTS, DASHBOARD = DEPLOYMENT / "prometheus" / "alerts.yaml", DEPLOYMENT / "grafana" / "duebox.json"
SELECTOR = re.compile(r"(duebox_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!=|=)\s*"([^"]*)"')
GROUPING = re.compile(r"by \(([\w, ]+)\)")

Sample = tuple[str, frozenset[tuple[str, str]]]


class Scrape:
    """What /metrics says, by name and labels."""

    def __init__(self, instance: Instance) -> None:
        app = FastAPI()
        app.include_router(router)
        health = Health(instance.database, instance.engine, instance.clock)
        app.state.services = SimpleNamespace(health=health, metrics_token="")
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://duebox")

    async def __call__(self) -> dict[Sample, float]:
        text = (await self.client.get("/metrics")).text
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
async def scrape(instance: Instance) -> AsyncIterator[Scrape]:
    made = Scrape(instance)
    yield made
    await made.client.aclose()


def sample(name: str, **labels: str) -> Sample:
    return name, frozenset(labels.items())


async def test_the_numbers_are_those_of_the_installation(instance: Instance, scrape: Scrape) -> None:
    empty = await scrape()
    ages = {"duebox_backup_age_seconds", "duebox_checkpoint_age_seconds"}
    assert all(value == (math.inf if name in ages else 0) for (name, _), value in empty.items())
    await instance.receive(mail(sender="a@elsewhere.example"), mail(sender="b@elsewhere.example"))
    instance.clock.advance(minutes=10)
    first, _ = await instance.messages()
    await instance.triage.work(str(first.id))
    (review,) = await instance.pending()
    await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    async with instance.database.write() as uow:
        assert await uow.leases.take("worker:one", "one", LEASE_SECONDS)
        uow.audit.add(BACKUP_TAKEN, chain=Chain.ACCESS)
        uow.audit.add(CHECKPOINT_TAKEN, chain=Chain.ACCESS)
    instance.clock.advance(minutes=5)
    said = await scrape()
    expected = {
        sample("duebox_messages_received_total"): 2,
        sample("duebox_messages", state="in_work"): 1,
        sample("duebox_messages", state="decided"): 1,
        sample("duebox_outbox", state="waiting"): 1,
        sample("duebox_jobs", queue="triage", standing="ready"): 2,
        sample("duebox_jobs", queue="outbox", standing="delayed"): 1,
        sample("duebox_oldest_seconds", what="message_in_work"): 900,
        sample("duebox_oldest_seconds", what="mail_due"): 270,
        sample("duebox_oldest_seconds", what="review_pending"): 0,
        sample("duebox_backup_age_seconds"): 300,
        sample("duebox_checkpoint_age_seconds"): 300,
    }
    assert {key: said[key] for key in expected} == expected


def expressions() -> Iterator[tuple[str, str]]:
    """Each query with the legend that names its series."""
    for rule in yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]:
        yield rule["expr"], ""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            yield target["expr"], target["legendFormat"]


@on_sqlite
async def test_every_metric_and_label_that_is_watched_is_exported(scrape: Scrape) -> None:
    values: dict[str, dict[str, set[str]]] = {}
    for name, labels in await scrape():
        known = values.setdefault(name, {})
        for label, value in labels:
            known.setdefault(label, set()).add(value)
    watched = set()
    for query, legend in expressions():
        ((name, matchers),) = SELECTOR.findall(query)
        watched.add(name)
        assert name in values, query
        for label, _, wanted in MATCHER.findall(matchers):
            assert set(wanted.split("|")) <= values[name][label], query
        grouped = {label.strip() for found in GROUPING.findall(query) for label in found.split(",")}
        assert grouped | set(re.findall(r"\{\{(\w+)\}\}", legend)) <= set(values[name]), query
    assert watched == values.keys(), "a number that nobody watches helps nobody"


def test_the_alert_rules_have_the_shape_that_prometheus_reads() -> None:
    said: dict[str, Any] = yaml.safe_load(ALERTS.read_text())
    assert said.keys() == {"groups"}
    (group,) = said["groups"]
    assert group.keys() == {"name", "rules"}
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"])
    for rule in group["rules"]:
        assert rule.keys() - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "action"}
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_no_panel_of_the_dashboard_covers_another() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    places = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
