"""What a command of the trial is told on the command line: JSON as text, from a file, or from standard input."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from domain.decisions.command import Command
from domain.rejections import Contradiction, Implausible, NoSuchEntry


def command_from(kind: type[Command], data: str, on: str | None, today: date) -> Command:
    """The command that `data` describes, dated `on`, or today. Raises `Rejection` naming every field that is wrong."""
    values = _json_object(_text(data))
    if on is not None and values.setdefault("occurred_on", on) != on:
        told = repr(values["occurred_on"])
        raise Contradiction("--on", on, f"--data says occurred_on {told}", "Leave one of the two out")
    values.setdefault("occurred_on", str(today))
    try:
        return kind.model_validate_json(json.dumps(values))
    except ValidationError as refusal:
        raise Implausible(
            kind.wire, "as given", field_by_field(refusal), "`imni record --list` shows what each field takes"
        ) from None


def field_by_field(refusal: ValidationError) -> str:
    """What is wrong, field by field; of a field that is missing no value is shown."""
    problems: list[str] = []
    for error in refusal.errors():
        value = "" if error["type"] == "missing" else f" {str(error['input'])[:80]!r}"
        problems.append(f"{'.'.join(str(part) for part in error['loc'])}{value}: {error['msg']}")
    return "; ".join(problems)


def text_of(path: Path, option: str, way_out: str) -> str:
    """A text file named on the command line. Raises `NoSuchEntry`, `Implausible`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        problem_in_words = "no such file" if isinstance(problem, FileNotFoundError) else str(problem.strerror)
        raise NoSuchEntry(option, str(path), problem_in_words, way_out) from None
    except UnicodeDecodeError as problem:
        raise Implausible(option, str(path), f"is not UTF-8 text ({problem.reason})", "Save it as UTF-8") from None


def _text(data: str) -> str:
    if data == "-":
        return sys.stdin.buffer.read().decode("utf-8-sig", errors="replace")
    if data.startswith("@"):
        return text_of(Path(data[1:]), "--data", "Give @ and the path of a JSON file")
    return data


def _json_object(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as problem:
        raise Implausible("--data", repr(text[:80]), f"is not JSON ({problem})", 'Write {"field": "value"}') from None
    if not isinstance(values, dict):
        raise Implausible("--data", repr(text[:80]), "is not a JSON object", 'Write {"field": "value"}')
    return cast("dict[str, Any]", values)
