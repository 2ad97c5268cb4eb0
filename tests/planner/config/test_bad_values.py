"""Every class of wrong input: one problem, at the exact place, with value, expectation and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.config import ConfigError, read
from tests.planner.config.plans import LIGHT, PLAN, REGIONS, complaint_of, complaints, edited, write

CASES = [
    # stem, passage, what takes its place (§ marks the place), path, message and remedy
    ("plan", "capex: 200 万元", "capex: §3 kW", "assets.node.capex",
     "value '3 kW' has unit kW; expected money (CNY, 万元, 亿元, million CNY); write e.g. \"0.6 million CNY\""),
    ("plan", "capex: 200 万元", "capex: §-200 万元", "assets.node.capex",
     "value '-200 万元' is negative; expected at least 0; write e.g. \"0.6 million CNY\""),
    ("plan", "350 CNY/MWh", "§-0.1 CNY/kWh", "regions.energy_price",
     "value '-0.1 CNY/kWh' is negative; expected at least 0; write e.g. \"0.35 CNY/kWh\""),
    ("plan", "350 CNY/MWh", "§350 CNY/MWH", "regions.energy_price",
     "value '350 CNY/MWH' has unit CNY/MWH; expected price (CNY/kWh, CNY/MWh, 元/度); did you mean 'CNY/MWh'?"),
    ("plan", "190000 CNY/station", "§190000 CNY/rack", "assets.station.capex.central",
     "value '190000 CNY/rack' has unit CNY/rack; expected money (CNY, 万元, 亿元, million CNY); "
     'write e.g. "0.6 million CNY"'),
    ("plan", "power_kw: 2.7 kW", "§powr_kw: 2.7 kW", "assets.station.powr_kw",
     "unknown key 'powr_kw'; did you mean 'power_kw'?"),
    ("plan", "units_per_unit: 4", "§unit_per_unit: 4, units_per_unit: 4", "assets.node.housed_in.unit_per_unit",
     "unknown key 'unit_per_unit'; did you mean 'units_per_unit'?"),
    ("plan", "low: 3 %,", "§lo: 3 %,", "discount_rate.lo", "unknown key 'lo'; did you mean 'low'?"),
    ("plan", "class: compute", "class: §computing", "assets.node.class",
     "value 'computing' is not one of network, information_service, compute, key_information; "
     "did you mean 'compute'?"),
    ("plan", "objective: total", "objective: §totl", "objective",
     "value 'totl' is not one of total, proportional, max_min, leximin, sen; did you mean 'total'?"),
    ("plan", "currency: CNY", "currency: §dollars", "currency",
     "value 'dollars' is not a currency code; write three capital letters, e.g. CNY or USD"),
    ("plan", "energy_price: 350 CNY/MWh", "energy_price: §11 cents/kWh", "regions.energy_price",
     "value '11 cents/kWh' is in USD, but the plan counts in CNY; "
     "write it in CNY; convert it first, and state the rate in its source"),
    ("plan", "last: 2028", "last: §2028.5", "years.last", "value 2028.5 is not a whole number; write a whole number"),
    ("plan", "integer: true", "integer: §yes", "assets.station.integer", "value 'yes' is not true or false; "
     "write true or false"),
    ("plan", "served_by: [node]\n    mix: light\n    base: 300", "served_by: §node\n    mix: light\n    base: 300",
     "demand.factory.served_by", "value 'node' is not a list; write it in brackets: [...]"),
    ("plan", "served_by: [node]\n    mix: light\n    base: 300", "served_by: §[]\n    mix: light\n    base: 300",
     "demand.factory.served_by", "the list is empty; name at least one"),
    ("plan", "tail: {mode: continue}", "tail: §continue", "tail", "value 'continue' is not keys with values; "
     "write keys with values"),
    ("plan", "years: {base: 2025", "years: §{base: 2030", "years",
     "years 2030, 2026, 2028 are not in order; write base < first <= last"),
    ("plan", "{value: 1 ms, low: 0.5 ms", "§{value: 1 ms, low: 3 ms", "geography.delay_offset",
     "low, value and high are not in order: [3.0, 1.0, 2.0]; write low <= value <= high"),
    ("plan", "{value: 1 ms, low: 0.5 ms", "§{low: 0.5 ms", "geography.delay_offset",
     "expected either the key 'value' or 'central'; write {value: ..., low: ..., high: ...}"),
    ("plan", "{column: stations}", "§{column: stations, value: 1}", "assets.station.base_stock",
     "expected either 'column' or 'value'; write {column: NAME} or {value: 0}"),
    ("plan", "{id: hubs, name: Hubs, column: hub, equals: 1}", "§{id: hubs, name: Hubs, column: hub}", "groups.hubs",
     "expected 'regions', or 'column' with one of 'equals', 'not_equals', 'in', 'at_least', 'at_most'; "
     "write e.g. regions: [north, south] or column: macro_region, equals: east"),
    ("plan", "  - id: central\n    name: Central\n    beta: {network: 0.2",
     "  - §id: central\n    name: Central\n    beta: {network: 0.4", "elasticity_sets.central",
     "the elasticities sum to 1.1, which is not concave; let them sum to at most 1"),
    ("plan", "{from: 2027, to: 2028}", "§{from: 2028, to: 2027}", "budgets.running.scope.years",
     "from 2028 to 2027 holds no year; write from <= to"),
    ("plan", "limit: {first: 100, growth", "limit: §{growth", "budgets.running.limit.first",
     "the key 'first' is missing; add first: ..."),
    ("plan", "2027: 120, 2028", "2027: §120 kW, 2028", "budgets.yearly.limit.2027",
     "value '120 kW' has unit kW; expected money (CNY, 万元, 亿元, million CNY); write e.g. \"0.6 million CNY\""),
    ("plan", "limit: 3 亿元, source: ministry", "limit: §3 亿, source: ministry", "budgets.whole.limit",
     "value '3 亿' has unit 亿; expected money (CNY, 万元, 亿元, million CNY); did you mean '亿元'?"),
    ("plan", "limit: 60 %", "limit: §60 km", "rules.share.limit",
     "value '60 km' has unit km; expected share (0 to 1, or %); write e.g. \"5 %\""),
    ("plan", "limit: 60 %", "limit: §many", "rules.share.limit",
     "value 'many' is not a quantity; write a number, a share or money"),
    ("plan", "scaled_by: null", "scaled_by: §people", "rules.share.scaled_by",
     "value 'people' is not one of population; choose one of: population"),
    ("box", "spmv: 0.05", "spmv: §5", "fraction_of_peak.spmv",
     "value 5 is too large; expected share (0 to 1, or %); write e.g. \"5 %\""),
    ("box", "fp32: 60 TFLOPS", "fp32: §60 TB/s", "peak_tflops.fp32",
     "value '60 TB/s' has unit TB/s; expected peak speed (TFLOPS, PFLOPS); write e.g. \"312 TFLOPS\""),
    ("plan", "id: trio", "id: §3", "id", "value 3 is a number; expected text; write '3' in quotes"),
    ("plan", "id: trio", "id: §my plan", "id",
     "value 'my plan' is not an id; use letters, digits, '-' and '_', no spaces, dots, '/' or '='"),
    ("plan", "title: Three regions", 'title: §""', "title", "value '' is not text (it is empty); write some text"),
    ("plan", "base: 2025", "base: §25", "years.base",
     "value 25 is too small; expected at least 1900; write at least 1900"),
    ("plan", "tail: {mode: continue}", "tail: {mode: continue, points: §1000}", "tail.points",
     "value 1000 is too large; expected at most 200; write at most 200"),
    ("plan", "limit: {2026: 1 亿元", "limit: {§half: 1, 2026: 1 亿元", "budgets.yearly.limit.half",
     "value 'half' is not a whole number; write a whole number"),
    ("plan", "equals: 1}", "equals: §[1]}", "groups.hubs.equals",
     "value [1] is not what a table cell can hold; write text or a number"),
    ("plan", "{id: whole, name: Whole", "§{carry_over: {}, id: whole, name: Whole", "budgets.whole",
     "'carry_over' goes with 'period: year' only; take carry_over out"),
    ("plan", "{id: whole, name: Whole, kinds: [capex], period: total, limit: 3 亿元",
     "§{id: whole, name: Whole, kinds: [capex], period: total, limit: {2026: 1}", "budgets.whole",
     "'period: total' takes one amount as limit; write one amount of money"),
    ("plan", "{id: most, name: Most", "§{scaled_by: population, id: most, name: Most", "rules.most",
     "'scaled_by' goes with 'share_of' only; add share_of or take scaled_by out"),
    ("plan", "id: share\n    name: Share", "§id: share\n    per_10k_people: true\n    name: Share", "rules.share",
     "'per_10k_people' does not go with 'share_of'; take one of them out"),
    ("plan", "id: factory\n    name: Factories\n    link: production\n    feeds: compute\n    delay_limit: 5 ms\n"
     "    served_by: [node]\n    mix: light\n    base: 300 PFLOPS\n    growth: 20 %/year\n"
     "    drivers: [{column: output, share: 0.75}",
     "§id: factory\n    name: Factories\n    link: production\n    feeds: compute\n    delay_limit: 5 ms\n"
     "    served_by: [node]\n    mix: light\n    base: 300 PFLOPS\n    growth: 20 %/year\n"
     "    drivers: [{column: output, share: 0.7}", "demand.factory",
     "the shares of the drivers sum to 0.95; expected 1; make them sum to 1"),
    ("plan", "tile: [x, y]", "tile: §[x]", "regions.tile", "1 columns; expected 2; write [COLUMN_OF_X, COLUMN_OF_Y]"),
    ("plan", "tile: [x, y]", "tile: [x, §3]", "regions.tile.1",
     "value 3 is a number; expected text; write '3' in quotes"),
    ("plan", "name: Node\n", "name: §{a: [1]}\n", "assets.node.name", "value {\"a\": [1]} is not text; write text"),
    ("plan", "seed: 0.01", "seed: §true", "growth_limits.steady.seed",
     "value true is not a quantity; expected a number; write e.g. 1.0"),
    ("plan", "spillover: 0.1", "spillover: §1", "elasticity_sets.central.spillover",
     "value 1 is too large; expected a number (0 to less than 1); write e.g. \"0.1\""),
    ("plan", "share: 2 %}", "share: §200 %}", "electricity.share",
     "value '200 %' is too large; expected share (0 to 1, or %); write e.g. \"5 %\""),
]  # fmt: skip


def test_a_plan_in_dollars_is_read_as_one_in_yuan(tmp_path: Path) -> None:
    """The same numbers in another currency give the same scenario; no word of money is particular to yuan."""
    write(tmp_path / "yuan")
    text = re.sub(r"([\d.]+) 亿元", lambda amount: f"{100 * float(amount[1]):g} million CNY", PLAN)
    text = re.sub(r"(\d+) 万元", lambda amount: f"{int(amount[1]) / 100:g} million CNY", text).replace("CNY", "USD")
    write(tmp_path / "dollars", plan=text)
    yuan, dollars = (read(tmp_path / name / "plan.yaml") for name in ("yuan", "dollars"))
    assert (yuan.currency, dollars.currency) == ("CNY", "USD")
    assert [asset.capex.value for asset in dollars.assets] == [asset.capex.value for asset in yuan.assets]
    assert [b.limits for b in dollars.budgets] == [b.limits for b in yuan.budgets]
    assert dollars.regions == yuan.regions


@pytest.mark.parametrize(("stem", "old", "new", "path", "message"), CASES)
def test_wrong_value(tmp_path: Path, stem: str, old: str, new: str, path: str, message: str) -> None:
    place, found = complaint_of(tmp_path, stem, old, new)
    assert found == [f"{place}: {path}: {message}"]


MISSING = [
    ("  - id: hall\n    class: key_information\n", "  - id: hall\n", "assets.hall.class"),
    ("    unmet_price: 0\n", "", "demand.training.unmet_price"),
    ("objective: total\n", "", "objective"),
]


@pytest.mark.parametrize(("old", "new", "path"), MISSING)
def test_missing_key_is_reported_at_what_lacks_it(tmp_path: Path, old: str, new: str, path: str) -> None:
    lines = edited(PLAN, old, new).splitlines()
    item = path.split(".")[1] if "." in path else ""
    expected = next(f"{n}:5" for n, line in enumerate(lines, 1) if line == f"  - id: {item}") if item else "1:1"
    found = complaints(write(tmp_path, plan="\n".join(lines)))
    key = path.split(".")[-1]
    assert found == [f"plan.yaml:{expected}: {path}: the key {key!r} is missing; add {key}: ..."]


def test_null_counts_as_not_given(tmp_path: Path) -> None:
    found = complaints(write(tmp_path, plan=edited(PLAN, "objective: total", "objective:")))
    assert found == ["plan.yaml:10:1: objective: the key 'objective' is missing; add objective: ..."]


BAD_REGIONS = """\
id,name,name_zh,people,patents,x,y,cost,pue,hub,side
a,A,A,-1,1,0,0,1,1.2,1,sea
b,B,B,1,x,0,0,1,1.2,1,plain
c,C,C,1,1,0,0,1,1.2,1,plain
"""


def test_all_problems_at_once_sorted_by_file_and_line(tmp_path: Path) -> None:
    plan = edited(PLAN, "objective: total", "objective: best")
    plan = edited(plan, "life: 15 years", "life: 15 km")
    plan = edited(plan, "regions: [c]}", "regions: [d]}")
    plan = edited(plan, "column: racks", "column: rack")
    plan = edited(plan, "mixes: [parts/light.yaml]", "mixes: [parts/lite.yaml]")
    found = complaints(write(tmp_path, plan=plan, regions=BAD_REGIONS))
    starts = [line.split(": ")[0] + " " + line.split(": ")[1] for line in found]
    assert starts == [
        "plan.yaml:10:12 objective",
        "plan.yaml:71:11 assets.hall.life",
        "plan.yaml:112:9 mixes.0",
        "plan.yaml:133:42 rules.cover.scope.regions.0",
        "regions.csv:2:7 people",
        "regions.csv:3:9 patents",
    ]


def test_missing_parts_do_not_hide_other_problems(tmp_path: Path) -> None:
    plan = edited(PLAN, "discount_rate: {value: 5 %", "discount_rate: {value: 5 kg")
    plan = edited(plan, "energy_price: 350 CNY/MWh", "energy_price: 350")
    plan = edited(plan, "energy_price: 350", "energy_cost: 350")
    plan = edited(plan, "feeds: compute\n    delay_limit: none", "feeds: computing\n    delay_limit: none")
    found = [line.split(": ")[1] for line in complaints(write(tmp_path, plan=plan))]
    assert found == ["discount_rate.value", "regions.energy_price", "regions.energy_cost", "demand.training.feeds"]


ODD = (
    "null",
    "true",
    "-1",
    "0",
    "x",
    "[]",
    "{}",
    "[1, 2]",
    "{a: 1}",
    "3 kW",
    "1e400",
    "[{id: a}]",
    "{2026: 1}",
    ": {",
    "'",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_mutilated_plan_gives_a_scenario_or_problems_with_places(tmp_path: Path, data: st.DataObject) -> None:
    lines = PLAN.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    cut = data.draw(st.integers(0, len(lines[at])))
    lines[at] = lines[at][:cut] + data.draw(st.sampled_from(ODD))
    path = write(tmp_path, plan="\n".join(lines))
    try:
        read(path)
    except ConfigError as error:
        broken = [problem for problem in error.problems if not problem.line or not problem.column]
        assert broken == []


def test_shares_of_a_mix_that_are_not_whole(tmp_path: Path) -> None:
    assert complaints(write(tmp_path, light=edited(LIGHT, "spmv: 25 %", "spmv: 26 %"))) == [
        "parts/light.yaml:1:1: the shares of the kernels sum to 1.01; expected 1; make them sum to 1"
    ]


def test_truth_in_a_table(tmp_path: Path) -> None:
    regions = REGIONS.replace(",1,sea", ",true,sea").replace(",0,sea", ",false,sea").replace(",1,plain", ",false,plain")
    held = read(write(tmp_path, plan=edited(PLAN, "equals: 1", "equals: true"), regions=regions))
    assert held.groups[1].members == ("a",)
