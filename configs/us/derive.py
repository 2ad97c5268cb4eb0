"""Derive what no table of the US states gives: halls, servers, AI computing, cell sites, bandwidth, R&D stock.

Reads the tables of `data/` next to this file, writes `data/estimates.csv` (a row per state) and
`data/national_estimates.csv` (a row per quantity, with its arithmetic). Standard library and numpy only,
deterministic: a second run gives the same bytes. README.md has the story on one page.
Run: python configs/us/derive.py
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = list[dict[str, str]]
DATA = Path(__file__).with_name("data")

HOURS = 8760.0
GROWTH_TO_2025 = 1.13**2
PUE_TODAY = 1.4
HALL_LOAD = 0.55
AI_SHARE_OF_LOAD = 0.23
AI_FLEET_KW_PER_PFLOPS = 2.6
HALL_KW_PER_SERVER = 1.2
RACKS_FILLED = 0.85
CELL_SITES_2023 = 432_469.0
RD_DECAY, RD_EARLY_GROWTH = 0.15, 0.08
SERVER_TFLOPS_FP32 = 10.0
DELAY_MS_PER_KM, ROUTE_FACTOR, DELAY_OFFSET_MS = 0.0049, 1.4, 0.5
LEAST_EXPORT_SHARE, LINK_FILL = 0.05, 0.6
USABLE_TIMES_MEAN = 3.0
INNOVATION_SHARE_OF_RD = 0.65
# unit cost in million USD of 2024, life in years, upkeep as a share of the cost per year (assets.yaml)
USER_COST = {
    "cell_sites": ("network", 0.0785, 10.0, 0.10),
    "halls_mw": ("information_service", 11.7, 15.0, 0.04),
    "servers": ("information_service", 0.009155, 5.0, 0.08),
    "ai_pflops": ("compute", 0.0493, 5.0, 0.06),
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


GDP, PEOPLE = "gdp_million_usd_2021", "population_10k"
RD, FIRMS = "rd_expenditure_million_usd_2021", "venture_funded_firms_2022"
WORK = (
    Work("production", "servers", 0.25, 0.06904, 0.4, 5.0, 2e5, (("kti_value_added_million_usd_2021", 1.0),)),
    Work("distribution", "servers", 0.45, 0.04481, 0.4, 10.0, 3e5, ((GDP, 1.0),)),
    Work("circulation", "servers", 0.30, 0.02542, 0.4, 10.0, 1e5, ((PEOPLE, 1.0),)),
    Work("consumption", "ai_pflops", 0.40, 0.12004, 0.4, 10.0, 1e4, ((GDP, 0.5), (PEOPLE, 0.5))),
    Work("research_training", "ai_pflops", 0.60, 0.40545, 0.4, np.inf, 1e3, ((RD, 0.5), (FIRMS, 0.5))),
)  # fmt: skip
EFLOPS_PER_UNIT = {"servers": SERVER_TFLOPS_FP32 / 1e6, "ai_pflops": 1e-3}


def rows(name: str) -> Rows:
    """A table of `data/` as dictionaries of text."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(table: Sequence[Mapping[str, str]], name: str) -> Floats:
    """A numeric column; an empty cell is NaN."""
    return np.array([float(row[name]) if row[name] else np.nan for row in table])


def share(values: Floats) -> Floats:
    """Values as shares of their sum."""
    return np.asarray(values / values.sum())


def filled_electricity_mwh(found: Floats, facilities: Floats) -> Floats:
    """Data-center electricity with its seven empty cells: listed facilities x the median use of one elsewhere."""
    median = float(np.nanmedian(found / facilities))
    return np.where(np.isnan(found), median * facilities, found)


def halls_mw(electricity_mwh: Floats) -> Floats:
    """IT load that the halls can carry at the end of 2025, MW.

    MWh of 2023 * 1.13^2 / (8760 h * PUE * load factor)
    """
    return electricity_mwh * GROWTH_TO_2025 / (HOURS * PUE_TODAY * HALL_LOAD)


def rd_stock(spending: Sequence[Floats]) -> Floats:
    """R&D capital after the last year of spending: perpetual inventory.

    K[first] = R[first] / (growth + decay) ;  K[t] = (1 - decay) K[t-1] + R[t]
    """
    stock = spending[0] / (RD_EARLY_GROWTH + RD_DECAY)
    for year in spending[1:]:
        stock = (1 - RD_DECAY) * stock + year
    return np.asarray(stock)


def demand_share(work: Work, columns: Mapping[str, Floats]) -> Floats:
    """Share of each state in the demand of a class."""
    return np.asarray(sum(weight * share(columns[name]) for name, weight in work.drivers))


def base_eflops(work: Work, stock: float) -> float:
    """Sustained EFLOPS in use: stock * peak * sustained fraction * utilisation * share of machine time."""
    return stock * EFLOPS_PER_UNIT[work.stock] * work.sustained * work.utilisation * work.time_share


def backbone_gbps_km(columns: Mapping[str, Floats], distance: Floats) -> Floats:
    """Bandwidth between states that hosting states need in the base year, Gbit/s times km.

    What a state makes of a class beyond its own demand (at least 5 % of what it makes) goes to the states that make
    too little, within the delay limit, in proportion to what they miss; links are filled to 60 %:
    need[i] = sum over classes of Gbit/s per EFLOPS * sent[i] * mean distance[i] / 0.6
    """
    delay = DELAY_MS_PER_KM * ROUTE_FACTOR * distance + DELAY_OFFSET_MS
    need = np.zeros(len(distance))
    for work in WORK:
        made, asked = share(columns[work.stock]), demand_share(work, columns)
        sent = np.maximum(made - asked, LEAST_EXPORT_SHARE * made)
        pull = np.maximum(asked - made, 0) * (delay <= work.delay_ms) * (distance > 0)
        reached = pull.sum(axis=1)
        mean_km = np.divide((pull * distance).sum(axis=1), reached, out=np.zeros_like(reached), where=reached > 0)
        need += work.gbps_per_eflops * base_eflops(work, float(columns[work.stock].sum())) * sent * mean_km
    return need / LINK_FILL


def estimate() -> tuple[list[str], dict[str, Floats]]:
    """Ids of the states and all derived columns, in the order of estimates.csv."""
    regions, drivers = rows("regions.csv"), rows("drivers.csv")
    ids = [row["id"] for row in regions]
    found = {name: column(drivers, name) for name in drivers[0] if name != "id"}
    found["kti_value_added_million_usd_2021"] = column(regions, "kti_value_added_million_usd_2021")
    people = column(regions, "population_2020_census")
    used = filled_electricity_mwh(found["data_center_electricity_mwh_2023"], found["data_centers_listed_2024"])
    halls = halls_mw(used)
    out = {
        "population_10k": people / 1e4,
        "halls_mw": halls,
        "servers": halls * (1 - AI_SHARE_OF_LOAD) * RACKS_FILLED * 1e3 / HALL_KW_PER_SERVER,
        "ai_pflops": halls * AI_SHARE_OF_LOAD * 1e3 / AI_FLEET_KW_PER_PFLOPS,
        "cell_sites": share(people) * CELL_SITES_2023,
        "rd_stock_million_usd": rd_stock([found[f"rd_expenditure_million_usd_{year}"] for year in (2019, 2020, 2021)]),
        "business_rd_employees": found["business_rd_employees_thousand_2022"] * 1e3,
        "retail_sales_gwh_2024": found["retail_sales_mwh_2024"] / 1e3,
        "electricity_price_usd_per_kwh": found["electricity_price_all_sectors_cents_per_kwh_2024"] / 100,
    }
    distance = np.array([[float(row[i]) for i in ids] for row in rows("distance_km.csv")])
    out["backbone_gbps_km"] = backbone_gbps_km({**found, **out}, distance)
    return ids, out


def national_estimates(columns: Mapping[str, Floats]) -> Iterable[tuple[str, float, str, str]]:
    """Quantity, value, unit and arithmetic of what is one number for the nation."""
    total = {name: float(values.sum()) for name, values in columns.items()}
    for work in WORK:
        peak = total[work.stock] * EFLOPS_PER_UNIT[work.stock]
        terms = f"{peak:.0f} EFLOPS peak x {work.sustained:.5f} sustained x {work.utilisation} utilisation"
        value = base_eflops(work, total[work.stock])
        yield f"base_{work.id}", value, "sustained EFLOPS", f"{terms} x {work.time_share} of machine time"
    ai = sum(base_eflops(work, total["ai_pflops"]) for work in WORK if work.stock == "ai_pflops")
    people = total["business_rd_employees"]
    arithmetic = f"{USABLE_TIMES_MEAN} x {ai:.1f} sustained EFLOPS of AI computing / {people:.0f} employees"
    yield "usable_compute_per_talent", USABLE_TIMES_MEAN * ai / people, "sustained EFLOPS per employee", arithmetic
    spending = float(column(rows("drivers.csv"), RD).sum()) / 1e3
    costs: dict[str, list[tuple[float, str]]] = {}
    for name, (factor, price, life, upkeep) in USER_COST.items():
        cost = total[name] * price * (1 / life + upkeep) / 1e3
        costs.setdefault(factor, []).append((cost, f"{total[name]:.0f} x {price} m USD x (1/{life:.0f} + {upkeep})"))
    for factor, parts in costs.items():
        value = INNOVATION_SHARE_OF_RD * sum(cost for cost, _ in parts) / spending
        arithmetic = " + ".join(text for _, text in parts)
        yield f"neutral_beta_{factor}", value, "1", f"0.65 x ({arithmetic}) / {spending:.1f} bn USD of R&D"


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
