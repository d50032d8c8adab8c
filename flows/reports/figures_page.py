"""The page of figures: the course of the trial and its results, of all patients together, in one artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.reports.figures.drawing import as_markdown
from flows.reports.report_view import ReportView
from flows.reports.result_figures import incidence, maturity
from flows.reports.trial_figures import enrolment, flow_of_patients, swimmer, visit_compliance
from flows.reports.trial_view import TrialView

if TYPE_CHECKING:
    from flows.analyses import Performed


def figures_page(trial: TrialView, primary: Performed) -> str:
    """Every figure that is not a survival curve; at most 300 kB. Everybody sees it, so nothing is told by arm."""
    as_of = f"As of {trial.today} · log position {trial.position} · protocol edition {trial.edition.id}"
    view = ReportView(trial, by_arm=False, as_of=as_of)
    table, report, _ = primary
    figures = {
        "Flow of patients": flow_of_patients(view),
        "Enrolment against plan": enrolment(view),
        "Visits done in their window": visit_compliance(view),
        "Each patient's course": swimmer(view),
        "Maturity of follow-up": maturity(table, report, by_arm=False),
        f"Cumulative incidence of {report.endpoint} events": incidence(table, report, by_arm=False),
    }
    drawn = [f"## {title}\n\n{as_markdown(draw, title)}" for title, draw in figures.items()]
    return "\n\n".join([f"# Figures on {trial.today}", *drawn]) + "\n"
