"""A decision lived through again by `duebox audit replay`: the same route, or what has changed since."""

import asyncio
import json
import logging
import threading
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from app.cli import cli
from app.mind import build_mind
from app.policies import loading
from app.policies.loading import load_policy
from app.thinking import MindConfig
from app.triage.service import TriageService
from tests.instances import SECRET, instance_on, mail, on_sqlite

RULE = '[[rule]]\nname = "everybody-sees-a-person"\nwhen = { any_intent = ["payment_promise"] }\nthen = "review"\n\n'


async def decide(url: str) -> list[str]:
    """Two mails, decided on by the embedded model. Returns their ids."""
    async with instance_on(url) as instance:
        instance.triage = TriageService(instance.database, build_mind(MindConfig()), load_policy(), instance.clock)
        await instance.work(mail("We will pay INV-1 on 12 June 2026."), mail("The goods of INV-1 arrived broken."))
        return [str(message.id) for message in await instance.messages()]


def replayed(*ids: str) -> Result:
    """As from a shell: a process begins with an event loop, which the engine looks for."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    handlers, hook = set(logging.root.handlers), threading.excepthook
    try:
        return CliRunner().invoke(cli, ["audit", "replay", *ids, "--json"])
    finally:
        loop.close()
        structlog.reset_defaults()  # what the command logs to ends with it
        threading.excepthook = hook
        for handler in set(logging.root.handlers) - handlers:
            logging.root.removeHandler(handler)


@on_sqlite
def test_the_same_route_again_and_another_rule_is_named(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = asyncio.run(decide(migrated_url))
    monkeypatch.setenv("DUEBOX_SECRET_KEY", SECRET)
    monkeypatch.setenv("DUEBOX_DATABASE_URL", migrated_url)
    text = Path(loading.__file__).with_name("default.toml").read_text(encoding="utf-8")
    changed = tmp_path / "policy.toml"
    changed.write_text(text.replace("[[rule]]", f"{RULE}[[rule]]", 1), encoding="utf-8")
    monkeypatch.setenv("DUEBOX_POLICY_FILE", str(changed))
    found = replayed(*ids)
    assert found.exit_code == 1, found.output
    promise, dispute = json.loads(found.stdout)
    assert (promise["message_id"], dispute["message_id"]) == tuple(ids)
    assert promise["faults"] == ["today it would be review by everybody-sees-a-person"]
    assert (dispute["faults"], dispute["recorded"]) == ([], dispute["replayed"]), "what was said then, said again"
