"""Both arms at each time of an event: what every comparison of their hazards is computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.analysis.risk_table import FloatArray, risk_table


@dataclass(frozen=True, slots=True)
class TwoArms:
    """One row a distinct time with an event in either arm, ascending; at risk is #{T >= time}, 1 is OMIT, 0 IMNI."""

    time: FloatArray
    at_risk0: FloatArray
    at_risk1: FloatArray
    events0: FloatArray
    events1: FloatArray

    @property
    def at_risk(self) -> FloatArray:
        """Patients at risk in both arms."""
        return self.at_risk0 + self.at_risk1

    @property
    def events(self) -> FloatArray:
        """Events in both arms."""
        return self.events0 + self.events1


def two_arms(time: FloatArray, status: FloatArray, arm: FloatArray) -> TwoArms:
    """Count both arms; `time` as `merge_same_times` leaves it."""
    everyone = risk_table(time, status)
    omit = risk_table(time[arm == 1], status[arm == 1])
    at_risk1 = np.append(omit.at_risk, 0.0)[np.searchsorted(omit.time, everyone.time)]
    events1 = np.zeros(len(everyone.time))
    events1[np.searchsorted(everyone.time, omit.time)] = omit.events
    counted = (everyone.time, everyone.at_risk - at_risk1, at_risk1, everyone.events - events1, events1)
    return TwoArms(*(column[everyone.events > 0] for column in counted))
