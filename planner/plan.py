"""A plan: what was asked, what was found, how sure it is; a folder of plan.json and one CSV per table."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.tables import SCHEMAS, Table, from_csv, to_csv

SCHEMA_VERSION = "innocap.plan/1"


@dataclass(frozen=True)
class Plan:
    """A solved plan.

    summary  what plan.json holds: schema, scenario id and title, objective, elasticity set, hashes of inputs, versions,
             solver, bounds, gap, status, seconds of build, hand-over and solve, peak memory
    tables   table name -> Table, all of `tables.SCHEMAS`
    config   the config as resolved, YAML text
    """

    summary: Mapping[str, Any]
    tables: Mapping[str, Table]
    config: str


class PlanError(Exception):
    """A plan folder that cannot be written or read; the message names the place and the remedy."""


def write(plan: Plan, folder: Path, *, force: bool = False) -> None:
    """Write the folder atomically: all files or none. An existing folder is kept unless `force`."""
    write_folder(files_of(plan), folder, force=force)


def write_folder(files: Mapping[str, str], folder: Path, *, force: bool = False, marker: str = "plan.json") -> None:
    """Write texts by path in a folder, all or none; `force` replaces one that is empty or holds its marker."""
    check_free(folder, force=force, marker=marker)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise PlanError(f"{folder}: cannot write there: {error.strerror}; choose another -o") from error
    try:
        staging.chmod(0o755)
        for name, text in files.items():
            (staging / name).parent.mkdir(exist_ok=True)
            _write_synced(staging / name, text)
        _replace(staging, folder)
    except OSError as error:
        raise PlanError(f"{folder}: cannot write there: {error.strerror}; nothing was changed there") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def check_free(folder: Path, *, force: bool, marker: str = "plan.json") -> None:
    """PlanError where a folder must not be written: one is there without its marker, or `force` was not said."""
    if not folder.exists():
        return
    if not force:
        raise PlanError(f"{folder}: exists already; choose another -o, or --force to replace it")
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / marker).exists()):
        kind = marker.removesuffix(".json")
        raise PlanError(f"{folder}: is no {kind} folder, so --force does not replace it; choose another -o")


def read(folder: Path) -> Plan:
    """Read a plan folder; PlanError names the file that is missing or malformed."""
    try:
        summary = json.loads((folder / "plan.json").read_text("utf-8"))
        config = (folder / "config.yaml").read_text("utf-8")
        tables = {s.name: from_csv(s.name, (folder / f"{s.name}.csv").read_text("utf-8")) for s in SCHEMAS}
    except FileNotFoundError as error:
        raise PlanError(
            f"{error.filename}: not there; {folder} is not a plan folder (write one with: innocap plan solve)"
        ) from None
    except (ValueError, OSError) as error:
        raise PlanError(f"{folder}: {error}") from None
    schema = summary.get("schema") if isinstance(summary, dict) else None
    if schema != SCHEMA_VERSION:
        raise PlanError(f"{folder}/plan.json: schema is {schema!r}, expected {SCHEMA_VERSION!r}; solve again")
    missing = [key for key in ("config", "overrides", "status", "bounds") if key not in summary]
    if missing:
        raise PlanError(f"{folder}/plan.json: has no {', no '.join(missing)}; solve again")
    return Plan(summary, tables, config)


def files_of(plan: Plan) -> dict[str, str]:
    files = {f"{name}.csv": to_csv(shown) for name, shown in plan.tables.items()}
    files["config.yaml"] = plan.config
    files["plan.json"] = json.dumps(plan.summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return files


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _replace(staging: Path, folder: Path) -> None:
    """Swap the finished folder in; an old one goes only after a new one stands."""
    if not folder.exists():
        staging.rename(folder)
        return
    old = folder.with_name(f".{folder.name}-old-{os.getpid()}")
    folder.rename(old)
    try:
        staging.rename(folder)
    except BaseException:
        if not folder.exists():
            old.rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
