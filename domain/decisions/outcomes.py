"""Commands of outcomes. Their dates may be known only to the month or year."""

from typing import ClassVar

from pydantic import Field

from domain.decisions.command import Report
from domain.decisions.reporting import report
from domain.patient import Patient
from domain.rejections import NoSuchEntry
from events.clinical_date import ClinicalDate
from events.event import Event
from events.outcomes import (
    Adjudication,
    ContralateralCancer,
    ContralateralCancerDiagnosed,
    Death,
    DeathReported,
    OutcomeAdjudicated,
    Recurrence,
    RecurrenceConfirmed,
    RecurrenceRefuted,
    RecurrenceSuspected,
    Refutation,
    SecondPrimary,
    SecondPrimaryDiagnosed,
    Suspicion,
)


class Outcome(Report):
    """An outcome, dated as precisely as it is known."""

    occurred_on: ClinicalDate = Field(title="Date", description="The month or the year alone when no more is known.")


class RecordSuspicion(Suspicion, Outcome):
    """A recurrence is suspected and not yet confirmed."""

    wire: ClassVar[str] = "record-suspected-recurrence"
    title: ClassVar[str] = "Suspected recurrence"
    day_is: ClassVar[str] = "The day of the first sign."
    must_be_said: ClassVar[frozenset[str]] = frozenset({"evidence"})
    records: ClassVar[type[Event]] = RecurrenceSuspected


class RecordRecurrence(Recurrence, Outcome):
    """A recurrence is confirmed; it counts from its first evidence."""

    wire: ClassVar[str] = "record-recurrence"
    title: ClassVar[str] = "Recurrence"
    day_is: ClassVar[str] = "The day of the first evidence, from which it counts."
    must_be_said: ClassVar[frozenset[str]] = frozenset({"behaviour"})
    records: ClassVar[type[Event]] = RecurrenceConfirmed


class RecordRefutation(Refutation, Outcome):
    """A suspected recurrence proved unfounded."""

    wire: ClassVar[str] = "record-refuted-recurrence"
    title: ClassVar[str] = "Refuted recurrence"
    day_is: ClassVar[str] = "The day on which it was ruled out."
    records: ClassVar[type[Event]] = RecurrenceRefuted


class RecordContralateralCancer(ContralateralCancer, Outcome):
    """Cancer of the other breast was diagnosed."""

    wire: ClassVar[str] = "record-contralateral-cancer"
    title: ClassVar[str] = "Contralateral breast cancer"
    day_is: ClassVar[str] = "The day of the diagnosis."
    must_be_said: ClassVar[frozenset[str]] = frozenset({"behaviour"})
    records: ClassVar[type[Event]] = ContralateralCancerDiagnosed


class RecordSecondPrimary(SecondPrimary, Outcome):
    """A new cancer that is not of the breast was diagnosed."""

    wire: ClassVar[str] = "record-second-primary"
    title: ClassVar[str] = "Second primary cancer"
    day_is: ClassVar[str] = "The day of the diagnosis."
    records: ClassVar[type[Event]] = SecondPrimaryDiagnosed


class RecordDeath(Death, Outcome):
    """The patient died: her visits and reminders end."""

    wire: ClassVar[str] = "record-death"
    title: ClassVar[str] = "Death"
    day_is: ClassVar[str] = "The day of death."
    records: ClassVar[type[Event]] = DeathReported
    identity: ClassVar[tuple[str, ...] | None] = ()


class RecordAdjudication(Adjudication, Report):
    """The adjudicators decided about a recorded outcome."""

    wire: ClassVar[str] = "record-adjudication"
    title: ClassVar[str] = "Adjudication"
    day_is: ClassVar[str] = "The day of the decision."
    usual_role: ClassVar[str] = "adjudicator"
    records: ClassVar[type[Event]] = OutcomeAdjudicated


_ADJUDICABLE = (RecurrenceConfirmed, ContralateralCancerDiagnosed, SecondPrimaryDiagnosed, DeathReported)


def adjudicate(command: RecordAdjudication, patient: Patient) -> list[Event]:
    """Keep an adjudication of an outcome that stands. Raises `NoSuchEntry`."""
    targets = {entry.event_id for kind in _ADJUDICABLE for entry in patient.every(kind)}
    if command.target not in targets:
        raise NoSuchEntry(
            "target",
            str(command.target),
            "no standing outcome of this patient has that id",
            "Open the form by its link on the patient's page, or take the id from `imni history`",
        )
    return report(command, patient)
