"""Figures of the running engine for whoever collects them: what became of reactions, what is open, which calls rest.

They go over OTLP/HTTP when OpenTelemetry's own variables name an address, once a minute; no patient is in them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from opentelemetry.metrics import Meter

from domain.work_item import Work
from flows.collector import Collector
from flows.lead import pause
from flows.reactions import Reaction
from flows.reactor import Reactor
from flows.resources import Resources
from flows.work_off import Outcome
from store.event_log import EventLogError

_LOOK_EVERY_SECONDS = 5.0
_AT_ONCE = frozenset({Work.ORDER_GENOMIC_TEST, Work.SCHEDULE_FOLLOW_UP})
"""What an event makes due there and then; other work waits for a day or for somebody else."""


async def tell_figures(reactor: Reactor, stop: asyncio.Event) -> None:
    """Tell the figures of a reactor until told to stop; nothing happens when nobody collects them."""
    collector = Collector()
    if not (collector.endpoint or collector.metrics_endpoint):
        return
    figures = Figures(reactor.given, _meter(reactor.given.trial_log.log.log_id))
    answers = {work: figures.counting(work, answer) for work, answer in reactor.reactions.answers.items()}
    reactor.reactions = replace(reactor.reactions, answers=answers)
    while not stop.is_set():
        figures.look_at(reactor)
        await pause(stop, _LOOK_EVERY_SECONDS)


class Figures:
    """The engine's figures, kept with a meter of OpenTelemetry."""

    def __init__(self, given: Resources, meter: Meter) -> None:
        self._given = given
        self._reactions = meter.create_counter("imni.reactions", description="Work items answered, by outcome")
        self._delay = meter.create_histogram("imni.event_to_effect", "s", "From the event to its effect on record")
        self._open = meter.create_gauge("imni.open_work", description="Work items the engine has to answer")
        self._resting = meter.create_gauge("imni.resting", description="1 while nobody answers calls of this kind")

    def counting(self, work: Work, answer: Reaction) -> Reaction:
        """The same answer, whose outcomes are counted."""

        async def counted(patient_ids: list[str]) -> Sequence[Outcome]:
            outcomes = await answer(patient_ids)
            for outcome in outcomes:
                self._reactions.add(1, {"work": work.value, "outcome": outcome.fate})
                if work in _AT_ONCE and outcome.fate == "done":
                    self._time(work, outcome)
            return outcomes

        return counted

    def look_at(self, reactor: Reactor) -> None:
        """Take down what is open and what rests now."""
        opened, resting = reactor.open_by_work(), reactor.resting()
        for work in reactor.reactions.answers:
            self._open.set(opened[work], {"work": work.value})
            self._resting.set(int(work in resting), {"work": work.value})

    def _time(self, work: Work, outcome: Outcome) -> None:
        with suppress(EventLogError):
            history = self._given.trial_log.patient(outcome.patient_id).history
            effects = [n for n, e in enumerate(history) if e.provenance.source.reference == outcome.key]
            if effects and effects[0] > 0:
                taken = history[effects[0]].recorded_at - history[effects[0] - 1].recorded_at
                self._delay.record(taken.total_seconds(), {"work": work.value})


def _meter(log_id: str) -> Meter:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # a collector that is away is no event of the trial
    resource = Resource.create({"service.name": "imni", "service.instance.id": log_id})
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    # Not shut down at exit: figures add up, and nobody waits for a collector that is away.
    return MeterProvider([reader], resource, shutdown_on_exit=False).get_meter("imni")
