"""When something can have happened: not in the future at the site, not before the patient was born."""

from datetime import UTC, datetime

import pytest

from domain.decisions.corrections import CorrectEntry
from domain.decisions.follow_up import RecordContact
from domain.decisions.outcomes import RecordRecurrence
from domain.decisions.screening import ScreenPatient
from domain.rejections import Implausible
from tests import facts
from tests.given import entry, given

BEFORE_MIDNIGHT_IN_SHANGHAI = datetime(2021, 5, 9, 15, 59, tzinfo=UTC)
AFTER_MIDNIGHT_IN_SHANGHAI = datetime(2021, 5, 9, 16, 0, tzinfo=UTC)


def _contact(on: str) -> RecordContact:
    return RecordContact.model_validate({"occurred_on": on, "channel": "telephone"})


def test_the_day_is_the_sites_day() -> None:
    known = given(facts.screened())
    known.at(AFTER_MIDNIGHT_IN_SHANGHAI).when(_contact("2021-05-10")).then(facts.contact("2021-05-10"))
    known.at(BEFORE_MIDNIGHT_IN_SHANGHAI).when(_contact("2021-05-10")).then_rejected(
        Implausible, field="occurred_on", mentions=["2021-05-10", "lies in the future (today is 2021-05-09)"]
    )


@pytest.mark.parametrize("on", ["2021-05", "2021", "2021-05-09"])
def test_a_date_that_may_lie_in_the_past_is_kept(on: str) -> None:
    command = RecordRecurrence.model_validate({"occurred_on": on, "sites": ["CHEST_WALL"]})
    given(facts.screened()).at(BEFORE_MIDNIGHT_IN_SHANGHAI).when(command).then(facts.recurrence(on=on))


@pytest.mark.parametrize("on", ["2021-06", "2022", "2021-05-10"])
def test_a_date_that_must_lie_in_the_future_is_not(on: str) -> None:
    command = RecordRecurrence.model_validate({"occurred_on": on, "sites": ["CHEST_WALL"]})
    given(facts.screened()).at(BEFORE_MIDNIGHT_IN_SHANGHAI).when(command).then_rejected(
        Implausible, field="occurred_on", mentions=on
    )


@pytest.mark.parametrize(("birth_date", "on"), [("1970-03-15", "1970-03-14"), ("1970-03", "1970-02"), ("1970", "1969")])
def test_nothing_happened_before_birth(birth_date: str, on: str) -> None:
    given(facts.screened(birth_date=birth_date)).when(_contact(on)).then_rejected(
        Implausible, field="occurred_on", mentions=[on, f"before the patient's birth ({birth_date})"]
    )
    given(facts.screened(birth_date=None)).when(_contact(on)).then(facts.contact(on))


@pytest.mark.parametrize(
    ("birth_date", "on"),
    [("1970-03-15", "1970-03"), ("1970-03-15", "1970"), ("1970-03", "1970-03-01"), ("1970", "1970-01")],
)
def test_what_may_have_happened_after_birth_is_kept(birth_date: str, on: str) -> None:
    given(facts.screened(birth_date=birth_date)).when(_contact(on)).then(facts.contact(on))


def test_nobody_is_screened_before_her_birth() -> None:
    command = ScreenPatient.model_validate({"occurred_on": "2020-12-01", "sex": "F", "birth_date": "2021-12-01"})
    given().when(command).then_rejected(Implausible, field="occurred_on", mentions="before the patient's birth")


@pytest.mark.parametrize(
    ("position", "replacement"),
    [
        (2, {"occurred_on": "2099-01-01", "channel": "telephone"}),
        (2, {"occurred_on": "1960-01-01", "channel": "telephone"}),
        (1, {"occurred_on": "2020-12-01", "sex": "F", "birth_date": "2021-12-01"}),
    ],
)
def test_a_correction_cannot_make_a_date_impossible(position: int, replacement: dict[str, str]) -> None:
    command = CorrectEntry.model_validate(
        {"occurred_on": "2022-01-01", "target": entry(position), "replacement": replacement, "reason": "misread"}
    )
    given(facts.screened(), facts.contact("2021-01-01")).when(command).then_rejected(
        Implausible, field="replacement.occurred_on", mentions=replacement["occurred_on"]
    )
