"""Rules of the config as rows of weights: each weight by hand."""

from __future__ import annotations

import numpy as np
import pytest

from planner.instance import build_instance
from planner.policies import policies, policy_rows
from planner.scenario import Rule, Scope
from planner.sheets import PolicyRow
from planner.solving import solve
from tests.planner.toys import trading
from tests.planner.verify_cases import rule

MASTS, SERVERS = Scope(("mast",)), Scope(("server",))


def rows(*rules: Rule) -> tuple[PolicyRow, ...]:
    return policy_rows(build_instance(trading(rules=rules)))


def test_one_row_per_year_of_the_nation_or_of_each_region():
    nation = rule("a", "floor", "stock", 5.0, MASTS)
    each = rule("b", "cap", "order", 5.0, Scope(("mast",), ("south",), (2027,)), each="region")
    found = rows(nation, each)
    assert [(row.rule.id, row.region, row.year) for row in found] == [("a", None, 0), ("a", None, 1), ("b", 1, 1)]


def test_stocks_count_in_units_divided_by_the_limit():
    row = rows(rule("a", "floor", "stock", 5e3, MASTS))[0]
    assert (row.limit, row.scale, row.on_stock) == (1.0, 5e3, True)
    np.testing.assert_allclose(row.weights(on_stock=True), [[0.2, 0, 0, 0]] * 2)
    np.testing.assert_allclose(row.part, [[1e3, 0, 0, 0]] * 2)


def test_a_limit_of_nothing_is_not_divided():
    row = rows(rule("none", "cap", "order", 0.0, Scope(("server",), ("north",))))[0]
    assert (row.limit, row.scale) == (0.0, 1.0)
    assert row.weights(on_stock=False)[0].tolist() == [0.0, 0.0, 1e4, 0.0]
    assert not row.weights(on_stock=False)[1].any()


def test_money_counts_by_the_price_of_the_year():
    found = rows(rule("a", "cap", "capex", 100.0, SERVERS))
    np.testing.assert_allclose([row.part[0, 2] for row in found], 650 * 0.85 ** np.array([1.0, 2.0]))


def test_a_limit_per_head_counts_the_people_of_its_regions():
    per_head = {"per_10k_people": True}
    nation, south = (
        rule("a", "floor", "stock", 25.0, MASTS, **per_head),
        rule("b", "floor", "stock", 25.0, Scope(("mast",), ("south",)), **per_head),
    )
    each = rule("c", "floor", "stock", 25.0, MASTS, each="region", **per_head)
    limits = {(row.rule.id, row.region): row.limit * row.scale for row in rows(nation, south, each)}
    assert limits == {("a", None): 1e4, ("b", None): 2.5e3, ("c", 0): 7.5e3, ("c", 1): 2.5e3}


def test_a_share_weighs_the_part_against_the_whole():
    row = rows(rule("a", "cap", "order", 0.3, Scope(("mast", "server"), ("north",)), share_of=Scope()))[0]
    unscaled = row.weights(on_stock=False) * row.scale
    np.testing.assert_allclose(unscaled[0], [0.7e3, -0.3, 0.7e4, -0.3e4])
    np.testing.assert_allclose(unscaled[1], [-0.3e3, -0.3, -0.3e4, -0.3e4])
    assert (row.limit, row.share) == (0.0, 0.3)


def test_a_share_scaled_by_population_is_that_of_the_regions_people():
    found = rows(rule("a", "floor", "stock", 0.8, MASTS, each="region", share_of=MASTS, scaled_by="population"))
    assert [row.share for row in found[:2]] == pytest.approx([0.8 * 300 / 400, 0.8 * 100 / 400])


def test_the_people_of_a_whole_are_those_of_its_regions():
    only = Scope(("mast",), ("south",))
    found = rows(rule("a", "floor", "stock", 0.8, only, each="region", share_of=only, scaled_by="population"))
    assert found[0].share == pytest.approx(0.8)


def test_entries_are_the_nonzero_weights():
    found = policies(
        build_instance(
            trading(rules=(rule("a", "floor", "stock", 1.0, MASTS), rule("b", "cap", "order", 1.0, SERVERS)))
        )
    )
    assert found.stocks.row.tolist() == [0, 0, 1, 1]
    assert found.stocks.region.tolist() == [0, 1, 0, 1]
    assert set(found.stocks.asset) == {0}
    assert found.orders.row.tolist() == [2, 2, 3, 3]
    assert found.orders.weight.tolist() == [1e4] * 4


def test_without_rules_there_is_nothing():
    found = policies(build_instance(trading()))
    assert found.rules == ()
    assert len(found.stocks.row) == len(found.orders.weight) == 0


def test_rules_do_what_they_say():
    """At least 70 % of server orders in the south, at most 600 million a year on servers."""
    south = rule("south", "floor", "order", 0.7, Scope(("server",), ("south",)), share_of=SERVERS)
    money = rule("money", "cap", "capex", 600.0, SERVERS)
    plan = solve(trading(rules=(south, money)))
    servers = [row for row in plan.tables["orders"].records() if row["asset"] == "server"]
    for year in (2026, 2027):
        ordered = {row["region"]: row["units"] for row in servers if row["year"] == year}
        assert ordered["south"] >= 0.7 * sum(ordered.values()) - 1e-3
        assert sum(row["capex_million"] for row in servers if row["year"] == year) <= 600.0 + 1e-3
    told = {
        (row["rule"], row["year"]): row for row in plan.tables["rules"].records() if row["kind"] in ("floor", "cap")
    }
    assert told["money", 2026]["value"] == pytest.approx(600.0)
    assert told["money", 2026]["status"] == "binding"
    assert told["money", 2026]["price"] > 0.0


def test_the_price_of_a_rule_is_what_more_room_gains():
    def at(limit: float) -> object:
        return solve(trading(gap=1e-7, rules=(rule("money", "cap", "capex", limit, SERVERS),)))

    price = sum(row["price"] for row in at(600.0).tables["rules"].records() if row["rule"] == "money")
    gain = (at(620.0).summary["bounds"]["lower"] - at(580.0).summary["bounds"]["lower"]) / 40.0
    assert price == pytest.approx(gain, rel=0.05)


def test_a_rule_with_a_price_is_missed_where_that_is_cheaper():
    """All masts a budget can buy are fewer than the floor: hard, it is infeasible; with a price, it is missed."""
    dream = rule("dream", "floor", "stock", 1e9, MASTS, price=1e-3)
    found = [r for r in solve(trading(rules=(dream,))).tables["rules"].records() if r["rule"] == "dream"]
    assert all(row["shortfall"] == pytest.approx(row["limit"] - row["value"]) for row in found)
    assert all(row["status"] == "missed" for row in found)
