"""The `duebox` command as people and scripts meet it: what it prints, and the exit codes 0, 1, 2 and 75."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.reading.mail.headers import HEADER_LIMIT
from tests.instances import mail
from tests.running import CONTACTS, CUSTOMERS, DUEBOX, INVOICES, PASSWORD, REPOSITORY, Installation
from tests.servers.dovecot import Mailbox
from tests.servers.process import free_port, wait_until

HEAVY = {"langgraph", "presidio_analyzer", "spacy", "torch", "sklearn", "openai"}
WRONG, USAGE, TRY_AGAIN = 1, 2, 75


@pytest.fixture(scope="module")
def duebox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running `serve` on SQLite; every command below runs beside it."""
    folder = tmp_path_factory.mktemp("cli")
    with Installation(f"sqlite:///{folder / 'duebox.db'}", folder) as installation:
        installation.furnish()
        installation.start_all()
        yield installation


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    """Settings for a database that is not there yet."""
    return Installation(f"sqlite:///{tmp_path / 'duebox.db'}", tmp_path)


def refused(done: "subprocess.CompletedProcess[str]", code: int, *said: str) -> None:
    """One message, no traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("duebox: ") <= 1
    for words in said:
        assert words in done.stderr.replace("\n", " ").replace("  ", " "), done.stderr


# Starting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"DUEBOX_SECRET_KEY": ""}, USAGE, "DUEBOX_SECRET_KEY is not set; make one with: openssl"),
        ({"DUEBOX_SECRET_KEY": "short"}, USAGE, "DUEBOX_SECRET_KEY: must have at least 32 characters"),
        ({"DUEBOX_SECRET_KEY_FILE": "/nowhere/key"}, USAGE, "DUEBOX_SECRET_KEY_FILE names /nowhere/key, which cannot"),
        ({"DUEBOX_DATABASE_URL": "mysql://u:p@h/d"}, USAGE, "DUEBOX_DATABASE_URL must look like sqlite:///file.db or"),
        ({"DUEBOX_DATABASE_URL": "postgresql://u:p@h:x/d"}, USAGE, "DUEBOX_DATABASE_URL must look like"),
        ({"DUEBOX_DATABASE_URL": "sqlite:///:memory:"}, USAGE, "DUEBOX_DATABASE_URL must look like"),
        ({"DUEBOX_DATABASE_URL": "sqlite:////nowhere/d.db"}, USAGE, "DUEBOX_DATABASE_URL: /nowhere is no folder"),
        ({"DUEBOX_DATABASE_URL": "postgresql://u:p@127.0.0.1:9/d"}, TRY_AGAIN, "127.0.0.1:9 does not answer"),
        ({"DUEBOX_MODEL__PROVIDER": "gpt"}, USAGE, "DUEBOX_MODEL__PROVIDER: Input should be 'embedded' or 'openai'"),
        ({"DUEBOX_MODEL__PROVIDER": "openai"}, USAGE, "DUEBOX_MODEL__NAME must be set when the provider is openai"),
        ({"DUEBOX_POLICY_FILE": "/nowhere/p.toml"}, USAGE, "cannot be read (No such file or directory); check DUEBOX_"),
        ({"DUEBOX_HTTP__PORT": "http"}, USAGE, "DUEBOX_HTTP__PORT: Input should be a valid integer"),
        ({"DUEBOX_HTTP__HOST": "192.0.2.1"}, USAGE, "DUEBOX_HTTP__HOST, DUEBOX_HTTP__PORT: 192.0.2.1"),
        ({"DUEBOX_UNDO_SECONDS": "-1"}, USAGE, "DUEBOX_UNDO_SECONDS: Input should be greater than or equal to 0"),
    ],
)
def test_a_wrong_setting_stops_the_start(empty: Installation, settings: dict[str, str], code: int, said: str) -> None:
    refused(empty.run("serve", **settings), code, said)


POLICY = 'version = "1"\n[[rule]]\nname = "all"\nwhen = {}\nthen = "review"\n'


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ('version = "1"\n[[rule', "is not TOML"),
        (POLICY.replace("review", "perhaps"), 'rule "all": then: "perhaps" is not one of review, auto, none'),
        (
            POLICY.replace("when = {}", 'when = { any_intent = ["dispute"] }'),
            "the last rule must be when = {} and then",
        ),
        (POLICY.replace("when = {}", "when = { mood = 1 }"), '"mood" is not known here; use any_intent'),
        (POLICY.replace('version = "1"', ""), "version is missing"),
        ('version = "1"\n', "has no [[rule]]"),
    ],
)
def test_a_wrong_policy_stops_the_start(empty: Installation, policy: str, said: str) -> None:
    path = empty.file("policy.toml", policy)
    refused(empty.run("worker", DUEBOX_POLICY_FILE=str(path)), USAGE, f"{path}: ", said)


def test_the_installed_command_ends_with_the_same_codes(duebox: Installation) -> None:
    """All others run in forks of one process that has imported the command; this is the command itself."""
    for words, code in ((("users", "token", "x@y.example"), WRONG), (("import", "x"), USAGE)):
        done = subprocess.run(  # noqa: S603  # our own command
            [str(DUEBOX), *words],
            env=duebox.environment,
            cwd=duebox.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code == duebox.run(*words).returncode
        assert "Traceback" not in done.stderr


def test_a_database_written_with_another_key_is_noticed(duebox: Installation) -> None:
    duebox.add_webhook("keyed")
    done = duebox.run("audit", "verify", DUEBOX_SECRET_KEY="another secret of the tests, long enough")
    refused(done, USAGE, "DUEBOX_SECRET_KEY is not the key that this database was written with")


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_a_second_process_on_one_file_is_told_who_holds_it(duebox: Installation, word: str) -> None:
    holder = duebox.processes[0].pid
    done = duebox.run(word, DUEBOX_HTTP__PORT=str(free_port()))
    refused(done, TRY_AGAIN, f"{duebox.folder}/duebox.db is in use by duebox serve (process {holder}); stop that first")


@pytest.mark.timeout(300)
def test_every_sample_mail_of_the_demo_ends_where_it_should(empty: Installation) -> None:
    done = empty.run("demo", "--check", "--folder", str(empty.folder / "demo"))
    summary = json.loads(done.stdout)
    assert done.returncode == 0, summary["differences"]
    assert summary["as_expected"] == summary["mails"] >= 48


def test_a_demo_never_takes_a_folder_that_is_in_use(duebox: Installation) -> None:
    before = (duebox.folder / "duebox.db").stat().st_ino
    refused(duebox.run("demo", "--folder", str(duebox.folder)), TRY_AGAIN, "in use by duebox serve")
    assert (duebox.folder / "duebox.db").stat().st_ino == before


def test_a_port_in_use_is_said(duebox: Installation, empty: Installation) -> None:
    done = empty.run("serve", DUEBOX_HTTP__PORT=str(duebox.port))
    refused(done, TRY_AGAIN, f"127.0.0.1:{duebox.port} cannot be used (Address already in use); stop what listens")


def test_light_commands_load_no_models() -> None:
    code = (
        "import sys, contextlib\nsys.argv = ['duebox', '--help']\nimport app.cli\n"
        "with contextlib.suppress(SystemExit):\n    app.cli.main()\n"
        "import app.operations.running\n"
        "print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    ).stdout
    loaded = set(said.partition("LOADED ")[2].split())
    assert "typer" in loaded
    assert not loaded & HEAVY


# The ledger ----------------------------------------------------------------------------------


def test_ledger_files_are_taken_once(empty: Installation) -> None:
    for kind, content in (("customers", CUSTOMERS), ("contacts", CONTACTS), ("invoices", INVOICES)):
        path = str(empty.file(f"{kind}.csv", content))
        count = len(content.splitlines()) - 1
        assert f"{count} {kind}: would be {count} new" in empty.command("import", kind, path, "--dry-run")
        assert f"{count} {kind}: {count} new, 0 changed, 0 unchanged" in empty.command("import", kind, path)
        assert f"{count} {kind}: 0 new, 0 changed, {count} unchanged" in empty.command("import", kind, path)


def test_a_bad_row_is_named_and_nothing_is_taken(duebox: Installation) -> None:
    bad = INVOICES + "INV-2001,C-1,invoice,ten,10.00,EUR,2026-04-01,2026-05-01,,open\n"
    path = str(duebox.file("bad.csv", bad + "INV-2002,C-9,invoice,10.00,10.00,EUR,2026-04-01,soon,,open\n"))
    for words in ((), ("--dry-run",)):
        done = duebox.run("import", "invoices", path, *words)
        refused(done, WRONG, "bad.csv, line 4, column amount: ", "bad.csv, line 5, column due_date: ")
    assert "0 new, 0 changed, 2 unchanged" in duebox.command(
        "import", "invoices", str(duebox.file("good.csv", INVOICES))
    )
    for kind, content, column in (
        ("customers", CUSTOMERS.replace(",EUR,", ",EURO,"), "currency"),
        ("contacts", CONTACTS.replace("petra@customer.example", "petra"), "email"),
        ("payments", "payment_id,customer_id,date,amount,currency,reference,invoice_number\nP,C-1,x,1,EUR,,\n", "date"),
        ("invoices", INVOICES.replace(",due_date,", ",due,"), "due_date"),
    ):
        file = str(duebox.file(f"{kind}-bad.csv", content))
        refused(duebox.run("import", kind, file), WRONG, f"{kind}-bad.csv, line ", f"column {column}")


def test_a_snapshot_closes_what_is_missing(empty: Installation) -> None:
    for kind, content in (("customers", CUSTOMERS), ("invoices", INVOICES)):
        empty.command("import", kind, str(empty.file(f"{kind}.csv", content)))
    fewer = str(empty.file("fewer.csv", "".join(INVOICES.splitlines(keepends=True)[:2])))
    assert "would be closed (1): INV-1002" in empty.command("import", "invoices", fewer, "--snapshot", "--dry-run")
    refused(empty.run("import", "invoices", fewer, "--snapshot"), USAGE, "--yes")
    assert "closed (1): INV-1002" in empty.command("import", "invoices", fewer, "--snapshot", "--yes")
    assert "closed (" not in empty.command("import", "invoices", fewer, "--snapshot")


def test_what_cannot_be_imported_is_named(duebox: Installation) -> None:
    refused(duebox.run("import", "invoices", "nowhere.csv"), USAGE, "nowhere.csv")
    path = str(duebox.file("customers.csv", CUSTOMERS))
    refused(duebox.run("import", "orders", path), USAGE, "orders")
    refused(duebox.run("import", "customers", path, "--snapshot"), USAGE, "only an invoice file")
    (duebox.folder / "latin.csv").write_bytes(CUSTOMERS.encode().replace(b"Customer", b"K\xfcche"))
    refused(duebox.run("import", "customers", str(duebox.folder / "latin.csv")), WRONG, "latin.csv, line ", "UTF-8")


# People, mailboxes, quarantine, audit ---------------------------------------------------------


def test_people_are_added_and_get_tokens(duebox: Installation) -> None:
    duebox.file("oda.password", PASSWORD + "\n")
    words = ("users", "add", "oda@seller.example", "--role", "manager", "--password-file", "oda.password")
    assert duebox.command(*words) == "oda@seller.example may sign in\n"
    refused(duebox.run(*words), USAGE, "there is a user oda@seller.example already")
    asked = duebox.run("users", "add", "noor@seller.example", "--role", "auditor", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.returncode == 0, asked.stderr
    assert PASSWORD not in asked.stdout + asked.stderr
    token = duebox.command("users", "token", "noor@seller.example")
    assert token.startswith("dbx_")
    assert token.count("\n") == 1, "the token alone, so that a script can take it"
    new = ("users", "password", "oda@seller.example", "--password-file", "oda.password")
    assert duebox.command(*new) == "oda@seller.example has a new password, and is signed out\n"
    refused(duebox.run(*new[:2], "stranger@seller.example", *new[3:]), WRONG, "there is no user stranger")
    refused(duebox.run("users", "add", "x@seller.example", stdin="short\nshort\n"), USAGE, "at least 12 characters")
    refused(duebox.run("users", "add", "x@seller.example", stdin=""), WRONG)
    refused(duebox.run("users", "add", "nobody", "--password-file", "oda.password"), USAGE, "is not an e-mail address")
    refused(duebox.run(*words[:4], "boss", *words[5:]), USAGE, "--role must be one of: collector, manager")
    refused(duebox.run("users", "token", "stranger@seller.example"), WRONG, "there is no user stranger@seller.example")
    refused(duebox.run("users", "add", "x@seller.example", "--password-file", "nowhere"), USAGE, "nowhere")
    duebox.file("empty.password", "\n")
    refused(
        duebox.run("users", "add", "x@s.example", "--password-file", "empty.password"), USAGE, "empty.password is e"
    )


def test_a_webhook_is_shown_once(duebox: Installation) -> None:
    said = duebox.command("mailbox", "add", "hook", "--address", "c@seller.example", "--webhook", "raw")
    url, secret = said.splitlines()
    assert url == f"post mail to: {duebox.base}/webhooks/mail/hook"
    assert secret.startswith("secret: whsec_")
    value = secret.split()[1]
    shown = json.loads(duebox.command("mailbox", "list", "--json"))
    (row,) = [row for row in shown if row["name"] == "hook"]
    assert set(row) == {"name", "address", "kind", "active", "standing", "last_read_at", "last_error", "undo_seconds"}
    assert value not in json.dumps(shown)
    assert "hook\tc@seller.example\t" in duebox.command("mailbox", "list")
    assert "/webhooks/mail/hook" in duebox.command("mailbox", "test", "hook")
    assert "120 s to take a mail back" in duebox.command("mailbox", "undo", "hook", "--seconds", "120")
    shown = json.loads(duebox.command("mailbox", "list", "--json"))
    assert [row["undo_seconds"] for row in shown if row["name"] == "hook"] == [120]
    assert "as DUEBOX_UNDO_SECONDS says" in duebox.command("mailbox", "undo", "hook")
    refused(duebox.run("mailbox", "undo", "hook", "--seconds", "301"), USAGE, "less than or equal to 300")
    add = ("mailbox", "add")
    refused(duebox.run(*add, "hook", "--address", "c@s.example", "--webhook", "raw"), USAGE, "hook exists already")
    refused(duebox.run(*add, "h2", "--address", "c@s.example", "--webhook", "fax"), USAGE, "--webhook must be one of")
    refused(duebox.run(*add, "h2", "--address", "nowhere", "--webhook", "raw"), USAGE, "--address must be")
    refused(duebox.run(*add, "a/b", "--address", "c@s.example", "--webhook", "raw"), USAGE, "NAME")
    refused(duebox.run(*add, "h2", "--webhook", "raw"), USAGE, "--address")
    duebox.file("short.secret", "whsec_AAAA")
    words = ("h2", "--address", "c@s.example", "--webhook", "raw", "--secret-file", "short.secret")
    refused(duebox.run(*add, *words), USAGE, "--secret-file must hold whsec_ and at least 24 bytes")
    refused(duebox.run("mailbox", "test", "nowhere"), WRONG, "no mailbox is named nowhere")


def test_an_imap_mailbox_is_added_tried_and_read(duebox: Installation, mailbox: Mailbox) -> None:
    duebox.file("imap.password", mailbox.password)
    add = ("mailbox", "add", "inbox", "--address", "collections@seller.example", "--username", mailbox.username)
    where = ("--imap-host", "127.0.0.1", "--imap-port", str(mailbox.port), "--password-file", "imap.password")
    refused(duebox.run(*add, *where, "--security", "ssl"), USAGE, "--security must be one of: tls, starttls, none")
    refused(duebox.run(*add, *where, "--since", "yesterday"), USAGE, "--since must be a date")
    refused(duebox.run(*add, *where[2:]), USAGE, "--imap-host is missing")
    refused(duebox.run(*add, *where[:2], "--imap-port", "imap", *where[4:]), USAGE, "--imap-port")
    refused(duebox.run(*add, *where[:2], "--imap-port", "70000", *where[4:]), USAGE, "--imap-port")
    assert "inbox is watched from now on" in duebox.command(*add, *where, "--security", "none")
    assert "inbox: INBOX is readable, next UID 1" in duebox.command("mailbox", "test", "inbox")
    mailbox.append(mail("We will pay INV-1001 on Friday."))
    wait_until(lambda: duebox.get("/api/v1/counts")["received"] == 1, what="`serve` reads the new mailbox", seconds=90)
    away = duebox.run(
        *("mailbox", "add", "away", "--address", "c@seller.example", "--username", "u", "--imap-host", "127.0.0.1"),
        *("--imap-port", "9", "--password-file", "imap.password"),
    )
    assert away.returncode == 0
    assert "was added, but its server cannot be read yet (imap_unreachable)" in away.stdout
    refused(duebox.run("mailbox", "test", "away"), TRY_AGAIN, "imap_unreachable")


def test_quarantine_is_listed_and_tried_again(duebox: Installation) -> None:
    webhook = duebox.add_webhook("odd")
    assert json.loads(duebox.command("quarantine", "list", "--json")) == []
    assert webhook.post(b"Subject: " + b"x" * HEADER_LIMIT) == 204
    wait_until(lambda: duebox.get("/api/v1/counts")["in_work"] == 0, what="it was worked", seconds=180)
    (row,) = json.loads(duebox.command("quarantine", "list", "--json"))
    assert set(row) == {"id", "mailbox", "reason", "attempts", "received_at"}
    assert (row["mailbox"], row["reason"], row["attempts"]) == ("odd", "header_too_long", 1)
    assert len(duebox.command("quarantine", "list").splitlines()) == 1
    assert duebox.command("quarantine", "retry", "all").startswith("1 mail")
    refused(duebox.run("quarantine", "retry", "x"), WRONG, "x is not the id of a mail")
    refused(duebox.run("quarantine", "retry", "0198a000-0000-7000-8000-000000000000"), WRONG, "no such message")


def test_the_log_is_verified_exported_and_pinned(duebox: Installation) -> None:
    verdicts = json.loads(duebox.command("audit", "verify", "--json"))
    assert {verdict["chain"] for verdict in verdicts} == {"decisions", "access"}
    for verdict in verdicts:
        assert set(verdict) == {"chain", "entries", "head", "first_bad", "reason"}
        assert verdict["first_bad"] is None
    duebox.command("audit", "checkpoint", "--out", "point.json")
    assert "decisions: " in duebox.command("audit", "verify", "--checkpoint", "point.json")
    lines = duebox.command("audit", "export").splitlines()
    assert len(lines) >= verdicts[0]["entries"]
    assert all(json.loads(line)["kind"] for line in lines)
    duebox.command("audit", "export", "--format", "csv", "--out", "log.csv")
    assert (duebox.folder / "log.csv").read_text().count("\n") > len(lines)
    refused(duebox.run("audit", "export", "--format", "xml"), USAGE, "--format must be jsonl or csv")
    refused(duebox.run("audit", "export", "--out", "/nowhere/log"), WRONG, "/nowhere/log: No such file or directory")
    refused(duebox.run("audit", "verify", "--checkpoint", "nowhere"), USAGE, "nowhere")
    duebox.file("other.json", "{}")
    refused(duebox.run("audit", "verify", "--checkpoint", "other.json"), USAGE, "is not a file of `duebox audit")
    ahead = [{**point, "seq": point["seq"] + 100} for point in json.loads((duebox.folder / "point.json").read_text())]
    duebox.file("ahead.json", json.dumps(ahead))
    cut = duebox.run("audit", "verify", "--checkpoint", "ahead.json")
    assert cut.returncode == WRONG, "entries that a checkpoint knows of are gone"


def test_the_database_is_brought_up_to_date_and_left_alone_then(duebox: Installation, empty: Installation) -> None:
    assert empty.command("db", "upgrade") == "the database is up to date\n"
    assert duebox.command("db", "upgrade") == "the database is up to date\n", "beside a running `serve`"


# Mail by a pipe --------------------------------------------------------------------------------


@pytest.mark.timeout(240)
def test_a_local_mail_server_delivers_beside_a_running_serve(duebox: Installation) -> None:
    duebox.add_webhook("pipe")
    raw = mail("We will pay INV-1001 on Friday.", message_id="pipe@customer.example").decode()
    assert duebox.command("deliver", "--mailbox", "pipe", stdin=raw) == ""

    def works_it() -> bool:
        (stored,) = [m for m in duebox.everything("/api/v1/messages") if m["mailbox"] == "pipe"]
        return bool(stored["state"] == "pending")

    wait_until(works_it, what="`serve` works what a command has stored", seconds=180)


# The agent on files ---------------------------------------------------------------------------


@pytest.mark.timeout(240)
def test_mail_files_are_worked_without_any_setting(tmp_path: Path) -> None:
    bare = Installation("", tmp_path)
    bare.environment = {name: value for name, value in bare.environment.items() if not name.startswith("DUEBOX_")}
    (tmp_path / "a.eml").write_bytes(mail("Hello,\n\nwe will pay INV-1 on 29 May 2026.\n\nPetra Vane"))
    (tmp_path / "b.eml").write_bytes(b"")
    account = {
        "name": "Customer Ltd",
        "invoices": [{"number": "INV-1", "amount": "100.00", "currency": "EUR", "due_date": "2026-05-01"}],
    }
    (tmp_path / "ledger.json").write_text(json.dumps(account))
    lines = json.loads(bare.command("triage", "a.eml", "b.eml", "--ledger", "ledger.json", "--json"))
    assert [line["id"] for line in lines] == ["a.eml", "b.eml"]
    first = lines[0]
    assert {"id", "language", "reply_text", "intents", "route", "rule", "review_reasons", "draft"} <= set(first)
    assert first["intents"][0]["intent"] == "payment_promise"
    assert set(first["intents"][0]) == {"intent", "confidence", "invoices", "evidence"}
    assert first["promise"]["date"] == "2026-05-29"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.eml", "b.eml", "ledger.json"], "nothing is stored"
    said = bare.command("triage", "a.eml")
    assert "a.eml: payment_promise" in said
    assert "route review" in said
    refused(bare.run("triage", "nowhere.eml"), USAGE, "nowhere.eml")
    refused(bare.run("triage"), USAGE, "Missing argument")
    (tmp_path / "broken.json").write_text("{")
    refused(bare.run("triage", "a.eml", "--ledger", "broken.json"), USAGE, "broken.json is not JSON")
    refused(bare.run("triage", "a.eml", DUEBOX_MODEL__PROVIDER="openai"), USAGE, "DUEBOX_MODEL__NAME")


def test_doctor_says_what_is_missing(empty: Installation, duebox: Installation) -> None:
    found = empty.run("doctor", "--json")
    assert found.returncode == WRONG
    findings = {finding["part"]: finding for finding in json.loads(found.stdout)}
    assert all(set(finding) == {"part", "is_ok", "detail", "hint"} for finding in findings.values())
    assert findings["database"]["hint"] == "run: duebox db upgrade"
    assert findings["smtp"]["hint"].startswith("check DUEBOX_SMTP__HOST")
    assert findings["model"]["is_ok"]
    said = duebox.run("doctor")
    assert said.returncode == WRONG
    assert "ok    database: reachable, schema up to date" in said.stdout
    assert "BAD   smtp: " in said.stdout
    away = empty.run("doctor", "--json", DUEBOX_DATABASE_URL="postgresql://u@127.0.0.1:9/d")
    assert away.returncode == WRONG
    assert json.loads(away.stdout)[0]["hint"].startswith("check DUEBOX_DATABASE_URL")


def test_help_is_there_and_nonsense_is_refused(empty: Installation) -> None:
    assert "serve" in empty.command("--help")
    for words in (("frobnicate",), ("serve", "--port", "1"), ("mailbox", "add"), ("audit", "check")):
        refused(empty.run(*words), USAGE)
