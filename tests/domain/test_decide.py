"""What holds for every command: the same question gets the same answer, and an answered one nothing more."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.allocation.allocation_list import Draw
from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS, PatientCommand, decide, decide_trial
from domain.decisions.command import Circumstances, Report
from domain.decisions.corrections import CorrectEntry, VoidEntry
from domain.decisions.outcomes import RecordAdjudication
from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.rejections import Rejection
from events.catalogue import PatientEvent, TrialEvent, decode, encode
from events.event import Event
from tests import facts
from tests.events.any_event import any_of
from tests.given import LIST, NOW, entry, patient_with, trial_with


def _draw(patient: Patient) -> Draw:
    return LIST.draw(1)


CIRCUMSTANCES = Circumstances(NOW, EDITION, _draw)

_COMMANDS: st.SearchStrategy[Any] = st.sampled_from(list(PATIENT_COMMANDS.values())).flatmap(any_of)
_BEGINNINGS = st.sampled_from(
    [
        (),
        (facts.screened(),),
        (*facts.eligible(), facts.eligibility_confirmed()),
        facts.enrolled(facts.planned(), facts.started(), facts.completed(), facts.visit()),
        facts.enrolled(facts.recurrence(on="2022"), facts.death("2023-01-01")),
    ]
)


@st.composite
def _aimed(draw: st.DrawFn) -> PatientCommand:
    """A command; one that names an entry mostly names one that may exist."""
    command = draw(_COMMANDS)
    if isinstance(command, CorrectEntry | VoidEntry | RecordAdjudication) and draw(st.integers(0, 4)):
        return command.model_copy(update={"target": entry(draw(st.integers(1, 16)))})
    return command


def _asked(command: PatientCommand, patient: Patient) -> list[Event] | str:
    try:
        return decide(command, patient, CIRCUMSTANCES)
    except Rejection as refusal:
        return str(refusal)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_BEGINNINGS, st.lists(_aimed(), min_size=1, max_size=6))
def test_deciding_is_deterministic_and_idempotent(beginning: Sequence[Event], commands: list[PatientCommand]) -> None:
    told = list(beginning)
    for command in commands:
        answer = _asked(command, patient_with(*told))
        assert _asked(command, patient_with(*told)) == answer
        if isinstance(answer, str):
            continue
        told.extend(answer)
        assert _asked(command, patient_with(*told)) == []
        assert all(isinstance(event, PatientEvent) for event in answer)
        assert [decode(event.type, encode(event)) for event in answer] == answer


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(list(TRIAL_COMMANDS.values())).flatmap(any_of), min_size=1, max_size=5))
def test_the_trials_decisions_too(commands: list[Any]) -> None:
    told: list[Event] = []
    for command in commands:
        try:
            answer = decide_trial(command, trial_with(*told), CIRCUMSTANCES)
        except Rejection:
            continue
        told.extend(answer)
        assert decide_trial(command, trial_with(*told), CIRCUMSTANCES) == []
        assert all(isinstance(event, TrialEvent) for event in answer)


def test_a_report_records_an_event_of_its_own_stream() -> None:
    for commands, events in ((PATIENT_COMMANDS, PatientEvent), (TRIAL_COMMANDS, TrialEvent)):
        reports = [command for command in commands.values() if issubclass(command, Report)]
        assert reports
        assert all(issubclass(report.records, events) for report in reports)
