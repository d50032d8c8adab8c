"""Chance: the same seed gives the same draws, whatever else was drawn before."""

from collections import Counter

import pytest

from domain.simulation.draws import Draws


def test_a_draw_depends_on_seed_patient_and_purpose_alone() -> None:
    first = [Draws(1, 7, "visit 6m").share() for _ in range(2)]
    Draws(1, 8, "visit 6m").share()
    assert first == [Draws(1, 7, "visit 6m").share()] * 2
    others = {Draws(*other).share() for other in ((2, 7, "visit 6m"), (1, 8, "visit 6m"), (1, 7, "visit 12m"))}
    assert len({first[0], *others}) == 4


def test_choices_come_with_their_shares() -> None:
    draws = Draws(1, 0, "shares")
    counted = Counter(draws.one_of({"a": 0.2, "b": 0.8, "c": 0.0}) for _ in range(20_000))
    assert counted["b"] / 20_000 == pytest.approx(0.8, abs=0.01)
    assert counted["c"] == 0


def test_whole_numbers_reach_both_ends_and_never_pass_them() -> None:
    draws = Draws(1, 0, "ends")
    assert {draws.between(3, 5) for _ in range(200)} == {3, 4, 5}


def test_a_waiting_time_has_the_mean_of_its_rate_and_never_ends_at_rate_0() -> None:
    draws = Draws(1, 0, "waiting")
    assert sum(draws.years(0.5) for _ in range(20_000)) / 20_000 == pytest.approx(2, abs=0.05)
    assert draws.years(0) == float("inf")


class _Unlucky(Draws):
    def share(self) -> float:
        return 1.0


def test_rounding_of_shares_never_leaves_a_choice_out() -> None:
    assert _Unlucky(1, 0, "edge").one_of({"a": 0.1, "b": 0.9}) == "b"
