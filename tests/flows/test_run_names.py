"""The list of runs reads as a diary: every run of ours says what it does, and for whom by pseudonymous id."""

from typing import Any, cast

import pytest
from prefect import Flow, get_client

from deployments.interrupted_runs import flows_of_ours
from deployments.prefect_server import PrefectServer
from deployments.reactions import ANSWERS, REACTIONS
from deployments.schedules import SCHEDULED
from flows.batch_entry import enter_batch
from flows.operator_entry import FORMS
from flows.run_names import whose
from flows.schedule_follow_up import schedule_follow_up
from flows.send_reminders import send_reminders
from tests.flows.site import Site


@pytest.mark.parametrize(
    ("patient_ids", "said"),
    [
        ([], "nobody"),
        (["RJ-0042"], "RJ-0042"),
        (["RJ-1", "RJ-2", "RJ-3"], "RJ-1, RJ-2, RJ-3"),
        ([f"RJ-{number}" for number in range(1, 2001)], "RJ-1, RJ-2, RJ-3 and 1997 more"),
    ],
)
def test_a_run_names_a_few_patients_however_many_there_are(patient_ids: list[str], said: str) -> None:
    assert whose(patient_ids) == said


def test_no_run_of_ours_has_a_name_that_prefect_made_up() -> None:
    seen_to = (REACTIONS.refresh, REACTIONS.analyse, REACTIONS.seal, REACTIONS.remind)
    of_people = (*FORMS.values(), enter_batch)
    by_itself = (*ANSWERS.values(), *seen_to, *(one.flow for one in SCHEDULED))
    every = [each for each in (*of_people, *by_itself) if isinstance(each, Flow)]
    assert {each.name for each in every} <= flows_of_ours()
    assert len(every) > len(of_people) + len(ANSWERS) + len(SCHEDULED)
    assert not [each.name for each in every if not each.flow_run_name]


@pytest.mark.prefect
async def test_a_run_of_work_goes_by_its_patients_or_by_the_one_item_it_carries(
    at: Site, prefect_server: PrefectServer
) -> None:
    schedule, remind = (
        cast("Any", schedule_follow_up),
        cast("Any", send_reminders),
    )  # typed as if sync
    many = await schedule(["RJ-1", "RJ-2", "RJ-3", "RJ-4"], return_state=True)
    carried = await remind(["RJ-1"], "reminder/RJ-1/4w/opens", return_state=True)
    async with get_client() as client:
        runs = [await client.read_flow_run(state.state_details.flow_run_id) for state in (many, carried)]
    assert [run.name for run in runs] == ["visits of RJ-1, RJ-2, RJ-3 and 1 more", "reminder/RJ-1/4w/opens"]
