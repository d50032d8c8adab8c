"""Plans whose doses add up, visits the protocol knows, and the follow-up schedule."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.decisions.follow_up import RecordMissedVisit, RecordVisit, ScheduleFollowUp
from domain.decisions.outcomes import RecordAdjudication
from domain.decisions.radiotherapy import RecordFraction, RecordPlan
from domain.protocol.v2_0 import EDITION
from domain.rejections import Contradiction, Implausible, NoSuchEntry, OutOfOrder
from domain.visit_windows import Anchor, set_out
from events.event import Event
from tests import facts
from tests.given import entry, given

MAIN = {"phase": "MAIN", "total_cgy": 4005, "fractions": 15, "per_fraction_cgy": 267}
BOOST = {"phase": "BOOST", "total_cgy": 1068, "fractions": 4, "per_fraction_cgy": 267}


def _plan(*phases: dict[str, Any]) -> RecordPlan:
    return RecordPlan.model_validate({"occurred_on": "2021-01-20", "regimen": "HYPO", "boost": "no", "phases": phases})


@pytest.mark.parametrize("phases", [(), (MAIN,), (MAIN, BOOST)])
def test_a_plan_that_adds_up_is_kept(phases: tuple[dict[str, Any], ...]) -> None:
    given(*facts.enrolled()).when(_plan(*phases)).then(facts.planned(phases=phases))


@pytest.mark.parametrize(
    ("wrong", "field", "named"),
    [
        ([MAIN | {"total_cgy": 4000}], "phases.MAIN.total_cgy", ["4000 cGy", "15 fractions of 267 cGy are 4005 cGy"]),
        ([MAIN, BOOST | {"fractions": 5}], "phases.BOOST.total_cgy", ["1068 cGy", "1335 cGy"]),
        ([BOOST], "phases", ["BOOST", "one MAIN phase"]),
        ([MAIN, MAIN], "phases", ["MAIN, MAIN"]),
        ([MAIN, BOOST, BOOST], "phases", ["at most one BOOST"]),
    ],
)
def test_a_plan_whose_doses_do_not_add_up_is_refused(wrong: list[dict[str, Any]], field: str, named: list[str]) -> None:
    given(*facts.enrolled()).when(_plan(*wrong)).then_rejected(Implausible, field=field, mentions=named)


def test_a_new_plan_may_follow_an_old_one() -> None:
    newer = RecordPlan.model_validate({"occurred_on": "2021-01-25", "regimen": "CONV", "boost": "no"})
    given(*facts.enrolled(facts.planned())).when(newer).then(facts.planned("2021-01-25", regimen="CONV"))


def test_a_fraction_is_told_apart_by_phase_and_number() -> None:
    boost = RecordFraction.model_validate(facts.fraction(1, phase="BOOST").model_dump())
    given(*facts.enrolled(facts.fraction(1))).when(boost).then(facts.fraction(1, phase="BOOST"))


@pytest.mark.parametrize("field", ["dose_cgy", "number"])
def test_a_fraction_of_nothing_is_none(field: str) -> None:
    said = facts.fraction().model_dump() | {field: 0}
    with pytest.raises(ValidationError, match=field):
        RecordFraction.model_validate(said)


VISITS = ["baseline", "week-1", "week-10", *(column.id for column in EDITION.columns), "unscheduled"]


@pytest.mark.parametrize("name", VISITS)
def test_a_visit_of_the_protocol_is_kept_done_or_missed(name: str) -> None:
    done = RecordVisit.model_validate(facts.visit(name).model_dump())
    missed = RecordMissedVisit.model_validate(facts.visit_missed(name).model_dump())
    given(*facts.enrolled()).when(done).then(facts.visit(name))
    given(*facts.enrolled()).when(missed).then(facts.visit_missed(name))


@pytest.mark.parametrize("name", ["7m", "week-0", "week-11", "week-01", "week-²", "week-", "weekly", "6M", "Baseline"])
def test_a_visit_the_protocol_does_not_know_is_refused_with_those_it_does(name: str) -> None:
    done = RecordVisit.model_validate(facts.visit(name).model_dump())
    missed = RecordMissedVisit.model_validate(facts.visit_missed(name).model_dump())
    for command in (done, missed):
        given(*facts.enrolled()).when(command).then_rejected(
            NoSuchEntry, field="visit", mentions=[repr(name), "Table 1", "baseline, week-1 to week-10, 4w, 6m"]
        )


def test_one_visit_is_one_visit_whatever_its_date() -> None:
    other_day = RecordVisit.model_validate(facts.visit("6m", "2021-08-20").model_dump())
    given(*facts.enrolled(facts.visit("6m"))).when(other_day).then_rejected(Contradiction, field="occurred_on")


def test_unscheduled_visits_are_told_apart_by_their_date() -> None:
    before = facts.enrolled(facts.visit("unscheduled", "2021-05-01"))
    next_day = RecordVisit.model_validate(facts.visit("unscheduled", "2021-05-02").model_dump())
    given(*before).when(next_day).then(facts.visit("unscheduled", "2021-05-02"))
    same_day = RecordVisit.model_validate(facts.visit("unscheduled", "2021-05-01", "SUSPICION").model_dump())
    given(*before).when(same_day).then_rejected(Contradiction, field="disease_status")


def test_a_visit_without_a_word_on_the_disease_is_incomplete() -> None:
    with pytest.raises(ValidationError, match="disease_status"):
        RecordVisit.model_validate({"occurred_on": "2021-08-19", "visit": "6m"})


SCHEDULE = ScheduleFollowUp(occurred_on=facts.day("2021-03-01"))


def _schedule(kind: Any, on: str) -> Event:
    visits = set_out(Anchor(kind, facts.day(on).earliest), EDITION, facts.day("2021-03-01").earliest)
    return facts.scheduled(*visits, on="2021-03-01", anchor=kind, anchored_on=on)


def test_follow_up_is_set_out_from_the_end_of_radiotherapy() -> None:
    end = facts.completed("2021-02-19")
    given(*facts.enrolled(end)).when(SCHEDULE).then(_schedule("radiotherapy-completed", "2021-02-19"))


def test_follow_up_is_set_out_anew_when_that_day_is_corrected() -> None:
    before = facts.enrolled(facts.completed("2021-02-19"), _schedule("radiotherapy-completed", "2021-02-19"))
    moved = facts.corrected(entry(len(before) - 1), facts.completed("2021-02-26"))
    given(*before, moved).when(SCHEDULE).then(_schedule("radiotherapy-completed", "2021-02-26"))


def test_the_same_day_by_another_reckoning_is_another_schedule() -> None:
    before = facts.enrolled(_schedule("last-fraction", "2021-02-19"), facts.completed("2021-02-19"))
    given(*before).when(SCHEDULE).then(_schedule("radiotherapy-completed", "2021-02-19"))


def test_before_radiotherapy_has_ended_there_is_nothing_to_count_from() -> None:
    given(*facts.enrolled(facts.started())).when(SCHEDULE).then_rejected(
        OutOfOrder, field="radiotherapy", mentions="Record how radiotherapy ended first"
    )


def _adjudicate(position: int) -> RecordAdjudication:
    said = {"occurred_on": "2025-01-01", "target": entry(position), "upheld": "no"}
    return RecordAdjudication.model_validate(said)


@pytest.mark.parametrize(
    "outcome",
    [
        facts.recurrence(on="2022-01-01"),
        facts.contralateral("2022"),
        facts.second_primary("2022-01"),
        facts.death("2022-01-01"),
    ],
)
def test_an_outcome_may_be_adjudicated(outcome: Event) -> None:
    given(facts.screened(), outcome).when(_adjudicate(2)).then(facts.adjudicated(entry(2), "no"))


def test_only_a_standing_outcome_is_adjudicated() -> None:
    for before in (
        (facts.screened(),),
        (facts.screened(), facts.suspicion(on="2022-01-01")),
        (facts.screened(), facts.recurrence(on="2022-01-01"), facts.voided(entry(2))),
    ):
        given(*before).when(_adjudicate(2)).then_rejected(NoSuchEntry, field="target", mentions="imni history")


def test_adjudicators_may_change_their_mind() -> None:
    before = (facts.screened(), facts.recurrence(on="2022-01-01"), facts.adjudicated(entry(2), "yes"))
    given(*before).when(_adjudicate(2)).then(facts.adjudicated(entry(2), "no"))


def test_a_yearly_visit_after_table_1_is_kept_unless_follow_up_ends_with_it() -> None:
    """PQ-21."""
    sixth = facts.visit("6y", "2026-11-01")
    command = RecordVisit.model_validate(sixth.model_dump())
    given(*facts.enrolled()).when(command).then(sixth)
    ends = given(*facts.enrolled()).reading("PQ-21", "ends-at-5-years")
    ends.when(command).then_rejected(NoSuchEntry, field="visit", mentions="6y")
