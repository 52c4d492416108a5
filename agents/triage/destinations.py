"""Where money or secrets might go by the word of an answer. No answer says so: our own bank details stand on invoices
and reminders, whatever else is named is somebody else's, and nobody is asked for a password."""

import re
from collections.abc import Iterator

from app.reading.spans import fold, sentences
from app.reading.trust.impostors import speaks_of_another_account

_BANKS = r"bank(?!rupt)\w*|banque\w*|banc[oa]\w*|iban\b|bic\b|swift\b|sort code|routing number|aba\b|bsb\b|ifsc\b"
_ACCOUNTS = (
    r"account (?:number|details|in|at|with (?!us\b|care\b|attention|due|the (?:care|attention)))"
    r"|(?:private|personal|new|other|following) account"
    r"|konto(?:nummer|daten)|(?:private[ns]?|neue[ns]?|andere[ns]?) konto|konto (?:in\b|bei (?!uns\b))"
    r"|compte (?:prive|personnel|en\b)|cuenta (?:privada|personal|en\b)|conto (?:privato|personale|in\b)"
    r"|(?:privere|prive-re)kening|rekening in\b(?! de gaten| het oog)|conta (?:privada|pessoal|em\b(?! separado)|na\b)"
)
_PEOPLE = (
    r"payees?\b|zahlungsempfang\w*|beneficiar\w*|begunstigde\w*"
    r"|pay (?:through|via|by|with|using) (?:the|this|an?|our) (?:app|link|portal|wallet)\b"
    r"|(?:our|unsere[nmr]?|notre|nos|nuestr[oa]s?|nostr[oaie]|onze|noss[oa]s?) "
    r"(?:partner|agent|partenaire|socio|parceiro)s?\b"
)
_SECRETS = (
    r"pass ?words?\b|passwort\w*|kennwort\w*|zugangsdaten|mot de passe|contrasena\w*|wachtwoord\w*|palavra[- ]passe"
    r"|senha\b|credentials?\b|log-?in\b|pin\b(?! it)|pin-?(?:code|nummer|number)|cvv\w*|cvc\b"
    r"|(?:security|access|verification|confirmation|one[- ]time) codes?|(?:code|codigo|codice) (?:par|por|via) sms"
    r"|cod(?:e|igo|ice)s? (?:de |di )?(?:securite|acces|verifi|confirm|conferm|sicurezza|seguridad|seguranca|secret)\w*"
    r"|(?:sicherheits|zugangs|bestatigungs|beveiligings|toegangs)code\w*|tan-\w+|transaktionsnummer\w*"
    r"|(?:credit |debit |bank )?card (?:number|details|data)|card on file|kartennummer\w*|kreditkart\w*|pasnummer"
    r"|carte (?:bancaire|bleue|de credit)|tarjeta\b|carta di credito|cartao\b|bankpas\w*|creditcard\w*"
    r"|(?:personal|online|e|home)[- ]?banking\b|banca (?:electronica|en linea|online)|internetbankieren"
    r"|banque en ligne|passport|reisepass|passeport|pasaporte|paspoort|passaporto|passaporte|personalausweis\w*"
    r"|ausweiskopie|identity (?:card|document)|(?:carte|piece) d'identite|identiteitsbewijs|rijbewijs"
    r"|(?:documento|carta) (?:de identidad|d'identita|di identita)|dni\b|nif\b|burgerservicenummer|bsn\b"
    r"|codice fiscale|social security number|numero de securite sociale|steuer-?id\w*|cartao de cidadao"
    r"|date of birth|geburtsdatum|geboortedatum|date de naissance|fecha de nacimiento|data di nascita"
    r"|data de nascimento|digits|ziffern|derniers chiffres|digitos|laatste \w+ cijfers|ultime \w+ cifre"
)
_SEARCH = re.compile(
    r"\b(?:trac|check|ask|search|enquir|inquir|look|find|locat|left|process|between|nachforsch|nachfrag|forsch|such|pruf"
    r"|recherch|retrouv|verifi|demand|localiz|encontr|pregunt|pedir|consult|verific|rintracc|cerc|controll|chied|zoek|nagaan"
    r"|navraag|navrag|vinden|procur|entre|tra le|zwischen|tussen)\w*"
)
_TO = ("to", "to the", "to our", "an", "an die", "auf", "a", "a la", "al", "alla", "naar", "naar de", "ao")
_UNLESS_TO = "".join(rf"(?<!\b{word} )" for word in _TO)
_A_BANK = re.compile(
    rf"\b{_UNLESS_TO}(?:banks?|banken?|banques?|banc[oa])\b"
    r"(?! (?:account|details|data|en\b|in\b|at\b))"
)
_OWNED = re.compile(
    r"\b(?<!\bto )(?<!\ban )(?<!\bauf )(?<!\bnaar )"
    r"(?:our|your|the|both|unsere[rnm]?|ihre[rnm]?|den|notre|votre|nos|vos|les|nuestr[oa]|su|al|el|onze|uw|de"
    r"|vostr[ao]|nostr[ao]|sua|alla|le|noss[oa]|voss[oa]|seu|ao|os) (?:banks?|banken?|banques?|banc[oahe]{1,2}s?)\b"
    r"(?! (?:accounts?|details|in|at|is|has|will|en|de|account|bei|hat))"
)
"""A bank that has one may be asked where a payment is; none may be paid to."""

_NAMED = re.compile(rf"\b(?:{_BANKS}|{_ACCOUNTS}|{_PEOPLE}|{_SECRETS})")


def names_of_destinations(body: str, mail: str = "") -> Iterator[str]:
    """Words for banks, accounts elsewhere, payees and secrets, and sentences that seem to change an account. A search
    at a bank is none, nor is the bank that the mail speaks of, unless something goes there."""
    folded = fold(body)
    for found in _A_BANK.finditer(folded) if _A_BANK.search(fold(mail)) else ():
        folded = f"{folded[: found.start()]}{_blank(found)}{folded[found.end() :]}"
    for sentence in sentences(body):
        if _SEARCH.search(folded, sentence.start, sentence.end):
            place = slice(sentence.start, sentence.end)
            folded = f"{folded[: place.start]}{_OWNED.sub(_blank, folded[place])}{folded[place.stop :]}"
    said = (body[found.start() : found.end()] for found in _NAMED.finditer(folded))
    yield from (words for words in said if "é" not in words)  # a facture that is payée names no payee
    yield from (sentence.of(body) for sentence in sentences(body) if speaks_of_another_account(sentence.of(body)))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
