"""Mails as nobody should send them, each the same for the same seed: what parsers of mail have stumbled over, mixed.

A mail is an ordinary one, or is put together of odd parts, and is then damaged, or not.
"""

import base64
import random
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from tests.unit.reading.files.compound import outlook_message
from tests.unit.reading.files.files import CALENDAR, archive, document, flate_pdf, gzipped, locked, nested, workbook

REPOSITORY = Path(__file__).resolve().parents[2]

CODECS = (
    b"zip", b"bz2", b"hex", b"undefined", b"idna", b"rot13", b"uu", b"punycode", b"unicode_escape", b"mbcs",
    b"base64",
    b"x" * 3_000, b"", b"'", b"utf-8\x00", b"utf-7", b"utf-16", b"utf-32-be", b"iso-2022-jp", b"hz", b"johab",
    b"koi8-r",
)  # fmt: skip
ENCODINGS = (
    b"7bit",
    b"8bit",
    b"binary",
    b"base64",
    b"quoted-printable",
    b"x-uuencode",
    b"BASE64 ",
    b"gzip",
    b"",
    b"\xff",
)
IDS = (
    b"", b"<>", b"< >", b"<[x]>", b"<@>", b"<a@b", b"a@b>", b"no-brackets@x", b"<\xff@\xfe>", b"<a@b> <c@d>",
    b"<" + b"i" * 9_000 + b">",
    b"<=?utf-8?q?a?=@x>", b"\x00", b"<a\r\n b@c>",
)  # fmt: skip
SENDERS = (
    b"", b"a@x.example", b"Undisclosed:;", b"Team: a@x.example, b@x.example;",
    b"a@x.example, b@x.example, c@x.example",
    b'"', b"<", b"@", b"a@@b", b"<<a@x>>", b'"\\"', b"(((((((((a", b"=?utf-8?b?////?= <a@x.example>",
    b"\xe9\xff <a@x.example>",
    b"a" * 20_000 + b"@x", b"a@x.example," * 3_000, b"=?zip?b?eJw=?= <a@x.example>", b"a@[127.0.0.1]", b"\x00@\x00",
    b"MAILER-DAEMON", b"a@xn--.example", b"g:h:i:;;;,,,",
)  # fmt: skip
SUBJECTS = (
    b"Re: INV-1", b"=?utf-8?q?=?=", b"=?utf-8?b?gg?=", b"=?undefined?q?a?=", b"=?hex?b?abc?=", b"=?utf-8?x?a?=",
    b"=?" * 5_000, b"\xff" * 300,
    b"\xed\xa0\x80", b"a\r\n\tb\r\n c", b"=?iso-2022-jp?b?GyRC?=", b"=?utf-8?q?" + b"=F0" * 400 + b"?=", b"",
    b"\x1b[31m", b"\xe2\x80\xae txt",
)  # fmt: skip
DATES = (
    b"", b"Thu, 21 May 2026 09:00:00 +0000", b"31 Feb 2026", b"Thu, 99 May 99999 99:99:99 +9999",
    b"Mon, 1 Jan 0001 00:00:00 +2359",
    b"\xff", b"1" * 5_000, b"Fri, 31 Dec 9999 23:59:59 -2359", b"Thu, 21 May 2026 09:00:00 (" + b"(" * 500,
)  # fmt: skip
BODIES = (
    b"We will pay INV-1 on Friday.", b"", b"\x00" * 500, b"\xff\xfe\x00d" * 100, b"> " * 4_000, b"=" * 3_000,
    b"=ZZ=4", b"a" * 100_000,
    b"<p style='color:oklch(1 0 0);background:color(display-p3 0 1)'>a",
    b"<b style='color:color-mix(in lab,lab(1 2 3),red)'>b",
    b"<i style='color:color(xyz none 9e99 1);clip-path:polygon(0 0,1px);transform:matrix3d(0)'>a</i><details>b",
    b"<html><body>We paid <b>INV-1</b></body></html>", b"<div>" * 3_000 + b"deep",
    b"<p style='" + b"display:none;" * 500 + b"'>hi",
    b"<!--" * 2_000, b"&#x110000;&#xd800;&" * 300, b"<table><tr><td>" * 400, b"-- \nPetra",
    b"On Monday, X wrote:\n> a\n" * 300,
    b"<style>" + b"a{b:c}" * 2_000, b"\r" * 2_000, b"begin 644 x\n" + b"M" * 2_000, b"\xf3\xa0\x81\x81" * 300,
    b"(" * 20_000, b"1." * 9_000,
)  # fmt: skip
TYPES = (
    b"text/plain", b"text/html", b"text", b"text/", b"/", b"", b"text/plain; format=flowed; delsp=yes",
    b"application/pdf", b"application/octet-stream",
    b"message/rfc822", b"message/delivery-status", b"message/partial", b"multipart/mixed", b"image/png",
    b"text/calendar", b"application/ms-tnef",
    b"text/plain; charset", b"text/plain; charset*=utf-8''%FF", b"text/plain; name*0*=utf-8''%E9; name*2=x",
    b"\xff/\xff", b"text/rtf",
)  # fmt: skip
NAMES = (
    b"a.pdf",
    b"list.xlsx",
    b"../../etc/passwd",
    b"=?utf-8?q?=E9?=",
    b"a\r\nb.csv",
    b"x" * 2_000,
    b"",
    b"a.zip",
    b"m.msg",
    b"winmail.dat",
)

Dice = random.Random
Make = Callable[[Dice], bytes]


def mails(count: int, seed: int) -> Sequence[tuple[str, bytes]]:
    """So many, each with a name by which it can be made again."""
    ordinary = [
        path.read_bytes()
        for folder in ("tests/corpus", "app/demo/mails")
        for path in sorted((REPOSITORY / folder).glob("*.eml"))
    ]
    return [(f"{seed}:{number}", _mail(random.Random(f"{seed}:{number}"), ordinary)) for number in range(count)]  # noqa: S311  repeatable, not secret


def _mail(dice: Dice, ordinary: Sequence[bytes]) -> bytes:
    make = dice.choices((lambda _: dice.choice(ordinary), _composed, _nested, _monster), weights=(40, 45, 12, 3))[0]
    raw = make(dice)
    return _damaged(dice, raw) if dice.random() < 0.6 else raw


def _composed(dice: Dice) -> bytes:
    return _headers(dice) + _part(dice, depth=0)


def _headers(dice: Dice) -> bytes:
    fields = [
        (b"From", dice.choice(SENDERS)),
        (b"Message-ID", dice.choice(IDS)),
        (b"Subject", dice.choice(SUBJECTS)),
        (b"Date", dice.choice(DATES)),
        (b"To", dice.choice(SENDERS)),
        (b"References", b" ".join(dice.choices(IDS, k=3))),
        (b"Authentication-Results", dice.choice(BODIES)[:200].replace(b"\n", b" ")),
    ]
    kept = [field for field in fields if dice.random() < 0.8]
    dice.shuffle(kept)
    kept += dice.choices(kept, k=2) if kept and dice.random() < 0.2 else []
    end = dice.choice((b"\r\n", b"\r\n", b"\n", b"\r"))
    return b"".join(name + dice.choice((b": ", b":", b" : ")) + value + end for name, value in kept)


def _part(dice: Dice, *, depth: int) -> bytes:
    if depth < 4 and dice.random() < 0.4:
        return _multipart(dice, depth)
    encoding, kind = dice.choice(ENCODINGS), dice.choice(TYPES)
    content = dice.choice(FILES)(dice) if dice.random() < 0.3 else dice.choice(BODIES)
    if encoding == b"base64" and dice.random() < 0.8:
        content = base64.encodebytes(content)
    charset = b"; charset=" + dice.choice(CODECS) if dice.random() < 0.5 and b";" not in kind else b""
    name = dice.choice(NAMES)
    disposition = b'Content-Disposition: attachment; filename="%s"\r\n' % name if dice.random() < 0.4 else b""
    return b"Content-Type: %s%s\r\nContent-Transfer-Encoding: %s\r\n%s\r\n%s" % (
        kind,
        charset,
        encoding,
        disposition,
        content,
    )


def _multipart(dice: Dice, depth: int) -> bytes:
    boundary = dice.choice((b"b", b"b" * 200, b"b b", b"", b"=_(;)", b"\xff"))
    kind = dice.choice((b"mixed", b"alternative", b"related", b"report", b"signed", b"digest", b"xyz"))
    parts = [_part(dice, depth=depth + 1) for _ in range(dice.randrange(4))]
    lines = [b'Content-Type: multipart/%s; boundary="%s"\r\n\r\npreamble' % (kind, boundary)]
    lines += [b"\r\n--" + boundary + b"\r\n" + part for part in parts]
    if dice.random() < 0.7:
        lines.append(b"\r\n--" + boundary + b"--\r\nepilogue")
    return b"".join(lines)


def _nested(dice: Dice) -> bytes:
    """Messages in messages, multiparts in multiparts; now and then past the limits."""
    deep = dice.choice((2, 5, 28, 29, 30, 31, 35, 120))
    if dice.random() < 0.5:
        return _headers(dice) + b"Content-Type: message/rfc822\r\n\r\n" * deep + b"Subject: x\r\n\r\nwords"
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(deep))
    return _headers(dice) + opened + b"Content-Type: text/plain\r\n\r\nwords"


def _monster(dice: Dice) -> bytes:
    """One thing far too much."""
    return dice.choice(
        (
            lambda: b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\nbody",
            lambda: b"X-A: b\r\n" * 60_000 + b"\r\nbody",
            lambda: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 12_000,
            lambda: _headers(dice) + b"\r\n" + b"word " * 400_000,
            lambda: b"Content-Type: text/html\r\n\r\n" + b"<div style=display:none>" * 40_000,
            lambda: b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
            lambda: b"From: " + b"(" * 200_000 + b"\r\n\r\nbody",
            lambda: b"Content-Type: text/plain;" + b" a=b;" * 40_000 + b"\r\n\r\nbody",
            lambda: b"References: " + b"<a@b> " * 30_000 + b"\r\n\r\nbody",
        )
    )()


def _damaged(dice: Dice, raw: bytes) -> bytes:
    """As a bad line or a bad gateway leaves it."""
    changed = bytearray(raw or b"\n")
    for _ in range(dice.choice((1, 3, 12))):
        place = dice.randrange(len(changed) + 1)
        match dice.randrange(6):
            case 0:
                changed[place : place + dice.randrange(8)] = dice.randbytes(dice.randrange(8))
            case 1:
                del changed[place:]
            case 2:
                changed[place:place] = dice.choice(
                    (b"\r\n", b"\n\n", b"\x00", b"--b", b"=?", b"\xff\xfe", b"Content-Type: multipart/x\n")
                )
            case 3:
                end = place + dice.randrange(400)
                changed[place:place] = changed[place:end]
            case 4:
                changed = bytearray(bytes(changed).replace(b"\r\n", dice.choice((b"\n", b"\r", b"\r\r\n"))))
            case _:
                del changed[place : place + dice.randrange(200)]
        changed = changed or bytearray(b"\n")
    return bytes(changed)


@cache
def _pdf_bomb() -> bytes:
    return flate_pdf(b"q Q " * 8_000_000, layers=2)


@cache
def _zip_bomb() -> bytes:
    return archive({"a.csv": b"INV-1;100\n" * 500_000})


@cache
def _gzip_bomb() -> bytes:
    return gzipped(b"x" * 30_000_000)


FILES: Sequence[Make] = (
    lambda _: CALENDAR,
    lambda dice: workbook([["Invoice", "Paid"], ["INV-1", dice.randrange(9_999) / 100]]),
    lambda _: document("<w:p><w:r><w:t>We paid INV-1</w:t></w:r></w:p>"),
    lambda _: outlook_message("We paid INV-1", files={"a.csv": b"INV-1;100"}),
    lambda _: flate_pdf(b"BT /F1 12 Tf 1 0 0 1 20 100 Tm (We paid INV-1) Tj ET"),
    lambda _: _pdf_bomb(),
    lambda _: _zip_bomb(),
    lambda dice: nested(b"INV-1;100", dice.randrange(1, 5)),
    lambda _: locked(archive({"a.csv": b"INV-1;100"})),
    lambda dice: dice.choice((gzipped(b"INV-1;100"), _gzip_bomb())),
    lambda dice: _damaged(dice, workbook([["INV-1", 1]])),
    lambda dice: _damaged(dice, outlook_message("words")),
    lambda dice: _damaged(dice, flate_pdf(b"BT /F1 12 Tf (words) Tj ET")),
    lambda dice: dice.randbytes(dice.randrange(2_000)),
)
