"""The figure of visits kept is reckoned in a time that grows with the patients: while it is drawn no page is made."""

from datetime import date
from time import process_time

from flows.reports.trial_view import TrialView
from flows.reports.visits_kept import EVERYONE, visits_kept
from tests import facts
from tests.given import edition_with, patient_with
from tests.schedules import TABLE_1

_FEW, _TIMES = 50, 8


def _view(patients: int) -> TrialView:
    course = (facts.planned(), facts.completed(), facts.scheduled(*TABLE_1), facts.visit("4w", "2021-03-19"))
    followed = [patient_with(*facts.enrolled(*course), patient_id=f"RJ-{number:04}") for number in range(patients)]
    return TrialView(followed, edition_with(), date(2026, 11, 29))


def _seconds(view: TrialView) -> float:
    began = process_time()
    _, _, cells = visits_kept(view)
    took = process_time() - began
    assert cells["4w", EVERYONE].due == len(view.patients)
    return took


def test_eight_times_as_many_patients_take_eight_times_as_long_and_not_sixty_four() -> None:
    few, many = _view(_FEW), _view(_FEW * _TIMES)
    assert min(_seconds(many) for _ in range(2)) < 3 * _TIMES * min(_seconds(few) for _ in range(3))
