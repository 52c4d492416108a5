# ruff: noqa: E501
"""Days that a mail names and does not mean: of what has happened ("on Monday the transfer was refused"), and those it
rules out ("not on Monday", "this Friday is impossible"). For folded text."""

import re

_DONE = re.compile(
    r"\b(?:was|were|had|did|came|went|got|told|said|"
    r"(?:j'|nous |vous |il |elle |on )?(?:ai|avons|avez|avait|avais|avions|etait|etaient|ete)|a ete|ont ete|"
    r"war(?:en)?|hatten?|wurden?|kam(?:en)?|ging(?:en)?|hat|habe|haben|"
    r"fue|fueron|estaba|habia|hemos|he|ha|han|hubo|tuve|tuvimos|"
    r"werd(?:en)?|was|waren|hadden?|heb|heeft|hebben|kwam(?:en)?|"
    r"era|erano|ho|abbiamo|aveva(?:mo|te|no)?|avevo|hanno|stat[oaie]|"
    r"foi|foram|estava|tinha|tive|tivemos|houve)\b"
)
"""A verb of the past; some help to build a future ("was scheduled for"), of which _PLANNED tells."""

_PLANNED = re.compile(
    r"\b(?:will|going|goes|leaves|sera|seront|va|vais|vont|wird|geht|gehen|sale|salen|zal|zullen|gaat|gaan|sara|verra|parte|"
    r"partono|vai|vao|for|until|by|to be|plan\w*|schedul\w*|book\w*|set|pour|prevu\w*|programm\w*|fur|zum|bis|geplant|"
    r"ein(?:geplant|getragen|gestellt)|vorgesehen|vorgemerkt|terminiert|werden|para|programad\w*|previst\w*|agendad\w*|"
    r"voor|ingepland|gepland|per|entro|programmat\w*|fissat\w*|marcad\w*)\b"
)
_IMPOSSIBLE = re.compile(
    r"\b(?:impossible|not possible|won't work|will not work|can't do|cannot do|too (?:soon|early)|no good|not feasible|"
    r"trop (?:tot|juste)|pas possible|pas faisable|unmoglich|nicht (?:moglich|machbar|zu schaffen)|(?:geht|klappt|schaffe\w*) "
    r"(?:\w+ ){0,2}nicht|zu fruh|imposible|no (?:es )?posible|no puede ser|no (?:llego|llegamos|alcanza)|demasiado pronto|"
    r"onmogelijk|niet (?:haalbaar|mogelijk)|lukt (?:\w+ ){0,2}niet|te vroeg|impossibile|non (?:e )?(?:possibile|fattibile)|"
    r"non ce la (?:faccio|facciamo)|troppo presto|impossivel|nao (?:e )?(?:possivel|da)|cedo demais)\b"
)
_SOONER = re.compile(
    r"\b(?:sooner|earlier|before that|plus tot|avant|fruher\w*|eher|vorher|antes|eerdere?|prima|mais cedo)\b"
)
"""What is impossible before a day does not rule out the day."""

_NOT = re.compile(
    r"\b(?:not|nicht|pas|no|niet|non|nao) (?:(?:on|for|by|this|yet|already|schon|erst|am|diesen|mehr|ce|le|pour|este|el|"
    r"deze|al|op|questo|il|per|esta|neste|na) ){0,3}$"
)
_OCCASION = re.compile(r" (?:when|quand|lorsque|cuando|quando|wanneer) ")
"""What follows a day so tells what else happens then, and is no condition."""


def is_told(words: str) -> bool:
    """Whether the words around a day, between its commas, tell of what has happened."""
    return _DONE.search(words) is not None and _PLANNED.search(words) is None


def without_occasion(words: str, end: int) -> str:
    """The words without what is said of a day that ends at `end`: "vendredi quand je fais les salaires"."""
    return words[:end] if _OCCASION.match(words, end) else words


def is_ruled_out(before: str, behind: str) -> bool:
    """Whether the words in front of a day deny it, or those behind it (to the next day) call it impossible."""
    impossible = _IMPOSSIBLE.search(behind)
    return _NOT.search(before) is not None or (
        impossible is not None and not _SOONER.search(behind[: impossible.start()])
    )
