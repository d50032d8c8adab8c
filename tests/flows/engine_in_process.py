"""The engine's reactions without Prefect, laboratory or mail: what is open is done at once, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from domain.decide import PatientCommand
from domain.decisions.conduct import SetWorkAside
from domain.decisions.follow_up import RecordReminder, ScheduleFollowUp
from domain.decisions.genomics import (
    CancelGenomicTest,
    RecordGenomicDispute,
    RecordGenomicOrder,
    RecordGenomicResult,
    SetGenomicReportAside,
    WithdrawGenomicResult,
)
from domain.genomic_test import open_order
from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.work_item import Work, WorkItem
from domain.worklist import engine_worklist, next_look_on
from events.clinical_date import ClinicalDate
from events.recorded import Source
from events.streams import patient_of
from flows.clock import SimulatedClock
from flows.home import ENGINE
from flows.live_patients import LivePatients
from store.transact import Entry, TrialLog

_TURN_AROUND = timedelta(days=7)
_DISPUTED, _WITHDRAWN, _WRONG_CLASS, _CANCELLED = "SIM-0003", "SIM-0007", "SIM-0011", "SIM-0013"


class EngineInProcess:
    """Orders, collects, schedules and reminds; of three patients the laboratory gets something wrong, and of one it
    cancels two orders."""

    def __init__(self, trial_log: TrialLog, clock: SimulatedClock) -> None:
        self._trial_log, self._clock = trial_log, clock
        self._live = LivePatients(trial_log)
        self._scores: dict[str, Mapping[str, Decimal]] = {}
        self._wronged: set[str] = set()
        self._gave_up = False
        self._look_on: dict[str, date] = {}
        self._today = clock.now().date()
        self.orders: list[str] = []

    def set_clock(self, now: object) -> None:
        """The laboratory shares this clock."""

    def fix_scores(self, table: Mapping[str, Mapping[str, Decimal]]) -> None:
        """What the assays will find."""
        self._scores.update(table)

    async def react(self) -> None:
        """Do everything that can be done now."""
        while waiting := self._waiting():
            for patient_id in waiting:
                self._answer(self._live.patients[patient_id])

    def _waiting(self) -> list[str]:
        """Patients with news, and those for whom a day has come: a result may be ready, a reminder due."""
        self._today = self._clock.now().astimezone(EDITION.site_zone).date()
        news = {patient_of(entry.stream) for entry in self._live.read_on()}
        come = {patient_id for patient_id, day in self._look_on.items() if day <= self._today}
        return sorted(patient_id for patient_id in {*news, *come} if patient_id)

    def _answer(self, patient: Patient) -> None:
        items = engine_worklist(patient, EDITION, self._today)
        commands = [command for item in items for command in self._commands(item, patient)]
        if commands:
            self._trial_log.transact_all(patient.patient_id, commands, self._entry(commands))
        self._look_on[patient.patient_id] = min(self._days_to_come(patient), default=date.max)

    def _entry(self, commands: Sequence[PatientCommand]) -> Entry:
        told = any(isinstance(command, CancelGenomicTest) for command in commands)
        return Entry(ENGINE, Source(kind="laboratory" if told else "reaction"), self._clock.now())

    def _days_to_come(self, patient: Patient) -> Iterator[date]:
        if open_order(patient) is not None:
            yield self._today + timedelta(days=1)
        yield next_look_on(patient, EDITION, self._today) or date.max

    def _commands(self, item: WorkItem, patient: Patient) -> list[PatientCommand]:
        on = ClinicalDate.parse(self._today)
        match item.work:
            case Work.ORDER_GENOMIC_TEST:
                return [self._order(item, on)]
            case Work.COLLECT_GENOMIC_RESULT:
                order = open_order(patient)
                assert order is not None
                ready = order.occurred_on.latest + _TURN_AROUND <= self._today
                return self._result(item, on) if ready else []
            case Work.SCHEDULE_FOLLOW_UP:
                return [self._schedule(item, on)]
            case _:
                assert item.note is not None
                said = {"subject": item.note.subject, "step": item.note.step, "asked": item.note.asked}
                return [RecordReminder(occurred_on=on, key=item.key, channel="mail", **said)]

    def _once(self, patient_id: str, wronged: str) -> bool:
        first = patient_id == wronged and wronged not in self._wronged
        if first:
            self._wronged.add(wronged)
        return first

    def _order(self, item: WorkItem, on: ClinicalDate) -> PatientCommand:
        if self._once(item.patient_id, _DISPUTED):
            return RecordGenomicDispute(occurred_on=on, order_key=item.subject, problem="two orders under one key")
        self.orders.append(item.subject)
        return RecordGenomicOrder(occurred_on=on, order_key=item.subject, laboratory_order_id=str(len(self.orders)))

    def _result(self, item: WorkItem, on: ClinicalDate) -> list[PatientCommand]:
        if item.patient_id == _CANCELLED and item.subject[-2:] in ("/1", "/2"):
            return [CancelGenomicTest(occurred_on=on, order_key=item.subject, reason="tumour content too low")]
        scores = self._scores[item.patient_id]
        right = "low" if scores["score_18gene"] <= 44 else "high"
        wrong = "high" if right == "low" else "low"
        report = RecordGenomicResult(
            occurred_on=on,
            order_key=item.subject,
            report_id=f"RI {item.subject}",
            class_reported=wrong if item.patient_id == _WRONG_CLASS else right,
            score_18gene=scores["score_18gene"],
            ri_lr=scores["ri_lr"],
            ri_dr=scores["ri_dr"],
        )
        if not self._once(item.patient_id, _WITHDRAWN):
            return [report]
        doubtful = report.model_copy(update={"score_18gene": Decimal(99), "class_reported": "high"})
        mended = report.model_copy(update={"report_version": "3"})
        return [
            doubtful,
            WithdrawGenomicResult(occurred_on=on, report_id=report.report_id, report_version="2"),
            SetGenomicReportAside(occurred_on=on, report_id="RI ?", problem="names another patient"),
            mended,
        ]

    def _schedule(self, item: WorkItem, on: ClinicalDate) -> PatientCommand:
        if not self._gave_up:
            self._gave_up = True
            return SetWorkAside(occurred_on=on, key=item.key, problem="the schedule could not be set out")
        return ScheduleFollowUp(occurred_on=on)
