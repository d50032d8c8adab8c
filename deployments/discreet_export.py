"""What leaves the house in a trace: names, ids, kinds and times. No sentence, no parameter, no stack of calls.

Prefect's spans carry the message of each state and the text of each exception, in which a form repeats what was typed
into it. A list of what may go is kept here, not a list of what may not.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status

from flows.steps import traced_about

_MAY_GO = frozenset(
    {
        "prefect.run.id",
        "prefect.run.name",
        "prefect.run.type",
        "prefect.tags",
        "prefect.flow.id",
        "prefect.deployment.id",
        "prefect.state.id",
        "prefect.state.name",
        "prefect.state.type",
        "exception.type",
        "error.type",
    }
)
_OURS = "imni."
_WHOSE = ("prefect", "imni")
"""Whose spans go. Other libraries make some as well, of every request; nobody has read what is in them."""
_HURRY_SECONDS = 0.8
"""Less than the first pause of the exporter: an address where nobody listens is left at once."""

_AWAY = "not collected: nobody answers as OTLP over HTTP at the address of OTEL_EXPORTER_OTLP_ENDPOINT"

_log = logging.getLogger("imni.telemetry")


class DiscreetExport(SpanExporter):
    """Sends spans to the collector, without what may not go. `is_last`: the process ends, and nobody waits.

    A collector that is away costs its spans and nothing else; that is said once, and once when it is back.
    """

    def __init__(self) -> None:
        self._exporter, self._hurried = OTLPSpanExporter(), OTLPSpanExporter(timeout=_HURRY_SECONDS)
        self._away = False
        self.is_last = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send some spans."""
        going = [discreet(span) for span in spans if _scope(span) in _WHOSE]
        if not going:
            return SpanExportResult.SUCCESS
        result = (self._hurried if self.is_last else self._exporter).export(going)
        away = result is not SpanExportResult.SUCCESS
        if away != self._away and not self.is_last:
            _log.warning("traces are %s", _AWAY if away else "collected again")
        self._away = away
        return result


def discreet(span: ReadableSpan) -> ReadableSpan:
    """A span without what may not go, of the log it is about: that is known only once a flow has opened it."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource.merge(Resource({"service.instance.id": traced_about()})),
        attributes=_what_may_go(span.attributes),
        events=[Event(each.name, _what_may_go(each.attributes), each.timestamp) for each in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _scope(span: ReadableSpan) -> str:
    return span.instrumentation_scope.name if span.instrumentation_scope else ""


def _what_may_go(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (attributes or {}).items() if name in _MAY_GO or name.startswith(_OURS)}
