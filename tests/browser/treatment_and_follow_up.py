"""The second half of a coordinator's day: from the plan to the withdrawal, and what the pages say of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.toxicity.worst_grades import worst_grades
from events.consent import ConsentWithdrawn
from events.follow_up import FollowUpScheduled
from events.outcomes import RecurrenceConfirmed
from events.radiotherapy import FractionDelivered, PlanReviewed
from store.transact import TrialLog
from tests.browser.interface import Interface
from tests.engine import until


async def treat_and_follow(day: Interface, trial_log: TrialLog, patient: str, today: date) -> None:
    """Plan, plan review, fractions, visit with toxicity, recurrence, correction, withdrawal: all by clicking."""
    key, on = f"patient-{patient.lower()}", {"Date": str(today)}
    await _enter(
        day, "Radiotherapy plan", patient, on, {"Regimen": "HYPO – hypofractionated", "Tumour-bed boost planned": "no"}
    )
    await day.read("decisions", "Review the plan before the first fraction")
    await _enter(day, "Plan review", patient, on, {"Verdict": "accept"}, by="chen.min")
    (review,) = trial_log.patient(patient).every(PlanReviewed)
    assert review.provenance.actor.id == "chen.min", "who answered stands in the log"

    await _fractions(day, patient, today)
    assert len(trial_log.patient(patient).every(FractionDelivered)) == 15
    await _enter(day, "Completion of radiotherapy", patient, on, {})
    until(lambda: trial_log.patient(patient).has(FollowUpScheduled))

    seen = {"Which visit": "unscheduled", "Disease status": "no evidence of disease", "Assessments done": "toxicity"}
    await _enter(day, "Visit", patient, on, seen)
    rash = {"Term": "Rash: dermatitis associated with radiation › Radiation"}
    await _enter(day, "Adverse event", patient, {**on, "Grade (0-5)": "2"}, rash)
    found = {"Sites": "chest wall", "Behaviour": "invasive"}
    await _enter(day, "Recurrence", patient, {"Date": f"{today:%Y-%m}"}, found)
    assert trial_log.patient(patient).has(RecurrenceConfirmed)

    await day.follow(key, "adverse event recorded", "Correct")
    await day.rewrite('"grade": 2', '"grade": 3')
    _settled(await day.fill_in("Correction", {**on, "Reason": "misread"}, {}))
    assert [worst.acute for worst in worst_grades(trial_log.patient(patient))] == [3]
    await _enter(day, "Withdrawal of consent", patient, on, {"Withdrawn from": "visits: none from now on"})
    assert trial_log.patient(patient).has(ConsentWithdrawn)
    await _read(day, key, patient, today)


async def _fractions(day: Interface, patient: str, today: date) -> None:
    """Fifteen fractions in a batch: looked at first, then recorded."""
    rows = "\n".join(f"{patient},{today},MAIN,{number},267,yes" for number in range(1, 16))
    text = {"Rows, with the heading": f"patient_id,occurred_on,phase,number,dose_cgy,cbct\n{rows}"}
    looked = await day.submit("Visits or fractions in a batch", "", text, {"What the rows are": "fractions"})
    assert "15 would be recorded" in looked["state"]["message"]
    sure = {"What the rows are": "fractions", "Preview only": "no"}
    _settled(await day.submit("Visits or fractions in a batch", "", text, sure))


async def _read(day: Interface, key: str, patient: str, today: date) -> None:
    await day.wait_for(key, "consent withdrawn")
    await day.read(key, "Randomised to", "adverse event recorded (corrected)", "Grade (0-5): 3 (was 2)", "Toxicity")
    await day.read("radiotherapy", "15 of 15", "40.05 (100\N{NO-BREAK SPACE}%)")
    await day.read("deviations", patient)
    await day.read("missing", f"only {today:%Y-%m} is known")
    await day.read("decisions", "Adjudicate: recurrence confirmed")
    await day.read("audit", "adverse event recorded corrected", "misread")
    await day.read("consort", "Withdrew consent, wholly or in part")


async def _enter(
    day: Interface, form: str, patient: str, texts: Mapping[str, str], choices: Mapping[str, str], *, by: str = "li.wei"
) -> None:
    _settled(await day.submit(form, patient, texts, choices, by))


def _settled(run: Any) -> None:
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
