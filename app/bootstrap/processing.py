"""Whom the settings let us talk to, and what about: for the privacy dossier and the list of hosts."""

from urllib.parse import urlsplit

from app.db.engine import is_sqlite
from app.domain.policy import Policy
from app.domain.recipients import Recipient
from app.domain.responsible import Responsible
from app.domain.retention import Retention
from app.domain.sentence import Sentence
from app.jobs.engine import FORGOTTEN_AFTER
from app.privacy.processing import Processing
from app.settings import Settings


def endpoint(settings: Settings) -> str:
    return urlsplit(settings.model.base_url).hostname or ""


def recipients(settings: Settings) -> tuple[Recipient, ...]:
    """Hosts that the settings name; mailboxes have theirs in the database."""
    model, database = endpoint(settings), urlsplit(settings.database_url).hostname or ""
    found = [
        Recipient(
            settings.smtp.host,
            Sentence("sending mail"),
            Sentence("answers and reminders that left, with their recipients"),
        ),
        Recipient(
            database, Sentence("database"), Sentence("everything, words sealed; the ledger's own columns readable")
        ),
    ]
    if settings.model.provider == "openai":
        found.append(
            Recipient(
                model, Sentence("language model"), Sentence("mail and ledger facts with placeholders for personal data")
            )
        )
    found.append(
        Recipient(
            settings.clamd.rpartition(":")[0], Sentence("malware scanner"), Sentence("files in mails, as they came")
        )
    )
    found.append(
        Recipient(settings.dkim.resolver, "DNS", Sentence("the domains that sign mail, to ask for their keys"))
    )
    found.append(
        Recipient(
            urlsplit(settings.object_store.endpoint).hostname or "",
            Sentence("object store"),
            Sentence("the newest numbers and hashes of the audit chains, where they are put there; no text"),
        )
    )
    found.append(
        Recipient(
            urlsplit(settings.telemetry.endpoint).hostname or "",
            Sentence("traces"),
            Sentence("ids, counts, closed words and durations of the work; no text"),
        )
    )
    found.append(
        Recipient(
            urlsplit(settings.oidc.issuer).hostname or "",
            Sentence("single sign-on"),
            Sentence("that somebody signs in; their address comes back"),
        )
    )
    found += [
        Recipient(
            urlsplit(origin.strip()).hostname or "", Sentence("notices"), Sentence("counts, ids and links to our pages")
        )
        for origin in settings.notify.webhook_origins.split(",")
    ]
    return tuple(recipient for recipient in found if recipient.host)


def processing(settings: Settings, policy: Policy, retention: Retention, responsible: Responsible) -> Processing:
    return Processing(
        model_provider=settings.model.provider,
        model_name=settings.model.name or "embedded",
        policy_version=policy.version,
        database="SQLite, on this machine" if is_sqlite(settings.database_url) else "PostgreSQL",
        recipients=recipients(settings),
        retention=retention,
        responsible=responsible,
        jobs_days=FORGOTTEN_AFTER.days,
        companies=tuple(", ".join(filter(None, (one.name, one.address))) for one in policy.companies),
    )
