"""What is on record of an analysis is enough to do it again, and to see when the result is another."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.analysis_record import digest
from domain.rejections import NoSuchEntry
from events.recorded import Source
from flows.analyses import Seen, keep, on_record, perform, perform_again, see
from flows.home import ENGINE
from store.projections.as_of import AsOf
from store.transact import Entry, TrialLog
from tests import facts
from tests.small_trial import RECORDED, put_on_record, small_trial

LATER = RECORDED + timedelta(days=1)
ENTRY = Entry(ENGINE, Source(kind="reaction"), LATER)


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    trial_log = small_trial(tmp_path)
    with trial_log.log:
        yield trial_log


def _seen(trial_log: TrialLog, cutoff: date | None = None) -> Seen:
    return see(trial_log, AsOf(trial_log.log.last_position(), cutoff=cutoff))


def test_an_analysis_on_record_gives_the_same_result_whatever_was_recorded_since(trial_log: TrialLog) -> None:
    done = [perform(_seen(trial_log, cutoff), "EFS") for cutoff in (None, date(2022, 4, 15))]
    for each in done:
        keep(trial_log, each.report, ENTRY)
    put_on_record(trial_log, "RJ-1", [facts.recurrence("DISTANT", on="2022-04-02")], LATER)
    for each in done:
        (again,) = perform_again(trial_log, each.id)
        assert again.same
        assert (again.id, again.record.event.events) == (each.id, each.report.events)
        assert perform_again(trial_log, str(again.record.event_id)) == (again,)
    assert perform(_seen(trial_log), "EFS").report.events == done[0].report.events + 1
    assert done[0].report.events > done[1].report.events
    assert done[0].id != done[1].id


def test_the_same_analysis_is_on_record_once(trial_log: TrialLog) -> None:
    report = perform(_seen(trial_log), "OS").report
    keep(trial_log, report, ENTRY)
    keep(trial_log, report, ENTRY)
    assert len(on_record(trial_log)) == 1


def test_a_result_that_is_not_the_one_on_record_is_seen(trial_log: TrialLog) -> None:
    done = perform(_seen(trial_log), "EFS")
    forged = done.report.model_copy(update={"events": done.report.events + 1})
    keep(trial_log, forged, ENTRY)
    (again,) = perform_again(trial_log, done.id)
    assert not again.same
    assert again.digest == digest(done.report)


def test_the_last_digits_of_a_processor_change_no_digest(trial_log: TrialLog) -> None:
    report = perform(_seen(trial_log), "EFS").report
    cox = report.cox
    assert cox.hr is not None
    other = report.model_copy(update={"cox": cox.model_copy(update={"hr": cox.hr * (1 + 1e-14)})})
    wrong = report.model_copy(update={"cox": cox.model_copy(update={"hr": cox.hr * (1 + 1e-8)})})
    assert digest(other) == digest(report) != digest(wrong)


@pytest.mark.parametrize("name", ["", "0", "ffffffffffff", "01a20abc-0000-7000-8000-000000000000"])
def test_a_name_that_is_not_on_record_is_refused(trial_log: TrialLog, name: str) -> None:
    keep(trial_log, perform(_seen(trial_log), "EFS").report, ENTRY)
    with pytest.raises(NoSuchEntry, match="imni analysis list"):
        perform_again(trial_log, name)
