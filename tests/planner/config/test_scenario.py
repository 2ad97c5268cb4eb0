"""What a right config becomes, checked against values worked out by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from planner.config import read
from planner.scenario import Parameter, Scenario, Scope, Tail
from tests.planner.config.plans import BOX, PLAN, edited, scenario, write

CONFIGS = Path(__file__).parents[3] / "configs"


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return scenario(tmp_path_factory.mktemp("trio"))


def test_regions_in_the_order_of_the_main_table(trio: Scenario) -> None:
    a, b, c = trio.regions
    assert (a.id, a.name, a.name_zh, a.population_10k, a.innovation, a.tile) == ("a", "Alpha", "甲", 100, 10, (0, 0))
    assert (c.name, c.tile, c.price_factor, c.pue_base, c.pue_new) == ("Gamma, Inner", (2, 1), 0.9, 1.5, 1.15)
    assert b.energy_price_per_kwh == 0.35
    assert trio.innovation_unit == "patents a year"


def test_joined_columns_follow_the_order_of_regions(trio: Scenario) -> None:
    assert trio.staff is not None
    assert trio.staff.base.tolist() == [2, 4, 1]
    assert trio.assets[0].base_stock.tolist() == [10, 20, 5]
    assert trio.assets[1].base_stock.tolist() == [300, 200, 100]
    assert trio.assets[2].base_stock.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="read-only"):
        trio.assets[0].base_stock[0] = 1


def test_groups(trio: Scenario) -> None:
    assert {group.id: group.members for group in trio.groups} == {
        "coast": ("a", "b"),
        "hubs": ("a", "c"),
        "inland": ("c",),
        "listed": ("a", "b", "c"),
    }


def test_parameters_carry_range_evidence_and_place(trio: Scenario) -> None:
    assert trio.discount_rate == Parameter(0.05, 0.03, 0.08, "found", "handbook; checked", "plan.yaml:8")
    assert trio.assets[0].capex == Parameter(0.19, 0.15, 0.3, "derived", "tender", "plan.yaml:56")
    assert trio.floor_share == Parameter(0.05, place="plan.yaml:33")
    assert trio.assets[1].opex_share == Parameter(0.0, source="default")
    assert trio.geography.spillover_reach_km == Parameter(1000.0, source="default")
    assert trio.geography.delay_offset_ms == Parameter(1.0, 0.5, 2.0, place="plan.yaml:32")


@pytest.mark.parametrize(
    ("years", "whole"), [("0.25", 0), ("0.5", 0), ("1.5", 2), ("1.6", 2), ("2.5", 2), ("18 months", 2)]
)
def test_lead_times_round_half_to_even(tmp_path: Path, years: str, whole: int) -> None:
    text = years if "months" in years else f"{years} years"
    held = scenario(tmp_path, ("lead_time: 1.5 years", f"lead_time: {text}")).assets[1].lead_years
    assert held.value == whole
    assert "rounded from" in held.source


def test_stock_takes_its_evidence_from_the_sources_file(trio: Scenario) -> None:
    assert (trio.assets[0].base_stock_kind, trio.assets[0].base_stock_source) == ("recalled", "ministry")
    assert (trio.assets[1].base_stock_kind, trio.assets[1].base_stock_source) == ("estimated", "shares")


def test_asset(trio: Scenario) -> None:
    node = trio.assets[2]
    assert (node.housed_in, node.housing_per_unit, node.machine, node.power_kw.value) == ("hall", 4, "box", 10)
    assert (node.has_pue, node.integer, node.module_units, node.name_zh) == (True, False, 1, "Node")
    station = trio.assets[0]
    assert (station.integer, station.module_units, dict(station.supplies)) == (True, 10, {"network": 1})


def test_demand(trio: Scenario) -> None:
    factory, training = trio.demand
    assert (factory.base_eflops.value, factory.growth.value, factory.delay_limit_ms) == (0.3, 0.2, 5)
    assert training.delay_limit_ms is None
    assert [(driver.column, driver.share) for driver in factory.drivers] == [("output", 0.75), ("people", 0.25)]
    assert factory.drivers[0].values.tolist() == [30, 60, 10]


def test_machine_and_mix(trio: Scenario) -> None:
    box = trio.machines["box"]
    assert box.peak_tflops["fp32"] == Parameter(
        60, None, None, "published", "data sheet, 2025-06-01", "parts/box.yaml:4"
    )
    assert (box.peak_tflops["fp16"].value, box.peak_tflops["fp16"].kind) == (900, "recalled")
    assert (box.machines_per_unit, box.record) == (8, None)
    assert dict(trio.mixes["light"].shares) == {"gemm": 0.75, "spmv": 0.25}


def test_machines_and_mixes_by_id(tmp_path: Path) -> None:
    edits = (("[parts/light.yaml]", "{light: parts/light.yaml}"), ("[parts/box.yaml]", "{box: parts/box.yaml}"))
    assert set(scenario(tmp_path, *edits).machines) == {"box"}


def test_a_record_is_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "box.json").write_text("{}")
    held = scenario(tmp_path, ("records: {box: null}", "records: {box: box.json}"))
    assert held.machines["box"].record == str(tmp_path / "box.json")
    assert "box.json" in held.files


def test_a_machine_with_a_record_needs_no_published_fractions(tmp_path: Path) -> None:
    (tmp_path / "box.json").write_text("{}")
    plan = edited(PLAN, "records: {box: null}", "records: {box: box.json}")
    assert read(write(tmp_path, plan=plan, box=edited(BOX, "  spmv: 0.05\n", ""))).machines["box"].record


def test_budgets(trio: Scenario) -> None:
    yearly, running, whole = trio.budgets
    assert (yearly.limits, yearly.scope) == ((100, 120, 150), Scope())
    assert running.scope == Scope(("node",), ("a", "b"), (2027, 2028))
    assert running.limits == pytest.approx((100, 110))
    assert (running.carry_over_interest, running.price, running.kinds) == (0.02, 0.5, ("opex", "energy"))
    assert (whole.period, whole.limits, whole.carry_over_interest) == ("total", (300,), None)


def test_rules(trio: Scenario) -> None:
    cover, share, most = trio.rules
    assert (cover.sense, cover.each, cover.limit, cover.per_10k_people) == ("floor", "region", 10, True)
    assert cover.scope == Scope(("station",), ("c",))
    assert (share.limit, share.share_of, share.scope.regions) == (0.6, Scope(), ("a", "b"))
    assert (most.limit, most.scope.years, most.price) == (200, (2026,), 1)
    assert trio.growth_limits[0].assets == ("station", "node")


def test_elasticities_name_every_factor(tmp_path: Path) -> None:
    held = scenario(tmp_path, ("beta: {network: 0.2, compute: 0.3, talent: 0.4}", "beta: {talent: 0.4}"))
    assert held.elasticity_sets[0].beta == {"network": 0, "compute": 0, "talent": 0.4}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{mode: continue}", Tail("continue", 17, 6)),
        ("{mode: continue, years: 4}", Tail("continue", 4, 4)),
        ("{mode: continue, years: 20, points: 3}", Tail("continue", 20, 3)),
        ("{mode: salvage}", Tail("salvage", 0, 0)),
        ("{mode: none}", Tail("none", 0, 0)),
    ],
)
def test_tail(tmp_path: Path, text: str, expected: Tail) -> None:
    assert scenario(tmp_path, ("tail: {mode: continue}", f"tail: {text}")).tail == expected


def test_a_bare_plan_without_optional_parts(tmp_path: Path) -> None:
    lines = edited(PLAN, "electricity: {column: power, growth: 5 %, share: 2 %}\n", "").splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line == "budgets:\n")
    held = read(write(tmp_path, plan="".join(lines[:start])))
    assert (held.budgets, held.rules, held.growth_limits, held.sources, held.electricity) == ((), (), (), (), None)


def test_reading_does_not_depend_on_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path)
    monkeypatch.chdir(tmp_path)
    one, other = read("plan.yaml"), read(path)
    for field in dataclasses.fields(Scenario):
        np.testing.assert_equal(str(getattr(one, field.name)), str(getattr(other, field.name)))


def test_tiny() -> None:
    tiny = read(CONFIGS / "tiny" / "plan.yaml")
    assert [(r.id, r.population_10k, r.innovation) for r in tiny.regions] == [("north", 300, 30), ("south", 100, 10)]
    assert [(a.id, a.capex.value, a.life_years.value) for a in tiny.assets] == [("mast", 2, 1), ("server", 5, 1)]
    assert (tiny.assets[1].capex.low, tiny.assets[1].capex.high) == (4, 6)
    assert (tiny.budgets[0].limits, tiny.years, tiny.tail) == ((100, 100), (2026, 2027), Tail("none", 0, 0))
    assert tiny.geography.distance_km.tolist() == [[0, 500], [500, 0]]
    assert list(tiny.files) == ["distance_km.csv", "plan.yaml", "regions.csv"]


@pytest.mark.parametrize("name", ["plan", "plan_proportional"])
def test_china(name: str) -> None:
    china = read(CONFIGS / "china" / f"{name}.yaml")
    assert len(china.regions) == 31
    assert china.notices == ()
    assert all(asset.base_stock.shape == (31,) for asset in china.assets)
    assert all(
        held.place or held.source == "default" for asset in china.assets for held in (asset.capex, asset.life_years)
    )
