"""Where words of a mail could end up outside their sealed payloads, and the search for canaries in all of them.

model     every request body that the endpoint was sent, searched for the canaries of the mail that it is about
database  the file with its journal, byte by byte: jobs, errors and caches of the engine are in it
log · metrics · export · trace · spans · files       what processes write, `/metrics`, `duebox audit export`,
    LangSmith's tracing, our own, the rest
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.adapters.redaction.words import words_of
from tests.privacy.mails import ADDRESS, PERSON, Canary, Planted
from tests.servers.model import ModelRequest

SHORTEST_NAME = 3
CHANCE = 5
FEW_DIGITS = 8
PARTICLES = frozenset(["van", "der", "den", "de", "della", "ter", "dos", "das", "von", "le", "lo", "di", "da"])
BODY = re.compile(r"<<<(?:SUBJECT|BODY|ATTACHMENT[^\n]*)\n(.*?)\n(?:SUBJECT|BODY|ATTACHMENT[^\n]*)>>>", re.DOTALL)


@dataclass(slots=True)
class Findings:
    """What was planted and what was found again. `leaks` names type, place and sink, never the value."""

    planted: Counter[str] = field(default_factory=Counter)
    leaked: Counter[str] = field(default_factory=Counter)
    readable: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    unseen: int = 0

    @property
    def names_caught(self) -> float:
        return 1 - self.leaked[PERSON] / max(self.planted[PERSON], 1)

    @property
    def numbers_leaked(self) -> int:
        """Everything that has a form of its own: identifiers, phones, addresses of mail and post."""
        return sum(count for kind, count in self.leaked.items() if kind != PERSON)


class Bodies:
    """The requests to the model, by the mail that they are about."""

    def __init__(self, requests: Iterable[ModelRequest], mails: Sequence[Planted]) -> None:
        self._whole = [request.text for request in requests]
        known_by = _known_by(mails)
        known = re.compile("|".join(map(re.escape, sorted(known_by, key=len, reverse=True))))
        self.of_mail: dict[str, list[str]] = {mail.invoice: [] for mail in mails}
        for request in requests:
            asked = str(request.messages[-1].get("content", ""))
            shown = "\n".join(BODY.findall(asked))
            for invoice in {known_by[value] for value in known.findall(shown)}:
                self.of_mail[invoice].append(asked)
        self._joined = squeezed("\0".join(self._whole))

    def holds(self, canary: Canary) -> bool:
        """Whether a number stands in any request at all, however it is spelled."""
        return squeezed(canary.value) in self._joined


def _known_by(mails: Sequence[Planted]) -> Mapping[str, str]:
    """What tells a mail from all others, with its invoice: the number itself, which may look like somebody's phone and
    be masked where the ledger does not know it, or the amount."""
    values = [(value, mail.invoice) for mail in mails for kind, value in mail.readable if kind in {"invoice", "amount"}]
    often = Counter(value for value, _ in values)
    return {value: invoice for value, invoice in values if often[value] == 1}


def search_model(requests: Sequence[ModelRequest], mails: Sequence[Planted]) -> Findings:
    findings, bodies = Findings(), Bodies(requests, mails)
    for mail in mails:
        asked = bodies.of_mail[mail.invoice]
        findings.unseen += not asked
        text = "\n".join(asked)
        words = {word.folded for word in words_of(text)}
        words -= {word.folded for word in words_of(mail.company)}
        for canary in mail.canaries:
            findings.planted[canary.type] += 1
            if _is_read(canary, text, words) or (canary.type not in {PERSON, ADDRESS} and bodies.holds(canary)):
                findings.leaked[canary.type] += 1
                findings.leaks.append(f"model: {canary.type} of a {canary.place}, {mail.language}")
        for kind, value in mail.readable:
            findings.readable[kind] += 1
            findings.masked[kind] += value not in text
    return findings


def search_sinks(sinks: Mapping[str, bytes], mails: Sequence[Planted], companies: Collection[str] = ()) -> Findings:
    """Each canary as it stands, names whole: single words of them also stand in our own lists and code.

    `companies` are on the ledger, whose columns are readable: what stands within their names is nobody's. What is as
    short as CHANCE stands somewhere in sealed bytes by chance, so that it is looked for in text alone; and a few digits
    in a row stand in every checksum and in the fractions of seconds, so that they count as a number of their own alone.
    """
    findings = Findings()
    named = re.compile(
        "|".join(re.escape(name.casefold()) for name in sorted(companies, key=len, reverse=True)) or "$^"
    )
    for name, content in sinks.items():
        folded = [named.sub("", content.decode(code, "ignore").casefold()) for code in ("utf-8", "utf-16-le")]
        least = 0 if _is_text(content) else CHANCE + 1
        for mail in mails:
            for canary in mail.canaries:
                if len(canary.value) >= least and any(_stands_in(canary.value.casefold(), text) for text in folded):
                    findings.leaked[canary.type] += 1
                    findings.leaks.append(f"{name}: {canary.type} of a {canary.place}, {mail.language}")
    return findings


def _stands_in(value: str, text: str) -> bool:
    if value.isdigit() and len(value) <= FEW_DIGITS and value in text:
        return re.search(rf"(?<![0-9a-f.]){value}(?![0-9a-f])", text) is not None
    return value in text


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def squeezed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum() or char == "\0")


def _is_read(canary: Canary, text: str, words: set[str]) -> bool:
    """A name is read when any word of it is; a particle alone tells nobody."""
    if canary.type != PERSON:
        return canary.value in text
    return any(word.folded in words for word in words_of(canary.value) if _tells(word.folded))


def _tells(word: str) -> bool:
    return len(word) >= SHORTEST_NAME and word not in PARTICLES
