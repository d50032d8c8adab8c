"""The simulated staff in the corners where the small trial does not take them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from domain.decide import PatientCommand
from domain.decisions.conduct import AnswerQuery, CloseQuery
from domain.decisions.outcomes import RecordRecurrence
from domain.protocol.v2_0 import EDITION
from domain.simulation.assumptions import Assumptions, FirstEvent, TreatmentCourse
from domain.simulation.courses import draw_course
from domain.simulation.entering_staff import obtain_consent
from domain.simulation.leaving_acts import leaving_acts
from domain.simulation.lives import Absence, Life, Relapse, Withdrawal, draw_life
from domain.simulation.outcome_acts import disease_acts
from domain.simulation.site_acts import NOTHING, Doings, Situation
from domain.simulation.staff import ANSWERS, respond
from domain.simulation.treating_staff import deliver_fractions, review_plan
from domain.simulation.visit_book import Relapsed, Seen
from domain.simulation.visiting_staff import see_patient
from domain.work_item import ENGINE_WORK, Work, WorkItem
from events.clinical_date import ClinicalDate
from events.consent import ConsentKind, WithdrawalScope
from events.event import Event
from events.follow_up import FollowUpScheduled, ScheduledVisit
from events.outcomes import RecurrenceSite
from events.radiotherapy import RadiotherapyPlanned, Regimen
from events.randomisation import Arm
from tests.given import patient_with

DAY = date(2021, 6, 1)
QUIET = Assumptions(
    other_death_per_year=0,
    second_primary_per_year=0,
    contralateral_in_situ_per_year=0,
    event_free_at_5_years={Arm.IMNI: 1, Arm.OMIT: 1},
    lost_per_year=0,
    withdraws_per_year=0,
    false_alarm=0,
    serious_adverse_event=0,
    entered_for_wrong_patient=0,
)
COURSE = draw_course(1, DAY, QUIET)
LIFE = draw_life(COURSE, Arm.OMIT, DAY)


def item(work: Work, subject: str = "") -> WorkItem:
    return WorkItem(work, "key", COURSE.patient_id, DAY, "coordinator", "", subject)


def situation(*events: Event, life: Life | None = LIFE, today: date = DAY) -> Situation:
    return Situation(patient_with(*events), COURSE, life, EDITION, today)


def commands(doings: Doings) -> list[PatientCommand]:
    return [entered.command for entered in doings.entered]


def test_every_work_of_people_has_somebody_who_does_it_and_the_engine_s_has_nobody() -> None:
    assert set(ANSWERS) == set(Work) - ENGINE_WORK
    assert respond(situation(), item(Work.SEND_REMINDER)) == NOTHING


def test_to_a_quiet_life_nothing_happens_unasked() -> None:
    assert [*disease_acts(COURSE, LIFE), *leaving_acts(COURSE, LIFE)] == []


def test_without_spread_after_a_local_relapse_nobody_dies_of_it() -> None:
    local = {kind: float(kind is FirstEvent.LOCAL) for kind in FirstEvent}
    assumptions = replace(
        QUIET,
        first_events=local,
        event_free_at_5_years={Arm.IMNI: 0.001, Arm.OMIT: 0.001},
        distant_after_locoregional_per_year=0,
    )
    life = draw_life(replace(COURSE, assumptions=assumptions), Arm.OMIT, DAY)
    assert [relapse.kind for relapse in life.relapses] == [FirstEvent.LOCAL]
    assert life.died_on is None


def test_a_specimen_cannot_be_rejected_once_the_result_is_there() -> None:
    rejected = replace(COURSE, specimen_rejected=True, refuses=None)
    before = Situation(patient_with(), rejected, None, EDITION, DAY)
    (telephone_call,) = obtain_consent(before, item(Work.OBTAIN_CONSENT, ConsentKind.GENOMIC_TEST)).later
    assert telephone_call.do(before) == NOTHING


def test_a_plan_is_reviewed_two_days_after_it_was_made() -> None:
    planned = RadiotherapyPlanned(occurred_on=ClinicalDate.parse(DAY), regimen=Regimen.HYPOFRACTIONATED)
    in_two_days = DAY + timedelta(days=2)
    assert review_plan(situation(planned), item(Work.REVIEW_PLAN)).again_on == in_two_days
    assert commands(review_plan(situation(planned, today=in_two_days), item(Work.REVIEW_PLAN)))


def test_each_way_a_course_can_end_is_entered() -> None:
    planned = RadiotherapyPlanned(occurred_on=ClinicalDate.parse(DAY), regimen=Regimen.HYPOFRACTIONATED)
    ended: dict[TreatmentCourse, str] = {}
    for way in TreatmentCourse:
        course = replace(COURSE, treatment=way)
        late = Situation(patient_with(planned), course, LIFE, EDITION, DAY + timedelta(days=200))
        ended[way] = commands(deliver_fractions(late, item(Work.DELIVER_FRACTION)))[-1].wire
    assert ended == {
        TreatmentCourse.COMPLETES: "record-fraction",
        TreatmentCourse.STOPS_EARLY: "record-radiotherapy-stop",
        TreatmentCourse.NEVER_STARTS: "record-radiotherapy-never-started",
        TreatmentCourse.WITHDRAWS: "record-withdrawal",
    }


def test_what_the_site_never_heard_of_is_neither_entered_nor_adjudicated() -> None:
    day = DAY + timedelta(days=500)
    relapse = Relapse(FirstEvent.LOCAL, (RecurrenceSite.CHEST_WALL,), day, day)
    away = replace(LIFE, relapses=(relapse,), second_primary_on=day, in_situ_on=day, absence=Absence(DAY, None))
    heard = [
        commands(act.do(situation(life=away, today=act.on)))
        for number in range(1, 20)
        for act in disease_acts(replace(COURSE, number=number), away)
    ]
    assert len(heard) > 4 * 19
    assert not any(heard)


def test_a_relapse_of_who_comes_no_more_counts_from_the_news_of_it_and_is_no_assessment() -> None:
    suspected, known = DAY + timedelta(days=500), DAY + timedelta(days=515)
    relapse = Relapse(FirstEvent.LOCAL, (RecurrenceSite.CHEST_WALL,), suspected, known)
    life = replace(LIFE, relapses=(relapse,), withdrawal=Withdrawal(DAY, WithdrawalScope.VISITS))
    suspect, confirm, *_ = disease_acts(COURSE, life)
    assert suspect.do(situation(life=life, today=suspected)) == NOTHING
    news = confirm.do(situation(life=life, today=known))
    assert [type(command) for command in commands(news)] == [RecordRecurrence]
    assert news.notes == (Relapsed(FirstEvent.LOCAL, known, relapse.sites), Seen(known))


def test_a_query_nobody_answered_is_answered_and_closed_by_the_data_manager() -> None:
    asking = replace(COURSE, assumptions=replace(QUIET, query=0.99, visit_missed=0, visit_late=0))
    visit = ScheduledVisit(visit="6m", target=DAY, opens=DAY, closes=DAY, assessments=())
    on = ClinicalDate.parse(DAY)
    scheduled = FollowUpScheduled(occurred_on=on, anchor="radiotherapy-completed", anchored_on=DAY, visits=(visit,))
    now = Situation(patient_with(scheduled), asking, LIFE, EDITION, DAY)
    _, close = see_patient(now, item(Work.SEE_PATIENT, "6m")).later
    assert [type(command) for command in commands(close.do(now))] == [AnswerQuery, CloseQuery]
