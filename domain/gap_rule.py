"""The gap rule: an event found after two or more missed visits may have happened long before it was found.

Supportive only. Source: FDA guidance on cancer endpoints (deaths or progression after two or more missed visits are
censored at the last visit before the gap).
"""

from datetime import date

from domain.observation import Dated, Observation
from domain.patient import Patient
from domain.visit_windows import scheduled_visits
from events.follow_up import VisitDone

MISSED_VISITS = 2


def last_before_gap(patient: Patient, seen: Observation, event_on: date) -> Dated | None:
    """The last assessment before an event, when two or more visits of her own schedule closed between the two."""
    earlier = [assessment for assessment in seen.assessments if assessment.on < event_on]
    last = earlier[-1] if earlier else seen.origin
    done = {entry.event.visit for entry in patient.every(VisitDone)}
    gap = [visit for visit in scheduled_visits(patient) if visit.opens > last.on and visit.closes < event_on]
    missed = [visit for visit in gap if visit.visit not in done]
    return last if len(missed) >= MISSED_VISITS else None
