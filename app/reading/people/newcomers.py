"""The name that belongs to a new address: who stands beside it, who is said to take over, or the writer who has."""

import re
from collections.abc import Iterator, Sequence

from app.domain.text import Span
from app.reading.people.handovers import COMES_AFTER, COMES_BEFORE, COUNSEL, GOES_AFTER, GOES_BEFORE, WRITER
from app.reading.people.persons import Person, persons
from app.reading.spans import fold

_BEFORE = 60
_AROUND = 4
"""Sentences before and after the address in which its owner may be named."""
_ENOUGH = 1.9
_BESIDE = re.compile(
    r"[\s,;:(<\[\u2013\u2014-]*(?:(?:unter|at|on|via|erreichbar unter|e-?mail|mail|courriel|correo|and|und|et|y|"
    r"e|en)\b[\s:,(<]*){0,3}"
)
_BESIDE_AFTER = re.compile(
    r"[ ,;:()<>\[\]\u2013\u2014-]*(?:(?:attn|attention|for|z\. ?hd|zu handen|a l'attention d[e']|"
    r"a la atencion de|t\.a\.v|"
    r"ter attentie van|alla cortese attenzione d[ei]\w*|c\.a|all'attenzione d[ei]\w*|"
    r"aos? cuidados? d[eoa]|a/c)\b[\s.:]*)?"
    r"(?:(?:mr|mrs|ms|m|mme|mlle|frau|herrn?|de heer|heer|mevrouw|sra?|sig|dott|d)\b\.? ?)*"
)
_INTRODUCED = re.compile(
    r"\b(?:my name is|i am|i'm|this is|je m'appelle|je me presente ?:?|je suis|mon nom est|ich heiss?e|ich heiße|"
    r"mein name ist|ich bin|me llamo|mi nombre es|soy|mijn naam is|ik ben|ik heet|mi chiamo|sono|il mio nome e|"
    r"chamo-me|me chamo|o meu nome e|meu nome e|sou(?: [oa])?|(?:me|mich|moi|mi|mij|mim)(?: als kontakt ein)?[:,]) $"
)
_GREETED = re.compile(
    r"(?:^|\n)\W{0,30}(?:dear|hi|hello|good \w+|hallo|guten \w+|liebe[rs]?|sehr geehrte[rs]?|bonjour|chere?|hola|"
    r"estimad[oa]|"
    r"querid[oa]|buen\w+ \w+|beste|geachte|dag|ciao|buongiorno|gentile|car[oa]|prezad[oa]|ola|"
    r"bom dia)\b[^.!?\n,:]{0,25}$"
)
_OWNS = re.compile(r"'s\b(?! (?:new )?(?:e-?mail|mail|address|details|number))")
"""Whose post, desk or replacement it is that is spoken of."""

_NEGATED = re.compile(
    r"(?:\b(?:not|no longer|stop|never|nicht|nie|ne|pas|plus|no|niet|non|nao)|n't|\bn'\w+)\b"
    r"(?:(?!\b(?:but|sondern|mais|sino|maar|ma|mas)\b)[^.!?,;:]){0,30}$"
)
_LAST_LINES = 5
_CLOSING = re.compile(
    r"\b(?:thanks|thank you|regards|wishes|cheers|danke|gru(?:ß|ss)|merci|cordialement|gracias|saludos?|bedankt|"
    r"groet(?:en)?|"
    r"grazie|saluti|obrigad[oa]|cumprimentos)\b[\s,.!\u2013-]*$"
)


def newcomer(text: str, whole: Sequence[Span], at: int, email: Span, heard: int | None) -> str:
    """The name of who is reached by the address at `email` in sentence `at`; empty when nobody is named."""
    near = Span(whole[max(0, at - _AROUND)].start, whole[min(len(whole) - 1, at + _AROUND)].end)
    is_writer = any(_is_writer(text, whole[n]) for n in {at, at - 1, heard if heard is not None else at} if n >= 0)
    weighed = [
        (_weight(text, person, whole[at], email), -person.start, person)
        for person in persons(text, near.start, near.end)
    ]
    weight, _, best = max(weighed, default=(0.0, 0, None), key=lambda found: found[:2])
    if best is not None and weight >= _ENOUGH:
        return _in_full(text, best)
    local = _local_part(text, email)
    own = next((p for p in _writer(text) if is_writer or p.fills(local)), None)
    return own.text if own is not None else ""


def newcomer_without_address(text: str, sentence: Span) -> str:
    """Who takes over by a sentence that gives no address."""
    folded = fold(text)
    for person in persons(text, sentence.start, sentence.end):
        if (
            (person.is_full or person.has_title)
            and not person.is_at
            and _comes(folded, person, sentence)
            and not _goes(folded, person, sentence)
        ):
            return person.text
    if _is_writer(text, sentence):
        return next((person.text for person in _writer(text) if person.is_full), "")
    return ""


def _in_full(text: str, person: Person) -> str:
    """ "Write to me, Nora" is signed "Nora Falk"."""
    if person.is_full:
        return person.text
    return next((p.text for p in persons(text) if p.text.startswith(f"{person.text} ")), person.text)


def _weight(text: str, person: Person, sentence: Span, email: Span) -> float:
    folded = fold(text)
    local = _local_part(text, email)
    is_in_sentence = sentence.start <= person.start < sentence.end
    is_in_address = person.is_in(local) if is_in_sentence else person.fills(local)
    is_beside = _is_beside(folded, person, email)
    comes = _comes(folded, person, Span(0, len(text)))
    is_name = person.is_full or person.has_title or is_in_address or _is_addressed(folded, person)
    if not is_name or (not is_in_address and not person.has_title and person.is_all_in(_domain(text, email))):
        return 0.0
    return (
        5.0 * is_in_address
        + 3.5 * is_beside
        + 3.0 * comes
        + 1.0 * is_in_sentence
        + 2.0 * (person.is_placeholder and is_in_sentence)
        - 3.0 * person.is_at
        - 8.0 * _goes(folded, person, Span(0, len(text)))
        - min(abs(person.start - email.start), 300) / 300
    )


def _is_beside(folded: str, person: Person, email: Span) -> bool:
    if person.end <= email.start:
        return _BESIDE.fullmatch(folded, person.end, email.start) is not None
    return _BESIDE_AFTER.fullmatch(folded, email.end, person.start) is not None


def _is_addressed(folded: str, person: Person) -> bool:
    """ "for the attention of Ewa": a lone word is a name there."""
    return _ADDRESSED.search(folded, max(0, person.start - _BEFORE), person.start) is not None


_ADDRESSED = re.compile(
    r"\b(?:attn|attention(?: of)?|z\. ?hd|zu handen(?: von)?|attention d[e']|atencion de|t\.a\.v|attentie van|"
    r"attenzione di|"
    r"c\.a|cuidados? d[eoa]|a/c)[.: ]*(?:(?:frau|herrn|mme|m|de heer|mevrouw|sra?|sig)\.? )?$"
)


def _comes(folded: str, person: Person, within: Span) -> bool:
    start = max(within.start, person.start - _BEFORE)
    return (
        COMES_BEFORE.search(folded, start, person.start) is not None
        or COMES_AFTER.match(folded, person.end, within.end) is not None
    )


def _goes(folded: str, person: Person, within: Span) -> bool:
    """Who leaves, who is greeted, and who is a lawyer or an administrator."""
    start = max(within.start, person.start - _BEFORE)
    return (
        _OWNS.match(folded, person.end) is not None
        or _GREETED.search(folded, start, person.start) is not None
        or GOES_BEFORE.search(folded, start, person.start) is not None
        or GOES_AFTER.match(folded, person.end, within.end) is not None
        or COUNSEL.search(folded, max(start, person.start - _BEFORE // 2), person.start) is not None
    )


def _is_writer(text: str, sentence: Span) -> bool:
    """Whether the writer takes over by this sentence; "do not write to me" says the opposite."""
    folded = fold(text)
    return any(
        _NEGATED.search(folded, max(sentence.start, words.start() - _BEFORE), words.start()) is None
        for words in WRITER.finditer(folded, sentence.start, sentence.end)
    )


def _writer(text: str) -> Iterator[Person]:
    """As the writer introduces themselves, else as they sign; a bare first name comes last."""
    folded = fold(text)
    found = [p for p in persons(text) if p.is_full and _is_introduced(folded, p)]
    signed = list(_signed(text, folded))
    yield from found
    yield from (person for person in signed if person.is_full)
    yield from (person for person in signed if not person.is_full)


def _is_introduced(folded: str, person: Person) -> bool:
    start = max(0, person.start - _BEFORE)
    return _INTRODUCED.search(folded, start, person.start) is not None and _OWNS.match(folded, person.end) is None


def _signed(text: str, folded: str) -> Iterator[Person]:
    """Names that fill one of the last lines, or end the text after a word of closing."""
    lines = [m for m in re.finditer(r"[^\n]+", text) if m.group().strip()]
    for line in lines[-_LAST_LINES:] if len(lines) > 1 else []:
        for person in persons(text, line.start(), line.end()):
            if person.end - person.start >= len(line.group().strip(" ,.\u2013-")):
                yield person
    for person in persons(text, max(0, len(text) - _BEFORE)):
        is_last = not text[person.end :].strip(" .\n")
        if is_last and _CLOSING.search(folded, max(0, person.start - _BEFORE), person.start):
            yield person


def _local_part(text: str, email: Span) -> str:
    return email.of(text).partition("@")[0] if "@" in email.of(text) else ""


def _domain(text: str, email: Span) -> str:
    return email.of(text).partition("@")[2]
