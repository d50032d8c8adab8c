"""What an analysis cannot be made of: every row ends in a stated reason, none in a number that means nothing."""

import json
from collections.abc import Callable, Generator
from datetime import UTC, date, datetime

import pytest

from deployments.command_line.installation import require_past
from domain.analysis.analyse import analyse
from domain.analysis.errors import AnalysisError
from domain.analysis.result import Analysis
from domain.analysis.table_reading import read_table
from domain.endpoint_analysis import Question, analyse_endpoint
from domain.protocol.v2_0 import EDITION
from domain.rejections import Rejection
from flows.live_patients import patients_as_of
from store.transact import TrialLog
from tests.small_trial import small_trial

BEFORE_ANYBODY = date(2020, 12, 31)


@pytest.fixture(scope="module")
def trial_log(tmp_path_factory: pytest.TempPathFactory) -> Generator[TrialLog]:
    with (opened := small_trial(tmp_path_factory.mktemp("home"))).log:
        yield opened


def of(*rows: str) -> Callable[[TrialLog], Analysis]:
    return lambda _: analyse(read_table("\n".join(("time,status,arm", *rows)), "days"), EDITION.margins)


def before_anybody(trial_log: TrialLog) -> Analysis:
    patients, position = patients_as_of(trial_log, cutoff=BEFORE_ANYBODY)
    return analyse_endpoint(patients, Question("EFS", "itt", BEFORE_ANYBODY), EDITION, position)


def known_tomorrow(trial_log: TrialLog) -> None:
    require_past(trial_log, datetime(2999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (of("5,1,0", "-3,1,1"), "row 2, column time: '-3.0'"),
        (of("5,1,0", "3,2,1"), "row 2, column status: '2'"),
        (of("5,1,0", "3,1,2"), "row 2, column arm: '2'"),
        (known_tomorrow, "--known-at 2999-01-01T00:00:00+00:00: lies in the future"),
    ],
    ids=["negative time", "status 2", "unknown arm", "known at in the future"],
)
def test_what_cannot_be_true_is_refused(trial_log: TrialLog, asked: Callable[[TrialLog], object], reason: str) -> None:
    with pytest.raises((AnalysisError, Rejection)) as refusal:
        asked(trial_log)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("asked", "reason", "hazard_ratio"),
    [
        (of("5,1,0", "7,0,0"), "no patients in arm OMIT", None),
        (of("5,1,1"), "no patients in arm IMNI", None),
        (of("5,0,0", "6,0,1"), "no events", None),
        (of("5,1,0", "5,1,1", "5,1,0", "5,1,1"), "no event told the arms apart", 1.0),
        (before_anybody, "no patients in arm IMNI", None),
    ],
    ids=["empty arm", "one patient", "no events", "all events at once", "cutoff before the first patient"],
)
def test_what_says_nothing_declares_nothing(
    trial_log: TrialLog, asked: Callable[[TrialLog], Analysis], reason: str, hazard_ratio: float | None
) -> None:
    """All at once, the likelihood of Efron has its maximum at 1, as in R, with limits that include every margin."""
    found = asked(trial_log)
    assert (found.logrank.p, found.difference_5y.noninferior, found.cox.noninferior or None) == (None, None, None)
    assert reason in (found.logrank.reason or "")
    assert found.difference_5y.reason
    assert found.cox.hr == (None if hazard_ratio is None else pytest.approx(hazard_ratio))
    assert found.verdict.conclusion == ("not estimable" if hazard_ratio is None else "inconclusive")
    assert "NaN" not in json.dumps(found.model_dump(mode="json"))
