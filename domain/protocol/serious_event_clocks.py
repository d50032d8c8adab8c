"""How fast a serious adverse event is reported onwards: the clocks of an investigator-initiated trial at a hospital.

The protocol names none. Investigator-initiated research is not under the reporting duties of drug trials; the limits
are those of the hospital's practice and of ICH E2A, as data, so that the site can set its own in an edition.
"""

from datetime import timedelta

from domain.protocol.edition import SeriousEventClock

_HOURS, _DAYS = timedelta(hours=1), timedelta(days=1)

CLOCKS = (
    SeriousEventClock(
        "site-to-investigator",
        "Report to the principal investigator",
        "报告主要研究者",
        starts="awareness",
        limit=24 * _HOURS,
        escalates=(12 * _HOURS, 20 * _HOURS),
        applies="every",
        met_by="notice-to-investigator",
    ),
    SeriousEventClock(
        "assessment",
        "The principal investigator assesses causality and expectedness",
        "主要研究者评估因果关系与预期性",
        starts="record",
        limit=48 * _HOURS,
        escalates=(24 * _HOURS,),
        applies="every",
        met_by="assessment",
    ),
    SeriousEventClock(
        "ethics-fatal",
        "Report to the ethics committee: fatal or life-threatening",
        "报告伦理委员会：致死或危及生命",
        starts="awareness",
        limit=7 * _DAYS,
        escalates=(5 * _DAYS, 6 * _DAYS),
        applies="fatal-or-life-threatening",
        met_by="notice-to-ethics",
    ),
    SeriousEventClock(
        "ethics-related",
        "Report to the ethics committee: serious and related",
        "报告伦理委员会：严重且相关",
        starts="awareness",
        limit=15 * _DAYS,
        escalates=(12 * _DAYS,),
        applies="other-related",
        met_by="notice-to-ethics",
    ),
    SeriousEventClock(
        "ethics-follow-up",
        "Complete report to the ethics committee: fatal",
        "向伦理委员会提交完整报告：致死",
        starts="first-report",
        limit=8 * _DAYS,
        escalates=(6 * _DAYS,),
        applies="fatal",
        met_by="follow-up-to-ethics",
    ),
)
"""ICH E2A: fatal or life-threatening within 7 calendar days, complete within 8 more; other serious ones 15 days."""
