"""How the simulated site comes to know what happens to her disease: suspected, confirmed, refuted, adjudicated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from domain.decisions.follow_up import UNSCHEDULED, RecordAssessment, RecordVisit
from domain.decisions.outcomes import (
    RecordAdjudication,
    RecordContralateralCancer,
    RecordRecurrence,
    RecordRefutation,
    RecordSecondPrimary,
    RecordSuspicion,
)
from domain.simulation.assumptions import FirstEvent
from domain.simulation.courses import Course
from domain.simulation.lives import Life, Relapse
from domain.simulation.site_acts import ADJUDICATOR, COORDINATOR, NOTHING, Act, Doings, Situation, enters
from domain.simulation.slips import entered_for_wrong_patient
from domain.simulation.visit_book import NoRelapse, OtherBreast, Relapsed, Seen
from domain.work_item import WorkItem
from events.clinical_date import ClinicalDate
from events.follow_up import Assessment, DiseaseStatus
from events.outcomes import Behaviour, Evidence, RecurrenceConfirmed, RecurrenceSite

_FALSE_ALARM = "false alarm"


def disease_acts(course: Course, life: Life) -> Iterator[Act]:
    """Everything the site will learn of her disease while it is in touch with her."""
    for relapse in life.relapses:
        if relapse.kind is FirstEvent.CONTRALATERAL:
            yield Act(relapse.on, partial(_find_other_breast, relapse.on))
        else:
            yield Act(relapse.on, partial(_suspect, relapse))
            yield Act(relapse.confirmed_on, partial(_confirm, relapse))
            yield from _adjudications(course, relapse)
    if life.in_situ_on:
        yield Act(life.in_situ_on, partial(_find_in_situ, life.in_situ_on))
    if life.second_primary_on:
        yield Act(life.second_primary_on, partial(_find_second_primary, life.second_primary_on))
    yield from _false_alarm(course, life)
    yield from _wrong_patient(course, life)


def _suspect(relapse: Relapse, situation: Situation) -> Doings:
    """She comes between visits, and the examination is suspicious."""
    if not situation.life.attends_on(relapse.on):
        return NOTHING
    return _seen_with_suspicion(relapse.on, relapse.sites)


def _seen_with_suspicion(day: date, sites: tuple[RecurrenceSite, ...]) -> Doings:
    visit = RecordVisit(
        occurred_on=_on(day),
        visit=UNSCHEDULED,
        assessments=(Assessment.PHYSICAL_EXAMINATION, Assessment.BREAST_AND_NODE_ULTRASOUND),
        disease_status=DiseaseStatus.SUSPICION,
    )
    suspicion = RecordSuspicion(occurred_on=_on(day), sites=sites)
    return enters(COORDINATOR, visit, suspicion) + Doings(notes=(Seen(day, assessed=True),))


def _confirm(relapse: Relapse, situation: Situation) -> Doings:
    """It counts from the first evidence the site had: the suspicion, or else the confirmation itself."""
    life, day = situation.life, relapse.confirmed_on
    if not life.in_touch_on(day):
        return NOTHING
    confirmed = RecordRecurrence(occurred_on=_on(day), sites=relapse.sites, evidence=Evidence.HISTOLOGY)
    first_evidence = relapse.on if life.attends_on(relapse.on) else day
    now = enters(COORDINATOR, confirmed) + Doings(
        notes=(Relapsed(relapse.kind, first_evidence, relapse.sites), Seen(day))
    )
    if not life.attends_on(day):
        return now
    return now + _assessed(day, DiseaseStatus.RECURRENCE)


def _assessed(day: date, status: DiseaseStatus) -> Doings:
    assessment = RecordAssessment(occurred_on=_on(day), disease_status=status)
    return enters(COORDINATOR, assessment) + Doings(notes=(Seen(day, assessed=True),))


def _adjudications(course: Course, relapse: Relapse) -> Iterator[Act]:
    """The adjudicators look at half of the relapses; of some they find the first sign on an earlier scan."""
    draws = course.draws(f"adjudication {relapse.kind}")
    if draws.happens(0.5):
        earlier = timedelta(days=draws.between(3, 10)) if draws.happens(0.3) else None
        met_on = relapse.confirmed_on + timedelta(days=draws.between(30, 90))
        yield Act(met_on, partial(_uphold, relapse, earlier))


def leave_to_the_panel(situation: Situation, item: WorkItem) -> Doings:
    """The adjudicators meet on days of their own, and of half the relapses they never hear."""
    return NOTHING


def _uphold(relapse: Relapse, earlier: timedelta | None, situation: Situation) -> Doings:
    confirmed = _entry(relapse.sites, relapse.confirmed_on, situation)
    if confirmed is None:
        return NOTHING
    first_sign = max(relapse.on - earlier, situation.life.randomised_on) if earlier else None
    decision = RecordAdjudication(
        occurred_on=_on(situation.today),
        target=confirmed.event_id,
        upheld="yes",
        dated=_on(first_sign) if first_sign else None,
    )
    notes = (Relapsed(relapse.kind, first_sign, relapse.sites),) if first_sign else ()
    return enters(ADJUDICATOR, decision) + Doings(notes=notes)


def _entry(sites: tuple[RecurrenceSite, ...], on: date, situation: Situation):
    return next(
        (
            entry
            for entry in situation.patient.every(RecurrenceConfirmed)
            if entry.event.sites == sites and entry.occurred_on == _on(on)
        ),
        None,
    )


def _find_other_breast(day: date, situation: Situation) -> Doings:
    return _find(day, situation, RecordContralateralCancer(occurred_on=_on(day)), OtherBreast(day))


def _find_in_situ(day: date, situation: Situation) -> Doings:
    return _find(day, situation, RecordContralateralCancer(occurred_on=_on(day), behaviour=Behaviour.DCIS))


def _find_second_primary(day: date, situation: Situation) -> Doings:
    return _find(day, situation, RecordSecondPrimary(occurred_on=_on(day), site="lung"))


def _find(
    day: date, situation: Situation, found: RecordContralateralCancer | RecordSecondPrimary, *notes: OtherBreast
) -> Doings:
    if not situation.life.in_touch_on(day):
        return NOTHING
    return enters(COORDINATOR, found) + Doings(notes=(*notes, Seen(day)))


def _false_alarm(course: Course, life: Life) -> Iterator[Act]:
    """A suspicion that proves unfounded; now and then it was confirmed first and the adjudicators did not uphold it."""
    draws = course.draws("false alarm")
    on = life.randomised_on + timedelta(days=draws.between(300, 1400))
    settled_on = on + timedelta(days=80)
    happens, believed = draws.happens(course.assumptions.false_alarm), draws.happens(0.3)
    site = draws.one_of({RecurrenceSite.AXILLA: 0.5, RecurrenceSite.DISTANT: 0.5})
    first = life.first_event_on
    if not happens or not life.attends_on(on) or not life.attends_on(settled_on) or (first and first <= settled_on):
        return
    yield Act(on, lambda situation: _seen_with_suspicion(on, (site,)))
    if believed:
        confirmed_on = on + timedelta(days=14)
        yield Act(confirmed_on, partial(_believe, site, on, confirmed_on))
        yield Act(settled_on - timedelta(days=15), partial(_disbelieve, site, confirmed_on))
    yield Act(settled_on, partial(_refute, site, settled_on))


def _believe(site: RecurrenceSite, suspected_on: date, day: date, situation: Situation) -> Doings:
    confirmed = RecordRecurrence(occurred_on=_on(day), sites=(site,), evidence=Evidence.IMAGING)
    return enters(COORDINATOR, confirmed) + Doings(notes=(Relapsed(_FALSE_ALARM, suspected_on, (site,)), Seen(day)))


def _disbelieve(site: RecurrenceSite, confirmed_on: date, situation: Situation) -> Doings:
    confirmed = _entry((site,), confirmed_on, situation)
    assert confirmed is not None
    decision = RecordAdjudication(occurred_on=_on(situation.today), target=confirmed.event_id, upheld="no")
    return enters(ADJUDICATOR, decision) + Doings(notes=(NoRelapse(_FALSE_ALARM),))


def _refute(site: RecurrenceSite, day: date, situation: Situation) -> Doings:
    refuted = enters(COORDINATOR, RecordRefutation(occurred_on=_on(day), sites=(site,)))
    return refuted + _assessed(day, DiseaseStatus.NO_EVIDENCE)


def _wrong_patient(course: Course, life: Life) -> Iterator[Act]:
    """Somebody else's recurrence, entered here and voided."""
    draws = course.draws("wrong patient")
    made_on = life.randomised_on + timedelta(days=draws.between(150, 1200))
    noticed_on = made_on + timedelta(days=draws.between(15, 60))
    if draws.happens(course.assumptions.entered_for_wrong_patient) and life.in_touch_on(made_on):
        entry = RecordRecurrence(occurred_on=_on(made_on), sites=(RecurrenceSite.BREAST,), evidence=Evidence.CLINICAL)
        yield from entered_for_wrong_patient(entry, made_on, noticed_on)


def _on(day: date) -> ClinicalDate:
    return ClinicalDate.parse(day)
