"""Texts that make a backtracking engine work: made from the pattern, and those that are bad for many patterns."""

import re
from collections.abc import Iterator
from re import _constants as ops  # the parse tree of a pattern
from re import _parser as parser
from typing import Any

ENDLESS = 40
"""From this many repeats on, a bounded gap counts as one that a pump may fill."""
MOST_PUMPS = 40
BRANCHES = 3
TAILS = ("\x00", "\n!")
COMMON = (" ", "\t", "\n", "a", "A", "1", "-", ".", ",", "<", "a ", "1 ", "\n ", "a@", "<a ", "- ", "A1", "1.", "1,")


def texts(pattern: "re.Pattern[str]", length: int, most: int) -> Iterator[str]:
    """Each about so long: a beginning that fits, a part that repeats, and an end that does not fit."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    pumps = dict.fromkeys([*_pumps(list(tree), ""), *(("", pump) for pump in COMMON)])
    for before, pump in list(pumps)[:most]:
        if pump:
            yield f"{before}{pump * (length // len(pump))}{TAILS[len(pump) % len(TAILS)]}"


def _pumps(nodes: list[Any], before: str) -> Iterator[tuple[str, str]]:
    """What stands before a repeat, and what it repeats: for each repeat of the pattern, with and without the former."""
    for op, argument in nodes:
        if op in {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}:
            _, most, body = argument
            if most >= ENDLESS:
                for sample in _samples(list(body)):
                    yield before, sample
                    yield "", before + sample if before else sample
                    yield "", sample
            yield from _pumps(list(body), before)
        else:
            for inner in _inner(op, argument):
                yield from _pumps(inner, before)
        before += next(_samples([(op, argument)]), "")


def _inner(op: Any, argument: Any) -> Iterator[list[Any]]:
    if op is ops.SUBPATTERN:
        yield list(argument[3])
    elif op is ops.BRANCH:
        yield from (list(branch) for branch in argument[1])
    elif op in {ops.ASSERT, ops.ASSERT_NOT}:
        yield list(argument[1])
    elif op is ops.ATOMIC_GROUP:
        yield list(argument)


def _samples(nodes: list[Any]) -> Iterator[str]:
    """A few texts that fit."""
    found = [""]
    for op, argument in nodes:
        found = [one + more for one in found for more in _fitting(op, argument)][: 2 * BRANCHES]
    yield from dict.fromkeys(found)


def _fitting(op: Any, argument: Any) -> list[str]:  # noqa: PLR0911  # a table of the parse tree's operators
    match op:
        case ops.LITERAL:
            return [chr(argument)]
        case ops.NOT_LITERAL:
            return ["b" if argument == ord("a") else "a"]
        case ops.ANY:
            return ["a", " "]
        case ops.IN:
            return _of_set(argument)
        case ops.BRANCH:
            return [next(_samples(list(branch)), "") for branch in argument[1][:BRANCHES]]
        case ops.SUBPATTERN:
            return list(_samples(list(argument[3])))[:BRANCHES]
        case ops.ATOMIC_GROUP:
            return list(_samples(list(argument)))[:BRANCHES]
        case ops.MAX_REPEAT | ops.MIN_REPEAT | ops.POSSESSIVE_REPEAT:
            least, _, body = argument
            return [sample * max(least, 1) for sample in _samples(list(body))][:BRANCHES]
        case _:
            return [""]


def _of_set(parts: list[Any]) -> list[str]:
    """Characters of a set: of one that is negated, some common ones that are in it."""
    is_negated = parts[0][0] is ops.NEGATE
    source = [part for part in parts if part[0] is not ops.NEGATE]
    common = [char for char in " a1A\n.-,<_é" if any(_is_in(part, char) for part in source) is not is_negated]
    if common or is_negated:
        return common[:BRANCHES] or ["\x7f"]
    op, argument = source[0]
    return [chr(argument if op is ops.LITERAL else argument[0] if op is ops.RANGE else ord("a"))]


def _is_in(part: Any, char: str) -> bool:
    op, argument = part
    if op is ops.LITERAL:
        return bool(ord(char) == argument)
    if op is ops.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    tests: dict[Any, bool] = {
        ops.CATEGORY_DIGIT: char.isdigit(),
        ops.CATEGORY_SPACE: char.isspace(),
        ops.CATEGORY_WORD: char.isalnum() or char == "_",
    }
    opposite = {
        ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT,
        ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
        ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
    }
    if argument in opposite:
        return not tests[opposite[argument]]
    return bool(tests.get(argument, False))
