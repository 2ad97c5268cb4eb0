"""How the plan was solved: the certificate, the bounds by round, the run, and the commands that make it again."""

from __future__ import annotations

from typing import Any

import pytest

from planner.plan import Plan
from planner.report.blocks import Chart, Commands, Section
from planner.report.context import context
from planner.report.sections import solution
from tests.planner.report.by_hand import EN, ZH, grid_of, small_plan, told, values
from tests.planner.report.made_up import changed

ROUNDS = [
    {"number": 1, "method": "interior", "upper": None, "lower": 1.02, "gap": None, "seconds": 0.5},
    {"number": 2, "method": "interior", "upper": 1.2, "lower": 1.09, "gap": 0.11, "seconds": 0.9},
    {"number": 3, "method": "dual", "upper": 1.1, "lower": 1.099, "gap": 0.001, "seconds": 1.1, "cuts": 17},
]


def of(words=EN, **summary: Any) -> Section:
    return solution.section(context([changed(small_plan(), **summary)], words))


def commands(*plans: Plan) -> tuple[str, ...]:
    found = solution.section(context(list(plans), EN)).blocks
    return next(block for block in found if isinstance(block, Commands)).lines


def test_the_certificate_gives_both_bounds_and_the_gap() -> None:
    shown = told(of().blocks)
    assert "The plan reaches 1.099000; no plan can exceed 1.100000." in shown
    assert "The difference, 0.10 %, is the certified gap: proved to the gap asked." in shown


def test_a_plan_stopped_at_a_limit_says_so() -> None:
    assert "stopped at a limit with this plan in hand" in told(of(status="limit").blocks)


def test_a_plan_without_a_bound_does_not_claim_one() -> None:
    shown = told(of(bounds={"upper": None, "lower": 1.0, "gap": None, "unit": "index"}).blocks)
    assert "the solver stopped before it could prove how much better a plan may be" in shown
    assert "certified" not in shown


@pytest.mark.parametrize(
    ("objective", "unit", "means"),
    [
        ("total", "index", "discounted mean of national innovation, base year = 1"),
        ("max_min", "log points", "log innovation of the worst-off region, 0 in the base year"),
        ({"measure": "alpha_fair", "alpha": 2.0}, "alpha-fair log points", "counts those who have less for more"),
        ("total", "furlongs", "(furlongs)"),
    ],
)
def test_the_objective_says_what_its_number_means(objective: Any, unit: str, means: str) -> None:
    assert means in told(of(objective=objective, bounds={"upper": 1.1, "lower": 1.0, "gap": 0.1, "unit": unit}).blocks)


def test_rounds_before_the_first_bound_are_tabled_but_not_drawn() -> None:
    section = of(rounds=ROUNDS)
    chart = next(block for block in section.blocks if isinstance(block, Chart))
    assert values(grid_of((chart,), "bounds_by_round")) == [(2, 1.2, 1.09), (3, 1.1, 1.099)]
    noted = grid_of(section.blocks, "rounds")
    assert [head.name for head in noted.columns][:6] == [
        "round",
        "method",
        "upper bound",
        "lower bound",
        "gap",
        "seconds so far",
    ]
    assert values(noted)[0] == (1, "interior", None, 1.02, None, 0.5, None)
    assert values(noted)[2][-1] == 17
    assert "3 linear programs" in told(section.blocks)


def test_one_bound_is_no_chart() -> None:
    assert not [block for block in of(rounds=ROUNDS[:2]).blocks if isinstance(block, Chart)]


def test_the_run_shows_what_is_known_of_it() -> None:
    section = of(
        size={"columns": 41481},
        seconds={"solve": 2.96754},
        peak_memory_mb=None,
        solver={"name": "HiGHS", "algorithm": "simplex", "threads": 1},
        tail={"mode": "continue", "years": 17, "points": 4},
    )
    run = dict(values(grid_of(section.blocks, "run")))
    assert run["Size: columns"] == 41481
    assert run["Seconds: solve"] == 2.968
    assert run["Version: innocap"] == "0.1.0"
    assert run["Threads"] == 1
    assert run["Years of orders"] == "2026–2027"
    assert run["After the last order"] == "17 years without orders, seen at 4 points of time"
    assert "Peak memory, MB" not in run


def test_commands_solve_every_plan_verify_and_report() -> None:
    first = changed(small_plan(), config="../../configs/china/plan.yaml", overrides=["budgets.money.limit=5 bn CNY"])
    assert commands(first, small_plan()) == (
        "innocap plan solve configs/china/plan.yaml --set 'budgets.money.limit=5 bn CNY' -o out/small",
        "innocap plan solve plan.yaml -o out/small-2",
        "innocap plan verify out/small",
        "innocap report out/small out/small-2 -o out/small.html --lang en",
    )


def test_files_stand_with_their_hashes() -> None:
    section = of(inputs={"plan.yaml": "ab12", "regions.csv": "cd34"})
    assert values(grid_of(section.blocks, "inputs")) == [("plan.yaml", "ab12"), ("regions.csv", "cd34")]
    assert "Files read, with their SHA-256 (2)" in told(section.blocks)


def test_in_chinese() -> None:
    shown = told(of(ZH, rounds=ROUNDS).blocks)
    assert "1.099000" in shown
    assert "linear" not in shown
