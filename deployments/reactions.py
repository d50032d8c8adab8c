"""Which flow answers which work. A kind of engine work without a flow here is a fault the tests find."""

from __future__ import annotations

from collections.abc import Mapping

from domain.work_item import Work
from flows.collect_genomic_results import collect_genomic_results
from flows.order_genomic_test import order_genomic_test
from flows.reactions import Reaction, Reactions
from flows.read_models import refresh_read_models
from flows.remind_of_trial import remind_of_trial
from flows.schedule_follow_up import schedule_follow_up
from flows.seal_log import seal_log
from flows.send_reminders import send_reminders
from flows.signals import announce
from flows.survival_analysis import analyse_endpoints

ANSWERS: Mapping[Work, Reaction] = {
    Work.ORDER_GENOMIC_TEST: order_genomic_test,
    Work.COLLECT_GENOMIC_RESULT: collect_genomic_results,
    Work.SCHEDULE_FOLLOW_UP: schedule_follow_up,
    Work.SEND_REMINDER: send_reminders,
}

REACTIONS = Reactions(
    answers=ANSWERS,
    refresh=refresh_read_models,
    analyse=analyse_endpoints,
    announce=announce,
    seal=seal_log,
    remind=remind_of_trial,
)
