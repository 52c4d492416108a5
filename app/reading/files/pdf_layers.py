"""Which optional content of a PDF is not shown when it is opened (ISO 32000, §8.11)."""

from dataclasses import dataclass
from typing import Any

from pypdf.generic import ArrayObject

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Layers:
    """The numbers of the groups that are off at first."""

    off: frozenset[int] = frozenset()

    @staticmethod
    def of(catalog: Any) -> "Layers":
        properties = catalog.get("/OCProperties") or {}
        shown = properties.get("/D") or {}
        groups = {group.idnum: group for group in properties.get("/OCGs") or () if hasattr(group, "idnum")}
        off = _numbers(shown.get("/OFF"))
        if shown.get("/BaseState") == "/OFF":
            off |= groups.keys() - _numbers(shown.get("/ON"))
        for event in shown.get("/AS") or ():
            rule = event.get_object()
            if rule.get("/Event") == "/View":
                off |= {
                    number for number in _numbers(rule.get("/OCGs")) if number in groups and _is_off(groups[number])
                }
        return Layers(frozenset(off))

    def hides(self, holder: Any, name: str) -> bool:
        """Whether what an entry of a dictionary names, a group or a rule over groups, is not shown."""
        if name not in holder:
            return False
        reference = holder.raw_get(name)
        entry = reference.get_object()
        if entry is None or entry.get("/Type") != "/OCMD":
            return getattr(reference, "idnum", None) in self.off
        return not (self._holds(entry["/VE"], 0) if entry.get("/VE") is not None else self._is_on(entry))

    def _is_on(self, rule: Any) -> bool:
        """By the policy over its groups; without groups there is nothing to hide."""
        groups = rule.raw_get("/OCGs") if "/OCGs" in rule else ArrayObject()
        given = groups.get_object()
        on = [self._holds(group, 0) for group in (given if isinstance(given, list) else [groups])]
        policy = rule.get("/P", "/AnyOn")
        if not on:
            return True
        if policy in {"/AllOn", "/AnyOff"}:
            return all(on) is (policy == "/AllOn")
        return any(on) is (policy != "/AllOff")

    def _holds(self, expression: Any, depth: int) -> bool:
        """A visibility expression, an operator with its operands; one that is too deep holds."""
        if not isinstance(expression, list):
            return getattr(expression, "idnum", None) not in self.off
        if not expression or depth > _DEEPEST:
            return True
        told = [
            self._holds(part.get_object() if isinstance(part.get_object(), list) else part, depth + 1)
            for part in expression[1:]
        ]
        match str(expression[0]):
            case "/Not":
                return not all(told)
            case "/Or":
                return any(told)
        return all(told)


def _numbers(groups: Any) -> set[int]:
    return {group.idnum for group in groups or () if hasattr(group, "idnum")}


def _is_off(group: Any) -> bool:
    usage = group.get_object().get("/Usage") or {}
    view = usage.get_object().get("/View") if hasattr(usage, "get_object") else None
    return view is not None and view.get_object().get("/ViewState") == "/OFF"
