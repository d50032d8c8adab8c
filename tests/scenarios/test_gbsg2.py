"""686 real patients through the import, and the analysis beside R.

German Breast Cancer Study Group 2 (Schumacher et al. 1994, doi:10.1200/JCO.1994.12.10.2086), node-positive; the file
ships inside lifelines. Hormone therapy yes is taken as OMIT, no as IMNI; a failure as a distant recurrence on its day,
everyone else as assessed without recurrence on her last day.

The figures called R's were made with R 4.2, package survival: coxph(Surv(time, cens) ~ horTh) with Efron's ties,
survdiff, survfit with conf.type = "log-log". Each is computed again here in another way, in plain NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lifelines.datasets import load_gbsg2
from scipy.stats import chi2, norm

from domain.analysis.result import AnalysisReport
from domain.endpoint_analysis import Question, analyse_endpoint
from events.recorded import Source
from flows.live_patients import patients_as_of
from flows.take_over import ImportResult, import_file
from store.integrity import verify_file
from store.transact import Entry
from tests.store.trial_logs import LI_WEI, opened

Vector = np.ndarray[Any, np.dtype[np.float64]]
_FIRST = date(1984, 7, 1)
_DAYS_A_YEAR = 365.25


def _cohort() -> tuple[Vector, Vector, Vector]:
    """Days, failure (1) or not, and hormone therapy (1) or not."""
    cohort = load_gbsg2()
    time, status = (cohort[name].to_numpy(dtype=float) for name in ("time", "cens"))
    return time, status, (cohort["horTh"] == "yes").to_numpy(dtype=float)


TIME, STATUS, OMIT = _cohort()


def _rows() -> Iterator[str]:
    yield "patient_id,randomised_on,arm,recurrences,last_assessed_on"
    for number, (days, failed, omit) in enumerate(zip(TIME, STATUS, OMIT, strict=True)):
        start = _FIRST + timedelta(days=number)
        end = start + timedelta(days=int(days))
        outcome = f"{end}:DISTANT," if failed else f",{end}"
        yield f"GBSG2-{number + 1:03d},{start},{'OMIT' if omit else 'IMNI'},{outcome}"


def _author(reference: str) -> Entry:
    return replace(LI_WEI, source=Source(kind="import", reference=reference))


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> tuple[ImportResult, AnalysisReport]:
    """The cohort imported into a log, and its event-free survival read from that log."""
    folder: Path = tmp_path_factory.mktemp("gbsg2")
    path = folder / "gbsg2.csv"
    path.write_text("\n".join(_rows()), encoding="utf-8")
    with (trial_log := opened(folder / "home")).log:
        imported = import_file(trial_log, path, _author)
        assert import_file(trial_log, path, _author).events == 0
        patients, position = patients_as_of(trial_log)
        report = analyse_endpoint(patients, Question("EFS"), trial_log.edition(), position, with_records=True)
    assert verify_file(folder / "home" / "log.sqlite").ok
    return imported, report


@pytest.fixture(scope="module")
def report(analysed: tuple[ImportResult, AnalysisReport]) -> AnalysisReport:
    return analysed[1]


def test_everyone_is_taken_over(analysed: tuple[ImportResult, AnalysisReport]) -> None:
    imported, _ = analysed
    assert (imported.rows, imported.patients_added, imported.rejected) == (686, 686, 0)
    assert imported.events == 686 * 3


def test_her_days_and_outcome_come_back_from_the_log(report: AnalysisReport) -> None:
    assert report.records is not None
    assert [record.days for record in report.records] == list(TIME)
    assert [record.observed for record in report.records] == list(STATUS == 1)
    assert [record.arm == "OMIT" for record in report.records] == list(OMIT == 1)


def test_patients_and_events(report: AnalysisReport) -> None:
    assert (report.n, report.events) == (686, 299)
    found = {name: (arm.n, arm.events) for name, arm in report.arms.items()}
    assert found == {"IMNI": (440, 205), "OMIT": (246, 94)}


def test_the_hazard_ratio_is_that_of_r(report: AnalysisReport) -> None:
    cox = report.cox
    assert cox.estimable
    assert cox.coef == pytest.approx(-0.3640099, abs=5e-8)
    assert cox.se == pytest.approx(0.1250446, abs=5e-8)
    coef, se = _efron()
    assert (cox.coef, cox.se) == (pytest.approx(coef, rel=1e-9), pytest.approx(se, rel=1e-9))
    assert cox.hr == pytest.approx(np.exp(coef), rel=1e-9)
    assert cox.ni_z == pytest.approx((coef - np.log(2.30)) / se, rel=1e-8)
    assert cox.ni_p_one_sided == pytest.approx(norm.cdf((coef - np.log(2.30)) / se), rel=1e-6)


def test_the_log_rank_test_is_that_of_r(report: AnalysisReport) -> None:
    statistic = _log_rank()
    assert round(statistic, 1) == 8.6
    assert report.logrank.chi2 == pytest.approx(8.5648, abs=5e-5)
    assert report.logrank.p == pytest.approx(0.0034, abs=5e-5)
    assert report.logrank.chi2 == pytest.approx(statistic, rel=1e-9)
    assert report.logrank.p == pytest.approx(chi2.sf(statistic, 1), rel=1e-9)


def test_the_medians_are_those_of_r(report: AnalysisReport) -> None:
    omit, imni = report.arms["OMIT"].median, report.arms["IMNI"].median
    assert omit.years == pytest.approx(2018 / _DAYS_A_YEAR)
    assert omit.lower == pytest.approx(1918 / _DAYS_A_YEAR)
    assert omit.upper is None
    assert imni.years == pytest.approx(1528 / _DAYS_A_YEAR)
    for treated, median in ((1, omit), (0, imni)):
        days = [None if value is None else value / _DAYS_A_YEAR for value in _median(treated)]
        assert [median.years, median.lower, median.upper] == [None if d is None else pytest.approx(d) for d in days]


@pytest.mark.parametrize(("treated", "arm"), [(1, "OMIT"), (0, "IMNI")])
def test_the_curves_at_each_anniversary(report: AnalysisReport, treated: int, arm: str) -> None:
    for point in report.arms[arm].km:  # type: ignore[index]  # the arms are spelt out above
        survival, se, lower, upper = _survival(treated, point.years * _DAYS_A_YEAR)
        assert (point.survival, point.se) == (pytest.approx(survival, rel=1e-9), pytest.approx(se, rel=1e-9))
        assert (point.lower, point.upper) == (pytest.approx(lower, rel=1e-9), pytest.approx(upper, rel=1e-9))
        assert point.at_risk == int(((point.years * _DAYS_A_YEAR <= TIME) & (treated == OMIT)).sum())


def _efron() -> tuple[float, float]:
    """Newton's method on Efron's partial likelihood of one covariate: coefficient and standard error."""
    beta, information = 0.0, 1.0
    for _ in range(25):
        score = information = 0.0
        for day in np.unique(TIME[STATUS == 1]):
            here = (day == TIME) & (STATUS == 1)
            weight = np.exp(beta * OMIT)
            risk, failing = weight * (day <= TIME), weight * here
            score += OMIT[here].sum()
            for share in np.arange(here.sum()) / here.sum():
                mean = float(((risk - share * failing) * OMIT).sum() / (risk - share * failing).sum())
                score -= mean
                information += mean * (1 - mean)
        beta += score / information
    return beta, information**-0.5


def _log_rank() -> float:
    """Observed minus expected in the treated, over the hypergeometric variance."""
    excess = variance = 0.0
    for day in np.unique(TIME[STATUS == 1]):
        at_risk, failing = day <= TIME, (day == TIME) & (STATUS == 1)
        n, treated, events = at_risk.sum(), (at_risk * OMIT).sum(), failing.sum()
        excess += (failing * OMIT).sum() - events * treated / n
        if n > 1:
            variance += events * treated / n * (1 - treated / n) * (n - events) / (n - 1)
    return excess**2 / variance


def _survival(treated: int, until: float) -> tuple[float, float, float, float]:
    """Kaplan and Meier's estimate, Greenwood's error, and log-log limits of 95 %."""
    time, status = TIME[treated == OMIT], STATUS[treated == OMIT]
    survival, variance = 1.0, 0.0
    for day in np.unique(time[(status == 1) & (time <= until)]):
        n, events = (time >= day).sum(), ((time == day) & (status == 1)).sum()
        survival *= 1 - events / n
        variance += events / n / (n - events)
    spread = norm.ppf(0.975) * variance**0.5 / abs(np.log(survival))
    return survival, survival * variance**0.5, survival ** np.exp(spread), survival ** np.exp(-spread)


def _median(treated: int) -> tuple[float | None, float | None, float | None]:
    """The first day on which the curve, its lower limit and its upper limit are at one half or below."""
    days = np.unique(TIME[(treated == OMIT) & (STATUS == 1)])
    curve = np.array([_survival(treated, day) for day in days])

    def first(limit: Vector) -> float | None:
        return next((float(day) for day in days[limit <= 0.5]), None)

    return first(curve[:, 0]), first(curve[:, 2]), first(curve[:, 3])
