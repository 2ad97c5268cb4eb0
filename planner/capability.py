"""The bridge from measurement to plan: what one unit of an asset delivers for a demand class, and how we know.

capacity = peak * sustained fraction * utilisation, with sustained = 1 / sum_k(share[k] / fraction_of_peak[k]);
the fraction is taken from a capability record where the config names one, else from published figures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.result import CAPABILITY_SCHEMA
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


def _capability(
    scenario: Scenario, demand: DemandClass, asset: Asset, records: Mapping[str, Mapping[str, Any]]
) -> Capability:
    if asset.machine is None:
        raise CapabilityError(f"asset {asset.id} serves {demand.id} but names no machine; add machine: to the asset")
    machine, mix = scenario.machines[asset.machine], scenario.mixes[demand.mix]
    if mix.precision not in machine.peak_tflops:
        known = ", ".join(machine.peak_tflops)
        raise CapabilityError(f"{machine.place}: no {mix.precision} peak, which mix {mix.id} needs; it has {known}")
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
        known = ", ".join(machine.fraction_of_peak)
        raise CapabilityError(
            f"{machine.place}: no fraction_of_peak for {', '.join(missing)}, which mix {mix.id} needs; it has {known}"
        )
    given = machine.fraction_of_peak
    central = {kernel: given[kernel].value for kernel in mix.shares}
    lows = {kernel: _first(given[kernel].low, given[kernel].value) for kernel in mix.shares}
    highs = {kernel: _first(given[kernel].high, given[kernel].value) for kernel in mix.shares}
    low, value, high = (sustained_fraction(mix.shares, fractions) for fractions in (lows, central, highs))
    return low, value, high, machine.source


def _first(value: float | None, other: float) -> float:
    return other if value is None else value


def _measured(machine: Machine, mix: Mix, record: Mapping[str, Any]) -> tuple[float, float, float, str]:
    if mix.id not in record["mixes"]:
        known = ", ".join(record["mixes"])
        raise CapabilityError(
            f"{machine.record}: has no mix {mix.id!r}, which the plan needs of {machine.id}; it has {known}; "
            f"derive it again with --mix configs/mixes/{mix.id}.yaml"
        )
    found = record["mixes"][mix.id]
    if dict(found["shares"]) != dict(mix.shares):
        raise CapabilityError(
            f"{machine.record}: mix {mix.id!r} has other shares than the plan; derive the record again"
        )
    cpu = _passport_cpu(record)
    quiet = record["result"].get("environment", "unknown")
    evidence = f"{machine.record}, measured {record['created'][:10]} on {cpu}, environment {quiet}"
    return found["low"], found["sustained_fraction"], found["high"], evidence


def _passport_cpu(record: Mapping[str, Any]) -> str:
    cpu = record["machine"].get("cpu_model", "unnamed processor")
    return str(cpu.get("value") or "unnamed processor") if isinstance(cpu, Mapping) else str(cpu)


def read_record(path: Path) -> dict[str, Any]:
    """Read a capability record; refuse one without machine, versions, work formulas or verification."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CapabilityError(
            f"{path}: no such capability record; make one with: innocap bench run, innocap bench capability"
        ) from None
    except (ValueError, OSError) as error:
        raise CapabilityError(f"{path}: not a readable capability record: {error}") from None
    if not isinstance(record, dict) or record.get("schema") != CAPABILITY_SCHEMA:
        raise CapabilityError(f"{path}: not a capability record (schema {CAPABILITY_SCHEMA!r} expected)")
    problems = list(_missing(record))
    if problems:
        raise CapabilityError(f"{path}: refused: {'; '.join(problems)}; measure again with: innocap bench run")
    return record


def _missing(record: Mapping[str, Any]) -> list[str]:
    problems = [
        f"no {key}" for key in ("created", "machine", "versions", "result", "kernels", "mixes") if not record.get(key)
    ]
    for name, kernel in (record.get("kernels") or {}).items():
        if not kernel.get("verified"):
            problems.append(f"kernel {name} is not verified")
        if not kernel.get("work"):
            problems.append(f"kernel {name} has no work formula")
    return problems
