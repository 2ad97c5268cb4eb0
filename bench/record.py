"""What a machine delivers per workload mix: the frozen values of a capability record, which a plan reads.

Standard library only.

History of the schema:
    innocap.capability/1  first version
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.load import load
from bench.result import Passport

CAPABILITY_SCHEMA = "innocap.capability/1"
READABLE = (CAPABILITY_SCHEMA,)


@dataclass(frozen=True)
class Peak:
    """Measured multiply-add ceiling of all threads in TFLOP/s."""

    tflops: float
    low: float
    high: float


@dataclass(frozen=True)
class Span:
    """A figure with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class KernelSpeed:
    """A verified kernel's speed with all threads; low and high belong to fraction_of_peak (own precision)."""

    precision: str
    fraction_of_peak: float
    low: float
    high: float
    gflops: float
    gflops_low: float
    gflops_high: float
    gb_per_s: float
    verified: bool
    work: str
    limit: str
    cache_check: str


@dataclass(frozen=True)
class MixSpeed:
    """A workload mix on this machine: sustained_fraction of the FMA peak of `precision`, and TFLOP/s."""

    precision: str
    shares: Mapping[str, float]
    sustained_fraction: float
    low: float
    high: float
    effective_tflops: float
    effective_low: float
    effective_high: float


@dataclass(frozen=True)
class Origin:
    """The result file a capability record was derived from."""

    run_id: str
    sha256: str
    created: str
    environment: Literal["quiet", "usable", "noisy"]


@dataclass(frozen=True)
class Capability:
    """What a machine really delivers, per workload mix; the planner reads this and nothing else."""

    schema: str
    created: str
    machine: Passport
    versions: Mapping[str, Any]
    result: Origin
    peaks: Mapping[str, Peak]
    memory_gb_per_s: Span
    kernels: Mapping[str, KernelSpeed]
    mixes: Mapping[str, MixSpeed]


def read_capability(path: Path) -> Capability:
    """Capability record as a frozen value.

    Raises:
        ResultError: as for `bench.result.read_result`.
    """
    return load(path, Capability, READABLE, "a record of `bench capability`")
