"""One patient's life, from screening to death: what happens, and what the protocol asks for next.

Every fact goes through the command that reports it. The worklist is what is open at the end of that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce

import pytest

from domain.analysis_sets import POPULATIONS
from domain.decide import PATIENT_COMMANDS, PatientCommand, decide
from domain.decisions.command import Circumstances, Report
from domain.decisions.follow_up import ScheduleFollowUp
from domain.decisions.randomisation import RandomisePatient
from domain.decisions.screening import ConfirmEligibility
from domain.deviations import deviations
from domain.endpoints import ENDPOINTS, derive
from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.worklist import worklist
from events.event import Event
from tests.facts import (
    adjudicated,
    completed,
    consented,
    consented_to_test,
    contact,
    day,
    death,
    fraction,
    fractions,
    history,
    ordered,
    pathology,
    performance,
    plan_reviewed,
    planned,
    recurrence,
    reminded,
    result,
    screened,
    staging,
    started,
    surgery,
    suspicion,
    timing,
    visit,
    visit_missed,
    volume_delivered,
)
from tests.given import LIST, PATIENT, entry, patient_with


@dataclass(frozen=True)
class Step:
    """A day, what happened on it, and the worklist that evening."""

    on: str
    title: str
    happened: Sequence[Event | PatientCommand]
    open: Sequence[str]


def confirm(on: str) -> ConfirmEligibility:
    return ConfirmEligibility(occurred_on=day(on))


def randomise(on: str) -> RandomisePatient:
    return RandomisePatient(occurred_on=day(on))


def set_out(on: str) -> ScheduleFollowUp:
    return ScheduleFollowUp(occurred_on=day(on))


def remind(name: str, target: str, step: str, on: str) -> Event:
    return reminded(f"reminder/{PATIENT}/{name}/{target}/{step}", name, step, on)


RANDOMISABLE = "engine: reminder/randomisation/11/2021-01-08/ready"
TO_REVIEW = "engine: reminder/plan-review/13/2021-01-20/request"
CONE_BEAM = "engine: reminder/cone-beam/MAIN-1/2021-01-20/due"
RECURRED = "engine: reminder/adjudication/42/2022-03-10/request"
DIED = "engine: reminder/adjudication/46/2023-02-01/request"

STORY = [
    Step("2020-12-01", "she is screened", [screened()], ["complete-screening"]),
    Step(
        "2020-12-02",
        "the reports come in",
        [surgery(), pathology(), staging(), history(), performance()],
        ["complete-screening", "obtain-consent/GENOMIC_TEST"],
    ),
    Step("2020-12-03", "the last fact", [timing()], ["obtain-consent/GENOMIC_TEST"]),
    Step("2020-12-10", "she agrees to the test", [consented_to_test()], ["engine: recurindex/1"]),
    Step("2020-12-11", "the laboratory holds the order", [ordered()], ["engine: result/recurindex/1"]),
    Step("2020-12-28", "the score is 44: low", [result(44)], ["obtain-consent/TRIAL"]),
    Step("2021-01-05", "she agrees to the trial", [consented()], ["confirm-eligibility"]),
    Step("2021-01-08", "an investigator confirms", [confirm("2021-01-08")], ["randomise", RANDOMISABLE]),
    Step("2021-01-10", "she is randomised", [randomise("2021-01-10")], ["plan-radiotherapy"]),
    Step("2021-01-20", "she is planned", [planned()], ["review-plan", TO_REVIEW]),
    Step("2021-01-22", "the plan is accepted", [plan_reviewed()], ["deliver-fraction/MAIN-1", CONE_BEAM]),
    Step("2021-02-01", "radiotherapy starts", [started(), fraction(1)], ["deliver-fraction/MAIN-2"]),
    Step(
        "2021-02-05",
        "the first week is over",
        fractions(5)[1:],
        ["deliver-fraction/MAIN-6", "see-patient/week-1"],
    ),
    Step(
        "2021-02-19",
        "the last fraction is given",
        [visit("week-1", "2021-02-05"), *fractions(15)[5:], visit("week-2", "2021-02-12")],
        ["record-treatment-end", "see-patient/week-3"],
    ),
    Step(
        "2021-02-19",
        "radiotherapy is over",
        [visit("week-3", "2021-02-19"), completed(), volume_delivered(LIST.draw(1).arm)],
        ["engine: follow-up/2021-02-19/1"],
    ),
    Step("2021-02-19", "her visits are set out", [set_out("2021-02-19")], []),
    Step("2021-02-26", "two weeks before the first window", [], ["engine: reminder/4w/2021-03-19/before"]),
    Step("2021-02-26", "the coordinator is reminded", [remind("4w", "2021-03-19", "before", "2021-02-26")], []),
    Step("2021-03-12", "the window opens", [], ["see-patient/4w", "engine: reminder/4w/2021-03-19/open"]),
    Step("2021-03-19", "she is seen", [visit("4w", "2021-03-19")], []),
    Step("2021-08-19", "she is seen at 6 months", [visit("6m", "2021-08-19")], []),
    Step(
        "2022-02-19",
        "a shadow at 12 months",
        [visit("12m", "2022-02-19", "SUSPICION"), suspicion("INTERNAL_MAMMARY", on="2022-02-19")],
        [],
    ),
    Step(
        "2022-03-10",
        "the biopsy confirms it",
        [recurrence("INTERNAL_MAMMARY", on="2022-03-10")],
        ["adjudicate-outcome/42", RECURRED],
    ),
    Step("2022-03-20", "the panel has met", [adjudicated(entry(43), on="2022-03-20")], []),
    Step(
        "2022-09-19",
        "she does not come at 18 months",
        [],
        ["see-patient/18m", "engine: reminder/18m/2022-08-19/overdue"],
    ),
    Step("2022-09-20", "that visit is given up", [visit_missed("18m", "2022-09-20"), contact("2022-09-20")], []),
    Step("2023-01-25", "two years: the window is open", [], ["see-patient/2y", "engine: reminder/2y/2023-02-19/open"]),
    Step("2023-02-01", "she has died of the cancer", [death("2023-02-01")], ["adjudicate-outcome/46", DIED]),
    Step("2023-02-10", "the panel has met again", [adjudicated(entry(47), on="2023-02-10")], []),
    Step("2026-02-19", "three years on nobody asks for her", [], []),
]


def told(happened: Event | PatientCommand) -> PatientCommand:
    """The command that reports an event; an ask is one already."""
    if not isinstance(happened, Event):
        return happened
    command = next(c for c in PATIENT_COMMANDS.values() if issubclass(c, Report) and c.records is type(happened))
    values = {name: getattr(happened, name) for name in type(happened).model_fields}
    return command.model_validate(values)  # type: ignore[return-value]  # the catalogue's own union


def live(patient: Patient, step: Step) -> Patient:
    """The patient one step later."""
    now = datetime.fromisoformat(f"{step.on}T12:00:00").replace(tzinfo=UTC)
    events = [entry.event for entry in patient.history]
    for happened in step.happened:
        circumstances = Circumstances(now, EDITION, lambda patient: LIST.draw(1))
        events += decide(told(happened), patient_with(*events), circumstances)
    return patient_with(*events)


def after(steps: int) -> Patient:
    return reduce(live, STORY[:steps], patient_with())


def evening(patient: Patient, on: str) -> set[str]:
    items = worklist(patient, EDITION, date.fromisoformat(on))
    return {("engine: " if i.doer == "engine" else "") + i.key.replace(f"/{PATIENT}", "") for i in items}


@pytest.mark.parametrize("number", range(1, len(STORY) + 1), ids=lambda n: f"{STORY[n - 1].on} {STORY[n - 1].title}")
def test_what_is_asked_for_next(number: int) -> None:
    step = STORY[number - 1]
    assert evening(after(number), step.on) == set(step.open)


def test_she_was_treated_by_the_protocol_and_is_in_every_population() -> None:
    patient = after(len(STORY))
    assert deviations(patient, EDITION) == ()
    assert {population(patient, EDITION) for population in POPULATIONS.values()} == {LIST.draw(1).arm}


@pytest.mark.parametrize(
    ("endpoint", "end", "reason"),
    [
        ("EFS", "2022-02-19", "event: INTERNAL_MAMMARY"),
        ("LRRFS", "2022-02-19", "event: INTERNAL_MAMMARY"),
        ("OS", "2023-02-01", "event: DEATH_BREAST_CANCER"),
    ],
)
def test_what_her_life_says_about_the_endpoints(endpoint: str, end: str, reason: str) -> None:
    record = derive(after(len(STORY)), ENDPOINTS[endpoint], EDITION)
    assert record is not None
    assert (record.start, record.end, record.reason) == (date(2021, 1, 10), date.fromisoformat(end), reason)


def test_told_again_nothing_of_it_happens_twice() -> None:
    whole = after(len(STORY))
    again = [event for step in STORY for event in step.happened]
    assert live(whole, Step(STORY[-1].on, "told again", again, [])).history == whole.history
