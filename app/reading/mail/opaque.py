"""The mail inside an opaque S/MIME signature (RFC 8551 §3.5.2): signed, and wrapped in CMS (RFC 5652) instead of clear.

    ContentInfo { signedData, [0] SignedData { version, digests, { data, [0] OCTET STRING: the mail }, … } }

Nothing is verified here: the words are read as of any mail, and the receiving server vouches for the sender.
"""

from collections.abc import Iterator

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _OID, _OCTETS, _OCTETS_IN_PARTS, _CONTENT = 0x30, 0x06, 0x04, 0x24, 0xA0
_CONSTRUCTED = 0x20
_OPEN_END = 0x80
_DEPTH = 12
_MOST_PARTS = 20_000


def signed_content(data: bytes) -> bytes | None:
    """The signed mail; None where this is encrypted, cut off, or no CMS at all."""
    try:
        kind, wrapped = _values(data, _the(data, 0, _SEQUENCE), 2)
        if kind[0] != _OID or data[kind[1] : kind[2]] != _SIGNED_DATA or wrapped[0] != _CONTENT:
            return None
        signed = next(_children(data, wrapped))
        _, _, inner = _values(data, signed, 3)
        _, content = _values(data, inner, 2)
        return b"".join(_octets(data, next(_children(data, content)), 0))
    except (IndexError, ValueError, StopIteration):
        return None


Value = tuple[int, int, int]
"""Tag, and the range of its contents."""


def _the(data: bytes, at: int, tag: int) -> Value:
    value, _ = _value(data, at, 0)
    if value[0] != tag:
        raise ValueError(tag)
    return value


def _values(data: bytes, parent: Value, count: int) -> list[Value]:
    found = [value for value, _ in zip(_children(data, parent), range(count), strict=False)]
    if len(found) < count:
        raise ValueError(count)
    return found


def _children(data: bytes, parent: Value) -> Iterator[Value]:
    at = parent[1]
    while at < parent[2]:
        value, at = _value(data, at, 0)
        yield value


def _octets(data: bytes, value: Value, depth: int) -> Iterator[bytes]:
    """A string of octets, whole or (BER) in parts."""
    if value[0] == _OCTETS:
        yield data[value[1] : value[2]]
    elif value[0] == _OCTETS_IN_PARTS and depth < _DEPTH:
        for child in _children(data, value):
            yield from _octets(data, child, depth + 1)
    else:
        raise ValueError(value[0])


def _value(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """The value at a place, and the place behind it. Lengths may be left open (BER): then two zero octets end it."""
    tag, first = data[at], data[at + 1]
    start = at + 2
    if first != _OPEN_END:
        size = first & 0x7F if first & _OPEN_END else 0
        length = int.from_bytes(data[start : start + size]) if size else first
        end = start + size + length
        if end > len(data):
            raise ValueError(length)
        return (tag, start + size, end), end
    if not tag & _CONSTRUCTED or depth >= _DEPTH:
        raise ValueError(tag)
    at = start
    for _ in range(_MOST_PARTS):
        if data[at] == data[at + 1] == 0:
            return (tag, start, at), at + 2
        _, at = _value(data, at, depth + 1)
    raise ValueError(tag)
