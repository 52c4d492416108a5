"""The record of processing and the privacy dossier, from the running configuration: nothing in it is written by hand.

What it says of hosts is what the egress log is held against; what of keeping, is what each day's job erases.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.db.repositories.privacy import Privacy
from app.db.tables.oversight import Switch
from app.db.tables.system import Chain
from app.db.uow import Database
from app.domain.people import SignedIn
from app.domain.recipients import Recipient, of_mailbox
from app.domain.retention import Retention
from app.domain.watermark import watermark


@dataclass(frozen=True, slots=True)
class Processing:
    """What is known of this instance: by its settings, and, filled in when the dossier is made, by its database."""

    model_provider: str
    model_name: str
    policy_version: str
    database: str
    recipients: tuple[Recipient, ...]
    retention: Retention
    mailboxes: tuple[str, ...] = field(default=())
    key_id: str = ""
    holds: int = 0
    has_test_items: bool = False


class DossierService:
    def __init__(self, database: Database, processing: Processing) -> None:
        self._database = database
        self._processing = processing

    async def make(self, *, by: SignedIn) -> str:
        """The dossier of this moment, as Markdown; that it leaves is noted in the chain of reads."""
        text = as_markdown(await self.processing())
        async with self._database.write() as uow:
            mark = watermark(by, uow.clock())
            uow.audit.add("privacy.dossier.made", actor=by.actor, chain=Chain.ACCESS, export_id=mark.id)
        return f"{text}\nExport {mark}\n"

    async def processing(self) -> Processing:
        """Settings and mailboxes as they are now."""
        async with self._database.read() as uow:
            mailboxes = await uow.mailboxes.all()
            holds = await Privacy(uow.session, uow.words.keyring, uow.clock).holds()
            key_id = uow.words.keyring.key_id
            has_test_items = bool(await uow.oversight.value(Switch.PLANTED_ONE_IN))
        servers = [
            recipient
            for box in mailboxes
            if box.active
            for recipient in of_mailbox(box.host, box.smtp_host, box.scheme, box.oauth)
        ]
        found = dict.fromkeys((*self._processing.recipients, *servers))
        return replace(
            self._processing,
            recipients=tuple(found),
            mailboxes=tuple(box.address for box in mailboxes),
            key_id=key_id,
            holds=len(holds),
            has_test_items=has_test_items,
        )


PURPOSES = (
    (
        "Reading and answering customers' mail about invoices",
        "GDPR art. 6 (1) (b), (f)",
        "names, addresses, mail, facts",
    ),
    ("Reminding customers of open invoices", "GDPR art. 6 (1) (b), (f)", "contacts, invoices, promises, disputes"),
    ("Keeping business letters", "GDPR art. 6 (1) (c)", "mail in both directions, until the statute lets it go"),
    (
        "Proving who decided what",
        "GDPR art. 6 (1) (c), (f); art. 5 (2)",
        "ids, closed words and salted hashes; no text",
    ),
)
TESTING = (
    "Checking by test items that reviewers read drafts",
    "GDPR art. 6 (1) (f), art. 88 and the law of the country",
    "who decided on a test item, when, and whether they noticed",
)
MEASURES = (
    "Names, numbers and addresses become placeholders before any model is asked; if that fails, no model is asked.",
    "Words are sealed with AES-256-GCM under a key of their thread, itself under a master key; erasing destroys it.",
    "Logs, metrics, traces and jobs hold ids and closed words; tracing of LangGraph is off in code.",
    "A person decides every mail that involves negotiation, disputes, law, hardship or fraud; natural persons are never"
    " scored, and no decision about them is taken without a person.",
    "Reads and exports are noted in a chain of hashes of their own.",
)


def as_markdown(processing: Processing) -> str:
    return "\n".join(_lines(processing)) + "\n"


def _lines(p: Processing) -> Iterator[str]:
    yield "# Privacy dossier"
    yield ""
    yield "Made from the configuration of this instance. It helps with records of processing (GDPR art. 30), an"
    yield "assessment (art. 35) and the role of a deployer (AI Act art. 26, 50); it is no legal advice."
    purposes = (*PURPOSES, TESTING) if p.has_test_items else PURPOSES
    yield from _table("Purposes", ("purpose", "legal basis, as a rule", "data"), purposes)
    yield from _table(
        "Recipients: every host that this instance speaks to",
        ("host", "purpose", "what it is sent", "where"),
        [(r.host, r.purpose, r.gets, "this machine" if r.is_local else "outside") for r in p.recipients],
    )
    yield from _table(
        "Model",
        ("what", "value"),
        [("provider", p.model_provider), ("name", p.model_name), ("policy", p.policy_version)],
    )
    yield from _table("Kept for", ("what", "how long", "why"), list(_kept(p.retention)))
    yield from _table(
        "State",
        ("what", "value"),
        [
            ("database", p.database),
            ("mailboxes", ", ".join(p.mailboxes)),
            ("master key", p.key_id),
            ("customers under legal hold", str(p.holds)),
        ],
    )
    yield from ("", "## Measures", "")
    yield from (f"- {measure}" for measure in MEASURES)


def _kept(retention: Retention) -> Iterator[tuple[str, str, str]]:
    yield "mail of no customer", f"{retention.strangers_days} days", "no statute keeps it"
    for country, law in sorted(retention.jurisdiction.items()):
        years = f"{law.years} years from the end of the year"
        yield f"letters of customers, {country}", years, law.source
    yield "sessions, after they end", f"{retention.sessions_days} days", "security"
    yield "failed sign-ins", f"{retention.login_failures_days} days", "security"
    yield "answers to repeated requests of the ledger's API", f"{retention.ledger_requests_days} days", "nothing twice"
    yield "notices", f"{retention.notices_days} days", "nothing twice"
    yield "audit chains", "without end", "they hold no text"


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}")
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
