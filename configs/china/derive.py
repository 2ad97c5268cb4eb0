"""Derive what no table of China's provinces gives: halls, servers, AI computing, platforms, bandwidth, staff.

Reads the tables of `data/` next to this file, writes `data/estimates.csv` (a row per province) and
`data/national_estimates.csv` (a row per quantity, with its arithmetic). Standard library and numpy only,
deterministic: a second run gives the same bytes. What each step rests on stands in its docstring; README.md has
the story on one page. Run: python configs/china/derive.py
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from stocks import DATA, Floats, Rows, column, halls_mw, icc_pflops, national, rows, share

SERVER_TFLOPS_FP32 = 10.0
INTELLIGENT_EFLOPS_FP32_2024 = 90.0
PEOPLE_10K_PER_PLATFORM = 1000.0
RD_DECAY, RD_EARLY_GROWTH = 0.15, 0.12
DELAY_MS_PER_KM, ROUTE_FACTOR, DELAY_OFFSET_MS = 0.0049, 1.4, 0.5
LEAST_EXPORT_SHARE, LINK_FILL = 0.05, 0.6
STAFF_PER_UNIT = {"stations_5g": 0.011, "halls_mw": 2.5, "servers": 0.005, "icc_pflops": 0.05, "city_platforms": 150.0}
STAFF_RESERVE, GRADUATES_SHARE = 1.10, 0.10
PEAK_USABLE_PFLOPS_PER_FTE = 0.30
CONTRACT_PRICE_CNY_PER_KWH = 0.35
CONTRACT_PROVINCES = ("CN-NM", "CN-NX", "CN-GS", "CN-QH", "CN-GZ")
WEST_HUBS = ("guizhou", "inner_mongolia", "gansu", "ningxia")
PUE_LIMIT_WEST_HUB, PUE_LIMIT_NEW = 1.20, 1.25
PUE_ZONE = {
    "severe_cold": 1.20,
    "cold": 1.24,
    "mild": 1.22,
    "hot_summer_cold_winter": 1.29,
    "hot_summer_warm_winter": 1.35,
}
INNOVATION_SHARE_OF_RD = 0.65
# unit cost in million CNY of 2024, life in years, upkeep as a share of the cost per year (assets.yaml)
USER_COST = {
    "stations_5g": ("network", 0.19, 10.0, 0.10),
    "halls_mw": ("information_service", 32.0, 15.0, 0.04),
    "servers": ("information_service", 0.065, 5.0, 0.08),
    "icc_pflops": ("compute", 0.6, 5.0, 0.06),
    "city_platforms": ("key_information", 310.0, 7.0, 0.15),
}


@dataclass(frozen=True)
class Work:
    """How the machine time of the base year is used; agrees with demand.yaml, machines and mixes (tested).

    sustained is the fraction of nameplate peak that the mix reaches on the machine; delay_ms is the limit.
    """

    id: str
    stock: str
    time_share: float
    sustained: float
    utilisation: float
    delay_ms: float
    gbps_per_eflops: float
    drivers: tuple[tuple[str, float], ...]


WORK = (
    Work("production", "servers", 0.25, 0.06904, 0.4, 5.0, 2e5, (("va_secondary_100m_cny_2023", 1.0),)),
    Work("distribution", "servers", 0.45, 0.04481, 0.4, 20.0, 3e5, (("va_tertiary_100m_cny_2023", 1.0),)),
    Work(
        "circulation",
        "servers",
        *(0.30, 0.02542, 0.4, 10.0, 1e5),
        (("tech_market_turnover_100m_cny_2023", 0.4), ("mobile_internet_users_10k_2024", 0.6)),
    ),
    Work(
        "consumption",
        "icc_pflops",
        *(0.40, 0.15419, 0.4, 20.0, 1e4),
        (("ecommerce_sales_100m_cny_2023", 0.6), ("mobile_internet_traffic_10k_gb_2023", 0.4)),
    ),
    Work(
        "research_training",
        "icc_pflops",
        *(0.60, 0.45742, 0.4, np.inf, 1e3),
        (("rd_expenditure_100m_cny_2023", 0.5), ("software_revenue_filled_100m_cny_2024", 0.5)),
    ),
)
EFLOPS_PER_UNIT = {"servers": SERVER_TFLOPS_FP32 / 1e6, "icc_pflops": 1e-3}


def rd_stock(table: Rows) -> Floats:
    """R&D capital at the end of 2023 in 100 million CNY: perpetual inventory, 15 % decay.

    K[2010] = R[2010] / (0.12 + 0.15) ;  K[t] = 0.85 K[t-1] + R[t]
    """
    years = [name for name in table[0] if name != "id"]
    stock = column(table, years[0]) / (RD_EARLY_GROWTH + RD_DECAY)
    for name in years[1:]:
        stock = (1 - RD_DECAY) * stock + column(table, name)
    return stock


def filled_software(raw: Floats, tertiary: Floats) -> Floats:
    """Software revenue with the one missing cell (Tibet) at the lowest revenue per tertiary value added."""
    lowest = np.nanmin(raw / tertiary)
    return np.where(np.isnan(raw), lowest * tertiary, raw)


def demand_share(work: Work, columns: Mapping[str, Floats]) -> Floats:
    """Share of each province in the demand of a class."""
    return np.asarray(sum(weight * share(columns[name]) for name, weight in work.drivers))


def base_eflops(work: Work, stock: float) -> float:
    """Sustained EFLOPS in use: stock * peak * sustained fraction * utilisation * share of machine time."""
    return stock * EFLOPS_PER_UNIT[work.stock] * work.sustained * work.utilisation * work.time_share


def backbone_gbps_km(columns: Mapping[str, Floats], distance: Floats) -> Floats:
    """Interprovincial bandwidth that hosting provinces need in the base year, Gbit/s times km.

    For each class what a province makes beyond its own demand (at least 5 % of what it makes) goes to the provinces
    that make too little, within the delay limit, in proportion to what they miss; links are filled to 60 %:
    need[i] = sum over classes of Gbit/s per EFLOPS * sent[i] * mean distance[i] / 0.6
    """
    delay = DELAY_MS_PER_KM * ROUTE_FACTOR * distance + DELAY_OFFSET_MS
    need = np.zeros(len(distance))
    for work in WORK:
        stock = columns[work.stock]
        made, asked = share(stock), demand_share(work, columns)
        sent = np.maximum(made - asked, LEAST_EXPORT_SHARE * made)
        pull = np.maximum(asked - made, 0) * (delay <= work.delay_ms) * (distance > 0)
        reached = pull.sum(axis=1)
        mean_km = np.divide((pull * distance).sum(axis=1), reached, out=np.zeros_like(reached), where=reached > 0)
        need += work.gbps_per_eflops * base_eflops(work, stock.sum()) * sent * mean_km
    return need / LINK_FILL


def staff_fte(columns: Mapping[str, Floats], graduates_10k: Floats) -> Floats:
    """Digital-operations staff: 110 % of those whom today's stocks need, and a tenth of a year's bachelor graduates."""
    needed = sum(per_unit * columns[name] for name, per_unit in STAFF_PER_UNIT.items())
    return np.asarray(STAFF_RESERVE * needed + GRADUATES_SHARE * graduates_10k * 1e4)


def pue(zones: Sequence[str], hub: Sequence[str], halls: Floats) -> tuple[Floats, Floats]:
    """PUE of today's sites (zone value scaled to the national mean 1.42) and of new ones (zone value or limit)."""
    zone = np.array([PUE_ZONE[z] for z in zones])
    limit = np.array([PUE_LIMIT_WEST_HUB if h in WEST_HUBS else PUE_LIMIT_NEW for h in hub])
    return zone * national("average_pue") * halls.sum() / (zone * halls).sum(), np.minimum(zone, limit)


def estimate() -> tuple[list[str], dict[str, Floats]]:
    """Ids of the provinces and all derived columns, in the order of estimates.csv."""
    regions, drivers = rows("regions.csv"), rows("drivers.csv")
    ids, hub = [r["id"] for r in regions], [r["hub"] for r in regions]
    found = {name: column(drivers, name) for name in drivers[0] if name != "id" and "flag" not in name}
    halls = halls_mw(ids, hub, drivers)
    general = national("total_compute", "2024-12") - INTELLIGENT_EFLOPS_FP32_2024
    stations = found["base_stations_5g_2024"]
    out = {
        "stations_5g": share(stations) * national("base_stations_5g"),
        "halls_mw": halls,
        "servers": share(halls) * general * 1e6 / SERVER_TFLOPS_FP32,
        "icc_pflops": icc_pflops(ids, hub, halls, drivers),
        "city_platforms": column(regions, "population_10k_2024") / PEOPLE_10K_PER_PLATFORM,
        "rd_stock_100m_cny": rd_stock(rows("rd_expenditure.csv")),
        "tech_market_turnover_100m_cny_2023": found["tech_market_output_100m_cny_2023"]
        + found["tech_market_inflow_100m_cny_2023"],
        "software_revenue_filled_100m_cny_2024": filled_software(
            column(rows("software_revenue.csv"), "software_revenue_100m_cny_2024"), found["va_tertiary_100m_cny_2023"]
        ),
        "electricity_consumption_gwh_2024": 100 * found["electricity_consumption_100gwh_2024"],
        "electricity_price_cny_per_kwh": np.where(
            np.isin(ids, CONTRACT_PROVINCES), CONTRACT_PRICE_CNY_PER_KWH, found["electricity_price_list_cny_per_kwh"]
        ),
    }
    out["pue_base"], out["pue_new"] = pue([r["climate_zone"] for r in regions], hub, halls)
    distance = np.array([[float(row[i]) for i in ids] for row in rows("distance_km.csv")])
    out["backbone_gbps_km"] = backbone_gbps_km({**found, **out}, distance)
    out["staff_fte"] = staff_fte(out, found["bachelor_graduates_10k_2018"])
    return ids, out


def national_estimates(columns: Mapping[str, Floats]) -> Iterable[tuple[str, float, str, str]]:
    """Quantity, value, unit and arithmetic of what is one number for the nation."""
    total = {name: float(values.sum()) for name, values in columns.items()}
    usable = 0.0
    for work in WORK:
        peak = total[work.stock] * EFLOPS_PER_UNIT[work.stock]
        value = base_eflops(work, total[work.stock])
        terms = f"{peak:.0f} EFLOPS peak x {work.sustained:.5f} sustained x {work.utilisation} utilisation"
        yield f"base_{work.id}", value, "sustained EFLOPS", f"{terms} x {work.time_share} of machine time"
        usable += work.time_share * work.sustained * work.utilisation * (work.stock == "icc_pflops")
    kappa = PEAK_USABLE_PFLOPS_PER_FTE * 1e-3 * usable
    arithmetic = f"{PEAK_USABLE_PFLOPS_PER_FTE} peak PFLOPS per FTE x 0.001 x {usable:.5f} mean sustained x utilisation"
    yield "usable_compute_per_talent", kappa, "sustained EFLOPS per R&D FTE", arithmetic
    spending = float(column(rows("drivers.csv"), "rd_expenditure_100m_cny_2023").sum()) / 10
    costs: dict[str, list[tuple[float, str]]] = {}
    for name, (factor, price, life, upkeep) in USER_COST.items():
        cost = total[name] * price * (1 / life + upkeep) / 1e3
        costs.setdefault(factor, []).append((cost, f"{total[name]:.0f} x {price} m CNY x (1/{life:.0f} + {upkeep})"))
    for factor, parts in costs.items():
        value = INNOVATION_SHARE_OF_RD * sum(cost for cost, _ in parts) / spending
        arithmetic = " + ".join(text for _, text in parts)
        yield f"neutral_beta_{factor}", value, "1", f"0.65 x ({arithmetic}) / {spending:.1f} bn CNY of R&D"


def written(header: Sequence[str], lines: Iterable[Sequence[str | float]]) -> str:
    """CSV text; numbers with nine significant digits."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    for line in lines:
        writer.writerow([cell if isinstance(cell, str) else f"{cell:.9g}" for cell in line])
    return buffer.getvalue()


def files() -> dict[str, str]:
    """Name and text of the files this script writes."""
    ids, columns = estimate()
    table: list[list[str | float]] = [[i, *(float(v[at]) for v in columns.values())] for at, i in enumerate(ids)]
    return {
        "estimates.csv": written(["id", *columns], table),
        "national_estimates.csv": written(["quantity", "value", "unit", "arithmetic"], national_estimates(columns)),
    }


def main() -> None:
    """Write the derived tables."""
    for name, text in files().items():
        (DATA / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
