"""Intake reads headers before anything may fail, so the reader must not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reading.mail.headers import HEADER_LIMIT, addresses, decode_words, parse_date, read_head
from tests.hangs import no_hang


def head_of(lines: str) -> bytes:
    return lines.replace("\n", "\r\n").encode() + b"\r\n\r\nbody"


def test_an_ordinary_head_is_read_whole() -> None:
    head = read_head(
        head_of(
            "From: Mei Chen <Mei.Chen@Oakdale.example>\nTo: ar@seller.example\nSubject: Re:\n INV-20460\n"
            "Date: Wed, 18 Mar 2026 08:31:00 +0000\nMessage-ID: <one@x>\nIn-Reply-To: <zero@x>\n"
            "References: <a@x>\n <zero@x>"
        )
    )
    assert (head.sender.name, head.sender.email) == ("Mei Chen", "mei.chen@oakdale.example")
    assert head.subject == "Re: INV-20460"
    assert head.date == datetime(2026, 3, 18, 8, 31, tzinfo=UTC)
    assert (head.message_id, head.in_reply_to, head.references) == ("one@x", ("zero@x",), ("a@x", "zero@x"))
    assert not head.is_automatic


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_the_reader_raise(raw: bytes) -> None:
    read_head(raw)
    read_head(b"From: " + raw + b"\nSubject: =?utf-8?q?" + raw + b"\nDate: " + raw + b"\nReferences: " + raw)


@pytest.mark.parametrize("unit", ['"\\', "(\\", "<a", "a@", "=?utf-8?q?", "x ", " ", '"', ",", "@"])
def test_a_huge_hostile_field_is_read_in_linear_time(unit: str) -> None:
    field = unit.encode() * (HEADER_LIMIT // len(unit))
    with no_hang():
        read_head(b"From: " + field + b"\n\n")
        read_head(b"References: " + field + b"\n\n")


@pytest.mark.parametrize(
    ("field", "email", "name"),
    [
        ('"ceo@bank.example" <evil@x.example>', "evil@x.example", "ceo@bank.example"),
        ("=?utf-8?q?M=C3=BCller=2C_J?= <j@x.example>", "j@x.example", "Müller, J"),
        ('"Moss, Pat" <pat@x.example>', "pat@x.example", "Moss, Pat"),
        ("pat@x.example (Pat Moss)", "pat@x.example", "Pat Moss"),
        ("a@x.example <b@x.example>", "b@x.example", "a@x.example"),
        ("MAILER-DAEMON", "", "MAILER-DAEMON"),
        ("<@relay.example,@b.example:pat@x.example>", "pat@x.example", ""),
        ("<mailto:Pat@x.example>", "pat@x.example", ""),
        ('"pat@x.example"', "pat@x.example", ""),
    ],
)
def test_the_address_is_the_one_in_brackets_whatever_the_name_pretends(field: str, email: str, name: str) -> None:
    (address,) = addresses(field)
    assert (address.email, address.name) == (email, name)


@pytest.mark.parametrize(
    "field",
    [
        "<x@evil.example=?utf-8?q?=3Apat=40moss.example?=>",
        "x@evil.example=?utf-8?q?=3Apat=40moss.example?=",
        "<x@evil.example:pat@moss.example>",
        '"pat@moss.example"@evil.example',
        '<"pat@moss.example"@evil.example>',
    ],
)
def test_an_address_in_disguise_is_not_the_one_that_it_shows(field: str) -> None:
    assert all(address.domain != "moss.example" for address in addresses(field))


def test_a_group_is_flattened_and_an_empty_one_is_nobody() -> None:
    assert [address.email for address in addresses("Team: a@x.example, b@x.example;")] == ["a@x.example", "b@x.example"]
    assert addresses("undisclosed-recipients:;") == ()


def test_a_missing_sender_is_empty_not_an_error() -> None:
    assert read_head(b"Subject: x\n\nbody").sender.email == ""


def test_only_the_last_fifty_references_are_kept() -> None:
    head = read_head(b"References: " + b" ".join(b"<%d@x>" % number for number in range(80)) + b"\n\n")
    assert len(head.references) == 50
    assert head.references[-1] == "79@x"


def test_a_character_cut_in_two_encoded_words_is_whole_again() -> None:
    assert decode_words("=?utf-8?b?w7?= =?utf-8?b?vA==?= x") == "ü x"


def test_a_codec_that_is_no_charset_is_not_run() -> None:
    assert decode_words("=?zip?q?hello?=") == "hello"


@pytest.mark.parametrize("value", ["", "yesterday", "Wed, 99 Foo 2026", "Mon, 31 Feb 2026 10:00:00 +0000", "x" * 500])
def test_what_is_no_date_is_none(value: str) -> None:
    assert parse_date(value) is None


def test_a_date_without_a_zone_counts_as_utc() -> None:
    date = parse_date("Wed, 18 Mar 2026 08:31:00 -0000")
    assert date is not None
    assert date.utcoffset() is not None


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=x",
        "Precedence: bulk",
    ],
)
def test_machines_are_guessed_from_headers(field: str) -> None:
    assert read_head(head_of(f"From: a@x.example\n{field}")).is_automatic


@pytest.mark.parametrize("field", ["Auto-Submitted: no", "Return-Path: <a@x>", "X-Auto-Response-Suppress: All"])
def test_a_person_is_not_taken_for_a_machine(field: str) -> None:
    assert not read_head(head_of(f"From: a@x.example\n{field}")).is_automatic
