"""One find, the recogniser that every kind of number shares, and how overlapping finds are settled."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

WINDOW = 48
"""How far before a number the words that explain it may stand."""
SMALLEST_REST = 3
"""Letters and digits of an overlapped find that are still worth hiding."""

REFERENCE = re.compile(
    r"(?:\b(?:invoices?|inv|bills?|orders?|p\.?o\.?|purchase order|deliver(?:y|ies)|delivery notes?|consignment|references?|ref|quote|ticket|case|claim"
    r"|customer|client|cust|item|article|part|serial|batch|lot|doc|document|check|cheque|chq|contract|policy|registration|reg|docket|pod|grn|job"
    r"|rechnung(?:en|s)?|rg|re|bestell(?:ung|nummer|nr)?|auftrag(?:s)?|lieferschein|liefer|kunden|beleg|vorgang|aktenzeichen|az|artikel|charge|vertrag|hr[ab]|debitor(?:en)?"
    r"|factures?|commande|bon de (?:livraison|commande)|bl|livraison|dossier|client|avoir|contrat|rcs|bdc"
    r"|facturas?|pedido|albar[aá]n(?:es)?|expediente|contrato|entrega"
    r"|fattur[ae]|ordine|ddt|bolla|pratica|commessa|factu(?:ur|ren)|bestel(?:ling|nummer)?|pakbon|order|klant|zaak"
    r"|fatur[as]+|encomenda|guia|processo)"
    r"[\s.\-]{0,2}(?:n(?:umber|umero|[uú]mero|ummer|ummern|um|[°ºo]|r)?s?)?[\s.:#°º\-]{0,3}|#\s?)$",
    re.IGNORECASE,
)
"""Ends right before a number that names a paper, not a person."""


@dataclass(frozen=True, slots=True)
class Find:
    """Personal data at [start, end) of a text; the surer one wins where two overlap."""

    type: str
    start: int
    end: int
    score: float


class NumberRecognizer(LocalRecognizer):
    """Numbers of one shape that pass a test, or that the words before them explain.

    Not Presidio's PatternRecognizer: that one knows only the matched text, and lets a text through when a pattern takes too long.
    """

    def __init__(  # noqa: PLR0913 - one recogniser is one line of a table
        self,
        entity: str,
        shape: str,
        *,
        is_valid: Callable[[str], bool] | None = None,
        after: str = "",
        language: str = "en",
        score: float = 0.9,
        flags: int = 0,
    ) -> None:
        self.entity = entity
        self.shape = re.compile(shape, flags)
        self.is_valid = is_valid
        self.after = re.compile(rf"(?:{after})", re.IGNORECASE) if after else None
        self.score = score
        super().__init__(supported_entities=[entity], supported_language=language, name=f"{entity}:{shape[:24]}")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        return [
            RecognizerResult(self.entity, match.start(), match.end(), self.score)
            for match in self.shape.finditer(text)
            if self._is_meant(text, match)
        ]

    def _is_meant(self, text: str, match: re.Match[str]) -> bool:
        if self.after is not None and not self.after.search(before(text, match.start())):
            return False
        return self.is_valid is None or self.is_valid(match.group())


def before(text: str, start: int) -> str:
    """The words that lead up to a place."""
    return text[max(0, start - WINDOW) : start]


def settle(finds: Iterable[Find], text: str) -> list[Find]:
    """Finds that do not overlap, in order: the surer, then the longer one is kept whole, of the other what sticks out."""
    kept: list[Find] = []
    for find in sorted(finds, key=lambda f: (-f.score, f.start - f.end, f.start)):
        for start, end in _free(find, kept):
            if (start, end) == (find.start, find.end) or sum(c.isalnum() for c in text[start:end]) >= SMALLEST_REST:
                kept.append(Find(find.type, start, end, find.score))
    return sorted(kept, key=lambda f: f.start)


def _free(find: Find, taken: Sequence[Find]) -> list[tuple[int, int]]:
    pieces = [(find.start, find.end)]
    for other in taken:
        if other.end <= find.start or find.end <= other.start:
            continue
        rest: list[tuple[int, int]] = []
        for start, end in pieces:
            rest.extend((a, b) for a, b in ((start, min(end, other.start)), (max(start, other.end), end)) if a < b)
        pieces = rest
    return pieces
