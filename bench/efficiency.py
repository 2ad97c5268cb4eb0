"""What a workload mix takes and costs on a machine: bytes, energy and money, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping

from bench.record import MixCost, MixSpeed, PerWatt, Purchase, Span, Unmeasured
from bench.result import Case

HOURS_PER_YEAR = 8766.0
LEAST_SHARE = 0.01  # an interval of energy may reach down to nothing, but no machine does endless work per joule
OLD_RESULT = "the result says nothing about energy; run a suite that asks for it (standard, full, or energy = true)"


def bandwidth(shares: Mapping[str, float], cases: Mapping[str, Case], effective_tflops: Span) -> Span:
    """GB/s of a mix by the byte formulas of its kernels.

    gb_per_s = sum_k( share[k] x bytes[k] / flops[k] ) x effective GFLOP/s
    """
    bytes_per_flop = sum(share * _work(cases, kernel) for kernel, share in shares.items())
    low, value, high = (bytes_per_flop * end * 1e3 for end in _ends(effective_tflops))
    return Span(value, low, high)


def _work(cases: Mapping[str, Case], kernel: str) -> float:
    work = cases[kernel].work
    return work.bytes_moved / work.flops


def per_watt(shares: Mapping[str, float], cases: Mapping[str, Case]) -> PerWatt | Unmeasured:
    """GFLOP/s per W of a mix: joules per operation add up as times do.

    gflops_per_watt = 1e-9 / sum_k( share[k] x joules[k] / flops[k] )
    """
    for kernel in shares:
        if cases[kernel].energy is None:
            return Unmeasured(f"{kernel}: {cases[kernel].energy_reason or OLD_RESULT}")
    above = _per_joule(shares, cases, whole=False)
    methods = {energy.method for kernel in shares if (energy := cases[kernel].energy)}
    return PerWatt("; ".join(sorted(methods)), above, _per_joule(shares, cases, whole=True))


def _per_joule(shares: Mapping[str, float], cases: Mapping[str, Case], *, whole: bool) -> Span:
    """GFLOP per J; the energies' high ends give the low end."""
    low, value, high = (
        1e-9 / sum(share * _joules(cases[kernel], whole=whole)[end] / cases[kernel].work.flops
                   for kernel, share in shares.items())
        for end in (2, 1, 0)
    )  # fmt: skip
    return Span(value, low, high)


def _joules(case: Case, *, whole: bool) -> tuple[float, float, float]:
    """Low end, value and high end of the energy of one call in J, above idle or whole."""
    energy = case.energy
    if energy is None:
        raise ValueError(f"{case.id} has no energy")
    value = energy.joules_per_call
    low = value if energy.joules_low is None else energy.joules_low
    high = value if energy.joules_high is None else energy.joules_high
    idle = value * energy.idle_watt / (energy.busy_watt - energy.idle_watt) if whole else 0.0
    return max(low, LEAST_SHARE * value) + idle, value + idle, high + idle


def cost(mix: MixSpeed, purchase: Purchase) -> MixCost:
    """Money per sustained speed and per operation, the machine in full use for its whole life.

    tflops_per_1000 = TFLOP/s / (price / 1000)
    per_eflop       = (price + kWh x price per kWh) / EFLOP, with kWh = kW x hours and EFLOP = TFLOP/s x s / 10^6
    """
    ends = ((mix.effective_low, 2), (mix.effective_tflops, 1), (mix.effective_high, 0))
    price, life = _ends(purchase.price), _ends(purchase.life_years)
    low, value, high = (tflops / (price[end] / 1e3) for tflops, end in ends)
    dear, usual, cheap = (
        price[end] / eflop(tflops, life[2 - end]) + _power_per_eflop(purchase, end, tflops) for tflops, end in ends
    )
    return MixCost(purchase.currency, Span(value, low, high), Span(usual, cheap, dear), _counts(purchase))


def eflop(tflops: float, years: float) -> float:
    """Operations in EFLOP of a speed in TFLOP/s over years of full use.

    >>> eflop(1.0, 1.0)
    31.5576
    """
    return tflops * years * HOURS_PER_YEAR * 3600 / 1e6


def _power_per_eflop(purchase: Purchase, end: int, tflops: float) -> float:
    if purchase.power_kw is None or purchase.electricity_per_kwh is None:
        return 0.0
    yearly = _ends(purchase.power_kw)[end] * HOURS_PER_YEAR * purchase.electricity_per_kwh
    return yearly / eflop(tflops, 1.0)


def _counts(purchase: Purchase) -> str:
    use = f"{purchase.life_years.value:g} years of full use"
    if purchase.power_kw is None or purchase.electricity_per_kwh is None:
        return f"purchase alone, {use}"
    rate = f"{purchase.electricity_per_kwh:g} {purchase.currency}/kWh"
    return f"purchase and electricity ({purchase.power_kw.value:g} kW at {rate}), {use}"


def _ends(span: Span) -> tuple[float, float, float]:
    return span.low, span.value, span.high
