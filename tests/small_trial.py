"""A small trial of two arms in a home of its own: every kind of ending, for tests of what is computed from a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events.event import Event
from events.recorded import Actor, Source
from flows.home import open_home
from flows.settings import read_settings
from store.event_log import Append
from store.transact import Entry, TrialLog, enveloped
from tests import facts
from tests.schedules import TABLE_1

OPENED = datetime(2020, 12, 10, tzinfo=UTC)
RECORDED = datetime(2023, 6, 1, tzinfo=UTC)
"""From when on the patients are put on record, a minute each."""

_OTHER = {"IMNI": "OMIT", "OMIT": "IMNI"}


def lives(*, exchanged: bool = False) -> Mapping[str, tuple[Event, ...]]:
    """Everyone by id; with the arms exchanged, volumes delivered included, nothing else differs."""
    return {
        f"RJ-{number}": _life(number, (_OTHER[arm] if exchanged else arm), *later)
        for number, (arm, later) in enumerate(_TOLD, start=1)
    } | {"RJ-90": (*facts.eligible(), facts.screening_failed("IC03", "DR02")), "RJ-91": (facts.screened(),)}


def _life(number: int, arm: str, *later: Event) -> tuple[Event, ...]:
    treated = (facts.planned(), facts.started(), *facts.fractions(15), facts.completed(), facts.volume_delivered(arm))
    return facts.enrolled(*treated, facts.scheduled(*TABLE_1), *later, on=f"2021-01-{10 + number % 8:02}", arm=arm)


_SEEN = (facts.visit("4w", "2021-03-19"), facts.visit("6m", "2021-08-19"), facts.visit("12m", "2022-02-20"))
_TO_2022 = (*_SEEN, facts.visit("18m", "2022-08-19"))
_TOLD: Sequence[tuple[str, tuple[Event, ...]]] = (
    ("IMNI", _TO_2022),
    ("OMIT", (*_SEEN, facts.recurrence("INTERNAL_MAMMARY", on="2022-04-01"))),
    ("IMNI", (*_SEEN, facts.recurrence("DISTANT", "CHEST_WALL", on="2022-03-01"), facts.death("2022-12-01"))),
    ("OMIT", (*_SEEN[:2], facts.toxicity(grade=2), facts.lost("2022-01-15"))),
    ("IMNI", (*_TO_2022, facts.toxicity(grade=1), facts.toxicity("Fibrosis-cosmesis", 2, "2022-02-01"))),
    ("OMIT", (*_SEEN, facts.death("2022-10-01", cause="OTHER"))),
    ("OMIT", (*_SEEN, facts.contralateral("2022-05-01"))),
    ("IMNI", (facts.visit("4w", "2021-03-19"), facts.visit_missed("6m", "2021-09-20"), facts.withdrew("VISITS"))),
)


def small_trial(home: Path, told: Mapping[str, Sequence[Event]] | None = None) -> TrialLog:
    """The home with the trial in its log; close the log when done."""
    trial_log = open_home(read_settings(home=home), OPENED, simulated=True)
    for minute, (patient_id, events) in enumerate((lives() if told is None else told).items()):
        put_on_record(trial_log, patient_id, events, RECORDED + timedelta(minutes=minute))
    return trial_log


def put_on_record(trial_log: TrialLog, patient_id: str, events: Sequence[Event], at: datetime) -> None:
    """A past, whatever the rules would say."""
    author = Actor(id="li.wei", role="coordinator", kind="human")
    entry = Entry(author, Source(kind="simulation"), at)
    stream, edition = trial_log.names.patient(patient_id), trial_log.edition()
    new = [enveloped(event, entry, edition) for event in events]
    trial_log.log.append(Append(stream, trial_log.log.version(stream), new))
