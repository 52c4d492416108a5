"""The composition root of thinking: the readers, the redactor, the model and the graph become a mind.

    ReadMail ─▶ redact (subject, body, attachments, note, sender: in one go) ─▶ Letter ─▶ graph ─▶ restore ─▶ Thought
                   └─ fails: no model is asked, a person decides

`local.py` is the mind; `letter.py` what it shows a model; `restoring.py` what becomes of the answer; `__main__.py` the
process of its own in which all this runs. A MindConfig is plain data, so that a spawned process can be handed one.
"""

import os
from dataclasses import replace

from agents import prompts as prompt_files
from agents import replies as reply_files
from agents.prompts import Prompts
from agents.reminders.context import ReminderContext
from agents.reminders.letters import Letters
from agents.replies import Replies
from agents.triage.hearing import hearing
from app.adapters.clamd import Clamd
from app.adapters.dns import DnsKeys
from app.adapters.embedded_model import EmbeddedModel
from app.adapters.embedded_writer import EmbeddedWriter
from app.adapters.fallback_model import FallbackModel
from app.adapters.file_reader import FileReader
from app.adapters.openai_model import Endpoint, OpenAIModel
from app.adapters.presidio import PresidioRedactor
from app.adapters.second_reader import SecondReader
from app.adapters.signatures import SignatureCheck
from app.domain.errors import SettingInvalid
from app.domain.message import Identity, ReadMail
from app.domain.policy import Policy
from app.domain.ports import Model
from app.mind.local import LocalMind, Read
from app.policies.loading import load_policy
from app.policies.reminders import load_reminders
from app.reading.model.classifier import Classifier, ModelFileUnusable
from app.reading.reading import read_mail
from app.reading.trust.authentication import has_own_verdict
from app.thinking import MindConfig, check_config

__all__ = ["LocalMind", "build_mind", "build_reminder_context", "build_replay", "forget_old_tracing"]


def build_mind(config: MindConfig) -> LocalMind:
    """Checks the settings, then loads everything that is slow to load. Raises SettingInvalid."""
    return _mind(config, None)


def build_replay(config: MindConfig, recorded: Model) -> LocalMind:
    """A mind that is told again what its models said; all else is as in `build_mind`."""
    return _mind(config, recorded)


def _mind(config: MindConfig, recorded: Model | None) -> LocalMind:
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
