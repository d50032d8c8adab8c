"""The page of figures: the course of the trial and its results by arm, in one artifact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.reports.figures.drawing import as_markdown
from flows.reports.report_view import ReportView
from flows.reports.result_figures import incidence, maturity, non_inferiority
from flows.reports.trial_figures import enrolment, flow_of_patients, swimmer, visit_compliance
from flows.reports.trial_view import TrialView

if TYPE_CHECKING:
    from flows.analyses import Performed


def figures_page(trial: TrialView, done: Sequence[Performed]) -> str:
    """Every figure that is not a survival curve; at most 300 kB. `done` begins with the primary endpoint."""
    as_of = f"As of {trial.today} · log position {trial.position} · protocol edition {trial.edition.id}"
    view = ReportView(trial, by_arm=True, as_of=as_of)
    table, report, _ = done[0]
    figures = {
        "Flow of patients": flow_of_patients(view),
        "Enrolment against plan": enrolment(view),
        "Visits done in their window": visit_compliance(view),
        "Each patient's course": swimmer(view),
        "Maturity of follow-up": maturity(table, report, by_arm=True),
        f"Cumulative incidence of {report.endpoint} events": incidence(table, report, by_arm=True),
        "Non-inferiority": non_inferiority([each.report for each in done], as_of),
    }
    drawn = [f"## {title}\n\n{as_markdown(draw, title)}" for title, draw in figures.items()]
    return "\n\n".join([f"# Figures on {trial.today}", *drawn]) + "\n"
