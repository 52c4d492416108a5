"""An S3-compatible object store: it checks every signature, and keeps what is locked as it is."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

from app.adapters.sigv4 import Signer
from tests.servers.local_http import LocalHttp


@dataclass(frozen=True, slots=True)
class Stored:
    content: bytes
    mode: str
    kept_until: str


class ObjectStore(LocalHttp):
    """`with ObjectStore() as store`; `objects` by path, /bucket/key. A bucket named …-unlocked has no Object Lock."""

    def __init__(self) -> None:
        self.signer = Signer("AKIAOFTHETESTS", "a secret of the tests/+", "eu-central-1")
        self.objects: dict[str, Stored] = {}
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:  # http.server finds these by name
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(self._refusal(body) or self._keep(body))

            def do_GET(self) -> None:
                found = store.objects.get(self.path)
                self._answer(self._refusal(b"") or (200 if found else 404), found.content if found else b"")

            def _refusal(self, body: bytes) -> int:
                """0 for a request that was signed with our keys, over what has come here."""
                proof = self.headers["Authorization"]
                names = proof.partition("SignedHeaders=")[2].partition(",")[0].split(";")
                moment = datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                expected = store.signer.signed(
                    self.command,
                    f"http://{self.headers['Host']}{self.path}",
                    headers={name: self.headers[name] for name in names},
                    body=body,
                    at=moment,
                )
                return 0 if proof == expected["authorization"] else 403

            def _keep(self, body: bytes) -> int:
                mode = self.headers.get("X-Amz-Object-Lock-Mode", "")
                digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
                if mode and ("-unlocked/" in self.path or self.headers.get("Content-MD5") != digest):
                    return 400
                if self.path in store.objects:
                    return 412 if self.headers.get("If-None-Match") == "*" else 403
                until = self.headers.get("X-Amz-Object-Lock-Retain-Until-Date", "")
                store.objects[self.path] = Stored(body, mode, until)
                return 200

            def _answer(self, status: int, content: bytes = b"") -> None:
                content = content if status == 200 else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing on the console."""

        super().__init__(Handler)
