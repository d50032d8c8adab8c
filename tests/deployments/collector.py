"""A collector of traces on loopback: it speaks OTLP over HTTP, as the one of a hospital would."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue


@dataclass(frozen=True, slots=True)
class Told:
    """A span as it arrived. Ids are as in the protocol: hexadecimal."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    facts: dict[str, Any]
    service: dict[str, Any]
    whole: str


@dataclass
class Collector:
    """What has arrived so far."""

    url: str = ""
    spans: list[Told] = field(default_factory=list[Told])
    figures: dict[str, Any] = field(default_factory=dict[str, Any])
    services: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Whose figures they are, as the newest say."""
    asked: list[str] = field(default_factory=list[str])

    def named(self, name: str) -> list[Told]:
        return [span for span in self.spans if span.name == name]

    def run(self, run_id: str) -> list[Told]:
        """The span of a Prefect run."""
        return [span for span in self.spans if span.facts.get("prefect.run.id") == run_id]

    def until(self, holds: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something has arrived."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, [span.name for span in self.spans]
            time.sleep(0.02)

    def take(self, path: str, body: bytes) -> None:
        self.asked.append(path)
        if path.endswith("/v1/traces"):
            self.spans.extend(_spans(ExportTraceServiceRequest.FromString(body)))
        else:
            request = ExportMetricsServiceRequest.FromString(body)
            self.figures.update(_figures(request))
            self.services = [_ours(_read(of.resource.attributes)) for of in request.resource_metrics]


@contextmanager
def collecting() -> Generator[Collector]:
    """A collector that answers."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name in the standard library
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield collector
        finally:
            server.shutdown()
            serving.join()


def _spans(request: ExportTraceServiceRequest) -> list[Told]:
    return [
        Told(
            span.name,
            span.trace_id.hex(),
            span.span_id.hex(),
            span.parent_span_id.hex(),
            _read(span.attributes),
            _read(of.resource.attributes),
            str(span),
        )
        for of in request.resource_spans
        for scope in of.scope_spans
        for span in scope.spans
    ]


def _figures(request: ExportMetricsServiceRequest) -> dict[str, Any]:
    return {
        metric.name: metric for of in request.resource_metrics for scope in of.scope_metrics for metric in scope.metrics
    }


def _ours(service: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in service.items() if name.startswith("service.")}


def _read(attributes: Sequence[KeyValue]) -> dict[str, Any]:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value") or ""
    return [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)
