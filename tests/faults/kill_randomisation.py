"""kill -9 while patients are randomised: `python -m tests.faults.kill_randomisation --count 100`."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from domain.decisions.randomisation import RandomisePatient
from events.randomisation import AllocationDrawn, PatientRandomised
from store.transact import TrialLog
from tests.facts import day, eligibility_confirmed, eligible
from tests.faults.battery import alone
from tests.faults.fault import Outcome, added_up
from tests.faults.logs import Home, Place, on_both
from tests.faults.victims import Death, Say
from tests.store.trial_logs import LI_WEI, keep

_PATIENTS = 200
_KILLS_A_HOME = 25
_DEATH = Death(seconds=0.1, statements=60)


def _randomise(say: Say, home: Home) -> None:
    """Randomise whoever waits, saying who was."""
    with (trial_log := home.opened()).log:
        waiting = [patient_id for patient_id in _patient_ids() if not _randomised(trial_log, patient_id)]
        say(b"ready")
        for patient_id in waiting:
            trial_log.transact(patient_id, RandomisePatient(occurred_on=day("2021-01-10")), LI_WEI)
            say(patient_id.encode())


def _patient_ids() -> list[str]:
    return [f"RJ-{number:04d}" for number in range(1, _PATIENTS + 1)]


def _randomised(trial_log: TrialLog, patient_id: str) -> list[int]:
    return [entry.event.sequence_number for entry in trial_log.patient(patient_id).every(PatientRandomised)]


def _enrol(home: Home) -> None:
    with (trial_log := home.opened()).log:
        for patient_id in _patient_ids():
            keep(trial_log, patient_id, *eligible(), eligibility_confirmed())


def _compared(home: Home, words: Sequence[bytes]) -> Outcome:
    """The draws against the randomisations, and against who was said to be randomised."""
    said = [patient_id.decode() for patient_id in words]
    with (trial_log := home.opened()).log:
        drawn = [
            (entry.event.patient_id, entry.event.sequence_number)
            for entry in trial_log.allocations().every(AllocationDrawn)
        ]
        randomised = {patient_id: _randomised(trial_log, patient_id) for patient_id in _patient_ids()}
    stands = sorted((patient_id, number) for patient_id, numbers in randomised.items() for number in numbers)
    used = sorted(number for _, number in stands)
    return Outcome(
        1,
        acknowledged=len(said),
        lost=sum(not randomised[patient_id] for patient_id in said),
        doubled=len(used) - len(set(used)) + sum(len(numbers) > 1 for numbers in randomised.values()),
        gaps=len(set(range(1, len(used) + 1)) - set(used)),
        wrong=int(sorted(drawn) != stands),
        first_wrong="" if sorted(drawn) == stands else "a draw stands without its randomisation",
    )


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    every: list[Outcome] = []
    for begun in range(0, count, _KILLS_A_HOME):
        home = place.home()
        _enrol(home)
        every += [
            _compared(home, _DEATH.of(chance, _randomise, home).said[1:])
            for _ in range(min(_KILLS_A_HOME, count - begun))
        ]
    return added_up(every)


FAULTS = on_both(
    "kill_randomisation",
    "kill -9 while patients are randomised",
    "after 0 to 100 ms, or as the 1st to 60th statement begins",
    "no draw without its randomisation, no place of the list used twice or left out",
    full=100,
    quick=2,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
