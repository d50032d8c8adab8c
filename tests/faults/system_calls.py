"""What a process asked of the disk, recorded by strace from outside."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROJECT = Path(__file__).parents[2]
_CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename"
_LINE = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\((?P<told>.*)\) += (?P<result>\d+)")
_UNFINISHED = re.compile(r"(?P<pid>\d+) +(?P<begun>\w+\(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<rest>.*)$")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"|<((?:\\x[0-9a-f]{2})*)>')


def strace_is_missing() -> str | None:
    """What keeps this machine from recording; None for nothing."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    tried = subprocess.run([strace, "-f", "--seccomp-bpf", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "strace may not look at processes here" if tried.returncode else None


@dataclass(frozen=True, slots=True)
class Call:
    """One call that succeeded: its name, the path it is about, the bytes it wrote, its numbers, its result."""

    name: str
    path: str
    data: bytes
    numbers: tuple[int, ...]
    flags: str
    result: int


def under_strace(options: Sequence[str], module: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    """Run a module of this project under strace."""
    command = ["strace", "-f", "-y", "--seccomp-bpf", "-e", "signal=none", *options]
    return subprocess.run(
        [*command, sys.executable, "-m", module, *args], cwd=_PROJECT, capture_output=True, check=False, timeout=300
    )


def recorded(record: Path, module: str, *args: str) -> Iterator[Call]:
    """The calls of a module's run that reached files or were said aloud, in the order in which they ended."""
    run = under_strace(["-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(record)], module, *args)
    if run.returncode:
        raise RuntimeError(run.stderr.decode())
    begun: dict[str, str] = {}
    for line in record.read_text().splitlines():
        if unfinished := _UNFINISHED.match(line):
            begun[unfinished["pid"]] = unfinished["begun"]
            continue
        resumed = _RESUMED.match(line)
        whole = f"{resumed['pid']} {begun.pop(resumed['pid'], '')}{resumed['rest']}" if resumed else line
        if call := _LINE.match(whole):
            yield _call(call)


def _call(line: re.Match[str]) -> Call:
    texts = [bytes.fromhex((a or b).replace("\\x", "")) for a, b in _HEX.findall(line["told"])]
    rest = [part.strip() for part in _HEX.sub("", line["told"]).split(",")]
    numbers = tuple(int(part) for part in rest if part.isdigit())
    flags = next((part for part in rest if part.startswith("O_")), "")
    result = int(line["result"])
    # Of a file that is opened the folder comes first; of one that is written its own name.
    path = texts[1] if line["call"] == "openat" and len(texts) > 1 else texts[0]
    data = texts[-1][:result] if line["call"] in {"write", "pwrite64"} else texts[-1]
    return Call(line["call"], path.decode(errors="replace"), data, numbers, flags, result)
