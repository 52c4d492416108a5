"""Where money or secrets might go by the word of an answer. No answer says so: our own bank details stand on invoices
and reminders, whatever else is named is somebody else's, and nobody is asked for a password."""

import re
from collections.abc import Iterator

from app.reading.spans import fold, sentences
from app.reading.trust.impostors import speaks_of_another_account

_BANKS = r"bank(?!rupt)\w*|banque\w*|banc[oa]\w*|iban\b|bic\b|swift\b|sort code|routing number|aba\b|bsb\b|ifsc\b"
_ACCOUNTS = (
    r"account (?:number|details|in|at|with (?!us\b))|(?:private|personal|new|other|following) account"
    r"|konto(?:nummer|daten)|(?:private[ns]?|neue[ns]?|andere[ns]?) konto|konto (?:in|bei (?!uns\b))"
    r"|compte (?:prive|personnel|en\b)|cuenta (?:privada|personal|en\b)|conto (?:privato|personale|in\b)"
    r"|(?:privere|prive-re)kening|rekening in\b|conta (?:privada|pessoal|em\b|na\b)"
)
_PEOPLE = (
    r"payees?\b|zahlungsempfang\w*|beneficiar\w*|begunstigde\w*"
    r"|pay (?:through|via|by|with|using) (?:the|this|an?|our) (?:app|link|portal|wallet)\b"
    r"|(?:our|unsere[nmr]?|notre|nuestr[oa]|nostr[oa]|onze|noss[oa]) (?:partner|agent|partenaire|socio|parceiro)s?\b"
)
_SECRETS = (
    r"pass ?words?\b|passwort\w*|kennwort\w*|zugangsdaten|mot de passe|contrasena\w*|wachtwoord\w*|palavra[- ]passe"
    r"|senha\b|credentials?\b|log-?in\b"
)
_NAMED = re.compile(rf"\b(?:{_BANKS}|{_ACCOUNTS}|{_PEOPLE}|{_SECRETS})")


def names_of_destinations(body: str) -> Iterator[str]:
    """Words for banks, accounts elsewhere, payees and passwords, and sentences that seem to change an account."""
    said = (body[found.start() : found.end()] for found in _NAMED.finditer(fold(body)))
    yield from (words for words in said if "é" not in words)  # a facture that is payée names no payee
    yield from (sentence.of(body) for sentence in sentences(body) if speaks_of_another_account(sentence.of(body)))
