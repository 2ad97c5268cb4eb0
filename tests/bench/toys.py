"""What the bench tests share: a clock that obeys, small kernels, cases and results, recorded machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.clock import Clock
from bench.machine import Sources, Unknown
from bench.result import (
    RESULT_SCHEMA,
    Case,
    Ceiling,
    Environment,
    Machine,
    PeerSkip,
    PeerTime,
    Result,
    Verification,
    WorkCount,
)
from bench.worker import Request
from kernels.spec import Kernel, Work

FIXTURES = Path(__file__).parent / "fixtures"
MIB = 2**20


@dataclass
class Hands:
    """The hands of a clock that only moves when told to."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    waited_s: float | None = 0.0

    def spend(self, wall_s: float, cpu_s: float | None = None, waited_s: float = 0.0) -> None:
        self.wall_s += wall_s
        self.cpu_s += wall_s if cpu_s is None else cpu_s
        if self.waited_s is not None:
            self.waited_s += waited_s

    def clock(self) -> Clock:
        return Clock(lambda: self.wall_s, lambda: self.cpu_s, lambda: self.waited_s)


@dataclass
class Runner:
    """A call that takes the given times in turn, again and again, on a fake clock."""

    hands: Hands
    times_s: Sequence[float]
    calls: int = 0
    log: list[str] = field(default_factory=list)
    name: str = "ours"

    def __call__(self) -> None:
        self.hands.spend(self.times_s[self.calls % len(self.times_s)])
        self.calls += 1
        self.log.append(self.name)


def toy_inputs(seed: int, n: int) -> dict[str, Any]:
    x = np.random.default_rng(seed).random(n)
    return {"x": x, "y": np.zeros(n), "factor": 2.0}


def toy_reference(x: Any, y: Any, factor: float) -> dict[str, Any]:
    return {"y": factor * x}


def toy_cpu(x: Any, y: Any, factor: float) -> None:
    np.multiply(x, factor, out=y)


def toy_work(n: int) -> Work:
    return Work(flops=n, bytes_read=8 * n, bytes_written=8 * n, formula="flops = n; bytes = 8 n read + 8 n written")


TOY = Kernel(
    name="toy",
    story="Doubles a vector.",
    limit="memory",
    precision="fp64",
    sizes={"quick": {"n": 1000}},
    inputs=toy_inputs,
    outputs=("y",),
    reference=toy_reference,
    cpu=toy_cpu,
    work=toy_work,
    rtol=1e-15,
    tolerance="one rounding",
    source="made up",
    goals={"best": 1.0},
)


def decay(state: Any, rate: float) -> None:
    state *= 1 - rate


DECAY = replace(
    TOY,
    name="decay",
    inputs=lambda seed, n: {"state": np.random.default_rng(seed).random(n) + 1, "rate": 0.5},
    outputs=("state",),
    updates=("state",),
    reference=lambda state, rate: {"state": state * (1 - rate)},
    cpu=decay,
)

REQUEST = Request("toy", "quick", {"n": 1000}, 1, 0.05, 5, 0.0, 0.2, False, 7)


def sources(name: str, tmp_path: Path, **files: str) -> Sources:
    """A recorded machine, laid out below tmp_path; `files` replaces files, with __ for the slashes."""
    record = json.loads((FIXTURES / f"{name}.json").read_text())
    changed = {key.replace("__", "/"): text for key, text in files.items()}
    for place, text in {**record["files"], **changed}.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    commands, versions = record["commands"], record["versions"]
    return Sources(
        root=tmp_path,
        run=lambda command: _found(commands, " ".join(command)),
        version=lambda package: _found(versions, package),
        environ={"NUMBA_NUM_THREADS": "2", "NUMBA_CACHE_DIR": "secret", "HOME": "elsewhere"},
    )


def _found(table: dict[str, str], key: str) -> str:
    if key not in table:
        raise Unknown(f"{key} is not recorded")
    return table[key]


PASSPORT: dict[str, Any] = {
    "cpu_model": "Toy CPU",
    "cores": 2,
    "memory_bytes": 8 * 2**30,
    "caches_bytes": {"l1d": 65536, "l2": 2 * MIB, "l3": 32 * MIB},
    "python": "3.11.9",
    "libraries": {"numpy": "2.4.6", "numba": "0.68.1", "torch": None},
    "threading_layer": {"value": None, "reason": "known only after a parallel kernel has run"},
}


def case(kernel: str = "toy", *, seconds: float = 0.01, spread: float = 0.0, **changes: Any) -> Case:
    """A verified, timed case: median `seconds`, interval +- `spread` of it."""
    samples = (seconds * (1 - spread), seconds, seconds * (1 + spread))
    work = changes.pop("work", WorkCount(flops=1e9, bytes_read=2e8, bytes_written=1e8, formula="as told"))
    base = Case(
        kernel=kernel,
        version="cpu",
        size="quick",
        params={"n": 1000},
        threads=2,
        precision="fp64",
        limit="memory",
        work=work,
        verification=Verification(True, 1e-16, 1e-15, "one rounding", 7),
        working_set_bytes=64 * MIB,
        cache="miss",
        compile_s=1.5,
        first_call_s=0.02,
        samples_s=samples,
        stop_reason="interval within 3.0% of the median",
        median_s=seconds,
        low_s=samples[0],
        high_s=samples[2],
        gflops=work.flops / seconds / 1e9,
        gb_per_s=work.bytes_moved / seconds / 1e9,
        conditions={"others_share": 0.0, "steal_share": 0.0, "waited_share": 0.0},
        verdict="ok",
    )
    return replace(base, **changes)


def result(cases: Sequence[Case] = (), **changes: Any) -> Result:
    """A finished run with peaks of 200 and 100 GFLOP/s and 40 GB/s."""
    base = Result(
        schema=RESULT_SCHEMA,
        run_id="0f8c1f52-5a10-4c2e-9d4e-0123456789ab",
        created="2026-01-02T03:04:05+00:00",
        suite="quick",
        preset="quick",
        settings={"threads": [2]},
        machine=Machine(PASSPORT),
        environment=Environment({}, {"others_share": 0.01}, {}, "quiet", ()),
        ceilings={
            "fma_fp32_gflops": Ceiling(200.0, 190.0, 200.0, 2, "fma_peak_fp32"),
            "fma_fp64_gflops": Ceiling(100.0, 95.0, 100.0, 2, "fma_peak_fp64"),
            "dram_gb_per_s": Ceiling(40.0, 38.0, 40.0, 2, "stream_triad"),
        },
        cases=tuple(cases),
    )
    return replace(base, **changes)


PEERS = (PeerTime("fast", "fast 1.0", (0.01, 0.02), 0.015, 1.5, 1.4, 1.6), PeerSkip("slow", "not installed"))
