"""One find, the recogniser that every kind of number shares, and how overlapping finds are settled."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

WINDOW = 48
"""How far before a number the words that explain it may stand."""
SMALLEST_REST = 3
"""Letters and digits of an overlapped find that are still worth hiding."""

PAPERS = (
    r"invoices?|inv|bills?|orders?|p\.?o\.?|purchase order|deliver(?:y|ies)|delivery notes?|consignment"
    r"|r[eé]f[eé]rences?|r[eé]f|quote|ticket|case|claim|customer|client|cust|item|article|part|serial|batch|lot|doc|document"
    r"|check|cheque|chq|contract|company|policy|registration|reg|docket|pod|grn|job|tracking"
    r"|rechnung(?:en|s)?|rg|re|bestell(?:ung|nummer|nr)?|auftrag(?:s)?|lieferschein|liefer|kunden|beleg|vorgang|aktenzeichen|az"
    r"|artikel|charge|vertrag|hr[ab]|debitor(?:en)?"
    r"|factures?|commande|bons?(?: de (?:livraison|commande))?|bl|livraison|dossier|avoir|contrat|rcs|bdc"
    r"|facturas?|pedido|albar[aá]n(?:es)?|expediente|contrato|entrega"
    r"|fattur[ae]|ordine|ddt|bolla|pratica|commessa|factu(?:ur|ren)|bestel(?:ling|nummer)?|pakbon|klant|zaak"
    r"|fatur[as]+|encomenda|guia(?: de (?:remessa|transporte))?|processo"
    r"|cliente|codice|c[oó]digo|remito|presupuesto|or[çc]amento|devis|offerte|offerta|angebot|preventivo|werkorder|colli|envío"
)
NUMBER_WORD = r"n(?:umber|umero|[uú]mero|um[eé]ro|ummer|ummern|um|\.?[°ºo]|r)?s?"
COPULA = r"(?:(?:is|was|est|ist|lautet|war|es|è|era|é)[^\S\n])?"
REFERENCE = re.compile(
    rf"(?:\b(?:{PAPERS})[\s.\-]{{0,2}}(?:{NUMBER_WORD})?[\s.:#°º\-]{{0,3}}{COPULA}(?:(?-i:[A-Z]{{1,3}})[ /])?|#\s?)$",
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

    Not Presidio's PatternRecognizer: that one knows only the matched text, and lets a text through when a pattern takes
    too long.
    """

    def __init__(
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
    """Finds that do not overlap, in order: the surer, then the longer is kept whole, of the other what sticks out."""
    taken = bytearray(len(text))
    kept: list[Find] = []
    for find in sorted(finds, key=lambda f: (-f.score, f.start - f.end, f.start)):
        for start, end in _free(find, taken):
            is_whole = (start, end) == (find.start, find.end)
            if is_whole or sum(c.isalnum() for c in text[start:end]) >= SMALLEST_REST:
                kept.append(Find(find.type, start, end, find.score))
                taken[start:end] = b"\1" * (end - start)
    return sorted(kept, key=lambda f: f.start)


def _free(find: Find, taken: bytearray) -> Iterator[tuple[int, int]]:
    start = taken.find(0, find.start, find.end)
    while start >= 0:
        end = taken.find(1, start, find.end)
        end = find.end if end < 0 else end
        yield start, end
        start = taken.find(0, end, find.end)
