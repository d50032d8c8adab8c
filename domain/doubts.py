"""What people say that is possible but unlikely, or open to two readings: it is kept, and a query asks about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from domain.decisions.command import Command
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.queries import standing_queries
from domain.registry_stratum import is_treated_here
from events.clinical_date import ClinicalDate
from events.conduct import QueryOpened
from events.event import Event
from events.follow_up import Contact, DiseaseAssessment, Visit
from events.radiotherapy import Fraction
from events.screening import Malignancy, MedicalHistory, Pathology, PerformanceStatus, PrimaryTumour

Said = Command | Event
Doubt = Callable[[Said, Patient, Edition], str | None]
"""The question a doubt asks; None where there is nothing to ask."""

_SIZES = MappingProxyType(
    {
        PrimaryTumour.T1MI: (0, 1),
        PrimaryTumour.T1A: (1, 5),
        PrimaryTumour.T1B: (5, 10),
        PrimaryTumour.T1C: (10, 20),
        PrimaryTumour.T1: (0, 20),
        PrimaryTumour.T2: (20, 50),
        PrimaryTumour.T3: (50, 300),
    }
)
"""Over so many millimetres and up to so many (AJCC); T4 goes by extent, Tis is not invasive."""
_NEED_LIFE = (Visit, Contact, DiseaseAssessment, Fraction)
_BEFORE_TREATMENT = frozenset({"baseline", "unscheduled"})


def doubts_about(said: Said, patient: Patient, edition: Edition, on: ClinicalDate) -> tuple[QueryOpened, ...]:
    """The queries that something said of a patient opens; none about a matter while an earlier one stands."""
    standing = {query.query_id.partition("/")[0] for query in standing_queries(patient)}
    asked = [entry.event.query_id.partition("/")[0] for entry in patient.every(QueryOpened)]
    return tuple(
        QueryOpened(occurred_on=on, query_id=f"{matter}/{asked.count(matter) + 1}", question=question)
        for matter, doubt in DOUBTS.items()
        if matter not in standing and (question := doubt(said, patient, edition))
    )


def _size_against_category(said: Said, patient: Patient, edition: Edition) -> str | None:
    """Category and size of the tumour stand side by side, and risk factor RF3 goes by the category."""
    if not isinstance(said, Pathology) or said.pt is None or said.tumour_size_mm is None or said.pt not in _SIZES:
        return None
    over, up_to = _SIZES[said.pt]
    if over < said.tumour_size_mm <= up_to:
        return None
    return f"p{said.pt} is over {over} and up to {up_to} mm, reported are {said.tumour_size_mm} mm. Which is right?"


def _scales_disagree(said: Said, patient: Patient, edition: Edition) -> str | None:
    """Where ECOG or Karnofsky is enough (PQ-17), and only one of them is."""
    if not isinstance(said, PerformanceStatus) or said.ecog is None or said.karnofsky is None:
        return None
    if edition.reading("PQ-17") != "either" or (said.ecog <= 2) == (said.karnofsky >= 70):
        return None
    return f"ECOG {said.ecog} and Karnofsky {said.karnofsky}: one is fit for the trial, the other not. Are both right?"


def _earlier_breast_cancer(said: Said, patient: Patient, edition: Edition) -> str | None:
    """Where an earlier breast cancer does not exclude (PQ-14), the site is asked what it was."""
    if not isinstance(said, MedicalHistory) or edition.reading("PQ-14") != "ask-the-site":
        return None
    dates = [str(each.diagnosed_on) for each in said.prior_malignancies if each.kind is Malignancy.BREAST]
    if not dates:
        return None
    return f"Breast cancer in {', '.join(dates)}: was it invasive, which side, and is she to enter all the same?"


def _visit_of_nobody_treated_here(said: Said, patient: Patient, edition: Edition) -> str | None:
    """A visit of Table 1 of somebody who never entered the trial is likely somebody else's."""
    if not isinstance(said, Visit) or said.visit in _BEFORE_TREATMENT or is_treated_here(patient, edition):
        return None
    return f"Visit {said.visit} of {patient.patient_id}, who is not randomised: is it of another patient?"


def _after_her_death(said: Said, patient: Patient, edition: Edition) -> str | None:
    """Who is seen, called or treated surely after her death: one of the two dates is wrong, or it was somebody else."""
    if not isinstance(said, _NEED_LIFE) or patient.death is None:
        return None
    died = patient.death.occurred_on
    if said.occurred_on.earliest <= died.latest:
        return None
    return f"Dated {said.occurred_on}, after the death on {died}: which date is right, or is it of another patient?"


DOUBTS: Mapping[str, Doubt] = MappingProxyType(
    {
        "tumour-size": _size_against_category,
        "performance-status": _scales_disagree,
        "earlier-breast-cancer": _earlier_breast_cancer,
        "visit": _visit_of_nobody_treated_here,
        "after-death": _after_her_death,
    }
)
"""Every doubt by the matter its queries are numbered under."""
