"""When, whom and in what words edition 2.0 reminds. The protocol says nothing of it: these are proposals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from types import MappingProxyType

from domain.protocol.reminder_steps import QuietHours, Reminders, ReminderStep, Wording
from domain.protocol.v2_0_ladders import LADDERS


def _visit(english: str, chinese: str) -> Wording:
    return Wording(
        f"Visit {{visit}}, {{opens}} to {{closes}}. {english}", f"访视 {{visit}}（{{opens}} 至 {{closes}}）：{chinese}"
    )


_VISITS = (
    ReminderStep(
        "before",
        "opens",
        -14,
        _visit("The window opens in two weeks: please make the appointment.", "窗口将于两周后开放，请预约。"),
    ),
    ReminderStep("open", "opens", 0, _visit("The window is open.", "窗口已开放。")),
    ReminderStep("closing", "closes", -7, _visit("The window closes in a week.", "窗口将于一周后关闭。")),
    ReminderStep(
        "overdue",
        "closes",
        1,
        _visit("The window has closed and no visit is on record.", "窗口已关闭，尚无访视记录。"),
    ),
    ReminderStep(
        "investigator",
        "closes",
        8,
        _visit("No visit is on record a week after the window closed.", "窗口关闭一周后仍无访视记录。"),
        "investigator",
    ),
    ReminderStep(
        "principal-investigator",
        "closes",
        22,
        _visit("No visit is on record three weeks after the window closed.", "窗口关闭三周后仍无访视记录。"),
        "principal-investigator",
    ),
)
"""Before the window opens, when it opens, before it closes, and when it has closed: first the coordinator is asked."""

_WEEKLY = (
    ReminderStep(
        "closing",
        "closes",
        0,
        _visit("The weekly visit during radiotherapy is due by today.", "放疗期间每周访视今日到期。"),
    ),
    ReminderStep(
        "investigator",
        "closes",
        2,
        _visit("The weekly visit during radiotherapy is not on record.", "放疗期间每周访视尚无记录。"),
        "investigator",
    ),
    ReminderStep(
        "principal-investigator",
        "closes",
        5,
        _visit("The weekly visit during radiotherapy is still not on record.", "放疗期间每周访视仍无记录。"),
        "principal-investigator",
    ),
)

_WORKS: Mapping[str, Wording] = MappingProxyType(
    {
        "complete-screening": Wording("Screening to complete", "待完成筛选"),
        "obtain-consent": Wording("Consent to obtain", "待取得知情同意"),
        "settle-order": Wording("Orders to settle with the laboratory", "待与实验室核实的医嘱"),
        "settle-cancelled-order": Wording("Cancelled orders: to be ordered again or not", "已取消的医嘱：是否重新送检"),
        "settle-risk-class": Wording("Risk classes to settle", "待核实的风险分级"),
        "confirm-eligibility": Wording("Eligibility to confirm", "待确认入选资格"),
        "randomise": Wording("Patients to randomise", "待随机患者"),
        "plan-radiotherapy": Wording("Radiotherapy to plan", "待制定放疗计划"),
        "review-plan": Wording("Plans to review", "待审核放疗计划"),
        "deliver-fraction": Wording("Fractions to deliver", "待照射"),
        "record-treatment-end": Wording("Ends of radiotherapy to record", "待记录放疗结束"),
        "see-patient": Wording("Visits", "访视"),
        "report-serious-event": Wording("Serious adverse events to report", "待报告的严重不良事件"),
        "assess-serious-event": Wording("Serious adverse events to assess", "待评估的严重不良事件"),
        "answer-query": Wording("Queries to answer", "待答复的质疑"),
        "release-work": Wording("Work set aside", "搁置的任务"),
        "adjudicate-outcome": Wording("Outcomes to adjudicate", "待裁定的终点事件"),
        "none": Wording("Nothing is open", "无待办事项"),
    }
)

REMINDERS = Reminders(
    visits=_VISITS,
    weekly=_WEEKLY,
    ladders=LADDERS,
    visit_title=Wording("visit {visit}", "访视 {visit}"),
    clock_title=Wording("serious adverse event {sae}", "严重不良事件 {sae}"),
    clock_running=Wording("{clock}: {sae}, by {due}, time of the site.", "{clock_zh}：{sae}，最迟 {due}（当地时间）。"),
    clock_overdue=Wording(
        "{clock}: {sae}, OVERDUE since {due}, time of the site.", "{clock_zh}：{sae}，已于 {due}（当地时间）逾期。"
    ),
    clock_running_asks="investigator",
    clock_overdue_asks="principal-investigator",
    digest_title=Wording("open work on {day}", "{day} 待办事项"),
    digest_line=Wording("{work}: {open} open, {overdue} overdue", "{work}：待办 {open} 项，其中逾期 {overdue} 项"),
    works=_WORKS,
    roles=MappingProxyType(
        {
            "coordinator": Wording("the coordinator", "研究协调员"),
            "radiation-oncologist": Wording("the radiation oncologist", "放疗科医师"),
            "adjudicator": Wording("the adjudicator", "终点裁定委员"),
            "investigator": Wording("the investigator", "研究者"),
            "principal-investigator": Wording("the principal investigator", "主要研究者"),
        }
    ),
    quiet_hours=QuietHours(begin=time(21), end=time(7)),
)
