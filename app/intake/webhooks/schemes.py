"""The schemes by the words of `duebox mailbox add --webhook`."""

from collections.abc import Mapping

from app.intake.webhooks.mailgun import Mailgun
from app.intake.webhooks.postmark import Postmark
from app.intake.webhooks.scheme import Scheme
from app.intake.webhooks.sendgrid import SendGrid
from app.intake.webhooks.ses import Fetch, Ses
from app.intake.webhooks.standard import StandardWebhooks

Schemes = Mapping[str, Scheme]


def schemes(fetch: Fetch) -> Schemes:
    return {
        "raw": StandardWebhooks(),
        "mailgun": Mailgun(),
        "sendgrid": SendGrid(),
        "postmark": Postmark(),
        "ses": Ses(fetch),
    }
