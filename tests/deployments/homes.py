"""A home, and the real console script run in it."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

IMNI = Path(sys.executable).with_name("imni")


class Home:
    """A home, and the commands given in it."""

    def __init__(self, path: Path, *, simulated: bool = True) -> None:
        self.path = path
        if simulated:
            assert self.imni("init", "--simulated").returncode == 0

    def imni(self, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(IMNI), *arguments],
            env={**self._environment(), **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def typed(self, *arguments: str, answers: str) -> subprocess.CompletedProcess[str]:
        """A command whose input is a terminal, at which somebody types."""
        ours, theirs = pty.openpty()
        try:
            os.write(ours, answers.encode())
            return subprocess.run(
                [str(IMNI), *arguments],
                env=self._environment(),
                stdin=theirs,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            os.close(ours)
            os.close(theirs)

    def _environment(self) -> dict[str, str]:
        known = {"IMNI_HOME": str(self.path), "PATH": "/usr/bin:/bin", "HOME": str(self.path), "LANG": "C.UTF-8"}
        return {**known, "COLUMNS": "160"}

    def json(self, *arguments: str) -> Any:
        ran = self.imni(*arguments, "--json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def record(self, command: str, patient: str, on: str, at: str, **data: object) -> Any:
        return self.json("record", command, "--patient", patient, "--on", on, "--at", at, "--data", json.dumps(data))

    def refused(self, *arguments: str, mentions: list[str], stdin: str = "") -> None:
        """Exit status 2, one sentence that names what is wrong and the way out, no traceback, nothing written."""
        before = self.events()
        ran = self.imni(*arguments, stdin=stdin)
        assert ran.returncode == 2, (ran.stdout, ran.stderr)
        assert "Traceback" not in ran.stderr
        for part in mentions:
            assert part in ran.stderr, ran.stderr
        assert self.events() == before

    def events(self) -> int:
        log = self.path / "log.sqlite"
        if not log.exists():
            return 0
        database = sqlite3.connect(log)
        try:
            return int(database.execute("select count(*) from event").fetchone()[0])
        finally:
            database.close()
