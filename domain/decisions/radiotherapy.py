"""Commands of radiotherapy."""

from typing import ClassVar

from domain.decisions.command import Report
from domain.decisions.reporting import report
from domain.patient import Patient
from domain.rejections import Implausible
from events.event import Event
from events.radiotherapy import (
    DeliveredVolume,
    Ending,
    Fraction,
    FractionDelivered,
    FractionMissed,
    MissedFraction,
    NodalVolumeDelivered,
    Phase,
    Plan,
    PlanDose,
    PlanDoseReported,
    PlanReview,
    PlanReviewed,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyPlanned,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)


class RecordPlan(Plan, Report):
    """A radiotherapy plan; a later plan replaces an earlier one."""

    wire: ClassVar[str] = "record-plan"
    title: ClassVar[str] = "Radiotherapy plan"
    day_is: ClassVar[str] = "The day on which the plan was made."
    records: ClassVar[type[Event]] = RadiotherapyPlanned
    newest_counts: ClassVar[bool] = True


class RecordPlanDose(PlanDose, Report):
    """One dose-volume metric of the plan."""

    wire: ClassVar[str] = "record-plan-dose"
    title: ClassVar[str] = "Plan dose"
    day_is: ClassVar[str] = "The day on which the plan was made."
    records: ClassVar[type[Event]] = PlanDoseReported


class RecordPlanReview(PlanReview, Report):
    """The senior radiation oncologist's review of a plan (first 20 patients)."""

    wire: ClassVar[str] = "record-plan-review"
    title: ClassVar[str] = "Plan review"
    day_is: ClassVar[str] = "The day of the review."
    usual_role: ClassVar[str] = "radiation-oncologist"
    records: ClassVar[type[Event]] = PlanReviewed


class RecordRadiotherapyStart(Report):
    """Radiotherapy began."""

    wire: ClassVar[str] = "record-radiotherapy-start"
    title: ClassVar[str] = "Start of radiotherapy"
    day_is: ClassVar[str] = "The day of the first fraction."
    records: ClassVar[type[Event]] = RadiotherapyStarted
    identity: ClassVar[tuple[str, ...] | None] = ()


class RecordFraction(Fraction, Report):
    """A fraction was delivered."""

    wire: ClassVar[str] = "record-fraction"
    title: ClassVar[str] = "Fraction"
    day_is: ClassVar[str] = "The day on which it was given."
    records: ClassVar[type[Event]] = FractionDelivered
    identity: ClassVar[tuple[str, ...] | None] = ("phase", "number")


class RecordMissedFraction(MissedFraction, Report):
    """A planned fraction was not given that day."""

    wire: ClassVar[str] = "record-missed-fraction"
    title: ClassVar[str] = "Missed fraction"
    day_is: ClassVar[str] = "The treatment day without its fraction."
    records: ClassVar[type[Event]] = FractionMissed
    identity: ClassVar[tuple[str, ...] | None] = ("occurred_on",)


class RecordRadiotherapyCompletion(Report):
    """The last planned fraction was given; follow-up is counted from this day."""

    wire: ClassVar[str] = "record-radiotherapy-completion"
    title: ClassVar[str] = "Completion of radiotherapy"
    day_is: ClassVar[str] = "The day of the last fraction."
    records: ClassVar[type[Event]] = RadiotherapyCompleted
    identity: ClassVar[tuple[str, ...] | None] = ()


class RecordRadiotherapyStop(Ending, Report):
    """Radiotherapy ended before its last planned fraction."""

    wire: ClassVar[str] = "record-radiotherapy-stop"
    title: ClassVar[str] = "Early end of radiotherapy"
    day_is: ClassVar[str] = "The day on which it was ended."
    records: ClassVar[type[Event]] = RadiotherapyStoppedEarly
    identity: ClassVar[tuple[str, ...] | None] = ()


class RecordRadiotherapyRefusal(Ending, Report):
    """Radiotherapy will not be given."""

    wire: ClassVar[str] = "record-radiotherapy-never-started"
    title: ClassVar[str] = "Radiotherapy never started"
    day_is: ClassVar[str] = "The day on which this was decided."
    records: ClassVar[type[Event]] = RadiotherapyNeverStarted
    identity: ClassVar[tuple[str, ...] | None] = ()


class RecordNodalVolume(DeliveredVolume, Report):
    """The nodal volume that was in fact irradiated, whatever was allocated."""

    wire: ClassVar[str] = "record-nodal-volume"
    title: ClassVar[str] = "Nodal volume delivered"
    day_is: ClassVar[str] = "The day on which this was established."
    records: ClassVar[type[Event]] = NodalVolumeDelivered
    identity: ClassVar[tuple[str, ...] | None] = ()


def record_plan(command: RecordPlan, patient: Patient) -> list[Event]:
    """Keep a plan whose arithmetic holds. Raises `Implausible`."""
    require_sound_plan(command)
    return report(command, patient)


def require_sound_plan(plan: Plan) -> None:
    """Raises `Implausible` for a plan whose doses do not add up, or that has no main phase or a phase twice."""
    for phase in plan.phases:
        if phase.fractions * phase.per_fraction_cgy != phase.total_cgy:
            raise Implausible(
                f"phases.{phase.phase}.total_cgy",
                f"{phase.total_cgy} cGy",
                f"{phase.fractions} fractions of {phase.per_fraction_cgy} cGy are "
                f"{phase.fractions * phase.per_fraction_cgy} cGy",
                "Mend the total, the number of fractions or the dose per fraction",
            )
    names = [phase.phase for phase in plan.phases]
    if len(set(names)) < len(names) or (names and Phase.MAIN not in names):
        raise Implausible(
            "phases", ", ".join(names), "a plan has one MAIN phase and at most one BOOST", "Mend the phases"
        )
