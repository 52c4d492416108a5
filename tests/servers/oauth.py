"""A token server that knows the paths of Microsoft and of Google, and says who a token is (for Dovecot's passdb)."""

import base64
import hashlib
import json
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class TokenServer:
    """`with TokenServer("collections@test.example") as tokens`; whoever signs in is that user.

    `lasts` is for how many seconds an access token is said to be good; `says` is an answer of the test's own. `asked`
    counts the requests by grant type.
    """

    user: str
    lasts: int = 3600
    is_revoked: bool = False
    is_down: bool = False
    pending: int = 1
    says: object = None
    asked: Counter[str] = field(default_factory=Counter)
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def issue(self) -> dict[str, object]:
        """New tokens. The refresh token is another one every time, and the old one is spent."""
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.access.add(access)
        self.refresh = {refresh}
        return {"access_token": access, "refresh_token": refresh, "expires_in": self.lasts, "token_type": "Bearer"}

    def sign_in(self, address: str) -> str:
        """What a person does at Google's page. Returns where their browser is sent."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, object]:
        if path.endswith("/devicecode"):
            code = {"user_code": "WDJB-MJHT", "device_code": "a device", "verification_uri": f"{self.url}/device"}
            return 200, {**code, "interval": 0.05, "expires_in": 60}
        kind = form.get("grant_type", "")
        self.asked[kind] += 1
        if self.is_down:
            return 503, {}
        if self.says is not None:
            return 200, self.says
        if kind == DEVICE_GRANT and self.pending:
            self.pending -= 1
            return 400, {"error": "authorization_pending"}
        if self.is_revoked or not self._is_good(kind, form):
            return 400, {"error": "invalid_grant", "error_description": f"no more for {self.user}"}
        return 200, self.issue()

    def _is_good(self, kind: str, form: dict[str, str]) -> bool:
        if kind == "refresh_token":
            return form["refresh_token"] in self.refresh
        if kind == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            return self.codes.pop(form["code"], None) == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return kind == DEVICE_GRANT

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._say(*server.answer(urlsplit(self.path).path, form))

            def do_GET(self) -> None:
                """Who the token is: what Dovecot asks."""
                token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
                is_good = token in server.access
                self._say(200 if is_good else 401, {"email": server.user} if is_good else {})

            def _say(self, status: int, data: object) -> None:
                content = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: it would go to the tests' output."""

        return Handler
