"""Who may be given results by arm while the trial runs."""

from domain.rejections import NotPermitted

SEES_RESULTS_BY_ARM = ("statistician", "data-monitoring-committee", "auditor")
"""Whoever treats, enrols or reads images is not among them: knowing how the arms fare could change what they do.

Source: CONSORT 2025, item 20 (who was blinded); ICH E9, 4.5.
"""


def require_sight_of_arms(role: str) -> None:
    """Raises `NotPermitted` for a role that may not be given results by arm."""
    if role not in SEES_RESULTS_BY_ARM:
        raise NotPermitted(
            "--role",
            role,
            "results by arm are not for this role while the trial runs",
            f"Ask for the open report; the closed one is for {', '.join(SEES_RESULTS_BY_ARM)}",
        )
