"""The plan of one customer: a pure function of ledger, history, policy and date.

open items ─▶ listing (what may be named) ─▶ step (what is due) ─▶ gates (who engages, whom to write to, when, caps)
                       │ nothing left              │ not yet               │ one says no
                       ▼                           ▼                       ▼
                      wait                        wait                wait or task
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.domain.account import ContactRole
from app.domain.intents import LANGUAGES
from app.domain.reminder import (
    Addressee,
    Channel,
    CustomerSituation,
    NextAction,
    OpenItem,
    PlanLine,
    Stage,
    Why,
)
from app.domain.sentence import Sentence
from app.domain.workflow import ReminderPolicy, Step, Workflow
from app.reminders.listing import ORDER, Listing, net, sort_out, window
from app.reminders.moments import moment_for
from app.reminders.phrases import say, seen_from_due
from app.reminders.steps import Way, courtesy, sent_since, standing, way_of, workflow_of

ROLES = {role: rank for rank, role in enumerate(ContactRole)}
"""Accounts payable first, then management; the order of the enum."""

Named = Sequence[tuple[OpenItem, Decimal]]


def plan(situation: CustomerSituation, policy: ReminderPolicy, as_of: date) -> list[PlanLine]:
    """What happens with this customer on this day: a line a currency and company, at least one.

    At most one line contacts the customer: the longest overdue. The others wait for the caps.
    """
    listings, contacted = sort_out(situation, as_of), situation.contacted
    if not listings:
        return [_Planner(situation, policy, as_of, Listing(situation.currency, ""), contacted).wait(Why.PAID)]
    lines: list[PlanLine] = []
    for listing in listings:
        line = _Planner(situation, policy, as_of, listing, contacted).line()
        if line.send_at is not None:
            contacted = (*contacted, line.send_at)
        lines.append(line)
    return lines


def contact_for(situation: CustomerSituation) -> Addressee | None:
    """Whom to write to: the best role that can be reached, their language before another. Never retired or bounced."""
    able = [contact for contact in situation.contacts if contact.may_be_written_to]
    return min(able, key=lambda c: (ROLES[c.role], c.language != situation.language, c.email), default=None)


@dataclass(frozen=True, slots=True)
class _Planner:
    """One listing on its way to a line. `contacted`: the situation's moments and those of the lines before."""

    situation: CustomerSituation
    policy: ReminderPolicy
    as_of: date
    listing: Listing
    contacted: tuple[datetime, ...]

    def line(self) -> PlanLine:
        blocked = self._blocked()
        if blocked is not None:
            return self.wait(blocked, self.listing.overdue or self.listing.coming)
        workflow = workflow_of(self.situation, self.policy)
        if self.listing.overdue:
            return self._overdue(workflow)
        return self._before_due(workflow) or self._nothing_due()

    def _blocked(self) -> Why | None:
        """What concerns the customer as a whole, or all that they owe this company."""
        if self.listing.company in self.situation.stale:
            return Why.STALE_DATA
        if self.situation.hold_until is not None and self.situation.hold_until >= self.as_of:
            return Why.HOLD
        return Why.PAYMENT_SEEN if self.situation.payment_seen else None

    def _nothing_due(self) -> PlanLine:
        """Nothing can be named: the gravest thing that stops an invoice, else that none is due yet."""
        stopped = self.listing.stopped
        if stopped:
            why = min(stopped, key=ORDER.__getitem__)
            return self.wait(why, [(item, item.open) for item in stopped[why]])
        if self.listing.coming:
            return self.wait(Why.NOT_DUE, self.listing.coming)
        return self.wait(Why.NETTED, with_credit=True)

    def _overdue(self, workflow: Workflow) -> PlanLine:
        named = self.listing.overdue
        oldest = min(item.due_date for item, _payable in named)
        at = standing(self.situation, self.policy, workflow, oldest, self.listing)
        if at.on is not None and at.on > self.as_of:
            return self.wait(Why.NOT_DUE, named, with_credit=True, day=at.on)
        return self._ask(workflow, at.step, named)

    def _before_due(self, workflow: Workflow) -> PlanLine | None:
        step = courtesy(workflow)
        if step is None:
            return None
        named = self.listing.coming_within(self.as_of, window(self.as_of, step.days))
        if not named:
            return None
        first_due = min(item.due_date for item, _payable in named)
        if sent_since(self.situation, first_due + timedelta(days=step.days), self.listing):
            return None
        line = self._ask(workflow, step, named)
        is_too_late = line.send_at is not None and line.send_at.date() > first_due
        return None if is_too_late else line

    def _ask(self, workflow: Workflow, step: Step | None, named: Named) -> PlanLine:
        """A step is due; `None` when the workflow is at its end. The gates, in the order of `Why`."""
        amount = net(named, self.listing.credit_notes)
        if amount <= 0 or amount < self.policy.minimum_of(self.listing.currency):
            return self.wait(Why.NETTED if amount <= 0 else Why.BELOW_MINIMUM, named, with_credit=True)
        if self.situation.has_unanswered_mail:
            return self.wait(Why.UNANSWERED_MAIL, named, with_credit=True)
        for why, until in ((Why.TALK_FIRST, self._talk_until()), (Why.ENGAGED, self._quiet_until())):
            if until is not None:
                return self.wait(why, named, with_credit=True, day=until)
        if step is None:
            return replace(self.wait(Why.STEPS_DONE, named, with_credit=True), action=NextAction.TASK)
        aside = self._aside_until(workflow, step)
        if aside is not None:
            return self.wait(Why.PUT_ASIDE, named, with_credit=True, day=aside)
        return self._contact(workflow, step, named)

    def _talk_until(self) -> date | None:
        """A person's open task comes first, but not for ever: nobody may see to it."""
        since = self.situation.talk_since
        until = since.date() + timedelta(days=self.policy.talk_days) if since else None
        return until if until is not None and until > self.as_of else None

    def _quiet_until(self) -> date | None:
        days = self.policy.off_ramp.quiet_days_after_mail
        if not self.situation.replies or not days:
            return None
        until = max(self.situation.replies).date() + timedelta(days=days)
        return until if until > self.as_of else None

    def _aside_until(self, workflow: Workflow, step: Step) -> date | None:
        """What a person skipped or rejected rests for as long as two steps are apart."""
        asked = self.listing.company, self.listing.currency, step.stage
        days = [one.on for one in self.situation.put_aside if (one.company, one.currency, one.stage) == asked]
        until = max(days) + timedelta(days=workflow.days_between) if days else None
        return until if until is not None and until > self.as_of else None

    def _contact(self, workflow: Workflow, step: Step, named: Named) -> PlanLine:
        contact = contact_for(self.situation)
        way = way_of(self.situation, self.policy, workflow, step, self.as_of)
        if step.channel is Channel.EMAIL and contact is None:
            line = replace(self.wait(Why.NO_CONTACT, named, with_credit=True), action=NextAction.TASK)
            return self._stepped(line, workflow, step, way, contact)
        moment, told = moment_for(self.situation, contact, self.as_of, self.policy.hours, workflow.hour, asked=way.hour)
        if moment is None:
            return self.wait(Why.QUIET_HOURS, named, with_credit=True)
        if not self.policy.caps.allow(self.contacted, moment):
            return self.wait(Why.CONTACT_CAP, named, with_credit=True)
        action, reason = self._action(step)
        why = Sentence(
            "A step is due: {stage} step of “{workflow}”, {due}, {told}",
            stage=Sentence(step.stage.value),
            workflow=workflow.name,
            due=seen_from_due(step.days),
            told=told,
        )
        if reason is not Why.DUE:
            why = Sentence("{reason}. {why}", reason=say(reason), why=why)
        line = replace(self.wait(reason, named, with_credit=True), action=action, why=why, send_at=moment)
        return self._stepped(line, workflow, step, way, contact)

    def _action(self, step: Step) -> tuple[NextAction, Why]:
        """Only a plain e-mail is a reminder; what needs a person is a task."""
        if step.stage is Stage.FORMAL:
            return NextAction.TASK, Why.FORMAL_NEEDS_PERSON
        if self.situation.is_strategic:
            return NextAction.TASK, Why.STRATEGIC_ACCOUNT
        return NextAction.REMIND if step.channel is Channel.EMAIL else NextAction.TASK, Why.DUE

    def _stepped(self, line: PlanLine, workflow: Workflow, step: Step, way: Way, contact: Addressee | None) -> PlanLine:
        """With what a line says of the step that is due, and of whom it goes to."""
        spoken = (contact.language if contact is not None else "", self.situation.language)
        language = next((one for one in spoken if one in LANGUAGES), LANGUAGES[0])
        return replace(
            line,
            workflow=workflow.name,
            stage=step.stage,
            tone=way.tone,
            channel=step.channel,
            language=language,
            contact_id=contact.id if contact is not None else None,
            contact_email=contact.email if contact is not None else "",
            experiment=way.experiment,
            wording=way.wording,
        )

    def wait(self, why: Why, named: Named = (), *, with_credit: bool = False, day: date | None = None) -> PlanLine:
        """Nobody is contacted: the items that this is about, and the day from which on it may be otherwise."""
        notes = self.listing.credit_notes if with_credit else []
        return PlanLine(
            customer_id=self.situation.customer_id,
            currency=self.listing.currency,
            company=self.listing.company,
            action=NextAction.WAIT,
            reason=why,
            why=say(why, day or (self.situation.hold_until if why is Why.HOLD else None)),
            invoices=tuple(item.number for item, _payable in named),
            credit_notes=tuple(note.number for note in notes),
            amount=net(named, notes),
            days_overdue=max(self.listing.oldest_days(self.as_of), 0),
            oldest_due=min((item.due_date for item, _payable in named), default=None),
        )
