"""How a simulated patient leaves the trial or falls ill in it: death, loss and return, withdrawal, serious events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from domain.decide import PatientCommand
from domain.decisions.consent import RecordWithdrawal
from domain.decisions.follow_up import RecordContact, RecordLoss, RecordReturn
from domain.decisions.outcomes import RecordAdjudication, RecordDeath
from domain.decisions.safety import (
    CloseSeriousAdverseEvent,
    DeclareSeriousAdverseEvent,
    RecordAdverseEvent,
)
from domain.simulation.courses import Course
from domain.simulation.lives import Life
from domain.simulation.site_acts import (
    ADJUDICATOR,
    COORDINATOR,
    INVESTIGATOR,
    Act,
    Doings,
    Situation,
    enters,
)
from domain.simulation.slips import enters_with_care
from domain.simulation.visit_book import Died, Seen
from events.clinical_date import ClinicalDate
from events.consent import WithdrawalScope
from events.outcomes import DeathCause, DeathReported
from events.recorded import Actor
from events.safety import SeriousCriterion

_NOTICED_LOST_AFTER = timedelta(days=270)
_REGISTRY_FINDS = 0.4
_MONTH_ONLY = 0.2
_CAUSE_UNKNOWN = 0.25
_SAE = "SAE-1"


def leaving_acts(course: Course, life: Life) -> Iterator[Act]:
    """Death, loss, withdrawal and serious adverse events, as far as the site learns of them."""
    yield from _death(course, life)
    yield from _loss(life)
    yield from _withdrawal(life)
    yield from _serious_adverse_event(course, life)


def _death(course: Course, life: Life) -> Iterator[Act]:
    """Relatives report it within weeks; of the lost, the death registry knows some."""
    died_on, draws = life.died_on, course.draws("death")
    if died_on is None:
        return
    soon, late, known = draws.between(3, 40), draws.between(100, 200), draws.happens(_REGISTRY_FINDS)
    in_touch = life.in_touch_on(died_on - timedelta(days=1))
    if not in_touch and (not known or _silent(life)):
        return
    learned_on = died_on + timedelta(days=soon if in_touch else late)
    dated = ClinicalDate(died_on.year, died_on.month) if draws.happens(_MONTH_ONLY) else _on(died_on)
    unknown = draws.happens(_CAUSE_UNKNOWN)
    yield Act(learned_on, partial(_report_death, dated, unknown))
    if unknown or draws.happens(0.5):
        yield Act(learned_on + timedelta(days=draws.between(30, 90)), partial(_adjudicate_death, dated))


def _silent(life: Life) -> bool:
    """Whether she forbade any further collection of data about her."""
    return life.withdrawal is not None and life.withdrawal.scope is not WithdrawalScope.VISITS


def _report_death(dated: ClinicalDate, unknown: bool, situation: Situation) -> Doings:
    cause = DeathCause.UNKNOWN if unknown else _cause(situation.life)
    right = RecordDeath(occurred_on=dated, cause=cause, evidence="relatives" if unknown else "death certificate")
    wrong = right
    if dated.precision == "day":
        wrong = right.model_copy(update={"occurred_on": _on(dated.latest + timedelta(days=1))})
    return enters_with_care(situation, COORDINATOR, right, wrong) + Doings(notes=(Died(dated, cause),))


def _adjudicate_death(dated: ClinicalDate, situation: Situation) -> Doings:
    """The adjudicators find the cause."""
    death = situation.patient.last(DeathReported)
    assert death is not None
    cause = _cause(situation.life)
    decision = RecordAdjudication(occurred_on=_on(situation.today), target=death.event_id, upheld="yes", cause=cause)
    return enters(ADJUDICATOR, decision) + Doings(notes=(Died(dated, cause),))


def _cause(life: Life) -> DeathCause:
    assert life.cause is not None
    return life.cause


def _loss(life: Life) -> Iterator[Act]:
    """Declared lost after months of silence; some come back."""
    away = life.absence
    if away is None or not life.in_touch_on(away.since - timedelta(days=1)):
        return
    declared_on = away.since + _NOTICED_LOST_AFTER
    lost = RecordLoss(occurred_on=_on(declared_on), reason="moved, no answer to three calls")
    yield Act(declared_on, partial(_enter, COORDINATOR, (lost,), ()))
    if away.until is not None and life.in_touch_on(away.until):
        back = RecordReturn(occurred_on=_on(away.until)), RecordContact(occurred_on=_on(away.until), channel="clinic")
        yield Act(away.until, partial(_enter, COORDINATOR, back, (Seen(away.until),)))


def _withdrawal(life: Life) -> Iterator[Act]:
    """What she withdrew from; who only comes no more is still called once a year."""
    withdrawal = life.withdrawal
    if withdrawal is None or not life.attends_on(withdrawal.on - timedelta(days=1)):
        return
    entry = RecordWithdrawal(occurred_on=_on(withdrawal.on), scopes=(withdrawal.scope,))
    yield Act(withdrawal.on, partial(_enter, COORDINATOR, (entry,), ()))
    for year in range(1, 7):
        called_on = withdrawal.on + timedelta(days=365 * year)
        if life.in_touch_on(called_on):
            call = RecordContact(occurred_on=_on(called_on), channel="telephone")
            yield Act(called_on, partial(_enter, COORDINATOR, (call,), (Seen(called_on),)))


def _serious_adverse_event(course: Course, life: Life) -> Iterator[Act]:
    """In hospital with pneumonitis: declared and graded, closed when she is well; its clocks ask for the rest."""
    draws = course.draws("serious adverse event")
    on = life.randomised_on + timedelta(days=draws.between(90, 180))
    if not draws.happens(course.assumptions.serious_adverse_event) or not life.attends_on(on):
        return
    term = "Pneumonitis/pulmonary infiltrates"
    aware_at = datetime.combine(on, time(1, 30), tzinfo=UTC)
    declared = DeclareSeriousAdverseEvent(
        occurred_on=_on(on), sae_id=_SAE, term=term, criteria=(SeriousCriterion.HOSPITALISATION,), aware_at=aware_at
    )
    graded = RecordAdverseEvent(occurred_on=_on(on), term=term, grade=3, attribution="probable")
    closed_on = on + timedelta(days=draws.between(20, 80))
    yield Act(on, partial(_enter, INVESTIGATOR, (declared, graded), ()))
    closed = CloseSeriousAdverseEvent(occurred_on=_on(closed_on), sae_id=_SAE)
    yield Act(closed_on, partial(_enter, INVESTIGATOR, (closed,), ()))


def _enter(by: Actor, commands: tuple[PatientCommand, ...], notes: tuple[Seen, ...], situation: Situation) -> Doings:
    return enters(by, *commands) + Doings(notes=notes)


def _on(day: date) -> ClinicalDate:
    return ClinicalDate.parse(day)
