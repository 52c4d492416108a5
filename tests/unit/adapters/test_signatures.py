"""DKIM signatures and ARC chains where the receiving server said nothing: signed, broken and checked for real."""

import base64
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dkim
import dns.message
import dns.rrset
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.adapters.dns import DnsKeys
from app.adapters.signatures import LONGEST_KEY, SignatureCheck
from app.domain.message import Authentication, Identity
from app.mind import _reader
from app.policies.loading import load_policy
from app.reading.mail.parsing import parse_mail
from app.reading.trust.authentication import has_own_verdict
from app.thinking import MindConfig

MAIL = b"From: Petra <petra@customer.example>\r\nTo: ar@seller.example\r\nSubject: Hello\r\n\r\nWe pay on Friday.\r\n"
NAME = "mail._domainkey.customer.example."
PASS, NONE = Authentication.PASS, Authentication.NONE


def key_pair(bits: int) -> tuple[bytes, bytes]:
    """A private key, and the record of the public one."""
    key = rsa.generate_private_key(65537, bits)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


PRIVATE, RECORD = key_pair(1024)


def signed(mail: bytes = MAIL, domain: bytes = b"customer.example", **how: object) -> bytes:
    options = {"include_headers": [b"from", b"subject", b"to"], **how}
    return bytes(dkim.sign(mail, b"mail", domain, PRIVATE, **options)) + mail


def verdict(raw: bytes, domain: str = "customer.example", record: bytes | None = RECORD) -> Authentication:
    return SignatureCheck(lambda _: record).verdict(raw, domain)


def test_a_signature_of_the_senders_domain_holds_and_one_of_another_tells_nothing() -> None:
    asked: list[str] = []
    check = SignatureCheck(lambda name: asked.append(name) or RECORD)  # type: ignore[func-returns-value]
    assert check.verdict(signed(), "customer.example") is PASS
    assert check.verdict(signed(domain=b"mail.customer.example"), "customer.example") is PASS
    assert check.verdict(signed(domain=b"elsewhere.example"), "customer.example") is NONE
    assert asked[0] == NAME
    assert check.verdict(MAIL, "customer.example") is NONE
    assert check.verdict(signed(), "") is NONE


def test_two_signatures_and_one_that_signs_more_than_there_is() -> None:
    assert verdict(signed(signed(domain=b"list.example"))) is PASS
    oversigned = [b"from", b"from", b"subject", b"subject", b"to"]
    assert verdict(signed(include_headers=oversigned)) is PASS
    added = signed(include_headers=oversigned).replace(b"Subject: Hello", b"Subject: Pay here\r\nSubject: Hello", 1)
    assert verdict(added) is NONE


@pytest.mark.parametrize(
    "spoilt",
    [
        signed().replace(b"on Friday", b"on Monday"),
        signed().replace(b"Subject: Hello", b"Subject: Hallo"),
        signed().replace(b"From: Petra", b"From: CEO <ceo@customer.example>\r\nFrom: Petra"),
        signed(length=True) + b"And now to another account.\r\n",
        signed(length=True),
        re.sub(rb" t=\d+;", b" t=1000000000; x=1000000100;", signed(), count=1),
        signed().replace(b"a=rsa-sha256", b"a=rsa-sha1", 1),
        signed().replace(b"d=customer.example", b"d=customer.example;dmarc=pass", 1),
        re.sub(rb"\bb=", b"b=%%%", signed(), count=1),
        signed().replace(b"v=1", b"v=2", 1),
        b"DKIM-Signature: " + b"a=b;" * 50_000 + b"\r\n" + MAIL,
        b"DKIM-Signature: v=1; a=rsa-sha256; l=" + b"9" * 6_000 + b"\r\n" + MAIL,
        b" starts with a space\r\n" + signed(),
        b"DKIM-Signature:\r\n" * 2_000 + MAIL,
    ],
)  # fmt: skip
def test_a_spoilt_signature_is_as_none(spoilt: bytes) -> None:
    assert verdict(spoilt) is NONE


def test_keys_that_are_weak_missing_on_trial_or_huge_prove_nothing() -> None:
    weak, weak_record = key_pair(512) if _makes_weak_keys() else (b"", b"")
    if weak:
        options = {"include_headers": [b"from"]}
        raw = bytes(dkim.sign(MAIL, b"mail", b"customer.example", weak, **options)) + MAIL
        assert verdict(raw, record=weak_record) is NONE
    for record in (None, b"", b"v=DKIM1; p=", RECORD + b"; t=y", RECORD + b" " * LONGEST_KEY, b"p=\xff\xfe", b"; ; ="):
        assert verdict(signed(), record=record) is NONE


def _makes_weak_keys() -> bool:
    try:
        key_pair(512)
    except ValueError:
        return False
    return True


def test_text_that_keeps_a_processor_busy_is_not_checked() -> None:
    for costly in (b" " * 1_000_000 + b"x", b"\r\n" * 100_000 + b"x"):
        begun = time.process_time()
        assert verdict(signed().replace(b"We pay", costly)) is NONE
        assert time.process_time() - begun < 2.0


def test_a_resolver_that_hangs_or_fails_costs_a_moment_and_the_verdict_alone() -> None:
    def hangs(_: str) -> bytes:
        raise TimeoutError("the resolver does not answer")

    def fails(_: str) -> bytes:
        raise OSError("network is unreachable")

    for lookup in (hangs, fails):
        assert SignatureCheck(lookup).verdict(signed(), "customer.example") is NONE
    many = b"".join(signed()[: -len(MAIL)] for _ in range(40)) + MAIL.replace(b"Friday", b"Monday")
    asked: list[str] = []
    impatient = SignatureCheck(lambda name: asked.append(name) or RECORD, patience=-1)  # type: ignore[func-returns-value]
    assert impatient.verdict(many, "customer.example") is NONE
    assert asked == []


def sealed(raw: bytes, sealer: bytes, results: bytes) -> bytes:
    """As a server does that takes a mail in and hands it on."""
    stamped = b"Authentication-Results: mx.list.example; " + results + b"\r\n" + raw
    chain = dkim.arc_sign(stamped, b"arc", sealer, PRIVATE, b"mx.list.example", include_headers=[b"from", b"subject"])
    return b"".join(chain) + raw


def test_a_chain_counts_when_a_sealer_that_we_trust_sealed_it_last() -> None:
    raw = sealed(MAIL, b"list.example", b"dmarc=pass header.from=customer.example")
    trusting = SignatureCheck(lambda _: RECORD, ["List.example"])
    assert trusting.verdict(raw, "customer.example") is PASS
    assert trusting.verdict(raw, "elsewhere.example") is NONE
    assert trusting.verdict(raw.replace(b"on Friday", b"on Monday"), "customer.example") is NONE
    assert SignatureCheck(lambda _: RECORD).verdict(raw, "customer.example") is NONE
    assert SignatureCheck(lambda _: RECORD, ["other.example"]).verdict(raw, "customer.example") is NONE


@pytest.mark.parametrize(
    "results",
    [
        b"spf=pass (of a;dmarc=pass header.from=customer.example;@evil.example) smtp.mailfrom=evil.example",
        b'spf=pass smtp.mailfrom="a;dmarc=pass header.from=customer.example"@evil.example',
        b"spf=pass (; dmarc=pass header.from=customer.example",
    ],
)
def test_a_chain_takes_no_word_of_the_sender_for_the_servers(results: bytes) -> None:
    raw = sealed(MAIL, b"list.example", results)
    assert SignatureCheck(lambda _: RECORD, ["list.example"]).verdict(raw, "customer.example") is NONE


@contextmanager
def resolver(answer: Callable[[dns.message.Message], bytes | None]) -> Iterator[int]:
    """A DNS server on this machine. Gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                wire, peer = server.recvfrom(4096)
                if not wire:
                    return
                reply = answer(dns.message.from_wire(wire))
                if reply is not None:
                    server.sendto(reply, peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        yield port
        server.sendto(b"", ("127.0.0.1", port))
        thread.join()


def _record(query: dns.message.Message) -> bytes:
    reply = dns.message.make_response(query)
    name = query.question[0].name
    if name.to_text().startswith("mail."):
        halves = f'"{RECORD[:100].decode()}" "{RECORD[100:].decode()}"'
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", halves))
    if name.to_text().startswith("two."):
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", '"one"', '"two"'))
    return reply.to_wire()


def test_the_named_resolver_is_asked_and_a_mail_is_read_with_what_it_says() -> None:
    with resolver(_record) as port:
        keys = DnsKeys("127.0.0.1", port)
        assert SignatureCheck(keys).verdict(signed(), "customer.example") is PASS
        assert keys("none._domainkey.customer.example.") is None
        assert keys("two._domainkey.customer.example.") is None
    with resolver(lambda _: None) as port, pytest.raises(TimeoutError):
        DnsKeys("127.0.0.1", port, timeout=0.1)(NAME)
    with resolver(lambda _: b"nonsense") as port, pytest.raises((OSError, TimeoutError)):
        DnsKeys("127.0.0.1", port, timeout=0.1)(NAME)


def test_what_our_own_server_said_is_not_asked_again() -> None:
    stamped = parse_mail(b"Authentication-Results: mx.seller.example; dkim=fail\r\n" + MAIL)
    assert has_own_verdict(stamped, Identity((), "mx.seller.example"))
    assert not has_own_verdict(stamped, Identity((), "mx.other.example"))
    assert not has_own_verdict(stamped, Identity(()))
    assert _reader(MindConfig(), load_policy())(signed(), Identity(())).screening.authentication is NONE
