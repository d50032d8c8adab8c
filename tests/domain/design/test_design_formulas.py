"""Events, patients and power by formula, held against rpact, gsDesign and Chow, Shao and Wang."""

from dataclasses import replace

import pytest

from domain.design.design_report import design, simulated
from domain.design.event_probability import event_probability, expected_events
from domain.design.power import power_by_difference, power_by_hazard_ratio
from domain.design.sample_size import needed
from domain.design.scenario import Scenario, planned
from domain.protocol.v2_0 import EDITION
from domain.rejections import Implausible
from domain.trial_simulation.batches import simulate

PLAN, MARGINS = planned(EDITION), EDITION.margins


@pytest.mark.parametrize(
    ("years", "schoenfeld", "freedman", "lachin_foulkes"),
    [(7, 423.14, 472.9, 473.9), (10, 289.9, 324.0, 323.8), (14, 208.2, 232.6, 231.6)],
)
def test_patients_needed_by_each_method(
    years: float, schoenfeld: float, freedman: float, lachin_foulkes: float
) -> None:
    found = needed(replace(PLAN, duration=years), MARGINS)
    assert [each.patients for each in found[:3]] == pytest.approx([schoenfeld, freedman, lachin_foulkes], abs=0.06)
    assert [each.events for each in found[:2]] == pytest.approx([45.26, 50.58], abs=0.005)


def test_208_is_what_the_difference_of_two_hazards_asks_for_104_an_arm() -> None:
    difference = needed(PLAN, MARGINS)[3]
    assert difference.patients / 2 == pytest.approx(103.2, abs=0.05)
    assert difference.events is None


def test_the_protocols_number_gives_half_of_the_events_and_half_the_power_by_the_hazard_ratio() -> None:
    found = design(EDITION.id, PLAN, MARGINS)
    assert found.events_needed == 46
    assert found.events_expected == pytest.approx(22.89, abs=0.005)
    assert found.power_hazard_ratio == pytest.approx(0.513, abs=0.001)
    assert found.power_difference == pytest.approx(0.724, abs=0.001)
    assert found.years_until_events is not None
    assert expected_events(replace(PLAN, duration=found.years_until_events)) == pytest.approx(46)


def test_with_a_drop_out_that_never_leaves_enough_the_events_are_never_expected() -> None:
    assert design(EDITION.id, replace(PLAN, dropout=1.0), MARGINS).years_until_events is None


def test_the_end_at_a_number_of_events_gives_the_power_of_those_events() -> None:
    found = design(EDITION.id, replace(PLAN, at_events=46), MARGINS)
    assert found.events_expected == 46
    assert found.power_hazard_ratio == pytest.approx(power_by_hazard_ratio(PLAN, MARGINS, 46))
    assert found.power_hazard_ratio == pytest.approx(0.807, abs=0.001)


def test_an_event_is_seen_as_often_as_the_follow_up_lets_it() -> None:
    assert event_probability(replace(PLAN, followed=5)) == pytest.approx(0.09)
    assert event_probability(replace(PLAN, accrual=0, duration=5)) == pytest.approx(0.09)
    assert event_probability(replace(PLAN, dropout=0.02)) < event_probability(PLAN)


def test_the_difference_loses_power_with_drop_out_and_with_follow_up_that_ends_before_the_horizon() -> None:
    whole = power_by_difference(PLAN, MARGINS)
    lost, short = (
        power_by_difference(replace(PLAN, **change), MARGINS) for change in ({"dropout": 0.02}, {"duration": 5.5})
    )
    assert whole is not None
    assert lost is not None
    assert short is not None
    assert lost < whole
    assert short < whole
    assert power_by_difference(replace(PLAN, followed=5), MARGINS) == pytest.approx(whole)
    assert power_by_difference(replace(PLAN, duration=4.9), MARGINS) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("patients", 2), ("event_free", 1.0), ("hazard_ratio", 0.0), ("crossover", 1.5), ("duration", 2.0)],
)
def test_what_cannot_be_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(Implausible, match=field):
        replace(Scenario(), **{field: value})


def test_no_number_of_patients_shows_what_is_not_so() -> None:
    with pytest.raises(Implausible, match=r"hazard_ratio.*margin of 2\.30"):
        design(EDITION.id, replace(PLAN, hazard_ratio=2.3), MARGINS)


def test_the_type_i_error_is_simulated_with_the_margin_as_the_truth_from_first_to_last() -> None:
    late = replace(PLAN, late_from=2.0)
    found = simulated(late, MARGINS, 4, lambda truth: simulate(truth, MARGINS, 1000, 4))
    assert found.at_margin == simulate(replace(PLAN, hazard_ratio=2.3), MARGINS, 1000, 4)
    assert found.as_assumed.hazard_ratio.share > 10 * found.at_margin.hazard_ratio.share


def test_what_is_assumed_otherwise_than_by_default_is_named() -> None:
    assert replace(PLAN, dropout=0.02).changes() == {"dropout": 0.02}
