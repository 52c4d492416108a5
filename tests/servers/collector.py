"""A collector that takes traces by OTLP over HTTP, and keeps them as they came and as spans."""

import gzip
from collections.abc import Iterable
from email.message import Message
from http.server import BaseHTTPRequestHandler

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.servers.local_http import LocalHttp


class Collector(LocalHttp):
    """`with Collector() as collector`. Every request is answered with `status`; `requests` are their paths and bodies,
    unpacked, `headers` those of the last one."""

    def __init__(self, status: int = 200) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self.headers = Message()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # http.server finds it by name
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.headers = self.headers
                collector.requests.append((self.path, body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing on the console."""

        super().__init__(Handler)

    @property
    def raw(self) -> bytes:
        """All that came."""
        return b"".join(body for _, body in self.requests)

    @property
    def traces(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for path, body in self.requests if path == "/v1/traces"]

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.traces
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def said(pairs: Iterable[KeyValue]) -> dict[str, str | int | bool]:
    """Attributes as plain values."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
