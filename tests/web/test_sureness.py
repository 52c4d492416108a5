"""The chart of how sure the agent was against how often people agreed, with much to go by and with little."""

from app.performance.measures import TENTHS, Share, Tenth
from app.web.rendering import templates
from tests.web.test_templates import page


def drawn(*known: Tenth) -> str:
    empty = [Tenth(number / TENTHS, None, Share("", 0, 0)) for number in range(TENTHS - len(known))]
    parts = templates().environment().get_template("performance/parts.html").make_module({"page": page("performance")})
    return str(parts.calibration([*empty, *known]))  # type: ignore[attr-defined]  # a macro of the template


def test_few_mails_make_a_hollow_point_on_no_line_and_the_table_says_so() -> None:
    chart = drawn(
        Tenth(0.7, 0.75, Share("", 3, 4)), Tenth(0.8, 0.85, Share("", 4, 5)), Tenth(0.9, 0.95, Share("", 9, 10))
    )
    assert (chart.count("dx-sureness__point"), chart.count("dx-sureness__hole")) == (3, 1)
    assert 'points="85.0,20.0 95.0,10.0 "' in chart
    assert chart.count('class="dx-sureness__reach"') == 2
    rows = [row.split("</tr>")[0] for row in chart.partition("<tbody>")[2].split("<tr>")[1:]]
    assert len(rows) == TENTHS
    assert ("90% to 100%" in rows[0], "fewer than five mails" in rows[0]) == (True, False)
    assert ("70% to 80%" in rows[2], "fewer than five mails" in rows[2]) == (True, True)
    assert ("0% to 10%" in rows[-1], "no mails" in rows[-1]) == (True, True)


def test_before_the_first_decision_there_is_no_chart() -> None:
    assert "<svg" not in drawn()
    assert "Nothing was decided yet." in drawn()
