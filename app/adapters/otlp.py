"""Traces by OTLP over HTTP, to the collector that the operator named. This file is loaded only where there is one.

    Step ─▶ plain (what may leave) ─▶ a span of the SDK's ─▶ a batch, every few seconds ─▶ the collector

The SDK's tracers are not used, nor is anything of it global: FastAPI, DBOS and LangSmith would add spans of their own,
with addresses, arguments and messages of exceptions. A span is made here from what `plain` let through, after the fact.
"""

import threading
from collections.abc import Mapping, Sequence

import structlog
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from app.domain.ids import new_id
from app.domain.tracing import Place, Step, StepName, plain

SECONDS = 5.0
"""How long a batch may take, repeats included; then it is given up."""

STOP_SECONDS = 2.0
MOST_WAITING, MOST_AT_ONCE = 2048, 512
"""Spans; what more comes is dropped. Said here, as the SDK would look into the environment."""

BATCH_MILLISECONDS = 2000.0
RANDOM_BITS = 56
"""The last bits of a trace's id are random (W3C Trace Context, level 2), in a UUID of ours too: they draw the lot."""

KINDS: Mapping[StepName, SpanKind] = {StepName.REQUEST: SpanKind.SERVER, StepName.MODEL: SpanKind.CLIENT}
NAMES: Mapping[str, str] = {
    "error": "error.type",
    "http_method": "http.request.method",
    "http_route": "http.route",
    "http_status": "http.response.status_code",
    "model": "gen_ai.request.model",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
}
"""OpenTelemetry's own names, where it has one; the others are ours, as duebox.…"""

log = structlog.get_logger()


class OtlpTraces:
    """`endpoint` is the address that spans are posted to, `share` how much of all traces is kept, from 0 to 1."""

    def __init__(
        self, endpoint: str, *, headers: Mapping[str, str], service: str, version: str, share: float = 1.0
    ) -> None:
        self._exporter = _Exporter(endpoint, headers=headers, timeout=SECONDS, compression=Compression.Gzip)
        self._batches = BatchSpanProcessor(
            self._exporter,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=BATCH_MILLISECONDS,
            max_export_batch_size=MOST_AT_ONCE,
            export_timeout_millis=SECONDS * 1_000,
        )
        self._kept_below = share * (1 << RANDOM_BITS)
        self._scope = InstrumentationScope("duebox", version)
        self._resource = Resource(
            {
                "service.name": service,
                "service.version": version,
                "service.instance.id": str(new_id()),
                "telemetry.sdk.language": "python",
                "telemetry.sdk.name": "opentelemetry",
            }
        )

    def tell(self, step: Step) -> None:
        """Takes a step for the next batch; never waits, and never raises: it is called where a mail has just left."""
        if step.place.trace_id % (1 << RANDOM_BITS) < self._kept_below:
            try:
                self._batches.on_end(self._span(step))
            except Exception as error:  # whatever a library does with a span, the work that it tells of is done
                log.warning("telemetry.step.dropped", error=type(error).__name__)

    def is_heard(self) -> bool:
        """Whether the collector takes traces: it is sent an empty batch. Blocks for SECONDS at most."""
        return self._exporter.export([]) is SpanExportResult.SUCCESS

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Send what is left, if that takes but a moment. Blocks for so long at most."""
        ending = threading.Thread(target=self._batches.shutdown, daemon=True)
        ending.start()
        ending.join(seconds)

    def _span(self, step: Step) -> ReadableSpan:
        said = {NAMES.get(name, f"duebox.{name}"): value for name, value in plain(step.attributes).items()}
        return ReadableSpan(
            step.name.value,
            context=_context(step.place),
            parent=None if step.parent_id is None else _context(Place(step.place.trace_id, step.parent_id)),
            resource=self._resource,
            attributes=said,
            links=[Link(_context(place)) for place in step.links],
            kind=KINDS.get(step.name, SpanKind.INTERNAL),
            status=Status(StatusCode.ERROR if "error" in step.attributes else StatusCode.UNSET),
            start_time=step.began,
            end_time=step.ended,
            instrumentation_scope=self._scope,
        )


class _Exporter(OTLPSpanExporter):
    """Says once that the collector is away, and once that it is back."""

    _is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        is_away = result is not SpanExportResult.SUCCESS
        if is_away and not self._is_away:
            log.warning("telemetry.collector.away")
        elif self._is_away and not is_away:
            log.info("telemetry.collector.back")
        self._is_away = is_away
        return result


def _context(place: Place) -> SpanContext:
    return SpanContext(place.trace_id, place.step_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
