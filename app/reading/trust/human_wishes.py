"""What a writer wishes of us: to hear from a person, or no more by e-mail.

Automatic mail tells them that they may ask for a person, and then no machine answers. No more e-mail is what the
List-Unsubscribe of our own reminders asks for, in a mail that a mail program writes at a click.
"""

from functools import cache
from pathlib import Path

from app.domain.sending import NO_MORE_MAIL
from app.reading.collocations import Collocations

_WORDS_READ = 20_000


def asks_for_a_person(text: str) -> bool:
    return _wishes().any_in(text[:_WORDS_READ])


def asks_for_no_more_mail(subject: str) -> bool:
    return " ".join(subject.split()).casefold() == NO_MORE_MAIL.casefold()


@cache
def _wishes() -> Collocations:
    return Collocations.load(Path(__file__).with_name("human_wishes.toml"))
