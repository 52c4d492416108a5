"""What the checks say of the words that a person put in the place of a draft's.

A person may write as people write, so what a sentence sounds like is not held against them; facts without a source, an
altered statement, concessions and threats are, until they say that they mean it. An account that is none of ours nobody
may mean: that is refused elsewhere (app/reading/trust/ibans.py)."""

from agents.reminders.brief import ReminderBrief

TOO_LONG = "too long"


def remarks_on(subject: str, body: str, brief: ReminderBrief, drafted: tuple[str, ...]) -> tuple[str, ...]:
    """Every reason why these words would be refused in a draft. `drafted` were those of the draft itself: of these,
    whatever still holds. An empty subject is the draft's own, and stands."""
    from agents.reminders.firewall import examine  # noqa: PLC0415  # slow to load; few mails are changed
    from agents.reminders.letters import Letters, names_in  # noqa: PLC0415  # likewise
    from agents.reminders.statement import blocks_of, statement_of  # noqa: PLC0415  # likewise

    blocks = blocks_of(brief, statement_of(brief), Letters.load())
    words = "\n\n".join(filter(None, (body, subject)))
    for placeholder, name in names_in(brief).items():
        words = words.replace(name, placeholder)
    of_anybody = {*examine(words, blocks, brief, is_a_models=False).problems} - {TOO_LONG}
    return tuple(one for one in examine(words, blocks, brief).problems if one in drafted or one in of_anybody)
