"""The national data: anchors hold, the derivation reproduces what is shipped, every column has its source."""

from __future__ import annotations

import csv
import importlib
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from planner.capability import sustained_fraction
from planner.config import read
from planner.scenario import Scenario

CHINA = Path(__file__).parents[2] / "configs" / "china"
DATA = CHINA / "data"
KINDS = {"found", "derived", "recalled", "assumption", "estimated"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, table: str = "estimates.csv") -> np.ndarray:
    return np.array([float(row[name]) for row in rows(table)])


def latest(indicator: str) -> float:
    return float([row for row in rows("national_totals.csv") if row["indicator"] == indicator][-1]["value"])


@pytest.fixture(scope="module")
def derive() -> ModuleType:
    sys.path.insert(0, str(CHINA))
    try:
        return importlib.import_module("derive")
    finally:
        sys.path.remove(str(CHINA))


@pytest.fixture(scope="module")
def stocks(derive: ModuleType) -> ModuleType:
    return sys.modules["stocks"]


@pytest.fixture(scope="module")
def plan() -> Scenario:
    return read(CHINA / "plan.yaml")


def test_the_derivation_reproduces_the_shipped_files(derive):
    for name, text in derive.files().items():
        assert (DATA / name).read_bytes() == text.encode(), f"run python configs/china/derive.py: {name} is stale"


def test_every_column_of_every_table_has_a_source():
    sourced = {(row["file"], row["column"]): row for row in rows("sources.csv")}
    for table in DATA.glob("*.csv"):
        for name in next(csv.reader(table.open(encoding="utf-8"))):
            row = sourced.pop((table.name, name), None)
            assert row is not None, f"sources.csv has no line for {table.name}: {name}"
            assert row["kind"] in KINDS
            assert row["unit"]
            assert row["source"]
    assert not sourced, "sources.csv speaks of columns that do not exist"


def test_what_no_table_gives_is_labelled_an_estimate():
    kinds = {row["column"]: row["kind"] for row in rows("sources.csv") if row["file"] == "estimates.csv"}
    assert {kinds[name] for name in ("halls_mw", "servers", "icc_pflops", "backbone_gbps_km", "staff_fte")} == {
        "estimated"
    }


def test_tables_hold_the_31_provinces_in_one_order():
    ids = [row["id"] for row in rows("regions.csv")]
    assert len(set(ids)) == 31
    for name in ("drivers.csv", "estimates.csv", "rd_expenditure.csv", "software_revenue.csv"):
        assert [row["id"] for row in rows(name)] == ids
    assert [row["from"] for row in rows("distance_km.csv")] == ids


def test_tiles_do_not_overlap():
    tiles = {(row["tile_col"], row["tile_row"]) for row in rows("regions.csv")}
    assert len(tiles) == 31


def test_distances_are_a_metric_between_the_capitals():
    regions, table = rows("regions.csv"), rows("distance_km.csv")
    distance = np.array([[float(row[r["id"]]) for r in regions] for row in table])
    lon, lat = (np.radians(column(name, "regions.csv")) for name in ("lon_deg", "lat_deg"))
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half = half + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    np.testing.assert_allclose(distance, 2 * 6371 * np.arcsin(np.sqrt(half)), atol=3)
    np.testing.assert_array_equal(distance, distance.T)


def test_sums_match_the_national_anchors():
    assert column("stations_5g").sum() == pytest.approx(4_705_000, rel=1e-7)
    assert column("halls_mw").sum() == pytest.approx(10_850_000 * 2.5 / 1000, rel=1e-7)
    assert column("servers").sum() == pytest.approx((280 - 90) * 1e6 / 10, rel=1e-7)
    assert column("icc_pflops").sum() == pytest.approx(788_000, rel=1e-7)
    assert column("electricity_consumption_gwh_2024").sum() / 100 == pytest.approx(
        latest("electricity_consumption"), rel=1e-3
    )
    assert column("population_10k_2024", "regions.csv").sum() == pytest.approx(latest("population"), rel=2e-3)
    halls = column("halls_mw")
    assert (column("pue_base") * halls).sum() / halls.sum() == pytest.approx(1.42, rel=1e-6)


def test_hub_groups_hold_their_shares():
    hub = np.array([row["hub"] for row in rows("regions.csv")])
    halls, icc = column("halls_mw"), column("icc_pflops")
    north, delta, none = hub == "jing_jin_ji", hub == "yangtze_delta", hub == "none"
    shares = [halls[mask].sum() / halls.sum() for mask in (north, delta, ~(north | delta | none), none)]
    assert shares == pytest.approx([0.215, 0.245, 0.255, 0.285], rel=1e-6)
    assert icc[~none].sum() / icc.sum() == pytest.approx(175 / 280, rel=1e-6)


def test_reports_stand_or_bound_from_below():
    ids = [row["id"] for row in rows("regions.csv")]
    racks = dict(zip(ids, column("halls_mw") / 0.0025, strict=True))
    icc = dict(zip(ids, column("icc_pflops"), strict=True))
    assert racks["CN-SX"] == pytest.approx(514_000)
    assert racks["CN-HE"] > 460_000
    assert racks["CN-SC"] == pytest.approx(212_000 * 10.85e6 / 7_360_000, rel=1e-3)
    assert {name: icc[name] for name in ("CN-SX", "CN-HB", "CN-GZ", "CN-GS")} == pytest.approx(
        {"CN-SX": 32_000, "CN-HB": 7_000, "CN-GZ": 28_830, "CN-GS": 66_000}
    )
    assert icc["CN-NM"] / icc["CN-HE"] == pytest.approx(116 / 255, rel=1e-6)


def test_nothing_is_negative_and_every_province_has_something():
    for row in rows("estimates.csv"):
        assert all(float(value) > 0 for name, value in row.items() if name != "id")
    assert (column("pue_new") <= 1.25).all()
    assert (column("pue_new") < column("pue_base")).all()


def test_missing_software_revenue_is_filled_and_nothing_else_is_touched():
    raw = {row["id"]: row["software_revenue_100m_cny_2024"] for row in rows("software_revenue.csv")}
    filled = {row["id"]: float(row["software_revenue_filled_100m_cny_2024"]) for row in rows("estimates.csv")}
    assert [name for name, text in raw.items() if not text] == ["CN-XZ"]
    assert all(filled[name] == pytest.approx(float(text)) for name, text in raw.items() if text)
    assert 0 < filled["CN-XZ"] < min(float(text) for text in raw.values() if text)


def test_spread_keeps_fixed_values_and_bounds(stocks):
    nan = math.nan
    given = stocks.spread(100.0, np.array([1.0, 1, 1, 1]), np.array([40.0, nan, nan, nan]), np.array([0.0, 0, 0, 30]))
    np.testing.assert_allclose(given, [40, 15, 15, 30])


def test_spread_without_reports_follows_the_weights(stocks):
    given = stocks.spread(12.0, np.array([1.0, 2, 3]), np.full(3, math.nan), np.zeros(3))
    np.testing.assert_allclose(given, [2, 4, 6])


def test_targets_are_not_stocks(stocks):
    assert all(report.value != 45.0 for report in stocks.reports())


def test_rd_stock_is_perpetual_inventory(derive):
    table = [{"id": "a", "x_2010": "27", "x_2011": "10", "x_2012": "0"}]
    np.testing.assert_allclose(derive.rd_stock(table), [(0.85 * 100 + 10) * 0.85])


def test_the_config_uses_the_same_machine_time(derive, plan):
    demand = {d.id: d for d in plan.demand}
    assert list(demand) == [work.id for work in derive.WORK]
    for work in derive.WORK:
        held = demand[work.id]
        asset = next(a for a in plan.assets if a.id == held.served_by[0])
        machine = plan.machines[asset.machine]
        fractions = {name: value.value for name, value in machine.fraction_of_peak.items()}
        assert work.sustained == pytest.approx(sustained_fraction(plan.mixes[held.mix].shares, fractions), abs=6e-6)
        assert work.utilisation == asset.utilisation.value
        assert work.delay_ms == (held.delay_limit_ms or math.inf)
        assert work.gbps_per_eflops == held.traffic_gbps_per_eflops.value
        assert work.drivers == tuple((d.column, d.share) for d in held.drivers)


def test_the_config_uses_the_national_estimates(plan):
    found = {row["quantity"]: float(row["value"]) for row in rows("national_estimates.csv")}
    for held in plan.demand:
        assert held.base_eflops.value == pytest.approx(found[f"base_{held.id}"], rel=5e-4)
    compute = next(f for f in plan.factors if f.id == "compute")
    assert compute.usable_per_talent.value == pytest.approx(found["usable_compute_per_talent"], rel=2e-3)
    neutral = next(s for s in plan.elasticity_sets if s.id == "neutral").beta
    for name in ("network", "information_service", "compute", "key_information"):
        assert neutral[name] == pytest.approx(found[f"neutral_beta_{name}"], abs=6e-4)


def test_the_config_uses_the_costs_of_the_derivation(derive, plan):
    assets = {a.id: a for a in plan.assets}
    names = {"stations_5g": "macro_5g", "halls_mw": "datacenter_mw", "servers": "cloud_server",
             "icc_pflops": "icc_pflops", "city_platforms": "city_platform"}  # fmt: skip
    for column_name, asset_id in names.items():
        held = assets[asset_id]
        _, price, life, upkeep = derive.USER_COST[column_name]
        assert (held.capex.value, held.life_years.value, held.opex_share.value) == pytest.approx((price, life, upkeep))
        assert held.staff_fte.value == derive.STAFF_PER_UNIT[column_name]
        assert held.base_stock.sum() / held.module_units <= 32_000


def test_the_base_year_fits_its_halls_and_machines(plan):
    assets = {a.id: a for a in plan.assets}
    need = assets["cloud_server"].base_stock * assets["cloud_server"].housing_per_unit
    assert (need <= assets["datacenter_mw"].base_stock).all()
    geography = plan.geography
    delay = geography.delay_ms_per_km.value * geography.route_factor.value * geography.distance_km
    assert (delay <= 20 - geography.delay_offset_ms.value).sum() > 31 * 20


def test_elasticity_sets_are_three_and_concave(plan):
    assert [s.id for s in plan.elasticity_sets] == ["neutral", "default", "high"]
    assert all(sum(s.beta.values()) <= 1 + 1e-12 for s in plan.elasticity_sets)


def test_every_parameter_of_the_plan_says_how_it_is_known(plan):
    for asset in plan.assets:
        for held in (asset.capex, asset.life_years, asset.lead_years, asset.opex_share, asset.staff_fte):
            assert held.source or held.value in (0, 1), f"{asset.id}: {held.place}"
    assert all(rule.source for rule in (*plan.rules, *plan.budgets, *plan.growth_limits))


def test_the_proportional_plan_differs_in_the_objective_alone(plan):
    other = read(CHINA / "plan_proportional.yaml")
    assert other.objective.name == "proportional"
    assert (other.rules, other.budgets, other.factors[0].id) == (plan.rules, plan.budgets, plan.factors[0].id)
