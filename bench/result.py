"""What a run leaves behind: the frozen values of a result file and of a capability record.

Standard library only, so that a reader needs neither numba nor numpy.

History of the schemas:
    innocap.result/1      first version
    innocap.capability/1  first version
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from bench.decode import DecodeError, decode

RESULT_SCHEMA = "innocap.result/1"
CAPABILITY_SCHEMA = "innocap.capability/1"

Grade = Literal["ok", "noisy", "refused", "wrong", "failed"]
Passport = Mapping[str, Any]
T = TypeVar("T")


class ResultError(ValueError):
    """A result file, journal or capability record cannot be used; the text says why and what to do."""


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
class Case:
    """One kernel at one size and thread count. A wrong or failed case has no times.

    median_s with [low_s, high_s]: 95 % bootstrap interval of the median of samples_s.
    fraction_of_ceiling: shortest possible time by the roofline / median_s.
    goals: library of a peer, or "best" -> peer time / ours that was aimed at, on one thread.
    plain: the same work as plain compiled loops, timed like a peer.
    conditions: what else happened on the machine meanwhile, as shares of time.
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
    conditions: Mapping[str, float | None] | None = None
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


def known(passport: Passport, field: str) -> Any:
    """Value of a passport field, or None where it is unknown."""
    value = passport.get(field)
    return None if isinstance(value, Mapping) and value.get("value", "") is None else value


def read_result(path: Path) -> Result:
    """Result file as a frozen value.

    Raises:
        ResultError: no such file, not JSON, another program's file, or a field that does not fit.
    """
    return _read(path, Result, RESULT_SCHEMA, "a result of `bench run`")


def read_capability(path: Path) -> Capability:
    """Capability record as a frozen value.

    Raises:
        ResultError: as for `read_result`.
    """
    return _read(path, Capability, CAPABILITY_SCHEMA, "a record of `bench capability`")


def _read(path: Path, kind: type[T], schema: str, described: str) -> T:
    data = _load(path)
    found = data.get("schema") if isinstance(data, dict) else None
    if found != schema:
        raise ResultError(f"{path}: not {described}: expected schema {schema!r}, found {found!r}")
    try:
        return decode(kind, data)
    except DecodeError as error:
        raise ResultError(f"{path}: damaged: {error}; make the file again") from None


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ResultError(f"{path}: not a text file in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ResultError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
