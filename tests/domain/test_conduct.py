"""The trial's own stream, and work the engine stopped trying."""

import pytest
from pydantic import ValidationError

from domain.decisions.conduct import ActivateEdition, ChooseReading, ReleaseWork, SetWorkAside
from domain.protocol.readings import QUESTIONS, Question
from domain.rejections import NoSuchEntry, NotPermitted
from domain.set_aside import set_aside
from events.conduct import ReadingChosen
from tests import facts
from tests.given import given, given_trial, patient_with

DAY = facts.day("2021-03-01")
KEY = "recurindex/RJ-0001/1"


def _activate(edition: str) -> ActivateEdition:
    return ActivateEdition(occurred_on=facts.day("2020-12-10"), edition=edition, ethics_reference="RJ 2020-250")


def test_an_edition_this_program_holds_comes_into_force_once() -> None:
    given_trial(facts.trial_opened()).when(_activate("2.0")).then(facts.edition_activated())


def test_an_edition_this_program_does_not_hold_is_refused() -> None:
    given_trial(facts.trial_opened()).when(_activate("3.0")).then_rejected(
        NoSuchEntry, field="edition", mentions=["3.0", "Use one of 2.0"]
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_reading_is_chosen_when_it_is_not_in_force_already(question: Question) -> None:
    for option in question.followed:
        command = ChooseReading(occurred_on=DAY, question=question.id, option=option)
        chosen = ReadingChosen(occurred_on=DAY, question=question.id, option=option)
        given_trial().when(command).then(*([] if option == question.default else [chosen]))


def test_a_reading_may_be_chosen_back() -> None:
    back = ChooseReading(occurred_on=DAY, question="PQ-04", option="<=44")
    before = (facts.reading_chosen("PQ-01", "either"), facts.reading_chosen("PQ-04", "<44"))
    given_trial(*before).when(back).then(facts.reading_chosen("PQ-04", "<=44", on="2021-03-01"))


def test_an_unknown_question_or_option_is_refused_with_those_there_are() -> None:
    given_trial().when(ChooseReading(occurred_on=DAY, question="PQ-99", option="x")).then_rejected(
        NoSuchEntry, field="question", mentions=["PQ-99", "PQ-01, PQ-02"]
    )
    given_trial().when(ChooseReading(occurred_on=DAY, question="PQ-04", option="<45")).then_rejected(
        NoSuchEntry, field="option", mentions=["not an option of PQ-04", "<=44, <44"]
    )
    with pytest.raises(ValidationError, match="question"):
        ChooseReading(occurred_on=DAY, question="44", option="<44")


@pytest.mark.parametrize("question", [q for q in QUESTIONS if not q.is_wired], ids=lambda question: question.id)
def test_a_reading_this_program_cannot_follow_is_refused(question: Question) -> None:
    command = ChooseReading(occurred_on=DAY, question=question.id, option=question.options[1])
    given_trial().when(command).then_rejected(
        NotPermitted, field="option", mentions=[question.default, "needs an amendment"]
    )


def test_work_is_set_aside_once_and_released_once() -> None:
    aside = SetWorkAside(occurred_on=DAY, key=KEY, problem="refused five times")
    release = ReleaseWork(occurred_on=facts.day("2021-03-02"), key=KEY)
    was_aside, was_released = facts.work_set_aside(KEY), facts.work_released(KEY)
    given(facts.screened()).when(aside).then(was_aside)
    given(facts.screened()).when(release).then()
    given(facts.screened(), was_aside).when(release).then(was_released)
    given(facts.screened(), was_aside, was_released).when(aside).then(was_aside)
    given_trial().when(aside).then(was_aside)
    given_trial(was_aside).when(release).then(was_released)


def test_another_problem_with_work_already_aside_says_nothing_new() -> None:
    aside = SetWorkAside(occurred_on=DAY, key=KEY, problem="refused ten times")
    given(facts.screened(), facts.work_set_aside(KEY)).when(aside).then()


def test_what_is_set_aside_now() -> None:
    assert set_aside(patient_with(facts.screened())) == {}
    one = patient_with(facts.work_set_aside("a"), facts.work_set_aside("b"), facts.work_released("a"))
    assert list(set_aside(one)) == ["b"]
    again = patient_with(
        facts.work_set_aside("a"), facts.work_released("a"), facts.work_set_aside("a", problem="still")
    )
    assert set_aside(again)["a"].event.problem == "still"
