"""Which edition holds for whom: she stays with the edition she consented to, until an amendment reaches her."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from domain.patient import Patient
from domain.protocol.edition import Edition, Part
from events.consent import ConsentKind, ConsentSigned

PARTS: Mapping[Part, tuple[str, ...]] = MappingProxyType(
    {
        "eligibility": ("criteria", "risk_factors", "risk_factors_needed", "genomic"),
        "radiotherapy": (
            "prescriptions",
            "dose_constraints",
            "fractions_a_week",
            "cbct_first_fractions",
            "cbct_action_level_mm",
            "plan_reviews",
            "per_protocol_dose_share",
        ),
        "visits": ("baseline", "weekly", "weekly_window_days", "columns", "reminders"),
    }
)
"""The values of an edition that move together; what is in no part is the analysis, which the newest edition rules."""


def edition_for(patient: Patient, edition: Edition) -> Edition:
    """The edition in force as it holds for one patient: each part from the newest edition whose policy reaches her."""
    if edition.supersedes is None or edition.activated_on is None:
        return edition
    consents = [c for c in patient.every(ConsentSigned) if c.event.kind is ConsentKind.TRIAL]
    before = any(consent.occurred_on.latest < edition.activated_on for consent in consents)
    if not before:
        return edition
    reconsented = any(consent.occurred_on.latest >= edition.activated_on for consent in consents)
    older = edition_for(patient, edition.supersedes)
    kept: dict[str, Any] = {}
    for part, values in PARTS.items():
        policy = edition.policies.get(part, "prospective")
        reached = policy == "all-open-visits" or (policy == "reconsented-only" and reconsented)
        kept |= {} if reached else {value: getattr(older, value) for value in values}
    return replace(edition, **kept)
