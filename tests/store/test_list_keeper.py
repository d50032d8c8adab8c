"""The secret of a list: in the database as ciphertext only, and drawn from as the log says."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.allocation.allocation_list import AllocationList, proves, revealed
from domain.allocation.design import ListDesign
from domain.decisions.allocation import CommitAllocationList
from domain.decisions.randomisation import RandomisePatient
from domain.rejections import NotPermitted, Rejection
from events.event import Event
from events.randomisation import (
    AllocationListCommitted,
    Arm,
    Factor,
    Minimisation,
    PatientRandomised,
    PreparedElsewhere,
)
from store.list_keeper import ListKeeper, new_list
from store.transact import TrialLog
from tests.allocations import committed, seed
from tests.facts import day, eligibility_confirmed, eligible
from tests.store.trial_logs import LI_WEI, keep, opened

KEEPER = ListKeeper(seed(7))
BALANCED = Minimisation(factors=(Factor(name="SURGERY"), Factor(name="RF1")), preferred_pct=99)


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    """The log of a new installation."""
    with (trial_log := opened(tmp_path / "home")).log:
        yield trial_log


def _kept(allocation_list: AllocationList, keeper: ListKeeper = KEEPER) -> AllocationListCommitted:
    told = keeper.kept(allocation_list)
    return AllocationListCommitted(occurred_on=day("2020-12-10"), number=1, first_place=1, **dict(told))


def test_a_list_is_read_again_with_the_key_it_was_kept_with_and_with_no_other() -> None:
    prepared = new_list(ListDesign(PreparedElsewhere(prepared_by="SPSS 21"), 3), (Arm.OMIT, Arm.OMIT, Arm.IMNI))
    for allocation_list in (new_list(ListDesign(capacity=9)), new_list(ListDesign(BALANCED, 9)), prepared):
        kept = _kept(allocation_list)
        assert KEEPER.opened(kept).contents == allocation_list.contents
        with pytest.raises(NotPermitted, match=r"allocation-key.*safe copy") as refused:
            ListKeeper(seed(8)).opened(kept)
        assert "OMIT" not in str(refused.value)


def test_what_is_kept_cannot_be_put_in_the_place_of_another_list() -> None:
    one, other = _kept(new_list(ListDesign(capacity=9))), _kept(new_list(ListDesign(capacity=9)))
    with pytest.raises(NotPermitted):
        KEEPER.opened(one.model_copy(update={"ciphertext": other.ciphertext}))
    with pytest.raises(NotPermitted):
        KEEPER.opened(one.model_copy(update={"merkle_root": other.merkle_root}))


def test_a_list_of_before_lists_were_encrypted_is_read_with_its_seed() -> None:
    first = AllocationList(ListDesign(), seed(1))
    assert replace(KEEPER, first_seed=seed(1)).opened(committed(first)).arms() == first.arms()
    for wrong in (None, seed(2)):
        with pytest.raises(NotPermitted, match=r"allocation-seed"):
            replace(KEEPER, first_seed=wrong).opened(committed(first))


def test_nothing_shown_of_keeper_or_list_tells_a_place() -> None:
    """A08: no representation, no stored byte."""
    allocation_list = new_list(ListDesign(PreparedElsewhere(prepared_by="SPSS 21"), 2), (Arm.OMIT, Arm.IMNI))
    shown = f"{KEEPER!r} {KEEPER} {allocation_list!r} {_kept(allocation_list)!r}"
    for secret in (repr(KEEPER.key), KEEPER.key.hex(), repr(allocation_list.seed), "OMIT", "IMNI"):
        assert secret not in shown
    assert b"OMIT" not in pickle.dumps(_kept(allocation_list))


def _commit(trial_log: TrialLog, allocation_list: AllocationList) -> tuple[Event, ...]:
    assert trial_log.keeper is not None
    told = dict(trial_log.keeper.kept(allocation_list))
    command = CommitAllocationList(occurred_on=day("2021-01-01"), **told)
    return tuple(entry.event for entry in trial_log.transact_allocation(command, LI_WEI))


def _randomise(trial_log: TrialLog, number: int) -> PatientRandomised:
    patient_id = f"RJ-{number:04d}"
    keep(trial_log, patient_id, *eligible(), eligibility_confirmed())
    trial_log.transact(patient_id, RandomisePatient(occurred_on=day("2021-01-10")), LI_WEI)
    randomised = trial_log.patient(patient_id).first(PatientRandomised)
    assert randomised is not None
    return randomised.event


def test_patients_are_weighed_against_those_before_them_on_the_same_list(trial_log: TrialLog) -> None:
    """Alike in every factor: after the coin the arms take turns, as nearly always under a preference of 99 %."""
    _commit(trial_log, new_list(ListDesign(BALANCED, 40)))
    randomised = [_randomise(trial_log, number) for number in range(1, 9)]
    arms = [event.arm for event in randomised]
    assert abs(arms.count(Arm.OMIT) - arms.count(Arm.IMNI)) <= 2
    assert all(event.balancing and len(event.balancing.levels) == 2 for event in randomised)


def test_a_list_that_is_used_up_refuses_until_another_one_is_committed(trial_log: TrialLog) -> None:
    """A12: refusal, nothing recorded, and the next list goes on with the next number. A11: the old proofs hold."""
    (first,) = _commit(trial_log, new_list(ListDesign(capacity=2)))
    before = [_randomise(trial_log, number) for number in (1, 2)]
    position = trial_log.log.last_position()
    with pytest.raises(Rejection, match=r"the list has 2 places.*tell the statistician"):
        _randomise(trial_log, 3)
    assert len(trial_log.allocations().draws) == 2
    assert trial_log.log.last_position() == position + len(eligible()) + 1
    (second,) = _commit(trial_log, new_list(ListDesign(capacity=5)))
    assert isinstance(second, AllocationListCommitted)
    assert isinstance(first, AllocationListCommitted)
    trial_log.transact("RJ-0003", RandomisePatient(occurred_on=day("2021-01-10")), LI_WEI)
    after = trial_log.patient("RJ-0003").first(PatientRandomised)
    assert after is not None
    assert after.event.sequence_number == 3
    assert [event.sequence_number for event in before] == [1, 2]
    assert proves(revealed(before[0]), first)
    assert proves(revealed(after.event), second)
    assert not proves(revealed(after.event), first)
