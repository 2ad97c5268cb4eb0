"""Infeasible scenarios: the rows that are named, and by how much they have to give way, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.instance import build_instance
from planner.scenario import Growth, Scenario, Scope, Supply
from planner.solve.explain import cheapest_relaxation, explain, row_sizes
from planner.solve.live import InfeasibleError
from planner.solving import program_of, solve
from tests.planner.toys import budget, given, tiny, trading
from tests.planner.verify_cases import MASTS, SERVERS, rule

FIRST = replace(MASTS, years=(2026,))


def told(scenario: Scenario) -> list[str]:
    with pytest.raises(InfeasibleError):
        solve(scenario)
    first, *lines = explain(scenario, program_of).splitlines()
    assert first == "no plan exists; the cheapest repair:"
    return [line.strip() for line in lines]


def test_a_floor_that_money_cannot_reach():
    """100 million buy 50 masts at 2 million."""
    assert told(tiny(rules=(rule("many", "floor", "stock", 100.0, FIRST),))) == [
        "floor many:nation:2026 would have to give way by 50 mast (50.0%)"
    ]


def test_a_floor_in_every_region_names_the_regions():
    """60 masts each are 240 million: the cheapest repair leaves 140 million of them out, relative to each floor."""
    lines = told(tiny(rules=(rule("many", "floor", "stock", 60.0, FIRST, each="region"),)))
    short = sum(float(line.split("by ")[1].split(" mast")[0]) for line in lines)
    assert {line.split()[1] for line in lines} <= {"many:north:2026", "many:south:2026"}
    assert short == pytest.approx(70.0)


def test_money_rules_count_in_money():
    money = rule("money", "floor", "capex", 150.0, replace(MASTS, years=(2027,)))
    assert told(tiny(rules=(money,))) == ["floor money:nation:2027 would have to give way by 50 million CNY (33.3%)"]


def test_a_budget_below_what_stands_already():
    """Upkeep of the base stock in 2026 with nothing ordered, less the million granted."""
    short = trading(
        electricity=None,
        budgets=(trading().budgets[0], budget(1.0, id="operation", kinds=("opex", "energy"))),
    )
    found = build_instance(short)
    running = (found.costs.opex + found.costs.energy) * found.base_stock + found.costs.base_energy
    lines = {line.split(" would")[0]: line for line in told(short)}
    amount = running[:, :, 0].sum() - 1.0
    assert f"by {amount:,.6g} million CNY" in lines["yearly budget operation:2026"]
    assert "budget for upkeep after the last year operation:2028" in lines


def test_a_total_budget_is_named_where_it_is_the_cheapest_to_change():
    """A million for halls against three floors that each ask for all that it could buy: 1 MW at 30 million."""
    floors = tuple(rule(f"f{k}", "floor", "order", 1.0, Scope(("hall",), (), (2026,))) for k in range(40))
    total = replace(budget(1.0), period="total", limits=(10.0,), scope=Scope(("hall",)))
    other = replace(budget(1e3, id="other"), scope=Scope(("mast", "server", "link")))
    lines = told(trading(rules=floors, budgets=(total, other)))
    assert lines == ["total budget programme would have to give way by 20 million CNY (200.0%)"]


def test_growth_that_is_too_slow():
    """14,400 masts are left in 2026 and 1,600 may be added; a cap of the same rule would have to give way less."""
    slow = Growth("slow", ("mast",), 0.1, 0.0, "by hand", "")
    lines = told(trading(growth_limits=(slow,), rules=(rule("masts", "floor", "stock", 3e4, FIRST),)))
    assert lines == ["floor masts:nation:2026 would have to give way by 14,000 mast (46.7%)"]
    few = told(trading(growth_limits=(slow,), rules=(rule("masts", "floor", "stock", 16.1e3, FIRST),)))
    assert few == ["floor masts:nation:2026 would have to give way by 100 mast (0.6%)"]


def test_a_growth_limit_that_is_cheaper_to_change_than_a_floor():
    """A floor on every region and year: one growth row stands against many floors of a small excess."""
    slow = Growth("slow", ("mast",), 0.0, 0.1, "by hand", "")
    floor = rule("masts", "floor", "stock", 10_700.0, Scope(("mast",), ("north",)))
    lines = told(trading(growth_limits=(slow,), rules=(floor,)))
    assert lines
    assert all(line.startswith(("floor masts", "growth limit north,slow:mast")) for line in lines)


def test_staff_that_is_missing():
    """Staff stays at what 130,000 servers need; 500,000 are asked."""
    nobody = Supply(np.zeros(2), given(0.0), given(1.0))
    lines = told(trading(staff=nobody, rules=(rule("servers", "floor", "stock", 5e5, SERVERS),)))
    assert "floor servers:nation:2026 would have to give way by 370,000 server (74.0%)" in lines


def test_rules_that_contradict_each_other():
    low, high = rule("low", "floor", "order", 10.0, FIRST), rule("high", "cap", "order", 5.0, FIRST)
    lines = told(tiny(rules=(low, high)))
    assert lines == ["floor low:nation:2026 would have to give way by 5 mast (50.0%)"]


@pytest.mark.parametrize(
    ("name", "unit", "size"),
    [
        ("computing_is_within_power_headroom", "GWh", 1.0),
        ("staff_is_enough", "FTE", 1.0),
        ("halls_house_the_machines", "MW", 1.0),
        ("traffic_is_within_bandwidth", "Gbit/s km", 8e3),
    ],
)
def test_physical_limits_in_their_units(name: str, unit: str, size: float, monkeypatch: pytest.MonkeyPatch):
    """Servers that must stand, and traffic that must pass, against one limit alone that may give way."""
    nobody = Supply(np.zeros(2), given(0.0), given(1.0))
    scenario = trading(rules=(rule("servers", "floor", "stock", 5e5, SERVERS),), budgets=(budget(1e9),), staff=nobody)
    monkeypatch.setattr("planner.solve.explain.NEGOTIABLE", {name: "limit"})
    program = program_of(build_instance(scenario))
    for other in PHYSICAL - {name}:
        program.row_upper[program.rows[other].indices.ravel()] = np.inf
    if name == "traffic_is_within_bandwidth":
        program.row_upper[program.rows[name].indices.ravel()] = -100.0
        program.upper[program.variables["order"].indices[:, 3].ravel()] = 0.0
    if name == "halls_house_the_machines":
        program.upper[program.variables["order"].indices[:, 1].ravel()] = 0.0
    text = explain(scenario, lambda _: program)
    found = cheapest_relaxation(program)[0]
    assert f"limit {found.name} would have to give way by {found.amount * size:,.6g} {unit} (" in text


PHYSICAL = {
    "computing_is_within_power_headroom",
    "staff_is_enough",
    "halls_house_the_machines",
    "traffic_is_within_bandwidth",
}


def test_many_rows_are_counted_not_listed():
    regions: dict[str, Any] = {"each": "region"}
    floors = tuple(rule(f"f{k}", "floor", "stock", 1e3 * (k + 1), MASTS, **regions) for k in range(5))
    lines = told(tiny(rules=floors))
    assert len(lines) == 13
    assert lines[-1].startswith("and ")


def test_balances_that_contradict_each_other_are_said_to():
    program = program_of(build_instance(tiny()))
    program.upper[program.variables["stock"].indices.ravel()] = -1.0
    program.lower[program.variables["stock"].indices.ravel()] = -1.0
    assert explain(tiny(), lambda _: program).startswith("no plan exists, and no change of budgets")


def test_the_size_of_a_row_is_its_limit_or_its_largest_coefficient():
    program = program_of(build_instance(tiny()))
    sizes = row_sizes(program)
    assert sizes[program.rows["spending_is_within_budget"].indices].tolist() == [0.1, 0.1]
    assert sizes[program.rows["level_is_what_is_supplied"].indices].ravel() == pytest.approx([50.0] * 8)
