"""Steps of the engine as spans below the flow run they belong to."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import Span as AnySpan
from opentelemetry.trace import StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from flows.steps import Fact, Note

_RUN_ID, _RUN_TYPE = "prefect.run.id", "prefect.run.type"


class KeptHere(TraceContextTextMapPropagator):
    """No trace is told to anybody but the collector.

    Prefect would write it into its database before each run begins, which costs a request a run and nobody reads.
    """

    def inject(self, carrier: object, context: Context | None = None, setter: object = None) -> None:
        return None


class RunsUnderWay(SpanProcessor):
    """The flow runs of this process whose spans are open, by their id, which events carry as correlation id."""

    def __init__(self) -> None:
        self._contexts: dict[str, Context] = {}

    def context(self, run_id: object) -> Context | None:
        """What a span below a flow run is opened in; None for a run that is not under way here."""
        return self._contexts.get(str(run_id))

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if (run_id := _flow_run(span)) is not None:
            self._contexts[run_id] = set_span_in_context(span)

    def on_end(self, span: ReadableSpan) -> None:
        if (run_id := _flow_run(span)) is not None:
            self._contexts.pop(run_id, None)


class Spans:
    """Opens a span for each step: below the flow run it names, otherwise below what is under way."""

    def __init__(self, tracer: Tracer, runs: RunsUnderWay) -> None:
        self._tracer, self._runs = tracer, runs

    @contextmanager
    def of_step(self, name: str, facts: Mapping[str, Fact]) -> Generator[Note]:
        """A step as a span. What went wrong is told by the kind of the exception alone."""
        context = self._runs.context(facts.get("correlation_id"))
        with self._tracer.start_as_current_span(
            name, context, record_exception=False, set_status_on_exception=False
        ) as span:
            _put(span, facts)
            try:
                yield lambda **further: _put(span, further)
            except Exception as problem:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(problem).__name__)
                raise


def _flow_run(span: ReadableSpan) -> str | None:
    attributes = span.attributes or {}
    return str(attributes[_RUN_ID]) if attributes.get(_RUN_TYPE) == "flow" else None


def _put(span: AnySpan, facts: Mapping[str, Fact]) -> None:
    for name, fact in facts.items():
        span.set_attribute(f"imni.{name}", fact)
