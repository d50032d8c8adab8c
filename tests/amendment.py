"""An amendment of the protocol, for tests only: edition 2.1."""

from dataclasses import replace
from types import MappingProxyType

from domain.protocol.edition import Edition, Policy
from domain.protocol.v2_0 import EDITION

VISITS_30_DAYS_LATER = tuple(replace(column, days=column.days + 30) for column in EDITION.columns)


def amended(visits: Policy = "prospective", eligibility: Policy = "prospective") -> Edition:
    """Edition 2.1: every follow-up visit 30 days later, and three risk factors needed."""
    return replace(
        EDITION,
        id="2.1",
        wording="Version 2.1, which no committee ever saw",
        columns=VISITS_30_DAYS_LATER,
        risk_factors_needed=3,
        policies=MappingProxyType({"visits": visits, "eligibility": eligibility}),
    )
