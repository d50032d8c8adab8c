"""Which program computed a result."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable

_DECIDING = ("events", "domain")


@cache
def code_version() -> str:
    """The version of the program, and eight hex digits of the sources that decide a result: `0.1.0+1f0c9a2b`."""
    found = sha256()
    for package in _DECIDING:
        for name, content in sorted(_sources(resources.files(package), package)):
            found.update(f"{name} {len(content)}\n".encode() + content)
    return f"{version('imni-precision-engine')}+{found.hexdigest()[:8]}"


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    sources: list[tuple[str, bytes]] = []
    for each in folder.iterdir():
        path = f"{name}/{each.name}"
        if each.is_dir():
            sources += _sources(each, path)
        elif each.name.endswith((".py", ".json")):
            sources.append((path, each.read_bytes()))
    return sources
