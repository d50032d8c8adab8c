"""What a plan may do to target and organs: the protocol's target classes, and a table of organs the site must fill.

The protocol's own tables for organs at risk are supplemental and were not at hand. The rows below stand in for them
(Radiat Oncol 2018, doi 10.1186/s13014-018-1132-9, Table 1) and judge nobody until an edition gives them another status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from domain.protocol.edition import DoseConstraint

_TARGET = "Protocol: Radiotherapy (planning target volume)"
_PUBLISHED = "doi 10.1186/s13014-018-1132-9, Table 1"

TARGET = (
    DoseConstraint("PTV", "V100%", "at-least", Decimal(95), Decimal(90), _TARGET, "verbatim"),
    DoseConstraint("PTV", "DMAX%", "below", Decimal(120), None, _TARGET, "verbatim"),
)
"""V100 % of 95 or more is per protocol, of 90 or more acceptable; the maximum stays below 120 % of its own phase."""


def constraints_read(
    constraints: tuple[DoseConstraint, ...], readings: Mapping[str, str]
) -> tuple[DoseConstraint, ...]:
    """The constraints under the reading of PQ-31: which share of the target has the whole dose, or which dose all."""
    if readings["PQ-31"] == "V100>=95":
        return constraints
    return tuple(
        replace(row, metric="D100%") if (row.structure, row.metric) == ("PTV", "V100%") else row for row in constraints
    )


def _organ(structure: str, metric: str, limit: int) -> DoseConstraint:
    return DoseConstraint(structure, metric, "at-most", Decimal(limit), None, _PUBLISHED, "placeholder")


ORGANS = (
    _organ("LUNG_IPSI", "V20%", 33),
    _organ("LUNG_IPSI", "V10%", 68),
    _organ("LUNG_IPSI", "MEAN_GY", 20),
    _organ("LUNG_CONTRA", "V20%", 8),
    _organ("HEART", "V25%", 25),
    _organ("HEART", "MEAN_GY", 9),
    _organ("HEART", "DMAX_GY", 50),
    _organ("LAD", "DMAX_GY", 50),
    _organ("BREAST_CONTRA", "MEAN_GY", 5),
    _organ("OESOPHAGUS", "DMAX_GY", 50),
    _organ("THYROID", "MEAN_GY", 20),
    _organ("BRACHIAL_PLEXUS", "DMAX_GY", 55),
)
"""Organs at risk: to be replaced by the site's own table in an edition of the protocol."""
