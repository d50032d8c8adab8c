"""Simulated trials: each like the single analysis of its patients, all together what is known of the design."""

import math
from dataclasses import replace

import numpy as np
import pytest

from domain.analysis.hazard_ratio import hazard_ratio
from domain.analysis.kaplan_meier import survival_curve
from domain.analysis.likelihood_tests import score_test
from domain.analysis.partial_likelihood import partial_likelihood
from domain.analysis.survival_difference import survival_difference
from domain.analysis.two_arms import two_arms
from domain.design.event_probability import expected_events
from domain.design.scenario import Scenario, planned
from domain.protocol.v2_0 import EDITION
from domain.rejections import Implausible
from domain.trial_simulation.batch_difference import batch_difference
from domain.trial_simulation.batch_hazard import batch_hazard
from domain.trial_simulation.batches import TRIALS_A_BATCH, batches, simulate, tally_batch
from domain.trial_simulation.drawing import draw_trials
from domain.trial_simulation.event_rows import event_rows
from domain.trial_simulation.tally import added, counted

PLAN, MARGINS = planned(EDITION), EDITION.margins
MARGIN, ALPHA = float(MARGINS.hazard_ratio), float(MARGINS.one_sided_alpha)


@pytest.mark.parametrize(
    ("scenario", "trials"),
    [
        (PLAN, 100),
        (replace(PLAN, patients=75, event_free=0.97), 100),
        (replace(PLAN, patients=9, event_free=0.2, dropout=0.1, hazard_ratio=0.5), 100),
        (replace(PLAN, patients=6, event_free=0.01, duration=60), 50),
    ],
)
def test_a_batch_gives_each_trial_what_its_single_analysis_gives(scenario: Scenario, trials: int) -> None:
    drawn = draw_trials(scenario, trials, np.random.Generator(np.random.PCG64(7)))
    rows = event_rows(drawn)
    hazard, difference = batch_hazard(rows, math.log(MARGIN)), batch_difference(rows, scenario.horizon)
    arm = np.repeat([0.0, 1.0], [scenario.patients - drawn.omit, drawn.omit])
    for trial in range(trials):
        time, status = drawn.time[trial], drawn.observed[trial].astype(np.float64)
        cox = hazard_ratio(time, status, arm, MARGIN, ALPHA)
        assert _same(cox.coef, hazard.coef[trial])
        assert _same(cox.se, hazard.se[trial])
        score = score_test(partial_likelihood([two_arms(time, status, arm)]), MARGIN, ALPHA)
        assert _same(score.z, hazard.score_z[trial])
        control, omit = (survival_curve(time[arm == code], status[arm == code]).at(scenario.horizon) for code in (0, 1))
        single = survival_difference(control, omit, float(MARGINS.difference), ALPHA)
        assert single.diff == pytest.approx(difference.diff[trial], abs=1e-12)
        assert _same(single.se, difference.se[trial])


def _same(single: float | None, batched: float) -> bool:
    return bool(np.isnan(batched)) if single is None else single == pytest.approx(batched, rel=1e-8, abs=1e-12)


def test_the_reference_figures_of_the_design_come_out_within_four_monte_carlo_errors() -> None:
    # Independent simulation of 1 M trials each: 22.9 events; .509, .529, .719, .491, .246; at the margin .0263, .0215.
    truth, margin = (simulate(replace(PLAN, hazard_ratio=ratio), MARGINS, 10_000, seed=5) for ratio in (1.0, 2.3))
    known = {"hazard_ratio": 0.509, "score": 0.529, "difference": 0.719, "both": 0.491, "disagree": 0.246}
    for name, share in known.items():
        found = getattr(truth, name)
        assert abs(found.share - share) < 4 * found.mc_error
    assert abs(truth.events_mean - 22.887) < 4 * truth.events_mc_error
    assert truth.events_from == 16
    assert truth.events_to in {30, 31}
    assert abs(margin.hazard_ratio.share - 0.0263) < 4 * margin.hazard_ratio.mc_error
    assert abs(margin.difference.share - 0.0215) < 4 * margin.difference.mc_error


def test_in_whatever_order_batches_are_computed_the_result_is_the_same() -> None:
    planned_batches = batches(PLAN, MARGINS, 2 * TRIALS_A_BATCH + 7, seed=3)
    assert [batch.trials for batch in planned_batches] == [TRIALS_A_BATCH, TRIALS_A_BATCH, 7]
    backwards = counted(added([tally_batch(batch) for batch in reversed(planned_batches)]))
    told: list[tuple[int, int]] = []
    assert simulate(PLAN, MARGINS, 1007, 3, lambda done, total: told.append((done, total))) == backwards
    assert told[-1] == (1007, 1007)
    assert simulate(PLAN, MARGINS, 1007, 4) != backwards


def test_the_chance_of_a_batch_is_the_spawned_child_of_the_seed() -> None:
    child = np.random.SeedSequence(3).spawn(2)[1]
    assert child.generate_state(4).tolist() == np.random.SeedSequence(3, spawn_key=(1,)).generate_state(4).tolist()


@pytest.mark.parametrize(
    "change",
    [{"dropout": 0.05}, {"followed": 5.0}, {"accrual": 0.0}, {"hazard_ratio": 2.0}, {"accrual": 4.0, "duration": 9.0}],
)
def test_simulated_events_are_as_many_as_the_formula_expects(change: dict[str, float]) -> None:
    scenario = replace(PLAN, **change)
    found = simulate(scenario, MARGINS, 2_000)
    assert abs(found.events_mean - expected_events(scenario)) < 4 * found.events_mc_error


def test_a_trial_that_ends_at_46_events_has_46_or_as_many_as_there_are_patients() -> None:
    found = simulate(replace(PLAN, at_events=46), MARGINS, 500)
    assert (found.events_mean, found.events_from, found.events_to) == (46.0, 46, 46)
    assert simulate(replace(PLAN, at_events=46, patients=10), MARGINS, 500).events_mean == 10


def test_whoever_crosses_over_fares_as_imni_and_a_late_hazard_ratio_comes_late() -> None:
    worse = replace(PLAN, hazard_ratio=4.0)
    crossed = simulate(replace(worse, crossover=1.0), MARGINS, 2_000)
    assert abs(crossed.events_mean - expected_events(PLAN)) < 4 * crossed.events_mc_error
    always, never = (
        simulate(replace(worse, late_hazard_ratio=1.0, late_from=late), MARGINS, 2_000) for late in (1e-9, 50.0)
    )
    assert abs(always.events_mean - expected_events(PLAN)) < 4 * always.events_mc_error
    assert abs(never.events_mean - expected_events(worse)) < 4 * never.events_mc_error


def test_trials_without_an_estimate_have_shown_nothing_and_a_share_of_none_is_not_without_error() -> None:
    found = simulate(replace(PLAN, patients=20, event_free=0.999), MARGINS, 500)
    assert found.not_estimable.share > 0.9
    assert found.hazard_ratio.share == 0
    assert found.hazard_ratio.mc_error > 0


@pytest.mark.parametrize(("trials", "seed", "field"), [(0, 1, "trials"), (10, -1, "seed")])
def test_what_cannot_be_simulated_is_refused_by_name(trials: int, seed: int, field: str) -> None:
    with pytest.raises(Implausible, match=field):
        batches(PLAN, MARGINS, trials, seed)
