"""Traces of the engine's work, sent over OTLP/HTTP when OpenTelemetry's own variables name who collects them.

Prefect opens a span for each flow run and task; calls to gateways and appends to the log hang below them. OpenTelemetry
itself loads `tracer_provider` (an entry point of this distribution) wherever `OTEL_PYTHON_TRACER_PROVIDER` is `imni`,
when the first flow runs: in `imni up`, in the process of a form, in that of a worker elsewhere.
"""

from __future__ import annotations

import atexit
import logging
from threading import Event, Thread
from typing import TYPE_CHECKING

from flows.steps import are_collected, let_look_on

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as SendingProvider
    from opentelemetry.trace import TracerProvider

    from deployments.discreet_export import DiscreetExport

SERVICE = "imni"
TRACED = {"OTEL_PYTHON_TRACER_PROVIDER": SERVICE}
"""The variables under which OpenTelemetry asks here for what makes spans. Whether any are sent is settled there."""
UNTRACED = {"OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": ""}
"""The variables of a process that sends none although its parent does."""

_LAST_WORDS_SECONDS = 1.0


def telemetry_environment() -> dict[str, str]:
    """The variables under which this process and those it starts send traces; none when nobody collects them."""
    return TRACED if are_collected() else {}


def tracer_provider() -> TracerProvider:
    """What OpenTelemetry makes spans with in this process: nothing at all when nobody collects them."""
    from opentelemetry.trace import NoOpTracerProvider

    return _sending() if are_collected() else NoOpTracerProvider()


def _sending() -> TracerProvider:
    from opentelemetry.propagate import set_global_textmap
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from deployments.discreet_export import DiscreetExport
    from deployments.spans import KeptHere, RunsUnderWay, Spans

    # Its own lines would come with every attempt; ours says once that nobody collects, and once that somebody does.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    set_global_textmap(KeptHere())
    export, runs = DiscreetExport(), RunsUnderWay()
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}), shutdown_on_exit=False)
    provider.add_span_processor(runs)
    provider.add_span_processor(BatchSpanProcessor(export))
    let_look_on(Spans(provider.get_tracer(SERVICE), runs).of_step)
    _send_last_at_exit(provider, export)
    return provider


def _send_last_at_exit(provider: SendingProvider, export: DiscreetExport) -> None:
    """Send what is left when the process ends; it waits no longer than a moment for a collector that is away."""
    ending, sent = Event(), Event()

    def send_last() -> None:
        ending.wait()
        export.is_last = True
        provider.force_flush()
        sent.set()

    def at_exit() -> None:
        ending.set()
        sent.wait(_LAST_WORDS_SECONDS)

    Thread(target=send_last, name="last traces", daemon=True).start()  # at exit no thread can be started any more
    atexit.register(at_exit)
