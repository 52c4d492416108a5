"""The malware scanner, by its own protocol over a real socket."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator

import pytest

from app.adapters.clamd import Clamd
from app.domain.errors import SettingInvalid
from app.reading.files.opening import GivenFile, read_file
from app.reading.files.text import FileText, Trouble
from app.thinking import MindConfig, check_config

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner(socketserver.StreamRequestHandler):
    """As clamd answers INSTREAM."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        seen = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            seen += self.rfile.read(size)
        if len(seen) > 100_000:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            self.wfile.write(b"stream: Eicar-Signature FOUND\0" if EICAR in seen else b"stream: OK\0")


@pytest.fixture
def address() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_clean_file_is_opened_and_an_infected_one_is_not(address: str) -> None:
    open_file = Clamd(address).guarding(read_file)
    assert open_file(GivenFile("a.txt", "", b"We paid")) == FileText("We paid")
    assert open_file(GivenFile("a.txt", "", b"We paid" + EICAR)) == FileText(None, Trouble.MALWARE)


def test_what_the_scanner_does_not_take_is_not_opened(address: str) -> None:
    assert Clamd(address).verdict(b"x" * 100_001) is Trouble.NOT_SCANNED


def test_without_the_scanner_nothing_is_opened(address: str) -> None:
    assert Clamd("127.0.0.1:1").guarding(read_file)(GivenFile("a", "", b"x")) == FileText(None, Trouble.NOT_SCANNED)


def test_a_scanner_that_hangs_is_waited_for_once_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.adapters.clamd.SECONDS_A_MAIL", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        open_file = Clamd(f"127.0.0.1:{silent.getsockname()[1]}").guarding(read_file)
        found = [open_file(GivenFile("a", "", b"x")) for _ in range(3)]
        silent.settimeout(0.1)
        callers = [silent.accept()[0]]
        with pytest.raises(TimeoutError):
            silent.accept()
        callers[0].close()
    assert found == [FileText(None, Trouble.NOT_SCANNED)] * 3


@pytest.mark.parametrize("address", ["clamd", "host:", "host:port"])
def test_a_wrong_address_stops_the_start(address: str) -> None:
    with pytest.raises(SettingInvalid, match="DUEBOX_CLAMD"):
        check_config(MindConfig(clamd=address))
