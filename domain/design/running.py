"""What has come in of the running trial's information, and the chance that it ends in non-inferiority."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from domain.analysis.frozen_result import FrozenResult
from domain.endpoints import EndpointRecord
from domain.protocol.edition import Margins

_DAYS_A_YEAR = 365.25
_STILL_FOLLOWED = ("end-of-follow-up", "no-assessment")


@dataclass(frozen=True, slots=True)
class ComeIn:
    """What has come in by a day: patients, the years since the first, events, years observed, who is still followed."""

    on: date
    patients: int
    years: float
    events: int
    patient_years: float
    followed: int


class ConditionalPower(FrozenResult):
    """The chance of showing non-inferiority once the events needed are in, given those there are.

    `as_designed` if both arms have the same hazard from now on, `as_seen` if the hazard ratio stays as it was.
    """

    fraction: float
    as_designed: float | None
    as_seen: float | None
    reason: str | None = None


def come_in(records: Iterable[EndpointRecord], on: date) -> ComeIn:
    """Count the records of the primary endpoint by a day."""
    found = tuple(records)
    first = min((record.start for record in found), default=on)
    return ComeIn(
        on=on,
        patients=len(found),
        years=max((on - first).days, 0) / _DAYS_A_YEAR,
        events=sum(record.observed for record in found),
        patient_years=sum(record.days for record in found) / _DAYS_A_YEAR,
        followed=sum(record.reason.startswith(_STILL_FOLLOWED) for record in found),
    )


def conditional_power(score_z: float | None, events: int, needed: float, margins: Margins) -> ConditionalPower:
    """From the score statistic at the margin, negative for better than it. Decided once all events are in.

    Source: Lan and Wittes, The B-value, doi 10.2307/2531870.
    """
    fraction = events / needed
    if score_z is None:
        return ConditionalPower(fraction=fraction, as_designed=None, as_seen=None, reason="no test at the margin yet")
    if fraction >= 1:
        why = "the events needed are in: the analysis decides"
        return ConditionalPower(fraction=fraction, as_designed=None, as_seen=None, reason=why)
    gained = -score_z * math.sqrt(fraction)
    designed = math.log(float(margins.hazard_ratio)) * math.sqrt(needed) / 2
    as_designed, as_seen = (_chance(gained, fraction, drift, margins) for drift in (designed, gained / fraction))
    return ConditionalPower(fraction=fraction, as_designed=as_designed, as_seen=as_seen)


def _chance(gained: float, fraction: float, drift: float, margins: Margins) -> float:
    normal = NormalDist()
    bound = normal.inv_cdf(1 - float(margins.one_sided_alpha))
    return normal.cdf((gained + drift * (1 - fraction) - bound) / math.sqrt(1 - fraction))
