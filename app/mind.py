"""Thinking, in a process of its own: the composition root of the readers, the redactor, the model and the graph.

    ReadMail ─▶ redact (subject, body, attachments, note, sender: in one go) ─▶ Letter ─▶ graph ─▶ restore ─▶ Thought
                   └─ fails: no model is asked, a person decides

A MindConfig is plain data, so that a spawned process can be handed one.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import structlog

from agents import prompts as prompt_files
from agents import replies as reply_files
from agents.addressing import ALWAYS_IN_FULL, addressee_of, is_on_first_name_terms
from agents.prompts import Prompts
from agents.reminders.brief import ReminderBrief
from agents.reminders.context import ReminderContext
from agents.reminders.graph import build_reminder_graph, draft_reminder
from agents.reminders.letters import Letters
from agents.reminders.result import ReminderDraft
from agents.replies import Replies
from agents.triage.context import TriageContext
from agents.triage.graph import TriageGraph, build_graph, triage
from agents.triage.hearing import Hear, deaf, hearing
from agents.triage.state import Standing
from app.adapters.child import serve
from app.adapters.clamd import Clamd
from app.adapters.dns import DnsKeys
from app.adapters.egress import Egress
from app.adapters.embedded_model import EmbeddedModel
from app.adapters.embedded_writer import EmbeddedWriter
from app.adapters.file_reader import FileReader
from app.adapters.openai_model import DOES_WITHOUT, Endpoint, FallbackModel, OpenAIModel
from app.adapters.presidio import PresidioRedactor
from app.adapters.second_reader import SecondReader
from app.adapters.signatures import SignatureCheck
from app.domain.account import Account
from app.domain.case import Case, Letter
from app.domain.errors import ModelAnswerInvalid, ModelUnavailable, SettingInvalid
from app.domain.intents import Reason, Route
from app.domain.message import Identity, ReadMail, Screening
from app.domain.policy import Policy
from app.domain.ports import Model, Redactor, Thought
from app.domain.proposal import BODY, SUBJECT, Draft, Evidence, Facts, IntentFinding, Proposal
from app.domain.text import PiiSpan, RawText, Span, restore, text_of
from app.domain.tracing import Step, StepName, Tracer, step
from app.policies.loading import load_policy
from app.policies.reminders import load_reminders
from app.reading.answers import with_what_is_answered
from app.reading.classifier import Classifier, ModelFileUnusable
from app.reading.impostors import signs_beside_the_ledger
from app.reading.reading import read_mail
from app.reading.senders import has_own_verdict
from app.thinking import MindConfig, check_config

REDACTED = 60_000
"""Code points of a text that are redacted, five times of what a model is shown; no writer's own words are longer."""

log = structlog.get_logger(__name__)

Read = Callable[[bytes, Identity], ReadMail]


def build_mind(config: MindConfig) -> "LocalMind":
    """Checks the settings, then loads everything that is slow to load. Raises SettingInvalid."""
    return _mind(config, None)


def build_replay(config: MindConfig, recorded: Model) -> "LocalMind":
    """A mind that is told again what its models said; all else is as in `build_mind`."""
    return _mind(config, recorded)


def _mind(config: MindConfig, recorded: Model | None) -> "LocalMind":
    check_config(config)
    forget_old_tracing()
    prompts, policy = (
        Prompts.load(config.prompts_directory or prompt_files.DEFAULT_DIRECTORY),
        load_policy(config.policy_path),
    )
    classifier = _classifier()
    replies = Replies.load(config.replies_directory or reply_files.DEFAULT_DIRECTORY)
    embedded = EmbeddedModel(classifier, replies)
    redactor = PresidioRedactor.create(is_strict=config.provider != "embedded")
    return LocalMind(
        redactor=redactor,
        model=_model(config, embedded, policy, recorded),
        prompts=prompts,
        policy=policy,
        read=_reader(config, policy),
        hear=hearing(classifier),
        reminders=build_reminder_context(config),
        replies=replies,
    )


def _reader(config: MindConfig, policy: Policy) -> Read:
    """Mails are read here, the files in them in a process of its own, after a malware scanner where there is one."""
    accounts = policy.accounts
    files, scanner = FileReader(), Clamd(config.clamd) if config.clamd else None
    resolver = config.dkim_resolver
    signatures = SignatureCheck(DnsKeys(resolver), config.arc_sealers) if resolver else None

    def read(raw: bytes, identity: Identity) -> ReadMail:
        identity = replace(identity, accounts=accounts)
        open_file = files.for_one_mail()
        found = read_mail(raw, identity, scanner.guarding(open_file) if scanner else open_file)
        if signatures is None or has_own_verdict(found.mail, identity):
            return found
        verdict = signatures.verdict(raw, found.mail.head.sender.domain)
        return replace(found, screening=replace(found.screening, authentication=verdict))

    return read


def build_reminder_context(config: MindConfig) -> ReminderContext:
    """What reminders are drafted with: far lighter than a mind, as nothing has to be read. Raises SettingInvalid."""
    check_config(config)
    forget_old_tracing()
    letters = Letters.load()
    _check_wordings(config, letters)
    writer = EmbeddedWriter(letters)
    prompts = Prompts.load(config.prompts_directory or prompt_files.DEFAULT_DIRECTORY)
    if config.provider == "embedded":
        return ReminderContext(writer, prompts, letters)
    return ReminderContext(FallbackModel(_endpoint(config), writer), prompts, letters)


def _check_wordings(config: MindConfig, letters: Letters) -> None:
    """Raises SettingInvalid for a test of a wording that nobody would write."""
    tests = [test for test in load_reminders(config.policy_path).experiments if test.wording]
    for test, stage in ((one, stage) for one in tests for stage in one.stages):
        if not letters.has(test.wording, stage):
            raise SettingInvalid(
                f'reminders.experiment "{test.name}": prompts/reminders/{stage} has no wording "{test.wording}": '
                f"add a section such as # warm.{test.wording} in every language"
            )
    if tests and config.provider != "embedded":
        raise SettingInvalid(
            f'reminders.experiment "{tests[0].name}": wordings are templates, and the model of '
            f"DUEBOX_MODEL__PROVIDER={config.provider} writes its own words; test a tone or an hour"
        )


def _classifier() -> Classifier:
    try:
        return Classifier.load()
    except ModelFileUnusable as error:
        raise SettingInvalid(f"{error}: the embedded model cannot be used; make it by python -m evals train") from error


def forget_old_tracing() -> None:
    """An old switch of LangChain's makes every graph raise, even with tracing off in code."""
    os.environ.pop("LANGCHAIN_TRACING", None)  # noqa: TID251 - not a setting of ours
    os.environ.pop("LANGCHAIN_HANDLER", None)  # noqa: TID251


def _model(config: MindConfig, embedded: EmbeddedModel, policy: Policy, recorded: Model | None) -> Model:
    if config.provider == "embedded":
        return recorded or embedded
    return SecondReader(recorded or FallbackModel(_endpoint(config), embedded), embedded, policy)


def _endpoint(config: MindConfig) -> OpenAIModel:
    endpoint = Endpoint(
        base_url=config.base_url,
        api_key=config.api_key,
        model=config.model,
        timeout_seconds=config.timeout_seconds,
        attempts=config.attempts,
    )
    return OpenAIModel(endpoint)


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
        DOES_WITHOUT.set(alone)
        steps: list[Step] = []
        with Tracer(steps.append).step(StepName.MIND):
            thought = await self._think(case)
        return replace(thought, steps=tuple(steps))

    async def _think(self, case: Case) -> Thought:
        try:
            with step(StepName.REDACT):
                redacted = _redact(self._redactor, case)
        except Exception as error:  # promise 3: whatever the redactor does, no model sees the text
            log.warning("triage.redaction.failed", error=type(error).__name__)
            return Thought(self._unthought(case, Reason.REDACTION_FAILED), dict(case.vault))
        try:
            proposal = await self._triage(case, redacted.letter)
        except (ModelUnavailable, ModelAnswerInvalid) as error:
            log.warning("triage.model.failed", error=type(error).__name__)
            proposal = self._unthought(case, Reason.MODEL_UNAVAILABLE)
        proposal = replace(proposal, pii=redacted.pii, reply_text=_reply_text(case))
        return Thought(_restored(proposal, case, {**redacted.vault, **redacted.greeting}), redacted.vault)

    async def remind(self, brief: ReminderBrief, alone: bool = False) -> ReminderDraft:
        """Word a reminder. Raises ModelUnavailable or ModelAnswerInvalid."""
        DOES_WITHOUT.set(alone)
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
        return await triage(self._graph, letter, _faceless(case.link.account), standing, context)

    def _unthought(self, case: Case, reason: Reason) -> Proposal:
        """What a person gets when nothing could be thought: the mail, and the reason."""
        return Proposal(
            language=case.read.language,
            reply_text=_reply_text(case),
            intents=(),
            facts=Facts(),
            invoices=(),
            route=Route.REVIEW,
            rule=reason.value.replace("_", "-"),
            reasons=(reason,),
            policy_version=self._policy.version,
        )


@dataclass(frozen=True, slots=True)
class _Redacted:
    """`greeting` stands for the writer's name in a draft; it is made anew for each mail and never kept."""

    letter: Letter
    vault: Mapping[str, str] = field(repr=False)
    greeting: Mapping[str, str] = field(repr=False)
    pii: tuple[PiiSpan, ...] = field(repr=False)


def _redact(redactor: Redactor, case: Case) -> _Redacted:
    """All texts of the mail in one call, so that one person has one placeholder. What is too long to be redacted in
    good time is cut off: no model sees it."""
    mail = case.read.mail
    attachments = [(attachment.text or "")[:REDACTED] for attachment in mail.attachments]
    texts = [mail.head.subject, mail.text[:REDACTED], case.note, *attachments]
    done = redactor.redact(
        [RawText(text) for text in texts],
        language=case.read.language,
        known_names=tuple(known_names(case)),
        vault=case.vault,
        readable=tuple(_readable(case)),
    )
    subject, body, note, *rest = done
    vault = dict(case.vault)
    for redaction in done:
        vault.update(redaction.vault)
    greeting = _greeting(case)
    shown = with_what_is_answered(case.read.parts, mail.text, case.link.account)
    letter = Letter(
        subject=subject.text,
        body=body.text.cut([Span(part.start, min(part.end, REDACTED)) for part in shown if part.start < REDACTED]),
        attachments=tuple(redaction.text for redaction in rest),
        language=case.read.language,
        received_at=case.received_at,
        screening=_screening(case),
        sender_placeholder=next(iter(greeting), ""),
        note=note.text if case.note else None,
        is_cut=any(part.end > REDACTED for part in shown),
    )
    return _Redacted(letter, vault, greeting, body.found)


def _greeting(case: Case) -> dict[str, str]:
    """What a draft may call the writer: a placeholder and the name behind it; empty when no person is shown."""
    sender = case.read.mail.head.sender
    known = case.link.contact.name if case.link.contact and not sender.name.strip() else ""
    person = addressee_of(sender.name or known, case.link.account.name)
    if person is None:
        return {}
    if case.read.language not in ALWAYS_IN_FULL and is_on_first_name_terms(_reply_text(case), person):
        return {"⟨FIRST_NAME_1⟩": person.first}
    return {"⟨FULL_NAME_1⟩": person.full}


def _screening(case: Case) -> Screening:
    """With the signs of fraud that only the ledger can tell. Whoever says what a mail means says that a person wrote
    it."""
    screening, link = case.read.screening, case.link
    if case.directions.correction is not None:
        screening = replace(screening, machine=None)
    if link.is_verified_contact:
        return screening
    signs = signs_beside_the_ledger(case.read.mail.head.sender, link.account.contacts)
    return replace(screening, fraud_signs=tuple(dict.fromkeys((*screening.fraud_signs, *signs))))


def known_names(case: Case) -> Iterator[str]:
    """Names that ledger and headers tell us; the redactor leaves out offices. The customer's own is no secret, unless
    the customer is a person."""
    mail, link = case.read.mail, case.link
    headers = (mail.head.sender, *mail.reply_to, *mail.cc)
    company = "" if link.account.natural_person else link.account.name.casefold()
    names = [contact.name for contact in (link.contact, *link.account.contacts) if contact]
    names += [address.name for address in headers]
    names += [link.account.name] if link.account.natural_person else []
    for name in dict.fromkeys(name.strip() for name in names):
        if name and not (company and (name.casefold() in company or company in name.casefold())):
            yield name


def _readable(case: Case) -> Iterator[str]:
    """What the ledger itself says, and a model is shown anyhow: the company and its invoices."""
    account = case.link.account
    if not account.natural_person:
        yield account.name
    yield from (invoice.number for invoice in account.invoices)


def _faceless(account: Account) -> Account:
    """The account as the graph sees it: rows of the ledger, nobody's name or address."""
    return replace(account, contacts=(), name="" if account.natural_person else account.name)


def _reply_text(case: Case) -> str:
    return text_of(case.read.parts.new, case.read.mail.text)


def _restored(proposal: Proposal, case: Case, vault: Mapping[str, str]) -> Proposal:
    """The proposal in the customer's own words: evidence filled in, placeholders put back."""
    quote = _Quotes(case)
    contact = proposal.facts.contact
    facts = replace(
        proposal.facts,
        promise=proposal.facts.promise
        and replace(proposal.facts.promise, evidence=quote(proposal.facts.promise.evidence)),
        extension=proposal.facts.extension
        and replace(proposal.facts.extension, evidence=quote(proposal.facts.extension.evidence)),
        dispute=proposal.facts.dispute
        and replace(proposal.facts.dispute, evidence=quote(proposal.facts.dispute.evidence)),
        contact=contact
        and replace(
            contact,
            name=restore(contact.name, vault)[0],
            email=restore(contact.email, vault)[0],
            evidence=quote(contact.evidence),
        ),
        payments=tuple(replace(paid, evidence=quote(paid.evidence)) for paid in proposal.facts.payments),
    )
    intents: tuple[IntentFinding, ...] = tuple(replace(f, evidence=quote(f.evidence)) for f in proposal.intents)
    proposal = replace(proposal, intents=intents, facts=facts)
    if proposal.draft is None:
        return proposal
    draft = _restored_draft(proposal.draft, vault)
    if draft is None:
        reasons = {*proposal.reasons, Reason.DRAFT_REFUSED}
        ordered = tuple(reason for reason in Reason if reason in reasons)
        rule = proposal.rule if proposal.route is Route.REVIEW else "draft-refused"
        return replace(proposal, draft=None, route=Route.REVIEW, rule=rule, reasons=ordered)
    return replace(proposal, draft=draft)


class _Quotes:
    """Fills evidence with the words of the source that it points to."""

    def __init__(self, case: Case) -> None:
        mail = case.read.mail
        self._texts = {BODY: mail.text, SUBJECT: mail.head.subject}
        self._texts |= {f"attachment:{n}": part.text or "" for n, part in enumerate(mail.attachments)}

    def __call__(self, evidence: Evidence | None) -> Evidence | None:
        if evidence is None:
            return None
        return replace(evidence, text=self._texts[evidence.source][evidence.start : evidence.end])


def _restored_draft(draft: Draft, vault: Mapping[str, str]) -> Draft | None:
    """None when a placeholder stands for nothing that we know."""
    body, unknown = restore(draft.body, vault)
    subject, unknown_too = restore(draft.subject, vault)
    if unknown or unknown_too:
        return None
    traces = tuple(trace.restored(draft.body, vault) for trace in draft.traces)
    return replace(draft, subject=subject, body=body, traces=traces)


def _watched(config: MindConfig) -> LocalMind:
    """In a process of its own, which sees what mails say: it speaks to the model, the scanner and
    the resolver, and to no other."""
    hosts = {config.clamd.rpartition(":")[0], config.dkim_resolver}
    if config.provider == "openai":
        hosts.add(urlsplit(config.base_url).hostname or "")
    Egress(hosts.__contains__, refuses=True).watch()
    return build_mind(config)


if __name__ == "__main__":
    serve(_watched)
