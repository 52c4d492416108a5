"""How much of what is personal the redactor hides, and how much it hides that should stay readable.

Three shapes of lines are read: the sets of `datasets/pii` (spans in `pii` and `readable`), mails with `expect.pii`, and
the span lists of public collections.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.domain.ports import Redactor
from app.domain.text import RawText, Redaction
from evals.dataset import Line
from evals.identifiers import examples

SEED, EACH = 7, 10
TYPES = {"LOCATION": "ADDRESS", "STREET_ADDRESS": "ADDRESS", "ORGANIZATION": "company"}
READABLE = ("invoice", "amount", "date", "company")


@dataclass(frozen=True, slots=True)
class Label:
    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One text: what is personal in it, and what must stay readable. `account` is the name in the ledger."""

    id: str
    language: str
    text: str
    account: str
    labels: tuple[Label, ...]


@dataclass(slots=True)
class Tally:
    """Hits and totals by figure, and what missed."""

    hits: dict[str, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)

    def count(self, figure: str, *, hit: bool) -> None:
        self.hits[figure] = self.hits.get(figure, 0) + hit
        self.totals[figure] = self.totals.get(figure, 0) + 1

    def rows(self) -> Iterator[tuple[str, float, int]]:
        for figure, total in self.totals.items():
            yield figure, self.hits[figure] / total, total


def samples(lines: Iterable[Line]) -> Iterator[Sample]:
    for line in lines:
        text = str(line.get("text") or line.get("body") or "")
        account = line.get("account") or ""
        name = account["name"] if isinstance(account, Mapping) else account
        language = line["language"] if line["language"] != "und" else "en"
        yield Sample(line["id"], language, text, name, tuple(_labels(line, text)))


def _labels(line: Line, text: str) -> Iterator[Label]:
    spans: list[Mapping[str, Any]] = [*line.get("pii", ()), *line.get("readable", ()), *line.get("spans", ())]
    for span in spans:
        yield Label(TYPES.get(span["type"], span["type"]), span["start"], span["end"])
    for span in line.get("expect", {}).get("pii", ()):
        start = text.find(span["text"])
        if start >= 0:
            yield Label(span["type"], start, start + len(span["text"]))


def measure(lines: Iterable[Line], mild: Redactor, strict: Redactor) -> Tally:
    """Recall by type and wrongly masked by type, for the usual redaction and for the one of text that leaves."""
    tally = Tally()
    for sample in samples(lines):
        for name, redactor in (("inside", mild), ("leaving", strict)):
            _count(tally, name, sample, _redacted(redactor, sample))
    return tally


def measure_identifiers(redactor: Redactor) -> Tally:
    """Recall on identifiers made by lot."""
    tally = Tally()
    for example in examples(Random(SEED), EACH):  # noqa: S311 the same examples every time
        start = example.text.index(example.value)
        label = Label(example.type, start, start + len(example.value))
        sample = Sample("made", example.language, example.text, "", (label,))
        hit = not _left(_mask(_redacted(redactor, sample), sample.text), sample.text, label)
        tally.count(f"made.recall.{label.type}", hit=hit)
        if not hit:
            tally.misses.append(f"made {label.type}: {example.text!r}")
    return tally


def _redacted(redactor: Redactor, sample: Sample) -> Redaction:
    readable = [sample.account] if sample.account else []
    (done,) = redactor.redact(
        [RawText(sample.text)], language=sample.language, known_names=(), vault={}, readable=readable
    )
    return done


def _mask(done: Redaction, text: str) -> bytearray:
    covered = bytearray(len(text))
    for segment in done.text.segments:
        if segment.type is not None:
            covered[segment.source.start : segment.source.end] = b"\1" * (segment.source.end - segment.source.start)
    return covered


def _left(covered: bytearray, text: str, label: Label) -> bool:
    """Whether a letter or digit of the label can still be read."""
    return any(text[at].isalnum() and not covered[at] for at in range(label.start, label.end))


def _count(tally: Tally, redaction: str, sample: Sample, done: Redaction) -> None:
    covered = _mask(done, sample.text)
    for label in sample.labels:
        value = sample.text[label.start : label.end]
        if label.type in READABLE:
            kind = label.type if label.type != "company" or value != sample.account else "company.of_ledger"
            wrong = any(covered[label.start : label.end])
            tally.count(f"{redaction}.wrongly_masked.{kind}", hit=wrong)
        else:
            wrong = _left(covered, sample.text, label)
            tally.count(f"{redaction}.recall.{label.type}", hit=not wrong)
            if label.type == "PERSON":
                tally.count(f"{redaction}.names.{sample.language}", hit=not wrong)
        if wrong:
            tally.misses.append(f"{sample.id} {redaction} {label.type}: {value!r}")
    _count_other_words(tally, redaction, sample, covered)


def _count_other_words(tally: Tally, redaction: str, sample: Sample, covered: bytearray) -> None:
    """Letters outside every label: how many are hidden for nothing."""
    labelled = bytearray(len(sample.text))
    for label in sample.labels:
        labelled[label.start : label.end] = b"\1" * (label.end - label.start)
    for at, sign in enumerate(sample.text):
        if sign.isalpha() and not labelled[at]:
            tally.count(f"{redaction}.other_letters_masked", hit=bool(covered[at]))
