"""Outcomes: recurrences by site, new cancers, death, and what the adjudicators made of them."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from events.clinical_date import ClinicalDate
from events.event import Event, Facts
from events.screening import Answer


class RecurrenceSite(StrEnum):
    """Where the cancer came back, one or more. DISTANT: anywhere but breast, chest wall and regional nodes."""

    BREAST = "BREAST"
    CHEST_WALL = "CHEST_WALL"
    AXILLA = "AXILLA"
    SUPRACLAVICULAR = "SUPRACLAVICULAR"
    INFRACLAVICULAR = "INFRACLAVICULAR"
    INTERNAL_MAMMARY = "INTERNAL_MAMMARY"
    DISTANT = "DISTANT"


class Behaviour(StrEnum):
    """INVASIVE, or DCIS: ductal carcinoma in situ."""

    INVASIVE = "INVASIVE"
    DCIS = "DCIS"


class Evidence(StrEnum):
    """What a diagnosis rests on."""

    HISTOLOGY = "HISTOLOGY"
    CYTOLOGY = "CYTOLOGY"
    IMAGING = "IMAGING"
    CLINICAL = "CLINICAL"
    UNKNOWN = "UNKNOWN"


class DeathCause(StrEnum):
    """Cause of death as the endpoints need it. OTHER: any but breast cancer."""

    BREAST_CANCER = "BREAST_CANCER"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class Suspicion(Facts):
    """A suspected recurrence."""

    sites: tuple[RecurrenceSite, ...] = Field(min_length=1, title="Sites")
    evidence: Evidence = Field(default=Evidence.IMAGING, title="Evidence")


class Recurrence(Facts):
    """A confirmed recurrence."""

    sites: tuple[RecurrenceSite, ...] = Field(min_length=1, title="Sites")
    behaviour: Behaviour = Field(default=Behaviour.INVASIVE, title="Behaviour")
    evidence: Evidence = Field(default=Evidence.UNKNOWN, title="Evidence")


class Refutation(Facts):
    """A suspicion that proved unfounded; no sites means every open suspicion."""

    sites: tuple[RecurrenceSite, ...] = Field(
        default=(), title="Sites", description="Leave it empty when every open suspicion is ruled out."
    )


class ContralateralCancer(Facts):
    """Cancer of the other breast."""

    behaviour: Behaviour = Field(default=Behaviour.INVASIVE, title="Behaviour")


class SecondPrimary(Facts):
    """A new cancer that is not of the breast."""

    site: str = Field(default="", max_length=200, title="Site", examples=["lung"])


class Death(Facts):
    """The patient's death."""

    cause: DeathCause = Field(title="Cause")
    evidence: str = Field(default="", max_length=500, title="Evidence", examples=["death certificate"])


class Adjudication(Facts):
    """The adjudicators' decision about one recorded outcome."""

    target: UUID = Field(title="Entry adjudicated", description="Filled in by the link on the page Decisions.")
    upheld: Answer = Field(title="Outcome upheld")
    dated: ClinicalDate | None = Field(
        default=None, title="Date as adjudicated", description="Empty: the date on record stands."
    )
    cause: DeathCause | None = Field(
        default=None, title="Cause of death as adjudicated", description="Only of a death."
    )


class RecurrenceSuspected(Suspicion, Event):
    """A recurrence was suspected."""

    type: ClassVar[str] = "recurrence-suspected.v1"


class RecurrenceConfirmed(Recurrence, Event):
    """A recurrence was confirmed; it counts from its first evidence."""

    type: ClassVar[str] = "recurrence-confirmed.v1"


class RecurrenceRefuted(Refutation, Event):
    """A suspected recurrence was refuted."""

    type: ClassVar[str] = "recurrence-refuted.v1"


class ContralateralCancerDiagnosed(ContralateralCancer, Event):
    """Cancer of the other breast was diagnosed."""

    type: ClassVar[str] = "contralateral-cancer-diagnosed.v1"


class SecondPrimaryDiagnosed(SecondPrimary, Event):
    """A second primary cancer was diagnosed."""

    type: ClassVar[str] = "second-primary-diagnosed.v1"


class DeathReported(Death, Event):
    """The patient died."""

    type: ClassVar[str] = "death-reported.v1"


class OutcomeAdjudicated(Adjudication, Event):
    """An outcome was adjudicated."""

    type: ClassVar[str] = "outcome-adjudicated.v1"
