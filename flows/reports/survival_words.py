"""The results of a survival analysis in words: every number with its limits, every p value with its name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from domain.analysis.information import Information
from domain.analysis.result import AnalysisReport, ArmEstimate, CoxEstimate, LogRank, MedianSurvival, SurvivalDifference
from domain.protocol.readings import read_with

_SECONDARY = ("LRRFS", "OS")
_TESTED_AT_THE_MARGIN = "PQ-42 = non-inferiority"
_NAMES = {
    "EFS": "Event-free survival",
    "LRRFS": "Locoregional recurrence-free survival",
    "OS": "Overall survival",
}


def endpoint_name(report: AnalysisReport) -> str:
    """The endpoint written out; a plain table has none."""
    return _NAMES.get(report.endpoint or "", report.endpoint or "Survival")


def population_name(report: AnalysisReport) -> str:
    """The population written out; a plain table has none."""
    name = report.population or ""
    return {"itt": "Intention to treat"}.get(name, name.capitalize().replace("-", " "))


def findings(report: AnalysisReport) -> Iterator[str]:
    """One sentence an estimate, in the order of the protocol's objectives."""
    yield hazard_ratio(report.cox)
    yield difference(report.difference_5y, report.arms["IMNI"].km[-1].years)
    yield log_rank_as_read(report)
    yield follow_up(report)
    if report.information:
        yield information(report.information)
    if not report.judged_here:
        yield "Supportive: as the protocol is read, non-inferiority is not judged in this population"
    if report.readings:
        yield read_with(report.readings)


def pooled_findings(report: AnalysisReport) -> Iterator[str]:
    """What may be said of all patients together while the arms are not compared."""
    years = report.pooled.km[-1].years
    yield f"Survival at {years} years, all patients: {survival_at_horizon(report.pooled)}"
    yield follow_up(report)
    if report.information:
        yield information(report.information)
    if report.readings:
        yield read_with(report.readings)


def follow_up(report: AnalysisReport) -> str:
    """How long the patients have been followed."""
    years = report.follow_up.median_years
    followed = f"not estimable ({report.follow_up.reason})" if years is None else f"{years:.2f} years"
    return f"Median follow-up {followed}, reverse Kaplan–Meier"


def hazard_ratio(cox: CoxEstimate) -> str:
    """The hazard ratio, its limits, the margin and the one-sided test; or why there is none."""
    if cox.hr is None or cox.lower is None or cox.upper is None or cox.ni_p_one_sided is None:
        return f"Hazard ratio OMIT : IMNI not estimable: {cox.reason}"
    test = f"margin {cox.ni_margin:.2f}, one-sided non-inferiority p {p_value(cox.ni_p_one_sided)}"
    return f"Hazard ratio OMIT : IMNI {hazard_ratio_limits(cox).replace('(', '(95 % CI ')}; {test}"


def hazard_ratio_limits(cox: CoxEstimate) -> str:
    """`1.03 (0.39 to 2.76)`, or that there is none."""
    if cox.hr is None or cox.lower is None or cox.upper is None:
        return "not estimable"
    return _with_limits(cox.hr, cox.lower, cox.upper, cox.ni_margin)


def difference(found: SurvivalDifference, years: int) -> str:
    """The difference in percentage points, its limits, the margin and the one-sided test; or why there is none."""
    named = f"Difference at {years} years OMIT − IMNI"
    if found.diff is None or found.lower is None or found.upper is None or found.ni_p_one_sided is None:
        return f"{named} not estimable: {found.reason}"
    test = f"margin {_signed(f'{100 * found.margin:g}')}, one-sided non-inferiority p {p_value(found.ni_p_one_sided)}"
    carried = "; beyond follow-up, survival carried forward" if found.beyond_last_time else ""
    return f"{named} {difference_points(found).replace('(', 'points (95 % CI ')}; {test}{carried}"


def difference_points(found: SurvivalDifference) -> str:
    """`−1.78 (−8.12 to 4.56)`, in percentage points, or that there is none."""
    if found.diff is None or found.lower is None or found.upper is None:
        return "not estimable"
    return _with_limits(*(100 * value for value in (found.diff, found.lower, found.upper, found.margin)))


def log_rank(test: LogRank) -> str:
    """The two-sided log-rank test, named as such beside the one-sided ones."""
    if test.p is None or test.chi2 is None:
        return f"Log-rank test undefined: {test.reason}"
    return f"Log-rank χ² {test.chi2:.2f}, two-sided p {p_value(test.p)}"


def log_rank_as_read(report: AnalysisReport) -> str:
    """The log-rank test, labelled for a secondary endpoint; or its test at the margin, as PQ-42 is read."""
    if _TESTED_AT_THE_MARGIN not in report.readings:
        label = ", a test of superiority" if report.endpoint in _SECONDARY and report.logrank.p is not None else ""
        return f"{log_rank(report.logrank)}{label}"
    test = report.score_ni
    if test.p_one_sided is None:
        return f"Score test at the margin undefined: {test.reason}"
    return f"Score test at the margin, one-sided non-inferiority p {p_value(test.p_one_sided)}"


def information(found: Information) -> str:
    """How much of the planned information has come in."""
    return f"Information: {found.found} of {found.needed:.1f} {found.counted} needed ({100 * found.fraction:.0f} %)"


def survival_at_horizon(arm: ArmEstimate) -> str:
    """Survival at the horizon in per cent with its limits; not estimable where it is carried forward."""
    point = arm.km[-1]
    if point.survival is None or point.beyond_last_time:
        return "not estimable (not followed that long)" if arm.n else "not estimable (no patients)"
    if point.lower is None or point.upper is None:
        return f"{100 * point.survival:.1f} % (no limits)"
    return f"{100 * point.survival:.1f} % ({100 * point.lower:.1f} to {100 * point.upper:.1f})"


def median(found: MedianSurvival) -> str:
    """The median in years with its limits, as far as they are reached."""
    if found.years is None:
        return "not reached"
    lower, upper = ("not reached" if limit is None else f"{limit:.2f}" for limit in (found.lower, found.upper))
    return f"{found.years:.2f} years ({lower} to {upper})"


def caption(report: AnalysisReport) -> str:
    """What was analysed, as of when."""
    said = [f"{counted(report.n, 'patient')}, {counted(report.events, 'event')}"]
    if report.population:
        said.insert(0, population_name(report))
    if report.cutoff:
        said.append(f"data cut-off {report.cutoff.isoformat()}")
    if report.known_at:
        said.append(f"as known at {report.known_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if report.position is not None:
        said.append(f"log position {report.position}")
    return " · ".join([*said, f"protocol edition {report.edition}"])


def counted(number: int, thing: str) -> str:
    """`1 event`, `2 events`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def p_value(p: float) -> str:
    """`= 0.034`; very small ones as `< 0.0001`."""
    if p < 0.0001:
        return "< 0.0001"
    return f"= {p:.4f}" if p < 0.01 else f"= {p:.3f}"


def _with_limits(value: float, lower: float, upper: float, margin: float) -> str:
    return f"{_apart(value, margin)} ({_apart(lower, margin)} to {_apart(upper, margin)})"


def _apart(value: float, margin: float) -> str:
    """Two decimals, or as many as keep a value that is not the margin from being printed as the margin."""
    for digits in range(2, 8):
        if round(value, digits) != round(margin, digits):
            return _signed(f"{value:.{digits}f}")
    return _signed(f"{value:.8f}")


def _signed(number: str) -> str:
    return number.replace("-", "−")
