"""What the thinking process is told. Apart from `app/mind`, so that whoever starts that process need not load its
models."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import SettingInvalid
from app.domain.proposal import EMBEDDED

PROVIDERS = ("embedded", "openai")
EMBEDDED_AT_ONCE = 2
"""Mails in the embedded model's hands at a time: one is read in Python while the other's sentences are embedded."""

MOST_QUESTIONS = 4
"""What a mail takes of an endpoint: what it wants, its facts, and an answer that may be written twice."""

_SCANNER = re.compile(r"/.+|[^/]+:\d{1,5}")


@dataclass(frozen=True, slots=True)
class MindConfig:
    """Everything that thinking needs to know of the outside; frozen and picklable. Directories: None for our own."""

    provider: str = "embedded"
    base_url: str = ""
    api_key: str = field(repr=False, default="")
    model: str = ""
    timeout_seconds: float = 60.0
    """For one question, its attempts and the waits between them."""
    attempts: int = 3
    at_once: int = EMBEDDED_AT_ONCE
    clamd: str = ""
    dkim_resolver: str = ""
    arc_sealers: tuple[str, ...] = ()
    policy_path: Path | None = None
    prompts_directory: Path | None = None
    replies_directory: Path | None = None

    @property
    def endpoint_seconds(self) -> float:
        """The longest that a mail may wait for an endpoint."""
        return MOST_QUESTIONS * self.timeout_seconds if self.provider == "openai" else 0.0


def check_config(config: MindConfig) -> None:
    """Raises SettingInvalid with the fix."""
    if config.provider not in PROVIDERS:
        raise SettingInvalid(f'DUEBOX_MODEL__PROVIDER: "{config.provider}" is not one of {", ".join(PROVIDERS)}')
    if config.provider == "openai" and not (config.base_url and config.model):
        raise SettingInvalid("DUEBOX_MODEL__BASE_URL and DUEBOX_MODEL__NAME must be set when the provider is openai")
    if config.provider == "openai" and config.model == EMBEDDED:
        raise SettingInvalid(f'DUEBOX_MODEL__NAME: "{EMBEDDED}" is the name of the model that ships with Duebox')
    if config.dkim_resolver and not _is_address(config.dkim_resolver):
        raise SettingInvalid(
            f'DUEBOX_DKIM__RESOLVER: "{config.dkim_resolver}" is not the address of a DNS resolver, such as 10.0.0.53'
        )
    if config.clamd and not _SCANNER.fullmatch(config.clamd):
        raise SettingInvalid(f'DUEBOX_CLAMD: "{config.clamd}" is neither HOST:PORT nor the path of a socket')


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
