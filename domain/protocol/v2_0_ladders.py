"""Whom edition 2.0 asks for work beside visits, whom next and when, and in what words: proposals, as all reminders."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.protocol.reminder_steps import Ladder, LadderStep, Topic, Wording


def _ladder(title: tuple[str, str], wording: tuple[str, str], *steps: LadderStep) -> Ladder:
    return Ladder(Wording(*title), Wording(*wording), steps)


def _principal(days: int) -> LadderStep:
    return LadderStep("principal-investigator", days, "principal-investigator")


def _investigator(days: int) -> LadderStep:
    return LadderStep("investigator", days, "investigator")


LADDERS: Mapping[Topic, Ladder] = MappingProxyType(
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
        "order": _ladder(
            ("RecurIndex order to settle", "待核实的 RecurIndex 医嘱"),
            (
                "A RecurIndex order waits since {since} to be settled with the laboratory: until then none is placed.",
                "自 {since} 起，一份 RecurIndex 医嘱待与实验室核实，核实前不再下新医嘱。",
            ),
            LadderStep("request", 0, "coordinator"),
            _investigator(3),
            _principal(10),
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
        "treatment-end": _ladder(
            ("end of radiotherapy to record", "待记录放疗结束"),
            (
                "Radiotherapy ended on {since} by what is on record: please record how. Follow-up is counted from it.",
                "根据记录，放疗已于 {since} 结束，请记录结束情况，随访自此计算。",
            ),
            LadderStep("request", 3, "radiation-oncologist"),
            _investigator(7),
            _principal(14),
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
        "drift": _ladder(
            ("a table had drifted from the log", "数据表与事件日志不一致"),
            (
                "On {since} a table did not show what the log says. It was made anew, the log is untouched; what was "
                "read from it before may have been wrong. Query {query} asks who wrote to the database.",
                "{since} 发现一个数据表与事件日志不一致，现已重建，日志未受影响；此前从中读取的内容可能有误。"
                "请答复质疑 {query}：何人改写了数据库。",
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
