"""The codes of the record in the words of the rule book, and what a reader of each chapter must know beforehand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from events.follow_up import Assessment

NOTES: Mapping[str, str] = MappingProxyType(
    {
        "Inclusion": "Every line must hold. What is not known never passes. Weighed when eligibility is confirmed and "
        "again at randomisation.",
        "Exclusion": "Each line says what must hold; the protocol lists the opposite. Exclusion 12 is weighed on the "
        "planned start of radiotherapy, and again on the actual one: a late start is then a deviation.",
        "Clinical risk factors": "Counted on the day of consent to the trial.",
        "Radiotherapy": "The regimen is chosen by the radiation oncologist and not tied to the arm. The dose holds for "
        "chest wall or breast and for the nodes alike.",
        "Dose to target and organs": "Limits of the target are of the prescription of its own phase. Limits of organs "
        "stand in for tables that were not at hand: they are shown, and judge nobody.",
        "Visits": "Windows are a proposal the site must approve; two never overlap. When the end of radiotherapy "
        "moves, visits still open move with it, visits done do not.",
        "Clocks of serious adverse events": "The protocol names none: these are the hospital's practice. They run on "
        "instants whatever became of the patient, stop when the event is found not serious, and run from the first "
        "awareness when it is serious again.",
        "Endpoints": "Counted in days from randomisation, everyone in the arm allocated. Without an event, observation "
        "ends at the last assessment of disease, for overall survival at the last day known alive.",
        "Sample size and analysis": "208 patients do not give the events the test needs (PQ-08): analyses of the "
        "primary endpoint say how much information there is.",
    }
)
"""By chapter."""

_STRUCTURES: Mapping[str, str] = MappingProxyType(
    {
        "PTV": "planning target volume",
        "LUNG_IPSI": "ipsilateral lung",
        "LUNG_CONTRA": "contralateral lung",
        "HEART": "heart",
        "LAD": "left anterior descending artery",
        "BREAST_CONTRA": "contralateral breast",
        "OESOPHAGUS": "oesophagus",
        "THYROID": "thyroid",
        "BRACHIAL_PLEXUS": "brachial plexus",
    }
)
_OF_THE_TARGET: Mapping[str, str] = MappingProxyType(
    {
        "V100%": "Share of the planning target volume that has the prescribed dose",
        "D100%": "Dose, of the prescribed one, that all of the planning target volume has",
        "DMAX%": "Highest dose in the planning target volume, of the prescribed one",
    }
)
_SHORT_NAMES: Mapping[Assessment, str] = MappingProxyType(
    {
        Assessment.ECG: "12-lead electrocardiogram",
        Assessment.CHEST_CT: "chest CT",
        Assessment.TOXICITY: "toxicity",
    }
)


def assessment_words(assessment: Assessment) -> str:
    """An assessment in words, its code behind it."""
    words = _SHORT_NAMES.get(assessment, assessment.name.lower().replace("_", " "))
    return f"{words} (`{assessment.value}`)"


def dose_words(structure: str, metric: str) -> tuple[str, str]:
    """What a dose metric of a structure means, and its unit. `V20%` of an organ is its share with 20 Gy or more."""
    if structure == "PTV":
        return _OF_THE_TARGET[metric], "%"
    organ = _STRUCTURES[structure]
    if metric in {"MEAN_GY", "DMAX_GY"}:
        return f"{'Mean' if metric == 'MEAN_GY' else 'Highest'} dose to the {organ}", "Gy"
    at_least = re.fullmatch(r"V(\d+)%", metric)
    assert at_least is not None
    return f"Share of the {organ} with {at_least[1]} Gy or more", "%"


def clock_words(applies: str, starts: str) -> str:
    """From when a clock of serious adverse events runs, and for which of them."""
    from_when = {"awareness": "the site's awareness", "record": "the entry", "first-report": "the first report"}[starts]
    for_which = {
        "every": "every one, pregnancies included",
        "fatal": "fatal ones",
        "fatal-or-life-threatening": "fatal or life-threatening ones",
        "other-related": "others, unless found unrelated",
    }[applies]
    return f"from {from_when}; {for_which}"
