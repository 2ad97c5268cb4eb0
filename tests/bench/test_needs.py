"""Measuring needs six packages and what those need themselves: held by the source and by a real run without others."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.result import read_result
from bench.spawn import HOME
from tests.test_architecture import MODULES, imports

NEEDED = ("numba", "numpy", "psutil", "threadpoolctl", "click", "rich")
INSIDE = {"llvmlite": "numba"}
COMMANDS = ("run", "list_kernels", "show", "doctor", "roofline", "frame")
PROCESSES = ("bench.__main__", "bench.worker", "bench.warm", "bench.suite")
SUITE = """
id = "tiny"
kernels = ["stream_triad"]
preset = "quick"
threads = 1
interval = 0.5
min_samples = 3
min_time_s = 0.01
time_cap_s = 0.1
"""
GUARD = """
import sys

ALLOWED = {allowed!r}


class Guard:
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top in ALLOWED or top in sys.stdlib_module_names:
            return None
        raise ModuleNotFoundError(f"the guard refuses {{name}}", name=name)


sys.meta_path.insert(0, Guard())
"""


def packages_of(names: tuple[str, ...]) -> set[str]:
    """Installed distributions that these need without extras, themselves included."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in found and _installed(name):
            found.add(name)
            waiting += [re.split(r"[\s\[<>=!~;(]", line)[0] for line in _requirements(name)]
    return found


def _installed(name: str) -> bool:
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


def _requirements(name: str) -> list[str]:
    return [line for line in importlib.metadata.requires(name) or [] if "extra ==" not in line]


def modules_of(packages: set[str]) -> set[str]:
    table = importlib.metadata.packages_distributions()
    return {module for module, owners in table.items() if {o.lower().replace("_", "-") for o in owners} & packages}


def strangers(names: Iterator[str]) -> set[str]:
    ours = {"bench", "kernels", *NEEDED, *INSIDE, *sys.stdlib_module_names}
    return {name for name in names if name.split(".")[0] not in ours}


def reached(starts: set[str]) -> set[str]:
    """Our modules that these import when they are imported."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        module = waiting.pop()
        if module in MODULES and module not in found:
            found.add(module)
            waiting += imports(MODULES[module], within_functions=False)
    return found


def test_what_is_loaded_to_measure_imports_six_packages_only() -> None:
    entries = {f"bench.cli.{name}" for name in COMMANDS} | set(PROCESSES)
    inside = {name for entry in entries for name in imports(MODULES[entry])}
    modules = reached(entries | inside)
    found = {
        (module, name)
        for module in modules
        for name in strangers(imports(MODULES[module], within_functions=module in entries))
    }
    assert found == set()
    assert {"bench.case", "bench.stats", "bench.tables", "bench.reading", "kernels.memory.stream"} <= modules


def test_the_six_are_declared() -> None:
    declared = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]["dependencies"]
    assert set(NEEDED) <= {re.split(r"[<>=]", line)[0] for line in declared}


@pytest.fixture
def alone(tmp_path: Path) -> dict[str, str]:
    """Environment of a Python that finds the six packages, what they need, and nothing else."""
    allowed = modules_of(packages_of(NEEDED)) | {"bench", "kernels"}
    folder = tmp_path / "guard"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(GUARD.format(allowed=sorted(allowed)))
    return {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{HOME}"}


def bench(environ: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environ, cwd=folder)


@pytest.mark.parametrize("module", ["scipy", "pandas", "pydantic", "ruamel.yaml", "pyomo", "highspy", "jinja2", "yaml"])
def test_the_guard_refuses_the_others(alone: dict[str, str], module: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, env=alone)
    assert done.returncode == 1
    assert "the guard refuses" in done.stderr


def test_a_suite_runs_without_any_other_package(alone: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(SUITE)
    ran = bench(alone, tmp_path, "run", "--suite", "tiny.toml", "-o", "r.json")
    assert ran.returncode == 0, ran.stderr
    assert [case.verdict in ("ok", "noisy") for case in read_result(tmp_path / "r.json").cases] == [True]
    for command in (("show", "r.json"), ("roofline", "r.json"), ("list",)):
        done = bench(alone, tmp_path, *command)
        assert done.returncode == 0, done.stderr
        assert "stream_triad" in done.stderr
    told = bench(alone, tmp_path, "doctor", "--json")
    assert "passport" in json.loads(told.stdout), told.stderr
