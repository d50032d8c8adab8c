"""Readings that change what is analysed, and how it is judged."""

from functools import cache

import pytest

from domain.analysis.analyse import analyse
from domain.analysis.information import information
from domain.analysis.result import AnalysisReport
from domain.analysis.survival_results import SurvivalDifference
from domain.analysis.verdict import verdict_of_difference
from domain.endpoint_analysis import Question, analyse_endpoint
from domain.endpoints import ENDPOINTS, derive
from domain.protocol.edition import Edition
from domain.protocol.v2_0 import EDITION
from tests import facts
from tests.domain.analysis.reference_cases import table
from tests.given import edition_with, patient_with


def _read(question: str, option: str) -> tuple[Edition, Edition]:
    return EDITION, edition_with({question: option})


@cache
def _efs(option: str, question: str, population: str = "itt") -> AnalysisReport:
    events = (facts.death(on="2022-03-01", cause="OTHER"),)
    patient = patient_with(*facts.enrolled(*events))
    return analyse_endpoint([patient], Question("EFS", population), edition_with({question: option}), 1)


def test_pq_06_the_primary_outcome_may_be_judged_at_two_years() -> None:
    years = [len(_efs(option, "PQ-06").arms["OMIT"].km) for option in ("5-year", "2-year")]
    assert years == [5, 2]


def test_pq_07_the_difference_may_decide_instead_of_the_hazard_ratio() -> None:
    ratio, difference = (
        analyse(table("S01_imni_n214_equal91"), edition.margins).verdict.conclusion
        for edition in _read("PQ-07", "difference-10-points")
    )
    assert (ratio, difference) == ("inconclusive", "non-inferior")


@pytest.mark.parametrize(
    ("lower", "upper", "conclusion", "said"),
    [
        (0.01, 0.11, "superior", "below 0"),
        (-0.09, 0.02, "non-inferior", "below the margin"),
        (-0.09, -0.01, "non-inferior", "omission has more events"),
        (-0.12, 0.02, "inconclusive", "include the margin"),
        (-0.25, -0.11, "inferior", "above the margin"),
        (None, None, "not estimable", "no events"),
    ],
)
def test_pq_07_the_limits_of_the_difference_decide(
    lower: float | None, upper: float | None, conclusion: str, said: str
) -> None:
    found = verdict_of_difference(
        SurvivalDifference(
            diff=0.0,
            se=0.01,
            lower=lower,
            upper=upper,
            margin=-0.10,
            ni_p_one_sided=None,
            noninferior=None,
            beyond_last_time=False,
            reason="no events by that time",
        )
    )
    assert found.conclusion == conclusion
    assert said in found.reason


def test_pq_08_information_may_be_counted_in_patients() -> None:
    by_events, by_patients = (information(e.margins, 104, 9) for e in _read("PQ-08", "trust-208"))
    assert (by_events.counted, by_events.found, round(by_events.needed, 1)) == ("events", 9, 45.3)
    assert (by_patients.counted, by_patients.found, by_patients.fraction) == ("patients", 104, 0.5)


def test_pq_09_if_the_loss_is_expected_no_trial_of_this_size_can_show_non_inferiority() -> None:
    tolerated, expected = (information(e.margins, 214, 22).needed for e in _read("PQ-09", "expected"))
    assert round(tolerated, 1) == 45.3
    assert round(expected) == 37_413


def test_pq_10_other_deaths_may_be_censored_like_any_other_end() -> None:
    competing, censored = (_efs(option, "PQ-10").competing for option in ("competing", "independent-censoring"))
    assert competing.arms is not None
    assert competing.arms["OMIT"].n_cause == (0, 1)
    assert censored.arms is None or censored.arms["OMIT"].n_cause == (0, 0)


def test_pq_13_per_protocol_is_judged_beside_intention_to_treat_or_is_supportive() -> None:
    judged = [_efs(option, "PQ-13", "per-protocol").judged_here for option in ("both", "intention-to-treat-only")]
    assert judged == [True, False]
    assert _efs("intention-to-treat-only", "PQ-13").judged_here
    assert not _efs("both", "PQ-13", "as-treated").judged_here


def test_pq_36_a_recurrence_may_be_dated_by_its_confirmation() -> None:
    seen = (facts.suspicion(on="2021-09-01"), facts.recurrence(on="2021-10-01"))
    patient = patient_with(*facts.enrolled(*seen))
    ends = [
        str(record.end)
        for edition in _read("PQ-36", "confirmation")
        if (record := derive(patient, ENDPOINTS["EFS"], edition)) is not None
    ]
    assert ends == ["2021-09-01", "2021-10-01"]


def test_the_report_of_the_primary_endpoint_says_how_much_information_there_is() -> None:
    assert _efs("show-information", "PQ-08").information is not None
    patient = patient_with(*facts.enrolled())
    assert analyse_endpoint([patient], Question("OS"), EDITION, 1).information is None
