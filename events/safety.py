"""Safety: toxicity by term and grade, and serious adverse events with their reporting."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from events.event import NUMBER, Event, Facts
from events.screening import Answer


class ToxicityScale(StrEnum):
    """The scale a grade belongs to; its version stands beside it."""

    CTCAE = "CTCAE"
    RTOG = "RTOG"


class SeriousCriterion(StrEnum):
    """Why an adverse event is serious (ICH E2A), one or more. A PREGNANCY is not one, and is reported as fast."""

    DEATH = "DEATH"
    LIFE_THREATENING = "LIFE_THREATENING"
    HOSPITALISATION = "HOSPITALISATION"
    DISABILITY = "DISABILITY"
    CONGENITAL_ANOMALY = "CONGENITAL_ANOMALY"
    OTHER_IMPORTANT = "OTHER_IMPORTANT"
    PREGNANCY = "PREGNANCY"


class AdverseEvent(Facts):
    """One toxicity finding."""

    term: str = Field(
        min_length=1, max_length=200, title="Term", examples=["Rash: dermatitis associated with radiation"]
    )
    select: str | None = Field(
        default=None,
        max_length=200,
        title="Selection of the term",
        examples=["Radiation"],
        description="Only where the term has one.",
    )
    grade: int = Field(
        ge=0,
        le=5,
        title="Grade (0-5)",
        description="0: none. 1: mild. 2: moderate. 3: severe. 4: life-threatening. 5: death.",
    )
    scale: ToxicityScale = Field(default=ToxicityScale.CTCAE, title="Scale")
    scale_version: str = Field(
        default="3.0",
        max_length=20,
        title="Version of the scale",
        description="The protocol grades by CTCAE 3.0. For RTOG write its own version, or leave it empty.",
    )
    attribution: Literal["unrelated", "unlikely", "possible", "probable", "definite", "unknown"] = Field(
        default="unknown", title="Attribution to radiotherapy"
    )


class SeriousAdverseEvent(Facts):
    """A serious adverse event; its clocks run from the instant the site became aware."""

    sae_id: str = Field(
        min_length=1,
        max_length=50,
        title="SAE number",
        description="A number of your own that none of hers has yet; it appears in e-mails.",
        examples=["SAE-1"],
        json_schema_extra={"pattern": NUMBER.pattern},
    )
    term: str = Field(
        min_length=1,
        max_length=200,
        title="Term",
        description="The diagnosis; it appears in e-mails, so nothing that identifies her.",
        examples=["cellulitis of the breast"],
    )
    criteria: tuple[SeriousCriterion, ...] = Field(min_length=1, title="Why it is serious")
    aware_at: AwareDatetime = Field(title="Site became aware at", description="The reporting clocks run from here.")


class SeriousAdverseEventNotice(Facts):
    """A report of a serious adverse event that went out."""

    sae_id: str = Field(
        min_length=1, max_length=50, title="SAE number", description="As on her page.", examples=["SAE-1"]
    )
    to: Literal["principal-investigator", "ethics-committee"] = Field(title="Reported to")
    kind: Literal["initial", "follow-up"] | None = Field(default=None, title="First report or follow-up")


class SeriousAdverseEventAssessment(Facts):
    """What the principal investigator makes of a serious adverse event."""

    sae_id: str = Field(
        min_length=1, max_length=50, title="SAE number", description="As on her page.", examples=["SAE-1"]
    )
    serious: Answer = Field(default="yes", title="Serious")
    related: Answer = Field(title="Related to the trial treatment")
    expected: Answer = Field(title="Expected")


class SeriousAdverseEventReference(Facts):
    """Which serious adverse event is meant."""

    sae_id: str = Field(
        min_length=1, max_length=50, title="SAE number", description="As on her page.", examples=["SAE-1"]
    )


class AdverseEventRecorded(AdverseEvent, Event):
    """A toxicity was graded."""

    type: ClassVar[str] = "adverse-event-recorded.v1"


class SeriousAdverseEventDeclared(SeriousAdverseEvent, Event):
    """An adverse event was declared serious."""

    type: ClassVar[str] = "serious-adverse-event-declared.v1"


class SeriousAdverseEventReported(SeriousAdverseEventNotice, Event):
    """A serious adverse event was reported onwards."""

    type: ClassVar[str] = "serious-adverse-event-reported.v1"


class SeriousAdverseEventAssessed(SeriousAdverseEventAssessment, Event):
    """The principal investigator assessed a serious adverse event. A later assessment replaces an earlier one."""

    type: ClassVar[str] = "serious-adverse-event-assessed.v1"


class SeriousAdverseEventClosed(SeriousAdverseEventReference, Event):
    """A serious adverse event was followed to its end."""

    type: ClassVar[str] = "serious-adverse-event-closed.v1"
