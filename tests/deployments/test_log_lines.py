"""Log lines for programs: one JSON document a line, with the id of the flow run that events name as their cause."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deployments.prefect_environment import prefect_client_environment
from deployments.prefect_server import PrefectServer
from flows.settings import inherited_environment, read_settings
from tests.deployments.collector import collecting

_PROGRAM = """
import asyncio, logging, sys
from prefect import flow, get_run_logger, task
from flows.steps import step

@task(task_run_name="recurindex/RJ-1/1")
async def place() -> None:
    with step("ask the laboratory"):
        logging.getLogger("imni.gateway").warning("%s: not answered", "recurindex/RJ-1/1")

@flow
async def order() -> None:
    get_run_logger().warning("a sentence over\\nseveral lines, and long " * 5)
    await place()

asyncio.run(order())
try:
    [][1]
except IndexError:
    logging.getLogger("imni.reactor").exception("%s could not run: %s", "order", ["down"])
logging.getLogger("prefect._internal").error("a fault inside Prefect")
print("opentelemetry.sdk.trace" in sys.modules)
"""


def _said(known: dict[str, str], program: str = _PROGRAM) -> tuple[dict[str, dict[str, Any]], str]:
    """What a process says on standard error, by who says it; every line must be a JSON document. And what it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", program], env={**known, "PATH": os.defpath}, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    return {line["logger"]: line for line in lines if line["level"] != "INFO"}, ran.stdout.strip()


@pytest.mark.prefect
def test_every_line_is_json_and_names_the_run_and_the_trace_in_which_it_was_said(
    tmp_path: Path, prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings(home=tmp_path, log_format="json")
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        said, _ = _said(inherited_environment(prefect_client_environment(settings, prefect_server.api_url)))
    assert said["imni.gateway"]["message"] == "recurindex/RJ-1/1: not answered"
    assert said["imni.gateway"]["task_run_name"] == "recurindex/RJ-1/1"
    assert said["imni.gateway"]["flow_run_id"] == said["prefect.flow_runs"]["flow_run_id"]
    assert len(said["imni.gateway"]["flow_run_id"]) == 36
    assert said["imni.reactor"]["message"] == "order could not run: ['down']"
    assert said["imni.reactor"]["exception"]["type"] == "IndexError"
    assert "flow_run_id" not in said["imni.reactor"]
    assert said["prefect._internal"]["message"] == "a fault inside Prefect"
    (asked,) = collector.named("ask the laboratory")
    assert (said["imni.gateway"]["trace_id"], said["imni.gateway"]["span_id"]) == (asked.trace_id, asked.span_id)
    (run,) = [span for span in collector.spans if span.facts.get("prefect.run.type") == "flow"]
    assert run.facts["prefect.run.id"] == said["imni.gateway"]["flow_run_id"]


@pytest.mark.prefect
def test_without_a_collector_nothing_is_loaded_and_no_line_names_a_trace(
    tmp_path: Path, prefect_server: PrefectServer
) -> None:
    settings = read_settings(home=tmp_path, log_format="json")
    said, printed = _said(inherited_environment(prefect_client_environment(settings, prefect_server.api_url)))
    assert printed == "False"
    assert not any("trace_id" in line for line in said.values())
