"""Endpoints of the field beside the protocol's own, for curves that other trials can be compared with.

Source: STEEP 2.0, doi 10.1200/JCO.20.03613. A death of unknown cause counts in the intervals, as recurrences do;
conventions differ, so a figure says so.
"""

from collections.abc import Mapping

from domain.endpoint import Endpoint
from domain.occurrences import DEATHS, LOCOREGIONAL, Kind

_STEEP = "STEEP 2.0, doi 10.1200/JCO.20.03613"

IDFS = Endpoint(
    code="IDFS",
    wording="Invasive disease-free survival: any recurrence, second cancer of the breast or elsewhere, or death",
    events=LOCOREGIONAL | {Kind.DISTANT, Kind.CONTRALATERAL_INVASIVE, Kind.SECOND_PRIMARY} | DEATHS,
    competing=frozenset(),
    follows="disease",
    source=_STEEP,
)
IBCFS = Endpoint(
    code="IBCFS",
    wording="Invasive breast cancer-free survival: as invasive disease-free survival, without other second cancers",
    events=IDFS.events - {Kind.SECOND_PRIMARY},
    competing=frozenset(),
    follows="disease",
    source=_STEEP,
)
RFI = Endpoint(
    code="RFI",
    wording="Recurrence-free interval: recurrence at any site, or death of breast cancer or an unknown cause",
    events=LOCOREGIONAL | {Kind.DISTANT, Kind.DEATH_BREAST_CANCER, Kind.DEATH_UNKNOWN},
    competing=frozenset({Kind.DEATH_OTHER}),
    follows="disease",
    source=_STEEP,
)
DRFI = Endpoint(
    code="DRFI",
    wording="Distant recurrence-free interval: distant recurrence, or death of breast cancer or an unknown cause",
    events=RFI.events - LOCOREGIONAL,
    competing=frozenset({Kind.DEATH_OTHER}),
    follows="disease",
    source=_STEEP,
)

NEIGHBOURS: Mapping[str, Endpoint] = {endpoint.code: endpoint for endpoint in (IDFS, IBCFS, RFI, DRFI)}
