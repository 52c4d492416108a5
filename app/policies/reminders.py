"""Reads the reminders' part of a policy file: [reminders] of the operator's one file, else the one that ships."""

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import available_timezones

from app.domain.clock import DayBegin
from app.domain.errors import SettingInvalid
from app.domain.intents import Tone
from app.domain.interest import InterestWish, Rate, half_year_of
from app.domain.reminder import RANK, Channel, Stage
from app.domain.workflow import ANY, MORNING, Caps, Hours, MoveRule, OffRamp, ReminderPolicy, Step, Workflow
from app.policies.interest_tables import load_interest_rules
from app.policies.jurisdictions import load_jurisdictions
from app.policies.learning import load_automatic, load_experiments
from app.policies.section import Section

SHIPPED = Path(__file__).with_name("reminders.toml")
DAY_HOURS = 24


def load_reminders(path: Path | None = None) -> ReminderPolicy:
    """The reminders' policy of a file, or the shipped one where the file says nothing. Raises SettingInvalid."""
    file = path or SHIPPED
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise SettingInvalid(f"{file}: cannot be read ({error.strerror}); check DUEBOX_POLICY_FILE") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingInvalid(f"{file}: is not TOML: {error}") from error
    if "reminders" not in data:
        return load_reminders(SHIPPED)
    return _policy(Section(str(file), "", data).table("reminders"), _laws(Section(str(file), "", data)))


def _laws(whole: Section) -> Mapping[str, str]:
    """By which law a company claims (app/policies/companies.py): that of its contracts, else that of its country, where
    we know of one. A company that says neither is under the policy's one law."""
    found, countries = {}, load_jurisdictions()
    for company in whole.tables("company"):
        law, country = company.said("contract_law"), company.said("country")
        if law:
            found[company.text("id")] = law
        elif country:
            known = countries.get(country)
            found[company.text("id")] = known.interest if known else ""
    return found


def _policy(section: Section, laws: Mapping[str, str]) -> ReminderPolicy:
    section.only(
        "version",
        "minimum",
        "minimums",
        "formal_days",
        "talk_days",
        "hours",
        "caps",
        "off_ramp",
        "move",
        "workflow",
        "experiment",
        "automatic",
        "interest",
        "morning",
    )
    workflows = tuple(_workflow(table) for table in section.tables("workflow"))
    _check_workflows(section, workflows)
    known = frozenset(segment for workflow in workflows for segment in workflow.segments)
    return ReminderPolicy(
        version=section.text("version"),
        workflows=workflows,
        moves=tuple(_move(table, known) for table in section.tables("move")),
        off_ramp=_off_ramp(section.table("off_ramp")),
        caps=_caps(section.table("caps")),
        hours=_hours(section.table("hours")),
        minimum=section.amount("minimum"),
        minimums=section.amounts("minimums"),
        formal_days=section.whole("formal_days", 14, least=7, most=60),
        talk_days=section.whole("talk_days", 7, most=60),
        experiments=load_experiments(section, workflows),
        automatic=load_automatic(section, workflows),
        interest=_interest(section.table("interest"), laws) if section.has("interest") else None,
        morning=_morning(section.table("morning")),
    )


def _check_workflows(section: Section, workflows: tuple[Workflow, ...]) -> None:
    names = Counter(workflow.name for workflow in workflows)
    segments = Counter(segment for workflow in workflows for segment in workflow.segments)
    twice = next((word for counted in (names, segments) for word, count in counted.items() if count > 1), None)
    if twice:
        section.refuse(f'"{twice}" stands in two workflows; one must be clear for every customer')
    if ANY not in segments:
        section.refuse('no workflow has segments = ["*"]; one must hold for every segment that no other names')
    if sum(workflow.for_natural_persons for workflow in workflows) != 1:
        section.refuse("exactly one workflow must say natural_persons = true")


def _workflow(section: Section) -> Workflow:
    section.only("name", "segments", "natural_persons", "hour", "days_between", "steps")
    steps = tuple(_step(table) for table in section.tables("steps"))
    persons, segments = section.claim("natural_persons"), section.words("segments")
    if not steps:
        section.refuse("has no steps")
    if persons == bool(segments):
        section.refuse("must name either segments or natural_persons = true")
    if any(a.days >= b.days or RANK[a.stage] >= RANK[b.stage] for a, b in pairwise(steps)):
        section.refuse("steps must rise in days and in stage")
    if persons and any(step.tone is Tone.FIRM for step in steps):
        section.refuse("natural persons are never written to firmly; use neutral or warm")
    return Workflow(
        name=section.text("name"),
        steps=steps,
        segments=segments,
        for_natural_persons=persons,
        hour=section.whole("hour", 9, most=DAY_HOURS - 1),
        days_between=section.whole("days_between", 7, least=2),
    )


def _step(section: Section) -> Step:
    section.only("days", "stage", "tone", "channel")
    step = Step(
        days=section.whole("days", least=-90),
        stage=section.word("stage", Stage),
        tone=section.word("tone", Tone),
        channel=section.word("channel", Channel),
    )
    if (step.stage is Stage.COURTESY) != (step.days <= 0):
        section.refuse("courtesy is for days of 0 or less, every other stage for days of 1 or more")
    if step.stage is Stage.COURTESY and (step.tone is Tone.FIRM or step.channel is not Channel.EMAIL):
        section.refuse("a courtesy is an e-mail, and never firm: nothing is owed yet")
    return step


def _move(section: Section, known: frozenset[str]) -> MoveRule:
    section.only("average_delay_above", "segment")
    segment = section.text("segment")
    if segment not in known:
        section.refuse(f'segment: no workflow names "{segment}"')
    return MoveRule(section.whole("average_delay_above"), segment)


def _off_ramp(section: Section) -> OffRamp:
    section.only("quiet_days_after_mail", "kept_promises", "more_days")
    usual = OffRamp()
    return OffRamp(
        section.whole("quiet_days_after_mail", usual.quiet_days_after_mail, most=60),
        section.whole("kept_promises", usual.kept_promises, least=1),
        section.whole("more_days", usual.more_days, most=60),
    )


def _caps(section: Section) -> Caps:
    section.only("a_week", "hours_apart")
    usual = Caps()
    return Caps(
        section.whole("a_week", usual.a_week, least=1, most=7),
        section.whole("hours_apart", usual.hours_apart, least=DAY_HOURS, most=7 * DAY_HOURS),
    )


def _hours(section: Section) -> Hours:
    section.only("begin", "end")
    usual = Hours()
    hours = Hours(section.clock("begin", usual.begin), section.clock("end", usual.end))
    if not hours.begin <= hours.nearest(0) < hours.end:
        section.refuse("end must be at least a full hour after begin")
    return hours


def _morning(section: Section) -> DayBegin:
    section.only("at", "timezone")
    begin = DayBegin(section.clock("at", MORNING.at), section.text("timezone", MORNING.zone))
    if begin.zone not in available_timezones():
        section.refuse(f'there is no time zone "{begin.zone}"; write it as Europe/Berlin')
    return begin


def _interest(section: Section, laws: Mapping[str, str]) -> InterestWish:
    """Which laws they are: the tables of their rates are checked at once, not when the first letter is due."""
    section.only("law", "stages", "rates_checked", "rate")
    tables = load_interest_rules()
    law = section.text("law") if section.has("law") else ""
    for named in filter(None, (law, *laws.values())):
        if named not in tables:
            section.refuse(f'law: "{named}" is not one of {", ".join(tables)}')
    if not law and not any(laws.values()):
        section.refuse('name the law of your contracts: law = "…" here, or contract_law or country in each [[company]]')
    rates: dict[str, tuple[Rate, ...]] = {}
    for table in section.tables("rate"):
        of, rate = _rate(table, law, tables)
        rates[of] = (*rates.get(of, ()), rate)
    wish = InterestWish(law, section.members("stages", Stage), section.claim("rates_checked"), rates, laws)
    if Stage.COURTESY in wish.stages:
        section.refuse("a courtesy claims nothing: nothing is late yet")
    doubted = [
        rate
        for used in sorted(wish.used)
        for rate in tables[used].rates
        if not rate.is_confirmed and rate.since not in {own.since for own in rates.get(used, ())}
    ]
    if doubted and not wish.rates_checked:
        sources = " and ".join(dict.fromkeys(rate.source for rate in doubted))
        section.refuse(f"compare the rates in app/policies/interest with {sources}, then set rates_checked = true")
    return wish


def _rate(section: Section, usual: str, tables: Collection[str]) -> tuple[str, Rate]:
    """A law, and a reference rate of it that the operator has read where `source` says: nobody else need confirm it."""
    section.only("law", "since", "percent", "source")
    law = section.text("law", usual)
    if law not in tables:
        section.refuse(f'law: "{law}" is not one of {", ".join(tables)}')
    since = section.day("since")
    if half_year_of(since) != since:
        section.refuse(f"since: a rate begins on 1 January or 1 July, not on {since}")
    return law, Rate(since, section.percent("percent"), section.text("source"), is_confirmed=True)
