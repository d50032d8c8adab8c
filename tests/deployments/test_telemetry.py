"""Traces: what a reaction sends to a real collector, what is never sent, and what a collector that is away costs."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import NoReturn

import opentelemetry.trace as api
import pytest
from opentelemetry.util._once import Once
from prefect import flow

from deployments.prefect_environment import prefect_client_environment, prefect_server_environment
from deployments.prefect_server import PrefectServer
from deployments.telemetry import TRACED, tracer_provider
from events.genomics import GenomicTestOrdered
from flows.gateways.mail import Message
from flows.operator_entry import FORMS
from flows.settings import inherited_environment, read_settings
from tests import facts
from tests.deployments.collector import Collector, collecting
from tests.flows.site import Site, site

READY = (*facts.eligible()[:7], facts.consented_to_test())
SECRET = "Wangfang 13812345678"


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Generator[Collector]:
    with collecting() as collector:
        _trace_to(collector.url, monkeypatch)
        yield collector


def _trace_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just begun: OpenTelemetry asks once a process what makes spans."""
    monkeypatch.setattr(api, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(api, "_TRACER_PROVIDER_SET_ONCE", Once())
    monkeypatch.setattr("flows.steps._looking_on", [])
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    for name, value in TRACED.items():
        monkeypatch.setenv(name, value)


async def _order(at: Site, *patients: str) -> None:
    """The reactor orders the test of patients who are ready for it."""
    for patient_id in patients:
        at.has_seen(patient_id, *READY)
    await at.reactor().settle()
    assert all(at.patient(patient_id).has(GenomicTestOrdered) for patient_id in patients)


@pytest.mark.prefect
async def test_an_auditors_event_leads_to_its_trace_from_run_to_laboratory_to_log(
    tmp_path: Path, prefect_server: PrefectServer, traced: Collector
) -> None:
    async with site(tmp_path / "home") as at:
        await _order(at, "RJ-1", "RJ-2")
        log_id, stored = at.given.trial_log.log.log_id, list(at.given.trial_log.log.read_all())
    ordered = [event for event in stored if event.type == "genomic-test-ordered.v1"]
    run_id = str(ordered[0].correlation_id)
    traced.until(lambda: traced.run(run_id))
    for event in ordered:
        patient_id = event.stream.rpartition("/")[2]
        (run,) = traced.run(str(event.correlation_id))
        (task,) = traced.named(f"recurindex/{patient_id}/1")
        (asked,) = [s for s in traced.spans if s.facts.get("imni.asked") == f"order recurindex/{patient_id}/1"]
        (append,) = [s for s in traced.spans if str(event.event_id) in s.facts.get("imni.event_ids", ())]
        assert {each.trace_id for each in (task, asked, append)} == {run.trace_id}
        assert (task.parent_id, asked.parent_id, append.parent_id) == (run.span_id, task.span_id, run.span_id)
        assert append.facts["imni.correlation_id"] == run_id
        assert append.facts["imni.event_types"] == ["genomic-test-ordered.v1"]
        assert asked.facts["imni.status"] == 201
    assert {(each.service["service.name"], each.service["service.instance.id"]) for each in traced.spans} == {
        ("imni", log_id)
    }


@pytest.mark.prefect
async def test_what_is_typed_into_a_form_what_a_fault_says_and_what_a_message_says_stays_in_the_house(
    tmp_path: Path, prefect_server: PrefectServer, traced: Collector
) -> None:
    @flow(name="breaks")
    async def breaks() -> NoReturn:
        raise ValueError(SECRET)

    async with site(tmp_path / "home") as at:
        typed = {"entered_by": SECRET, "patient_id": SECRET, "entry": {"sex": SECRET}}
        refused = await FORMS["screen-patient"](typed, return_state=True)
        assert SECRET in (refused.message or ""), "or this test shows nothing"
        with pytest.raises(ValueError, match=SECRET):
            await breaks()
        await at.given.notifier.send(Message("reminder/RJ-1/opens", SECRET, SECRET))
    traced.until(lambda: traced.run(str(refused.state_details.flow_run_id)) and traced.named("send a message"))
    traced.until(lambda: [span for span in traced.spans if "ValueError" in span.whole])
    assert not [span.whole for span in traced.spans if any(word in span.whole for word in SECRET.split())]
    (sent,) = traced.named("send a message")
    assert sent.facts == {"imni.key": "reminder/RJ-1/opens", "imni.channel": "mail"}


@pytest.mark.prefect
async def test_a_collector_that_never_answers_costs_its_traces_and_nothing_else(
    tmp_path: Path, prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _trace_to(f"http://127.0.0.1:{silent.getsockname()[1]}", monkeypatch)
        with caplog.at_level(logging.INFO):
            async with site(tmp_path / "home") as at:
                await _order(at, "RJ-1")
            until = time.monotonic() + 5
            while "imni.telemetry" not in caplog.text and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(1)
    said = [record for record in caplog.records if record.name.startswith(("imni.telemetry", "opentelemetry"))]
    assert [record.getMessage().partition(":")[0] for record in said] == ["traces are not collected"]


_LAST_WORDS = """
from deployments.telemetry import tracer_provider
tracer_provider().get_tracer("imni").start_span("append to the log").end()
print("done", flush=True)
"""


@pytest.mark.parametrize("there", ["refuses", "never answers"])
def test_no_process_waits_long_at_its_end_for_a_collector_that_is_away(tmp_path: Path, there: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        if there == "refuses":
            silent.close()
        known = inherited_environment({"OTEL_EXPORTER_OTLP_ENDPOINT": url, "PATH": os.defpath})
        with subprocess.Popen(
            [sys.executable, "-c", _LAST_WORDS], env=known, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as ending:
            assert ending.stdout
            assert ending.stderr
            assert ending.stdout.readline() == "done\n"
            began = time.monotonic()
            assert ending.wait(20) == 0
            assert time.monotonic() - began < 3
            assert ending.stderr.read() == ""


def test_nothing_is_sent_anywhere_unless_a_collector_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(home=tmp_path)
    assert not TRACED.items() & prefect_client_environment(settings, "http://127.0.0.1:1/api").items()
    assert isinstance(tracer_provider(), api.NoOpTracerProvider)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector.example:4318/v1/traces")
    assert TRACED.items() <= prefect_client_environment(settings, "http://127.0.0.1:1/api").items()
    for name, value in prefect_server_environment(settings, 1, "http://127.0.0.1:1/api").items():
        monkeypatch.setenv(name, value)
    assert isinstance(tracer_provider(), api.NoOpTracerProvider), (
        "requests to Prefect's server are no work of the trial"
    )
