"""Reminders: their stages."""

from enum import StrEnum


class Stage(StrEnum):
    """In the order in which they are sent; `courtesy` comes before the due date."""

    COURTESY = "courtesy"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FORMAL = "formal"
