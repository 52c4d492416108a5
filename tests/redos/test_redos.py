"""No pattern that a mail meets takes more than linear time; all of them, at length: `python -m tests.redos`."""

import re

from tests.redos.__main__ import SHORT_LENGTH, fault_of
from tests.redos.patterns import WHERE_MAIL_IS_READ, Found, patterns

ENOUGH = 5


def test_what_takes_more_than_linear_time_is_found() -> None:
    for source in (r"(a+)+$", r"\s+\|", r"\w+@\w+", r"a.*?b", r"(?:x\s*)*\s*y"):
        assert fault_of(Found(re.compile(source), "", is_searched=True), SHORT_LENGTH), source
    for source in (r"\w+", r"(?<!\s)\s++\|", r"[^@\s]{1,64}@", r"^\s*x"):
        assert not fault_of(Found(re.compile(source), "", is_searched=True), SHORT_LENGTH), source
    assert not fault_of(Found(re.compile(r"\s+\|"), "", is_searched=False), SHORT_LENGTH), "matched from the start"


def test_patterns_where_mail_is_read_are_linear() -> None:
    found = patterns(WHERE_MAIL_IS_READ)
    assert len(found) > 300
    assert [fault for one in found if (fault := fault_of(one, SHORT_LENGTH, ENOUGH))] == []
