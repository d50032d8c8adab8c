"""How much of the information the protocol planned for has come in."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Literal

from domain.analysis.frozen_result import FrozenResult
from domain.protocol.edition import Margins


class Information(FrozenResult):
    """What is counted, how much of it there is, how much is needed, and the fraction of it, 0 to above 1."""

    counted: Literal["events", "patients"]
    found: int
    needed: float
    fraction: float


def information(margins: Margins, patients: int, events: int) -> Information:
    """Events against those the margin needs, or patients against those the protocol computed, as PQ-08 is read."""
    found = events if margins.counted == "events" else patients
    needed = needed_events(margins) if margins.counted == "events" else float(margins.patients_computed)
    return Information(counted=margins.counted, found=found, needed=needed, fraction=found / needed)


def needed_events(margins: Margins) -> float:
    """Events that show non-inferiority with the stated power, allocated 1:1, when the hazards are as assumed.

    They are equal, or those of the two event-free shares the protocol states, as PQ-09 is read.
    Source: Schoenfeld, doi 10.1093/biomet/68.1.316.
    """
    normal = NormalDist()
    z = normal.inv_cdf(1 - float(margins.one_sided_alpha)) + normal.inv_cdf(float(margins.power))
    shares = (margins.event_free_experimental, margins.event_free_control)
    experimental, control = (-math.log(float(share)) for share in shares)
    assumed = math.log(experimental / control) if margins.experimental_expected else 0.0
    return 4 * (z / (math.log(float(margins.hazard_ratio)) - assumed)) ** 2
