"""`analyse --sensitivity`: an endpoint under every other reading of the protocol, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.command_line.installation import opened, require_past
from deployments.command_line.printing import print_json, print_table

if TYPE_CHECKING:
    from domain.endpoint_analysis import Question
    from domain.sensitivity import SensitivityRow

_COLUMNS = ("analysed", "records changed", "n", "events", "hazard ratio (95 % limits)", "difference", "conclusion")


def print_grid(asked: Question, *, as_json: bool) -> None:
    """Analyse the log in every way, and print the rows."""
    from domain.protocol.editions import edition_in_force
    from domain.sensitivity import sensitivity_grid
    from flows.live_patients import patients_as_of

    with opened() as trial_log:
        require_past(trial_log, asked.known_at)
        patients, position = patients_as_of(trial_log, cutoff=asked.cutoff, knowledge=asked.known_at)
        edition = edition_in_force(trial_log.trial(knowledge=asked.known_at))
    grid = sensitivity_grid(patients, asked, edition)
    if as_json:
        rows = [row.model_dump(mode="json") for row in grid]
        print_json({"endpoint": asked.endpoint, "edition": edition.id, "position": position, "rows": rows})
    else:
        print_table(f"{asked.endpoint}, {asked.population}: sensitivity", _COLUMNS, map(_cells, grid))


def _cells(row: SensitivityRow) -> tuple[str, ...]:
    ratio = _with_limits("{:.3f}", row.hr, row.hr_lower, row.hr_upper)
    points = [None if value is None else 100 * value for value in (row.diff, row.diff_lower, row.diff_upper)]
    difference = _with_limits("{:+.2f}", *points)
    return row.way, str(row.changed), str(row.n), str(row.events), ratio, difference, row.conclusion


def _with_limits(form: str, value: float | None, lower: float | None, upper: float | None) -> str:
    if value is None or lower is None or upper is None:
        return "not estimable"
    return f"{form.format(value)} ({form.format(lower)} to {form.format(upper)})"
