"""Made-up results, written as files and read back by the harness: what the report of a benchmark is tried with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.decode import dumps
from bench.facts import facts
from bench.result import Case, Environment, Machine, NoiseFloor, PeerSkip, PeerTime, Result, Spread, WorkCount
from bench.summary import summarised
from tests.bench.toys import PASSPORT, case, result

EVIL = '=cmd|"<script>alert(1)</script>'


def samples(seed: int, seconds: float, count: int = 40, scatter: float = 0.02) -> tuple[float, ...]:
    """Times that scatter around a median."""
    return tuple(map(float, seconds * np.exp(scatter * np.random.default_rng(seed).standard_normal(count))))


def timed(kernel: str, seconds: float, seed: int = 1, **changes: Any) -> Case:
    """A case whose figures follow from its samples, as the harness computes them."""
    given = {"threads": 2, "precision": "fp64", "ceiling": "dram_gb_per_s", "fraction_of_ceiling": 0.75, **changes}
    return summarised(case(kernel, samples_s=samples(seed, seconds), samples_per_process=(40,), **given))


def with_peers(found: Case, ratio: float, goals: Mapping[str, float]) -> Case:
    """The case with a peer that takes `ratio` times as long, and one that was skipped."""
    theirs = tuple(ratio * time for time in found.samples_s)
    low, high = 0.99 * ratio, 1.01 * ratio
    peer = PeerTime("C loops", "cc 12", theirs, ratio * (found.median_s or 0), ratio, low, high)
    return replace(found, peers=(peer, PeerSkip("torch mm", "not installed")), goals=dict(goals))


def cases(factor: float = 1.0) -> list[Case]:
    """Kernels on one and two threads, bound by memory and by arithmetic, one noisy, one wrong."""
    dense = WorkCount(4e9, 1e8, 1e7, "as told")
    found = [
        with_peers(timed("spmv", 0.02 * factor, 1, threads=1), 1.2, {"C": 1.0}),
        with_peers(timed("stencil", 0.03 * factor, 2, threads=1), 0.9, {"C": 1.0}),
        with_peers(timed(EVIL, 0.04, 3, threads=1), 1.0, {"best": 1.005}),
        timed("spmv", 0.011 * factor, 4),
        timed("stencil", 0.021 * factor, 5, verdict="noisy", remedy="close other programs"),
        timed("gemm_fp32", 0.04, 6, precision="fp32", work=dense, ceiling="fma_fp32_gflops", fraction_of_ceiling=0.5),
        replace(timed(EVIL, 0.03, 7), spread=Spread(0.02, 20, 0.8, 0.0)),
    ]
    wrong = case("broken", verdict="wrong", median_s=None, low_s=None, high_s=None, samples_s=(), gflops=None)
    failed = replace(wrong.verification, passed=False, reason="off by one", max_error=1.0)
    return [*found, replace(wrong, verification=failed, gb_per_s=None, remedy="off by one")]


def made(run_id: str = "first", *, factor: float = 1.0, quiet: str = "quiet", cpu: str = "Toy CPU") -> Result:
    """A finished run."""
    passport = {**PASSPORT, "cpu_model": cpu, "git": {"commit": "abc" * 13, "changed": False}, "os": EVIL}
    environment = Environment({"load_1min": 0.3}, {"others_share": 0.01}, {}, quiet, ("wait a minute",))  # type: ignore[arg-type]
    floor = NoiseFloor("stream_triad", 9, 0.005, 0.01, 0.002)
    return replace(
        result(cases(factor)),
        run_id=run_id,
        machine=Machine(passport),
        environment=environment,
        noise_floor=floor,
        settings={"threads": [1, 2], "peers": True, "interval": 0.03},
    )


def told(folder: Path, results: Sequence[Result], names: Sequence[str] = ()) -> dict[str, Any]:
    """Facts of results, written to files of these names and read back."""
    paths = [folder / (name or "r.json") for name in names or [f"r{at}.json" for at in range(len(results))]]
    for path, found in zip(paths, results, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dumps(found), encoding="utf-8")
    return facts(paths)
