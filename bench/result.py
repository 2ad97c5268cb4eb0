"""What a run leaves behind: the frozen values of a result file.

Standard library only, so that a reader needs neither numba nor numpy.

History of the schema:
    innocap.result/1  first version
    innocap.result/2  several processes per case, scatter of the samples, noise floor, energy, measured traffic,
                      placement of threads and arrays; reasons where energy or traffic was not measured
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bench.load import load

RESULT_SCHEMA = "innocap.result/2"
READABLE = ("innocap.result/1", RESULT_SCHEMA)

Grade = Literal["ok", "noisy", "refused", "wrong", "failed", "unverified"]
Passport = Mapping[str, Any]


@dataclass(frozen=True)
class WorkCount:
    """Counts of one call by formula: floating-point operations and bytes that must move at least once."""

    flops: float
    bytes_read: float
    bytes_written: float
    formula: str

    @property
    def bytes_moved(self) -> float:
        return self.bytes_read + self.bytes_written


@dataclass(frozen=True)
class Verification:
    """Comparison with the reference on fresh inputs: max_error = max|got - expected| / max|expected|."""

    passed: bool
    max_error: float | None
    rtol: float
    tolerance: str
    seed: int
    reason: str = ""


@dataclass(frozen=True)
class PeerTime:
    """A native peer on the same buffers; ratio = median over rounds of peer time / our time."""

    name: str
    version: str
    samples_s: tuple[float, ...]
    median_s: float
    ratio: float
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True)
class PeerSkip:
    """A peer that was not run, and why."""

    name: str
    skipped: str


@dataclass(frozen=True)
class Spread:
    """How the samples of a case scatter, and whether they are independent of their order.

    mad              median absolute deviation over the median
    outliers         samples more than 3 interquartile ranges outside the quartiles
    autocorrelation  of successive samples
    drift            change from the first to the last sample over the median where a trend is significant, else 0
    """

    mad: float
    outliers: int
    autocorrelation: float
    drift: float


@dataclass(frozen=True)
class Energy:
    """Energy of one call above that of the idle machine.

    method                    what counted, and over which parts: "RAPL, 2 packages and memory", "NVML counter, 1 GPU"
    joules_low, joules_high   interval of joules_per_call, None in files that have none
    busy_watt, idle_watt      power of all that was counted, at work and just before
    duration_s                how long the calls ran
    """

    method: str
    joules_per_call: float
    busy_watt: float
    idle_watt: float
    duration_s: float
    joules_low: float | None = None
    joules_high: float | None = None


@dataclass(frozen=True)
class Traffic:
    """Bytes per call between processor and memory as hardware counters saw them."""

    method: str
    bytes_moved: float


@dataclass(frozen=True)
class Case:
    """One kernel at one size and thread count. A wrong or failed case has no times.

    samples_s: seconds per call, process after process; samples_per_process says how many each of them gave.
    median_s with [low_s, high_s]: 95 % interval of the median, over samples and processes.
    fraction_of_ceiling: shortest possible time by the roofline / median_s.
    verdict: unverified is a time from another program, whose answers nobody checked.
    goals: library of a peer, or "best" -> peer time / ours that was aimed at, on one thread.
    plain: the same work as plain compiled loops, timed like a peer.
    placement: where threads and arrays lay.
    conditions: what else happened on the machine meanwhile, as shares of time.
    energy_reason: why there is no energy.
    traffic_reason: why there is no traffic.
    """

    kernel: str
    version: str
    size: str
    params: Mapping[str, int]
    threads: int
    precision: str
    limit: str
    work: WorkCount
    verification: Verification
    working_set_bytes: int | None = None
    cache: Literal["hit", "miss", "none"] = "none"
    compile_s: float | None = None
    first_call_s: float | None = None
    calls_per_sample: int = 1
    samples_s: tuple[float, ...] = ()
    samples_per_process: tuple[int, ...] = ()
    stop_reason: str = ""
    median_s: float | None = None
    low_s: float | None = None
    high_s: float | None = None
    gflops: float | None = None
    gb_per_s: float | None = None
    ceiling: str | None = None
    fraction_of_ceiling: float | None = None
    peers: tuple[PeerTime | PeerSkip, ...] = ()
    goals: Mapping[str, float] = field(default_factory=dict)
    plain: PeerTime | None = None
    threading_layer: str | None = None
    placement: str = ""
    conditions: Mapping[str, float | None] | None = None
    spread: Spread | None = None
    energy: Energy | None = None
    energy_reason: str = ""
    traffic: Traffic | None = None
    traffic_reason: str = ""
    verdict: Grade = "failed"
    remedy: str = ""

    @property
    def id(self) -> str:
        return f"{self.kernel}/{self.size}/t{self.threads}"


@dataclass(frozen=True)
class Ceiling:
    """A measured limit in the unit its name ends with: the fastest sample, and down to the median's low end."""

    value: float
    low: float
    high: float
    threads: int
    kernel: str


@dataclass(frozen=True)
class Environment:
    """How quiet the machine was: looks before and after, shares of time during, verdict, what would help."""

    before: Mapping[str, Any]
    during: Mapping[str, float | None]
    after: Mapping[str, Any]
    verdict: Literal["quiet", "usable", "noisy"]
    remedies: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """Who ran it. Each passport field is a value, or {"value": null, "reason": "..."}."""

    passport: Passport


@dataclass(frozen=True)
class NoiseFloor:
    """What an A/A test found: one piece of work timed as if it were two, in several fresh processes.

    Differences are |ratio - 1|, between two runners in one process and from one process to the next.

    kernel   the work
    pairs    how many differences
    typical  their median
    worst    the largest
    paired   the largest between two runners in one process
    """

    kernel: str
    pairs: int
    typical: float
    worst: float
    paired: float | None = None


@dataclass(frozen=True)
class Result:
    """One run, self-describing."""

    schema: str
    run_id: str
    created: str
    suite: str
    preset: str
    settings: Mapping[str, Any]
    machine: Machine
    environment: Environment
    ceilings: Mapping[str, Ceiling]
    cases: tuple[Case, ...]
    noise_floor: NoiseFloor | None = None


def known(passport: Passport, field: str) -> Any:
    """Value of a passport field, or None where it is unknown."""
    value = passport.get(field)
    return None if isinstance(value, Mapping) and value.get("value", "") is None else value


def read_result(path: Path) -> Result:
    """Result file as a frozen value.

    Raises:
        ResultError: no such file, not JSON, another program's file, or a field that does not fit.
    """
    return load(path, Result, READABLE, "a result of `bench run`")
