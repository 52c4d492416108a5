from datetime import date

from app.demo.history import END, sample_ledger
from app.domain.forecast import COVERAGE
from evals.forecast import AVERAGE, DUE, OURS, TUNED_ON, back_test, report_lines

TWO = (date(2025, 7, 1), date(2025, 9, 1))


def test_the_same_seed_gives_the_same_ledger_and_every_invoice_is_paid_in_full() -> None:
    ledger = sample_ledger(40, seed=3)
    assert ledger == sample_ledger(40, seed=3) != sample_ledger(40, seed=4)
    for invoice in ledger.invoices:
        assert sum(payment.amount for payment in invoice.payments) == invoice.amount.amount
        assert invoice.payments[0].day >= invoice.issued_on
    assert any(customer.natural_person for customer in ledger.customers)
    assert any(invoice.open_on(END) for invoice in ledger.invoices)


def test_own_history_beats_both_baselines_on_origins_before_the_held_out_ones() -> None:
    result = back_test(3, customers=60, origins=TWO)
    assert result.beats_both
    assert list(result.figures) == [OURS, DUE, AVERAGE]
    assert result == back_test(3, customers=60, origins=TWO)
    assert "seed 3" in "\n".join(report_lines(result))


def test_intervals_hold_about_as_often_as_they_are_meant_to_on_origins_before_the_held_out_ones() -> None:
    ours = back_test(3, customers=150, origins=TUNED_ON).figures[OURS]
    assert abs(ours["coverage"] - COVERAGE) < 0.05
    assert abs(ours["week_coverage"] - COVERAGE) < 0.08
