"""The command that tells the design honestly: `design`, by formula, by simulation, and of the running trial."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.command_line.installation import day, instant, opened, require_past
from deployments.command_line.options import Cutoff, Json, KnownAt
from deployments.command_line.printing import print_json, print_table, say
from deployments.command_line.progress import counting
from domain.rejections import Contradiction, Implausible, NoSuchEntry

if TYPE_CHECKING:
    from domain.design.design_report import Design, RunningTrial
    from domain.design.scenario import Scenario
    from domain.protocol.edition import Edition
    from domain.trial_simulation.tally import Counted

_MOST_WORKERS = 256


def design(
    assume: Annotated[
        list[str] | None, typer.Option("--assume", help="NAME=VALUE, again and again: patients, duration, dropout …")
    ] = None,
    trials: Annotated[int, typer.Option("--trials", help="Trials to simulate of each truth; 0 for none.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same trials.")] = 1,
    workers: Annotated[int, typer.Option("--workers", help="Processes; they change nothing but the time.")] = 1,
    running: Annotated[bool, typer.Option("--running", help="Look also at the trial in the log.")] = False,
    cutoff: Cutoff = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Tell what the design delivers: events, patients and power, by four formulas and by simulated trials."""
    from domain.design.design_report import design as designed
    from domain.design.design_report import simulated
    from domain.protocol.v2_0 import EDITION

    if not 1 <= workers <= _MOST_WORKERS:
        raise Implausible("--workers", str(workers), "is not a number of processes", f"Give 1 to {_MOST_WORKERS}")
    edition, trial = _running(cutoff, known_at, assume) if running else (EDITION, _none_asked(cutoff, known_at))
    scenario = _scenario(edition, assume)
    found = designed(edition.id, scenario, edition.margins)
    if trials:
        count = partial(_count, edition=edition, trials=trials, seed=seed, workers=workers, quiet=as_json)
        found = found.model_copy(update={"simulated": simulated(scenario, edition.margins, seed, count)})
    found = found.model_copy(update={"running": trial})
    print_json(found.model_dump(mode="json")) if as_json else _say(found)


def _none_asked(cutoff: str | None, known_at: str | None) -> None:
    for option, value in (("--cutoff", cutoff), ("--known-at", known_at)):
        if value is not None:
            raise Contradiction(option, value, "asks about the log", "Add --running, or leave it out")


def _scenario(edition: Edition, assume: list[str] | None) -> Scenario:
    """The plan of the edition with what is assumed otherwise. Raises `NoSuchEntry`, `Implausible`."""
    from domain.design.scenario import planned

    plan = planned(edition)
    known = asdict(plan)
    changed: dict[str, Any] = {}
    for each in assume or []:
        name, _, value = each.partition("=")
        if name not in known:
            raise NoSuchEntry("--assume", repr(name), "nothing of that name is assumed", f"Use {', '.join(known)}")
        changed[name] = _number(name, value, type(known[name]))
    return replace(plan, **changed)


def _number(name: str, value: str, kind: type[float]) -> float:
    try:
        return kind(value)
    except ValueError:
        problem = f"is not {'a whole' if kind is int else 'a'} number"
        raise Implausible(name, repr(value), problem, f"Write --assume {name}=NUMBER") from None


def _count(scenario: Scenario, *, edition: Edition, trials: int, seed: int, workers: int, quiet: bool) -> Counted:
    from flows.trial_batches import simulate_on

    with counting(f"trials at a hazard ratio of {scenario.hazard_ratio:g}", quiet=quiet) as advance:
        return simulate_on(workers, scenario, edition.margins, trials, seed, advance)


def _running(cutoff: str | None, known_at: str | None, assume: list[str] | None) -> tuple[Edition, RunningTrial]:
    from domain.design.running_trial import running_trial
    from domain.protocol.editions import edition_in_force
    from flows.clock import SystemClock
    from flows.home import clock_of
    from flows.live_patients import patients_as_of

    until, knowledge = (
        day(cutoff, "--cutoff") if cutoff else None,
        instant(known_at, "--known-at") if known_at else None,
    )
    with opened() as trial_log:
        require_past(trial_log, knowledge)
        patients, position = patients_as_of(trial_log, cutoff=until, knowledge=knowledge)
        edition = edition_in_force(trial_log.trial(knowledge=knowledge))
        on = until or (knowledge or clock_of(trial_log, SystemClock()).now()).date()
    return edition, running_trial(patients, edition, _scenario(edition, assume), on, position)


def _say(found: Design) -> None:
    from flows.reports.design_words import in_plain_words

    rows = [
        (each.method, "" if each.events is None else f"{each.events:.2f}", f"{each.patients:.1f}", each.source)
        for each in found.methods
    ]
    print_table("Needed, by formula", ("method", "events", "patients", "source"), rows)
    for sentence in in_plain_words(found):
        say(sentence)
