"""A wrong setting is named, with the way to mend it; nothing else of the environment matters."""

from pathlib import Path

import pytest

from app.domain.errors import SettingInvalid
from app.settings import Settings, load_settings, names

KEY = "a secret of the tests, long enough"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Only a key is set."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("DUEBOX_SECRET_KEY", KEY)
    return monkeypatch


def refusal() -> str:
    with pytest.raises(SettingInvalid) as refused:
        load_settings()
    return str(refused.value)


def test_what_design_names_can_be_set(environment: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DUEBOX_DATABASE_URL": "postgresql://u:p@h/d",
        "DUEBOX_MODEL__PROVIDER": "openai",
        "DUEBOX_MODEL__BASE_URL": "http://localhost:1/v1",
        "DUEBOX_MODEL__API_KEY": "k",
        "DUEBOX_MODEL__NAME": "m",
        "DUEBOX_SMTP__HOST": "h",
        "DUEBOX_SMTP__PORT": "25",
        "DUEBOX_SMTP__USERNAME": "u",
        "DUEBOX_SMTP__PASSWORD": "p",
        "DUEBOX_SMTP__SECURITY": "none",
        "DUEBOX_SMTP__TIMEOUT_SECONDS": "5",
        "DUEBOX_SMTP__BACKOFF_SECONDS": "0.5",
        "DUEBOX_POLICY_FILE": "/tmp/policy.toml",  # noqa: S108
        "DUEBOX_UNDO_SECONDS": "0",
        "DUEBOX_POLL_SECONDS": "0.5",
        "DUEBOX_HTTP__HOST": "0.0.0.0",  # noqa: S104
        "DUEBOX_HTTP__PORT": "80",
        "DUEBOX_HTTP__PROXIES": "10.0.0.0/8, ::1",
        "DUEBOX_METRICS_TOKEN": "t",
    }.items():
        environment.setenv(name, value)
    settings = load_settings()
    assert settings.smtp.backoff_seconds == 0.5
    assert settings.model.name == "m"
    assert settings.undo_seconds == 0
    assert str(settings.policy_file) == "/tmp/policy.toml"  # noqa: S108


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DUEBOX_SECRET_KEY", "", "DUEBOX_SECRET_KEY is not set; make one with: openssl rand -base64 32"),
        ("DUEBOX_SECRET_KEY", "short", "DUEBOX_SECRET_KEY: must have at least 32 characters; make one with"),
        ("DUEBOX_MODEL__PROVIDER", "gpt", "DUEBOX_MODEL__PROVIDER: Input should be 'embedded' or 'openai'"),
        ("DUEBOX_MODEL__NAMES", "m", "DUEBOX_MODEL__NAMES is not a setting of Duebox; DUEBOX_MODEL__NAME is"),
        ("DUEBOX_MODEL__TEMPERATURE", "1", "DUEBOX_MODEL__TEMPERATURE is not a setting"),
        ("DUEBOX_SMTP__PORT", "smtp", "DUEBOX_SMTP__PORT: Input should be a valid integer"),
        ("DUEBOX_SMTP__PORT", "0", "DUEBOX_SMTP__PORT: Input should be greater than or equal to 1"),
        ("DUEBOX_SMTP__SECURITY", "ssl", "DUEBOX_SMTP__SECURITY: Input should be 'tls', 'starttls' or 'none'"),
        ("DUEBOX_SMTP__BACKOFF_SECONDS", "0", "DUEBOX_SMTP__BACKOFF_SECONDS: Input should be greater than 0"),
        ("DUEBOX_HTTP__PORT", "http", "DUEBOX_HTTP__PORT: Input should be a valid integer"),
        ("DUEBOX_HTTP__PROXIES", "ingress", "DUEBOX_HTTP__PROXIES: must be addresses or networks, such as 10.0.0.0/8"),
        ("DUEBOX_HTTP__PORT", "65536", "DUEBOX_HTTP__PORT: Input should be less than or equal to 65535"),
        ("DUEBOX_UNDO_SECONDS", "-1", "DUEBOX_UNDO_SECONDS: Input should be greater than or equal to 0"),
        ("DUEBOX_POLL_SECONDS", "0", "DUEBOX_POLL_SECONDS: Input should be greater than 0"),
        ("DUEBOX_LOG_LEVEL", "loud", "DUEBOX_LOG_LEVEL: Input should be"),
        ("DUEBOX_UNDO_SECOND", "5", "DUEBOX_UNDO_SECOND is not a setting of Duebox; DUEBOX_UNDO_SECONDS is"),
        ("DUEBOX_SMTP_HOST", "h", "DUEBOX_SMTP_HOST is not a setting of Duebox; DUEBOX_SMTP__HOST is"),
        ("DUEBOX_TELEMETRY__ENDPOINT", "collector:4318", "DUEBOX_TELEMETRY__ENDPOINT: is not the address of an OTLP"),
        ("DUEBOX_TELEMETRY__ENDPOINT", "https://u:p@c.example", "DUEBOX_TELEMETRY__ENDPOINT: is not the address of"),
        ("DUEBOX_TELEMETRY__ENDPOINT", "https://c.example?k=v", "DUEBOX_TELEMETRY__ENDPOINT: is not the address of"),
        ("DUEBOX_TELEMETRY__HEADERS", "Bearer x", "DUEBOX_TELEMETRY__HEADERS: must be NAME=VALUE, parted by commas"),
        ("DUEBOX_TELEMETRY__SERVICE_NAME", "our duebox", "DUEBOX_TELEMETRY__SERVICE_NAME: String should match pattern"),
        ("DUEBOX_TELEMETRY__SHARE", "1.5", "DUEBOX_TELEMETRY__SHARE: Input should be less than or equal to 1"),
        ("DUEBOX_OBJECT_STORE__ENDPOINT", "http://s3.example", "DUEBOX_OBJECT_STORE__ENDPOINT: is not the address of"),
        (
            "DUEBOX_OBJECT_STORE__ENDPOINT",
            "https://s3.example",
            "DUEBOX_OBJECT_STORE: __ACCESS_KEY and __SECRET_KEY must",
        ),
        ("DUEBOX_CHECKPOINTS__TO", "backups", "DUEBOX_CHECKPOINTS__TO: must be s3://bucket/folder, mailto:"),
        ("DUEBOX_HTTP", "here", "DUEBOX_HTTP cannot be set as a whole; set its parts, __ between"),
    ],
)
def test_a_wrong_value_is_named(environment: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    environment.setenv(name, value)
    assert refusal().startswith(said)


def test_every_wrong_value_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DUEBOX_HTTP__PORT", "x")
    environment.setenv("DUEBOX_UNDO_SECONDS", "x")
    assert {line.partition(":")[0] for line in refusal().splitlines()} == {"DUEBOX_HTTP__PORT", "DUEBOX_UNDO_SECONDS"}


def test_no_value_of_a_secret_is_said(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DUEBOX_SECRET_KEY", "hush-hush")
    environment.setenv("DUEBOX_TELEMETRY__HEADERS", "hush hush")
    assert "hush" not in refusal()


@pytest.mark.parametrize(
    "said", ["https://c.example:4318", "https://c.example:4318/", "https://c.example:4318/v1/traces"]
)
def test_traces_go_to_one_address_however_the_collector_is_named(
    environment: pytest.MonkeyPatch, tmp_path: Path, said: str
) -> None:
    (tmp_path / "headers").write_text("Authorization=Bearer a=, X-Tenant=7\n")
    environment.setenv("DUEBOX_TELEMETRY__ENDPOINT", said)
    environment.setenv("DUEBOX_TELEMETRY__HEADERS_FILE", str(tmp_path / "headers"))
    telemetry = load_settings().telemetry
    assert telemetry.traces_url == "https://c.example:4318/v1/traces"
    assert telemetry.header_values == {"Authorization": "Bearer a=", "X-Tenant": "7"}
    assert "Bearer" not in repr(telemetry)


@pytest.mark.parametrize("name", ["DUEBOX_PORT", "DUEBOX_SERVICE_HOST", "DUEBOX_PORT_8000_TCP"])
def test_what_kubernetes_sets_for_a_service_named_duebox_does_no_harm(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.setenv(name, "tcp://10.0.0.1:8000")
    assert load_settings().http.port == 8000


def test_a_secret_may_come_from_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("DUEBOX_SECRET_KEY")
    (tmp_path / "key").write_text(KEY + "\n")
    (tmp_path / "password").write_text("pass word \n")
    environment.setenv("DUEBOX_SECRET_KEY_FILE", str(tmp_path / "key"))
    environment.setenv("DUEBOX_SMTP__PASSWORD_FILE", str(tmp_path / "password"))
    settings = load_settings()
    assert settings.secret_key.get_secret_value() == KEY
    assert settings.smtp.password.get_secret_value() == "pass word"
    assert KEY not in repr(settings)


def test_an_unreadable_file_is_named_with_its_variable(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("DUEBOX_MODEL__API_KEY_FILE", str(tmp_path / "nowhere"))
    assert refusal() == (
        f"DUEBOX_MODEL__API_KEY_FILE names {tmp_path}/nowhere, which cannot be read (No such file or directory)"
    )
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    environment.setenv("DUEBOX_MODEL__API_KEY_FILE", str(tmp_path / "binary"))
    assert refusal() == f"DUEBOX_MODEL__API_KEY_FILE names {tmp_path}/binary, which is not UTF-8 text"
    environment.setenv("DUEBOX_MODEL__API_KEY_FILE", str(tmp_path))
    assert refusal().endswith("which cannot be read (Is a directory)")


def test_an_empty_secret_file_is_too_short(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("DUEBOX_SECRET_KEY")
    (tmp_path / "key").touch()
    environment.setenv("DUEBOX_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert refusal().startswith("DUEBOX_SECRET_KEY")


def test_settings_never_change() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.undo_seconds = 1  # type: ignore[misc]
    assert Settings.model_config["frozen"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("DUEBOX_OIDC__ISSUER", value) for value in ("http://login.example", "file:///etc/passwd", "login.example")),
        *(("DUEBOX_NOTIFY__PUBLIC_URL", value) for value in ("javascript:alert(1)", "https://u:p@d.example", "duebox")),
        *(("DUEBOX_NOTIFY__WEBHOOK_ORIGINS", value) for value in ("*", "https://", "file://x", "https://h.example/x")),
    ],
)
def test_an_address_that_leads_elsewhere_than_meant_is_refused(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    assert refusal().startswith(name)


def test_addresses_that_are_meant_so_are_taken(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DUEBOX_OIDC__ISSUER", "https://login.example/realms/seller/")
    environment.setenv("DUEBOX_NOTIFY__PUBLIC_URL", "http://duebox.internal:8000/")
    environment.setenv("DUEBOX_NOTIFY__WEBHOOK_ORIGINS", "https://hooks.example, http://127.0.0.1:8080/")
    settings = load_settings()
    assert settings.oidc.issuer == "https://login.example/realms/seller/", "as the provider says it, to the letter"
