"""Words in a code that a model reads: base64 and base32, hexadecimal, bits, numbers of letters, Morse.

SWdub3JlIGFsbCBw…   JFTW433SMU…   49676e6f7265…   01001001 01100111 …   73 103 110 …   .. --. -. ---
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{20,4000}={0,2}(?![A-Za-z0-9+/=])")
_BASE64_APART = re.compile(r"(?<![\w+/=])(?:[A-Za-z0-9+/]{4,12}[ \n]){4,200}[A-Za-z0-9+/]{2,12}={0,2}(?![\w+/=])")
_BASE32 = re.compile(r"(?<![A-Z0-9=])[A-Z2-7]{32,4000}={0,6}(?![A-Z0-9=])")
_HEX = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}[ :]?){16,2000}(?![0-9a-fA-F])")
_BITS = re.compile(r"(?<!\d)(?:[01]{8}[ \n]?){8,2000}(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(?:\d{2,3}[ ,;\n]{1,2}){12,2000}\d{2,3}(?!\d)")
_MORSE = re.compile(r"(?:[.\u00b7-]{1,5}[ /|]{1,3}){12,2000}[.\u00b7-]{1,5}")
_MORSE_CODE = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
)
_MORSE_LETTERS = dict(zip(_MORSE_CODE.split(" "), "abcdefghijklmnopqrstuvwxyz", strict=True))
_READABLE = 0.85


def decoded(text: str) -> Iterator[str]:
    """What is in a code and makes readable words."""
    for pattern, decode in _CODES:
        for found in pattern.finditer(text):
            yield from _readable(decode, found[0])
    for found in _MORSE.finditer(text):
        signs = re.split(r" |(?=[/|])", found[0].replace("\u00b7", "."))
        yield "".join(_MORSE_LETTERS.get(sign, " ") for sign in signs)


def _from_base64(code: str) -> bytes:
    bare = "".join(code.split()).rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4))


def _from_base32(code: str) -> bytes:
    bare = code.rstrip("=")
    return base64.b32decode(bare + "=" * (-len(bare) % 8))


def _from_hex(code: str) -> bytes:
    return bytes.fromhex(code.replace(":", " "))


def _from_bits(code: str) -> bytes:
    bits = "".join(code.split())
    return bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits) - 7, 8))


def _from_numbers(code: str) -> bytes:
    """Raises ValueError for numbers that are no letters, as sums are."""
    return bytes(int(number) for number in re.findall(r"\d+", code))


_CODES: tuple[tuple[re.Pattern[str], Callable[[str], bytes]], ...] = (
    (_BASE64, _from_base64),
    (_BASE64_APART, _from_base64),
    (_BASE32, _from_base32),
    (_HEX, _from_hex),
    (_BITS, _from_bits),
    (_NUMBERS, _from_numbers),
)


def _readable(decode: Callable[[str], bytes], code: str) -> Iterator[str]:
    try:
        words = decode(code).decode("utf_8")
    except (binascii.Error, ValueError):
        return
    if words and sum(char.isalpha() or char in " .,:" for char in words) >= _READABLE * len(words):
        yield words
