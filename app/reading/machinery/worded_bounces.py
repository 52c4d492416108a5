"""Bounces without a delivery status part: qmail, Exim, gateways and web mailers say it in words, in many languages.

    notice: who could not be reached, and why ─── the returned mail, or its headers: of which mail of ours it speaks

Words are weaker evidence than RFC 3464's fields. An address counts as dead only where the notice says that there is no
such mailbox or domain, and says nothing of a delay, a full mailbox or a refusal; and whoever believes it must see
that the returned mail is ours, and went to that very address.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from app.domain.contact import NO_BOUNCE, Bounce, Recipient
from app.domain.message import ParsedMail
from app.reading.spans import fold

CERTIFIED_KIND = "x-ricevuta"
CERTIFIED_FAILURES = frozenset(
    {"non-accettazione", "errore-consegna", "preavviso-errore-consegna", "rilevazione-virus"}
)
"""What a provider of Italian certified mail says a notice is (regole tecniche PEC, DM 2 November 2005); the others tell
that a mail was accepted or delivered."""

_CERTIFIED_ORIGINAL = "x-riferimento-message-id"

_RETURNED = re.compile(
    r"^(?:received|return-path|dkim-signature|message-id|x-received|mime-version)\s?:"
    r"|^\W{0,4}-{3,}.{0,20}\b(?:original|copy|returned|below|header|message follows|urspr|copie|copia|kopie)\b",
    re.IGNORECASE | re.MULTILINE,
)
MESSAGE_ID = re.compile(r"^message-id:\s*<?([^\s<>]+)>?", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_STATUS = re.compile(r"\b5\.(?:1\.(?:0|1|2|3|6|10)|2\.1|4\.4)\b")


def _there_is_no(whom: str, what: str, is_: str = "") -> str:
    """ "Whom is what", with a name or an address between the two: "el buzón ana@… no existe"."""
    return rf"\b(?:{whom})(?: \S{{1,80}}){{0,3}} (?:{is_})?(?:{what})"


_NO_SUCH = re.compile(
    "|".join(
        (
            r"\b(?:user (?:is )?unknown|unknown (?:user|recipient|address|account|local.?part|or illegal)"
            r"|no such (?:user|mailbox|recipient|address|person|account|domain)|no mailbox here|unrouteable"
            r"|(?:user|recipient) does ?n.t have an? \S{1,80} account"
            r"|invalid (?:recipient|user|mailbox|address|account)|not our customer)\b",
            _there_is_no(
                r"(?:user|mailbox|recipient|address|account|alias|domain|host)(?: name)?",
                r"not (?:be )?found|does ?n.t exist|does not exist|unknown|no longer (?:exists?|valid|in use|active)"
                r"|disabled|deactivated|inactive|closed|deleted|invalid|not known|not listed",
                r"was |is |has been |could ?n.t be |could not be ",
            ),
            r"\bunbekannter? (?:empfanger|benutzer|nutzer)",
            _there_is_no(
                r"(?:empfanger|adresse|postfach|konto|benutzer|nutzer|domain)\w*",
                r"unbekannt|existiert nicht|nicht gefunden|nicht vorhanden|deaktiviert|gibt es nicht|ungultig",
                r"ist |wurde ",
            ),
            _there_is_no(
                r"adresse|utilisateur|boite|destinataire|compte|domaine",
                r"inconnue?|inexistante?|introuvable|n'existe (?:pas|plus)|invalide|desactivee?",
                r"est ",
            ),
            _there_is_no(
                r"direccion|usuario|buzon|destinatario|cuenta|dominio",
                r"desconocid[oa]|inexistente|(?:ya )?no existe|no (?:se ha )?encontrad[oa]|(?:no |in)valid[oa]"
                r"|desactivad[oa]|deshabilitad[oa]",
                r"es |esta ",
            ),
            r"\bindirizzo non valido",
            _there_is_no(
                r"indirizzo|utente|casella|destinatario|account|dominio",
                r"sconosciut[oa]|inesistente|non esiste|non trovat[oa]|non valid[oa]|disattivat[oa]",
                r"e ",
            ),
            _there_is_no(
                r"(?:e-?mail-?)?adres|gebruiker|postvak|mailbox|ontvanger|domein",
                r"onbekend|bestaat niet|niet gevonden|ongeldig|opgeheven",
                r"is ",
            ),
            _there_is_no(
                r"endereco|usuario|utilizador|caixa|destinatario|conta|dominio",
                r"desconhecid[oa]|inexistente|nao existe|nao (?:foi )?encontrad[oa]|invalid[oa]|desativad[oa]",
                r"e |esta ",
            ),
        )
    )
)
_NOT_FOR_GOOD = re.compile(
    r"\b(?:4\.\d{1,3}\.\d{1,3}|4[25]\d[ -]|5\.(?:2\.2|7\.\d{1,3}))"
    r"|\b(?:delay|delayed|will (?:keep|continue|retry|try)|still trying|not yet|no action is required|temporar\w*"
    r"|quota|mailbox (?:is )?full|exceeded|spam|blocked|blacklist\w*|policy|greylist\w*|warning"
    r"|verzoger\w*|voll|vorubergehend|differe\w*|pleine|temporaire\w*|retras\w*|llen[oa]|vertraag\w*|vol"
    r"|ritard\w*|piena|adiad\w*|cheia|atras\w*)\b"
)
_LINES_AFTER = 3
_CHARACTERS_READ = 8_000
_MOST = 20


def find_worded_bounce(mail: ParsedMail) -> Bounce:
    """Empty where the words don't say of anybody that there is no such address."""
    text = mail.text[:_CHARACTERS_READ]
    cut = _RETURNED.search(text)
    notice = text[: cut.start()] if cut else text
    if not _is_final(notice):
        return NO_BOUNCE
    failed = tuple(Recipient(email, _status(notice)) for email in _dead(mail, notice))
    originals = tuple(dict.fromkeys(_originals(mail)))
    return Bounce(failed[:_MOST], originals[:_MOST], is_worded=True) if failed and originals else NO_BOUNCE


def _dead(mail: ParsedMail, notice: str) -> Sequence[str]:
    """The addresses that the notice names; of several, those beside which it says that there is no such one."""
    ours = {mail.head.sender.email, *(address.email for address in mail.head.to)}
    stated = [found.lower() for found in _ADDRESS.findall(mail.header("x-failed-recipients") or "")]
    named = dict.fromkeys(stated or (found.lower() for found in _ADDRESS.findall(notice)))
    others = [email for email in named if email not in ours]
    if len(others) == 1:
        return [] if _NOT_FOR_GOOD.search(fold(notice)) else others
    said = {email: _beside(notice, email) for email in others}
    if _NOT_FOR_GOOD.search(fold(_without(notice, said.values()))):
        return []
    return [email for email in others if _is_final(said[email]) and not _NOT_FOR_GOOD.search(fold(said[email]))]


def _beside(notice: str, email: str) -> str:
    """What the notice says of one of several addresses: its lines, and the next ones up to another address."""
    lines = notice.split("\n")
    said: list[str] = []
    for number, line in enumerate(lines):
        if email in line.lower():
            said.append(line)
            for following in lines[number + 1 : number + 1 + _LINES_AFTER]:
                if _ADDRESS.search(following):
                    break
                said.append(following)
    return "\n".join(said)


def _without(notice: str, parts: Iterable[str]) -> str:
    """What the notice says of nobody alone."""
    told = {line for part in parts for line in part.split("\n")}
    return "\n".join(line for line in notice.split("\n") if line not in told)


def _is_final(words: str) -> bool:
    return _STATUS.search(words) is not None or _NO_SUCH.search(fold(words)) is not None


def _status(notice: str) -> str:
    found = _STATUS.search(notice)
    return found.group() if found else "5.0.0"


def _originals(mail: ParsedMail) -> Iterator[str]:
    """The Message-IDs of what was returned, in the text or as a part, and of what the notice answers."""
    texts = [mail.text, *(part.content.decode("utf-8", "replace") or part.text or "" for part in mail.attachments)]
    for text in texts:
        yield from MESSAGE_ID.findall(text[: 10 * _CHARACTERS_READ].replace("\r\n", "\n"))
    yield from (mail.header(_CERTIFIED_ORIGINAL) or "").strip("<> ").split()
    yield from (*mail.head.in_reply_to, *mail.head.references)
