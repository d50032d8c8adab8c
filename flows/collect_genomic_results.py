"""Reaction: what the laboratory has reported is collected, and asked for again by its order when it is overdue."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from prefect import flow, get_run_logger

from domain.work_item import Work
from flows.gateways.errors import AskAPerson, GatewayError, TryAgain
from flows.gateways.laboratory import Laboratory
from flows.pace import has_passed
from flows.record_reports import record_batch
from flows.resources import Resources, resources
from flows.run_names import work_run
from flows.unheard import heard, is_set_aside, not_heard
from flows.work_off import UNANSWERED_IN_A_ROW, Outcome, fate_of, open_items

_CHASED_EVERY = timedelta(hours=1)
_cursors: dict[str, str | None] = {}
"""How far each laboratory's reports were read by this process. Lost with it: reading again records nothing twice."""
_chased: dict[tuple[str, str], datetime] = {}
"""When each overdue order of a log was last asked for by this process."""


@flow(
    name="collect-genomic-results",
    description="Collect what the laboratory reported.",
    flow_run_name=work_run("results of"),
    validate_parameters=False,
    persist_result=False,
)
async def collect_genomic_results(patient_ids: Sequence[str]) -> tuple[Outcome, ...]:
    """Record every report the laboratory has made since the last time."""
    given = resources()
    if given.laboratory is None:
        return ()
    if is_set_aside(given):
        return _still_open(given, patient_ids, "collecting is set aside until somebody releases it")
    try:
        await _read_on(given, given.laboratory)
    except TryAgain as problem:
        get_run_logger().warning("%s", problem)
        return _still_open(given, patient_ids, str(problem), away=True)
    except AskAPerson as problem:
        get_run_logger().warning("%s", problem)
        not_heard(given, str(problem))
        return _still_open(given, patient_ids, str(problem))
    heard(given)
    return _still_open(given, patient_ids, "not reported yet", await chase(given, patient_ids))


async def _read_on(given: Resources, laboratory: Laboratory) -> None:
    place = f"{given.trial_log.log.log_id} {given.settings.laboratory_url}"
    batch = await laboratory.reports_since(_cursors.get(place))
    if record_batch(given, batch):
        _cursors[place] = batch.cursor


async def chase(given: Resources, patient_ids: Sequence[str]) -> Mapping[str, GatewayError]:
    """Ask by order for results that are overdue: the laboratory's clock may have hidden them from us.

    Each is asked for once an hour. One that cannot be had stops no other; returned is what was wrong, by work item.
    """
    failed: dict[str, GatewayError] = {}
    unanswered = 0
    for item in open_items(given, patient_ids, Work.COLLECT_GENOMIC_RESULT):
        if given.laboratory is None or unanswered >= UNANSWERED_IN_A_ROW:
            break
        if item.due_on >= given.today or not _is_time_to_chase(given, item.subject):
            continue
        try:
            record_batch(given, await given.laboratory.reports_for(item.subject))
            unanswered = 0
        except GatewayError as problem:
            get_run_logger().warning("%s", problem)
            failed[item.key] = problem
            unanswered = unanswered + 1 if isinstance(problem, TryAgain) else 0
    return failed


def _is_time_to_chase(given: Resources, order_key: str) -> bool:
    """Whether an order was not asked for within the hour; if so, it is now."""
    this, now = (given.trial_log.log.log_id, order_key), given.clock.now()
    if not has_passed(_CHASED_EVERY, _chased.get(this), now):
        return False
    _chased[this] = now
    return True


def _still_open(
    given: Resources,
    patient_ids: Sequence[str],
    problem: str,
    failed: Mapping[str, GatewayError] = MappingProxyType({}),
    away: bool = False,
) -> tuple[Outcome, ...]:
    """What is still owed, and why: of some orders another problem is known than of the rest."""
    items = open_items(given, patient_ids, Work.COLLECT_GENOMIC_RESULT)
    return tuple(
        Outcome(item.key, item.patient_id, fate_of(known), str(known))
        if (known := failed.get(item.key))
        else Outcome(item.key, item.patient_id, "away" if away else "later", problem)
        for item in items
    )
