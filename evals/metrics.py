"""Predictions against labels: every figure that the report shows and the gates look at.

Figures are dotted names and numbers (`intents.macro_f1`, `route.let_through`); one without cases is left out, so that
a gate on it fails loudly instead of passing on nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from app.domain.intents import Intent, Route
from evals.dataset import Line

BINS = 10
BY_LANGUAGE = (
    "intents.macro_f1",
    "route.needs_a_person_and_gets_one",
    "route.needless_review",
    "promise.date",
    "invoices.exact",
    "invoices.pairs_exact_mixed",
    "pii.recall",
)
EXCLUDED = "(none)"


@dataclass(frozen=True, slots=True)
class Miss:
    """One disagreement, for people to read: the line's id, what was asked, the label and the prediction."""

    id: str
    figure: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """`figures` by dotted name; `counts` the cases behind each; the tables behind the pictures; the misses.

    `languages` has for each language the figures that BY_LANGUAGE names."""

    figures: Mapping[str, float]
    counts: Mapping[str, int]
    confusion: Mapping[str, Mapping[str, int]]
    routes: Mapping[str, Mapping[str, int]]
    reliability: Sequence[tuple[float, float, int]]
    misses: Sequence[Miss] = ()
    languages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass
class _Tally:
    figures: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)

    def rate(self, name: str, results: Sequence[bool]) -> None:
        if results:
            self.figures[name] = sum(results) / len(results)
            self.counts[name] = len(results)

    def put(self, name: str, value: float, count: int) -> None:
        self.figures[name] = value
        self.counts[name] = count

    def miss(self, line: Line, figure: str, expected: object, got: object) -> None:
        self.misses.append(Miss(str(line["id"]), figure, _shown(expected), _shown(got)))


def score(lines: Sequence[Line], predictions: Sequence[Line]) -> Scorecard:
    """Lines and predictions are paired by id; a line without a prediction is an error."""
    by_id = {str(p["id"]): p for p in predictions}
    pairs = [(line, by_id[str(line["id"])]) for line in lines]
    languages = sorted({str(line["language"]) for line in lines})
    card = _card(pairs)
    if len(languages) < 2:  # noqa: PLR2004 nothing to compare
        return card
    own = {spoken: _card([pair for pair in pairs if pair[0]["language"] == spoken]).figures for spoken in languages}
    return replace(card, languages={spoken: _chosen(figures) for spoken, figures in own.items()})


def _chosen(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: figures[name] for name in BY_LANGUAGE if name in figures}


def _card(pairs: "Pairs") -> Scorecard:
    tally = _Tally()
    _intents(pairs, tally)
    _routes(pairs, tally)
    _facts(pairs, tally)
    _invoices(pairs, tally)
    _pii(pairs, tally)
    _language(pairs, tally)
    reliability = _reliability(pairs, tally)
    return Scorecard(tally.figures, tally.counts, _confusion(pairs), _route_table(pairs), reliability, tally.misses)


Pairs = Sequence[tuple[Line, Line]]


def _expected_intents(line: Line) -> list[str]:
    return list(line["expect"]["intents"])


def _predicted_intents(prediction: Line) -> list[str]:
    return [finding["intent"] for finding in prediction.get("intents", [])]


def f1(true_positive: int, false_positive: int, false_negative: int) -> float:
    total = 2 * true_positive + false_positive + false_negative
    return 2 * true_positive / total if total else 0.0


def _macro(
    pairs: Pairs, of_expected: Callable[[Line], list[str]], of_predicted: Callable[[Line], list[str]]
) -> tuple[float, dict[str, tuple[float, float, float, int]]]:
    """Mean F1 over the classes that the labels hold, and precision, recall, F1 and support of each."""
    hits, extra, missed = Counter[str](), Counter[str](), Counter[str]()
    for line, prediction in pairs:
        expected, got = set(of_expected(line)), set(of_predicted(prediction))
        hits.update(expected & got)
        extra.update(got - expected)
        missed.update(expected - got)
    table: dict[str, tuple[float, float, float, int]] = {}
    for name in sorted({*hits, *missed}):
        tp, fp, fn = hits[name], extra[name], missed[name]
        table[name] = (tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn), f1(tp, fp, fn), tp + fn)
    scores = [values[2] for values in table.values()]
    return (sum(scores) / len(scores) if scores else 0.0), table


def _intents(pairs: Pairs, tally: _Tally) -> None:
    macro, table = _macro(pairs, _expected_intents, _predicted_intents)
    tally.put("intents.macro_f1", macro, len(pairs))
    for name, (precision, recall, value, support) in table.items():
        tally.put(f"intents.{name}.f1", value, support)
        tally.put(f"intents.{name}.precision", precision, support)
        tally.put(f"intents.{name}.recall", recall, support)
    exact = [set(_expected_intents(line)) == set(_predicted_intents(p)) for line, p in pairs]
    tally.rate("intents.exact_set", exact)
    tally.rate("intents.primary", [_expected_intents(line)[:1] == _predicted_intents(p)[:1] for line, p in pairs])
    for (line, prediction), is_exact in zip(pairs, exact, strict=True):
        if not is_exact:
            tally.miss(line, "intents", _expected_intents(line), _predicted_intents(prediction))
    hard = [(line, p) for line, p in pairs if "hard" in line.get("tags", ())]
    if hard:
        tally.put("intents.hard.macro_f1", _macro(hard, _expected_intents, _predicted_intents)[0], len(hard))
    for language in sorted({str(line["language"]) for line, _ in pairs}):
        own = [(line, p) for line, p in pairs if line["language"] == language]
        tally.put(
            f"intents.language.{language}.macro_f1", _macro(own, _expected_intents, _predicted_intents)[0], len(own)
        )


def _routes(pairs: Pairs, tally: _Tally) -> None:
    """`let_through` counts mails that need a person and would get none: the costly mistake, with its own gate."""
    tally.rate("route.accuracy", [line["expect"]["route"] == p["route"] for line, p in pairs])
    needs = [(line, p) for line, p in pairs if line["expect"]["route"] == Route.REVIEW]
    others = [(line, p) for line, p in pairs if line["expect"]["route"] != Route.REVIEW]
    tally.rate("route.needs_a_person_and_gets_one", [p["route"] == Route.REVIEW for _, p in needs])
    tally.put("route.let_through", sum(p["route"] != Route.REVIEW for _, p in needs), len(needs))
    tally.put("route.let_through_to_auto", sum(p["route"] == Route.AUTO for _, p in needs), len(needs))
    tally.put("route.let_through_to_none", sum(p["route"] == Route.NONE for _, p in needs), len(needs))
    tally.put(
        "route.answerable_but_silent",
        sum(line["expect"]["route"] == Route.AUTO and p["route"] == Route.NONE for line, p in others),
        len(others),
    )
    tally.rate("route.needless_review", [p["route"] == Route.REVIEW for _, p in others])
    macro, _ = _macro(
        pairs, lambda line: list(line["expect"].get("review_reasons", [])), lambda p: list(p.get("review_reasons", []))
    )
    tally.put("reasons.macro_f1", macro, len(needs))
    for line, prediction in pairs:
        if line["expect"]["route"] != prediction["route"]:
            tally.miss(
                line,
                "route",
                line["expect"]["route"],
                f"{prediction['route']} ({prediction.get('rule', '')}: {_shown(prediction.get('review_reasons', []))})",
            )


def _facts(pairs: Pairs, tally: _Tally) -> None:
    """Facts are graded where the label has them, whatever the predicted intents; a fact invented is counted too."""
    for name, path in FACTS.items():
        asked = [
            (line, p)
            for line, p in pairs
            if _at(line["expect"], path[:1]) is not None
            and (path[0] != "promise" or "payment_promise" in _expected_intents(line))
        ]
        results: list[bool] = []
        for line, prediction in asked:
            expected, got = _at(line["expect"], path), _at(prediction, path)
            results.append(_same(expected, got))
            if not results[-1]:
                tally.miss(line, name, expected, got)
        tally.rate(name, results)
    unpromised = [(line, p) for line, p in pairs if _at(line["expect"], ("promise", "date")) is None]
    invented = [(line, p) for line, p in unpromised if _at(p, ("promise", "date")) is not None]
    tally.put("promise.dates_invented", len(invented), len(unpromised))
    for line, prediction in invented:
        tally.miss(line, "promise.dates_invented", None, _at(prediction, ("promise", "date")))


FACTS: Mapping[str, tuple[str, ...]] = {
    "promise.date": ("promise", "date"),
    "promise.amount": ("promise", "amount"),
    "extension.kind": ("extension", "kind"),
    "extension.until": ("extension", "until"),
    "dispute.reason": ("dispute", "reason"),
    "contact.email": ("contact", "email"),
    "contact.name": ("contact", "name"),
    "return_date": ("return_date",),
}


def _at(record: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = record
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def _same(expected: object, got: object) -> bool:
    if isinstance(expected, str) and isinstance(got, str):
        try:
            return Decimal(expected) == Decimal(got)
        except ArithmeticError:
            return expected.strip().casefold() == got.strip().casefold()
    return expected == got


def _invoices(pairs: Pairs, tally: _Tally) -> None:
    exact: list[bool] = []
    paired: list[bool] = []
    mixed: list[bool] = []
    counts = Counter[str]()
    for line, prediction in pairs:
        expected, got = set(line["expect"].get("invoices", [])), set(prediction.get("invoices", []))
        exact.append(expected == got)
        if expected != got:
            tally.miss(line, "invoices", sorted(expected), sorted(got))
        wanted = expected_pairs(line)
        if wanted is not None:
            found = {
                (number, finding["intent"])
                for finding in prediction.get("intents", [])
                for number in finding.get("invoices", [])
            }
            counts.update(tp=len(wanted & found), fp=len(found - wanted), fn=len(wanted - found), n=1)
            paired.append(wanted == found)
            if len({intent for _, intent in wanted}) > 1:
                mixed.append(wanted == found)
                if wanted != found:
                    tally.miss(line, "invoices.pairs_exact_mixed", _joined(wanted), _joined(found))
    tally.rate("invoices.exact", exact)
    tally.rate("invoices.pairs_exact", paired)
    tally.rate("invoices.pairs_exact_mixed", mixed)
    tally.put("invoices.pair_f1", f1(counts["tp"], counts["fp"], counts["fn"]), counts["n"])


def _joined(pairs: set[tuple[str, str]]) -> list[str]:
    return [f"{number} {intent}" for number, intent in sorted(pairs)]


def expected_pairs(line: Line) -> set[tuple[str, str]] | None:
    """(invoice, intent) pairs, where the label says or leaves only one reading: one intent, or at most one invoice."""
    expect = line["expect"]
    if "pairs" in expect:
        return {(number, intent) for number, intent in expect["pairs"]}
    invoices, intents = expect.get("invoices", []), expect["intents"]
    if len(intents) == 1 or len(invoices) <= 1:
        return {(number, intent) for number in invoices for intent in intents}
    return None


def _pii(pairs: Pairs, tally: _Tally) -> None:
    """Recall by type: a label counts as found when every place where its text stands in the body is covered."""
    found: dict[str, list[bool]] = {}
    for line, prediction in pairs:
        body = str(line["body"])
        covered = bytearray(len(body))
        for span in prediction.get("pii", []):
            covered[span["start"] : span["end"]] = b"\x01" * (min(span["end"], len(body)) - span["start"])
        for label in line["expect"].get("pii", []):
            is_found = _is_covered(body, label["text"], covered)
            found.setdefault(label["type"], []).append(is_found)
            if not is_found:
                tally.miss(line, f"pii.{label['type']}", f"({len(label['text'])} characters)", "not covered")
    for kind, results in sorted(found.items()):
        tally.rate(f"pii.recall.{kind}", results)
    tally.rate("pii.recall", [result for results in found.values() for result in results])


def _is_covered(body: str, text: str, covered: bytearray) -> bool:
    start = body.find(text)
    if start < 0:
        return False
    while start >= 0:
        letters = [position for position in range(start, start + len(text)) if body[position].isalnum()]
        is_word = (
            not body[max(0, start - 1) : start].isalnum()
            and not body[start + len(text) : start + len(text) + 1].isalnum()
        )
        if is_word and not all(covered[position] for position in letters):
            return False
        start = body.find(text, start + 1)
    return True


def _language(pairs: Pairs, tally: _Tally) -> None:
    tally.rate("language.accuracy", [line["language"] == p.get("language") for line, p in pairs])
    for line, prediction in pairs:
        if line["language"] != prediction.get("language"):
            tally.miss(line, "language", line["language"], prediction.get("language"))


def _reliability(pairs: Pairs, tally: _Tally) -> list[tuple[float, float, int]]:
    """Stated confidence against how often it was right, in ten bins, over the intents that were chosen."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for line, prediction in pairs:
        for finding in prediction.get("intents", []):
            confidence = float(finding["confidence"])
            bins[min(int(confidence * BINS), BINS - 1)].append(
                (confidence, finding["intent"] in _expected_intents(line))
            )
    total = sum(len(b) for b in bins)
    rows = [(sum(c for c, _ in b) / len(b), sum(ok for _, ok in b) / len(b), len(b)) for b in bins if b]
    if total:
        tally.put("intents.calibration_error", sum(abs(c - a) * n for c, a, n in rows) / total, total)
    return rows


def _confusion(pairs: Pairs) -> dict[str, dict[str, int]]:
    """Every labelled intent against what was found in its place: itself, else each intent too many, else none."""
    table: dict[str, dict[str, int]] = {intent.value: {} for intent in Intent}
    for line, prediction in pairs:
        expected, got = _expected_intents(line), _predicted_intents(prediction)
        extra = [name for name in got if name not in expected] or [EXCLUDED]
        for name in expected:
            for place in [name] if name in got else extra:
                table[name][place] = table[name].get(place, 0) + 1
    return table


def _route_table(pairs: Pairs) -> dict[str, dict[str, int]]:
    table = {route.value: {other.value: 0 for other in Route} for route in Route}
    for line, prediction in pairs:
        table[line["expect"]["route"]][prediction["route"]] += 1
    return table


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
