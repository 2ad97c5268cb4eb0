"""Units of the numbers that a plan rests on, by the name of their field in a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "at_least": "national level per head of the base year",
        "base_eflops": "EFLOPS",
        "bonus": "1",
        "capex": "million {currency} per unit",
        "delay_ms_per_km": "ms/km",
        "delay_offset_ms": "ms",
        "discount_rate": "1/year",
        "floor_share": "1",
        "fraction_of_peak": "1",
        "growth": "1/year",
        "lead_years": "years",
        "life_years": "years",
        "load_factor": "1",
        "opex_share": "1/year",
        "peak_tflops": "TFLOPS",
        "power_kw": "kW per unit",
        "price_decline": "1/year",
        "route_factor": "1",
        "share": "1",
        "spillover_decay_km": "km",
        "spillover_reach_km": "km",
        "staff_fte": "FTE per unit",
        "traffic_gbps_per_eflops": "Gbit/s per EFLOPS",
        "usable_per_talent": "units of the factor per unit of talent",
        "utilisation": "1",
    }
)


def unit_of(path: str, currency: str) -> str:
    """Unit of the parameter at a path of a scenario; 1 where its field has none.

    >>> unit_of("assets.mast.capex", "CNY"), unit_of("machines.host.peak_tflops.fp32", "CNY")
    ('million CNY per unit', 'TFLOPS')
    """
    found = next((UNITS[part] for part in reversed(path.split(".")) if part in UNITS), "1")
    return found.format(currency=currency)
