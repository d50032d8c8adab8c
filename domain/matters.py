"""What people owe beside visits, each counted from the day it began to be owed: the matters they are reminded of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.adjudication import not_adjudicated
from domain.cone_beam import cone_beam_due
from domain.deciding_work import unanswered
from domain.engine_work import collect_result, order_test, order_to_settle, schedule
from domain.genomic_test import disputed_order, open_order
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import Topic
from domain.queries import StandingQuery
from domain.set_aside import set_aside
from domain.site_work import enter, reconsent, treat
from domain.work_item import Work
from events.event import Event
from events.radiotherapy import RadiotherapyPlanned
from events.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Matter:
    """Something owed since a day. `about` tells it from others of its topic; its words are filled with `told`."""

    topic: Topic
    about: str
    since: date
    told: Mapping[str, object] = field(default_factory=dict[str, object])


def matters(patient: Patient, edition: Edition, today: date) -> Iterator[Matter]:
    """Everything owed for who is followed, of which somebody is reminded."""
    yield from _result_owed(patient, edition)
    yield from _order_to_settle(patient, edition, today)
    yield from _randomisation(patient, edition, today)
    yield from _treatment(patient, edition, today)
    for item in reconsent(patient, edition, today):
        if edition.activated_on is not None:
            yield Matter("reconsent", edition.id, edition.activated_on, {"edition": edition.id, "key": item.key})
    yield from _set_aside(patient, edition, today)


def queries(patient: Patient, edition: Edition, today: date) -> Iterator[Matter]:
    """Queries that wait for their answer, whatever became of the patient."""
    yield from (query_matter(query) for query in unanswered(patient))


def query_matter(query: StandingQuery) -> Matter:
    """A query as something owed since it was asked."""
    return Matter(query.topic, query.query_id, query.opened.occurred_on.latest, {"query": query.query_id})


def adjudications(patient: Patient, edition: Edition, today: date) -> Iterator[Matter]:
    """Outcomes that wait for the adjudicators, whatever became of the patient."""
    for outcome in not_adjudicated(patient):
        yield Matter("adjudication", str(outcome.version), _recorded_on(outcome, edition))


def _result_owed(patient: Patient, edition: Edition) -> Iterator[Matter]:
    order = open_order(patient)
    if order is not None:
        expected = order.occurred_on.latest + timedelta(days=edition.result_expected_days)
        yield Matter("laboratory", order.event.order_key, expected)


def _order_to_settle(patient: Patient, edition: Edition, today: date) -> Iterator[Matter]:
    """An order the laboratory disputes, or one it cancelled after which a person says whether there is another."""
    for entry in filter(None, (disputed_order(patient), order_to_settle(patient, edition, today))):
        yield Matter("order", entry.event.order_key, _recorded_on(entry, edition))


def _randomisation(patient: Patient, edition: Edition, today: date) -> Iterator[Matter]:
    confirmed = patient.eligibility
    if (
        patient.allocation is None
        and confirmed
        and any(item.work is Work.RANDOMISE for item in enter(patient, edition, today))
    ):
        yield Matter("randomisation", str(confirmed.version), _recorded_on(confirmed, edition))


def _treatment(patient: Patient, edition: Edition, today: date) -> Iterator[Matter]:
    open_now = {item.work: item for item in treat(patient, edition, today)}
    if Work.RECORD_TREATMENT_END in open_now:
        yield Matter("treatment-end", "end", open_now[Work.RECORD_TREATMENT_END].due_on)
    plan = patient.last(RadiotherapyPlanned)
    if plan is None:
        return
    if Work.REVIEW_PLAN in open_now:
        yield Matter("plan-review", str(plan.version), plan.occurred_on.latest)
    coming = cone_beam_due(patient, edition) if Work.DELIVER_FRACTION in open_now else None
    if coming:
        told = {"fraction": coming.number, "phase": coming.phase}
        yield Matter("cone-beam", f"{coming.phase}-{coming.number}", coming.since, told)


def _set_aside(patient: Patient, edition: Edition, today: date) -> Iterator[Matter]:
    """Work set aside that is still to be done. Of a reminder that nobody took, nobody is reminded."""
    aside = set_aside(patient)
    if not aside:
        return
    still_open = {i.key for rule in (order_test, collect_result, schedule) for i in rule(patient, edition, today)}
    for key, entry in aside.items():
        if key in still_open:
            yield Matter("set-aside", key, entry.occurred_on.latest)


def _recorded_on(entry: Recorded[Event], edition: Edition) -> date:
    """The day of the site on which it became known."""
    return edition.day_of(entry.recorded_at)
