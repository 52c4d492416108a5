"""Every regular expression of the code base, and whether it is searched for.

Those that modules hold, by name or somewhere inside what they hold, are found in the modules themselves, so that what
is put together from parts is among them; those that functions write in place, by their syntax. How a named one is used
stands in the source: one that is only matched from the start is not looked for at every place of a text.
"""

import ast
import gc
import importlib
import pkgutil
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import cast

HOME = Path(__file__).parents[2]
PACKAGES = ("app", "agents", "evals")
WHERE_MAIL_IS_READ = ("app.reading", "app.domain", "app.adapters.redaction", "agents")
LEFT_OUT = frozenset({"evals.encoder", "evals.tune", "evals.tune_letters", "evals.upper_layers"})
"""They need PyTorch, which is not among the locked packages."""
ANCHORED = frozenset({"match", "fullmatch", "pattern", "flags"})
METHODS = frozenset({"search", "finditer", "findall", "sub", "subn", "split", "match", "fullmatch"})
HOLDERS = (dict, list, tuple, set, frozenset)

Place = tuple[str, str]
"""A file of ours, and a name in it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, where it stands, and whether it is searched for anywhere in a text."""

    pattern: "re.Pattern[str]"
    place: str
    is_searched: bool


def patterns(packages: tuple[str, ...] = PACKAGES) -> list[Found]:
    """All of them, each once."""
    found: dict[re.Pattern[str], Found] = {}
    for module in _modules(packages):
        path = Path(module.__file__ or "")
        uses, literals = _in_the_source(path)
        for name, pattern in _held(module):
            used: AbstractSet[str] = uses.get(name, frozenset())
            is_searched = not used or bool(used - ANCHORED)
            found.setdefault(pattern, Found(pattern, f"{path.relative_to(HOME)} {name}", is_searched))
        for line, pattern, method in literals:
            place = f"{path.relative_to(HOME)}:{line}"
            found.setdefault(pattern, Found(pattern, place, method not in ANCHORED))
    return list(found.values())


def _modules(packages: tuple[str, ...]) -> Iterator[ModuleType]:
    for package in packages:
        root = importlib.import_module(package)
        yield root
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if module.name not in LEFT_OUT and not module.name.endswith("__main__"):
                yield importlib.import_module(module.name)


def _held(module: ModuleType) -> Iterator[tuple[str, "re.Pattern[str]"]]:
    """The patterns within a module, by the name that leads to them."""
    for name, value in vars(module).items():
        if name.startswith("__") or isinstance(value, ModuleType):
            continue
        waiting, seen = [value], set[int]()
        while waiting:
            one = waiting.pop()
            if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                yield name, one
            is_ours = type(one).__module__.startswith(PACKAGES)
            if id(one) not in seen and (isinstance(one, HOLDERS) or is_ours):
                seen.add(id(one))
                waiting += gc.get_referents(one)


def _in_the_source(path: Path) -> tuple[Mapping[str, set[str]], list[tuple[int, "re.Pattern[str]", str]]]:
    """The methods that each named pattern is used with; and those that `re.search` and the like are given in place."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    uses: dict[str, set[str]] = defaultdict(set)
    loads = Counter[str]()
    literals: list[tuple[int, re.Pattern[str], str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            loads[node.id] += 1
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses[node.value.id].add(node.attr)
            loads[node.value.id] -= 1
        if isinstance(node, ast.Call) and _asks(node, METHODS) and isinstance(node.args[0], ast.Constant):
            method = cast(ast.Attribute, node.func).attr
            literals.append((node.lineno, re.compile(str(node.args[0].value)), method))
    for name in [name for name in uses if loads[name] > 0]:
        uses[name].add("handed on")
    return uses, literals


def _asks(node: ast.Call, methods: AbstractSet[str]) -> bool:
    """Whether this is a call of one of these functions of `re`."""
    asked = node.func
    is_of_re = isinstance(asked, ast.Attribute) and isinstance(asked.value, ast.Name) and asked.value.id == "re"
    return is_of_re and cast(ast.Attribute, asked).attr in methods
