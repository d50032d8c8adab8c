"""Which edition holds for whom: she stays with the edition she consented to, until an amendment reaches her."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from domain.patient import Patient
from domain.protocol.edition import Edition, Part
from events.consent import ConsentKind, ConsentSigned
from events.recorded import Recorded

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
    agreed = [_agrees_to(edition, edition.activated_on, consent) for consent in consents]
    if all(agreed):
        return edition
    reconsented = any(agreed)
    older = edition_for(patient, edition.supersedes)
    kept: dict[str, Any] = {}
    for part, values in PARTS.items():
        policy = edition.policies.get(part, "prospective")
        reached = policy == "all-open-visits" or (policy == "reconsented-only" and reconsented)
        kept |= {} if reached else {value: getattr(older, value) for value in values}
    return replace(edition, **kept)


def _agrees_to(edition: Edition, activated_on: date, consent: Recorded[ConsentSigned]) -> bool:
    """Whether a consent is to this edition: its form carries the number; where no number is known, its day decides."""
    earlier, numbers = edition.supersedes, {edition.id}
    while earlier is not None:
        numbers.add(earlier.id)
        earlier = earlier.supersedes
    version = consent.event.form_version
    return version == edition.id if version in numbers else consent.occurred_on.latest >= activated_on
