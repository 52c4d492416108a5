from evals.drafts import ALTERED, measure
from evals.gates import broken_gates


def test_the_firewall_keeps_its_gates_on_letters_enough_in_seven_languages() -> None:
    measured = measure(by_others=False)
    assert broken_gates(measured.figures, "drafts") == []
    assert measured.counts["planted.refused"] + measured.counts["planted.held_out.refused"] >= 200
    assert sum(count for name, count in measured.counts.items() if name.startswith("good")) >= 400
    assert measured.counts["altered.refused"] == ALTERED
