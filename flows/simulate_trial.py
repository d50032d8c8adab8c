"""A whole simulated trial, from the first patient screened to the last one's five years, on a simulated clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from domain.calendar_arithmetic import add_months
from domain.decide import TrialCommand
from domain.decisions.conduct import ChooseReading, DeclareDataCut, RecordAudit
from domain.engine_work import is_followed
from domain.patient import Patient
from domain.simulation.assumptions import Assumptions, ImplausibleAssumption
from domain.simulation.site_acts import DATA_MANAGER, INVESTIGATOR
from domain.simulation.visit_book import EndpointCode, TrueTime, VisitBook
from domain.visit_windows import scheduled_visits
from events.clinical_date import ClinicalDate
from events.recorded import Actor, Source
from flows.clock import Clock
from flows.simulated_accrual import Accrual, ToldLaboratory
from flows.simulated_site import SimulatedSite
from store.transact import Entry, TrialLog

STEP = timedelta(days=14)
"""The longest step: what is entered in one step may be found wrong only in a later one."""
_READ_AGAIN_AFTER = 3
"""After so many half-years the investigators read one question of the protocol otherwise."""
_FOLLOW_UP_MONTHS = 65
"""Five years after radiotherapy, and what comes before it and after the last window opens."""
_MORNING = time(1, 0, tzinfo=UTC)


class MovableClock(Clock, Protocol):
    """A clock that a simulation moves."""

    def advance_to(self, instant: datetime) -> None:
        """Move the clock forward."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulated trial is; `share` of the simulated time that is expected, 0 to 1."""

    today: date
    screened: int
    randomised: int
    events: int
    share: float


@dataclass(frozen=True, slots=True)
class SimulatedTrial:
    """A simulated trial that has ended, and what was true in it, whatever the log says."""

    began_on: date
    ended_on: date
    screened: int
    events: int
    books: Mapping[str, VisitBook]

    def truth(self, endpoint: EndpointCode) -> tuple[TrueTime, ...]:
        """The true times to an endpoint of everyone randomised, by the site's own visit book; ordered by patient."""
        return tuple(self.books[patient_id].time_to(endpoint) for patient_id in sorted(self.books))


async def simulate_trial(  # noqa: PLR0913, PLR0917 - the world a trial needs around it
    trial_log: TrialLog,
    assumptions: Assumptions,
    clock: MovableClock,
    react: Callable[[], Awaitable[None]],
    progress: Callable[[Progress], None] = lambda progress: None,
    laboratory: ToldLaboratory | None = None,
    step: timedelta = STEP,
) -> SimulatedTrial:
    """Run a trial to its end: each step patients come, the staff do what is open, then the engine reacts.

    `react` does all engine work that is open now. Randomness is the seed's alone: the same assumptions, steps and
    allocation list give the same events. Raises `ImplausibleAssumption` for a step longer than two weeks.
    """
    if not timedelta(days=1) <= step <= STEP:
        raise ImplausibleAssumption("step", step, f"from 1 to {STEP.days} days")
    trial = _Trial(trial_log, assumptions, clock, laboratory, step)
    for today in trial.days():
        trial.step()
        await react()
        trial.site.read_on()
        progress(trial.progress(today))
    trial.site.close_out()
    await react()
    trial.site.read_on()
    return trial.result()


class _Trial:
    """The simulated trial between two steps."""

    def __init__(
        self,
        trial_log: TrialLog,
        assumptions: Assumptions,
        clock: MovableClock,
        laboratory: ToldLaboratory | None,
        step: timedelta,
    ) -> None:
        self.site = SimulatedSite(trial_log, clock)
        self._trial_log, self._assumptions, self._clock = trial_log, assumptions, clock
        self._laboratory, self._step = laboratory, step
        self._accrual = Accrual(self.site, assumptions, step, laboratory)
        self._half_years = 0

    def days(self) -> Iterator[date]:
        """Move the clock from step to step, until everyone was followed to the end."""
        self._clock.advance_to(max(self._clock.now(), datetime.combine(self._assumptions.accrual_from, _MORNING)))
        self.site.begin_day()
        yield self.site.today
        while not self._over():
            self._clock.advance_to(self._clock.now() + self._step)
            self.site.begin_day()
            yield self.site.today

    def step(self) -> None:
        """One step: the trial's own dates, new patients, and a day's work."""
        if self._laboratory is not None:
            self._laboratory.set_clock(self._clock.now())
        self._keep_the_calendar()
        self._accrual.admit()
        self.site.work()

    def _over(self) -> bool:
        if self._assumptions.ends_on is not None:
            return self.site.today >= self._assumptions.ends_on
        if not self._accrual.complete:
            return False
        return all(self._followed_to_the_end(patient) for patient in self.site.patients.values())

    def _followed_to_the_end(self, patient: Patient) -> bool:
        if patient.allocation is None or not is_followed(patient):
            return True
        table_1 = {column.id for column in self.site.edition.columns}
        closes = [visit.closes for visit in scheduled_visits(patient) if visit.visit in table_1]
        return bool(closes) and self.site.today > max(closes)

    def _keep_the_calendar(self) -> None:
        """The audit every six months, a data cut every twelve, once a reading. Protocol: Data management; PQ-32."""
        while (due := add_months(self._assumptions.accrual_from, 6 * (self._half_years + 1))) <= self.site.today:
            self._half_years += 1
            self._enter(RecordAudit(occurred_on=ClinicalDate.parse(due), findings="No critical finding."))
            if self._half_years == _READ_AGAIN_AFTER:
                self._read_otherwise(ClinicalDate.parse(due))
            if self._half_years % 2 == 0:
                name = f"annual report {self._half_years // 2}"
                self._enter(
                    DeclareDataCut(occurred_on=ClinicalDate.parse(due), name=name, cutoff=ClinicalDate.parse(due))
                )

    def _read_otherwise(self, on: ClinicalDate) -> None:
        """The investigators decide a question of the protocol; from then on a shift of just 5 mm is corrected."""
        choice = ChooseReading(occurred_on=on, question="PQ-32", option=">=5mm-any-axis")
        self._enter(choice, INVESTIGATOR, "agreed with the physicists")

    def _enter(self, command: TrialCommand, by: Actor = DATA_MANAGER, reason: str | None = None) -> None:
        entry = Entry(by, Source(kind="simulation"), self._clock.now(), reason=reason)
        self._trial_log.transact_trial(command, entry)

    def progress(self, today: date) -> Progress:
        """How far the trial is."""
        begun = self._assumptions.accrual_from
        end = self._assumptions.ends_on or add_months(begun, self._assumptions.accrual_months + _FOLLOW_UP_MONTHS)
        return Progress(
            today=today,
            screened=len(self.site.files),
            randomised=self._accrual.randomised,
            events=self._trial_log.log.last_position(),
            share=min(1.0, (today - begun) / (end - begun)),
        )

    def result(self) -> SimulatedTrial:
        """The trial as it ended."""
        return SimulatedTrial(
            began_on=self._assumptions.accrual_from,
            ended_on=self.site.today,
            screened=len(self.site.files),
            events=self._trial_log.log.last_position(),
            books=self.site.books(),
        )
