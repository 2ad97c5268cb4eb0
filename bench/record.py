"""What a machine delivers per workload mix: the frozen values of a capability record, which a plan reads.

Standard library only.

History of the schema:
    innocap.capability/1  first version
    innocap.capability/2  bandwidth, energy and cost of each mix, purchase, plausibility
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.load import load
from bench.result import Passport

CAPABILITY_SCHEMA = "innocap.capability/2"
READABLE = ("innocap.capability/1", CAPABILITY_SCHEMA)


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
class Unmeasured:
    """A figure that is missing, and why."""

    reason: str


@dataclass(frozen=True)
class PerWatt:
    """Operations per energy of a mix, GFLOP/s per W = GFLOP per J, by counters that `method` names.

    above_idle   only the energy that the work costs on top of the idle machine
    whole        all energy that was counted while the work ran
    """

    method: str
    above_idle: Span
    whole: Span


@dataclass(frozen=True)
class Purchase:
    """What a machine costs: price in units of `currency`, life in years, power in kW, electricity per kWh."""

    currency: str
    price: Span
    life_years: Span
    power_kw: Span | None
    electricity_per_kwh: float | None
    source: str


@dataclass(frozen=True)
class MixCost:
    """What a mix costs on this machine, in full use over its life; `counts` says what is in it.

    tflops_per_1000   sustained TFLOP/s per 1000 units of the currency of its price
    per_eflop         units of the currency per EFLOP, 10^18 floating-point operations
    """

    currency: str
    tflops_per_1000: Span
    per_eflop: Span
    counts: str


@dataclass(frozen=True)
class Check:
    """One figure of the record against what was published; `text` names the anchor, or why it was not compared."""

    figure: str
    value: float | None
    verdict: Literal["plausible", "too good", "too bad", "not compared"]
    text: str


@dataclass(frozen=True)
class MixSpeed:
    """A workload mix on this machine: sustained_fraction of the FMA peak of `precision`, and TFLOP/s.

    gb_per_s counts the bytes that the kernels' formulas say must move. None: a record of version 1.
    """

    precision: str
    shares: Mapping[str, float]
    sustained_fraction: float
    low: float
    high: float
    effective_tflops: float
    effective_low: float
    effective_high: float
    gb_per_s: Span | None = None
    per_watt: PerWatt | Unmeasured | None = None
    cost: MixCost | None = None


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
    purchase: Purchase | None = None
    plausibility: tuple[Check, ...] = ()


def read_capability(path: Path) -> Capability:
    """Capability record as a frozen value.

    Raises:
        ResultError: as for `bench.result.read_result`.
    """
    return load(path, Capability, READABLE, "a record of `bench capability`")
