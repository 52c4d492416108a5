"""The files for systemd and Kubernetes fit the program: its settings, its commands, its addresses."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from app.cli import cli
from app.settings import names
from app.web.operations import router
from tests.servers.process import find_program

DEPLOYMENT = Path(__file__).parents[2] / "app" / "operations" / "deployment"
UNITS = DEPLOYMENT / "systemd"
CHART = DEPLOYMENT / "helm" / "duebox"
INSTALLED = "/opt/duebox/.venv/bin/duebox"


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS.glob("*.service"):
        (tmp_path / unit.name).write_text(unit.read_text().replace(INSTALLED, "/bin/true"))
        (tmp_path / f"{unit.name}.d").mkdir()
        (tmp_path / f"{unit.name}.d" / "hardening.conf").write_text((UNITS / "hardening.conf").read_text())
    program = find_program(["systemd-analyze"], folders=["/usr/bin"], package="systemd")
    said = subprocess.run(  # noqa: S603  # our own units
        [program, "verify", "--man=no", "./duebox.service", "./duebox-worker@1.service"],
        cwd=tmp_path,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda unit: unit.name)
def test_each_unit_runs_a_command_that_there_is(unit: Path) -> None:
    ((program, words),) = re.findall(r"^ExecStart=(\S+) (.+)$", unit.read_text(), re.MULTILINE)
    assert program == INSTALLED
    assert is_command(words.split())


def test_every_setting_that_the_units_and_the_chart_name_is_one_of_ours() -> None:
    named = set(re.findall(r"DUEBOX_[A-Z_]+", (UNITS / "hardening.conf").read_text()))
    for path in CHART.rglob("*.yaml"):
        named |= set(re.findall(r"DUEBOX_[A-Z_]+[A-Z]", path.read_text()))
    known = names() | {f"{name}_FILE" for name in names()}
    assert named
    assert named <= known, named - known


def test_the_chart_runs_our_commands_and_asks_our_addresses() -> None:
    templates = "\n".join(path.read_text() for path in (CHART / "templates").glob("*.yaml"))
    commands = re.findall(r"args: \[([\w, ]+)\]", templates)
    assert sorted(commands) == ["db, upgrade", "serve", "worker"]
    assert all(is_command(command.split(", ")) for command in commands)
    probes = set(re.findall(r"path: (/\w+), port: http", templates))
    assert probes <= {getattr(route, "path", "") for route in router.routes}
    assert probes == {"/healthz", "/readyz"}


def test_the_values_name_what_the_templates_use() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    used = set()
    for path in (CHART / "templates").iterdir():
        used |= set(re.findall(r"\.Values((?:\.\w+)+)", path.read_text()))
    for dotted in used:
        found = values
        for word in dotted.strip(".").split("."):
            assert word in found, dotted
            found = found[word]


def is_command(words: list[str]) -> bool:
    found = get_command(cli)
    for word in words:
        found = found.commands[word]  # type: ignore[attr-defined]  # a group, as long as there are words
    return True
