"""The plan, asked once more about a reminder that was drafted from it: before an approval, and before it leaves."""

from dataclasses import replace
from datetime import date

from app.db.repositories.situations import Situations
from app.db.tables.reminders import ReminderRow
from app.db.uow import Uow
from app.domain.reminder import CustomerSituation, NextAction
from app.reminders.moments import zone_named
from app.reminders.schedule import plan
from app.reminders.service import ReminderService


async def is_still_wanted(uow: Uow, row: ReminderRow, plans: ReminderService) -> bool:
    """Whether the plan of today, or of the day on which it is to leave, wants this very reminder: the same items
    and sum, to the same contact. Days are the customer's: west of us a batch is drafted on the evening before."""
    customer = await uow.ledger.customer(row.customer_id)
    zone = zone_named(customer.timezone if customer else "")
    today = max(uow.clock(), row.send_at).astimezone(zone).date()
    situation = await _situation(uow, row, plans, today)
    return situation is not None and any(
        line.action is NextAction.REMIND
        and (line.company, line.currency, line.amount) == (row.company, row.currency, row.amount)
        and (line.invoices, line.credit_notes) == (tuple(row.invoices), tuple(row.credit_notes))
        and line.contact_id == row.contact_id
        for line in plan(situation, plans.policy, today)
    )


async def _situation(uow: Uow, row: ReminderRow, plans: ReminderService, today: date) -> CustomerSituation | None:
    """As the plan sees it, but for this reminder itself, which is about to count as a contact."""
    situations = Situations(uow.session, uow.words.keyring)
    stale = await situations.staleness(uow.clock(), plans.max_age)
    own = await uow.outbox.of_reminder(row.id)
    async for situation in situations.stream(
        today, stale=stale, with_delays=bool(plans.policy.moves), only=row.customer_id
    ):
        others = list(situation.contacted)
        if own is not None and own.send_after in others:
            others.remove(own.send_after)
        return replace(situation, contacted=tuple(others))
    return None
