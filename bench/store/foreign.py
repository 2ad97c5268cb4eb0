"""The JSON files of pytest-benchmark: read as runs that nobody verified, and written for its `compare`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.load import ResultError
from bench.result import (
    RESULT_SCHEMA,
    Case,
    Environment,
    Machine,
    Passport,
    PeerTime,
    Result,
    Verification,
    WorkCount,
    known,
)
from bench.stats import median_interval
from bench.store.machines import digest

SOURCE = "pytest-benchmark"
UNCHECKED = "pytest-benchmark does not check answers: never used for capability"
UNWATCHED = "pytest-benchmark does not watch the machine: measure with `innocap bench run` to know how quiet it was"
UNTOLD = {"value": None, "reason": "pytest-benchmark does not tell"}
WRITTEN_AS = "5.1.0"


def is_foreign(data: Any) -> bool:
    """Whether parsed JSON is a file of pytest-benchmark."""
    return isinstance(data, dict) and "schema" not in data and {"benchmarks", "machine_info"} <= data.keys()


def result_from(path: Path, data: Mapping[str, Any], sha256: str) -> Result:
    """A file of pytest-benchmark as a run whose cases are unverified: no work, no ceiling, thread count 0 for unknown.

    Raises:
        ResultError: a part that is needed is missing or of another kind.
    """
    benchmarks = _listed(path, data, "benchmarks")
    return Result(
        schema=RESULT_SCHEMA,
        run_id=f"{SOURCE}-{sha256[:32]}",
        created=_text(path, data, "datetime"),
        suite=SOURCE,
        preset=SOURCE,
        settings={"version": str(data.get("version", "unknown")), "commit": data.get("commit_info")},
        machine=Machine(passport_from(_object(data["machine_info"]))),
        environment=Environment({}, {}, {}, "noisy", (UNWATCHED,)),
        ceilings={},
        cases=tuple(_case(path, entry, f"benchmarks[{index}]") for index, entry in enumerate(benchmarks)),
    )


def passport_from(told: Mapping[str, Any]) -> Passport:
    """What pytest-benchmark knows of a machine, as fields of our passport."""
    cpu = _object(told.get("cpu"))
    found = {
        "cpu_model": cpu.get("brand_raw"),
        "cpu_vendor": cpu.get("vendor_id_raw"),
        "architecture": told.get("machine"),
        "logical_cpus": cpu.get("count"),
        "kernel": told.get("release"),
        "python": told.get("python_version"),
    }
    named = {name: value for name, value in found.items() if isinstance(value, (str, int)) and value != ""}
    return {name: named.get(name, UNTOLD) for name in (*found, "cores", "memory_bytes")}


def _case(path: Path, entry: Any, where: str) -> Case:
    stats = entry.get("stats") if isinstance(entry, dict) else None
    if not isinstance(stats, dict):
        raise ResultError(f"{path}: damaged: {where}.stats: expected an object, found {str(stats)[:40]}")
    samples_s = tuple(_seconds(path, value, f"{where}.stats.data") for value in stats.get("data") or ())
    median_s = _seconds(path, stats.get("median"), f"{where}.stats.median")
    interval = median_interval(samples_s) if samples_s else None
    params = _object(entry.get("params"))
    iterations = stats.get("iterations", 1)
    return Case(
        kernel=_text(path, entry, "fullname", where),
        version=SOURCE,
        size=str(entry.get("group") or "-"),
        params={name: value for name, value in params.items() if type(value) is int},
        threads=0,
        precision="unknown",
        limit="unknown",
        work=WorkCount(0.0, 0.0, 0.0, ""),
        verification=Verification(False, None, 0.0, "not checked", 0, UNCHECKED),
        calls_per_sample=iterations if type(iterations) is int else 1,
        samples_s=samples_s,
        stop_reason="as pytest-benchmark decided",
        median_s=median_s,
        low_s=interval.low if interval else None,
        high_s=interval.high if interval else None,
        verdict="unverified",
        remedy=UNCHECKED,
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(path: Path, data: Mapping[str, Any], key: str, where: str = "") -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        place = f"{where}.{key}" if where else key
        raise ResultError(f"{path}: damaged: {place}: expected text, found {str(value)[:40]!r}")
    return value


def _listed(path: Path, data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list):
        raise ResultError(f"{path}: damaged: {key}: expected a list, found {str(value)[:40]!r}")
    return value


def _seconds(path: Path, value: Any, where: str) -> float:
    if isinstance(value, float) and math.isfinite(value) and value >= 0:
        return value
    if type(value) is int and 0 <= value < 2**53:
        return float(value)
    raise ResultError(f"{path}: damaged: {where}: expected seconds, found {str(value)[:40]!r}")


def document(result: Result) -> dict[str, Any]:
    """A run as pytest-benchmark saves one: kernels as benchmarks in a group per kernel, and every peer beside them.

    Its statistics are computed by pytest-benchmark itself. Cases without samples are left out.

    Raises:
        ResultError: no case has samples.
    """
    rows = [row for case in result.cases if case.samples_s for row in _benchmarks(case)]
    if not rows:
        raise ResultError("no case of this run has samples, so there is nothing that pytest-benchmark could read")
    return {
        "machine_info": _machine_info(result.machine.passport),
        "commit_info": _commit_info(result.machine.passport),
        "benchmarks": rows,
        "datetime": result.created,
        "version": WRITTEN_AS,
    }


def _benchmarks(case: Case) -> list[dict[str, Any]]:
    timed = [peer for peer in case.peers if isinstance(peer, PeerTime)] + ([case.plain] if case.plain else [])
    told: dict[str, Any] = {"verdict": case.verdict, "verified": case.verification.passed, "precision": case.precision}
    told |= {"gflop_per_s": case.gflops, "gb_per_s": case.gb_per_s, "work": case.work.formula, "run_by": "innocap"}
    ours = _benchmark(case, case.id, case.samples_s, told)
    return [ours, *(_benchmark(case, f"{case.id}:{p.name}", p.samples_s, {"version": p.version}) for p in timed)]


def _benchmark(case: Case, name: str, samples_s: Sequence[float], told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "group": case.kernel,
        "name": name,
        "fullname": name,
        "params": {**case.params, "threads": case.threads},
        "param": case.size,
        "extra_info": dict(told),
        "options": {"timer": "perf_counter", "warmup": True},
        "stats": {**_statistics(samples_s), "data": list(samples_s), "iterations": case.calls_per_sample},
    }


def _statistics(samples_s: Sequence[float]) -> dict[str, Any]:
    from pytest_benchmark.stats import Stats

    stats: Any = Stats()  # type: ignore[no-untyped-call]
    for sample in samples_s:
        stats.update(sample)
    return dict(stats.as_dict())


def _machine_info(passport: Passport) -> dict[str, Any]:
    python, machine = known(passport, "python"), known(passport, "architecture")
    return {
        "node": digest(passport)[:12],
        "processor": machine or "",
        "machine": machine or "",
        "python_implementation": "CPython",
        "python_implementation_version": python,
        "python_version": python,
        "release": known(passport, "kernel"),
        "system": "Linux",
        "cpu": {
            "brand_raw": known(passport, "cpu_model"),
            "vendor_id_raw": known(passport, "cpu_vendor"),
            "count": known(passport, "logical_cpus"),
        },
    }


def _commit_info(passport: Passport) -> dict[str, Any]:
    git = known(passport, "git") or {}
    return {"id": git.get("commit") or "unversioned", "dirty": bool(git.get("changed")), "project": "innocap"}
