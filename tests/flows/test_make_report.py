"""The report as people are given it: the same bytes every time, no arm in the open one, the closed one on record."""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from domain.protocol.v2_0 import EDITION
from domain.rejections import Rejection
from events.conduct import ResultsDisclosed
from events.event import Event
from events.recorded import Actor, Source
from flows.analyses import on_record, perform_again
from flows.make_report import Made, Wanted, make_report, written
from flows.reports.languages import saying
from flows.reports.report import Report
from flows.reports.report_contents import Check, Picture, contents
from flows.reports.report_html import report_html
from flows.reports.report_pdf import NO_CHINESE, report_pdf
from flows.reports.report_view import ReportView
from flows.reports.tables.table import Table
from flows.reports.trial_view import TrialView
from store.transact import Entry, TrialLog
from tests.given import patient_with
from tests.small_trial import OPENED, RECORDED, lives, small_trial

LATER = RECORDED + timedelta(days=1)
STATISTICIAN = Entry(Actor(id="chen.jie", role="statistician", kind="human"), Source(kind="command-line"), LATER)
COORDINATOR = replace(STATISTICIAN, actor=Actor(id="li.wei", role="coordinator", kind="human"))
CLOSED = Wanted(by_arm=True, reason="for the data monitoring committee")
OPEN = Wanted()


@contextmanager
def _trial(home: Path, told: Mapping[str, tuple[Event, ...]] | None = None) -> Generator[TrialLog]:
    trial_log = small_trial(home, told)
    with trial_log.log:
        yield trial_log


def _made(home: Path, wanted: Wanted, told: Mapping[str, tuple[Event, ...]] | None = None) -> Made:
    with _trial(home, told) as trial_log:
        return make_report(trial_log, wanted, STATISTICIAN)


def _pdf_text(made: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)


def _words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style.*?</style>|<title>.*?</title>", "", html, flags=re.S)))


@pytest.mark.parametrize("wanted", [OPEN, CLOSED], ids=["open", "closed"])
def test_two_fresh_homes_with_the_same_log_give_the_same_bytes(tmp_path: Path, wanted: Wanted) -> None:
    one, other = _made(tmp_path / "one", wanted), _made(tmp_path / "other", wanted)
    assert one.html == other.html
    assert one.pdf == other.pdf
    assert one.pdf.startswith(b"%PDF")


def test_what_a_report_puts_on_record_does_not_change_the_next_one(tmp_path: Path) -> None:
    with _trial(tmp_path) as trial_log:
        first = make_report(trial_log, CLOSED, STATISTICIAN)
        again = make_report(trial_log, CLOSED, STATISTICIAN)
    assert (again.html, again.pdf) == (first.html, first.pdf)


def test_the_open_report_is_the_same_with_the_arms_exchanged(tmp_path: Path) -> None:
    seen = _made(tmp_path / "one", OPEN)
    exchanged = _made(tmp_path / "other", OPEN, lives(exchanged=True))
    assert exchanged.html == seen.html
    assert exchanged.pdf == seen.pdf
    text = _words(seen.html).replace("IMNI PRECISION", "")
    assert not re.search(r"\b(IMNI|OMIT)\b", text)


def test_the_closed_report_is_for_some_roles_and_who_was_given_it_is_on_record(tmp_path: Path) -> None:
    with _trial(tmp_path) as trial_log:
        before = trial_log.log.last_position()
        with pytest.raises(Rejection, match="Ask for the open report"):
            make_report(trial_log, CLOSED, COORDINATOR)
        assert trial_log.log.last_position() == before
        make_report(trial_log, OPEN, COORDINATOR)
        assert not trial_log.trial().every(ResultsDisclosed)
        make_report(trial_log, CLOSED, STATISTICIAN)
        (told,) = trial_log.trial().every(ResultsDisclosed)
        stored = next(iter(trial_log.log.read_all(after=told.position - 1, limit=1)))
    assert stored.provenance.actor.id == "chen.jie"
    assert (told.event.position, told.event.reason) == (before, CLOSED.reason)


def test_every_number_of_a_result_carries_its_analysis_which_comes_out_the_same_again(tmp_path: Path) -> None:
    with _trial(tmp_path) as trial_log:
        made = make_report(trial_log, CLOSED, STATISTICIAN)
        assert len(on_record(trial_log)) == len(made.analyses) == 5
        for done in made.analyses:
            assert all(again.same for again in perform_again(trial_log, done.id))
            assert done.id in made.html
    printed = _pdf_text(made.pdf)
    assert all(done.id in printed for done in made.analyses)
    results = made.html.partition("Endpoints at 2, 3 and 5 years")[2].partition("How the protocol was read</h2>")[0]
    blocks = re.split(r"(?=<figure|<div class=\"scroll\">)", results)[1:]
    assert len(blocks) >= 8
    assert all("Analysis " in block for block in blocks)


def test_the_file_needs_no_other_file_no_script_and_no_network(tmp_path: Path) -> None:
    html = _made(tmp_path, CLOSED).html
    assert "<script" not in html
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", html)
    assert not re.search(r"url\((?!#)", html)


def test_a_report_as_of_a_day_or_as_known_at_an_instant_says_so_and_knows_no_more(tmp_path: Path) -> None:
    with _trial(tmp_path) as trial_log:
        full = make_report(trial_log, OPEN, COORDINATOR)
        cut = make_report(trial_log, Wanted(cutoff=date(2022, 4, 15)), COORDINATOR)
        known = make_report(trial_log, Wanted(known_at=RECORDED + timedelta(minutes=2, seconds=30)), COORDINATOR)
    assert cut.analyses[0].report.events < full.analyses[0].report.events
    assert "2022-04-15" in cut.html
    assert known.analyses[0].report.n == 3
    assert known.position < full.position
    assert "2023-06-01 00:02:30 UTC" in known.html


@pytest.mark.parametrize(
    ("wanted", "mentions"),
    [
        (Wanted(cutoff=date(2020, 12, 31)), "nobody was randomised by then: the first was on 2021-01-10"),
        (Wanted(known_at=OPENED - timedelta(days=1)), "nothing was on record by then"),
    ],
    ids=["cutoff before the first patient", "known at before the log"],
)
def test_a_moment_with_nothing_to_report_is_refused_and_nothing_is_recorded(
    tmp_path: Path, wanted: Wanted, mentions: str
) -> None:
    with _trial(tmp_path) as trial_log:
        before = trial_log.log.last_position()
        with pytest.raises(Rejection, match=mentions):
            make_report(trial_log, wanted, COORDINATOR)
        assert trial_log.log.last_position() == before


def test_a_trial_without_patients_has_a_report_with_no_number_of_a_result(tmp_path: Path) -> None:
    made = _made(tmp_path, OPEN, {})
    assert "not estimable (no patients)" in made.html
    assert not re.search(r"\bnan\b", _words(made.html), re.IGNORECASE)


def test_both_files_are_written_into_a_folder_that_is_made(tmp_path: Path) -> None:
    html, pdf = written(_made(tmp_path / "home", OPEN), tmp_path / "new" / "folder")
    assert (html.name, pdf.name) == ("imni-report-open.html", "imni-report-open.pdf")
    assert "open report" in html.read_text(encoding="utf-8")
    assert "open report" in _pdf_text(pdf.read_bytes())


CHECKS = (Check("The log <verifies>", True, "18 events"), Check("Once", False, "twice"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    people = [patient_with(*events, patient_id=who) for who, events in sorted(lives().items())]
    view = ReportView(TrialView(people, EDITION, date(2022, 12, 31)), by_arm=True, as_of="As of 2022-12-31")
    done = _made(tmp_path_factory.mktemp("closed"), CLOSED).analyses
    sections = contents(view, done, ["0" * 64] * len(done), CHECKS)
    title = "IMNI PRECISION: closed report, by arm"
    return Report(title, True, [("Trial", "NCT04517266")], sections, datetime(2023, 1, 1, tzinfo=UTC), "zh")


_SAME_IN_CHINESE = re.compile(
    r"|\d+|PQ-\d+|[0-9a-f]{12}|(IMNI|OMIT)( \(n = \d+\))?|HER2|p?[TN]\d|.* \((CTCAE|RTOG).*\)|[A-Z0-9]+, (minor|major)"
)


def _headings(report: Report) -> Iterator[str]:
    yield report.title
    for section in report.sections:
        yield section.title
        for block in section.blocks:
            if isinstance(block, Picture | Table):
                yield block.title
            if isinstance(block, Table):
                yield from (block.first, *block.columns, *(name for name, _ in block.spans))
                yield from (row.label for row in block.rows if section.title != "What was checked")


def test_every_heading_and_label_is_said_in_chinese(report: Report) -> None:
    say = saying("zh")
    untold = {heading for heading in _headings(report) if say(heading) == heading}
    assert {heading for heading in untold if not _SAME_IN_CHINESE.fullmatch(heading)} == set()
    assert "非公开报告（按组）" in report_html(report)


def test_without_chinese_letters_on_the_machine_the_pdf_is_english_and_says_so(report: Report) -> None:
    pdf = report_pdf(report, lambda: None)
    text = " ".join(_pdf_text(pdf.content).split())
    assert pdf.in_english
    assert " ".join(NO_CHINESE.split()) in text
    assert "closed report, by arm" in text


def test_what_was_checked_is_told_with_what_was_found(report: Report) -> None:
    html = report_html(replace(report, language="en"))
    assert "The log &lt;verifies&gt;</th><td>holds</td><td>18 events</td>" in html
    assert "<td>FAILS</td><td>twice</td>" in html


def test_the_words_for_chinese_are_all_said_once_and_not_empty() -> None:
    import importlib.resources

    found = importlib.resources.files("flows.reports").joinpath("headings_zh.json").read_text(encoding="utf-8")
    pairs = json.loads(found, object_pairs_hook=list)
    assert len({english for english, _ in pairs}) == len(pairs)
    assert all(chinese.strip() for _, chinese in pairs)
