"""The running trial held against its design: patients in, information and forecast out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from domain.design.design_report import RunningTrial
from domain.design.forecast import forecast
from domain.design.running import come_in, conditional_power
from domain.design.sample_size import schoenfeld
from domain.design.scenario import Scenario
from domain.endpoint_analysis import Question, analyse_endpoint, endpoint_records
from domain.endpoints import PRIMARY
from domain.patient import Patient
from domain.protocol.edition import Edition


def running_trial(
    patients: Sequence[Patient], edition: Edition, plan: Scenario, on: date, position: int
) -> RunningTrial:
    """Information, conditional power and forecast of the primary endpoint by a day; patients folded as of it."""
    asked = Question(PRIMARY)
    seen = come_in(endpoint_records(patients, asked, edition), on)
    analysis = analyse_endpoint(patients, asked, edition, position)
    needed = schoenfeld(plan, edition.margins).events or math.inf
    return RunningTrial(
        patients=seen.patients,
        events=seen.events,
        patient_years=seen.patient_years,
        conditional_power=conditional_power(analysis.score_ni.z, seen.events, needed, edition.margins),
        forecast=forecast(seen, plan, math.ceil(needed)),
    )
