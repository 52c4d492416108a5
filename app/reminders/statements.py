"""The statement that goes along with a reminder, to read and to reckon with."""

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import Letters
from app.reading.outgoing.enclosing import Attached

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Statements:
    """Makes them; keeps the letters, once they are loaded."""

    def __init__(self) -> None:
        self._letters: Letters | None = None

    def of(self, brief: ReminderBrief, body: str) -> tuple[Attached, ...]:
        """They claim no interest that the letter does not: a person may have taken it out."""
        from app.papers.statement_pdf import statement_pdf  # noqa: PLC0415  # slow to load; a start need not wait
        from app.reminders.statement_xlsx import statement_xlsx  # noqa: PLC0415  # likewise

        claim = ""
        if brief.claim is not None:
            self._letters = self._letters or Letters.load()
            claim = self._letters.claim(brief)
            claim = claim if claim in body else ""
        name = f"statement-{brief.today.isoformat()}"
        return (
            Attached(f"{name}.pdf", "application/pdf", statement_pdf(brief, claim)),
            Attached(f"{name}.xlsx", XLSX, statement_xlsx(brief, claim)),
        )
