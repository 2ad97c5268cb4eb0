"""Runs as tidy tables: one observation a row, units in the names of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bench.goals import best_peer
from bench.result import Case, PeerTime, Result, known
from bench.stats import split
from bench.store.machines import fingerprint

Row = dict[str, Any]
Columns = Mapping[str, type]

RUN: Columns = {"run_id": str, "created": str, "machine": str, "cpu_model": str, "cores": int, "suite": str}
CASE: Columns = {"kernel": str, "version": str, "size": str, "threads": int, "precision": str}
COLUMNS: Mapping[str, Columns] = {
    "cases": {
        **RUN, **CASE,
        "limit": str, "working_set_bytes": int, "flop": float, "bytes_moved": float,
        "time_s": float, "time_low_s": float, "time_high_s": float, "samples": int, "processes": int,
        "gflop_per_s": float, "gb_per_s": float, "ceiling": str, "fraction_of_ceiling": float,
        "compile_s": float, "first_call_s": float, "joule_per_call": float, "energy_method": str,
        "best_peer": str, "best_peer_ratio": float,
        "verified": bool, "max_error": float, "verdict": str, "remedy": str, "machine_verdict": str,
    },
    "samples": {**RUN, **CASE, "process": int, "sample": int, "time_s": float, "verdict": str},
    "peers": {
        **RUN, **CASE, "peer": str, "peer_version": str, "peer_time_s": float, "time_s": float,
        "ratio": float, "ratio_low": float, "ratio_high": float, "skipped": str, "verdict": str,
    },
    "ceilings": {**RUN, "ceiling": str, "value": float, "low": float, "high": float, "unit": str, "threads": int,
                 "kernel": str},
}  # fmt: skip


def rows(result: Result, what: str) -> Iterator[Row]:
    """Rows of one kind, keys in the order of `COLUMNS[what]`: cases, samples, peers or ceilings."""
    run = _run(result)
    if what == "ceilings":
        yield from ({**run, **row} for row in _ceilings(result))
        return
    for case in result.cases:
        named = {name: getattr(case, name) for name in CASE}
        yield from ({**run, **named, **row} for row in MAKERS[what](case, result))


def _run(result: Result) -> Row:
    passport = result.machine.passport
    cores = known(passport, "cores")
    return {
        "run_id": result.run_id,
        "created": result.created,
        "machine": fingerprint(passport),
        "cpu_model": known(passport, "cpu_model"),
        "cores": cores if isinstance(cores, int) else None,
        "suite": result.suite,
    }


def _case_rows(case: Case, result: Result) -> Iterator[Row]:
    best = best_peer(case)
    yield {
        "limit": case.limit,
        "working_set_bytes": case.working_set_bytes,
        "flop": case.work.flops,
        "bytes_moved": case.work.bytes_moved,
        "time_s": case.median_s,
        "time_low_s": case.low_s,
        "time_high_s": case.high_s,
        "samples": len(case.samples_s),
        "processes": len(case.samples_per_process) or 1,
        "gflop_per_s": case.gflops,
        "gb_per_s": case.gb_per_s,
        "ceiling": case.ceiling,
        "fraction_of_ceiling": case.fraction_of_ceiling,
        "compile_s": case.compile_s,
        "first_call_s": case.first_call_s,
        "joule_per_call": case.energy.joules_per_call if case.energy else None,
        "energy_method": case.energy.method if case.energy else None,
        "best_peer": best.name if best else None,
        "best_peer_ratio": best.ratio if best else None,
        "verified": case.verification.passed,
        "max_error": case.verification.max_error,
        "verdict": case.verdict,
        "remedy": case.remedy,
        "machine_verdict": result.environment.verdict,
    }


def _sample_rows(case: Case, _: Result) -> Iterator[Row]:
    counts = case.samples_per_process or (len(case.samples_s),)
    for process, samples in enumerate(split(case.samples_s, counts), 1):
        for number, time_s in enumerate(samples, 1):
            yield {"process": process, "sample": number, "time_s": float(time_s), "verdict": case.verdict}


def _peer_rows(case: Case, _: Result) -> Iterator[Row]:
    for peer in (*case.peers, *([case.plain] if case.plain else [])):
        timed = peer if isinstance(peer, PeerTime) else None
        yield {
            "peer": peer.name,
            "peer_version": timed.version if timed else None,
            "peer_time_s": timed.median_s if timed else None,
            "time_s": case.median_s,
            "ratio": timed.ratio if timed else None,
            "ratio_low": timed.ratio_low if timed else None,
            "ratio_high": timed.ratio_high if timed else None,
            "skipped": None if isinstance(peer, PeerTime) else peer.skipped,
            "verdict": case.verdict,
        }


def _ceilings(result: Result) -> Iterator[Row]:
    for name, ceiling in result.ceilings.items():
        unit = "GFLOP/s" if "gflops" in name else "GB/s"
        told = {"value": ceiling.value, "low": ceiling.low, "high": ceiling.high, "unit": unit}
        yield {"ceiling": name, **told, "threads": ceiling.threads, "kernel": ceiling.kernel}


MAKERS: Mapping[str, Callable[[Case, Result], Iterator[Row]]] = {
    "cases": _case_rows,
    "samples": _sample_rows,
    "peers": _peer_rows,
}
