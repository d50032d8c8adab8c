"""The genomic risk class: given twice, by the laboratory in words and by the protocol from the score."""

from dataclasses import dataclass
from decimal import Decimal

from domain.genomic_test import Result, standing_result
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.genomics import RiskClass


@dataclass(frozen=True, slots=True)
class ClassContradiction:
    """A standing result whose reported class is not the one its score gives."""

    result: Result
    score: Decimal
    derived: RiskClass
    reported: RiskClass

    def __str__(self) -> str:
        return f"Score {self.score} is {self.derived}, reported as {self.reported}"


def class_contradiction(patient: Patient, edition: Edition) -> ClassContradiction | None:
    """The contradiction between score and reported class, if there is one (PQ-04 decides at exactly 44)."""
    result = standing_result(patient)
    if result is None or result.event.class_reported is None or result.event.score_18gene is None:
        return None
    derived, reported = edition.genomic.classify(result.event.score_18gene), result.event.class_reported
    return ClassContradiction(result, result.event.score_18gene, derived, reported) if derived != reported else None
