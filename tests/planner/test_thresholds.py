"""Thresholds against every choice there is, and what must hold whatever the choice."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.config import read
from planner.config.problems import ConfigError
from planner.instance import build_instance
from planner.nest import Nest
from planner.objective import Objective, objective_named
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solving import solve
from planner.thresholds import bonus_beta, fits
from planner.verify import verify
from planner.verify.thresholds import CHECKS
from tests.planner.fact_cases import facts_of, with_facts
from tests.planner.solve.test_integers import whole
from tests.planner.toys import threshold, tiny, trading
from tests.planner.verify_cases import changed, problems, rich, ruled

CONFIG = Path(__file__).parents[2] / "configs" / "tiny" / "plan.yaml"
PEOPLE, BONUS = np.array([0.75, 0.25]), 0.1

# Masts of the base year: 2; so a level per head of `at_least` takes 2 * at_least * PEOPLE masts.
MASTS_EACH = 2.0 * PEOPLE


def solved(scenario: Scenario) -> Plan:
    plan = solve(scenario)
    assert problems(verify(scenario, plan)) == []
    assert plan.summary["status"] == "optimal"
    return plan


def lower(plan: Plan) -> float:
    return float(plan.summary["bounds"]["lower"])


def there(plan: Plan) -> dict[tuple[str, int], int]:
    return {(row["region"], row["year"]): row["reached"] for row in plan.tables["thresholds"].records()}


def index(masts: float, servers: float, counts: int) -> float:
    return float(masts**0.3 * servers**0.1 * (1 + BONUS) ** counts)


def worth(objective: str | Objective, indexes: list[float]) -> float:
    """Welfare of a year in which regions differ by their index alone."""
    asked = objective_named(objective) if isinstance(objective, str) else objective
    values = np.array(indexes)
    if asked.measure == "sen":
        return float(np.outer(PEOPLE, PEOPLE).ravel() @ np.minimum.outer(values, values).ravel())
    if asked.alpha == 1.0:
        return float(PEOPLE @ np.log(values))
    if asked.alpha == 0.0:
        return float(PEOPLE @ values)
    return float((PEOPLE @ values ** (1 - asked.alpha) - 1) / (1 - asked.alpha))


def best_year(objective: str | Objective, at_least: float, money: float) -> tuple[float, tuple[int, ...]]:
    """The best of all choices of regions that reach the threshold, and which it is."""
    found = [(_best_split(objective, z, at_least, money), z) for z in product((0, 1), repeat=2)]
    return max(found)


def _best_split(objective: str | Objective, counts: tuple[int, ...], at_least: float, money: float) -> float:
    """Over the money of the north by golden section; inside a region three quarters go to masts, or what is needed."""
    needed = 2.0 * at_least * MASTS_EACH * np.array(counts)
    least = needed[0] + 1e-6, money - needed[1] - 1e-6

    def value(north: float) -> float:
        indexes = []
        for paid, due, z in zip((north, money - north), needed, counts, strict=True):
            masts = max(0.75 * paid, due)
            indexes.append(index(masts / 2.0, (paid - masts) / 5.0, z))
        return worth(objective, indexes)

    if least[0] >= least[1]:
        return -np.inf
    low, high = least
    for _ in range(120):
        third = (high - low) * 0.381966
        low, high = (low, high - third) if value(low + third) > value(high - third) else (low + third, high)
    return value((low + high) / 2)


@pytest.mark.parametrize(
    "objective", ["total", "proportional", "sen", Objective(alpha=0.5), Objective(alpha=3.0)], ids=str
)
@pytest.mark.parametrize("at_least", [4.0, 13.0, 24.0, 40.0])
def test_the_best_of_all_choices_is_found(objective: Any, at_least: float):
    plan = solved(tiny(objective=objective, gap=1e-6, thresholds=(threshold(at_least, BONUS),)))
    best, counts = best_year(objective, at_least, 100.0)
    assert lower(plan) == pytest.approx(best, abs=2e-6)
    assert plan.summary["bounds"]["upper"] >= best - 1e-9
    shown = there(plan)
    assert {(shown["north", year], shown["south", year]) for year in (2026, 2027)} == {counts}


@pytest.mark.parametrize("objective", ["total", "proportional"])
def test_with_whole_modules_as_well(objective: str):
    """22 million a year; the threshold takes four masts in the north, two in the south."""
    at_least, money = 2.4, 22
    found = []
    for servers in product(range(1, 3), repeat=2):
        left = (money - 5 * sum(servers)) // 2
        for north in range(1, left):
            masts = np.array([north, left - north])
            counts = masts >= at_least * MASTS_EACH - 1e-9
            found.append(worth(objective, [index(*one) for one in zip(masts, servers, counts, strict=True)]))
    question = tiny(objective=objective, gap=1e-6, thresholds=(threshold(at_least, BONUS),))
    budgets = tuple(replace(b, limits=(float(money),) * 2) for b in question.budgets)
    plan = solved(whole(replace(question, budgets=budgets), "mast", "server"))
    assert lower(plan) == pytest.approx(max(found), abs=2e-6)


@pytest.mark.parametrize("objective", ["total", "proportional", "max_min"])
@pytest.mark.parametrize("scenario", [tiny, trading, rich, ruled])
def test_every_kind_of_plan_verifies(scenario: Any, objective: str):
    both = (threshold(1.05, 0.05), threshold(1.3, 0.03, "services"))
    solved(scenario(objective=objective, gap=1e-4, thresholds=both))


@pytest.mark.parametrize("objective", ["total", "proportional"])
def test_a_threshold_beyond_reach_changes_nothing(objective: str):
    plain = solved(trading(objective=objective, gap=1e-6))
    plan = solved(trading(objective=objective, gap=1e-6, thresholds=(threshold(1e5, 0.1),)))
    assert lower(plan) == pytest.approx(lower(plain), abs=2e-6)
    assert set(there(plan).values()) == {0}


def test_a_bonus_that_was_there_before_is_no_gain():
    """Both regions start above and stay there."""
    plan = solved(tiny(gap=1e-6, thresholds=(threshold(0.5, BONUS),)))
    assert lower(plan) == pytest.approx(lower(solve(tiny(gap=1e-6))), abs=2e-6)
    assert {row["innovation_factor_ratio"] for row in plan.tables["thresholds"].records()} == {1.0}


def test_who_falls_below_loses_the_bonus():
    """The south starts at twice the national level per head; no money of the plan brings it there again."""
    question = tiny(gap=1e-6, thresholds=(threshold(1.5, BONUS),), objective="total")
    poor = replace(question, budgets=tuple(replace(b, limits=(1.0, 1.0)) for b in question.budgets))
    plan = solved(poor)
    lost = [row for row in plan.tables["thresholds"].records() if row["region"] == "south" and row["year"] == 2027]
    assert lost[0]["innovation_factor_ratio"] == pytest.approx(1 / (1 + BONUS))
    idle = [row["without_plan"] for row in plan.tables["innovation"].records() if row["year"] == 2027]
    assert idle[1] == pytest.approx(10.0 * 1e-9**0.4 / (1 + BONUS))


@settings(max_examples=12, deadline=None)
@given(st.floats(2.1, 50.0), st.floats(0.01, 0.3), st.sampled_from(["total", "proportional"]))
def test_more_bonus_never_gives_less_and_more_to_reach_never_gives_more(at_least: float, bonus: float, objective: str):
    def gained(at: float, more: float) -> float:
        return lower(solved(tiny(objective=objective, gap=1e-5, thresholds=(threshold(at, more),))))

    plain = gained(at_least, bonus)
    assert gained(at_least, 1.2 * bonus) >= plain - 1e-5
    assert gained(1.2 * at_least, bonus) <= plain + 1e-5


def test_the_worst_off_and_a_nest_and_facts():
    mass = (threshold(1.2, 0.05),)
    nest = tuple(replace(e, nest=Nest(("network", "services"), 0.5)) for e in trading().elasticity_sets)
    solved(trading(objective="total", gap=1e-4, thresholds=mass, elasticity_sets=nest))
    plain = trading(objective="total", gap=1e-4, thresholds=mass)
    solved(with_facts(plain, facts_of(plain, solve(plain), 2026, units=0.5)))


def test_where_nothing_depends_on_it_a_threshold_reached_still_counts():
    """The worst-off alone is looked at, yet the other region's bonus stands in the plan."""
    plan = solved(trading(objective="max_min", gap=1e-4, thresholds=(threshold(1.5, 0.05),)))
    assert set(there(plan).values()) == {0, 1}


@pytest.mark.parametrize(
    ("column", "change", "message"),
    [
        ("reached", lambda n: 1 - n, "threshold"),
        ("innovation_factor_ratio", lambda x: x * 1.01, "from what is reached"),
        ("level_per_head_ratio", lambda x: x + 1.0, "from levels and people"),
        ("at_least_ratio", lambda x: x / 2, "the config"),
    ],
)
def test_what_is_told_of_thresholds_is_recomputed(column: str, change: Any, message: str):
    question = tiny(thresholds=(threshold(24.0, BONUS),))
    spoilt = changed(solve(question), "thresholds", column, change, region="north", year=2026)
    assert any(message in one for one in problems(verify(question, spoilt)))


def test_a_bonus_is_one_more_factor():
    found = build_instance(tiny(objective="total", thresholds=(threshold(24.0, BONUS),))).innovation.bonus
    assert found.beta.tolist() == [pytest.approx(0.3)]
    assert (1 + found.jump[0]) ** found.beta[0] == pytest.approx(1 + BONUS)
    np.testing.assert_allclose(found.needed[:, 0], [75.0 * 24.0, 25.0 * 24.0])
    assert found.start.ravel().tolist() == [0.0, 0.0]


def test_how_much_room_there_is():
    assert bonus_beta(Objective(alpha=1.0), 0.9, 3) == 1.0
    assert bonus_beta(Objective(alpha=0.0), 0.6, 2) == pytest.approx(0.1)
    assert bonus_beta(Objective("sen"), 1.0, 1) == 0.0
    assert bonus_beta(Objective(alpha=0.5), 1.0, 1) == pytest.approx(0.5)
    assert fits(0.1, 0.1)
    assert not fits(0.1, 0.0)
    assert not fits(1.0, 0.05)


MASS = "{id: mass, name: Critical mass, factor: network, at_least: 24, bonus: 10 %, source: by hand}"


def test_a_config_may_ask_for_it():
    asked = read(CONFIG, (f"thresholds=[{MASS}]",)).thresholds[0]
    assert (asked.factor, asked.at_least.value, asked.bonus.value) == ("network", 24.0, 0.1)


@pytest.mark.parametrize(
    ("text", "more", "message"),
    [
        (MASS.replace("network", "networks"), (), "unknown factor that the plan supplies 'networks'"),
        (MASS.replace("10 %", "0 %"), (), "a bonus of 0 changes nothing; write 5 %"),
        (MASS.replace("24", "0"), (), "value 0 is too small"),
        (MASS, ("objective=leximin",), "leximin is not solved with thresholds; write objective: max_min"),
        (
            MASS,
            ("objective=total", "elasticity_sets.only.beta={network: 0.9, services: 0.1}"),
            "thresholds.mass.bonus: the elasticities leave no room for a bonus",
        ),
    ],
)
def test_what_may_not_be_asked(text: str, more: tuple[str, ...], message: str):
    with pytest.raises(ConfigError) as error:
        read(CONFIG, (f"thresholds=[{text}]", *more))
    assert message in str(error.value)


def test_every_check_of_thresholds_has_something_to_look_at():
    question = tiny(thresholds=(threshold(24.0, BONUS),))
    named = {check.__name__.replace("_", " ") for check in CHECKS}
    assert named <= {check.name for check in verify(question, solve(question)).checks if check.rows}
