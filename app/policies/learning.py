"""Reads [[reminders.experiment]] and [[reminders.automatic]]: what is tried out, and what may go without a person."""

from collections import Counter
from collections.abc import Collection

from app.domain.experiment import Experiment
from app.domain.intents import Tone
from app.domain.outcome import Automatic
from app.domain.reminder import Stage
from app.domain.workflow import Workflow
from app.policies.section import Section

LEAST_MOST = 50


def load_experiments(section: Section, workflows: Collection[Workflow]) -> tuple[Experiment, ...]:
    """Raises SettingInvalid."""
    tests = tuple(_experiment(table, workflows) for table in section.tables("experiment"))
    twice = [name for name, count in Counter(test.name for test in tests).items() if count > 1]
    if twice:
        section.refuse(f'two experiments are called "{twice[0]}"; a name tells whose arm a customer is in')
    return tests


def load_automatic(section: Section, workflows: Collection[Workflow]) -> tuple[Automatic, ...]:
    """Raises SettingInvalid."""
    return tuple(_automatic(table, workflows) for table in section.tables("automatic"))


def _experiment(section: Section, workflows: Collection[Workflow]) -> Experiment:
    section.only("name", "begin", "stages", "workflows", "tone", "hour", "wording", "most")
    name = section.text("name")
    if not name.replace("-", "").isalnum() or len(name) > 32:  # noqa: PLR2004  # stands in a column of 40 with its arm
        section.refuse("name must be up to 32 letters, digits and hyphens")
    ways = [way for way in ("tone", "hour", "wording") if section.has(way)]
    if len(ways) != 1:
        section.refuse(
            "must set exactly one of tone, hour and wording for the other arm: else nobody knows what helped"
        )
    test = Experiment(
        name=name,
        begin=section.day("begin"),
        stages=section.members("stages", Stage),
        workflows=_known(section, workflows),
        tone=section.word("tone", Tone) if "tone" in ways else None,
        hour=section.whole("hour", most=23) if "hour" in ways else None,
        wording=section.text("wording") if "wording" in ways else "",
        most=section.whole("most", 500, least=LEAST_MOST, most=100_000),
    )
    if Stage.FORMAL in test.stages or (Stage.COURTESY in test.stages and test.tone is Tone.FIRM):
        section.refuse("a formal notice is not tried out, and a courtesy is never firm")
    return test


def _automatic(section: Section, workflows: Collection[Workflow]) -> Automatic:
    section.only("workflows", "stages", "after", "edited", "disputed")
    automatic = Automatic(
        workflows=_known(section, workflows),
        stages=section.members("stages", Stage),
        after=section.whole("after", 50, least=10),
        edited=section.share("edited", 0.05),
        disputed=section.share("disputed", 0.05),
    )
    if not automatic.workflows:
        section.refuse("workflows must name at least one: what may go without a person is said one by one")
    persons = {workflow.name for workflow in workflows if workflow.for_natural_persons}
    if persons & automatic.workflows:
        section.refuse("natural persons are never written to without a person who decided it")
    if Stage.FORMAL in automatic.stages:
        section.refuse("a formal notice is ordered by a named person")
    return automatic


def _known(section: Section, workflows: Collection[Workflow]) -> frozenset[str]:
    named = section.words("workflows")
    odd = sorted(named - {workflow.name for workflow in workflows})
    if odd:
        section.refuse(f'workflows: there is none called "{odd[0]}"')
    return named
