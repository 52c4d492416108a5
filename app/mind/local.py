"""Thinking about one mail, or one reminder. Whatever fails on the way, a person gets the mail, and the reason."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from agents.prompts import Prompts
from agents.reminders.brief import ReminderBrief
from agents.reminders.context import ReminderContext
from agents.reminders.graph import build_reminder_graph, draft_reminder
from agents.reminders.result import ReminderDraft
from agents.replies import Replies
from agents.triage.context import TriageContext
from agents.triage.graph import TriageGraph, build_graph, triage
from agents.triage.hearing import Hear, deaf
from agents.triage.state import Standing
from app.adapters.fallback_model import LEAVE, Leave
from app.domain.case import Case, Letter
from app.domain.errors import ModelUnavailable
from app.domain.intents import Reason, Route
from app.domain.message import Identity, ReadMail
from app.domain.policy import Policy
from app.domain.ports import Model, Redactor, Thought
from app.domain.proposal import Facts, Proposal
from app.domain.tracing import Step, StepName, Tracer, step
from app.mind.letter import Redacted, faceless, in_the_customers_language, redact, reply_text
from app.mind.restoring import restored

log = structlog.get_logger(__name__)

Read = Callable[[bytes, Identity], ReadMail]


class LocalMind:
    """The Mind port, in this process."""

    def __init__(
        self,
        *,
        redactor: Redactor,
        model: Model,
        prompts: Prompts,
        policy: Policy,
        read: Read,
        hear: Hear = deaf,
        reminders: ReminderContext | None = None,
        replies: Replies | None = None,
    ) -> None:
        self._redactor = redactor
        self._model = model
        self._prompts = prompts
        self._policy = policy
        self._read = read
        self._hear = hear
        self._replies = replies
        self._graph: TriageGraph = build_graph()
        self._reminders = reminders
        self._reminder_graph = build_reminder_graph()

    async def read(self, raw: bytes, identity: Identity) -> ReadMail:
        return self._read(raw, identity)

    async def think(self, case: Case, alone: bool = False) -> Thought:
        """Never raises for what a redactor or a model does: a person decides then. `alone`: ask no endpoint."""
        LEAVE.set(Leave(not alone))
        steps: list[Step] = []
        with Tracer(steps.append).step(StepName.MIND):
            thought = await self._think(in_the_customers_language(case))
        return replace(thought, steps=tuple(steps))

    async def _think(self, case: Case) -> Thought:
        try:
            with step(StepName.REDACT):
                redacted = redact(self._redactor, case)
        except Exception as error:  # promise 3: whatever the redactor does, no model sees the text
            log.warning("triage.redaction.failed", error=type(error).__name__)
            return Thought(self._unthought(case, Reason.REDACTION_FAILED), dict(case.vault))
        return Thought(await self._proposed(case, redacted), redacted.vault)

    async def _proposed(self, case: Case, redacted: Redacted) -> Proposal:
        try:
            proposal = await self._triage(case, redacted.letter)
            proposal = replace(proposal, pii=redacted.pii, reply_text=reply_text(case))
            return restored(proposal, case, {**redacted.vault, **redacted.greeting})
        except Exception as error:  # whatever a model answers, a person gets the mail, and at once
            log.warning("triage.model.failed", error=type(error).__name__)
            return replace(self._unthought(case, Reason.MODEL_UNAVAILABLE), pii=redacted.pii)

    async def remind(self, brief: ReminderBrief, alone: bool = False) -> ReminderDraft:
        """Word a reminder. Raises ModelUnavailable or ModelAnswerInvalid."""
        LEAVE.set(Leave(not alone))
        if self._reminders is None:
            raise ModelUnavailable("this mind words no reminders")
        steps: list[Step] = []
        with Tracer(steps.append).step(StepName.REMIND):
            draft = await draft_reminder(self._reminder_graph, brief, self._reminders)
        return replace(draft, steps=tuple(steps))

    async def _triage(self, case: Case, letter: Letter) -> Proposal:
        context = TriageContext(
            model=self._model,
            prompts=self._prompts,
            policy=self._policy,
            mailbox_address=case.mailbox_address,
            team=case.team,
            hear=self._hear,
            directions=case.directions,
            replies=self._replies,
        )
        standing = Standing(
            method=case.link.method,
            is_active_contact=case.link.contact is not None and case.link.contact.active,
            authentication=case.read.screening.authentication,
        )
        return await triage(self._graph, letter, faceless(case.link.account), standing, context)

    def _unthought(self, case: Case, reason: Reason) -> Proposal:
        """What a person gets when nothing could be thought: the mail, and the reason."""
        return Proposal(
            language=case.read.language,
            reply_text=reply_text(case),
            intents=(),
            facts=Facts(),
            invoices=(),
            route=Route.REVIEW,
            rule=reason.value.replace("_", "-"),
            reasons=(reason,),
            policy_version=self._policy.version,
        )
