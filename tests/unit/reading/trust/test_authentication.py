"""Only our own receiving server vouches for a sender, and nobody puts words into its mouth."""

import pytest

from app.domain.message import Authentication, Identity
from app.reading.mail.parsing import parse_mail
from app.reading.trust.authentication import authentication_of, has_own_verdict

US = Identity((), "mx.seller.example")


def verdict(
    *fields: str, sender: str = "pat@moss.example", pinned: str = "mx.seller.example", more: str = ""
) -> Authentication:
    """By a mail as it arrives, through the parser."""
    lines = [*(f"Authentication-Results: {field}" for field in fields), f"From: {sender}", *([more] if more else [])]
    raw = "\r\n".join([*lines, "", "We pay on Friday.", ""]).encode()
    return authentication_of(parse_mail(raw), Identity((), pinned))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("mx.seller.example; dmarc=pass header.from=moss.example",), Authentication.PASS),
        (("mx.seller.example 1; dkim=pass header.d=mail.moss.example",), Authentication.PASS),
        (("MX.SELLER.EXAMPLE; spf=pass smtp.mailfrom=pat@moss.example",), Authentication.PASS),
        (("mx.seller.example; dmarc=fail header.from=moss.example",), Authentication.FAIL),
        (("mx.seller.example; spf=fail smtp.mailfrom=moss.example; dkim=none",), Authentication.FAIL),
        (
            ("mx.seller.example; spf=fail smtp.mailfrom=x.example; dkim=pass header.d=moss.example",),
            Authentication.PASS,
        ),
        (
            ("mx.seller.example; dmarc=quarantine header.from=moss.example; dkim=pass header.d=moss.example",),
            Authentication.FAIL,
        ),
        (("mx.seller.example; dmarc=reject header.from=moss.example",), Authentication.FAIL),
        (("mx.seller.example; spf=hardfail smtp.mailfrom=moss.example",), Authentication.FAIL),
        (("mx.seller.example; dkim=pass header.d=evil.example",), Authentication.NONE),
        (
            ("mx.seller.example; spf=fail smtp.mailfrom=moss.example; dkim=pass header.d=evil.example",),
            Authentication.FAIL,
        ),
        (("mx.seller.example; dkim=fail header.d=moss.example",), Authentication.FAIL),
        (("mx.seller.example; dkim=fail header.d=list.example",), Authentication.NONE),
        (
            ("mx.seller.example; dkim=fail header.d=moss.example; spf=pass smtp.mailfrom=moss.example",),
            Authentication.PASS,
        ),
        (
            ("mx.seller.example; spf=softfail smtp.mailfrom=x.example; dmarc=pass header.from=moss.example",),
            Authentication.PASS,
        ),
        (
            ("mx.seller.example; spf=none; dmarc=none header.from=moss.example; compauth=fail reason=001",),
            Authentication.FAIL,
        ),
        (("mx.seller.example; none",), Authentication.NONE),
        (("evil.example; dmarc=pass header.from=moss.example",), Authentication.NONE),
        (("evil.example (mx.seller.example); dmarc=pass header.from=moss.example",), Authentication.NONE),
        (("(mx.seller.example;) evil.example; dmarc=pass",), Authentication.NONE),
        (("mx.seller.example.evil.example; dmarc=pass",), Authentication.NONE),
        (("mx.seller.example; dmarc=fail (they said: dmarc=pass)",), Authentication.FAIL),
        (("mx.seller.example; spf=none (x; dmarc=pass header.from=moss.example)",), Authentication.NONE),
        (("mx.seller.example (; dmarc=pass header.from=moss.example",), Authentication.NONE),
        (
            ("mx.seller.example; spf=none", "mx.seller.example; dmarc=pass header.from=moss.example"),
            Authentication.NONE,
        ),
        (
            ("mx.seller.example; dmarc=pass header.from=moss.example", "mx.seller.example; dmarc=fail"),
            Authentication.FAIL,
        ),
        ((), Authentication.NONE),
    ],
)
def test_only_our_own_servers_verdict_counts(fields: tuple[str, ...], expected: Authentication) -> None:
    assert verdict(*fields) is expected


def test_without_a_pinned_server_nobody_vouches() -> None:
    assert verdict("mx.seller.example; dmarc=pass header.from=moss.example", pinned="") is Authentication.NONE


OURS = "mx.seller.example; dmarc=none header.from=moss.example; "


@pytest.mark.parametrize(
    "result",
    [
        'spf=pass smtp.mailfrom="a;dmarc=pass header.from=moss.example"@evil.example',
        'spf=pass smtp.mailfrom="a\\";dmarc=pass header.from=moss.example; \\""@evil.example',
        'spf=pass smtp.mailfrom="pat@moss.example"@evil.example',
        'spf=pass smtp.mailfrom="moss.example"@evil.example',
        'spf=pass smtp.mailfrom="a smtp.mailfrom=moss.example "@evil.example',
        f"spf=pass smtp.mailfrom={'a' * 307}.moss.example@evil.example",
        f"spf=pass smtp.mailfrom={'a' * 7900}.moss.example.{'a' * 500}@evil.example",
        "spf=pass smtp.mailfrom=a@evil.example smtp.helo=header.from=moss.example",
        "spf=pass smtp.mailfrom=a@evil.example header.from=moss.example",
        "spf=pass smtp.helo=moss.example",
        'spf=pass reason="dmarc=pass header.from=moss.example" smtp.mailfrom=a@evil.example',
        'dkim=pass header.i="@moss.example"@evil.example',
        "dkim=pass header.d=evil.example header.i=@moss.example",
        "spf=pass (of a(;dmarc=pass header.from=moss.example;)@evil.example) smtp.mailfrom=a@evil.example",
    ],
)
def test_what_the_sender_made_up_speaks_for_nobody_else(result: str) -> None:
    assert verdict(OURS + result) is Authentication.NONE
    assert verdict(f"mx.seller.example; {result}") is Authentication.NONE


@pytest.mark.parametrize("spoilt", ['"("@evil.example', "a(@evil.example", 'a"@evil.example', ")@evil.example"])
def test_who_spoils_our_servers_field_is_not_believed_a_second_one(spoilt: str) -> None:
    own = f"mx.seller.example; spf=pass smtp.mailfrom={spoilt}; dmarc=none header.from=moss.example"
    assert verdict(own, "mx.seller.example; dmarc=pass header.from=moss.example") is Authentication.NONE


def test_a_quoted_bracket_hides_no_failure() -> None:
    own = 'mx.seller.example; spf=pass smtp.mailfrom="("@evil.example; dmarc=fail header.from=moss.example'
    assert verdict(own) is Authentication.FAIL


HOLLOW = "Content-Type: multipart/mixed; boundary=x"
"""What the first parser refuses, so that the second reads the mail."""


@pytest.mark.parametrize("more", ["", HOLLOW])
def test_what_looks_like_an_encoded_word_is_an_address(more: str) -> None:
    hidden = "=?utf-8?q?a=3Bdmarc=3Dpass_header.from=3Dmoss.example=3B?=@evil.example"
    assert verdict(f"{OURS}spf=pass smtp.mailfrom={hidden}", more=more) is Authentication.NONE


@pytest.mark.parametrize(
    "field",
    [
        'mx.seller.example; spf=pass smtp.mailfrom="pat moss"@moss.example',
        '"mx.seller.example" 1; dmarc=pass header.from="moss.example"',
        "mx.seller.example; dkim=pass(good)header.d=moss.example header.i=@mail.moss.example",
        "mx.seller.example; dkim=pass header.i=@moss.example header.s=s1 header.b=aB/3+x=; spf=none",
        "mx.seller.example; dmarc = pass (p=reject; d=moss.example) header.from = moss.example",
        'mx.seller.example; dmarc=pass policy.dmarc=reject reason="it\\"s; fine" header.from=moss.example',
    ],
)
def test_quotes_and_comments_where_they_belong_take_nothing_away(field: str) -> None:
    assert verdict(field) is Authentication.PASS


def test_a_field_that_nobody_can_read_is_still_our_servers() -> None:
    stamped = parse_mail(
        b"Authentication-Results: mx.seller.example (; dkim=fail\r\nFrom: pat@moss.example\r\n\r\nHi\r\n"
    )
    assert has_own_verdict(stamped, US)
    assert not has_own_verdict(stamped, Identity((), "mx.other.example"))
