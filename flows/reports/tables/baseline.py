"""Who was randomised: median and range, number and share; no test, because the groups were made by chance.

Source: CONSORT 2025, item 25 (doi 10.1136/bmj-2024-081123).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeVar

from domain.calendar_arithmetic import possible_ages
from domain.genomic_test import standing_scores
from domain.patient import Patient
from events.event import Event
from events.screening import (
    PathologyReported,
    PerformanceStatusRecorded,
    SurgeryRecorded,
    TreatmentTimingRecorded,
)
from flows.reports.report_view import ReportView
from flows.reports.tables.table import Count, Row, Spread, Table

E = TypeVar("E", bound=Event)
V = TypeVar("V")


class _Quantity(NamedTuple):
    """What is told as median and range."""

    title: str
    value: Callable[[Patient], float | Decimal | None]
    digits: int = 0


class _Levels(NamedTuple):
    """What is told as number and share; every level has its line, whether anybody is at it or not."""

    title: str
    level: Callable[[Patient], str | None]
    levels: Sequence[str]


def baseline(view: ReportView) -> Table:
    """Everyone randomised, as allocated. Lines of one characteristic add up to the patients of the group."""
    groups = [members for _, members in view.members]
    rows = [row for asked in _CHARACTERISTICS for row in _rows(asked, groups)]
    return Table(
        title="Patients at randomisation",
        columns=[f"{name} (n = {len(members)})" for name, members in zip(view.names, groups, strict=True)],
        rows=rows,
        notes=("Median (range), or number (share of the group).",),
        first="Characteristic",
    )


def _rows(asked: _Quantity | _Levels, groups: Sequence[Sequence[Patient]]) -> Iterator[Row]:
    if isinstance(asked, _Quantity):
        known = [[value for patient in group if (value := asked.value(patient)) is not None] for group in groups]
        yield Row(asked.title, tuple(Spread(tuple(float(v) for v in values), asked.digits) for values in known))
        missing = [len(group) - len(values) for group, values in zip(groups, known, strict=True)]
    else:
        found = [[asked.level(patient) for patient in group] for group in groups]
        yield Row(asked.title)
        for level in asked.levels:
            yield Row(level, tuple(Count(group.count(level), len(group)) for group in found), 1)
        missing = [group.count(None) for group in found]
    if any(missing):
        counts = (Count(number, len(group)) for number, group in zip(missing, groups, strict=True))
        yield Row("not known", tuple(counts), 1)


def _of(kind: type[E], value: Callable[[E], V | None]) -> Callable[[Patient], V | None]:
    def read(patient: Patient) -> V | None:
        known = patient.known(kind, value)
        return known.value if known else None

    return read


def _age(patient: Patient) -> int | None:
    """Completed years; with a birth date known to the year alone, the older of the two ages it allows."""
    if patient.birth_date is None or patient.allocation is None:
        return None
    return max(possible_ages(patient.birth_date.value, patient.allocation.occurred_on.earliest))


def _ecog(patient: Patient) -> str | None:
    value = _of(PerformanceStatusRecorded, lambda said: said.ecog)(patient)
    return None if value is None else str(value) if value < 3 else "3 or more"


def _stage(patient: Patient) -> str | None:
    value = _of(PathologyReported, lambda said: said.pt)(patient)
    if value is None:
        return None
    return {"Tis": "other", "T2": "T2"}.get(value, "T1" if value.startswith("T1") else "other")


def _nodal_stage(patient: Patient) -> str | None:
    value = _of(PathologyReported, lambda said: said.pn)(patient)
    return None if value is None else "pN1" if value.startswith("pN1") and value != "pN1mi" else "other"


def _grade(patient: Patient) -> str | None:
    value = _of(PathologyReported, lambda said: said.grade)(patient)
    return None if value is None else str(value)


def _receptor(name: str) -> Callable[[Patient], str | None]:
    def level(patient: Patient) -> str | None:
        value: Decimal | None = _of(PathologyReported, lambda said: getattr(said, name))(patient)
        return None if value is None else "positive (1 % or more)" if value >= 1 else "negative"

    return level


def _her2(patient: Patient) -> str | None:
    """What the pathologist wrote, as far as it is one of the usual ways of writing it."""
    said = (_of(PathologyReported, lambda pathology: pathology.her2)(patient) or "").casefold()
    if said.startswith(("0", "1+")) or "negative" in said:
        return "negative"
    return "positive" if said.startswith("3+") or "positive" in said else None


def _breast_surgery(patient: Patient) -> str | None:
    value = _of(SurgeryRecorded, lambda said: said.breast_surgery)(patient)
    return {"MAST": "mastectomy", "BCS": "breast-conserving"}[value] if value else None


def _axillary_surgery(patient: Patient) -> str | None:
    value = _of(SurgeryRecorded, lambda said: said.axillary_surgery)(patient)
    if value is None:
        return None
    return "sentinel node biopsy alone" if value == "SLNB" else "axillary dissection"


def _score(patient: Patient) -> Decimal | None:
    scores = standing_scores(patient)
    return scores.value.score_18gene if scores else None


_CHARACTERISTICS: Sequence[_Quantity | _Levels] = (
    _Quantity("Age, years", _age),
    _Levels("Performance status (ECOG)", _ecog, ("0", "1", "2", "3 or more")),
    _Levels("Breast surgery", _breast_surgery, ("mastectomy", "breast-conserving")),
    _Levels("Axillary surgery", _axillary_surgery, ("sentinel node biopsy alone", "axillary dissection")),
    _Levels("pT category", _stage, ("T1", "T2", "other")),
    _Quantity("Size of the invasive tumour, mm", _of(PathologyReported, lambda said: said.tumour_size_mm)),
    _Levels("pN category", _nodal_stage, ("pN1", "other")),
    _Quantity("Positive lymph nodes", _of(PathologyReported, lambda said: said.nodes_positive)),
    _Quantity("Examined lymph nodes", _of(PathologyReported, lambda said: said.nodes_examined)),
    _Levels("Grade", _grade, ("1", "2", "3")),
    _Quantity("Ki-67, %", _of(PathologyReported, lambda said: said.ki67_pct)),
    _Levels("Oestrogen receptor", _receptor("er_pct"), ("positive (1 % or more)", "negative")),
    _Levels("Progesterone receptor", _receptor("pr_pct"), ("positive (1 % or more)", "negative")),
    _Levels("HER2", _her2, ("positive", "negative")),
    _Levels(
        "Adjuvant chemotherapy", _of(TreatmentTimingRecorded, lambda said: said.adjuvant_chemotherapy), ("yes", "no")
    ),
    _Quantity("RecurIndex 18-gene score", _score, 1),
)
