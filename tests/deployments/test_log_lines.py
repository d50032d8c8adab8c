"""Log lines for programs: one JSON document a line, with the id of the flow run that events name as their cause."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.prefect_environment import prefect_client_environment
from deployments.prefect_server import PrefectServer
from flows.settings import inherited_environment, read_settings

_PROGRAM = """
import asyncio, logging
from prefect import flow, get_run_logger
from prefect.logging.configuration import setup_logging
setup_logging()
@flow
async def order() -> None:
    get_run_logger().warning("recurindex/RJ-1/1: not answered, with a long sentence behind it " * 5)
asyncio.run(order())
logging.getLogger("imni.reactor").warning("order-genomic-test could not run: %s", ["down"])
"""


@pytest.mark.prefect
def test_every_line_is_json_and_a_flow_names_its_run(tmp_path: Path, prefect_server: PrefectServer) -> None:
    settings = read_settings(home=tmp_path, log_format="json")
    known = inherited_environment(prefect_client_environment(settings, prefect_server.api_url))
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env={**known, "PATH": os.defpath}, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    said = {line["name"]: line for line in lines if line["levelname"] == "WARNING"}
    assert said["imni.reactor"]["msg"] == "order-genomic-test could not run: %s"
    assert len(said["prefect.flow_runs"]["flow_run_id"]) == 36
