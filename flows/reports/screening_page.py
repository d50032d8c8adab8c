"""The page of the screening funnel: how far patients came before randomisation, and why they came no further."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from domain.eligibility import clinical_risk
from domain.genomic_test import standing_result
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.outputs import ENTERING
from domain.work_item import Work
from events.consent import ConsentKind, ConsentWithdrawn
from events.genomics import GenomicTestOrdered
from events.screening import ScreeningFailed
from flows.reports.links import patient_link
from flows.reports.markdown import number_of, share, shortened_table, table
from flows.reports.trial_view import TrialView

_Reached = Callable[[Patient, TrialView], bool]

_STEPS: Sequence[tuple[str, _Reached]] = (
    ("Screened", lambda patient, view: True),
    ("Clinically high risk", lambda p, view: view.of(clinical_risk, p).passes is True),
    ("Consent to the genomic test, or to the trial", lambda p, view: _agreed(p)),
    ("RecurIndex test ordered", lambda patient, view: patient.has(GenomicTestOrdered)),
    ("RecurIndex result", lambda patient, view: standing_result(patient) is not None),
    ("Genomically low risk", lambda patient, view: _is_low(patient, view.edition)),
    ("Consent to the trial", lambda patient, view: patient.consent(ConsentKind.TRIAL) is not None),
    ("Eligibility confirmed", lambda patient, view: patient.eligibility_confirmed),
    ("Randomised", lambda patient, view: patient.allocation is not None),
)
_ENTERING = (
    Work.COMPLETE_SCREENING,
    Work.OBTAIN_CONSENT,
    Work.ORDER_GENOMIC_TEST,
    Work.COLLECT_GENOMIC_RESULT,
    Work.SETTLE_ORDER,
    Work.SETTLE_CANCELLED_ORDER,
    Work.SETTLE_RISK_CLASS,
    Work.CONFIRM_ELIGIBILITY,
    Work.RANDOMISE,
)


def screening_page(view: TrialView) -> str:
    """Each step with those who reached it, the reasons of screening failures, and whom each next step waits for."""
    counts = [(name, sum(reached(patient, view) for patient in view.patients)) for name, reached in _STEPS]
    everyone = len(view.patients)
    steps = [(name, count, share(count, everyone)) for name, count in counts]
    parts = [
        f"# Screening on {view.today}",
        table(("Step", "Patients", "Of those screened"), steps),
        "A step counts whoever reached it, whatever became of her since.",
        "## Why screening failed",
        _failures(view),
        "## Still entering",
        _entering(view),
        view.edition.footnote(*ENTERING),
    ]
    return "\n\n".join(parts) + "\n"


def failed_criteria(patients: Sequence[Patient]) -> Counter[str]:
    """How many screening failures failed each criterion; one patient may fail several."""
    return Counter(criterion for patient in patients for criterion in _failed(patient))


def _failed(patient: Patient) -> Sequence[str]:
    decided = patient.eligibility
    if not patient.screening_failed or decided is None or not isinstance(decided.event, ScreeningFailed):
        return ()
    return decided.event.failed


def _failures(view: TrialView) -> str:
    failed = [patient for patient in view.patients if patient.screening_failed]
    withdrew = sum(patient.allocation is None and patient.has(ConsentWithdrawn) for patient in view.patients)
    wording = {criterion.id: criterion.wording for criterion in view.edition.criteria}
    rows = [(name, wording.get(name, ""), count) for name, count in failed_criteria(failed).most_common()]
    told = f"{number_of(len(failed), 'screening failure')}; {withdrew} withdrew before randomisation."
    return told + (f"\n\n{table(('Criterion', 'Asks for', 'Failed by'), rows)}" if rows else "")


def _entering(view: TrialView) -> str:
    inside = {patient.patient_id for patient in view.randomised}
    waiting = [item for item in view.work if item.work in _ENTERING and item.patient_id not in inside]
    if not waiting:
        return "Nobody."
    rows = [(patient_link(item.patient_id), item.due_on, item.doer, item.wording) for item in waiting]
    return shortened_table(("Patient", "Due", "Who", "Next step"), rows, "imni worklist")


def _agreed(patient: Patient) -> bool:
    return bool(patient.consent(ConsentKind.GENOMIC_TEST) or patient.consent(ConsentKind.TRIAL))


def _is_low(patient: Patient, edition: Edition) -> bool:
    result = standing_result(patient)
    score = result.event.score_18gene if result else None
    return score is not None and edition.genomic.classify(score) == "low"
