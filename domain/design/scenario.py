"""What is taken to be true of a trial of two arms: how patients come, how they fare, how long they are followed."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from domain.protocol.edition import Edition
from domain.rejections import Implausible


@dataclass(frozen=True, slots=True)
class Scenario:
    """A trial allocated 1:1; times in years, hazards a year, hazard ratios OMIT to IMNI, shares 0 to 1.

    Patients come evenly over `accrual`; everyone is followed until `duration` after the first. `at_events` ends the
    trial at that many events instead, `followed` each patient's observation so long after she came; 0 is without.
    `event_free` is that of IMNI at `horizon`. From `late_from` on the hazard ratio is `late_hazard_ratio`; 0 is never.
    `dropout` is the yearly hazard of leaving. `crossover` is the share of OMIT treated, and faring, as IMNI.
    Raises `Implausible`, naming the field.
    """

    patients: int = 214
    event_free: float = 0.91
    horizon: float = 5.0
    hazard_ratio: float = 1.0
    late_hazard_ratio: float = 1.0
    late_from: float = 0.0
    accrual: float = 2.0
    duration: float = 7.0
    followed: float = 0.0
    at_events: int = 0
    dropout: float = 0.0
    crossover: float = 0.0

    def __post_init__(self) -> None:
        for name, (lowest, highest) in _BOUNDS.items():
            value = getattr(self, name)
            if not lowest <= value <= highest:
                raise Implausible(name, str(value), "is outside what can be", f"Give {lowest:g} to {highest:g}")
        if self.duration <= self.accrual:
            raise Implausible("duration", str(self.duration), "ends before the last patient came", "Give more years")

    @property
    def hazard(self) -> float:
        """The hazard of IMNI, a year."""
        return -math.log(self.event_free) / self.horizon

    def changes(self) -> dict[str, float]:
        """What differs from the design as the protocol states it, by field."""
        default = Scenario()
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if value != getattr(default, name)}


_BOUNDS = {
    "patients": (4, 20_000),
    "event_free": (0.01, 0.999),
    "horizon": (0.1, 50),
    "hazard_ratio": (0.01, 100),
    "late_hazard_ratio": (0.01, 100),
    "late_from": (0, 50),
    "accrual": (0, 50),
    "duration": (0.1, 100),
    "followed": (0, 100),
    "at_events": (0, 20_000),
    "dropout": (0, 5),
    "crossover": (0, 1),
}


def planned(edition: Edition, *, hazard_ratio: float = 1.0, patients: int | None = None) -> Scenario:
    """The trial as an edition plans it: its target, its accrual, and then the years of its horizon."""
    accrual, horizon = edition.planned_accrual_months / 12, float(edition.margins.horizon_years)
    return Scenario(
        patients=patients or edition.target_patients,
        event_free=float(edition.margins.event_free_control),
        horizon=horizon,
        hazard_ratio=hazard_ratio,
        accrual=accrual,
        duration=accrual + horizon,
    )
