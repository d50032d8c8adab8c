"""The house in order: who owns which name, what is locked, what never gets committed, how large a module may grow."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["events", "domain", "store", "flows", "deployments"]
VAGUE_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "service", "types", "misc"}
LONGEST_MODULE = 250


@cache
def _committed() -> tuple[Path, ...]:
    """Every file that is or would be committed."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


def _modules() -> list[Path]:
    return [path for path in _committed() if path.suffix == ".py"]


def _inside(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("package", PACKAGES)
def test_a_top_level_package_is_ours_and_nobody_elses(package: str) -> None:
    others = set(packages_distributions().get(package, [])) - {"imni-precision-engine"}
    assert not others, f"{others} would overwrite our {package}/: use an own virtual environment"
    assert Path(import_module(package).__file__ or "").parent == ROOT / package


def test_the_folders_the_contract_and_the_wheel_name_the_same_packages() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    tools = _pyproject()["tool"]
    layers = next(contract for contract in tools["importlinter"]["contracts"] if contract["type"] == "layers")["layers"]
    assert folders == set(PACKAGES)
    assert layers == list(reversed(PACKAGES))
    assert tools["importlinter"]["root_packages"] == PACKAGES
    assert tools["hatch"]["build"]["targets"]["wheel"]["packages"] == PACKAGES


def test_the_wheel_carries_every_committed_file_of_the_packages(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        carried = set(wheel.namelist())
    wanted = {name for path in _committed() if (name := _inside(path)).split("/")[0] in PACKAGES}
    assert wanted <= carried, f"left out: {sorted(wanted - carried)}"
    assert {name.split("/")[0] for name in carried if ".dist-info" not in name} == set(PACKAGES)


def test_no_inner_module_is_named_like_a_top_level_package() -> None:
    packaged = [path.relative_to(ROOT) for path in _modules() if _inside(path).split("/")[0] in PACKAGES]
    assert [str(path) for path in packaged if {*path.parts[1:-1], path.stem} & {*PACKAGES, "tests"}] == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in _modules()} - {ROOT}
    assert sorted(_inside(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_every_name_says_what_is_in_the_file() -> None:
    vague = [path for path in _modules() if {path.stem, *path.relative_to(ROOT).parts[:-1]} & VAGUE_NAMES]
    assert [_inside(path) for path in vague] == []


def test_no_module_outgrows_a_reader() -> None:
    # A protocol edition is one file on purpose: the trial's values are read from top to bottom.
    packaged = [path for path in _modules() if _inside(path).split("/")[0] in PACKAGES and not _is_edition(path)]
    lengths = {_inside(path): len(path.read_text().splitlines()) for path in packaged}
    offenders = {name: length for name, length in lengths.items() if length > LONGEST_MODULE}
    assert offenders == {}, f"split these (lines): {offenders}"


def _is_edition(path: Path) -> bool:
    return _inside(path).startswith("domain/protocol/v")


def test_the_survival_library_is_reached_through_one_module() -> None:
    users = [path for path in _modules() if _inside(path).split("/")[0] in PACKAGES and _imports(path, "lifelines")]
    assert len(users) <= 1, [_inside(path) for path in users]


def test_deployments_name_modules_not_paths() -> None:
    path_entrypoint = re.compile(r"""["'][\w/.]+\.py:\w+["']""")
    loose = [path for path in _modules() if "deployments" in path.parts and path_entrypoint.search(path.read_text())]
    assert [_inside(path) for path in loose] == [], "a path entrypoint loads every class twice: use MODULE_PATH"


# Written in halves, or this file would find itself.
FORBIDDEN = {
    "a registry": ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb.debian" + ".org", "/opt" + "/pypi"],
    "a folder of one machine": ["/work" + "/main", "/work" + "/shared", "/root" + "/", "/Users" + "/"],
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what: str) -> None:
    found = {
        _inside(path): [word for word in FORBIDDEN[what] if word.encode() in content]
        for path in _committed()
        if any(word.encode() in (content := path.read_bytes()) for word in FORBIDDEN[what])
    }
    assert found == {}


def test_the_lock_pins_every_package_by_hash_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = [block for block in re.split(r"\n(?=\S)", lock) if block.strip() and not block.startswith("#")]
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    assert "://" not in lock
    assert "index-url" not in lock


def test_the_lock_keeps_fastapi_where_prefect_starts() -> None:
    version = re.search(r"^fastapi==(\d+)\.(\d+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert version is not None
    assert (int(version[1]), int(version[2])) < (0, 151), "Prefect 3.8.8's server does not start with FastAPI 0.155"


def test_every_dependency_is_locked() -> None:
    project = _pyproject()["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-") for requirement in wanted}
    locked = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    assert {name.replace(".", "-") for name in names} <= {name.lower().replace(".", "-") for name in locked}


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_tells_a_newcomer_what_to_type(command: str) -> None:
    assert command in (ROOT / "README.md").read_text()


def _imports(path: Path, package: str) -> bool:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    other = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return any(name.split(".")[0] == package for name in plain + other)
