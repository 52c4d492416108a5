"""Sentences that say that somebody has left the company, in seven languages, folded (spans.py).

"I am leaving for a week" and "the parcel has left the warehouse" are not meant: a departure names the company, the
post, retirement, or says "no longer works here".
"""

import re
from collections.abc import Sequence

from app.reading.spans import fold, sentences

_LEFT = re.compile(
    r"\b(?:(?:has|have|had|is|am|'ve|will be)\s(?:now |since |recently |already )?(?:left|leaving|retired|retiring)"
    r"(?: (?:the|our|this) (?:company|firm|business|organi[sz]ation|team|department)| us\b"
    r"|(?= (?:and|in|on|as of)\b)|[.,;]|$)"
    r"|left (?:the|our) (?:company|firm|business|organi[sz]ation)"
    r"|no longer (?:works?|working|employed|with (?:us|the))"
    r"|(?:isn't|is not|doesn't work|does not work|not) (?:here|with us) any ?more"
    r"|(?:unternehmen|firma|haus|betrieb|gesellschaft)\b(?:[^.!?]|(?<=\d)\.){0,25}\bverlass(?:en|t)"
    r"|ausgeschieden|scheidet[^.!?]{0,30} aus|in (?:den )?(?:ruhestand|rente)"
    r"|nicht (?:mehr|langer) (?:bei uns|im (?:unternehmen|hause?)|in der firma|fur uns|tatig)"
    r"|quitte (?:l'entreprise|la societe|l'etablissement|notre|nos|le groupe|ses fonctions|mes fonctions)"
    r"|(?:ne |n')(?:travaille|fait|est|fais|suis) plus (?:chez|partie|dans|pour|en poste)|(?:a la|en) retraite"
    r"|(?:ha|he) dejado (?:la empresa|la compania|nuestra|de trabajar)"
    r"|ya no (?:trabaja|trabajo|forma|esta en)|jubilad[oa]"
    r"|(?:bedrijf|organisatie|onderneming)\b[^.!?]{0,20}\bverlaten"
    r"|uit dienst|met pensioen|niet (?:meer|langer) (?:werkzaam|in dienst)"
    r"|(?:ha|ho) lasciato (?:l'azienda|la societa|la ditta|la nostra)|non (?:lavor[ao]|fa) piu|in pensione"
    r"|(?:saiu|deixou|deixei|sai) (?:da|a) (?:empresa|companhia|firma)|nao trabalh[ao] mais|ja nao trabalh[ao]"
    r"|reformou-se)"
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|ich|j'ai|je|he dejado|trabajo|ik|ho lasciato|lavoro|deixei|trabalho)\b")


def departures(text: str) -> Sequence[str]:
    """The folded sentences that tell of a departure."""
    folded = fold(text)
    return [folded[s.start : s.end] for s in sentences(text) if _LEFT.search(folded[s.start : s.end])]


def is_own(sentence: str) -> bool:
    """Whether the writer speaks of themselves."""
    return _FIRST_PERSON.search(sentence) is not None
