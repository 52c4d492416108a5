"""Valid identifiers of every kind, made by lot, spelled as people spell them, in sentences of each language."""

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import luhn
from stdnum.at import vnr
from stdnum.be import nn
from stdnum.br import cnpj, cpf
from stdnum.ch import ssn as ahv
from stdnum.ch import uid
from stdnum.de import idnr
from stdnum.es import cif, nie, nif
from stdnum.eu import vat
from stdnum.fr import nir, siren, siret
from stdnum.gb import nhs, utr
from stdnum.gb import vat as gb_vat
from stdnum.ie import pps
from stdnum.it import codicefiscale, iva
from stdnum.nl import bsn
from stdnum.pl import nip, pesel
from stdnum.pt import nif as pt_nif

from app.domain.intents import LANGUAGES

IBAN_COUNTRIES = [
    "DE",
    "FR",
    "ES",
    "IT",
    "NL",
    "PT",
    "GB",
    "IE",
    "BE",
    "AT",
    "CH",
    "LU",
    "PL",
    "SE",
    "DK",
    "NO",
    "FI",
    "CZ",
    "GR",
    "HU",
    "RO",
    "BG",
    "HR",
    "SI",
    "SK",
    "EE",
    "LV",
    "LT",
    "MT",
    "CY",
    "LI",
    "MC",
    "SM",
]
REGIONS = {
    "en": ("GB", "US", "IE"),
    "fr": (
        "FR",
        "BE",
        "CH",
    ),
    "de": (
        "DE",
        "AT",
        "CH",
    ),
    "es": ("ES",),
    "nl": ("NL", "BE"),
    "it": ("IT",),
    "pt": ("PT",),
}
FRAMES = {
    "en": (
        "{label}: {value}",
        "Please note our {label} {value}.",
        "Details below\n{label} {value}\nThanks",
        "({label} {value})",
    ),
    "fr": (
        "{label} : {value}",
        "Voici notre {label} {value}.",
        "Bonjour,\n{label} n° {value}\nMerci",
        "({label} {value})",
    ),
    "de": (
        "{label}: {value}",
        "Unsere {label} lautet {value}.",
        "Guten Tag\n{label} {value}\nGruß",
        "({label} {value})",
    ),
    "es": ("{label}: {value}", "Nuestro {label} es {value}.", "Hola,\n{label} {value}\nGracias", "({label} {value})"),
    "nl": ("{label}: {value}", "Ons {label} is {value}.", "Beste,\n{label} {value}\nGroet", "({label} {value})"),
    "it": ("{label}: {value}", "Il nostro {label} è {value}.", "Salve,\n{label} {value}\nGrazie", "({label} {value})"),
    "pt": ("{label}: {value}", "O nosso {label} é {value}.", "Olá,\n{label} {value}\nObrigado", "({label} {value})"),
}
VAT_SHAPES = (
    "ATU########",
    "BE0#########",
    "BG#########",
    "CY########@",
    "CZ########",
    "DE#########",
    "DK########",
    "EE#########",
    "EL#########",
    "ES@########",
    "ES########@",
    "ES@#######@",
    "FI########",
    "FR###########",
    "HR###########",
    "HU########",
    "IE#######@",
    "IE#######@A",
    "IT###########",
    "LT#########",
    "LT############",
    "LU########",
    "LV###########",
    "MT########",
    "NL#########B##",
    "PL##########",
    "PT#########",
    "RO########",
    "SE##########01",
    "SI########",
    "SK##########",
)
CARD_SHAPES = (
    "4###############",
    "51##############",
    "55##############",
    "2221############",
    "34#############",
    "37#############",
    "36############",
    "6011############",
    "35##############",
    "62##############",
)


@dataclass(frozen=True, slots=True)
class Example:
    """One identifier in a sentence."""

    type: str
    language: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    make: Callable[[Random], str]
    groups: tuple[str, ...]
    """How it is cut, as sizes joined by the separator; "" leaves it in one piece."""
    labels: str


def fitting(shape: str, is_valid: Callable[[str], bool], random: Random) -> str:
    """A value of the shape (# a digit, @ a letter) that passes the test."""
    for _ in range(200_000):
        value = "".join(_drawn(sign, random) for sign in shape)
        if is_valid(value):
            return value
    raise ValueError(shape)


def _drawn(sign: str, random: Random) -> str:
    return random.choice({"#": string.digits, "@": string.ascii_uppercase}.get(sign, sign))


def _vat(random: Random) -> str:
    return fitting(random.choice(VAT_SHAPES), vat.is_valid, random)


def _nir(random: Random) -> str:
    body = f"{random.choice('12')}{random.randrange(100):02}{random.randrange(1, 13):02}{random.randrange(1, 96):02}"
    body += f"{random.randrange(1, 990):03}{random.randrange(1, 999):03}"
    return body + nir.calc_check_digits(body)


def _fiscal_code(random: Random) -> str:
    letters = "".join(random.choices("BCDFGLMNPRSTVZ", k=6))
    day, month = random.randrange(1, 29), random.choice("ABCDEHLMPRST")
    body = f"{letters}{random.randrange(100):02}{month}{day:02}{random.choice('ABCDEFGHIL')}"
    body += f"{random.randrange(1, 999):03}"
    return body + codicefiscale.calc_check_digit(body)


def _belgian(random: Random) -> str:
    return fitting("8#0101#####", nn.is_valid, random)


def _bic(random: Random) -> str:
    bank = "".join(random.choices(string.ascii_uppercase, k=4))
    branch = random.choice(("", "XXX", "".join(random.choices(string.ascii_uppercase + string.digits, k=3))))
    return (
        bank
        + random.choice(["DE", "FR", "ES", "IT", "NL", "PT", "GB", "IE", "BE", "AT", "CH"])
        + random.choice(("M1", "FF", "21", "2L", "PP"))
        + branch
    )


def _shape(shape: str, is_valid: Callable[[str], bool]) -> Callable[[Random], str]:
    return lambda random: fitting(shape, is_valid, random)


def _is_true(_value: str) -> bool:
    return True


KINDS = (
    _Kind("BIC", _bic, ("",), "BIC|SWIFT|SWIFT/BIC|BIC-Code"),
    _Kind(
        "CREDIT_CARD",
        lambda r: fitting(r.choice(CARD_SHAPES), luhn.is_valid, r),
        ("", "4 4 4 4", "4-4-4-4", "4 6 5"),
        "Visa|card|Kreditkarte|carte|tarjeta|carta|cartão",
    ),
    _Kind(
        "VAT_ID",
        _vat,
        ("", "2 99", "2 3 3 3 3", "2.3.3.3.3", "2-99", "4 3 3 3", "2 2 3 3 3"),
        "VAT|VAT no.|TVA|USt-IdNr.|NIF-IVA|btw-nummer|P.IVA|NIF|VAT number",
    ),
    _Kind(
        "VAT_ID",
        lambda r: "GB" + fitting("#########", gb_vat.is_valid, r),
        ("", "2 3 4 2", "2 99", "5 4 2"),
        "VAT|VAT reg. no.|VAT number",
    ),
    _Kind(
        "VAT_ID",
        lambda r: fitting("#########", gb_vat.is_valid, r),
        ("", "3 4 2", "3 3 3"),
        "VAT|VAT reg. no.|VAT number",
    ),
    _Kind(
        "VAT_ID", lambda r: fitting("CHE#########", uid.is_valid, r), ("", "3-3.3.3", "3 3 3 3"), "UID|MWST|TVA|VAT|IVA"
    ),
    _Kind("VAT_ID", _shape("###########", iva.is_valid), ("", "4 3 4"), "P.IVA|partita IVA|Partita IVA n.|P. IVA|VAT"),
    _Kind(
        "COMPANY_ID", _shape("#########", siren.is_valid), ("", "3 3 3", "3.3.3"), "SIREN|RCS Lyon|RCS Paris B|N° SIREN"
    ),
    _Kind("COMPANY_ID", _shape("##############", siret.is_valid), ("", "3 3 3 5", "3.3.3.5"), "SIRET|N° SIRET|Siret"),
    _Kind("COMPANY_ID", _shape("B########", cif.is_valid), ("", "1-8", "1 8", "1-7-1"), "CIF|NIF|C.I.F."),
    _Kind(
        "NIR", _nir, ("", "1 2 2 2 3 3 2", "1.2.2.2.3.3.2", "13 2"), "NIR|numéro de sécurité sociale|n° de sécu|INSEE"
    ),
    _Kind("ES_NIF", _shape("########@", nif.is_valid), ("", "8-1", "8 1", "2.3.3-1", "2.3.3 1"), "NIF|DNI|N.I.F."),
    _Kind("ES_NIF", _shape("X#######@", nie.is_valid), ("", "1-7-1", "1 7 1", "8-1"), "NIE|N.I.E."),
    _Kind(
        "DE_TAX_ID",
        _shape("###########", idnr.is_valid),
        ("", "2 3 3 3", "2-3-3-3", "2.3.3.3"),
        "Steuer-ID|Steuer-Identifikationsnummer|IdNr.|Steuerliche Identifikationsnummer|TIN",
    ),
    _Kind(
        "NL_BSN",
        _shape("#########", bsn.is_valid),
        ("", "4 2 3", "3 3 3", "4.2.3", "3.3.3"),
        "BSN|burgerservicenummer|BSN-nummer|sofinummer",
    ),
    _Kind("IT_FISCAL_CODE", _fiscal_code, ("", "3 3 5 5", "6 5 5"), "CF|codice fiscale|C.F."),
    _Kind(
        "PT_NIF",
        _shape("#########", pt_nif.is_valid),
        ("", "3 3 3", "3.3.3"),
        "NIF|contribuinte|NIPC|N.º de contribuinte|NIF n.º",
    ),
    _Kind(
        "NATIONAL_ID", _shape("756##########", ahv.is_valid), ("", "3.4.4.2", "3 4 4 2"), "AHV-Nr.|AVS|N° AVS|your file"
    ),
    _Kind("NATIONAL_ID", _shape("###########", cpf.is_valid), ("", "3.3.3-2"), "CPF|CPF n.º"),
    _Kind("NATIONAL_ID", _shape("###########", cpf.is_valid), ("3.3.3-2",), "ours|with"),
    _Kind("COMPANY_ID", _shape("##############", cnpj.is_valid), ("", "2.3.3/4-2"), "CNPJ"),
    _Kind("NATIONAL_ID", _belgian, ("", "2.2.2-3.2", "6-3-2"), "rijksregisternummer|numéro national|NISS|INSZ"),
    _Kind(
        "NATIONAL_ID", _shape("####010180", vnr.is_valid), ("", "4 6", "4-6"), "SVNR|SV-Nr.|Sozialversicherungsnummer"
    ),
    _Kind("NATIONAL_ID", _shape("8#0101#####", pesel.is_valid), ("",), "PESEL|numer PESEL"),
    _Kind("VAT_ID", _shape("##########", nip.is_valid), ("", "3-3-2-2", "3-2-2-3"), "NIP|numer NIP"),
    _Kind("NATIONAL_ID", _shape("##########", utr.is_valid), ("", "5 5"), "UTR|unique taxpayer reference"),
    _Kind("NATIONAL_ID", _shape("##########", nhs.is_valid), ("", "3 3 4"), "NHS number|NHS no."),
    _Kind("NATIONAL_ID", _shape("#######@", pps.is_valid), ("",), "PPS|PPSN|PPS number"),
    _Kind(
        "NATIONAL_ID",
        lambda r: f"{r.randrange(101, 600)}{r.randrange(10, 99)}{r.randrange(1000, 9999)}",
        ("3-2-4",),
        "SSN|social security number|with",
    ),
    _Kind("BANK_ACCOUNT", _shape("######", _is_true), ("2-2-2", "2 2 2", ""), "sort code|Sort-code|S/C|sortcode"),
    _Kind("BANK_ACCOUNT", _shape("########", _is_true), ("", "4 4"), "account number|account no.|a/c|Account|acc no"),
)
SPACES = (" ", " ", "\u00a0", "\u202f")


def _cut(value: str, groups: str, random: Random) -> str:
    """The value in groups of the given sizes; what is over stays in the last piece."""
    pieces: list[str] = []
    at = 0
    for size, separator in re.findall(r"(\d+)(\D?)", groups):
        piece = value[at : at + int(size)]
        at += int(size)
        pieces += [piece, random.choice(SPACES) if separator == " " else separator] if at < len(value) else [piece]
    pieces.append(value[at:])
    return "".join(pieces).rstrip(" -.\u00a0\u202f")


def _written(kind: str, value: str, label: str, language: str, random: Random) -> Example:
    return Example(kind, language, random.choice(FRAMES[language]).format(label=label, value=value), value)


def examples(random: Random, each: int) -> Iterator[Example]:
    """For each language and kind so many."""
    for language in LANGUAGES:
        for _ in range(each):
            for kind in KINDS:
                label = random.choice(kind.labels.split("|"))
                value = _cut(kind.make(random), random.choice(kind.groups), random)
                yield _written(kind.type, value, label, language, random)
            yield _written(
                "IBAN_CODE", iban(random), random.choice(("IBAN", "Konto", "RIB", "IBAN-Nr.")), language, random
            )
            yield _email(language, random)
            yield _phone(language, random)


def value_called(label: str, random: Random) -> tuple[str, str]:
    """Type and value, as people spell it, of the first kind that goes by this label ("SIRET", "BSN")."""
    kind = next(kind for kind in KINDS if label in kind.labels.split("|"))
    return kind.type, _cut(kind.make(random), random.choice(kind.groups), random)


def iban(random: Random) -> str:
    """In groups, in small letters, or in one piece."""
    while True:
        try:
            value = str(IBAN.random(random.choice(IBAN_COUNTRIES), random=random))
        except SchwiftyException:
            continue
        separator = random.choice(("", " ", "\u00a0", "-", ".", "\n"))
        value = separator.join(value[at : at + 4] for at in range(0, len(value), 4))
        return random.choice((value, value, value.lower()))


def _email(language: str, random: Random) -> Example:
    local = random.choice(("ap", "j.o'brien", "mei_chen+inv", "müller", "rechnung-24", "x", "a.b.c", "Jane.Doe"))
    domain = random.choice(("oakdale.example", "mail.kontor-nord.example", "société.example", "a1.co.example"))
    return _written("EMAIL_ADDRESS", f"{local}@{domain}", random.choice(("mail", "E-Mail", "correo")), language, random)


def phone(language: str, random: Random) -> str:
    """A fixed line or a mobile of one of the language's countries."""
    kind = random.choice((PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE))
    number = _number(random.choice(REGIONS[language]), kind, random)
    style = random.choice((PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.E164))
    value = phonenumbers.format_number(number, style)
    if style != PhoneNumberFormat.E164:
        value = value.replace(" ", random.choice((" ", " ", "-", ".", "\u00a0")))
    return value


def _phone(language: str, random: Random) -> Example:
    label = random.choice(("Tel.", "mobile", "Handy", "tél", "móvil", "telefoon", "cell.", "telemóvel", "T:"))
    return _written("PHONE_NUMBER", phone(language, random), label, language, random)


def _number(region: str, kind: int, random: Random) -> phonenumbers.PhoneNumber:
    """A number of the plan, near the example that the plan gives for the region."""
    while True:
        number = phonenumbers.example_number_for_type(region, kind)
        if number is not None and number.national_number is not None:
            number.national_number = number.national_number // 1000 * 1000 + random.randrange(1000)
            if phonenumbers.is_valid_number(number):
                return number
