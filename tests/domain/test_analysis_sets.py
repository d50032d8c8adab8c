"""Who is analysed, and in which arm."""

from __future__ import annotations

from domain.analysis_sets import POPULATIONS
from domain.protocol.v2_0 import EDITION
from events.event import Event
from tests.facts import (
    amended,
    completed,
    corrected,
    eligible,
    enrolled,
    fractions,
    never_started,
    pathology,
    planned,
    randomised,
    scheduled,
    screened,
    stopped_early,
    visit,
    volume_delivered,
)
from tests.given import entry, patient_with
from tests.schedules import TABLE_1

_WITHOUT_PER_PROTOCOL = {"itt": "OMIT", "per-protocol": None, "as-treated": "OMIT", "safety": "OMIT"}


def arms(*events: Event) -> dict[str, str | None]:
    """The arm each population analyses the patient in; None where she is left out."""
    patient = patient_with(*events)
    return {name: population(patient, EDITION) for name, population in POPULATIONS.items()}


def test_who_is_not_randomised_is_in_none() -> None:
    assert arms(*eligible(), completed()) == dict.fromkeys(POPULATIONS)
    assert arms(screened()) == dict.fromkeys(POPULATIONS)


def test_who_was_treated_as_allocated_is_in_all() -> None:
    assert arms(*enrolled(completed(), volume_delivered("OMIT"))) == dict.fromkeys(POPULATIONS, "OMIT")
    assert arms(*enrolled(completed(), arm="IMNI")) == dict.fromkeys(POPULATIONS, "IMNI")


def test_g16_who_crossed_over_is_analysed_as_randomised_and_as_treated() -> None:
    crossed = arms(*enrolled(completed(), volume_delivered("IMNI")))
    assert crossed == {"itt": "OMIT", "per-protocol": None, "as-treated": "IMNI", "safety": "IMNI"}


def test_g23_a_score_corrected_to_high_leaves_per_protocol_only() -> None:
    assert arms(*enrolled(completed(), amended(46))) == _WITHOUT_PER_PROTOCOL


def test_who_is_still_to_be_treated_is_not_yet_per_protocol() -> None:
    assert arms(*enrolled(planned())) == {**_WITHOUT_PER_PROTOCOL, "safety": None}


def test_who_was_never_irradiated_is_in_intention_to_treat_only() -> None:
    assert arms(*enrolled(never_started())) == {**dict.fromkeys(POPULATIONS), "itt": "OMIT"}


def test_who_stopped_early_is_per_protocol_with_nine_tenths_of_the_dose() -> None:
    def per_protocol(*course: Event) -> str | None:
        return arms(*enrolled(*course, stopped_early("2021-02-18")))["per-protocol"]

    assert per_protocol(planned(), *fractions(14)) == "OMIT"
    assert per_protocol(planned(), *fractions(13)) is None
    assert per_protocol(planned()) is None
    assert per_protocol(*fractions(14)) is None


def test_a_minor_deviation_leaves_nobody_out() -> None:
    late_visit = enrolled(completed(), scheduled(*TABLE_1), visit("6m", "2021-12-01"))
    assert arms(*late_visit) == dict.fromkeys(POPULATIONS, "OMIT")


def test_a_correction_brings_her_back() -> None:
    ineligible = (*eligible(pathology(nodes_positive=4)), randomised(), completed())
    assert arms(*ineligible)["per-protocol"] is None
    assert arms(*ineligible, corrected(entry(3), pathology()))["per-protocol"] == "OMIT"


def test_the_safety_population_was_given_at_least_a_fraction() -> None:
    assert arms(*enrolled(planned(), *fractions(1)))["safety"] == "OMIT"
    assert arms(*enrolled(planned(), *fractions(1), volume_delivered("IMNI")))["safety"] == "IMNI"
    assert arms(*enrolled(planned()))["safety"] is None
    assert arms(*eligible(), *fractions(1))["safety"] is None
