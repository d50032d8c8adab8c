"""Log lines for programs: one JSON document a line, with the flow run that events name as their cause.

Prefect's own JSON lines leave sentences unfinished (`%s` beside a list), and name the run only where its own logger
speaks. These are whole, and name the run, the task and the trace in which anything was said.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_RUN_FIELDS = ("flow_run_id", "flow_run_name", "task_run_id", "task_run_name")


class JsonLine(logging.Formatter):
    """A log record as one line of JSON. Prefect hands in the pattern and the style of a text, which are not used."""

    def __init__(self, *_unused: object) -> None:
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        """One line: when, how grave, who says what, in which run."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **dict(_run_under_way()),
            **{name: str(value) for name in _RUN_FIELDS if (value := getattr(record, name, None))},
            **dict(_trace_under_way()),
        }
        if record.exc_info and (kind := record.exc_info[0]):
            line["exception"] = {"type": kind.__name__, "traceback": self.formatException(record.exc_info)}
        return json.dumps(line, ensure_ascii=False, default=str)


def _run_under_way() -> Iterator[tuple[str, str]]:
    # Not above: Prefect asks for this module while it is itself being loaded.
    from prefect.context import FlowRunContext, TaskRunContext

    if (flow := FlowRunContext.get()) is not None and flow.flow_run is not None:
        yield from (("flow_run_id", str(flow.flow_run.id)), ("flow_run_name", flow.flow_run.name))
    if (task := TaskRunContext.get()) is not None:
        yield from (("task_run_id", str(task.task_run.id)), ("task_run_name", task.task_run.name))


def _trace_under_way() -> Iterator[tuple[str, str]]:
    from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

    span = get_current_span().get_span_context()
    if span.is_valid:
        yield from (("trace_id", format_trace_id(span.trace_id)), ("span_id", format_span_id(span.span_id)))
