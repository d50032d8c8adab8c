"""When, whom and in what words edition 2.0 reminds. The protocol says nothing of it: these are proposals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from types import MappingProxyType

from domain.protocol.reminder_steps import Ladder, LadderStep, QuietHours, Reminders, ReminderStep, Topic, Wording


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
)


def _ladder(title: tuple[str, str], wording: tuple[str, str], *steps: LadderStep) -> Ladder:
    return Ladder(Wording(*title), Wording(*wording), steps)


def _principal(days: int) -> LadderStep:
    return LadderStep("principal-investigator", days, "principal-investigator")


def _investigator(days: int) -> LadderStep:
    return LadderStep("investigator", days, "investigator")


_LADDERS: Mapping[Topic, Ladder] = MappingProxyType(
    {
        "laboratory": _ladder(
            ("RecurIndex result overdue", "RecurIndex 结果逾期"),
            (
                "The RecurIndex result was expected by {since} and has not come: please chase the laboratory.",
                "RecurIndex 检测结果应于 {since} 前返回，至今未到，请向实验室催问。",
            ),
            LadderStep("chase", 1, "coordinator"),
            _investigator(8),
            _principal(15),
        ),
        "randomisation": _ladder(
            ("ready to be randomised", "可以随机入组"),
            (
                "Eligibility was confirmed on {since} and every criterion is met: she can be randomised.",
                "入选资格已于 {since} 确认，各项标准均满足，可以进行随机。",
            ),
            LadderStep("ready", 0, "coordinator"),
            _investigator(3),
            _principal(10),
        ),
        "plan-review": _ladder(
            ("review of the radiotherapy plan", "放疗计划审核"),
            (
                "The plan of {since} waits for its review; the first fraction waits for it.",
                "{since} 的放疗计划等待审核，审核通过后方可开始首次照射。",
            ),
            LadderStep("request", 0, "radiation-oncologist"),
            _investigator(2),
            _principal(9),
        ),
        "cone-beam": _ladder(
            ("cone-beam CT due", "需做锥形束 CT"),
            (
                "Cone-beam CT is due at the next fraction, number {fraction} ({phase}).",
                "下一次照射（{phase} 第 {fraction} 次）需做锥形束 CT。",
            ),
            LadderStep("due", 0, "radiation-oncologist"),
        ),
        "reconsent": _ladder(
            ("consent to the amended protocol", "方案修订后重新知情同意"),
            (
                "Edition {edition} of the protocol is in force since {since}: please ask for her consent to it.",
                "方案第 {edition} 版自 {since} 起生效，请取得患者的重新知情同意。",
            ),
            LadderStep("request", 0, "coordinator"),
            _investigator(14),
            _principal(28),
        ),
        "adjudication": _ladder(
            ("adjudication of an outcome", "终点事件裁定"),
            (
                "An outcome recorded on {since} waits for its adjudication.",
                "{since} 记录的结局事件等待裁定。",
            ),
            LadderStep("request", 0, "adjudicator"),
            _investigator(29),
            _principal(36),
        ),
        "query": _ladder(
            ("query {query}", "质疑 {query}"),
            ("Query {query} of {since} waits for its answer.", "{since} 的质疑 {query} 等待答复。"),
            LadderStep("request", 0, "coordinator"),
            _investigator(15),
            _principal(22),
        ),
        "set-aside": _ladder(
            ("work set aside", "搁置的任务"),
            (
                "The engine stopped trying something on {since}: see the page Decisions, and release it.",
                "系统于 {since} 停止了一项自动任务，请查看“Decisions”页面并予以放行。",
            ),
            LadderStep("request", 0, "coordinator"),
            _investigator(2),
            _principal(9),
        ),
        "audit": _ladder(
            ("audit every six months", "半年度稽查"),
            ("The six-monthly audit is due on {since}.", "半年度稽查应于 {since} 进行。"),
            LadderStep("before", -14, "coordinator"),
            _investigator(0),
            _principal(14),
        ),
    }
)
"""Each day is counted from the day the work began to be owed, which the words call `since`."""

_WORKS: Mapping[str, Wording] = MappingProxyType(
    {
        "complete-screening": Wording("Screening to complete", "待完成筛选"),
        "obtain-consent": Wording("Consent to obtain", "待取得知情同意"),
        "settle-order": Wording("Orders to settle with the laboratory", "待与实验室核实的医嘱"),
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
        "none": Wording("Nothing is open", "无待办事项"),
    }
)

REMINDERS = Reminders(
    visits=_VISITS,
    weekly=_WEEKLY,
    ladders=_LADDERS,
    visit_title=Wording("visit {visit}", "访视 {visit}"),
    clock_title=Wording("serious adverse event {sae}", "严重不良事件 {sae}"),
    clock_running=Wording("{clock}: {sae}, by {due}, time of the site.", "{clock_zh}：{sae}，最迟 {due}（当地时间）。"),
    clock_overdue=Wording(
        "{clock}: {sae}, OVERDUE since {due}, time of the site.", "{clock_zh}：{sae}，已于 {due}（当地时间）逾期。"
    ),
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
