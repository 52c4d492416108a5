"""Whom a process speaks to: named once, and refused where it is on no list."""

import subprocess
import sys

import pytest

from app.adapters.egress import Egress, EgressRefused


def look_up(egress: Egress, host: str | bytes) -> None:
    egress.on_event("socket.getaddrinfo", (host, 443, 0, 0, 0))


def connect(egress: Egress, address: str) -> None:
    egress.on_event("socket.connect", (None, (address, 443)))


def test_a_configured_host_may_be_spoken_to_and_no_other() -> None:
    asked: list[str] = []
    egress = Egress(lambda host: asked.append(host) or host == "model.example", refuses=True)  # type: ignore[func-returns-value]
    for _ in range(3):
        look_up(egress, b"model.example")
    egress.remember(["203.0.113.7"])
    connect(egress, "203.0.113.7")
    with pytest.raises(EgressRefused):
        look_up(egress, "tracker.example")
    assert asked == ["model.example", "tracker.example"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", ""])
def test_this_machine_is_nobody_else(host: str) -> None:
    look_up(Egress(lambda _: False, refuses=True), host)


def test_an_address_that_no_name_led_to_is_refused() -> None:
    with pytest.raises(EgressRefused):
        connect(Egress(lambda _: False, refuses=True), "203.0.113.7")


def test_one_allowed_name_opens_its_own_addresses_alone() -> None:
    egress = Egress(lambda host: host == "model.example", refuses=True)
    look_up(egress, "model.example")
    egress.remember(["203.0.113.7"])
    connect(egress, "203.0.113.7")
    with pytest.raises(EgressRefused):
        connect(egress, "198.51.100.9")


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.gethostbyname", ("tracker.example",)),
        ("socket.gethostbyaddr", ("198.51.100.9",)),
        ("socket.sendmsg", (None, ("198.51.100.9", 53))),
    ],
)
def test_every_way_out_is_watched(event: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(EgressRefused):
        Egress(lambda _: False, refuses=True).on_event(event, arguments)


def test_a_look_up_tells_the_addresses_it_led_to() -> None:
    program = (
        "import socket; from app.adapters.egress import Egress; e = Egress(lambda _: True, refuses=True); e.watch();"
        "socket.getaddrinfo('localhost', 80); print(sorted(e._addresses))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert "127.0.0.1" in said.stdout


def test_where_nothing_is_refused_all_goes_on() -> None:
    look_up(Egress(lambda _: False, refuses=False), "tracker.example")


def test_a_resolver_that_is_asked_by_datagram_is_seen_too() -> None:
    egress = Egress(lambda host: host == "192.0.2.53", refuses=True)
    egress.on_event("socket.sendto", (None, ("192.0.2.53", 53)))
    with pytest.raises(EgressRefused):
        egress.on_event("socket.sendto", (None, ("203.0.113.53", 53)))
