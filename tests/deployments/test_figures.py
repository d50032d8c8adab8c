"""Figures of a reacting engine at a real collector: outcomes, open work, resting calls, seconds to effect."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from deployments.figures import tell_figures
from domain.work_item import Work
from events.genomics import GenomicTestOrdered
from tests import facts
from tests.deployments.collector import collecting
from tests.flows.direct_reactor import direct_reactor
from tests.flows.site import site

READY = (*facts.eligible()[:7], facts.consented_to_test())
ORDER = {"work": Work.ORDER_GENOMIC_TEST.value}


def _points(metric: Any) -> list[tuple[dict[str, str], Any]]:
    """The data points of a figure, with what they are about."""
    points = getattr(metric, metric.WhichOneof("data")).data_points
    return [({each.key: each.value.string_value for each in point.attributes}, point) for point in points]


async def test_outcomes_open_work_and_seconds_to_effect_are_told_and_no_patient_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "50")
    async with site(tmp_path / "home") as at:
        with collecting() as collector:
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"{collector.url}/v1/metrics")
            reactor, stop = direct_reactor(at.given), asyncio.Event()
            telling = asyncio.ensure_future(tell_figures(reactor, stop))
            await asyncio.sleep(0)
            at.has_seen("RJ-1", *READY)
            at.later(seconds=3)
            await reactor.settle()
            assert at.patient("RJ-1").has(GenomicTestOrdered)
            await asyncio.to_thread(collector.until, lambda: "imni.event_to_effect" in collector.figures)
            stop.set()
            await telling
        told, log_id = collector.figures, at.given.trial_log.log.log_id
    (done,) = [
        point.as_int for about, point in _points(told["imni.reactions"]) if about == {**ORDER, "outcome": "done"}
    ]
    ((about, taken),) = _points(told["imni.event_to_effect"])
    assert (done, about, taken.sum) == (1, ORDER, 3)
    assert {about["work"] for about, _ in _points(told["imni.open_work"])} == set(map(str, reactor.reactions.answers))
    assert all(point.as_int == 0 for _, point in _points(told["imni.resting"]))
    assert collector.services == [{"service.name": "imni", "service.instance.id": log_id}]
    assert "RJ-1" not in str(told)


async def test_nobody_is_told_unless_an_address_for_figures_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9/v1/traces")
    async with site(tmp_path / "home") as at:
        reactor = direct_reactor(at.given)
        answers = reactor.reactions.answers
        await asyncio.wait_for(tell_figures(reactor, asyncio.Event()), 5)
        assert reactor.reactions.answers is answers
