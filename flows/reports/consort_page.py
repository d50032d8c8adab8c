"""The page of the patients' flow through the trial, as CONSORT 2025 counts it: doi 10.1136/bmj-2024-081123."""

from __future__ import annotations

from collections.abc import Sequence

from domain.protocol.outputs import DEPARTURES, ENTERING
from flows.reports.links import page_link
from flows.reports.markdown import table
from flows.reports.patient_flow import AFTER_ALLOCATION, FOLLOWING, analysed, counted, entering
from flows.reports.trial_view import TrialView


def consort_page(view: TrialView) -> str:
    """Everyone screened is counted in exactly one box before allocation. Everybody sees it: nothing by arm."""
    parts = [
        f"# Flow of patients on {view.today}",
        page_link("Why screening failed", "screening"),
        "## Enrolment",
        table(("", "Patients"), _enrolment(view)),
        "## Allocation, follow-up and analysis",
        table(("", "Patients"), [*_followed(view), *_analysed(view)]),
        view.edition.footnote(*ENTERING, *DEPARTURES),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _enrolment(view: TrialView) -> Sequence[tuple[object, ...]]:
    found = entering(view)
    return (
        ("Assessed for eligibility", found.assessed),
        ("Excluded: did not meet the criteria", found.failed),
        *((f"· {reason}", n) for reason, n in found.reasons),
        ("Excluded: withdrew before randomisation", found.withdrew),
        ("Excluded: died or lost before randomisation", found.left),
        ("Still entering", found.entering),
        ("**Randomised**", found.randomised),
    )


def _followed(view: TrialView) -> Sequence[tuple[object, ...]]:
    lines = counted({**AFTER_ALLOCATION, **FOLLOWING}, view.randomised, view.edition)
    return [("**Allocated**", len(view.randomised)), *lines]


def _analysed(view: TrialView) -> Sequence[tuple[object, ...]]:
    (wording, in_itt), *others = analysed(view, view.randomised)
    return [(f"**Analysis**: {wording[0].lower()}{wording[1:]}", in_itt), *others]
