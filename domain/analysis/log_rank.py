"""The log-rank test of two arms."""

from __future__ import annotations

import math

import numpy as np

from domain.analysis import lifelines_estimates
from domain.analysis.result import LogRank
from domain.analysis.risk_table import FloatArray, RiskTable, risk_table
from domain.analysis.survival_table import ARMS


def log_rank(time: FloatArray, status: FloatArray, arm: FloatArray) -> LogRank:
    """Test OMIT against IMNI, hypergeometric variance; undefined, with the reason, where that variance is zero.

    lifelines gives chi-square 0 and p 1 without events and NaN for an empty arm: both are undefined, so guarded here.
    """
    everyone, experimental = risk_table(time, status), risk_table(time[arm == 1], status[arm == 1])
    at_risk = _at_risk(experimental, everyone.time)
    expected = everyone.events * at_risk / everyone.at_risk
    informative = (everyone.events > 0) & (at_risk > 0) & (at_risk < everyone.at_risk)
    if not np.any(informative & (everyone.events < everyone.at_risk)):
        return LogRank(chi2=None, p=None, z=None, reason=_why_undefined(status, arm))
    chi2, p = lifelines_estimates.log_rank_test(time, status, arm)
    excess = float(experimental.events.sum() - expected.sum())
    return LogRank(chi2=chi2, p=p, z=math.copysign(math.sqrt(chi2), excess))


def _at_risk(group: RiskTable, times: FloatArray) -> FloatArray:
    """#{T >= t} of a group at each of the times of a larger one."""
    counts = np.append(group.at_risk, 0.0)
    return counts[np.searchsorted(group.time, times)]


def _why_undefined(status: FloatArray, arm: FloatArray) -> str:
    for code, name in enumerate(ARMS):
        if not np.any(arm == code):
            return f"no patients in arm {name}"
    return "no event told the arms apart: the variance is zero" if status.any() else "no events"
