"""The US data: the derivation reproduces what is shipped, every column has its source, anchors hold, no yuan inside."""

from __future__ import annotations

import csv
import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from planner.capability import sustained_fraction
from planner.config import ConfigError, read
from planner.scenario import Scenario

US = Path(__file__).parents[2] / "configs" / "us"
DATA = US / "data"
KINDS = {"found", "derived", "recalled", "assumption", "estimated"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, table: str = "estimates.csv") -> np.ndarray:
    return np.array([float(row[name] or "nan") for row in rows(table)])


@pytest.fixture(scope="module")
def derive() -> ModuleType:
    """Under a name of its own: configs/china has a module of the same name."""
    spec = importlib.util.spec_from_file_location("derive_us", US / "derive.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["derive_us"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def plan() -> Scenario:
    return read(US / "plan.yaml")


def test_the_derivation_reproduces_the_shipped_files(derive):
    for name, text in derive.files().items():
        assert (DATA / name).read_bytes() == text.encode(), f"run python configs/us/derive.py: {name} is stale"


def test_every_column_of_every_table_has_a_source():
    sourced = {(row["file"], row["column"]): row for row in rows("sources.csv")}
    for table in DATA.glob("*.csv"):
        if table.name == "sources.csv" or sourced.pop((table.name, "*"), None):
            continue
        for name in next(csv.reader(table.open(encoding="utf-8"))):
            row = sourced.pop((table.name, name), None)
            assert row is not None, f"sources.csv has no line for {table.name}: {name}"
            assert row["kind"] in KINDS
            assert row["unit"]
            assert row["source"]
    assert not sourced, "sources.csv speaks of columns that do not exist"


def test_tables_hold_the_states_in_one_order():
    ids = [row["id"] for row in rows("regions.csv")]
    assert len(set(ids)) == 51
    for name in ("drivers.csv", "estimates.csv"):
        assert [row["id"] for row in rows(name)] == ids
    assert [row["from"] for row in rows("distance_km.csv")] == ids
    assert len({(row["tile_col"], row["tile_row"]) for row in rows("regions.csv")}) == 51


def test_distances_are_great_circles_between_the_capitals():
    regions, table = rows("regions.csv"), rows("distance_km.csv")
    distance = np.array([[float(row[r["id"]]) for r in regions] for row in table])
    lon, lat = (np.radians(column(name, "regions.csv")) for name in ("lon_deg", "lat_deg"))
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half = half + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    np.testing.assert_allclose(distance, 2 * 6371 * np.arcsin(np.sqrt(half)), atol=3)


def test_sums_match_the_anchors():
    assert column("population_2020_census", "regions.csv").sum() == 331_449_281
    assert column("cell_sites").sum() == pytest.approx(432_469, rel=1e-7)
    assert np.nansum(column("data_center_electricity_mwh_2023", "drivers.csv")) == pytest.approx(156.3e6, rel=1e-3)


def test_the_plan_uses_the_electricity_that_its_halls_were_derived_from(plan):
    """MW x PUE x load x 8,760 h give the electricity of 2023 back, grown to 2025, state by state."""
    halls = next(a for a in plan.assets if a.id == "datacenter_mw")
    pue = np.array([region.pue_base for region in plan.regions])
    mwh = halls.base_stock * halls.power_kw.value / 1e3 * pue * halls.load_factor.value * 8760
    found = column("data_center_electricity_mwh_2023", "drivers.csv")
    known = ~np.isnan(found)
    assert (~known).sum() == 7
    np.testing.assert_allclose(mwh[known], found[known] * 1.13**2, rtol=1e-8)


def test_missing_electricity_is_filled_and_nothing_else_is_touched(derive):
    found = np.array([10.0, np.nan, 60.0, 90.0])
    np.testing.assert_allclose(derive.filled_electricity_mwh(found, np.array([1.0, 2, 3, 3])), [10, 40, 60, 90])


def test_rd_stock_is_perpetual_inventory(derive):
    np.testing.assert_allclose(derive.rd_stock([np.array([23.0]), np.array([10.0])]), [0.85 * 100 + 10])


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


def test_the_config_uses_the_national_estimates(derive, plan):
    found = {row["quantity"]: float(row["value"]) for row in rows("national_estimates.csv")}
    for held in plan.demand:
        assert held.base_eflops.value == pytest.approx(found[f"base_{held.id}"], rel=5e-4)
    compute = next(f for f in plan.factors if f.id == "compute")
    assert compute.usable_per_talent.value == pytest.approx(found["usable_compute_per_talent"], rel=2e-3)
    neutral = next(s for s in plan.elasticity_sets if s.id == "neutral").beta
    for name in ("network", "information_service", "compute"):
        assert neutral[name] == pytest.approx(found[f"neutral_beta_{name}"], abs=6e-4)
    assets = {a.id: a for a in plan.assets}
    names = {
        "cell_sites": "cell_site",
        "halls_mw": "datacenter_mw",
        "servers": "cloud_server",
        "ai_pflops": "ai_pflops",
    }
    for column_name, asset_id in names.items():
        held = assets[asset_id]
        _, price, life, upkeep = derive.USER_COST[column_name]
        assert (held.capex.value, held.life_years.value, held.opex_share.value) == pytest.approx((price, life, upkeep))


def test_the_machines_of_the_base_year_fit_into_its_halls(plan):
    assets = {a.id: a for a in plan.assets}
    housed = [assets[name] for name in ("cloud_server", "ai_pflops")]
    need = sum(asset.base_stock * asset.housing_per_unit for asset in housed)
    assert (need <= assets["datacenter_mw"].base_stock).all()


def test_every_parameter_of_the_plan_says_how_it_is_known(plan):
    for asset in plan.assets:
        for held in (asset.capex, asset.life_years, asset.lead_years, asset.opex_share, asset.staff_fte):
            assert held.source or held.value in (0, 1), f"{asset.id}: {held.place}"
    assert all(rule.source for rule in (*plan.rules, *plan.budgets, *plan.growth_limits))


def test_all_money_is_in_dollars(plan, tmp_path):
    assert plan.currency == "USD"
    assert 0.07 < min(region.energy_price_per_kwh for region in plan.regions) < 0.08
    with pytest.raises(ConfigError) as caught:
        read(US / "plan.yaml", ("budgets.programme.limit=3 亿元",))
    assert len(caught.value.problems) == 1
    assert "value '3 亿元' is in CNY, but the plan counts in USD" in str(caught.value)
