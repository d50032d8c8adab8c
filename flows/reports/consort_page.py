"""The page of the patients' flow through the trial, as CONSORT 2025 counts it: doi 10.1136/bmj-2024-081123."""

from __future__ import annotations

from collections.abc import Sequence

from domain.analysis_sets import POPULATIONS
from domain.protocol.outputs import DEPARTURES, ENTERING
from events.randomisation import Arm
from flows.reports.links import page_link
from flows.reports.markdown import table
from flows.reports.patient_flow import AFTER_ALLOCATION, ANALYSED, FOLLOWING, counted, entering
from flows.reports.trial_view import TrialView


def consort_page(view: TrialView) -> str:
    """Everyone screened is counted in exactly one box before allocation, everyone randomised in one arm."""
    parts = [
        f"# Flow of patients on {view.today}",
        page_link("Why screening failed", "screening"),
        "## Enrolment",
        table(("", "Patients"), _enrolment(view)),
        "## Allocation, follow-up and analysis",
        table(("", *Arm), [*_by_arm(view), *_analysed(view)]),
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


def _by_arm(view: TrialView) -> Sequence[tuple[object, ...]]:
    members = {arm: [patient for patient in view.randomised if patient.arm is arm] for arm in Arm}
    lines = {arm: counted({**AFTER_ALLOCATION, **FOLLOWING}, members[arm], view.edition) for arm in Arm}
    rows = zip(*(lines[arm] for arm in Arm), strict=True)
    return [
        ("**Allocated**", *(len(members[arm]) for arm in Arm)),
        *((cells[0][0], *(number for _, number in cells)) for cells in rows),
    ]


def _analysed(view: TrialView) -> Sequence[tuple[object, ...]]:
    found = {name: [POPULATIONS[name](patient, view.edition) for patient in view.randomised] for name in ANALYSED}
    (itt, wording), *others = ANALYSED.items()
    named = {itt: f"**Analysis**: {wording[0].lower()}{wording[1:]}", **dict(others)}
    return [(said, *(found[name].count(arm) for arm in Arm)) for name, said in named.items()]
