"""The clinically and genomically high-risk: not randomised; whether they are followed all the same is PQ-29."""

from domain.patient import Patient
from domain.protocol.edition import Edition
from events.screening import ScreeningFailed

_GENOMIC_LOW = "DR02"


def in_registry(patient: Patient, edition: Edition) -> bool:
    """Whether only her genomic risk kept a patient out, and the protocol is read so that she is followed.

    She is in no analysis set: she has no arm.
    """
    if edition.reading("PQ-29") != "registry-stratum" or not patient.screening_failed:
        return False
    failure = patient.last(ScreeningFailed)
    return failure is not None and failure.event.failed == (_GENOMIC_LOW,)


def is_treated_here(patient: Patient, edition: Edition) -> bool:
    """Whether the trial asks for a patient's radiotherapy and follow-up."""
    return patient.allocation is not None or in_registry(patient, edition)
