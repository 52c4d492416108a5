"""The privacy dossier as Markdown, of nothing but the running configuration: what nobody configured is *missing*."""

from collections.abc import Iterator, Sequence

from app.domain.jurisdiction import Jurisdiction
from app.domain.recipients import Recipient
from app.domain.responsible import Responsible
from app.privacy.processing import Processing

MISSING = "**missing**"

PURPOSES = (
    (
        "Reading and answering customers' mail about invoices",
        "GDPR art. 6 (1) (b), (f)",
        "people who write to the mailboxes",
        "names, addresses, mail, facts",
    ),
    (
        "Reminding customers of open invoices",
        "GDPR art. 6 (1) (b), (f)",
        "contacts of customers; customers who are natural persons",
        "contacts, invoices, promises, disputes",
    ),
    (
        "Keeping business letters",
        "GDPR art. 6 (1) (c)",
        "people who write or are written to",
        "mail in both directions, until the statute lets it go",
    ),
    (
        "Proving who decided what",
        "GDPR art. 6 (1) (c), (f); art. 5 (2)",
        "people who decide here",
        "ids, closed words and salted hashes; no text",
    ),
)
TESTING = (
    "Checking by test items that reviewers read drafts",
    "GDPR art. 6 (1) (f), art. 88 and the law of the country",
    "people who decide here",
    "who decided on a test item, when, and whether they noticed",
)
MEASURES = (
    "Names, numbers and addresses become placeholders before any model is asked; if that fails, no model is asked.",
    "Words are sealed with AES-256-GCM under a key of their thread, itself under a master key; erasing destroys it.",
    "Logs, metrics, traces and jobs hold ids and closed words; tracing of LangGraph is off in code.",
    "A person decides every mail that involves negotiation, disputes, law, hardship or fraud; natural persons are never"
    " scored, and no decision about them is taken without a person.",
    "Mail that no person approved says so, and how to reach a person, and bears a mark that programs can read, in every"
    " country.",
    "Reads and exports are noted in a chain of hashes of their own; the database refuses to change what is noted.",
)


def as_markdown(processing: Processing) -> str:
    return "\n".join(_lines(processing)) + "\n"


def _lines(p: Processing) -> Iterator[str]:
    yield "# Privacy dossier"
    yield ""
    yield "Made from the configuration of this instance. It helps with records of processing (GDPR art. 30), an"
    yield "assessment (art. 35) and the role of a deployer (AI Act art. 26, 50); it is no legal advice."
    yield from _table("Who is responsible", ("who", "as configured"), list(_responsible(p)))
    purposes = (*PURPOSES, TESTING) if p.has_test_items else PURPOSES
    yield from _table("Purposes", ("purpose", "legal basis, as a rule", "people", "data"), purposes)
    yield from _table(
        "Recipients: every host that this instance speaks to",
        ("host", "purpose", "what it is sent", "where", "whose"),
        [(r.host, r.purpose, r.gets, *_whereabouts(r, p.responsible)) for r in p.recipients],
    )
    yield from _table(
        "Processors",
        ("name", "does", "country", "contract (art. 28)", "ground for a transfer (art. 44 ff.)"),
        [
            (one.name, one.does, one.country or MISSING, one.contract or MISSING, one.transfer or "none named")
            for one in p.responsible.processors
        ],
    )
    yield from _table(
        "Model",
        ("what", "value"),
        [("provider", p.model_provider), ("name", p.model_name), ("policy", p.policy_version)],
    )
    yield from _table("Kept for", ("what", "how long", "why"), list(_kept(p)))
    yield from _table(
        "Laws by country (whose: see our companies, else the customer's)",
        ("country", "business letters", "machines disclose themselves", "natural persons", "interest"),
        [_law(law) for _, law in sorted(p.retention.jurisdictions.items())],
    )
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


def _responsible(p: Processing) -> Iterator[tuple[str, str]]:
    said = p.responsible
    companies = "; ".join(company for company in p.companies if company)
    yield "controller", said.controller or companies or _missing("controller", or_else="name a [[company]]")
    yield "contact for requests", said.contact or _missing("contact")
    yield "data-protection officer", said.data_protection_officer or _missing("data_protection_officer")
    yield "supervisory authority", said.authority or _missing("authority")


def _missing(key: str, *, or_else: str = "") -> str:
    return f"{MISSING}: set {key} in [privacy] of the policy file{', or ' + or_else if or_else else ''}"


def _whereabouts(recipient: Recipient, said: Responsible) -> tuple[str, str]:
    if recipient.is_local:
        return "this machine", "ours"
    processor = said.processor_of(recipient.host.casefold())
    return "outside", processor.name if processor else f"{MISSING}: name it in hosts of a [[privacy.processor]]"


def _kept(p: Processing) -> Iterator[tuple[str, str, str]]:
    retention = p.retention
    yield "mail of no customer", f"{retention.strangers_days} days", "no statute keeps it"
    for country, law in sorted(retention.jurisdictions.items()):
        years = f"{law.years} years from the end of the year"
        yield f"letters of customers, {country}", years, law.source
    if retention.letters_beyond_statute_days:
        yield (
            "letters of customers, beyond that",
            f"{retention.letters_beyond_statute_days} days",
            "the operator's rule",
        )
    yield (
        "drafts, prompts, answers of models, corrections, mail that left, search terms",
        "with their thread",
        "as above",
    )
    notes = "notes of cases and tasks, reasons of holds, after they end"
    yield notes, f"{retention.notes_days} days", "the operator's rule; no statute asks for them"
    papers = "copies of invoices, formal letters that somebody ordered"
    yield papers, f"{retention.documents_days} days", "accounting records; the originals are in the accounting system"
    yield "sessions, after they end", f"{retention.sessions_days} days", "security"
    yield "tokens of programs, after they end", f"{retention.tokens_days} days", "security"
    yield "failed sign-ins", f"{retention.login_failures_days} days", "security"
    yield "answers to repeated requests of the ledger's API", f"{retention.ledger_requests_days} days", "nothing twice"
    yield "notices", f"{retention.notices_days} days", "nothing twice"
    yield "jobs that ended well", f"{p.jobs_days} days", "ids and closed words"
    yield (
        "ledger: customers, contacts, invoices, payments, cases",
        "as the accounting system says",
        "see its own record",
    )
    yield "exports, case files, traces", "not kept here", "whoever takes one answers for it; each is noted"
    yield "users, saved views, figures", "until they are removed", "work; figures name nobody outside"
    yield "audit chains, register of erasures", "without end", "they hold no text"


def _law(law: Jurisdiction) -> tuple[str, str, str, str, str]:
    duty = law.disclosure_law if law.has_duty else "no duty known; done all the same"
    duty += "; a person can be reached" if law.names_a_person else ""
    persons = law.persons_law or "no law read; a person decides all the same"
    interest = f"table {law.interest}" if law.interest else "no table"
    return law.country, f"{law.years} years: {law.source}", duty, persons, interest


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    if not rows:
        yield "None."
        return
    yield from (f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}")
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
