"""The policy as a table that people can read: what happens to each intent, found out by asking `decide` itself."""

from collections.abc import Iterable, Mapping

from app.domain.intents import Autonomy, Intent, Reason, Route
from app.domain.policy import REASON_OF_INTENT, Policy, Situation, autonomy_of, decision_of
from app.steering.view import Line, Matrix

CELL = "cell:"
Cells = tuple[tuple[str, str, Autonomy], ...]


def matrix_of(policy: Policy, segments: Iterable[str]) -> Matrix:
    """Each intent alone, from a known contact, read with full confidence: the best case that a mail can be."""
    columns = tuple(segments)
    lines: dict[Route, list[Line]] = {route: [] for route in Route}
    for intent in Intent:
        reason = Reason.LEGAL if intent is Intent.LEGAL_OR_COMPLAINT else REASON_OF_INTENT.get(intent)
        situation = Situation(
            frozenset({intent}), frozenset({reason} if reason else ()), confidence=1.0, is_known_contact=True
        )
        decision = decision_of(policy, situation)
        free = decision.route is Route.AUTO
        cells = {segment: autonomy_of(policy, intent, segment) for segment in columns} if free else {}
        reasons = tuple(word.value for word in decision.reasons)
        lines[decision.route].append(Line(intent, cells, decision.rule, reasons))
    return Matrix(columns, tuple(lines[Route.AUTO]), tuple(lines[Route.REVIEW]), tuple(lines[Route.NONE]))


def changed_cells(matrix: Matrix, form: Mapping[str, str]) -> Cells:
    """The cells of a form that differ from the table; what is no cell of it is passed over."""
    changed = []
    for line in matrix.free:
        for segment, now in line.cells.items():
            wanted = form.get(f"{CELL}{line.intent.value}:{segment}", now.value)
            if wanted in set(Autonomy) and wanted != now.value:
                changed.append((line.intent.value, segment, Autonomy(wanted)))
    return tuple(changed)


def merged(old: Iterable[tuple[str, str, Autonomy]], new: Cells) -> Cells:
    """One cell for each intent and segment: the newer."""
    cells = {(intent, segment): autonomy for intent, segment, autonomy in old}
    cells |= {(intent, segment): autonomy for intent, segment, autonomy in new}
    return tuple((intent, segment, autonomy) for (intent, segment), autonomy in sorted(cells.items()))
