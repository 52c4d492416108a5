"""The coming weeks of one customer: the planner, asked day by day as if each contact before had been made."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from app.domain.reminder import CustomerSituation, NextAction, PlanLine, SentReminder
from app.domain.workflow import ReminderPolicy
from app.reminders.schedule import plan


class Ahead(NamedTuple):
    day: date
    line: PlanLine


def outlook(situation: CustomerSituation, policy: ReminderPolicy, today: date, days: int) -> list[Ahead]:
    """What happens from today on for so many days, if the customer neither pays nor writes.

    What has no moment (no contact is known, all steps are done) would come again every day: only its first day counts.
    """
    found: list[Ahead] = []
    waiting: set[tuple[str, str]] = set()
    for ahead in range(days + 1):
        day = today + timedelta(days=ahead)
        for line in plan(situation, policy, day):
            if line.action is NextAction.WAIT:
                continue
            if line.send_at is not None:
                found.append(Ahead(line.send_at.date(), line))
                situation = _as_if_made(situation, line)
            elif (line.currency, line.company) not in waiting:
                waiting.add((line.currency, line.company))
                found.append(Ahead(day, line))
    return found


def _as_if_made(situation: CustomerSituation, line: PlanLine) -> CustomerSituation:
    if line.send_at is None or line.stage is None or line.channel is None:
        return situation
    made = SentReminder(line.stage, line.channel, line.send_at, line.currency, line.company)
    return replace(situation, sent=(*situation.sent, made), contacted=(*situation.contacted, line.send_at))
