"""Prescribed, planned and delivered dose, in integer cGy."""

import pytest

from domain.dose import delivered_cgy, planned_cgy, planned_fractions, planned_phases, prescribed_phases
from domain.protocol.v2_0 import EDITION
from events.event import Event
from events.radiotherapy import Phase, RadiotherapyPlanned, Regimen
from tests import facts
from tests.given import patient_with

OWN_PHASES = [
    {"phase": "MAIN", "total_cgy": 4350, "fractions": 15, "per_fraction_cgy": 290},
    {"phase": "BOOST", "total_cgy": 870, "fractions": 3, "per_fraction_cgy": 290},
]


@pytest.mark.parametrize(
    ("regimen", "boost", "doses"),
    [
        (Regimen.HYPOFRACTIONATED, False, [(4005, 15, 267)]),
        (Regimen.HYPOFRACTIONATED, True, [(4005, 15, 267), (1068, 4, 267)]),
        (Regimen.CONVENTIONAL, False, [(5000, 25, 200)]),
        (Regimen.CONVENTIONAL, True, [(5000, 25, 200), (1000, 5, 200)]),
    ],
)
def test_the_protocols_own_doses(regimen: Regimen, boost: bool, doses: list[tuple[int, int, int]]) -> None:
    phases = prescribed_phases(EDITION, regimen, boost=boost)
    assert [(phase.total_cgy, phase.fractions, phase.per_fraction_cgy) for phase in phases] == doses
    assert all(phase.fractions * phase.per_fraction_cgy == phase.total_cgy for phase in phases)


@pytest.mark.parametrize(
    ("plan", "total", "main", "boost"),
    [
        (facts.planned(), 4005, 15, 0),
        (facts.planned(boost="yes"), 5073, 15, 4),
        (facts.planned(boost="unknown"), 4005, 15, 0),
        (facts.planned(regimen="CONV", boost="yes"), 6000, 25, 5),
        (facts.planned(phases=OWN_PHASES), 5220, 15, 3),
    ],
)
def test_a_plan_without_phases_follows_the_protocol(plan: Event, total: int, main: int, boost: int) -> None:
    patient = patient_with(plan)
    assert planned_cgy(patient, EDITION) == total
    assert planned_fractions(patient, EDITION, Phase.MAIN) == main
    assert planned_fractions(patient, EDITION, Phase.BOOST) == boost
    entry = patient.last(RadiotherapyPlanned)
    assert entry is not None
    assert sum(phase.total_cgy for phase in planned_phases(entry, EDITION)) == total


def test_without_a_plan_nothing_is_planned() -> None:
    patient = patient_with(facts.screened())
    assert planned_cgy(patient, EDITION) == 0
    assert planned_fractions(patient, EDITION, Phase.MAIN) == 0


def test_a_later_plan_replaces_an_earlier_one() -> None:
    patient = patient_with(facts.planned(), facts.planned("2021-01-25", regimen="CONV"))
    assert planned_cgy(patient, EDITION) == 5000


def test_the_delivered_dose_adds_up_over_all_phases() -> None:
    patient = patient_with(*facts.fractions(3), facts.fraction(1, phase="BOOST", dose_cgy=200))
    assert delivered_cgy(patient) == 3 * 267 + 200
    assert delivered_cgy(patient_with(facts.screened())) == 0
