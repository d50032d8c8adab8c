"""The FHIR R4 words the trial and the laboratory agreed on. Bindings are ours to check: no FHIR library does it.

Source: Protocol, Genomic test; HL7 FHIR R4 ServiceRequest, DiagnosticReport, Observation.
"""

from __future__ import annotations

from typing import Final, Literal

TEST_SYSTEM: Final = "urn:imni:test"
TEST_CODE: Final = "RecurIndex"
SCORE_SYSTEM: Final = "urn:imni:recurindex-score"
UNIT_SYSTEM: Final = "http://unitsofmeasure.org"
INTERPRETATION_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"

ReportStatus = Literal[
    "registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled", "entered-in-error"
]
ScoreName = Literal["score_18gene", "ri_lr", "ri_dr"]
RiskClass = Literal["low", "high"]

STATUSES: Final[dict[str, ReportStatus]] = {
    "registered": "registered",
    "partial": "partial",
    "preliminary": "preliminary",
    "final": "final",
    "amended": "amended",
    "corrected": "corrected",
    "appended": "appended",
    "cancelled": "cancelled",
    "entered-in-error": "entered-in-error",
}
COMPLETE: Final[frozenset[ReportStatus]] = frozenset({"final", "amended", "corrected", "appended"})
"""The statuses under which a report must carry at least one score."""
VOID: Final[frozenset[ReportStatus]] = frozenset({"cancelled", "entered-in-error"})
"""The statuses under which scores, if any, are not to be read."""

SCORE_NAMES: Final[dict[str, ScoreName]] = {"score_18gene": "score_18gene", "ri_lr": "ri_lr", "ri_dr": "ri_dr"}
SCORE_STATUSES: Final = frozenset({"preliminary", "final", "amended", "corrected"})
SCORE_UNITS: Final = frozenset({"1", "{score}"})
RISK_CLASSES: Final[dict[str, RiskClass]] = {"L": "low", "H": "high"}
