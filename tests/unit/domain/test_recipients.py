"""One list says what a mailbox makes us speak to; dossier and egress both read it."""

import pytest

from app.bootstrap import settings_from_environment
from app.bootstrap.processing import recipients
from app.domain.recipients import SES, SIGN_IN, of_mailbox


@pytest.mark.parametrize(
    ("box", "hosts"),
    [
        (("imap.example", "", "", ""), ["imap.example"]),
        (
            ("outlook.example", "smtp.example", "", "microsoft"),
            ["outlook.example", "smtp.example", SIGN_IN["microsoft"]],
        ),
        (("imap.gmail.com", "", "", "google"), ["imap.gmail.com", SIGN_IN["google"]]),
        (("", "", "ses", ""), [SES.host]),
        (("", "", "raw", ""), []),
    ],
)
def test_every_host_of_a_mailbox_is_named(box: tuple[str, str, str, str], hosts: list[str]) -> None:
    assert [recipient.host for recipient in of_mailbox(*box)] == hosts


def test_settings_name_the_single_sign_on_and_where_notices_are_posted() -> None:
    settings = settings_from_environment(
        secret_key="s" * 32,
        oidc={"issuer": "https://login.example/realm"},
        notify={"webhook_origins": "https://chat.example, https://hooks.example:8443"},
    )
    assert {"login.example", "chat.example", "hooks.example"} <= {one.host for one in recipients(settings)}
