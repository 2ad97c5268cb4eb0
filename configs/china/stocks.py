"""Halls and AI computing by province: national totals spread by hub-group shares, reports and drivers.

Also reads the tables of `data/`. Used by derive.py; standard library and numpy only.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = list[dict[str, str]]
DATA = Path(__file__).with_name("data")
RACK_MW = 0.0025


@dataclass(frozen=True)
class Report:
    """A reported stock of a province or of a city in it."""

    region: str
    whole_province: bool
    month: float
    indicator: str
    value: float
    confidence: str


def rows(name: str) -> Rows:
    """A table of `data/` as dictionaries of text."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(table: Sequence[Mapping[str, str]], name: str) -> Floats:
    """A numeric column; an empty cell is NaN."""
    return np.array([float(row[name]) if row[name] else np.nan for row in table])


def month(text: str) -> float:
    """A date "2025-06" or "2025" as months since year 0; a year alone means its December."""
    year, _, part = text.partition("-")
    return int(year) * 12.0 + (int(part) if part else 12)


def share(values: Floats) -> Floats:
    """Values as shares of their sum."""
    return np.asarray(values / values.sum())


def national(indicator: str, as_of: str | None = None) -> float:
    """The latest figure of an indicator in national_totals.csv, or the one of a date."""
    found = [r for r in rows("national_totals.csv") if r["indicator"] == indicator and as_of in (None, r["as_of"])]
    return float(max(found, key=lambda r: month(r["as_of"]))["value"])


def reports() -> list[Report]:
    """The rows of compute_reported.csv that are stocks; plan targets are left out."""
    return [
        Report(r["id"], r["level"] == "province", month(r["as_of"]), r["indicator"], float(r["value"]), r["confidence"])
        for r in rows("compute_reported.csv")
        if "target" not in r["as_of"]
    ]


def reported_racks(known: Sequence[Report]) -> tuple[dict[str, float], dict[str, float]]:
    """Racks by province that stand as reported, and lower bounds, both carried to mid-2025.

    A report in standard racks for a whole province stands; one for a city, or in physical cabinets, is a lower bound.
    value * national racks of mid-2025 / national racks of its date; reports older than the national series drop out.
    """
    series = [r for r in rows("national_totals.csv") if r["indicator"] == "data_center_standard_racks_in_use"]
    at, total = np.array([month(r["as_of"]) for r in series]), column(series, "value")
    stands: dict[str, float] = {}
    bounds: dict[str, float] = {}
    for report in sorted(known, key=lambda r: r.month):
        if report.indicator not in ("standard_racks", "physical_cabinets") or report.month < at[0]:
            continue
        kept = stands if report.whole_province and report.indicator == "standard_racks" else bounds
        kept[report.region] = report.value * float(total[-1] / np.interp(report.month, at, total))
    return stands, bounds


def spread(total: float, weights: Floats, stands: Floats, bounds: Floats) -> Floats:
    """Spread a total by weights; where `stands` is a number it stays, and nothing falls below its bound.

    What is left after fixed values goes out by weight; who would fall below its bound is fixed there, and so on.
    """
    fixed = stands.copy()
    while True:
        free = np.isnan(fixed)
        left = total - fixed[~free].sum()
        given = np.where(free, left * weights / weights[free].sum(), fixed)
        short = free & (given < bounds)
        if not short.any():
            return np.asarray(given)
        fixed[short] = bounds[short]


def rack_groups(hub: Sequence[str]) -> list[tuple[float, NDArray[np.bool_]]]:
    """The four groups of the rack statistics with their shares at the end of 2023, as (share, mask)."""
    hubs = np.array(hub)
    north, delta, none = hubs == "jing_jin_ji", hubs == "yangtze_delta", hubs == "none"
    names = ("jing_jin_ji", "yangtze_delta", "other_six_hubs")
    shares = [national(f"rack_share_{name}") for name in names]
    return list(zip([*shares, 1 - sum(shares)], [north, delta, ~(north | delta | none), none], strict=True))


def halls_mw(ids: Sequence[str], hub: Sequence[str], drivers: Rows) -> Floats:
    """Data-center halls in MW of IT load, mid-2025: 10.85 million standard racks of 2.5 kW.

    Hub groups keep their shares of the end of 2023. Inside a group racks follow users and power: the mean of the
    provinces' shares in tertiary value added and in electricity consumption; reports stand or bound from below.
    """
    total = national("data_center_standard_racks_in_use")
    found, least = reported_racks(reports())
    stands = np.array([found.get(i, np.nan) for i in ids])
    bounds = np.array([least.get(i, 0.0) for i in ids])
    users, power = column(drivers, "va_tertiary_100m_cny_2023"), column(drivers, "electricity_consumption_100gwh_2024")
    racks = np.zeros(len(ids))
    for part, mask in rack_groups(hub):
        weights = (share(users[mask]) + share(power[mask])) / 2
        racks[mask] = spread(part * total, weights, stands[mask], bounds[mask])
    return racks * RACK_MW


def reported_icc(known: Sequence[Report]) -> dict[str, Report]:
    """One report of AI computing per province: the one nearest to mid-2025.

    A total counts where nothing else is reported and it dates from 2025 on, when parks are nine tenths intelligent.
    """
    middle = month("2025-06")
    found: dict[str, Report] = {}
    for report in sorted(known, key=lambda r: -abs(r.month - middle)):
        if report.indicator == "intelligent_compute_eflops":
            found[report.region] = report
    for report in known:
        if report.indicator == "total_compute_eflops" and report.month >= month("2025-01"):
            found.setdefault(report.region, report)
    return found


def icc_pflops(ids: Sequence[str], hub: Sequence[str], halls: Floats, drivers: Rows) -> Floats:
    """Intelligent computing in PFLOPS FP16, mid-2025: 788 EFLOPS, of which the hubs hold 175/280.

    The hub share is that of all computing at the end of 2024. Reports of high confidence stand. The others are a
    first guess beside `788 EFLOPS * mean share in halls and in R&D spending` of unreported provinces, and the
    guesses of each group are scaled by one factor to its total: together they claim twice what there is, as counts
    of sparse or FP8 peaks would.
    """
    total = national("intelligent_compute") * 1e3
    in_hubs = national("total_compute_8_hubs") / national("total_compute", "2024-12")
    found = reported_icc(reports())
    guess = total * (share(halls) + share(column(drivers, "rd_expenditure_100m_cny_2023"))) / 2
    stands = np.full(len(ids), np.nan)
    for at, region in enumerate(ids):
        if region in found:
            value = found[region].value * 1e3
            (stands if found[region].confidence == "high" else guess)[at] = value
    pflops = np.zeros(len(ids))
    mask = np.array(hub) != "none"
    for part, members in ((in_hubs, mask), (1 - in_hubs, ~mask)):
        pflops[members] = spread(part * total, guess[members], stands[members], np.zeros(members.sum()))
    return pflops
