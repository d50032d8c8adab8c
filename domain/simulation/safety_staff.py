"""The simulated investigators while the clocks of a serious adverse event run: they report, assess, and report on."""

from __future__ import annotations

from datetime import timedelta

from domain.decisions.safety import AssessSeriousAdverseEvent, RecordSeriousAdverseEventNotice
from domain.serious_events import RunningClock, running_clocks
from domain.simulation.site_acts import INVESTIGATOR, Doings, Situation, enters, wait_until
from domain.work_item import WorkItem
from events.clinical_date import ClinicalDate

_TO_ETHICS_AFTER = timedelta(days=3)


def assess_serious_event(situation: Situation, item: WorkItem) -> Doings:
    """Radiotherapy is known to do this: related, and expected."""
    on = ClinicalDate.parse(situation.today)
    return enters(
        INVESTIGATOR, AssessSeriousAdverseEvent(occurred_on=on, sae_id=item.subject, related="yes", expected="yes")
    )


def report_serious_event(situation: Situation, item: WorkItem) -> Doings:
    """The principal investigator hears of it the same day, the ethics committee a few days later."""
    running = _clock_of(situation, item)
    on = ClinicalDate.parse(situation.today)
    if running.clock.met_by == "notice-to-investigator":
        told = RecordSeriousAdverseEventNotice(occurred_on=on, sae_id=item.subject, to="principal-investigator")
        return enters(INVESTIGATOR, told)
    report_on = running.started_at.astimezone(situation.edition.site_zone).date() + _TO_ETHICS_AFTER
    if situation.today < report_on:
        return wait_until(report_on)
    kind = "follow-up" if running.clock.met_by == "follow-up-to-ethics" else "initial"
    told = RecordSeriousAdverseEventNotice(occurred_on=on, sae_id=item.subject, to="ethics-committee", kind=kind)
    return enters(INVESTIGATOR, told)


def _clock_of(situation: Situation, item: WorkItem) -> RunningClock:
    clock = item.key.rpartition("/")[2]
    clocks = running_clocks(situation.patient, situation.edition)
    return next(running for running in clocks if (running.sae_id, running.clock.id) == (item.subject, clock))
