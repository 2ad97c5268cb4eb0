"""What was asked about a plan beside solving it: frontier, ladder, alternatives, sweep; each a folder on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.report.document import ReportError

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Study:
    """One of them: its kind, what its JSON file holds, and its rows (points, rungs, ranges or scenarios)."""

    kind: str
    summary: Mapping[str, Any]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Studies:
    """Those that were given."""

    frontier: Study | None = None
    ladder: Study | None = None
    alternatives: Study | None = None
    sweep: Study | None = None


ROWS = {"frontier": "points", "ladder": "rungs", "alternatives": "ranges", "sweep": "rows"}
NEEDED = {
    "frontier": ("total_index", "worst_off_log", "worst_off_per_10k_people", "bound_total_index", "gini"),
    "ladder": ("percent", "budget_billion", "status"),
    "alternatives": ("what", "group", "within_percent", "plan_million", "least_million", "most_million"),
    "sweep": ("name", "status"),
}


def read(
    *,
    frontier: Path | None = None,
    ladder: Path | None = None,
    alternatives: Path | None = None,
    sweep: Path | None = None,
) -> Studies:
    """Read the folders that `innocap plan frontier|ladder|alternatives|sweep` wrote.

    ReportError names a folder that is not one, or is not finished, and the remedy.
    """
    folders = {"frontier": frontier, "ladder": ladder, "alternatives": alternatives, "sweep": sweep}
    return Studies(**{kind: read_study(kind, folder) for kind, folder in folders.items() if folder is not None})


def read_study(kind: str, folder: Path) -> Study:
    """One folder. ReportError as for `read`."""
    file = folder / f"{kind}.json"
    if not file.is_file():
        raise ReportError(_absent(kind, folder, file))
    try:
        told = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ReportError(f"{file}: cannot be read: {error}; make it again: {_command(kind)} --force") from error
    wanted = f"innocap.{kind}/1"
    schema = told.get("schema") if isinstance(told, dict) else None
    if schema != wanted:
        raise ReportError(f"{file}: schema is {schema!r}, expected {wanted!r}; make it again: {_command(kind)} --force")
    found = told.get(ROWS[kind])
    if not isinstance(found, list) or not found:
        raise ReportError(f"{file}: holds no {ROWS[kind]}; make it again: {_command(kind)} --force")
    for at, row in enumerate(found, 1):
        missing = [name for name in NEEDED[kind] if not isinstance(row, dict) or name not in row]
        if missing:
            raise ReportError(f"{file}: {ROWS[kind]} {at} has no {missing[0]}; make it again: {_command(kind)} --force")
    return Study(kind, told, tuple(found))


def _absent(kind: str, folder: Path, file: Path) -> str:
    """Why a folder is no finished study."""
    if (folder / "journal.jsonl").is_file():
        return f"{folder}: is not finished; give the command that began it again, it goes on where it was stopped"
    other = next((name for name in ROWS if name != kind and (folder / f"{name}.json").is_file()), None)
    if other:
        return f"{folder}: holds a {other}, expected a {kind}; give it with --{other}"
    if not folder.is_dir():
        return f"{folder}: no such folder, expected what this writes: {_command(kind)}"
    return f"{file}: not there, expected what this writes: {_command(kind)}"


def _command(kind: str) -> str:
    asked = "SWEEP.yaml" if kind == "sweep" else "CONFIG"
    return f"innocap plan {kind} {asked} -o FOLDER"


def differences(study: Study, plan: Mapping[str, Any]) -> tuple[str, ...]:
    """In what a study and a plan answer different questions: "id", "files", "elasticities", "overrides".

    Overrides that a study sets by itself (its objective, the elasticity set, paths of records) are left aside where
    they are told elsewhere. What a study does not tell is not compared.
    """
    told = study.summary
    found = []
    if "id" in told and told["id"] != plan.get("id"):
        found.append("id")
    if "inputs" in told and _hashes(told["inputs"]) != _hashes(plan.get("inputs", {})):
        found.append("files")
    if "elasticity_set" in told and told["elasticity_set"] != plan.get("elasticity_set"):
        found.append("elasticities")
    if "overrides" in told and _changes(told["overrides"]) != _changes(plan.get("overrides", ())):
        found.append("overrides")
    return tuple(found)


def _hashes(inputs: Mapping[str, str]) -> dict[str, str]:
    """Hash by file name, wherever the file lies."""
    return {Path(name).name: value for name, value in inputs.items()}


def _changes(overrides: Any) -> set[str]:
    apart = ("objective=", "elasticities=", "records.")
    return {str(change) for change in overrides if not str(change).startswith(apart)}
