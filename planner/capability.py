"""The bridge from measurement to plan: what one unit of an asset delivers for a demand class, and how we know.

capacity = peak * sustained fraction * utilisation, with sustained = 1 / sum_k(share[k] / fraction_of_peak[k]);
the fraction is taken from a capability record where the config names one, else from published figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.load import ResultError
from bench.record import Capability as Record
from bench.record import read_capability
from bench.result import known
from planner.scenario import Asset, DemandClass, Machine, Mix, Scenario


class CapabilityError(Exception):
    """A record or machine that cannot be used; the message names file, what is wrong, and the remedy."""


@dataclass(frozen=True)
class Capability:
    """What one unit of `asset` delivers for `demand_class`; fractions are of nameplate peak."""

    asset: str
    demand_class: str
    machine: str
    mix: str
    peak_tflops: float
    sustained: float
    low: float
    high: float
    utilisation: float
    origin: Literal["measured", "published"]
    evidence: str

    @property
    def eflops_per_unit(self) -> float:
        return self.peak_tflops * self.sustained * self.utilisation / 1e6


def capabilities(scenario: Scenario) -> tuple[Capability, ...]:
    """One capability per demand class and asset that serves it, in that order."""
    records = {m.id: read_record(Path(m.record)) for m in scenario.machines.values() if m.record is not None}
    assets = {asset.id: asset for asset in scenario.assets}
    return tuple(
        _capability(scenario, demand, assets[asset], records)
        for demand in scenario.demand
        for asset in demand.served_by
    )


def _capability(scenario: Scenario, demand: DemandClass, asset: Asset, records: Mapping[str, Record]) -> Capability:
    if asset.machine is None:
        raise CapabilityError(f"asset {asset.id} serves {demand.id} but names no machine; add machine: to the asset")
    machine, mix = scenario.machines[asset.machine], scenario.mixes[demand.mix]
    if mix.precision not in machine.peak_tflops:
        there = ", ".join(machine.peak_tflops)
        raise CapabilityError(f"{machine.place}: no {mix.precision} peak, which mix {mix.id} needs; it has {there}")
    if machine.id in records:
        low, central, high, evidence = _measured(machine, mix, records[machine.id])
    else:
        low, central, high, evidence = _published(machine, mix)
    peak = machine.peak_tflops[mix.precision].value * machine.machines_per_unit
    origin: Literal["measured", "published"] = "measured" if machine.id in records else "published"
    return Capability(
        asset.id, demand.id, machine.id, mix.id, peak, central, low, high, asset.utilisation.value, origin, evidence
    )


def sustained_fraction(shares: Mapping[str, float], fraction_of_peak: Mapping[str, float]) -> float:
    """Fraction of peak that a time-additive mix sustains; shares in FLOP, summing to one.

    sustained = 1 / sum_k( share[k] / fraction_of_peak[k] )

    >>> sustained_fraction({"gemm": 0.5, "spmv": 0.5}, {"gemm": 0.5, "spmv": 0.1})
    0.16666666666666666
    """
    return 1.0 / sum(share / fraction_of_peak[kernel] for kernel, share in shares.items())


def _published(machine: Machine, mix: Mix) -> tuple[float, float, float, str]:
    missing = [kernel for kernel in mix.shares if kernel not in machine.fraction_of_peak]
    if missing:
        there = ", ".join(machine.fraction_of_peak)
        raise CapabilityError(
            f"{machine.place}: no fraction_of_peak for {', '.join(missing)}, which mix {mix.id} needs; it has {there}"
        )
    given = machine.fraction_of_peak
    central = {kernel: given[kernel].value for kernel in mix.shares}
    lows = {kernel: _first(given[kernel].low, given[kernel].value) for kernel in mix.shares}
    highs = {kernel: _first(given[kernel].high, given[kernel].value) for kernel in mix.shares}
    low, value, high = (sustained_fraction(mix.shares, fractions) for fractions in (lows, central, highs))
    return low, value, high, machine.source


def _first(value: float | None, other: float) -> float:
    return other if value is None else value


def _measured(machine: Machine, mix: Mix, record: Record) -> tuple[float, float, float, str]:
    if mix.id not in record.mixes:
        there = ", ".join(record.mixes)
        raise CapabilityError(
            f"{machine.record}: has no mix {mix.id!r}, which the plan needs of {machine.id}; it has {there}; "
            f"derive it again with --mix configs/mixes/{mix.id}.yaml"
        )
    found = record.mixes[mix.id]
    if (dict(found.shares), found.precision) != (dict(mix.shares), mix.precision):
        raise CapabilityError(
            f"{machine.record}: mix {mix.id!r} has other shares or precision than the plan; derive the record again"
        )
    cpu = _passport_cpu(record)
    quiet = record.result.environment
    evidence = f"{machine.record}, measured {record.created[:10]} on {cpu}, environment {quiet}{_flags(record)}"
    return found.low, found.sustained_fraction, found.high, evidence


def _flags(record: Record) -> str:
    """What the plausibility gate of the record found, as the end of a sentence."""
    found = [
        f"{check.figure} {check.verdict}" for check in record.plausibility if check.verdict in ("too good", "too bad")
    ]
    return f"; implausible against published figures: {', '.join(found)}" if found else ""


def _passport_cpu(record: Record) -> str:
    return str(known(record.machine, "cpu_model") or "unnamed processor")


def read_record(path: Path) -> Record:
    """Read a capability record; refuse one without machine, versions, work formulas or verification."""
    if not path.exists():
        raise CapabilityError(
            f"{path}: no such capability record; make one with: innocap bench run, innocap bench capability"
        )
    try:
        record = read_capability(path)
    except ResultError as error:
        raise CapabilityError(str(error)) from None
    problems = list(_problems(record))
    if problems:
        raise CapabilityError(f"{path}: refused: {'; '.join(problems)}; measure again with: innocap bench run")
    return record


def _problems(record: Record) -> Iterator[str]:
    yield from (
        f"no {key}" for key in ("created", "machine", "versions", "kernels", "mixes") if not getattr(record, key)
    )
    for name, kernel in record.kernels.items():
        if not kernel.verified:
            yield f"kernel {name} is not verified"
        if not kernel.work:
            yield f"kernel {name} has no work formula"
    for name, mix in record.mixes.items():
        if not 0.0 < mix.low <= mix.sustained_fraction <= mix.high:
            yield f"mix {name} sustains {mix.sustained_fraction:g}, from {mix.low:g} to {mix.high:g}"
