"""What the tests of the store share: runs of a small fleet, and all that a store holds."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import select

from bench import result as schema
from bench.cli import bench
from bench.decode import dumps
from bench.store import schema as tables
from bench.store.collect import Report, collect
from bench.store.database import open_store
from bench.store.read import stored_results
from tests.bench.test_capability import gemm, spmv
from tests.bench.toys import PASSPORT, PEERS, case, result

NONE = ("none",)
UNTIMED = {"median_s": None, "low_s": None, "high_s": None, "gflops": None, "gb_per_s": None, "samples_s": ()}
BROKEN = replace(case("broken"), verdict="failed", remedy="x", **UNTIMED)


def called(*arguments: object) -> Result:
    return CliRunner().invoke(bench, [str(argument) for argument in arguments])


def refused(found: Result, code: int, *words: str) -> None:
    assert found.exit_code == code, found.output
    assert all(word in found.stderr for word in words), found.stderr
    assert "Traceback" not in found.output


def run(number: int = 0, *, machine: int = 0, seconds: float = 0.01, **changes: Any) -> schema.Result:
    """A run with a peer, a skipped peer, plain loops, a failed case and one that proves nothing."""
    cases = changes.pop("cases", None) or (
        gemm(),
        spmv(seconds=seconds),
        case("toy", seconds=seconds, peers=PEERS, plain=PEERS[0], samples_per_process=(2, 1)),
        BROKEN,
    )
    passport = {**PASSPORT, "cpu_model": f"Toy CPU {machine}"}
    told = {"run_id": f"run-{number:04}", "created": f"2026-01-{1 + number % 28:02}T03:04:05+00:00"}
    return result(() if cases == NONE else cases, **{**told, "machine": schema.Machine(passport), **changes})


def written(folder: Path, *runs: schema.Result) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for entry in runs:
        (folder / f"{entry.run_id}.json").write_text(dumps(entry, indent=1), "utf-8")
    return folder


def aged(path: Path, seconds: int) -> Path:
    """The file with a time of change so long after 1970."""
    os.utime(path, (seconds, seconds))
    return path


def taken_in(store: str, *places: Path) -> Report:
    report = Report()
    collect(open_store(store, create=True), store, places, lambda done, total: None, report)
    return report


def held(store: str) -> list[schema.Result]:
    with open_store(store).connect() as connection:
        return list(stored_results(connection))


def everything(store: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with open_store(store).connect() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in tables.METADATA.sorted_tables
        }
