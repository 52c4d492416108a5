"""The measure of redaction, on a redactor whose faults are known."""

from collections.abc import Iterable, Mapping, Sequence

from app.adapters.redaction.finds import Find
from app.adapters.redaction.lexicon import load_lexicon
from app.adapters.redaction.placeholders import Placeholders, masked
from app.domain.text import RawText, Redaction
from evals.pii import measure

LINE = {
    "id": "1",
    "language": "en",
    "account": "Oak Ltd",
    "text": "Mei and Bo of Oak Ltd paid INV-1",
    "pii": [{"type": "PERSON", "start": 0, "end": 3}, {"type": "PERSON", "start": 8, "end": 10}],
    "readable": [{"type": "company", "start": 14, "end": 21}, {"type": "invoice", "start": 27, "end": 32}],
}


class FirstWordRedactor:
    """Hides the first three letters and the invoice number."""

    def redact(
        self,
        texts: Sequence[RawText],
        *,
        language: str,
        known_names: Iterable[str],
        vault: Mapping[str, str],
        readable: Iterable[str] = (),
    ) -> tuple[Redaction, ...]:
        finds = [Find("PERSON", 0, 3, 1.0), Find("PERSON", 27, 32, 1.0)]
        places = Placeholders(load_lexicon(), vault)
        return tuple(Redaction(masked(text.value, finds, places), places.vault) for text in texts)


def test_recall_and_wrongly_masked_are_told_apart() -> None:
    tally = measure([LINE], FirstWordRedactor(), FirstWordRedactor())
    figures = {name: (value, count) for name, value, count in tally.rows()}
    assert figures["leaving.recall.PERSON"] == (0.5, 2)
    assert figures["leaving.wrongly_masked.company.of_ledger"] == (0.0, 1)
    assert figures["leaving.wrongly_masked.invoice"] == (1.0, 1)
    assert "1 leaving PERSON: 'Bo'" in tally.misses


def test_a_labelled_mail_of_the_other_sets_is_read_too() -> None:
    line = {
        "id": "2",
        "language": "en",
        "body": "Mei paid 20 pounds to the firm of the oak",
        "account": {"name": "Oak"},
        "expect": {"pii": [{"type": "PERSON", "text": "Mei"}]},
    }
    figures = {name: value for name, value, _ in measure([line], FirstWordRedactor(), FirstWordRedactor()).rows()}
    assert figures["inside.recall.PERSON"] == 1.0
