"""The take-over import: patients a second into a log on the disk, the same file again, and foreseen.

Every row fills every column but those of an ending: as much as a hospital knows of a patient under follow-up. The
target is 3,000 patients in 60 seconds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from rich.console import Console

from events.recorded import Source
from flows.take_over import ImportResult, import_file
from store.transact import Entry, TrialLog
from tests.benchmarks import Table
from tests.store.trial_logs import LI_WEI, opened

PATIENTS = 3000
_HEADING = (
    "patient_id,randomised_on,arm,consented_on,birth_date,surgery_date,breast_surgery,pt,tumour_size_mm,nodes_positive,"
    "grade,ki67_pct,er_pct,pr_pct,her2,ecog,genomic_score,genomic_reported_on,rt_started_on,rt_completed_on,regimen,"
    "arm_delivered,recurrences,last_assessed_on"
)


def main() -> None:
    """Print patients a second."""
    for table in tables():
        for row in table.rows:
            Console().print(f"{table.title}: {', '.join(row)}")


def tables() -> Iterator[Table]:
    """One file of 3,000 patients: foreseen, imported, imported again."""
    with tempfile.TemporaryDirectory(prefix="imni-bench-") as root:
        path = Path(root) / "patients.csv"
        path.write_text("\n".join((_HEADING, *map(_row, range(PATIENTS)))), encoding="utf-8")
        with (trial_log := opened(Path(root) / "home")).log:
            rows = [
                _measured("dry run", trial_log, path, dry_run=True),
                _measured("import", trial_log, path),
                _measured("the same file again", trial_log, path),
            ]
    yield Table(f"Take-over of {PATIENTS} patients", ("", "seconds", "patients/s", "events"), rows)


def _measured(what: str, trial_log: TrialLog, path: Path, *, dry_run: bool = False) -> list[str]:
    began = perf_counter()
    result: ImportResult = import_file(trial_log, path, _author, dry_run=dry_run)
    seconds = perf_counter() - began
    assert result.rejected == 0, result.problems[:3]
    return [what, f"{seconds:.1f} s", f"{PATIENTS / seconds:,.0f} patients/s", f"{result.events:,} events"]


def _author(reference: str) -> Entry:
    return replace(LI_WEI, source=Source(kind="import", reference=reference))


def _row(number: int) -> str:
    start = date(2021, 1, 10) + timedelta(days=number % 700)
    consented, operated, begun, ended = (start + timedelta(days=days) for days in (-5, -50, 22, 40))
    arm = ("IMNI", "OMIT")[number % 2]
    listed = f"{start + timedelta(days=400)}:DISTANT" if number % 10 == 0 else ""
    return (
        f"P-{number:05d},{start},{arm},{consented},1970-03-15,{operated},MAST,T2,25,1,2,20,90,80,1+,0,30.5,{consented},"
        f"{begun},{ended},HYPO,{arm},{listed},{start + timedelta(days=730)}"
    )


if __name__ == "__main__":
    main()
