"""Reads a policy file. Whatever is wrong is named with the file, the rule and the way to mend it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from app.domain.copies import Copying
from app.domain.errors import SettingInvalid
from app.domain.four_eyes import Guarded, SecondPersonRule
from app.domain.intents import Autonomy, Intent, Reason, Route, Tone
from app.domain.message import Machine
from app.domain.money import CURRENCY_CODE
from app.domain.policy import AutonomyRule, Condition, Limits, Policy, Rule, ToneRule
from app.policies.companies import companies
from app.policies.jurisdictions import load_jurisdictions
from app.policies.ledger import ledger_policy
from app.policies.queue import urgency_weights

DEFAULT = Path(__file__).with_name("default.toml")

E = TypeVar("E", bound=StrEnum)

_TOP = {
    "version",
    "rule",
    "autonomy",
    "tone",
    "limits",
    "sending_stopped",
    "reminders",
    "ledger",
    "company",
    "queue",
    "standing",
    "next_action",
    "second_person",
    "retention",
    "privacy",
    "answers",
}
_SUM = re.compile(r"\d{1,14}(?:\.\d{1,4})?")
_CONDITION = {
    "any_intent",
    "only_intents",
    "any_reason",
    "machines",
    "segments",
    "confidence_below",
    "known_contact",
    "names_invoice",
}


def load_policy(path: Path | None = None) -> Policy:
    """The policy of a file, or the one that ships. Raises SettingInvalid."""
    file = path or DEFAULT
    return policy_from(policy_text(path), str(file))


def policy_text(path: Path | None = None) -> str:
    """The file as it is written. Raises SettingInvalid."""
    file = path or DEFAULT
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingInvalid(f"{file}: cannot be read ({error.strerror}); check DUEBOX_POLICY_FILE") from error
    except UnicodeDecodeError as error:
        raise SettingInvalid(f"{file}: is not TOML: {error}") from error


def policy_from(text: str, name: str) -> Policy:
    """The policy that a text says; `name` is what the message calls it. Raises SettingInvalid."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingInvalid(f"{name}: is not TOML: {error}") from error
    return _policy(_Place(name), data)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file we are, for the message."""

    file: str
    where: str = ""

    def at(self, where: str) -> "_Place":
        return _Place(self.file, where)

    def refuse(self, what: str) -> NoReturn:
        raise SettingInvalid(f"{self.file}: {self.where + ': ' if self.where else ''}{what}")


def _policy(place: _Place, data: Mapping[str, Any]) -> Policy:
    _only(place, data, _TOP)
    version = data.get("version")
    if not isinstance(version, str) or not version:
        place.refuse('version is missing; add a line such as version = "2026-11-22"')
    stopped = data.get("sending_stopped", False)
    if not isinstance(stopped, bool):
        place.refuse("sending_stopped must be true or false")
    return Policy(
        version=version,
        rules=_rules(place, _tables(place, data, "rule")),
        autonomy=tuple(_autonomy(place.at(f"autonomy {n}"), t) for n, t in _numbered(place, data, "autonomy")),
        sending_stopped=stopped,
        tones=tuple(_tone(place.at(f"tone {n}"), t) for n, t in _numbered(place, data, "tone")),
        limits=_limits(place.at("limits"), data.get("limits", {})),
        ledger=ledger_policy(data.get("ledger", {}), place.at("ledger").refuse),
        second_person=tuple(
            _second_person(place.at(f"second_person {n}"), t) for n, t in _numbered(place, data, "second_person")
        ),
        copying=_copying(place.at("answers"), data.get("answers", {})),
        queue=urgency_weights(data.get("queue", {}), place.at("queue").refuse),
        companies=companies(_tables(place, data, "company"), lambda where, what: place.at(where).refuse(what)),
        jurisdictions=load_jurisdictions(),
    )


def _rules(place: _Place, tables: list[Mapping[str, Any]]) -> tuple[Rule, ...]:
    rules = tuple(_rule(place, number, table) for number, table in enumerate(tables, 1))
    if not rules:
        place.refuse("has no [[rule]]; the last one must match everything and send to a person")
    names = [rule.name for rule in rules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        place.at(f'rule "{twice}"').refuse("the name is used twice; every decision names its rule, so give one another")
    last = rules[-1]
    if not last.when.is_empty or last.route is not Route.REVIEW:
        place.at(f'rule "{last.name}"').refuse('the last rule must be when = {} and then = "review"')
    idle = next((rule for rule in rules[:-1] if rule.when.is_empty), None)
    if idle:
        place.at(f'rule "{idle.name}"').refuse("when is empty, so no later rule is ever read; say when it applies")
    return rules


def _rule(place: _Place, number: int, table: Mapping[str, Any]) -> Rule:
    name = table.get("name")
    if not isinstance(name, str) or not name:
        place.at(f"rule {number}").refuse('name is missing; add name = "…"')
    here = place.at(f'rule "{name}"')
    _only(here, table, {"name", "when", "then", "reasons"})
    if "when" not in table:
        here.refuse("when is missing; a rule that always holds says when = {}")
    return Rule(
        name=name,
        when=_condition(here, table["when"]),
        route=_word(here, "then", table.get("then"), Route),
        reasons=tuple(
            _word(here, "reasons", word, Reason) for word in _list(here, "reasons", table.get("reasons", []))
        ),
    )


def _condition(place: _Place, table: object) -> Condition:
    if not isinstance(table, dict):
        place.refuse('when must be a table such as { any_intent = ["dispute"] }')
    _only(place, table, _CONDITION)
    return Condition(
        any_intent=_words(place, "any_intent", table, Intent),
        only_intents=_words(place, "only_intents", table, Intent),
        any_reason=_words(place, "any_reason", table, Reason),
        machines=frozenset(machine.value for machine in _words(place, "machines", table, Machine)),
        segments=frozenset(_list(place, "segments", table.get("segments", []))),
        confidence_below=_share(place, "confidence_below", table.get("confidence_below")),
        known_contact=_claim(place, "known_contact", table.get("known_contact")),
        names_invoice=_claim(place, "names_invoice", table.get("names_invoice")),
    )


def _autonomy(place: _Place, table: Mapping[str, Any]) -> AutonomyRule:
    _only(place, table, {"intent", "segment", "autonomy"})
    intent, segment = table.get("intent", "*"), table.get("segment", "*")
    if intent != "*":
        intent = _word(place, "intent", intent, Intent).value
    if not isinstance(segment, str):
        place.refuse('segment must be a name or "*"')
    return AutonomyRule(intent, segment, _word(place, "autonomy", table.get("autonomy"), Autonomy))


def _second_person(place: _Place, table: Mapping[str, Any]) -> SecondPersonRule:
    _only(place, table, {"action", "currency", "above", "senior"})
    currency = table.get("currency")
    if not isinstance(currency, str) or not CURRENCY_CODE.fullmatch(currency):
        place.refuse('currency must be a code such as "EUR"')
    above = table.get("above")
    if not isinstance(above, str) or not _SUM.fullmatch(above):
        place.refuse('above must be a sum in quotes, such as "10000.00"')
    senior = _claim(place, "senior", table.get("senior", True))
    return SecondPersonRule(
        _word(place, "action", table.get("action"), Guarded), currency, Decimal(above), senior is True
    )


def _tone(place: _Place, table: Mapping[str, Any]) -> ToneRule:
    _only(place, table, {"when", "overdue_days", "broken_promises", "strategic", "natural_person", "tone"})
    return ToneRule(
        tone=_word(place, "tone", table.get("tone"), Tone),
        when=_condition(place, table.get("when", {})),
        overdue_days=_count(place, "overdue_days", table.get("overdue_days", 0)),
        broken_promises=_count(place, "broken_promises", table.get("broken_promises", 0)),
        strategic=_claim(place, "strategic", table.get("strategic")),
        natural_person=_claim(place, "natural_person", table.get("natural_person")),
    )


def _copying(place: _Place, table: object) -> Copying:
    if not isinstance(table, dict):
        place.refuse("must be a table")
    _only(place, table, {"copies"})
    return _word(place, "copies", table.get("copies", Copying.CONTACTS.value), Copying)


def _limits(place: _Place, table: object) -> Limits:
    if not isinstance(table, dict):
        place.refuse("must be a table")
    _only(place, table, {"draft_words"})
    words = table.get("draft_words", Limits().draft_words)
    if not _is_count(words) or not words:
        place.refuse("draft_words must be a whole number above 0")
    return Limits(draft_words=words)


def _tables(place: _Place, data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        place.refuse(f"{key} must be written as [[{key}]]")
    return tables


def _numbered(place: _Place, data: Mapping[str, Any], key: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    return enumerate(_tables(place, data, key), 1)


def _only(place: _Place, table: Mapping[str, Any], known: set[str]) -> None:
    odd = sorted(set(table) - known)
    if odd:
        place.refuse(f'"{odd[0]}" is not known here; use {", ".join(sorted(known))}')


def _words(place: _Place, key: str, table: Mapping[str, Any], kind: type[E]) -> frozenset[E]:
    return frozenset(_word(place, key, word, kind) for word in _list(place, key, table.get(key, [])))


def _word(place: _Place, key: str, word: object, kind: type[E]) -> E:
    known = [member.value for member in kind]
    if word not in known:
        place.refuse(f'{key}: "{word}" is not one of {", ".join(known)}')
    return kind(str(word))


def _list(place: _Place, key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        place.refuse(f'{key} must be a list of words, such as ["…"]')
    return value


def _share(place: _Place, key: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        place.refuse(f"{key} must be a number from 0 to 1")
    return float(value)


def _claim(place: _Place, key: str, value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        place.refuse(f"{key} must be true or false")
    return value


def _count(place: _Place, key: str, value: object) -> int:
    if not isinstance(value, int) or not _is_count(value):
        place.refuse(f"{key} must be a whole number, 0 or more")
    return value


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
