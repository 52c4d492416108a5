"""Bytes to text without surprises: only codecs that are character sets, never one that runs code over the bytes.

A mail may name `zip`, `bz2`, `hex`, `idna` or `undefined` as its charset; Python would try. Names are looked up in a
table made once from Python's own aliases, so an unknown name costs nothing and is never remembered.
"""

import codecs
import re
from encodings import normalize_encoding
from encodings.aliases import aliases

_SINGLE_BYTE = (
    "ascii cp037 cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 "
    "cp865 cp866 cp869 cp874 cp1006 cp1026 cp1125 cp1140 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 "
    "cp1257 cp1258 iso8859_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 "
    "iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16 latin_1 koi8_r koi8_t koi8_u kz1048 "
    "mac_cyrillic mac_greek mac_iceland mac_latin2 mac_roman mac_turkish ptcp154 tis_620 hp_roman8 "
)
_MULTI_BYTE = (
    "big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz iso2022_jp "
    "iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr johab shift_jis "
    "shift_jis_2004 shift_jisx0213 utf_7 utf_8 utf_8_sig utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le "
)
_ALLOWED = frozenset((_SINGLE_BYTE + _MULTI_BYTE).split())

# What mailers say and what they mean: supersets decode everything that their subset does (WHATWG Encoding §4.2).
_WIDENED = {
    "ascii": "utf_8",
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_EXTRA = {
    "utf_8mb4": "utf_8",
    "unicode_1_1_utf_7": "utf_7",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
    "cp_850": "cp850",
    "x_sjis": "cp932",
}
_CODECS = (
    {name: name for name in _ALLOWED} | {alias: name for alias, name in aliases.items() if name in _ALLOWED} | _EXTRA
)
_LONGEST_NAME = 40

UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates: no database takes them."""


def codec_named(charset: str) -> str | None:
    """Python's codec for a charset named in a mail; None when there is none that we would run."""
    name = charset.strip().strip("\"'").lower()
    if not name or len(name) > _LONGEST_NAME or not name.isascii():
        return None
    return _CODECS.get(normalize_encoding(name))


def decode_text(data: bytes, charset: str = "") -> tuple[str, str | None]:
    """The text of some bytes, as well as it can be read, and the defect met on the way (a closed word) or None.

    Never raises.
    """
    codec = codec_named(charset) if charset else "ascii"
    if codec is None:
        return _guess(data), "unknown_charset"
    try:
        return _clean(data.decode(_WIDENED.get(codec, codec))), None
    except (UnicodeError, ValueError):
        pass
    if codec in {"ascii", "utf_8"}:
        return _guess(data), "undeclared_charset" if codec == "ascii" else "broken_text"
    if codec in {"latin_1", "iso8859_1", "cp1252"}:
        return _clean(data.decode("latin_1")), None
    return _clean(data.decode(codec, errors="replace")), "broken_text"


def _guess(data: bytes) -> str:
    """UTF-8 if it is UTF-8 (a chance hit is next to impossible), else the charset of western mailers."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _clean(data.decode("utf_16", errors="replace"))
    try:
        return _clean(data.decode("utf_8"))
    except UnicodeDecodeError:
        return _clean(data.decode("cp1252", errors="replace"))


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text.removeprefix("\ufeff"))
