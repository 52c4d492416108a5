"""Names of persons in running text: placeholders where it is redacted, else capitalised words that are no title, no
relation, no trade and no company."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.reading.spans import fold

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĻŁŃŅŇŐŒŔŘŚŞŠȘŤȚŪŮŰŲŹŻŽ"
_WORD = rf"[{_CAPITAL}][\w'\u2019-]*[^\W\d_]"
_PARTICLE = r"(?:de|van|von|der|den|da|do|dos|das|di|del|la|ter|ten|zu|bin|al)"
_RUN = re.compile(
    rf"⟨(?:PERSON|FULL_NAME)_\d+⟩|"
    rf"(?<![\w@.⟨'\u2019-]){_WORD}(?:[ \u00a0](?:{_PARTICLE}[ \u00a0]){{0,2}}{_WORD}){{0,4}}(?![\w@⟩])"
)
_TITLES_WORDS = """
mr mrs ms miss mx dr prof sir dame frau herr herrn mme mlle madame monsieur mademoiselle sra sr srta senora
senor senorita don dona dhr mevr mevrouw meneer heer sig signora signor signorina dott dottssa rag geom ing avv
senhor senhora eng cdor lic dipl ssa ra
"""
_TITLES = frozenset(_TITLES_WORDS.split())
_NOT_NAMES_WORDS = """
accountant bookkeeper manager controller treasurer director colleague assistant partner successor daughter son
wife husband sister brother mother father uncle aunt kollege kollegin nachfolger nachfolgerin vorganger
vorgangerin ansprechpartner ansprechpartnerin steuerberater steuerberaterin buchhalter buchhalterin schwester
bruder tochter sohn schwiegertochter schwiegersohn mutter vater mann neffe nichte mitarbeiter mitarbeiterin
sachbearbeiter sachbearbeiterin geschaftsfuhrer kassenwart chef chefin leiter leiterin prokurist hausverwalter
stelle ruckfragen fragen i my our your the this that please dear hello hi from since as for all any every
questions contact write thanks thank you we he she it his her their and but if on at in to by with ich wir sie
ihre ihr unser unsere mein meine seit ab bitte der die das fur alle guten hallo liebe lieber sehr geehrte bei an
am im mit und von zum zur je nous vous votre notre mon ma le la les pour des depuis bonjour merci cher chere a
ecrivez contactez yo mi su nuestro nuestra el los las desde para por favor estimado estimada hola gracias buenos
ik wij u uw onze mijn de het vanaf sinds voor beste geachte dag aan io il lo gli dal per gentile buongiorno
grazie eu o os do da caro cara bom obrigado obrigada monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december montag dienstag mittwoch
donnerstag freitag januar februar marz mai juni juli oktober dezember easter christmas ostern mail email e-mail
telefon direct line tel phone invoice rechnung regards wishes grussen gruss then only saludos atentamente
cordialement danke best cheers cumprimentos abraco saluti groeten groet bedankt ciao viele
"""
_NOT_NAMES = frozenset(_NOT_NAMES_WORDS.split())
"""Relations and trades, beginnings of sentences, days and months, words of letterheads."""
_COMPANY_WORDS = """
projektteam finanzen rechnungen mahnungen facturas factures comptable expertise villa ciudad calle carrera
avenida plaza rue place via piazza street road lane strasse platz straat plein rua praca association housing
society trust foundation council school college club verein verband stiftung gemeinde fondation mairie commune
fundacion asociacion ayuntamiento vereniging gemeente fondazione associazione comune fundacao associacao camara
museum theatre theater hotel gmbh ohg mbh ltd limited llp llc plc inc corp sas sarl srl spa vof slu lda eirl
group gruppe groupe grupo gruppo groep services service solutions holding company co sons accountancy accounting
accountants bookkeeping management consulting advisory associates partners hub centre center shared department
dept team office finance accounts payable payables receivable ledger bank foods energy trading industries
international kanzlei steuerkanzlei steuerberatung buchhaltung abteilung verwaltung hausverwaltung zentrale
kundenservice cabinet comptabilite fiduciaire societe siege direction etablissements asesoria gestoria gabinete
contabilidad administracion departamento centro empresa despacho kantoor administratiekantoor boekhouding
administratie beheer vastgoed afdeling stichting studio ufficio amministrazione contabilita societa reparto
contabilidade escritorio kreditoren debitoren rechnung tesoreria compta proveedores pagos fornitori fornecedores
crediteuren debiteuren invoices
"""
_COMPANY = frozenset(_COMPANY_WORDS.split())
"""Firms, departments, public bodies and places."""
_AT_A_COMPANY = re.compile(r"\b(?:at|bei|chez|bij|presso|firma|company|la sociedad|societe|empresa|in|of|&) $|& ?$")
_AFTER_NAMES = frozenset({"mail", "email", "e-mail", "telefon", "tel", "phone", "direct"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_CODE = re.compile(rf"[{_CAPITAL}]{{2,4}}")
"""INV, AG, SA: no part of a name."""

_NUMBER = re.compile(r" \d{1,4}[a-z]?\b(?! ?\d)")
"""What a street goes on with, not a name."""

_SHORTEST_IN_ADDRESS = 3


@dataclass(frozen=True, slots=True)
class Person:
    """A name at [start, end), without its title."""

    text: str
    start: int
    end: int
    has_title: bool = False
    is_at: bool = False
    """ "at", "bei", "chez": more likely a firm."""

    @property
    def is_placeholder(self) -> bool:
        return self.text.startswith("⟨")

    @property
    def is_full(self) -> bool:
        """A placeholder, or more than one word: a lone capitalised word may be anything."""
        return self.is_placeholder or " " in self.text.replace("\u00a0", " ")

    def is_in(self, local: str) -> bool:
        """Part of the name stands in the local part of an address: "Jana Veit" in "j.veit". A lone word fills one."""
        folded = fold(local)
        whole = folded if self.is_full or self.has_title else re.split(r"[^\w]|_", folded)
        return any(form in whole for form in self._spelt())

    def fills(self, local: str) -> bool:
        """Nothing but the name stands in the local part: "katja.lind" is not Josef Lind's."""
        tokens = [token for token in re.split(r"[^\w]|_", fold(local)) if len(token) >= _SHORTEST_IN_ADDRESS]
        return bool(tokens) and all(any(form in token for form in self._spelt()) for token in tokens)

    def is_all_in(self, domain: str) -> bool:
        """ "Expertise Rhone" at "expertise-rhone.example": a firm that bears the name."""
        words = [fold(word).replace("'", "") for word in self.text.split() if len(word) >= _SHORTEST_IN_ADDRESS]
        return not self.is_placeholder and bool(words) and all(word in fold(domain) for word in words)

    def _spelt(self) -> frozenset[str]:
        """The longer words of the name as addresses spell them: "Völkel" is "volkel" or "voelkel"."""
        words = [] if self.is_placeholder else re.split(r"[ \u00a0-]", self.text)
        forms = {form.replace("'", "") for word in words for form in (fold(word), fold(word.translate(_UMLAUTS)))}
        return frozenset(form for form in forms if len(form) >= _SHORTEST_IN_ADDRESS)


def persons(text: str, start: int = 0, end: int | None = None) -> Iterator[Person]:
    """What looks like a person's name in text[start:end]."""
    for run in _RUN.finditer(text, start, len(text) if end is None else end):
        if run.group().startswith("⟨"):
            yield Person(run.group(), run.start(), run.end())
        elif person := _trimmed(text, run):
            yield person


def _trimmed(text: str, run: re.Match[str]) -> Person | None:
    words = list(re.finditer(r"[^ \u00a0]+", run.group()))
    plain = [fold(word.group()) for word in words]
    if _COMPANY.intersection(plain) or any(map(_CODE.fullmatch, run.group().split())):
        return None
    first = next((n for n, word in enumerate(plain) if word not in _TITLES | _NOT_NAMES), len(words))
    last = next((n for n in range(len(words), first, -1) if plain[n - 1] not in _AFTER_NAMES), first)
    if first == last:
        return None
    begin, end = run.start() + words[first].start(), run.start() + words[last - 1].end()
    if text[begin:end].endswith(("'s", "\u2019s")):
        end -= 2
    if _NUMBER.match(text, end):
        return None
    is_at = _AT_A_COMPANY.search(fold(text[max(0, begin - 12) : begin])) is not None
    return Person(text[begin:end], begin, end, has_title=_has_title(text, begin), is_at=is_at)


def _has_title(text: str, start: int) -> bool:
    before = re.search(r"(?<![^\W\d_])([^\W\d_]+)\.? $", text[max(0, start - 14) : start].replace("\u00a0", " "))
    return before is not None and (fold(before.group(1)) in _TITLES or before.group(1) in {"M", "D"})
