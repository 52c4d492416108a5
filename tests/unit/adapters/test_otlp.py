"""What leaves by OTLP, as a collector receives it."""

import pytest

from app.adapters.otlp import OtlpTraces
from app.domain.ids import new_id
from app.domain.tracing import StepName, Tracer, step
from tests.servers.collector import Collector, said

NAME = "Mei Chen"
PATIENCE = 30.0


def traces(collector: Collector, share: float = 1.0) -> OtlpTraces:
    headers = {"Authorization": "Bearer of-the-tests"}
    return OtlpTraces(
        f"{collector.url}/v1/traces", headers=headers, service="duebox-test", version="0.1.0", share=share
    )


def test_an_error_leaves_as_its_class_and_a_listed_attribute_under_its_name() -> None:
    mail = new_id()
    with Collector() as collector:
        out = traces(collector)
        with (
            pytest.raises(ValueError, match=NAME),
            Tracer(out.tell).step(StepName.TRIAGE, about=mail, message_id=mail),
            step(StepName.MODEL, prompt="draft_reply@4", model=f"a model of {NAME}", input_tokens=7),
        ):
            raise ValueError(f"cannot answer {NAME}")
        out.stop(seconds=PATIENCE)
        asked, worked = collector.spans
    assert NAME.encode() not in collector.raw
    assert said(asked.attributes) == {
        "duebox.prompt": "draft_reply@4",
        "gen_ai.usage.input_tokens": 7,
        "error.type": "ValueError",
    }
    assert said(worked.attributes) == {"duebox.message_id": str(mail), "error.type": "ValueError"}
    assert (asked.trace_id, asked.parent_span_id) == (mail.bytes, worked.span_id)
    assert asked.status.code == worked.status.code == worked.status.STATUS_CODE_ERROR
    assert worked.start_time_unix_nano <= asked.start_time_unix_nano <= asked.end_time_unix_nano
    assert collector.headers["Authorization"] == "Bearer of-the-tests"
    (resource,) = (one.resource for request in collector.traces for one in request.resource_spans)
    assert said(resource.attributes).keys() == {
        *("service.name", "service.version", "service.instance.id"),
        *("telemetry.sdk.language", "telemetry.sdk.name"),
    }


def test_a_share_of_all_traces_is_kept_each_as_a_whole() -> None:
    with Collector() as collector:
        out = traces(collector, share=0.25)
        tracer = Tracer(out.tell)
        for mail in [new_id() for _ in range(400)]:
            with tracer.step(StepName.TRIAGE, about=mail), step(StepName.READ):
                pass
        out.stop(seconds=PATIENCE)
        kept = [span.trace_id for span in collector.spans]
    assert 50 < len(set(kept)) < 150
    assert len(kept) == 2 * len(set(kept))


@pytest.mark.parametrize(("status", "is_heard"), [(200, True), (401, False)])
def test_whoever_asks_is_told_whether_the_collector_takes_traces(status: int, is_heard: bool) -> None:
    with Collector(status) as collector:
        out = traces(collector)
        assert out.is_heard() is is_heard
        out.stop(seconds=PATIENCE)
    assert collector.requests == [("/v1/traces", b"")]
