"""The kinds of codes that prove themselves by a check digit, and the words that call them by name."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from stdnum.ar import cuit
from stdnum.at import vnr
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cnpj, cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.ch import uid
from stdnum.cl import rut
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import ccc, cif, nie, nif
from stdnum.eu import vat
from stdnum.fi import hetu
from stdnum.fr import nir, siren, siret
from stdnum.gb import nhs, utr
from stdnum.gb import vat as gb_vat
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.it import codicefiscale
from stdnum.mx import curp, rfc
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import nip, pesel, regon
from stdnum.pt import nif as pt_nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import ein, itin, ssn

GAP = r"(?P<gap>[^\d]{0,32})$"
VAT_WORDS = (
    r"\b(?:ust|vat|tva|iva|btw|mwst|umsatzsteuer|mehrwertsteuer|uid|nif|p\.? ?iva|partita iva|tax|nip)\b"
    r"(?:[ .\-]{0,2}(?:reg|id|ident|registration)\b)?"
)
TAX_WORDS = r"(?:steuer|\bid-?nr|\btin\b|tax (?:id|no|number)|identifikationsnummer)"
EU = (
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "EL",
    "ES",
    "FI",
    "FR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
)
PROVEN = frozenset({"NIR", "IT_FISCAL_CODE"})
"""Kinds with so much check in them that wide gaps between their parts are no table's."""


def _is_vat(code: str) -> bool:
    if code.startswith("CHE"):
        return uid.is_valid(code[:12])
    if code.startswith("XI"):
        return gb_vat.is_valid("GB" + code[2:])
    return vat.is_valid(code) or (code.startswith("GB") and gb_vat.is_valid(code))


@lru_cache(maxsize=256)
def _is_vat_without_country(code: str) -> bool:
    return gb_vat.is_valid(code) or any(vat.is_valid(country + code) for country in EU)


def _is_spanish(code: str) -> bool:
    return nif.is_valid(code) or nie.is_valid(code)


def _is_niss(code: str) -> bool:
    """Portugal's social security: the digits before the last weighed by primes, from 29 down (Segurança Social)."""
    weights = (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)
    return int(code[-1]) == 9 - sum(int(digit) * weight for digit, weight in zip(code, weights, strict=False)) % 10


def _is_nuss(code: str) -> bool:
    """Spain's social security: the last two digits are the rest by 97; a number below ten million loses its zero."""
    province, number, check = code[:2], code[2:-2], int(code[-2:])
    return int(province + (number.lstrip("0").zfill(7) if number.startswith("0") else number)) % 97 == check


def _is_pension(code: str) -> bool:
    """Germany's pension insurance: the letter as two digits, then weighed sums of digits (VKVV § 4)."""
    digits = code[:8] + f"{ord(code[8]) - 64:02}" + code[9:11]
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    return sum(sum(divmod(int(d) * w, 10)) for d, w in zip(digits, weights, strict=True)) % 10 == int(code[11])


@dataclass(frozen=True, slots=True)
class Code:
    """One kind. `shape` and `is_valid` are asked about the capital letters and digits alone; `written` about the text.

    A kind with `after` needs those words before it, unless it is `bare` or `written` in its own way.
    """

    entity: str
    shape: re.Pattern[str]
    is_valid: Callable[[str], bool]
    after: re.Pattern[str] | None = None
    bare: bool = False
    written: re.Pattern[str] | None = None

    def may_be_bare(self, written: str) -> bool:
        return self.bare or (self.written is not None and self.written.fullmatch(written) is not None)

    @property
    def proves_itself(self) -> bool:
        return self.entity in PROVEN


def _code(
    entity: str,
    shape: str,
    is_valid: Callable[[str], bool],
    after: str = "",
    *,
    bare: bool = False,
    written: str = "",
) -> Code:
    words = re.compile(f"(?:{after}){GAP}", re.IGNORECASE) if after else None
    return Code(entity, re.compile(shape), is_valid, words, bare or not after, re.compile(written) if written else None)


CODES = (
    _code("VAT_ID", rf"(?:{'|'.join(EU)}|GB|XI|CHE)[A-Z0-9]{{6,14}}", _is_vat, VAT_WORDS, bare=True),
    _code("NIR", r"[1-478]\d{4}(?:\d{2}|2[AB])\d{8}", nir.is_valid),
    _code(
        "IT_FISCAL_CODE",
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        codicefiscale.is_valid,
    ),
    _code("ES_NIF", r"[XYZKLM]\d{7}[A-Z]|\d{8}[A-Z]", _is_spanish),
    _code("COMPANY_ID", r"[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]", cif.is_valid),
    _code("NL_BSN", r"\d{8,9}", bsn.is_valid, r"\b(?:bsn|burgerservicenummer|sofi)"),
    _code("PT_NIF", r"\d{9}", pt_nif.is_valid, r"(?:\bnif|contribuinte|\bnipc|fiscal|tax)\b"),
    _code("COMPANY_ID", r"\d{9}", siren.is_valid, r"\b(?:siren|siret|rcs)\b"),
    _code("COMPANY_ID", r"\d{14}", siret.is_valid, r"\b(?:siret|siren)\b", bare=True),
    _code("DE_TAX_ID", r"\d{11}", idnr.is_valid, TAX_WORDS, bare=True),
    _code("VAT_ID", r"[A-Z0-9]{8,12}", _is_vat_without_country, VAT_WORDS),
    _code("BANK_ACCOUNT", r"\d{20}", ccc.is_valid),
    # people of other countries; a number that many others look like needs its own grouping or its name
    _code("NATIONAL_ID", r"756\d{10}", ahv.is_valid),
    _code("NATIONAL_ID", r"\d{11}", cpf.is_valid, r"\bcpf\b", written=r"\d{3}\.\d{3}\.\d{3}[-/]\d{2}"),
    _code("COMPANY_ID", r"\d{14}", cnpj.is_valid, r"\bcnpj\b", written=r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}"),
    _code("NATIONAL_ID", r"[12]\d{10}", _is_niss, r"\b(?:niss|seguran[çc]a social)\b"),
    _code(
        "NATIONAL_ID",
        r"\d{11}",
        nn.is_valid,
        r"\b(?:rijksregister\w*|nationa(?:a|l) (?:nummer|number)|num[eé]ro national|"
        r"n° national|registre national|insz|niss|nrn)\b",
        written=r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\d{6}-\d{3}-\d{2}",
    ),
    _code(
        "NATIONAL_ID", r"\d{10}", vnr.is_valid, r"(?:\bsv-?nr|\bvsnr|\bsvnr|sozialversicherung\w*|versicherungs-?n\w+)"
    ),
    _code(
        "NATIONAL_ID",
        r"\d{8}[A-Z]\d{3}",
        _is_pension,
        r"(?:\brv-?nr|\bsv-?nr|rentenversicherung\w*|sozialversicherung\w*|versicherungs-?n\w+)",
    ),
    _code("NATIONAL_ID", r"\d{11,12}", _is_nuss, r"\b(?:seguridad social|n\.?u?\.?s\.?s|naf|afiliaci[oó]n)\b"),
    _code("NATIONAL_ID", r"\d{9}", ssn.is_valid, r"\b(?:ssn|social security)\b", written=r"\d{3}-\d{2}-\d{4}"),
    _code("NATIONAL_ID", r"9\d{8}", itin.is_valid, r"\b(?:itin|tin|taxpayer)\b", written=r"\d{3}-\d{2}-\d{4}"),
    _code("COMPANY_ID", r"\d{9}", ein.is_valid, r"\b(?:f?ein|tin|tax id|employer id\w*)\b"),
    _code("NATIONAL_ID", r"\d{10}", utr.is_valid, r"\b(?:utr|unique taxpayer(?: ref\w*)?|tax(?:payer)? ref\w*)\b"),
    _code("NATIONAL_ID", r"\d{10}", nhs.is_valid, r"\bnhs\b"),
    _code("NATIONAL_ID", r"\d{7}[A-W][ABHTWX]?", pps.is_valid, r"\bpps"),
    _code("NATIONAL_ID", r"\d{11}", pesel.is_valid, r"\bpesel\b"),
    _code("VAT_ID", r"\d{10}", nip.is_valid, r"\bnip\b"),
    _code("COMPANY_ID", r"\d{9}|\d{14}", regon.is_valid, r"\bregon\b"),
    _code(
        "NATIONAL_ID",
        r"(?:\d{2})?\d{10}",
        personnummer.is_valid,
        r"\b(?:person\w*nummer|personal (?:id|number)\w*|pnr)\b",
    ),
    _code("NATIONAL_ID", r"\d{10}", cpr.is_valid, r"\bcpr\b"),
    _code("NATIONAL_ID", r"\d{6}[A-Y]?\d{3}[0-9A-Y]", hetu.is_valid, r"\b(?:hetu|henkilötunnus)\b"),
    _code("NATIONAL_ID", r"\d{11}", fodselsnummer.is_valid, r"\b(?:f[øo]dselsnummer|personnummer)\b"),
    _code("NATIONAL_ID", r"\d{9,10}", rc.is_valid, r"\b(?:rodn[eé] [čc][ií]slo|r\.?[čc]\.)"),
    _code("NATIONAL_ID", r"\d{13}", cnp.is_valid, r"\bcnp\b"),
    _code("NATIONAL_ID", r"\d{10}", egn.is_valid, r"\b(?:egn|егн)\b"),
    _code("NATIONAL_ID", r"\d{11}", oib.is_valid, r"\boib\b"),
    _code("NATIONAL_ID", r"\d{11}", tckimlik.is_valid, r"\b(?:tckn|kimlik|tc no)\b"),
    _code("NATIONAL_ID", r"\d{9}", sin.is_valid, r"\b(?:social insurance|sin)\b"),
    _code("NATIONAL_ID", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d", curp.is_valid),
    _code("VAT_ID", r"[A-ZÑ&]{3,4}\d{6}[0-9A-Z]{3}", rfc.is_valid, r"\brfc\b"),
    _code("VAT_ID", r"\d{11}", cuit.is_valid, r"\b(?:cuit|cuil)\b", written=r"\d{2}-\d{8}-\d"),
    _code("NATIONAL_ID", r"\d{7,8}[0-9K]", rut.is_valid, r"\b(?:rut|run)\b"),
)
ANY_SHAPE = re.compile("|".join(sorted({code.shape.pattern for code in CODES})))
"""Asked first: most numbers of a mail have none of these shapes."""
