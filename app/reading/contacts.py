"""Whom to write to from now on: a new permanent contact, never a stand-in, a lawyer or an administrator."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.proposal import BODY
from app.reading.commitments import FactSpan
from app.reading.spans import fold
from app.reading.statements import Statement

_EMAIL = re.compile(r"⟨EMAIL(?:_ADDRESS)?_\d+⟩|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\w+")
_PERSON = re.compile(
    r"⟨PERSON_\d+⟩|(?<![\w@.])(?!(?:Mr|Mrs|Ms|Frau|Herr|Herrn|Mme|Madame|Monsieur|Sra|Sr|Señora|Señor|Dhr|Mevr|"
    r"Sig|Signora|Dott)\b)(?:[A-ZÀ-Þ][\w'\u2019-]+ ){1,2}(?:(?:de|van|von|der|da|dos|di|del) )*[A-ZÀ-Þ][\w'\u2019-]+"
)
_STAND_IN = re.compile(
    r"\b(?:urgent|urgen\w*|dringend\w*|spoed|absence|during|while|meantime|meanwhile|until then|pendant|"
    r"vertret\w*|in meiner abwesenheit|abwesen\w*|mientras|ausen\w*|tijdens|afwezig\w*|durante|assen\w*|nel "
    r"frattempo|entretanto|lawyer|solicitor|avocat|anwalt|abogad\w*|advocaat|avvocat\w*|advogad\w*|liquidat\w*|"
    r"administrator|verwalter|curator)\b"
)


@dataclass(frozen=True, slots=True)
class ContactFound:
    """Name and address as they stand in the text: placeholders in redacted text; empty where not given."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    span: FactSpan | None


def find_contact(statements: Sequence[Statement], text: str) -> ContactFound | None:
    """The new permanent contact: an address in a sentence about contacts, and the person named beside it."""
    about = [s for s in statements if s.source == BODY and "contact" in s.says and not _STAND_IN.search(fold(s.text))]
    spans = list(dict.fromkeys(s.sentence for s in about))
    for span in spans:
        after = text[span.end : span.end + 160]
        sentence = text[span.start : span.end] + (after if not _EMAIL.search(text[span.start : span.end]) else "")
        email = _EMAIL.search(sentence)
        if email is not None:
            return ContactFound(
                _nearest_person(sentence, email.start()), email.group(), FactSpan(BODY, span.start, span.end)
            )
    for span in spans:
        people = _PERSON.findall(text[span.start : span.end])
        if len(people) == 1:
            return ContactFound(people[0], "", FactSpan(BODY, span.start, span.end))
    return None


def _nearest_person(sentence: str, position: int) -> str:
    people = sorted(
        _PERSON.finditer(sentence),
        key=lambda m: position - m.end() if m.end() <= position else 40 + m.start() - position,
    )
    near = [m for m in people if abs(m.start() - position) < 90]  # noqa: PLR2004 characters
    return near[0].group() if near else ""
