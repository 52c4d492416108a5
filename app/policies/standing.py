"""Reads standing.toml and next_action.toml, or [standing] and [next_action] of the operator's one file in their place.
Whatever is wrong is named with the file and the place."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.domain.errors import SettingInvalid
from app.domain.next_action import FOR_A_PERSON, ActionKind, ActionPolicy, ActionRule, Occasion
from app.domain.priority import AgeWeight, PriorityWeights
from app.domain.signals import SignalLimits
from app.domain.standing import StandingPolicy

STANDING = Path(__file__).with_name("standing.toml")
NEXT_ACTION = Path(__file__).with_name("next_action.toml")

T = TypeVar("T")


def load_standing(own: Path | None = None) -> StandingPolicy:
    """What counts as a signal, and what each weighs. Raises SettingInvalid."""
    file, data = _section(own, "standing", STANDING)
    _only(file, "", data, {"version", "signals", "priority"})
    _only(file, "signals", data.get("signals", {}), set(SignalLimits.__dataclass_fields__))
    weights = data.get("priority", {})
    _only(file, "priority", weights, {"age", "risk"})
    for number, age in enumerate(weights.get("age", []), 1):
        _only(file, f"priority.age {number}", age, set(AgeWeight.__dataclass_fields__))
    data["priority"] = {"ages": weights.get("age"), "risks": weights.get("risk")}
    policy = _record(file, TypeAdapter(StandingPolicy), data)
    _check_weights(file, policy.priority)
    return policy


def load_actions(own: Path | None = None) -> ActionPolicy:
    """The rules of the next best action. Raises SettingInvalid."""
    file, data = _section(own, "next_action", NEXT_ACTION)
    _only(file, "", data, {"version", "rule"})
    for number, rule in enumerate(data.get("rule", []), 1):
        place = f'rule "{rule.get("name", number)}"'
        _only(file, place, rule, set(ActionRule.__dataclass_fields__))
        _only(file, place, rule.get("when", {}), set(Occasion.__dataclass_fields__))
    policy = _record(file, TypeAdapter(ActionPolicy), {"version": data.get("version"), "rules": data.get("rule")})
    _check_rules(file, policy.rules)
    return policy


def _section(operators: Path | None, key: str, shipped: Path) -> tuple[Path, dict[str, Any]]:
    """A table of the operator's file, or what ships where there is none, and the file that it is from."""
    own = _read(operators).get(key) if operators is not None else None
    if own is not None and not isinstance(own, dict):
        raise SettingInvalid(f"{operators}: {key} must be a table")
    return (operators, own) if operators is not None and own is not None else (shipped, _read(shipped))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingInvalid(f"{file}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingInvalid(f"{file}: is not TOML: {error}") from error


def _only(file: Path, place: str, table: Mapping[str, Any], known: set[str]) -> None:
    odd = sorted(set(table) - known)
    if odd:
        where = f"{place}: " if place else ""
        raise SettingInvalid(f'{file}: {where}"{odd[0]}" is not known here; use {", ".join(sorted(known))}')


def _record(file: Path, adapter: TypeAdapter[T], data: Mapping[str, Any]) -> T:
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingInvalid(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _check_weights(file: Path, weights: PriorityWeights) -> None:
    days = [age.days for age in weights.ages]
    rising = [age.weight for age in weights.ages]
    if not days or days[0] != 1 or days != sorted(set(days)) or rising != sorted(rising):
        raise SettingInvalid(f"{file}: priority.age: begin at days = 1, and let days and weights rise")
    if rising[0] < 0 or any(weight < 0 for weight in weights.risks.values()):
        raise SettingInvalid(f"{file}: priority: a weight below 0 would make a worse customer look better")


def _check_rules(file: Path, rules: tuple[ActionRule, ...]) -> None:
    if not rules or not rules[-1].when.is_empty or rules[-1].then is not ActionKind.WAIT:
        raise SettingInvalid(f'{file}: the last rule must be when = {{}} and then = "wait"')
    for rule in rules:
        is_whole = rule.stage is not None and rule.tone is not None
        if is_whole != (rule.then is ActionKind.REMIND):
            raise SettingInvalid(f'{file}: rule "{rule.name}": a reminder, and nothing else, has a stage and a tone')
        if rule.opens_task and rule.then not in FOR_A_PERSON:
            raise SettingInvalid(f'{file}: rule "{rule.name}": opens_task is for what a person does')
