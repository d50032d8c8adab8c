"""The simulated site at its desk: keeps a file on every patient, and enters what its staff do into the trial's log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.patient import Patient
from domain.protocol.editions import edition_in_force
from domain.simulation.courses import Course
from domain.simulation.lives import Life, draw_life
from domain.simulation.site_acts import COORDINATOR, Act, Doings, Entered, Situation, enters
from domain.simulation.staff import agenda, respond
from domain.simulation.visit_book import Note, VisitBook
from domain.simulation.visiting_staff import next_visit_day
from domain.worklist import worklist
from events.event import Event
from events.follow_up import ReminderSent
from events.recorded import Actor, Recorded, Source
from events.streams import patient_of
from flows.clock import Clock
from flows.live_patients import LivePatients
from store.transact import Entry, TrialLog

_ROUNDS = 12
"""How often on one day the staff look whether an entry of theirs has opened more work."""
_SOURCE = Source(kind="simulation")


@dataclass
class PatientFile:
    """The site's file on one patient. `again_on`: the next day there may be something to do; None: not by itself."""

    course: Course
    life: Life | None = None
    agenda: list[Act] = field(default_factory=list[Act])
    notes: list[Note] = field(default_factory=list[Note])
    again_on: date | None = None

    def plan(self, acts: tuple[Act, ...]) -> None:
        """Put acts on the agenda, each in its place."""
        self.agenda = sorted([*self.agenda, *acts], key=lambda act: act.on)

    def take_due(self, today: date) -> list[Act]:
        """Take off the agenda what is due."""
        due = [act for act in self.agenda if act.on <= today]
        self.agenda = self.agenda[len(due) :]
        return due

    def take_tidying(self) -> list[Act]:
        """Take off the agenda every act that puts an entry right."""
        tidying = [act for act in self.agenda if act.tidies]
        self.agenda = [act for act in self.agenda if not act.tidies]
        return tidying


@dataclass
class SimulatedSite:
    """The site and its files, on the trial's own clock."""

    trial_log: TrialLog
    clock: Clock
    files: dict[str, PatientFile] = field(default_factory=dict[str, PatientFile])

    def __post_init__(self) -> None:
        self.live = LivePatients(self.trial_log)
        self.begin_day()

    def begin_day(self) -> None:
        """Look at the calendar, at the protocol in force, and at what the engine has entered."""
        self.read_on()
        self.edition = edition_in_force(self.live.trial)
        self.today = self.clock.now().astimezone(self.edition.site_zone).date()

    @property
    def patients(self) -> Mapping[str, Patient]:
        """Every patient on record."""
        return self.live.patients

    def admit(self, course: Course) -> None:
        """Open a file and the stream of a patient who comes to be screened."""
        file = self.files[course.patient_id] = PatientFile(course, again_on=self.today)
        self._enter(file, enters(COORDINATOR, course.opening))

    def work(self) -> None:
        """Do for every patient what there is to do today."""
        for file in self.files.values():
            if file.again_on is not None and file.again_on <= self.today:
                self._attend(file)

    def read_on(self) -> None:
        """Look what the engine has entered, and take up the files it touched."""
        for entry in self.live.read_on():
            patient_id = patient_of(entry.stream)
            if patient_id in self.files and not isinstance(entry.event, ReminderSent):
                self.files[patient_id].again_on = entry.recorded_at.date()

    def close_out(self) -> None:
        """Put right every entry that is known to be wrong: the last thing before the trial ends."""
        for file in self.files.values():
            for act in file.take_tidying():
                self._enter(file, act.do(self._situation(file)))

    def books(self) -> Mapping[str, VisitBook]:
        """The visit books of the randomised."""
        found: dict[str, VisitBook] = {}
        for patient_id, file in self.files.items():
            arm = self.patients[patient_id].arm
            if file.life is not None and arm is not None:
                found[patient_id] = VisitBook(patient_id, file.life.randomised_on, arm, tuple(file.notes))
        return found

    def _attend(self, file: PatientFile) -> None:
        for _ in range(_ROUNDS):
            doings = self._doings(file)
            file.again_on = doings.again_on
            if not self._enter(file, doings):
                break
        self._look_ahead(file)

    def _doings(self, file: PatientFile) -> Doings:
        situation = self._situation(file)
        found = Doings()
        for act in file.take_due(self.today):
            found += act.do(situation)
        for item in worklist(situation.patient, situation.edition, self.today):
            found += respond(situation, item)
        return found

    def _situation(self, file: PatientFile) -> Situation:
        patient = self.patients[file.course.patient_id]
        return Situation(patient, file.course, file.life, self.edition, self.today)

    def _enter(self, file: PatientFile, doings: Doings) -> bool:
        """Enter everything, one transaction a person; whether anything of it was new."""
        news: list[Recorded[Event]] = []
        for by in dict.fromkeys(entered.by for entered in doings.entered):
            news += self._enter_as(by, file, [entered for entered in doings.entered if entered.by == by])
        file.notes.extend(doings.notes)
        file.plan(doings.later)
        self.live.read_on()
        self._begin_life(file)
        return bool(news)

    def _enter_as(self, by: Actor, file: PatientFile, entered: list[Entered]) -> tuple[Recorded[Event], ...]:
        commands = sorted((one.command for one in entered), key=lambda command: command.occurred_on.earliest)
        return self.trial_log.transact_all(file.course.patient_id, commands, Entry(by, _SOURCE, self.clock.now()))

    def _begin_life(self, file: PatientFile) -> None:
        patient = self.patients.get(file.course.patient_id)
        if file.life is None and patient and patient.allocation and patient.arm:
            file.life = draw_life(file.course, patient.arm, patient.allocation.occurred_on.latest)
            file.plan(agenda(file.course, file.life))

    def _look_ahead(self, file: PatientFile) -> None:
        acts = [file.agenda[0].on] if file.agenda else []
        visit = next_visit_day(self._situation(file))
        days = [day for day in (*acts, visit, file.again_on) if day is not None]
        file.again_on = min(days, default=None)
