"""Which arm minimisation gives a patient: a weighing of those allocated before her, and the chance her place held.

Source: Pocock and Simon 1975, doi 10.2307/2529712, with the range as the measure of imbalance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.allocation.schemes import COIN
from domain.patient import Patient
from domain.protocol.edition import Case, Edition
from domain.rejections import Incomplete, NoSuchEntry
from events.randomisation import Arm, Balancing, FactorLevel, Minimisation, PatientRandomised
from events.screening import SurgeryRecorded

SURGERY = "SURGERY"
"""Mastectomy or breast conservation. Every risk factor of the edition is a factor too, under its id: RF1 …"""

_LEVELS = {True: "present", False: "absent", None: None}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A patient allocated from the same list: her levels then, and her arm."""

    levels: tuple[FactorLevel, ...]
    arm: Arm


def weighed(randomised: PatientRandomised) -> Weighed:
    """How a patient counts for those after her: as she was weighed then, whatever was corrected since."""
    return Weighed(randomised.balancing.levels if randomised.balancing else (), randomised.arm)


def balanced(scheme: Minimisation, balancing: Balancing, before: Sequence[Weighed]) -> Arm:
    """The arm of the next patient: what balances better, as often as the scheme prefers it; a coin where both do."""
    omit, imni = (_imbalance(scheme, balancing, before, arm) for arm in COIN)
    if omit == imni:
        return COIN[balancing.chance >= 50]
    preferred, other = COIN if omit < imni else COIN[::-1]
    return preferred if balancing.chance < scheme.preferred_pct else other


def _imbalance(scheme: Minimisation, balancing: Balancing, before: Iterable[Weighed], given: Arm) -> int:
    """How far apart the arms would be on her levels, were she given an arm: weighed and added up."""
    everyone = (*before, Weighed(balancing.levels, given))
    level_of = {level.factor: level for level in balancing.levels}
    return sum(factor.weight * abs(_lead(everyone, level_of[factor.name])) for factor in scheme.factors)


def _lead(everyone: Iterable[Weighed], level: FactorLevel) -> int:
    return sum(1 if each.arm is Arm.OMIT else -1 for each in everyone if level in each.levels)


def require_known_factors(scheme: Minimisation, edition: Edition) -> None:
    """Raises `NoSuchEntry` for a factor that no patient has a level of."""
    known = {SURGERY, *(factor.id for factor in edition.risk_factors)}
    for factor in scheme.factors:
        if factor.name not in known:
            raise NoSuchEntry("factor", factor.name, "no such factor", f"Use some of {', '.join(sorted(known))}")


def levels_of(patient: Patient, scheme: Minimisation, edition: Edition, today: date) -> tuple[FactorLevel, ...]:
    """Where a patient stands on the factors of a scheme. Raises `Incomplete` for one that is not known."""
    return tuple(
        FactorLevel(factor=factor.name, level=_known(level_of(patient, factor.name, edition, today), factor.name))
        for factor in scheme.factors
    )


def level_of(patient: Patient, factor: str, edition: Edition, today: date) -> str | None:
    """A patient's level on a factor: of surgery MAST or BCS, of a risk factor present or absent; None while unknown."""
    if factor == SURGERY:
        surgery = patient.known(SurgeryRecorded, lambda surgery: surgery.breast_surgery)
        return surgery.value.value if surgery else None
    case = Case(patient, patient.reference_date or today, edition)
    risk = next((risk for risk in edition.risk_factors if risk.id == factor), None)
    return _LEVELS[risk.weigh(case).passes] if risk else None


def _known(level: str | None, factor: str) -> str:
    if level is None:
        raise Incomplete("factor", factor, "it is not known, and minimisation balances it", "Record it first")
    return level
