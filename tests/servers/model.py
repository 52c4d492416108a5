"""A model endpoint that speaks OpenAI's chat completions, says what a test tells it to, and keeps every request.

`model.plan(*answers)` queues answers, one a request; when none is left, `model.respond` decides: an answer, or a
function from the request to one. At first every request fails with 500, so that a test must say what the model says.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.servers.process import wait_until


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a client asked."""

    path: str
    headers: Message
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Everything that left the process, for canary searches."""
        return json.dumps(self.body, ensure_ascii=False)

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        return list(self.body.get("messages", []))

    @property
    def schema_name(self) -> str | None:
        name = self.body.get("response_format", {}).get("json_schema", {}).get("name")
        return str(name) if name is not None else None


@dataclass(frozen=True, slots=True)
class Answer:
    """Made by the functions below; `after(2.0, answer)` makes any of them slow."""

    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    is_cut_off: bool = False
    raw: bytes | None = None
    content_type: str = "application/json"
    drip: float = 0.0


def says(content: str | Mapping[str, Any], *, finish_reason: str = "stop") -> Answer:
    """A completion; a mapping is sent as JSON text, a string as it is (so also invalid JSON)."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return _completion({"role": "assistant", "content": text, "refusal": None}, finish_reason)


def truncated(content: str = '{"category": "disp') -> Answer:
    """The answer stops in the middle, for want of tokens."""
    return says(content, finish_reason="length")


def refuses(text: str = "I can't help with that.") -> Answer:
    return _completion({"role": "assistant", "content": None, "refusal": text}, "stop")


def filtered() -> Answer:
    """The provider's content filter stepped in."""
    return says("", finish_reason="content_filter")


def rate_limited(retry_after: float = 1.0) -> Answer:
    error = _error("Rate limit reached", "rate_limit_error", "rate_limit_exceeded")
    return Answer(429, error, {"Retry-After": f"{retry_after:g}"})


def fails(status: int = 500) -> Answer:
    return Answer(status, _error("The server had an error", "server_error", None))


def lacks_schemas() -> Answer:
    """An endpoint that knows no `json_schema`: the client has to ask in words."""
    return Answer(
        400,
        _error(
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported", "invalid_request_error", None
        ),
    )


def lacks_schemas_then(answer: "Answer | Respond") -> "Respond":
    """Such an endpoint that does answer when asked without a schema."""

    def respond(request: ModelRequest) -> Answer:
        if request.body.get("response_format", {}).get("type") == "json_schema":
            return lacks_schemas()
        return answer(request) if callable(answer) else answer

    return respond


def hangs_up(content: str = "{}") -> Answer:
    """The connection breaks in the middle of the answer's body."""
    return replace(says(content), is_cut_off=True)


def sends(body: bytes, *, content_type: str = "application/json") -> Answer:
    """These bytes, with status 200."""
    return Answer(raw=body, content_type=content_type)


def drips(seconds: float, answer: Answer) -> Answer:
    """Byte by byte, with a pause after each: no read ever times out."""
    return replace(answer, drip=seconds)


def after(seconds: float, answer: Answer) -> Answer:
    return replace(answer, delay=seconds)


DULL: Mapping[str, Mapping[str, Any]] = {
    "MessageClass": {"intents": [{"intent": "query", "confidence": 0.9, "quote": ""}], "flags": []},
    "ExtractedFacts": {},
    "DraftReply": {"body": "Thank you for your message. We will look into it."},
}


def dull(request: ModelRequest) -> Answer:
    """What a dull but working model says to each of Duebox's questions."""
    return says(DULL[request.schema_name or ""])


Respond = Callable[[ModelRequest], Answer]


class ModelServer:
    """The endpoint. `with ModelServer() as model: model.plan(says({"category": "dispute"}))`."""

    def __init__(self, *, port: int = 0) -> None:
        self.respond: Answer | Respond = fails()
        self._requests: list[ModelRequest] = []
        self._planned: deque[Answer] = deque()
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._http = _HttpServer(("127.0.0.1", port), self)
        self.port: int = self._http.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=10)

    @property
    def settings(self) -> dict[str, str]:
        """What makes an installation ask this endpoint."""
        return {
            "DUEBOX_MODEL__PROVIDER": "openai",
            "DUEBOX_MODEL__BASE_URL": self.base_url,
            "DUEBOX_MODEL__NAME": "stub",
        }

    @property
    def requests(self) -> list[ModelRequest]:
        with self._lock:
            return list(self._requests)

    def plan(self, *answers: Answer) -> None:
        with self._lock:
            self._planned.extend(answers)

    def wait_for(self, count: int, *, seconds: float = 20.0) -> list[ModelRequest]:
        """The requests, as soon as there are so many. Blocks: in a coroutine, call it by `asyncio.to_thread`."""
        wait_until(lambda: len(self.requests) >= count, what=f"{count} requests to the model", seconds=seconds)
        return self.requests

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()
            self._planned.clear()

    def answer(self, request: ModelRequest) -> Answer:
        with self._lock:
            self._requests.append(request)
            planned = self._planned.popleft() if self._planned else None
        if planned is not None:
            return planned
        return self.respond(request) if callable(self.respond) else self.respond

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self._released.wait(seconds)


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], model: ModelServer) -> None:
        self.model = model
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up waiting is nothing to print about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart: a body held back would seem 40 ms of thinking
    server: _HttpServer

    def do_GET(self) -> None:  # http.server finds these by name
        if self.path.rstrip("/").endswith("/models"):
            self._send(Answer(body={"object": "list", "data": [{"id": "stub", "object": "model"}]}))
        else:
            self._send(Answer(404, _error("No such page", "invalid_request_error", None)))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.rstrip("/").endswith("/chat/completions"):
            self._send(Answer(404, _error("No such page", "invalid_request_error", None)))
            return
        self._send(self.server.model.answer(ModelRequest(self.path, self.headers, json.loads(raw))))

    def _send(self, answer: Answer) -> None:
        self.server.model.pause(answer.delay)
        payload = json.dumps(answer.body, ensure_ascii=False).encode() if answer.raw is None else answer.raw
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(payload)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.is_cut_off:
            self.wfile.write(payload[: len(payload) // 2])
            self.close_connection = True
        elif answer.drip:
            for number in range(len(payload)):
                self.wfile.write(payload[number : number + 1])
                self.server.model.pause(answer.drip)
        else:
            self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the console."""


def _completion(message: Mapping[str, Any], finish_reason: str) -> Answer:
    return Answer(
        body={
            "id": "chatcmpl-stub",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": "stub",
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    )


def _error(message: str, kind: str, code: str | None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
