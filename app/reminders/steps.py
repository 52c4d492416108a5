"""Which step of a workflow a customer stands before."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.experiment import Arm, experiment_for
from app.domain.intents import Tone
from app.domain.reminder import RANK, Channel, CustomerSituation, SentReminder, Stage
from app.domain.workflow import ReminderPolicy, Step, Workflow
from app.reminders.listing import Listing

FIRMER = {Tone.WARM: Tone.NEUTRAL, Tone.NEUTRAL: Tone.FIRM, Tone.FIRM: Tone.FIRM}


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer before the next step of their workflow; `step` is None when all are done, `on` is its day."""

    workflow: Workflow
    step: Step | None
    on: date | None = None


def workflow_of(situation: CustomerSituation, policy: ReminderPolicy) -> Workflow:
    return policy.workflow_for(
        situation.segment, is_natural_person=situation.is_natural_person, average_delay=situation.average_delay
    )


def standing(
    situation: CustomerSituation, policy: ReminderPolicy, workflow: Workflow, oldest_due: date, listing: Listing
) -> Standing:
    """The first step after those that were sent while the oldest invoice was overdue: one before was about others.

    No step is skipped upward, and each keeps its distance from the one before. A courtesy is left out by the caller,
    who asks with an overdue invoice, and asks for one by `courtesy`.
    """
    steps = [step for step in workflow.steps if step.stage is not Stage.COURTESY]
    sent = sent_since(situation, oldest_due + timedelta(days=workflow.steps[0].days), listing)
    about_it = (reminder for reminder in sent if reminder.sent_at.date() > oldest_due)
    highest = max((RANK[reminder.stage] for reminder in about_it), default=RANK[Stage.COURTESY])
    step = next((step for step in steps if RANK[step.stage] > highest), None)
    if step is None:
        return Standing(workflow, None)
    on = oldest_due + timedelta(days=step.days + extra_days(situation, policy))
    if sent:
        last = max(reminder.sent_at for reminder in sent).date()
        on = max(on, last + timedelta(days=workflow.days_between))
    return Standing(workflow, step, on)


def courtesy(workflow: Workflow) -> Step | None:
    return next((step for step in workflow.steps if step.stage is Stage.COURTESY), None)


def sent_since(situation: CustomerSituation, day: date, listing: Listing) -> list[SentReminder]:
    """What was sent about this debt: earlier reminders belong to invoices that are settled, others to another of our
    companies."""
    of_it = listing.currency, listing.company
    return [one for one in situation.sent if (one.currency, one.company) == of_it and one.sent_at.date() >= day]


def extra_days(situation: CustomerSituation, policy: ReminderPolicy) -> int:
    """Who keeps promises is given more time."""
    ramp = policy.off_ramp
    keeps = situation.kept_promises >= ramp.kept_promises and not situation.broken_promises
    return ramp.more_days if keeps and not situation.is_natural_person else 0


@dataclass(frozen=True, slots=True)
class Way:
    """How a step is taken. `hour`: a local hour that a test asks for, None for the usual one."""

    tone: Tone
    hour: int | None = None
    wording: str = ""
    experiment: str = ""


def way_of(situation: CustomerSituation, policy: ReminderPolicy, workflow: Workflow, step: Step, as_of: date) -> Way:
    """As the step says, or as the customer's arm of a test does. Tests are for plain e-mails to companies: nothing is
    tried out on natural persons, on strategic accounts, or on who broke a promise and is due a firmer tone."""
    tone = _tone_of(step, situation)
    test = experiment_for(policy.experiments, workflow.name, step.stage, as_of)
    is_apart = situation.is_natural_person or situation.is_strategic or tone is not step.tone
    if test is None or is_apart or step.channel is not Channel.EMAIL:
        return Way(tone)
    arm = test.arm_of(situation.customer_id)
    label = f"{test.name}:{arm}"
    if arm is Arm.USUAL:
        return Way(tone, experiment=label)
    return Way(test.tone or tone, test.hour, test.wording, label)


def _tone_of(step: Step, situation: CustomerSituation) -> Tone:
    """A broken promise makes the step's tone one shade firmer, never for natural persons."""
    if situation.broken_promises and not situation.is_natural_person and step.stage is not Stage.COURTESY:
        return FIRMER[step.tone]
    return step.tone
