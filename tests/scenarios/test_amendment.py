"""An amendment while the trial runs: decisions as they were and as if, through the real command; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from typer.testing import CliRunner

from domain.decide import PatientCommand
from domain.decisions.conduct import ActivateEdition
from domain.decisions.follow_up import ScheduleFollowUp
from domain.decisions.randomisation import RandomisePatient
from domain.decisions.screening import ConfirmEligibility
from domain.protocol import editions
from domain.protocol.v2_0 import EDITION
from domain.replay import as_was, replay
from events.event import Event
from events.follow_up import FollowUpScheduled
from flows.live_patients import patients_as_of
from store.transact import Entry, TrialLog
from tests import facts
from tests.amendment import amended
from tests.store.trial_logs import LI_WEI, keep, opened

BEFORE, AFTER = "RJ-0001", "RJ-0002"
DECISIONS = 6


@dataclass(frozen=True)
class Amended:
    """A home in which edition 2.1 came into force between two patients."""

    home: Path
    trial_log: TrialLog

    def first_visit(self, patient_id: str) -> str:
        scheduled = self.trial_log.patient(patient_id).last(FollowUpScheduled)
        assert scheduled is not None
        return str(scheduled.event.visits[0].target)


@pytest.fixture
def amended_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Amended]:
    """The program of the amendment is this one with one more line in its register of editions."""
    monkeypatch.setattr(editions, "EDITIONS", MappingProxyType({"2.0": EDITION, "2.1": amended()}))
    monkeypatch.setenv("IMNI_HOME", str(tmp_path))
    with (trial_log := opened(tmp_path)).log:
        _enters(trial_log, BEFORE)
        on, reference = facts.day("2021-06-01"), "RJ 2021-117"
        trial_log.transact_trial(ActivateEdition(occurred_on=on, edition="2.1", ethics_reference=reference), LI_WEI)
        _enters(trial_log, AFTER, facts.pathology(grade=3), form="2.1")
        yield Amended(tmp_path, trial_log)


def _enters(trial_log: TrialLog, patient_id: str, *otherwise: Event, form: str = "2.0") -> None:
    """Eligible, confirmed, randomised, irradiated and scheduled: facts as they are, decisions by the rules."""
    keep(trial_log, patient_id, *facts.eligible(*otherwise, facts.consented(form_version=form)))
    _decide(trial_log, patient_id, ConfirmEligibility(occurred_on=facts.day("2021-01-08")))
    _decide(trial_log, patient_id, RandomisePatient(occurred_on=facts.day("2021-01-10")))
    keep(trial_log, patient_id, facts.planned(), facts.started(), *facts.fractions(15), facts.completed("2021-02-19"))
    _decide(trial_log, patient_id, ScheduleFollowUp(occurred_on=facts.day("2021-03-01")))


def _decide(trial_log: TrialLog, patient_id: str, command: PatientCommand) -> None:
    at = datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert trial_log.transact(patient_id, command, Entry(LI_WEI.actor, LI_WEI.source, at))


def _replayed(*arguments: str) -> tuple[int, dict[str, Any]]:
    from deployments.command_line import application

    ran = CliRunner().invoke(application, ["replay", *arguments, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def _said(*arguments: str) -> str:
    from deployments.command_line import application

    ran = CliRunner(env={"COLUMNS": "200"}).invoke(application, ["replay", *arguments])
    return " ".join(ran.stdout.split())


def test_each_patient_is_decided_by_the_edition_she_consented_to(amended_trial: Amended) -> None:
    assert (amended_trial.first_visit(BEFORE), amended_trial.first_visit(AFTER)) == ("2021-03-19", "2021-04-18")


def test_as_was_every_decision_on_both_sides_of_the_amendment_comes_out_bit_for_bit(amended_trial: Amended) -> None:
    edition_at = as_was(amended_trial.trial_log.trial())
    again = [each for patient in patients_as_of(amended_trial.trial_log)[0] for each in replay(patient, edition_at)]
    assert [each.entry.event.type for each in again if not each.agrees] == []
    assert len(again) == DECISIONS
    assert _replayed("--as-was")[1]["decisions"] == DECISIONS
    assert _replayed("--as-was")[0] == 0


def test_as_if_the_amendment_had_always_held_the_difference_is_printed_and_nothing_written(
    amended_trial: Amended,
) -> None:
    before = amended_trial.trial_log.log.last_position()
    code, told = _replayed("--as-if", "2.1")
    differing = {(each["patient_id"], each["type"]) for each in told["differing"]}
    assert (code, told["decisions"], amended_trial.trial_log.log.last_position()) == (0, DECISIONS, before)
    assert differing == {
        (BEFORE, "eligibility-confirmed.v1"),
        (BEFORE, "patient-randomised.v2"),
        (BEFORE, "follow-up-scheduled.v1"),
    }
    (failed,) = [each for each in told["differing"] if each["type"] == "eligibility-confirmed.v1"]
    assert (failed["again_as"], json.loads(failed["again"])["failed"]) == ("screening-failed.v1", ["IC04"])
    said = _said("--as-if", "2.1")
    assert "would be screening-failed.v1: IC04" in said
    assert "refused: eligibility" in said
    assert f"{DECISIONS} decisions taken again, 3 of them otherwise" in said
