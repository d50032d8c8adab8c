"""Minimisation: the arm follows from a chance fixed before and from the patients before; anybody can redo it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from domain.allocation.allocation_list import AllocationList, proves, weighed_arm
from domain.allocation.design import ListDesign
from domain.allocation.minimisation import Weighed, balanced, levels_of, require_known_factors, weighed
from domain.deviations import deviations
from domain.protocol.v2_0 import EDITION
from domain.rejections import Incomplete, NoSuchEntry
from events.randomisation import Arm, Balancing, Factor, FactorLevel, Minimisation
from tests import facts
from tests.allocations import committed, seed
from tests.given import NOW, entry, patient_with

SCHEME = Minimisation(factors=(Factor(name="SURGERY", weight=2), Factor(name="RF1")), preferred_pct=80)
TODAY = NOW.date()


def _levels(surgery: str, young: str) -> tuple[FactorLevel, ...]:
    return (FactorLevel(factor="SURGERY", level=surgery), FactorLevel(factor="RF1", level=young))


YOUNG, OLD = _levels("BCS", "present"), _levels("MAST", "absent")


@pytest.mark.parametrize(
    ("chance", "before", "arm"),
    [
        (0, (), Arm.OMIT),
        (49, (), Arm.OMIT),
        (50, (), Arm.IMNI),
        (99, (), Arm.IMNI),
        (0, (Weighed(YOUNG, Arm.OMIT),), Arm.IMNI),
        (79, (Weighed(YOUNG, Arm.OMIT),), Arm.IMNI),
        (80, (Weighed(YOUNG, Arm.OMIT),), Arm.OMIT),
        (0, (Weighed(YOUNG, Arm.IMNI),), Arm.OMIT),
        (99, (Weighed(YOUNG, Arm.IMNI),), Arm.IMNI),
        (0, (Weighed(OLD, Arm.OMIT),), Arm.OMIT),
    ],
)
def test_the_arm_that_balances_better_is_given_as_often_as_the_scheme_says_else_a_coin(
    chance: int, before: tuple[Weighed, ...], arm: Arm
) -> None:
    assert balanced(SCHEME, Balancing(chance=chance, levels=YOUNG), before) is arm


def test_a_heavier_factor_decides_against_a_lighter_one() -> None:
    """Surgery, counted twice, speaks for IMNI; age for OMIT."""
    before = (
        Weighed(_levels("BCS", "absent"), Arm.OMIT),
        Weighed(_levels("MAST", "present"), Arm.IMNI),
    )
    assert balanced(SCHEME, Balancing(chance=0, levels=YOUNG), before) is Arm.IMNI
    lighter = SCHEME.model_copy(update={"factors": (Factor(name="SURGERY"), Factor(name="RF1", weight=2))})
    assert balanced(lighter, Balancing(chance=0, levels=YOUNG), before) is Arm.OMIT


def test_two_hundred_patients_are_balanced_on_every_level_and_every_arm_can_be_worked_out_again() -> None:
    """A09: the chance is proved, and the arm follows from it."""
    allocation_list = AllocationList(ListDesign(SCHEME, 200), seed(1))
    before: list[Weighed] = []
    for place in range(1, 201):
        levels = _levels(("BCS", "MAST")[place % 3 == 0], ("present", "absent")[place % 5 < 3])
        draw = allocation_list.draw(place, levels=levels, before=before)
        assert draw.balancing is not None
        assert proves(draw, committed(allocation_list))
        assert weighed_arm(SCHEME, draw.balancing, before) is draw.arm
        altered = draw.balancing.model_copy(update={"chance": (draw.balancing.chance + 1) % 100})
        assert not proves(replace(draw, balancing=altered), committed(allocation_list))
        before.append(Weighed(levels, draw.arm))
    counted = Counter((level.level, each.arm) for each in before for level in each.levels)
    for level in {level for level, _ in counted}:
        assert abs(counted[level, Arm.OMIT] - counted[level, Arm.IMNI]) <= 8


def test_a_list_of_chances_shows_no_arm_before_the_patient_is_known() -> None:
    """A08: not even who holds the list can say the arm of a patient who is not yet weighed."""
    allocation_list = AllocationList(ListDesign(SCHEME, 20), seed(1))
    assert not allocation_list.arms()
    arms = {
        allocation_list.draw(1, levels=YOUNG, before=(Weighed(YOUNG, given),) * 3).arm for given in (Arm.OMIT, Arm.IMNI)
    }
    assert arms == set(Arm)


def test_a_patient_is_weighed_by_what_is_on_record() -> None:
    patient = patient_with(*facts.eligible())
    found = {level.factor: level.level for level in levels_of(patient, SCHEME, EDITION, TODAY)}
    assert found["SURGERY"] in {"MAST", "BCS"}
    assert found["RF1"] in {"present", "absent"}


def test_who_cannot_be_weighed_is_refused_by_the_factor_that_is_missing() -> None:
    patient = patient_with(facts.screened())
    with pytest.raises(Incomplete, match=r"SURGERY: it is not known"):
        levels_of(patient, SCHEME, EDITION, TODAY)


def test_a_factor_nobody_has_a_level_of_is_refused() -> None:
    require_known_factors(SCHEME, EDITION)
    with pytest.raises(NoSuchEntry, match=r"SITE.*RF1"):
        require_known_factors(Minimisation(factors=(Factor(name="SITE"),)), EDITION)


def test_a_level_put_right_later_is_kept_as_it_was_used_and_stands_out() -> None:
    """A15: the value used at randomisation is retained, and the deviation shows."""
    balancing = Balancing(chance=3, levels=(FactorLevel(factor="SURGERY", level="MAST"),))
    life = (*facts.eligible(facts.surgery(breast_surgery="MAST")), facts.eligibility_confirmed())
    used = facts.randomised(balancing=balancing)
    patient = patient_with(*life, used)
    assert not [each for each in deviations(patient, EDITION) if each.rule == "BALANCE"]
    position = next(index for index, event in enumerate(life, start=1) if type(event) is type(facts.surgery()))
    put_right = facts.corrected(entry(position), facts.surgery(breast_surgery="BCS"))
    corrected = patient_with(*life, used, put_right)
    (found,) = [each for each in deviations(corrected, EDITION) if each.rule == "BALANCE"]
    assert found.wording == "Allocated with SURGERY MAST; it is BCS now"
    assert corrected.arm is used.arm
    assert weighed(used) == Weighed(balancing.levels, used.arm)
    assert weighed(facts.randomised()) == Weighed((), Arm.OMIT)


def test_a_factor_that_is_not_on_record_any_more_is_said_to_be_unknown() -> None:
    """A15: also when the edition no longer weighs it."""
    balancing = Balancing(chance=3, levels=(FactorLevel(factor="GONE", level="present"),))
    patient = patient_with(*facts.eligible(), facts.eligibility_confirmed(), facts.randomised(balancing=balancing))
    (found,) = [each for each in deviations(patient, EDITION) if each.rule == "BALANCE"]
    assert found.wording == "Allocated with GONE present; it is not known now"
