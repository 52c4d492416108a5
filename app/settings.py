"""Settings, from DUEBOX_* environment variables and their _FILE variants. Read by the composition roots and
migrations alone."""

import os
import re
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError
from pydantic_settings.sources import EnvSettingsSource

from app.domain.errors import SettingInvalid
from app.domain.recipients import is_local

PREFIX = "DUEBOX_"
SECRET_LENGTH = 32
LIKENESS = 0.9
"""From here on a name that we do not know is a slip of the pen; below it is somebody else's (Kubernetes sets some)."""


TRACES = "/v1/traces"
"""Where a collector takes traces, under its base address (OTLP 1.x)."""

HEADER = re.compile(r"[A-Za-z0-9-]+=[\x20-\x7e]+")


class ModelSettings(BaseModel):
    """Which model answers. All but the first apply to `openai`; limits are those of all workers together, 0: none.

    `timeout_seconds` are for one question, whatever it takes of attempts.
    """

    model_config = {"frozen": True, "extra": "forbid"}

    provider: Literal["embedded", "openai"] = "embedded"
    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr = SecretStr("")
    name: str = ""
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    requests_a_minute: Annotated[int, Field(ge=0)] = 0
    tokens_a_day: Annotated[int, Field(ge=0)] = 0


class SmtpSettings(BaseModel):
    """Where mail leaves. `backoff_seconds` is the first wait after a temporary refusal; each further one doubles.

    At most `mails_a_minute` leave a mailbox, and `mails_a_minute_to_domain` go to one recipient's domain; 0: any.
    """

    model_config = {"frozen": True, "extra": "forbid"}

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    username: str = ""
    password: SecretStr = SecretStr("")
    security: Literal["tls", "starttls", "none"] = "starttls"
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    backoff_seconds: Annotated[float, Field(gt=0)] = 30.0
    mails_a_minute: Annotated[int, Field(ge=0)] = 30
    mails_a_minute_to_domain: Annotated[int, Field(ge=0)] = 20


class DkimSettings(BaseModel):
    """`resolver`: the address of the DNS resolver that is asked for the keys of signatures where the receiving server
    said nothing of a mail; empty: nobody is asked. `arc_sealers`: domains, apart by commas, whose seal is believed."""

    model_config = {"frozen": True, "extra": "forbid"}

    resolver: str = ""
    arc_sealers: str = ""


class LedgerSettings(BaseModel):
    """`folder` is watched for ledger files. `adapter`: whose exports they are, by name, or a file of one's own that
    ends in .toml; `currency` of a system that names none; `dates`: what stands first in dates that could be read two
    ways, such as day-first."""

    model_config = {"frozen": True, "extra": "forbid"}

    folder: Path | None = None
    adapter: str = ""
    currency: str = ""
    dates: Literal["day-first", "month-first", "year-first"] | None = None


class NotifySettings(BaseModel):
    """`public_url`: under which people reach the pages, for links. `webhook_origins`: what webhooks may call, such as
    https://hooks.example.com, parted by commas; none while it is empty."""

    model_config = {"frozen": True, "extra": "forbid"}

    public_url: str = ""
    webhook_origins: str = ""

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not _is_base_address(value):
            raise ValueError("is not the address of these pages; set one such as https://duebox.example.com")
        return value

    @field_validator("webhook_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for origin in filter(None, map(str.strip, value.split(","))):
            if not _is_base_address(origin) or urlsplit(origin).path not in {"", "/"}:
                raise ValueError("must be origins such as https://hooks.example.com, without a path, parted by commas")
        return value


class HttpSettings(BaseModel):
    """Where pages and API are served. `proxies`: addresses or networks, parted by commas, that end TLS before us."""

    model_config = {"frozen": True, "extra": "forbid"}

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    proxies: str = "127.0.0.1"

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for network in value.split(","):
            try:
                ip_network(network.strip())
            except ValueError:
                raise ValueError("must be addresses or networks, such as 10.0.0.0/8, parted by commas") from None
        return value


class OidcSettings(BaseModel):
    """An identity provider that people may sign in with; off without an issuer."""

    issuer: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    name: str = "single sign-on"
    trust_email: bool = False

    @field_validator("issuer")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not (_is_base_address(value) and _is_safe(value)):
            raise ValueError("is not the address of an identity provider; set one such as https://login.example.com")
        return value


class TelemetrySettings(BaseModel):
    """Traces without content; off without an endpoint, the base address of a collector that takes OTLP over HTTP.

    `headers`: what it wants to see, as NAME=VALUE, parted by commas. `share` of all mails and requests are traced.
    """

    model_config = {"frozen": True, "extra": "forbid"}

    endpoint: str = ""
    headers: SecretStr = SecretStr("")
    service_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "duebox"
    share: Annotated[float, Field(ge=0, le=1)] = 1.0

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not _is_base_address(value):
            raise ValueError(
                "is not the address of an OTLP collector; set one such as https://collector.example:4318,"
                " without user, query or fragment"
            )
        return value.rstrip("/").removesuffix(TRACES)

    @field_validator("headers")
    @classmethod
    def _are_pairs(cls, value: SecretStr) -> SecretStr:
        if not all(HEADER.fullmatch(pair) for pair in _pairs(value)):
            raise ValueError("must be NAME=VALUE, parted by commas, such as Authorization=Bearer …")
        return value

    @property
    def traces_url(self) -> str:
        return f"{self.endpoint}{TRACES}"

    @property
    def header_values(self) -> dict[str, str]:
        split = (pair.split("=", 1) for pair in _pairs(self.headers))
        return {name: value for name, value in split}


class ObjectStoreSettings(BaseModel):
    """An S3-compatible store that checkpoints of the audit chains are put into; none without an endpoint."""

    model_config = {"frozen": True, "extra": "forbid"}

    endpoint: str = ""
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")] = "us-east-1"
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not (_is_base_address(value) and _is_safe(value)):
            raise ValueError(
                "is not the address of an object store; set one such as https://s3.eu-central-1.amazonaws.com"
            )
        return value.rstrip("/")

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if self.endpoint and not (self.access_key and self.secret_key.get_secret_value()):
            raise ValueError("__ACCESS_KEY and __SECRET_KEY must be set beside __ENDPOINT")
        return self


class CheckpointSettings(BaseModel):
    """Where a checkpoint of the audit chains goes each day: s3://bucket/folder, mailto: with an address, or the path of
    a folder; nowhere while empty. In an object store nobody can delete it for `retain_days` (0: no lock)."""

    model_config = {"frozen": True, "extra": "forbid"}

    to: str = ""
    retain_days: Annotated[int, Field(ge=0, le=36_500)] = 3_650

    @field_validator("to")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        if value and not (value.startswith(("s3://", "mailto:")) or Path(value).is_absolute()):
            raise ValueError("must be s3://bucket/folder, mailto:somebody@example.com or the whole path of a folder")
        return value


class Settings(BaseSettings):
    """Everything that can be set. `secret_key` has no default: sealed words must outlive a restart."""

    model_config = SettingsConfigDict(
        env_prefix="DUEBOX_", env_nested_delimiter="__", frozen=True, extra="forbid", env_ignore_empty=True
    )

    database_url: str = "sqlite:///duebox.db"
    secret_key: SecretStr
    model: ModelSettings = ModelSettings()
    smtp: SmtpSettings = SmtpSettings()
    http: HttpSettings = HttpSettings()
    ledger: LedgerSettings = LedgerSettings()
    clamd: str = ""
    dkim: DkimSettings = DkimSettings()
    notify: NotifySettings = NotifySettings()
    oidc: OidcSettings = OidcSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    object_store: ObjectStoreSettings = ObjectStoreSettings()
    checkpoints: CheckpointSettings = CheckpointSettings()
    policy_file: Path | None = None
    undo_seconds: Annotated[int, Field(ge=0, le=300)] = 30
    poll_seconds: Annotated[float, Field(gt=0)] = 30.0
    metrics_token: SecretStr = SecretStr("")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < SECRET_LENGTH:
            raise ValueError(f"must have at least {SECRET_LENGTH} characters; make one with: openssl rand -base64 32")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, EnvWithFiles(settings_cls)


class EnvWithFiles(EnvSettingsSource):
    """The environment, where DUEBOX_X_FILE names a file that holds the value of DUEBOX_X."""

    def _load_env_vars(self) -> Any:
        loaded = dict(super()._load_env_vars())
        for name, path in list(loaded.items()):
            if name.startswith("duebox_") and name.endswith("_file") and name != "duebox_policy_file" and path:
                loaded[name.removesuffix("_file")] = _content(name, path)
                del loaded[name]
        return loaded


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingInvalid(f"{name.upper()} names {path}, which cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        raise SettingInvalid(f"{name.upper()} names {path}, which is not UTF-8 text") from None


def load_settings(**fixed: Any) -> Settings:
    """Read the environment. Raises SettingInvalid that names each wrong variable and how to mend it."""
    _refuse_slips()
    try:
        return Settings(**fixed)
    except SettingsError:
        groups = [name for name in sorted(os.environ) if f"{name.upper()}__" in {_group(known) for known in names()}]  # noqa: TID251
        raise SettingInvalid(f"{' and '.join(groups)} cannot be set as a whole; set its parts, __ between") from None
    except ValidationError as error:
        raise SettingInvalid("\n".join(_complaint(problem) for problem in error.errors())) from None


def names() -> frozenset[str]:
    """Every variable that is read, without the _FILE variants."""
    found: set[str] = set()
    for name, field in Settings.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= {f"{PREFIX}{name}__{part}".upper() for part in inner.model_fields}
        else:
            found.add(f"{PREFIX}{name}".upper())
    return frozenset(found)


def _is_base_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_reachable = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        return False
    return is_reachable and parts.scheme in {"http", "https"} and "@" not in parts.netloc and not set("?# ") & set(text)


def _is_safe(address: str) -> bool:
    """What is sent there cannot be read on the way."""
    parts = urlsplit(address)
    return parts.scheme == "https" or is_local(parts.hostname or "")


def _pairs(headers: SecretStr) -> list[str]:
    return [pair.strip() for pair in headers.get_secret_value().split(",") if pair.strip()]


def _group(name: str) -> str:
    return name[: name.rfind("__") + 2]


def _refuse_slips() -> None:
    """A name that is almost one of ours would be ignored without a word. Raises SettingInvalid."""
    known = names() | {f"{name}_FILE" for name in names()}
    for name in sorted(os.environ):  # noqa: TID251  # this is where it is read
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            meant = get_close_matches(name.upper(), known, n=1, cutoff=LIKENESS)
            if meant:
                raise SettingInvalid(f"{name} is not a setting of Duebox; {meant[0]} is")


def _complaint(problem: Any) -> str:
    name = PREFIX + "__".join(str(part) for part in problem["loc"]).upper()
    if problem["type"] == "missing":
        hint = "is not set; make one with: openssl rand -base64 32" if name == "DUEBOX_SECRET_KEY" else "is not set"
        return f"{name} {hint}"
    if problem["type"] == "extra_forbidden":
        return f"{name} is not a setting of Duebox; see the README for those that are"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"
