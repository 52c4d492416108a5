"""How well a mail's own new words are told from quotes and signatures.

A line holds `id`, `language`, the mail as `text`, `html` or `raw`, its `expected_reply`, and a `policy`: which parts
the expectation leaves out (`quotes_and_signature`, `quotes_only`, `signature`). `client`, `subject` and `sender_name`
are optional.
Compared with white space made equal; nothing else is forgiven.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.message import ReplyParts
from app.domain.text import text_of
from app.reading.authorship.replies import split_reply
from app.reading.mail.parsing import parse_mail
from app.reading.sight.visible import visible_text
from evals.dataset import Line


@dataclass(frozen=True, slots=True)
class Split:
    """What came of one line. `lost` are words of the writer's that are not in the part they were expected in."""

    id: str
    groups: tuple[str, ...]
    is_exact: bool
    lost: tuple[str, ...] = field(repr=False)
    got: str = field(repr=False)


def measure_replies(lines: Iterable[Line]) -> list[Split]:
    return [_measured(line) for line in lines]


def exact_shares(splits: Sequence[Split]) -> Mapping[str, tuple[float, int]]:
    """The exact share and the number of lines: of all, then of each group, in the order of their names."""
    grouped: dict[str, list[bool]] = {"all": [split.is_exact for split in splits]}
    for split in sorted(splits, key=lambda split: split.groups):
        for group in split.groups:
            grouped.setdefault(group, []).append(split.is_exact)
    return {group: (sum(exact) / max(len(exact), 1), len(exact)) for group, exact in sorted(grouped.items())}


def _measured(line: Line) -> Split:
    text, subject, sender_name = _mail(line)
    got = _kept(split_reply(text, subject=subject, sender_name=sender_name), text, line["policy"]).split()
    expected = line["expected_reply"].split()
    lost = Counter(expected) - Counter(got)
    groups = (f"client.{line.get('client', 'unknown')}", f"language.{line['language']}", f"policy.{line['policy']}")
    return Split(line["id"], groups, got == expected, tuple(lost.elements()), " ".join(got))


def _mail(line: Line) -> tuple[str, str, str]:
    """Text, subject and sender's name."""
    if "raw" in line:
        mail = parse_mail(line["raw"].encode())
        return mail.text, mail.head.subject, mail.head.sender.name
    text = line["text"] if "text" in line else visible_text(line["html"])[0]
    return text, line.get("subject", ""), line.get("sender_name", "")


def _kept(parts: ReplyParts, text: str, policy: str) -> str:
    kept = {
        "quotes_and_signature": parts.new,
        "quotes_only": [*parts.new, *([parts.signature] if parts.signature else [])],
        "signature": [*parts.new, *parts.quoted],
    }[policy]
    return text_of(sorted(kept), text)
