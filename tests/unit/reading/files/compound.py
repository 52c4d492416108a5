"""Compound files ([MS-CFB], version 3) and Outlook messages in them, as small as they can be."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    children: list[int] = field(default_factory=list)
    right: int = _NONE
    start: int = _END


def outlook_message(
    text: str, *, sender: str = "petra@customer.example", files: Mapping[str, bytes] | None = None
) -> bytes:
    """A .msg file ([MS-OXMSG]) that was sent on 28 May 2026."""
    sent = struct.pack("<IIQ", 0x0039_0040, 6, 134_244_000_000_000_000 + 7_200 * 10**7)
    streams: dict[str, bytes] = {
        "__properties_version1.0": bytes(32) + sent,
        "__substg1.0_0037001F": "Re: INV-1".encode("utf-16-le"),
        "__substg1.0_0C1F001F": sender.encode("utf-16-le"),
        "__substg1.0_1000001F": text.encode("utf-16-le"),
    }
    for number, (name, content) in enumerate((files or {}).items()):
        folder = f"__attach_version1.0_#{number:08X}"
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = content
    return compound_file(streams)


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Streams by their path."""
    entries = [_Entry("Root Entry", _ROOT)]
    for path, content in streams.items():
        *folders, name = path.split("/")
        parent = entries[0]
        for folder in folders:
            parent = _storage(entries, parent, folder)
        parent.children.append(len(entries))
        entries.append(_Entry(name, _STREAM, content))
    return _laid_out(entries)


def _storage(entries: list[_Entry], parent: _Entry, name: str) -> _Entry:
    found = next((entries[child] for child in parent.children if entries[child].name == name), None)
    if found is None:
        found = _Entry(name, _STORAGE)
        parent.children.append(len(entries))
        entries.append(found)
    return found


def _laid_out(entries: list[_Entry]) -> bytes:
    fat: list[int] = []
    minifat: list[int] = []
    sectors: list[bytes] = []
    mini = b""
    for entry in entries:
        for left, right in zip(entry.children, entry.children[1:], strict=False):
            entries[left].right = right
        if entry.kind == _STREAM and len(entry.content) < _CUTOFF:
            entry.start = len(minifat) if entry.content else _END
            minifat += _chain(len(minifat), -(-len(entry.content) // _MINI))
            mini += _padded(entry.content, _MINI)
        elif entry.kind == _STREAM:
            entry.start = _append(sectors, fat, entry.content)
    entries[0].content, entries[0].start = mini, _append(sectors, fat, mini)
    table = b"".join(struct.pack("<I", place) for place in minifat)
    minifat_at = _append(sectors, fat, _padded(table, _SECTOR, b"\xff"))
    directory_at = _append(sectors, fat, b"".join(_directory(entries)))
    fat_at = len(sectors)
    fat += [_FAT]
    assert len(fat) <= _SECTOR // 4, "one sector of FAT is all that is written here"
    sectors.append(b"".join(struct.pack("<I", place) for place in fat + [_FREE] * (_SECTOR // 4 - len(fat))))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory_at, 0, _CUTOFF,
        minifat_at, -(-len(table) // _SECTOR), _END, 0, fat_at,
    )  # fmt: skip
    return _padded(header, _SECTOR, b"\xff") + b"".join(sectors)


def _directory(entries: list[_Entry]) -> Iterator[bytes]:
    for entry in entries:
        name = entry.name.encode("utf-16-le") + b"\0\0"
        child = entry.children[0] if entry.children else _NONE
        size = len(entry.content) if entry.kind != _STORAGE else 0
        start = 0 if entry.kind == _STORAGE else entry.start
        yield struct.pack(
            "<64sHBBIII16xI8x8xIQ", name, len(name), entry.kind, 1, _NONE, entry.right, child, 0, start, size
        )
    for _ in range(-len(entries) % 4):
        yield struct.pack("<64sHBBIII16xI8x8xIQ", b"", 0, 0, 0, _NONE, _NONE, _NONE, 0, 0, 0)


def _append(sectors: list[bytes], fat: list[int], content: bytes) -> int:
    start, padded = len(sectors), _padded(content, _SECTOR)
    sectors.extend(padded[place : place + _SECTOR] for place in range(0, len(padded), _SECTOR))
    fat += _chain(start, len(padded) // _SECTOR)
    return start if padded else _END


def _chain(start: int, length: int) -> list[int]:
    return [start + place + 1 for place in range(length - 1)] + [_END] if length else []


def _padded(content: bytes, size: int, filler: bytes = b"\0") -> bytes:
    return content + filler * (-len(content) % size)
