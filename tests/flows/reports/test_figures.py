"""Every figure as people see it: complete, the same bytes each time, small enough for an artifact, blind when open."""

import re
from collections.abc import Mapping
from datetime import date

import matplotlib as mpl
import pytest

from domain.analysis.survival_table import SurvivalTable
from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from events.event import Event
from flows.analyses import Performed, Seen, perform
from flows.reports.figures.drawing import Draw, as_markdown, as_png, as_svg
from flows.reports.figures_page import figures_page
from flows.reports.report_view import ReportView
from flows.reports.result_figures import incidence, maturity, non_inferiority
from flows.reports.survival_curve import by_arm, pooled
from flows.reports.trial_figures import enrolment, flow_of_patients, swimmer, visit_compliance
from flows.reports.trial_view import TrialView
from flows.reports.visits_kept import visits_kept
from store.projections.as_of import AsOf
from tests.given import patient_with
from tests.small_trial import lives

TODAY = date(2022, 12, 31)


def _people(told: Mapping[str, tuple[Event, ...]]) -> list[Patient]:
    return [patient_with(*events, patient_id=patient_id) for patient_id, events in sorted(told.items())]


def _view(*, closed: bool, told: Mapping[str, tuple[Event, ...]] | None = None) -> ReportView:
    return ReportView(TrialView(_people(lives() if told is None else told), EDITION, TODAY), closed, f"As of {TODAY}")


def _performed(endpoint: str, told: Mapping[str, tuple[Event, ...]] | None = None) -> Performed:
    return perform(Seen(_people(lives() if told is None else told), EDITION, AsOf(99)), endpoint)


def _draws(*, closed: bool, told: Mapping[str, tuple[Event, ...]] | None = None) -> dict[str, Draw]:
    view, done = _view(closed=closed, told=told), {code: _performed(code, told) for code in ("EFS", "LRRFS", "OS")}
    table, report, _ = done["EFS"]
    common = {
        "flow": flow_of_patients(view),
        "enrolment": enrolment(view),
        "visits": visit_compliance(view),
        "swimmer": swimmer(view),
        "incidence": incidence(table, report, by_arm=closed),
        "maturity": maturity(table, report, by_arm=closed),
        "curve": (by_arm if closed else pooled)(table, report),
    }
    forest = {"forest": non_inferiority([each.report for each in done.values()], "now")}
    return {**common, **forest} if closed else common


def words(svg: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)).replace("\u00a0", " ")


@pytest.mark.parametrize("name", list(_draws(closed=True)))
def test_a_figure_is_the_same_whatever_matplotlib_is_set_to_and_fits_an_artifact(name: str) -> None:
    draw = _draws(closed=True)[name]
    svg, png = as_svg(draw, name), as_png(draw)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": "other"}):
        assert (as_svg(draw, name), as_png(draw)) == (svg, png)
    assert svg.startswith("<svg")
    assert "dc:date" not in svg
    assert b"tIME" not in png
    assert len(as_markdown(draw, name)) < 300_000


@pytest.mark.parametrize("name", list(_draws(closed=False)))
def test_an_open_figure_is_the_same_when_the_arms_are_exchanged(name: str) -> None:
    seen = as_svg(_draws(closed=False)[name], name)
    assert seen == as_svg(_draws(closed=False, told=lives(exchanged=True))[name], name)
    assert not re.search(r"\b(IMNI|OMIT)\b", words(seen))


@pytest.mark.parametrize("closed", [True, False])
def test_a_trial_without_patients_can_be_drawn_and_says_no_number_of_a_result(closed: bool) -> None:
    for name, draw in _draws(closed=closed, told={}).items():
        said = words(as_svg(draw, name))
        assert not re.search(r"\b(nan|inf|None)\b", said), (name, said)
        assert as_png(draw)


def test_the_flow_counts_everyone_once() -> None:
    said = words(as_svg(_draws(closed=True)["flow"], "flow"))
    for phrase in (
        "Assessed for eligibility (n = 10)",
        "Not randomised (n = 2)",
        "Randomised (n = 8)",
        "Allocated to IMNI (n = 4)",
        "Allocated to OMIT (n = 4)",
        "Lost to follow-up (n = 1)",
    ):
        assert phrase in said, phrase


def test_the_forest_says_what_is_estimable_and_what_the_likelihood_still_bounds() -> None:
    table = SurvivalTable((300.0, 400.0, 500.0, 600.0), (1, 1, 0, 0), (0, 0, 1, 1))
    done = _performed("EFS")
    from domain.analysis.analyse import analyse

    zero = done.report.model_copy(update=dict(analyse(table, EDITION.margins)))
    said = words(as_svg(non_inferiority([done.report, zero], "now"), "forest"))
    assert "2.30" in said
    assert said.count("margin") >= 2
    assert "EFS, intention to treat" in said
    assert re.search(r"not estimable; likelihood: below \d", said)


def test_enrolment_shows_the_plan_and_forecasts_while_patients_are_missing() -> None:
    said = words(as_svg(_draws(closed=False)["enrolment"], "enrolment"))
    assert "plan: 8.92 a month, 214 in 24 months" in said
    assert "randomised: 8" in said
    assert re.search(r"forecast: \d{4}-\d\d-\d\d, 95 % \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d", said)


def test_a_visit_is_due_once_settled_or_closed_and_kept_when_done_in_its_window() -> None:
    visits, cohorts, cells = visits_kept(_view(closed=False).trial)
    assert visits[:4] == ["weekly", "4w", "6m", "12m"]
    assert cohorts == ("2021 H1", "All")
    assert cells["6m", "All"].due == 8
    assert cells["6m", "All"].kept == 7, "one was missed"
    assert all(0 <= cell.kept <= cell.due for cell in cells.values())


def test_the_two_bands_of_a_curve_have_lines_of_their_own_dashes() -> None:
    svg = as_svg(_draws(closed=True)["curve"], "curve")
    assert svg.count("stroke-dasharray") > 3


def test_the_page_of_figures_is_the_same_when_the_arms_are_exchanged() -> None:
    told, exchanged = (
        figures_page(_view(closed=False, told=found).trial, _performed("EFS", found))
        for found in (lives(), lives(exchanged=True))
    )
    assert told == exchanged
    assert len(told) < 300_000
