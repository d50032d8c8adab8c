"""The page of deviations from the protocol: how many of each rule, and whose they are."""

from __future__ import annotations

from collections import Counter

from domain.protocol.outputs import DEPARTURES
from flows.reports.links import patient_link
from flows.reports.markdown import number_of, shortened_table, table
from flows.reports.trial_view import TrialView


def deviations_page(view: TrialView) -> str:
    """Deviations are derived from what stands: who corrects an entry made wrongly corrects them too."""
    head = f"# Deviations on {view.today}"
    everyone = number_of(len(view.randomised), "randomised patient")
    if not view.deviations:
        return f"{head}\n\nNone of {everyone} deviates from the protocol.\n"
    counted = Counter((found.rule, found.classification) for _, found in view.deviations)
    counts = [(rule, kind, number) for (rule, kind), number in sorted(counted.items())]
    ordered = sorted(view.deviations, key=lambda one: (one[1].classification, one[0].patient_id, one[1].rule))
    rows = [(found.classification, patient_link(p.patient_id), found.rule, found.wording) for p, found in ordered]
    of_whom = len({patient.patient_id for patient, _ in view.deviations})
    major = sum(found.classification == "major" for _, found in view.deviations)
    parts = [
        head,
        f"{number_of(len(view.deviations), 'deviation')}, {major} of them major, of {of_whom} of {everyone}. "
        "They are derived from what stands: when an entry was wrong, correct it, and they follow.",
        table(("Rule", "Class", "Deviations"), counts),
        "## Whose",
        shortened_table(("Class", "Patient", "Rule", "Deviation"), rows, "imni explain PATIENT deviation"),
        view.edition.footnote(*DEPARTURES),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
