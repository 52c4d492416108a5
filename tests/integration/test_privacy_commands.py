"""Keys, requests of data subjects and checkpoints by the command line."""

import json
import zipfile
from pathlib import Path

import pytest

from app.domain.errors import Invalid
from app.operations.escrow import take_from_escrow
from tests.running import Installation
from tests.servers.object_store import ObjectStore
from tests.servers.smtp_sink import SmtpSink

NEW_SECRET = "another secret of the tests, long enough"
PERSON = "petra@customer.example"


@pytest.mark.parametrize("sealed", ["", "AAAA", "A" * 64])
def test_an_escrow_file_that_was_cut_or_altered_is_refused(tmp_path: Path, sealed: str) -> None:
    file = tmp_path / "escrow.json"
    cost = {"n": 2, "r": 1, "p": 1, "salt": "AAAA"}
    file.write_text(json.dumps({"scrypt": cost, "sealed": sealed}), encoding="ascii")
    with pytest.raises(Invalid, match="does not open"):
        take_from_escrow(file, "six words that somebody threw by dice")


def test_keys_requests_and_checkpoints(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    duebox = Installation(f"sqlite:///{tmp_path / 'duebox.db'}", tmp_path, smtp_sink)
    duebox.furnish()
    assert duebox.run("audit", "checkpoint", "--mail-to", "auditor@outside.example").returncode == 2
    duebox.add_webhook("hook")

    assert "k2: " in duebox.command("keys", "rotate")
    duebox.command("keys", "rotate", "--new-secret-file", str(duebox.file("secret", NEW_SECRET)))
    assert "is not the key" in duebox.run("users", "token", "ines@seller.example").stderr
    duebox.environment["DUEBOX_SECRET_KEY"] = NEW_SECRET
    assert duebox.command("users", "token", "ines@seller.example")

    duebox.command("backup", "backup.zip")
    words = duebox.file("words", "six words that somebody threw by dice")
    told = duebox.command("keys", "escrow", "escrow.json", "--passphrase-file", str(words))
    assert NEW_SECRET not in (tmp_path / "escrow.json").read_text()
    assert json.loads(zipfile.ZipFile(tmp_path / "backup.zip").read("manifest.json"))["secret"][:16] in told
    guess = duebox.file("guess", "six words that somebody guesses by luck")
    refused = duebox.run("keys", "recover", "escrow.json", "--passphrase-file", str(guess), "--out", "no")
    assert "does not open: the passphrase is another one" in refused.stderr
    duebox.environment["DUEBOX_SECRET_KEY"] = "whatever, on another machine, long enough"
    duebox.command("keys", "recover", "escrow.json", "--passphrase-file", str(words), "--out", "taken")
    duebox.environment["DUEBOX_SECRET_KEY"] = (tmp_path / "taken").read_text().strip()
    duebox.environment["DUEBOX_DATABASE_URL"] = f"sqlite:///{tmp_path / 'again.db'}"
    assert "restored: " in duebox.command("restore", "backup.zip")

    assert "# Privacy dossier" in duebox.command("privacy", "dossier")
    assert "0 mails" in duebox.command("privacy", "export", PERSON, "--out", "person.zip")
    assert (tmp_path / "person.zip").stat().st_mode & 0o077 == 0, "for its owner alone"
    assert duebox.run("privacy", "export", PERSON, "--out", "person.zip").returncode == 2
    assert "1 contacts" in duebox.command("privacy", "rectify", PERSON, "--name", "Petra Vance")
    assert "now under" in duebox.command("privacy", "hold", "C-1")
    duebox.command("privacy", "lift", "C-1")
    assert json.loads(duebox.command("privacy", "erase", PERSON, "--json"))["contacts"] == 1

    duebox.command("audit", "checkpoint", "--mail-to", "auditor@outside.example")
    (sent,) = smtp_sink.wait_for(1)
    (attached,) = sent.message.iter_attachments()
    point = duebox.file("point.json", attached.get_content().decode())
    assert "decisions: " in duebox.command("audit", "verify", "--checkpoint", str(point))

    wish = ("audit", "checkpoint", "--put", "s3://x/y")
    assert "--put needs --retain-days" in duebox.run(*wish).stderr
    assert "DUEBOX_OBJECT_STORE__ENDPOINT is not set" in duebox.run(*wish, "--retain-days", "0").stderr
    with ObjectStore() as store:
        duebox.environment |= {
            "DUEBOX_OBJECT_STORE__ENDPOINT": store.url,
            "DUEBOX_OBJECT_STORE__REGION": store.signer.region,
            "DUEBOX_OBJECT_STORE__ACCESS_KEY": store.signer.access_key,
            "DUEBOX_OBJECT_STORE__SECRET_KEY_FILE": str(duebox.file("store", store.signer.secret_key)),
        }
        put = duebox.command("audit", "checkpoint", "--put", "s3://audit/duebox/", "--retain-days", "365").strip()
        assert [stored.mode for stored in store.objects.values()] == ["COMPLIANCE"]
        assert "decisions: " in duebox.command("audit", "verify", "--checkpoint", put)
        assert "| object store |" in duebox.command("privacy", "dossier")
