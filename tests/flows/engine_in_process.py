"""The engine's reactions without Prefect, laboratory or mail: what is open is done at once, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from domain.decide import PatientCommand
from domain.decisions.conduct import SetWorkAside
from domain.decisions.follow_up import RecordReminder, ScheduleFollowUp
from domain.decisions.genomics import (
    RecordGenomicDispute,
    RecordGenomicOrder,
    RecordGenomicResult,
    SetGenomicReportAside,
    WithdrawGenomicResult,
)
from domain.genomic_test import open_order
from domain.patient import Patient
from domain.protocol.editions import edition_in_force
from domain.work_item import Work, WorkItem
from domain.worklist import engine_worklist
from events.clinical_date import ClinicalDate
from events.recorded import Source
from flows.clock import SimulatedClock
from flows.home import ENGINE
from flows.live_patients import LivePatients
from store.transact import Entry, TrialLog

_TURN_AROUND = timedelta(days=7)
_DISPUTED, _WITHDRAWN, _WRONG_CLASS, _SET_ASIDE = "SIM-0003", "SIM-0007", "SIM-0011", "SIM-0015"


class EngineInProcess:
    """Orders, collects, schedules and reminds; of four patients the laboratory or the engine gets something wrong."""

    def __init__(self, trial_log: TrialLog, clock: SimulatedClock) -> None:
        self._trial_log, self._clock = trial_log, clock
        self._live = LivePatients(trial_log)
        self._scores: dict[str, Mapping[str, Decimal]] = {}
        self._wronged: set[str] = set()
        self.orders: list[str] = []

    def set_clock(self, now: object) -> None:
        """The laboratory shares this clock."""

    def fix_scores(self, table: Mapping[str, Mapping[str, Decimal]]) -> None:
        """What the assays will find."""
        self._scores.update(table)

    async def react(self) -> None:
        """Do everything that can be done now."""
        self._live.read_on()
        while any([self._answer(patient) for patient in list(self._live.patients.values())]):
            self._live.read_on()

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(edition_in_force(self._live.trial).site_zone).date()

    def _answer(self, patient: Patient) -> bool:
        items = engine_worklist(patient, edition_in_force(self._live.trial), self._today)
        commands = [command for item in items for command in self._commands(item, patient)]
        entry = Entry(ENGINE, Source(kind="reaction"), self._clock.now())
        return bool(commands) and bool(self._trial_log.transact_all(patient.patient_id, commands, entry))

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
                return [ScheduleFollowUp(occurred_on=on)]
            case _:
                return self._remind(item, on)

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

    def _remind(self, item: WorkItem, on: ClinicalDate) -> list[PatientCommand]:
        if item.patient_id >= _SET_ASIDE and _SET_ASIDE not in self._wronged:
            self._wronged.add(_SET_ASIDE)
            return [SetWorkAside(occurred_on=on, key=item.key, problem="the mail server refused the address")]
        visit, _, step = item.subject.partition("/")
        return [RecordReminder(occurred_on=on, key=item.key, visit=visit, step=step, channel="mail")]
