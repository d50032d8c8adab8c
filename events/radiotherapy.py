"""Radiotherapy: plan, review, fractions, and how the course ended. Doses are integer cGy."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from events.event import Event, Facts
from events.randomisation import Arm
from events.screening import Answer


class Regimen(StrEnum):
    """HYPO: hypofractionated. CONV: conventional."""

    HYPOFRACTIONATED = "HYPO"
    CONVENTIONAL = "CONV"


class Phase(StrEnum):
    """MAIN: chest wall or whole breast, with nodes. BOOST: the tumour bed."""

    MAIN = "MAIN"
    BOOST = "BOOST"


class PlannedPhase(Facts):
    """One phase of a plan; `fractions` times `per_fraction_cgy` is `total_cgy`."""

    phase: Phase = Field(title="Phase")
    total_cgy: int = Field(
        gt=0, le=10000, title="Total dose (cGy)", description="Fractions times dose per fraction: 40.05 Gy are 4005."
    )
    fractions: int = Field(gt=0, le=60, title="Fractions", description="How many.")
    per_fraction_cgy: int = Field(gt=0, le=3000, title="Dose per fraction (cGy)", description="2.67 Gy are 267.")


class Plan(Facts):
    """A radiotherapy plan."""

    regimen: Regimen = Field(title="Regimen")
    phases: tuple[PlannedPhase, ...] = Field(
        default=(), title="Phases", description="Leave empty for the protocol's own doses of the regimen."
    )
    boost: Answer = Field(
        default="unknown", title="Tumour-bed boost planned", description="Needed when no phases are given."
    )
    contouring_guideline: str = Field(
        default="", max_length=200, title="Contouring guideline and version", examples=["RTOG 2009", "ESTRO 1.1"]
    )


class PlanDose(Facts):
    """One dose-volume metric of a plan, for one structure and phase."""

    structure: str = Field(min_length=1, max_length=100, title="Structure", examples=["PTV", "HEART", "LUNG_IPSI"])
    metric: str = Field(min_length=1, max_length=50, title="Metric", examples=["V100%", "DMAX%", "MEAN_GY"])
    phase: Phase = Field(default=Phase.MAIN, title="Phase")
    value: Decimal = Field(
        ge=0, le=100000, title="Value (% or Gy)", description="In the unit of the metric. Gy, not cGy: 40.05, not 4005."
    )


class PlanReview(Facts):
    """A senior radiation oncologist's review of delineation, coverage and constraints."""

    verdict: Literal["accept", "revise"] = Field(title="Verdict")
    findings: str = Field(
        default="", max_length=2000, title="Findings", description="What was noted, or is to be changed."
    )


class Fraction(Facts):
    """One treatment fraction; shifts are the largest of cone-beam CT per axis."""

    phase: Phase = Field(default=Phase.MAIN, title="Phase")
    number: int = Field(
        ge=1, le=99, title="Fraction number within the phase", description="Which of the phase's fractions."
    )
    dose_cgy: int = Field(gt=0, le=3000, title="Dose delivered (cGy)", description="A fraction of 2.67 Gy is 267.")
    cbct: Answer = Field(default="unknown", title="Cone-beam CT taken")
    shift_mm: Decimal | None = Field(default=None, ge=0, le=200, title="Largest shift on any axis (mm)")
    shift_corrected: Answer | None = Field(
        default=None,
        title="Shift corrected or replanned before the beam went on",
        description="Needed when the shift is above 5 mm.",
    )


class MissedFraction(Facts):
    """A treatment day without its fraction."""

    reason: str = Field(min_length=1, max_length=500, title="Reason", examples=["machine down", "patient ill"])


class Ending(Facts):
    """Why radiotherapy did not run its course."""

    reason: str = Field(min_length=1, max_length=500, title="Reason", examples=["toxicity", "progression", "her wish"])


class DeliveredVolume(Facts):
    """What was in fact irradiated: as-treated, whatever was allocated."""

    arm: Arm = Field(title="What was irradiated")


class RadiotherapyPlanned(Plan, Event):
    """A plan was made."""

    type: ClassVar[str] = "radiotherapy-planned.v1"


class PlanDoseReported(PlanDose, Event):
    """A dose-volume metric of the plan was put on record."""

    type: ClassVar[str] = "plan-dose-reported.v1"


class PlanReviewed(PlanReview, Event):
    """The plan was reviewed; the reviewer is the actor of the envelope."""

    type: ClassVar[str] = "plan-reviewed.v1"


class RadiotherapyStarted(Event):
    """Radiotherapy began."""

    type: ClassVar[str] = "radiotherapy-started.v1"


class FractionDelivered(Fraction, Event):
    """A fraction was delivered."""

    type: ClassVar[str] = "fraction-delivered.v1"


class FractionMissed(MissedFraction, Event):
    """A planned fraction was not given that day."""

    type: ClassVar[str] = "fraction-missed.v1"


class RadiotherapyCompleted(Event):
    """The last planned fraction was given."""

    type: ClassVar[str] = "radiotherapy-completed.v1"


class RadiotherapyStoppedEarly(Ending, Event):
    """Radiotherapy ended before its last planned fraction."""

    type: ClassVar[str] = "radiotherapy-stopped-early.v1"


class RadiotherapyNeverStarted(Ending, Event):
    """Radiotherapy will not be given."""

    type: ClassVar[str] = "radiotherapy-never-started.v1"


class NodalVolumeDelivered(DeliveredVolume, Event):
    """The nodal volume that was in fact irradiated."""

    type: ClassVar[str] = "nodal-volume-delivered.v1"
