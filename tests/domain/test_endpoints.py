"""The golden streams of the protocol's endpoint rules, by number.

Every stream begins with randomisation to OMIT on 2021-01-10; the cut is 2022-07-30 unless said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.analysis_sets import POPULATIONS
from domain.deviations import deviations
from domain.endpoints import EFS, LRRFS, OS, Sensitivity, derive
from domain.neighbour_endpoints import IDFS
from domain.protocol.v2_0 import EDITION
from domain.visit_windows import Anchor, set_out
from events.event import Event
from tests.facts import (
    amended,
    assessed,
    completed,
    contact,
    contralateral,
    corrected,
    death,
    enrolled,
    randomised,
    recurrence,
    refutation,
    scheduled,
    second_primary,
    suspicion,
    visit,
    visit_missed,
    voided,
    volume_delivered,
    withdrew,
)
from tests.given import edition_with, entry, patient_with

RANDOMISED = date(2021, 1, 10)
CUT = date(2022, 7, 30)
TABLE_1 = set_out(Anchor("radiotherapy-completed", date(2021, 2, 19)), EDITION)

Ends = tuple[str, int]
"""The day a record ends, and its CDISC censoring code (0 is an event)."""


def noon(on: str) -> datetime:
    return datetime.fromisoformat(f"{on}T12:00:00").replace(tzinfo=UTC)


@dataclass(frozen=True)
class Stream:
    """A golden stream: what happened after randomisation, and how each endpoint ends."""

    later: tuple[Event, ...]
    efs: Ends
    lrrfs: Ends
    os: Ends
    known_at: str | None = None
    recorded_on: Sequence[str] = ()
    readings: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: date = CUT
    flag: str | None = None
    sensitivity: Sensitivity | None = None


def golden(name: str, *later: Event, efs: Ends, os: Ends, lrrfs: Ends | None = None, **more: Any) -> tuple[str, Stream]:
    return name, Stream(later, efs, lrrfs or efs, os, **more)


G12 = (assessed("2022-04-01"), recurrence(on="2022-05-01"))
G13 = (recurrence(on="2021-12-01"), corrected(entry(2), recurrence(on="2021-10-15"), on="2022-08-10"))
G14 = (assessed("2021-11-01"), recurrence(on="2021-12-01"), voided(entry(3), on="2022-03-01"))
G19 = (
    completed(),
    scheduled(*TABLE_1),
    visit("6m", "2021-08-19"),
    visit_missed("12m", "2022-02-19"),
    visit_missed("18m", "2022-08-19"),
    recurrence(on="2023-02-19"),
)
G20 = (contralateral("2021-06-01"), recurrence("BREAST", on="2021-12-01"))
LATER_CUT = date(2023, 7, 30)

GOLDEN = dict(
    [
        golden(
            "G01-clear-then-phoned",
            assessed("2022-06-01"),
            contact("2022-07-20"),
            efs=("2022-06-01", 1),
            os=("2022-07-20", 1),
        ),
        golden("G02-chest-wall", recurrence(on="2021-12-01"), efs=("2021-12-01", 0), os=("2021-12-01", 1)),
        golden(
            "G03-bone-metastasis",
            recurrence("DISTANT", on="2021-12-01"),
            efs=("2021-12-01", 0),
            lrrfs=("2021-12-01", 5),
            os=("2021-12-01", 1),
        ),
        golden(
            "G04-internal-mammary-and-liver",
            recurrence("DISTANT", "INTERNAL_MAMMARY", on="2021-12-01"),
            efs=("2021-12-01", 0),
            os=("2021-12-01", 1),
        ),
        golden(
            "G04-in-two-entries",
            recurrence("DISTANT", on="2021-12-01"),
            recurrence("INTERNAL_MAMMARY", on="2021-12-01"),
            efs=("2021-12-01", 0),
            os=("2021-12-01", 1),
        ),
        golden(
            "G05-contralateral-invasive",
            contralateral("2021-12-01"),
            efs=("2021-12-01", 0),
            lrrfs=("2021-12-01", 5),
            os=("2021-12-01", 1),
        ),
        golden(
            "G06-contralateral-dcis",
            contralateral("2021-12-01", "DCIS"),
            assessed("2022-06-01"),
            efs=("2022-06-01", 1),
            os=("2022-06-01", 1),
        ),
        golden(
            "G06-PQ-12-dcis-counts",
            contralateral("2021-12-01", "DCIS"),
            assessed("2022-06-01"),
            efs=("2021-12-01", 0),
            lrrfs=("2022-06-01", 1),
            os=("2022-06-01", 1),
            readings={"PQ-12": "dcis-counts"},
        ),
        golden(
            "G07-lung-primary",
            second_primary("2021-12-01"),
            assessed("2022-06-01"),
            efs=("2022-06-01", 1),
            os=("2022-06-01", 1),
        ),
        golden(
            "G08-breast-cancer-death",
            death("2022-01-15"),
            efs=("2022-01-15", 0),
            lrrfs=("2022-01-15", 4),
            os=("2022-01-15", 0),
        ),
        golden("G09-infarction", death("2022-01-15", "OTHER"), efs=("2022-01-15", 4), os=("2022-01-15", 0)),
        golden("G10-death-unknown", death("2022-01-15", "UNKNOWN"), efs=("2022-01-15", 4), os=("2022-01-15", 0)),
        golden(
            "G10-PQ-35-unknown-is-breast-cancer",
            death("2022-01-15", "UNKNOWN"),
            efs=("2022-01-15", 0),
            lrrfs=("2022-01-15", 4),
            os=("2022-01-15", 0),
            readings={"PQ-35": "unknown-is-breast-cancer"},
        ),
        golden(
            "G11-recurrence-after-the-cut",
            assessed("2022-06-01"),
            recurrence(on="2022-08-02"),
            efs=("2022-06-01", 1),
            os=("2022-06-01", 1),
        ),
        golden(
            "G12-recorded-late-unknown-at-the-cut",
            *G12,
            efs=("2022-04-01", 1),
            os=("2022-04-01", 1),
            recorded_on=("2021-01-10", "2022-04-01", "2022-09-01"),
            known_at="2022-07-30",
        ),
        golden(
            "G12-recorded-late-known-later",
            *G12,
            efs=("2022-05-01", 0),
            os=("2022-05-01", 1),
            recorded_on=("2021-01-10", "2022-04-01", "2022-09-01"),
            known_at="2022-10-01",
        ),
        golden(
            "G13-before-the-date-was-corrected",
            *G13,
            efs=("2021-12-01", 0),
            os=("2021-12-01", 1),
            known_at="2022-08-09",
        ),
        golden("G13-after-the-date-was-corrected", *G13, efs=("2021-10-15", 0), os=("2021-10-15", 1)),
        golden("G14-before-the-void", *G14, efs=("2021-12-01", 0), os=("2021-12-01", 1), known_at="2022-02-28"),
        golden("G14-after-the-void", *G14, efs=("2021-11-01", 1), os=("2021-11-01", 1)),
        golden(
            "G15-withdrew-on-day-0",
            withdrew("VISITS", "DATA_COLLECTION", on="2021-01-10"),
            efs=("2021-01-10", 6),
            os=("2021-01-10", 3),
        ),
        golden(
            "G16-crossed-over",
            volume_delivered("IMNI"),
            assessed("2022-06-01"),
            efs=("2022-06-01", 1),
            os=("2022-06-01", 1),
        ),
        golden(
            "G17-only-the-month-known",
            recurrence(on="2021-11"),
            efs=("2021-11-15", 0),
            os=("2021-11-15", 1),
            flag="D",
        ),
        golden(
            "G18-month-of-randomisation",
            recurrence(on="2021-01"),
            efs=("2021-01-15", 0),
            os=("2021-01-15", 1),
            flag="D",
        ),
        golden("G19-two-visits-missed", *G19, efs=("2023-02-19", 0), os=("2023-02-19", 1), cut=LATER_CUT),
        golden(
            "G19-gap-rule",
            *G19,
            efs=("2021-08-19", 7),
            os=("2023-02-19", 1),
            cut=LATER_CUT,
            sensitivity="gap-rule",
        ),
        golden(
            "G20-contralateral-then-ipsilateral",
            *G20,
            efs=("2021-06-01", 0),
            lrrfs=("2021-06-01", 5),
            os=("2021-12-01", 1),
        ),
        golden(
            "G20-PQ-44-later-recurrence-counts",
            *G20,
            efs=("2021-06-01", 0),
            lrrfs=("2021-12-01", 0),
            os=("2021-12-01", 1),
            readings={"PQ-44": "later-recurrence-counts"},
        ),
        golden(
            "G21-imaging-then-biopsy",
            suspicion(on="2021-09-01"),
            recurrence(on="2021-10-01"),
            efs=("2021-09-01", 0),
            os=("2021-10-01", 1),
        ),
        golden(
            "G22-suspicion-refuted",
            assessed("2021-08-01"),
            suspicion(on="2021-09-01"),
            refutation(on="2021-10-01"),
            efs=("2021-08-01", 1),
            os=("2021-10-01", 1),
        ),
        golden("G23-score-corrected", assessed("2022-06-01"), amended(46), efs=("2022-06-01", 1), os=("2022-06-01", 1)),
        golden(
            "G24-reported-by-two-sites",
            recurrence(on="2021-12-01"),
            recurrence(on="2021-12-01", evidence="HISTOLOGY"),
            efs=("2021-12-01", 0),
            os=("2021-12-01", 1),
        ),
        golden(
            "G25-visit-after-death",
            death("2022-01-10"),
            visit("12m", "2022-02-10"),
            efs=("2022-01-10", 0),
            lrrfs=("2022-01-10", 4),
            os=("2022-01-10", 0),
        ),
    ]
)


@pytest.mark.parametrize("stream", GOLDEN.values(), ids=GOLDEN)
def test_golden_streams(stream: Stream) -> None:
    patient = patient_with(
        randomised(),
        *stream.later,
        cutoff=stream.cut,
        recorded=[noon(on) for on in stream.recorded_on] or None,
        knowledge=noon(stream.known_at) if stream.known_at else None,
    )
    for endpoint, (end, cnsr) in {EFS: stream.efs, LRRFS: stream.lrrfs, OS: stream.os}.items():
        record = derive(patient, endpoint, edition_with(dict(stream.readings)), stream.sensitivity)
        assert record is not None
        assert (record.end, record.cnsr) == (date.fromisoformat(end), cnsr), endpoint.code
        assert (record.start, record.days) == (RANDOMISED, (record.end - RANDOMISED).days)
        assert record.observed == (cnsr == 0)
        assert (record.patient, record.arm) == (patient.patient_id, "OMIT")
        assert record.date_flag == stream.flag


def test_every_golden_stream_is_in_the_table() -> None:
    assert {name[:3] for name in GOLDEN} == {f"G{number:02}" for number in range(1, 26)}


def test_g07_counts_beside_the_protocols_own_endpoints() -> None:
    record = derive(patient_with(randomised(), second_primary("2021-12-01")), IDFS, EDITION)
    assert record is not None
    assert record.observed


def test_g16_is_analysed_as_randomised_and_as_treated_but_not_per_protocol() -> None:
    crossed = patient_with(*enrolled(completed(), volume_delivered("IMNI")))
    arms = {name: population(crossed, EDITION) for name, population in POPULATIONS.items()}
    assert arms == {"itt": "OMIT", "per-protocol": None, "as-treated": "IMNI", "safety": "IMNI"}


def test_g23_stays_in_intention_to_treat_and_leaves_per_protocol() -> None:
    later_high = patient_with(*enrolled(completed(), amended(46, on="2021-03-01")))
    arms = {name: population(later_high, EDITION) for name, population in POPULATIONS.items()}
    assert arms == {"itt": "OMIT", "per-protocol": None, "as-treated": "OMIT", "safety": "OMIT"}


def test_g24_is_one_event_from_the_first_report() -> None:
    twice = patient_with(randomised(), *GOLDEN["G24-reported-by-two-sites"].later)
    record = derive(twice, EFS, EDITION)
    assert record is not None
    assert record.event_ids == (entry(1), entry(2))


def test_g25_shows_as_a_deviation() -> None:
    patient = patient_with(*enrolled(death("2022-01-10"), visit("12m", "2022-02-10")))
    assert [d.wording for d in deviations(patient, EDITION)] == [
        "visit-done dated 2022-02-10, after the death on 2022-01-10"
    ]
