"""Who claims to have sent a mail, and what speaks against it."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from app.domain.message import Address, Identity, ParsedMail

if TYPE_CHECKING:
    from tldextract import TLDExtract

_ADDRESS_IN_NAME = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SPELT_AT = re.compile(r" ?[(\[{] ?(?:at|@) ?[)\]}] ?| @ ?|@ ", re.IGNORECASE)
"""An @ as people write it who want it read by people alone."""


_CONFUSABLE = str.maketrans(
    "01i|538"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0501\u04bb\u04cf"  # Cyrillic
    "\u0458\u043a\u043c\u0442\u0432\u043d"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03b5\u0261\u0131\u0142\u00f8\u0111",  # Greek and odd Latin
    "olllsebaeopcyxlsdhljkmtbhaopvlktegllod",
)
_DRESSING = frozenset(
    [
        "gmbh",
        "ag",
        "ltd",
        "limited",
        "llc",
        "inc",
        "plc",
        "group",
        "billing",
        "payment",
        "payments",
        "accounts",
        "accounting",
        "invoice",
        "invoices",
        "finance",
        "support",
        "secure",
        "mail",
        "online",
        "pay",
        "sarl",
        "sas",
        "srl",
        "spa",
        "bv",
        "nv",
        "sl",
        "lda",
        "ar",
        "ap",
        "the",
        "my",
        "team",
        "invoicing",
        "receivables",
        "payables",
        "collections",
        "global",
        "international",
        "www",
    ]
)
_SHORTEST, _LONG = 5, 10
_SHORT_WORD = 2
"""Letters of a dressing that count behind a hyphen alone: many names end in "ag" or "sl"."""


def fraud_signs_of(mail: ParsedMail, identity: Identity) -> tuple[str, ...]:
    """Closed words for what is odd about the sender; none of them is proof."""
    sender = mail.head.sender
    froms = mail.all_headers("from")
    own_domains = [address.rpartition("@")[2] for address in identity.addresses]
    signs = {
        "reply_to_elsewhere": _answers_elsewhere(sender, (*mail.reply_to, *_of_further_fields(mail)), identity),
        "display_name_is_address": _name_is_other_address(sender),
        "punycode_domain": "xn--" in sender.domain or not sender.domain.isascii(),
        "several_senders": len(froms) > 1 or any(map(_names_several, froms)),
        "look_alike_domain": sender.email not in identity.addresses and look_alike(sender.domain, own_domains),
    }
    return tuple(sign for sign, holds in signs.items() if holds)


def look_alike(domain: str, known: Iterable[str]) -> bool:
    """A domain that a hurried reader takes for a known one.

    An equal domain, or one below a known one, is that one itself.
    """
    others = [other.lower().strip(".") for other in known if other]
    own = domain.lower().strip(".")
    if not own or any(own == other or registrable(own) == registrable(other) for other in others):
        return False
    return any(_bears(own, other) or _resembles(own, other) for other in others)


def registrable(domain: str) -> str:
    """`mail.example.co.uk` → `example.co.uk`; a name without a public suffix keeps its last two labels."""
    parts = _suffixes()(domain)
    return f"{parts.domain}.{parts.suffix}" if parts.suffix else ".".join(domain.split(".")[-2:])


def _bears(one: str, other: str) -> bool:
    """`customer.example.evil.example` shows the whole of a known domain, where a hurried reader stops; so do
    `customer.example-pay.com` and `customer-example.com`. A name before it alone ("new-customer.example") does not."""
    known = registrable(other)
    whole, hyphened = re.escape(known), re.escape(known.replace(".", "-"))
    return re.search(rf"(?<![^.-])(?:{whole}[.-]|{hyphened}(?![^.-]))", one) is not None


def _resembles(one: str, other: str) -> bool:
    name, suffix = _split(one)
    known, known_suffix = _split(other)
    if not name or not known:
        return False
    if name == known:
        return suffix == known_suffix or OSA.distance(suffix, known_suffix) <= 1 or shape_of(one) == shape_of(other)
    if shape_of(name) == shape_of(known) or undressed(name) == undressed(known) or _wears(name, known):
        return True
    allowed = 0 if len(known) < _SHORTEST else 1 if len(known) < _LONG else 2
    return 0 < OSA.distance(shape_of(name), shape_of(known), score_cutoff=allowed) <= allowed


def _split(domain: str) -> tuple[str, str]:
    whole = registrable(_unicode(domain))
    name, _, suffix = whole.partition(".")
    return name, suffix


def shape_of(name: str) -> str:
    """Letters that look alike become one: rn and m, vv and w, 1 and l, 0 and o, Cyrillic and Latin."""
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", _unicode(name).lower()) if not unicodedata.combining(char)
    )
    return bare.translate(_CONFUSABLE).replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("-", "")


def undressed(name: str) -> str:
    words = [word for word in name.split("-") if word not in _DRESSING]
    return "".join(words) or name


def _wears(name: str, known: str) -> bool:
    """`customerpayments` and `wwwcustomer` for `customer`."""
    bare, worn = name.replace("-", ""), known.replace("-", "")
    rest = bare.removeprefix(worn) if bare.startswith(worn) else bare.removesuffix(worn)
    return len(worn) >= _SHORTEST and len(rest) > _SHORT_WORD and rest != bare and rest in _DRESSING


def _unicode(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    labels = (_decoded_label(label) for label in domain.split("."))
    return ".".join(labels)


def _decoded_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


@cache
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract  # noqa: PLC0415  # it loads an HTTP client, which the web process can do without

    return TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


def _answers_elsewhere(sender: Address, reply_to: Iterable[Address], identity: Identity) -> bool:
    home = registrable(sender.domain)
    return any(
        address.email and address.email not in identity.addresses and registrable(address.domain) != home
        for address in reply_to
    )


def _of_further_fields(mail: ParsedMail) -> Iterable[Address]:
    """A second Reply-To is against the rules (RFC 5322 §3.6), and which one a mail program takes is its own matter."""
    for value in mail.all_headers("reply-to")[1:]:
        yield from (Address("", found) for found in _ADDRESS_IN_NAME.findall(value.lower()))


_LEFT_OVER = re.compile(r"(?<![\w.])@[a-z0-9-]{1,63}\.[a-z]{2,24}(?![\w.-])")
"""The end of an address whose beginning, in quotes, was taken for one."""


def _name_is_other_address(sender: Address) -> bool:
    name = _SPELT_AT.sub("@", unicodedata.normalize("NFKC", sender.name).lower())
    shown = _ADDRESS_IN_NAME.search(name)
    return (shown is not None and shown[0] != sender.email) or _LEFT_OVER.search(name) is not None


def _names_several(field: str) -> bool:
    """More than one address in a field, wherever: the field arrives decoded, so what is quoted in it says nothing."""
    return len(set(_ADDRESS_IN_NAME.findall(field.lower()))) > 1
