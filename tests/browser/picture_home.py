"""The home of the pictures: a small simulated trial, and patients of these days in every state a coordinator meets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from domain.protocol.v2_0 import EDITION
from domain.visit_windows import Anchor, set_out
from events.event import Event
from events.recorded import Actor, Source
from flows.clock import SystemClock
from flows.home import clock_of, open_home
from flows.settings import read_settings
from store.transact import Entry, TrialLog
from tests import facts
from tests.store.trial_logs import keep, keep_of_trial

SIMULATED = 12
_FIRST_PLACE = 101
_AUTHOR = Actor(id="li.wei", role="coordinator", kind="human")


def make_home(root: Path) -> tuple[Path, datetime]:
    """The home of `imni demo` with a few patients, beside them those of `lives`; and its time, which is its own."""
    environment = {"PATH": os.defpath, "HOME": str(root), "LANG": "C.UTF-8", "IMNI_HOME": str(root)}
    imni = str(Path(sys.executable).with_name("imni"))
    told = subprocess.run(
        [imni, "demo", "--patients", str(SIMULATED), "--json"],
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    home = root / "demo"
    if not (home / "reports").exists():
        raise RuntimeError(f"the simulated trial did not come about: {told.stderr[-2000:]}")
    with (trial_log := open_home(read_settings(home=home), datetime.now(UTC))).log:
        now = clock_of(trial_log, SystemClock()).now()
        _live(trial_log, now)
    return home, now


def _live(trial_log: TrialLog, now: datetime) -> None:
    by, today = Entry(_AUTHOR, Source(kind="form"), now), now.astimezone(EDITION.site_zone).date()
    for patient_id, events in lives(today).items():
        keep(trial_log, patient_id, *events, by=by)
    graded = trial_log.patient("RJ-0108").history[-2].event_id
    regraded = facts.corrected(graded, facts.toxicity(grade=3, on=_day(today, -200)), on=str(today))
    keep(trial_log, "RJ-0108", regraded, by=by)
    keep_of_trial(trial_log, facts.query("A-1", str(today - timedelta(days=20)), "Consent forms are not filed"), by=by)
    keep_of_trial(trial_log, facts.report_set_aside(str(today)), by=by)


def lives(today: date) -> Mapping[str, Sequence[Event]]:
    """A patient for each state, by id; her days are counted from today."""

    def on(days: int) -> str:
        return _day(today, days)

    asked = _asked(today)
    treated = (facts.planned(on(-14)), facts.plan_reviewed(on(-13)), facts.started(on(-10)))
    return {
        "RJ-0101": (facts.screened(on(-3)), facts.surgery(on(-20))),
        "RJ-0102": asked,
        "RJ-0103": (*asked, facts.consented_to_test(on(-1))),
        "RJ-0104": (
            *asked,
            facts.consented_to_test(on(-9)),
            facts.disputed(on(-8), order_key="recurindex/RJ-0104/1"),
        ),
        "RJ-0105": (*_able(today), facts.eligibility_confirmed(on(-1), reference_date=on(-5))),
        "RJ-0106": (*_entered(today, 1), facts.planned(on(-2))),
        "RJ-0107": (
            *_entered(today, 2),
            *treated,
            *(facts.fraction(number, on(number - 10), cbct="unknown") for number in range(1, 7)),
            facts.fraction_missed(on(-3)),
        ),
        "RJ-0108": (
            *_followed(today, 3, 300),
            facts.visit("4w", on(-270), assessments=("TOXICITY", "PHYSICAL_EXAM")),
            facts.toxicity(grade=2, on=on(-200)),
            facts.query("Q-1", on(-20)),
        ),
        "RJ-0109": (
            *_entered(today, 4),
            *treated,
            *(facts.fraction(number, on(number - 10)) for number in range(1, 8)),
            facts.visit("week-1", on(-4), assessments=("PHYSICAL_EXAM", "CBC", "TOXICITY")),
            facts.serious(on(0), aware_at=f"{on(0)}T01:00:00Z"),
        ),
        "RJ-0110": (*_followed(today, 5, 400), facts.recurrence("CHEST_WALL", on=on(-5), evidence="IMAGING")),
        "RJ-0111": (*_followed(today, 6, 500), facts.death(on(-60)[:7], cause="UNKNOWN")),
        "RJ-0112": (*_followed(today, 7, 250), facts.withdrew("VISITS", on=on(-30))),
        "RJ-0113": (
            *asked,
            facts.consented_to_test(on(-9)),
            facts.work_set_aside("recurindex/RJ-0113/1", on(-1), "the laboratory refused it: unknown patient"),
        ),
        "RJ-0114": (*_able(today), facts.screening_failed("IC03", "DR02", on=on(-4))),
    }


def _day(today: date, days: int) -> str:
    return str(today + timedelta(days=days))


def _asked(today: date) -> tuple[Event, ...]:
    """Everything is known of her but the score and her consent."""

    def on(days: int) -> str:
        return _day(today, days)

    timing = facts.timing(on(-10), radiotherapy_planned_for=on(14))
    known = (facts.staging(on(-20)), facts.history(on(-20)), facts.performance(on(-20)))
    return (facts.screened(on(-30)), facts.surgery(on(-50)), facts.pathology(on(-45)), *known, timing)


def _able(today: date) -> tuple[Event, ...]:
    """Every criterion is met."""
    return (*_asked(today), facts.result(31, _day(today, -7)), facts.consented(_day(today, -5)))


def _entered(today: date, place: int, days_ago: int = 20) -> tuple[Event, ...]:
    """Randomised so many days ago."""
    then = today - timedelta(days=days_ago)
    confirmed = facts.eligibility_confirmed(_day(then, -1), reference_date=_day(then, -5))
    drawn = facts.randomised(str(then), "OMIT" if place % 2 else "IMNI", sequence_number=_FIRST_PLACE + place)
    return (*_able(then), confirmed, drawn)


def _followed(today: date, place: int, days_ago: int) -> tuple[Event, ...]:
    """Radiotherapy ended so many days ago, and her visits are set out."""
    ended = today - timedelta(days=days_ago)
    began = str(ended - timedelta(days=18))
    schedule = facts.scheduled(
        *set_out(Anchor("radiotherapy-completed", ended), EDITION), on=str(ended), anchored_on=str(ended)
    )
    course = (facts.planned(_day(ended, -30)), facts.started(began), *facts.fractions(15, began))
    return (*_entered(today, place, days_ago + 40), *course, facts.completed(str(ended)), schedule)
