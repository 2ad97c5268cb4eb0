"""Small scenarios with random rules, soft and hard, and projects: both construction paths say the same, and it holds.

The template path expands each rule by numpy over all its indices, the ordinary one builds it in Pyomo row by row.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from planner.compile import compile_program, ordinary_model, program_of
from planner.formulation.model import OBJECTIVE, RULES, declare
from planner.instance import build_instance
from planner.linear import LinearProgram
from planner.scenario import Budget, Growth, Matching, Project, Rule, Scenario, Scope, Tail
from planner.solve.live import InfeasibleError
from planner.solving import solve
from planner.verify import verify
from tests.planner.test_compile import assert_same
from tests.planner.toys import asset, budget, given, tiny
from tests.planner.verify_cases import problems, project, rule

ASSETS, REGIONS, YEARS = ("mast", "server"), ("north", "south"), (2026, 2027)
PARTS = 20
EACH = 25
SOLVED = 3

KINDS = ("amount", "head", "share", "people", "ratio", "convergence", "eligibility", "precedence")


class Draw:
    """Draws rules, budgets and projects of the tiny case."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def some(self, names: tuple[Any, ...]) -> tuple[Any, ...]:
        """All (empty), or a part of names in their order."""
        chosen = self.random.choice([(), (), names[:1], names[1:]])
        return tuple(chosen)

    def price(self) -> float | None:
        return self.random.choice([None, 1e-4, 0.1, 10.0])

    def scope(self) -> Scope:
        return Scope(self.some(ASSETS), self.some(REGIONS), self.some(YEARS))

    def rule(self, name: str) -> Rule:
        kind = self.random.choice(
            ["amount", "head", "share", "people", "ratio", "convergence", "eligibility", "precedence"]
        )
        sense, quantity = self.random.choice(["floor", "cap"]), self.random.choice(["stock", "order", "capex"])
        limit = self.random.choice([0.05, 0.3, 0.8])
        plain = rule(name, sense, quantity, limit, self.scope(), price=self.price())
        plain = replace(plain, each=self.random.choice(["nation", "region"]))
        other, asset_scope = Scope(self.some(ASSETS)), Scope(self.some(ASSETS), (), self.some(YEARS))
        north_and_south, counted = self.random.choice([(), (REGIONS,)]), self.random.choice([None, "stock", "order"])
        orders = replace(plain, sense="cap", quantity="order", each="region")
        return {
            "amount": lambda: replace(plain, limit=self.random.choice([0.0, 5.0, 30.0])),
            "head": lambda: replace(plain, per_10k_people=True),
            "share": lambda: replace(plain, share_of=other),
            "people": lambda: replace(plain, share_of=other, scaled_by="population"),
            "ratio": lambda: replace(plain, ratio_to=other, ratio_quantity=counted),
            "convergence": lambda: replace(
                plain, sense="floor", each="region", scope=asset_scope, share_of=Scope(asset_scope.assets),
                scaled_by="population", kind="convergence",
            ),
            "eligibility": lambda: replace(orders, limit=0.0, kind="eligibility"),
            "precedence": lambda: replace(
                orders, ratio_to=other, ratio_quantity="stock", within=north_and_south, kind="precedence"
            ),
        }[kind]()  # fmt: skip

    def growth(self, name: str) -> Growth:
        rate, seed = self.random.choice([0.0, 0.5, 2.0]), self.random.choice([1.0, 8.0])
        return Growth(name, self.some(ASSETS) or ASSETS, rate, seed, "drawn", "", self.price())

    def budgets(self) -> tuple[Budget, ...]:
        own = budget(60.0, id="own", kinds=("capex", "opex"), scope=Scope(self.some(ASSETS)), price=self.price())
        carried = self.random.choice([None, 0.0, 0.1])
        return (budget(100.0, carry_over_interest=carried), own, budget(9.0, id="running", kinds=("opex",), price=0.1))

    def matching(self) -> Matching:
        pair = self.random.sample(["programme", "own", "running"], 2)
        period = self.random.choice(["year", "total"])
        return Matching("matched", "", *pair, self.random.choice([0.5, 2.0]), period, self.price(), "", "")  # type: ignore[arg-type]

    def projects(self) -> tuple[Project, ...]:
        found = []
        for name in ("p", "q", "o")[: self.random.randint(0, 3)]:
            others = tuple(p.id for p in found if self.random.random() < 0.3)
            found.append(
                project(
                    name,
                    self.random.choice(REGIONS),
                    {a: self.random.choice([2.0, 10.0]) for a in self.some(ASSETS) or ASSETS},
                    capex_million=self.random.choice([None, 5.0, 30.0]),
                    opex_million=self.random.choice([0.0, 1.0]),
                    lead_years=self.random.choice([0, 0, 1]),
                    **{self.random.choice(["excludes", "needs"]): others},
                )
            )
        return tuple(found)

    def scenario(self) -> Scenario:
        tail = self.random.choice([Tail("none", 0, 0), Tail("continue", 2, 1), Tail("salvage", 0, 0)])
        life, lead = self.random.choice([1, 2, 4]), self.random.choice([0, 0, 1])
        masts = asset("mast", {"network": 1.0}, 2.0, [4.0, 2.0], life_years=given(life), lead_years=given(lead),
                      opex_share=given(0.05))  # fmt: skip
        return tiny(
            tail=tail,
            gap=1e-4,
            floor_share=given(0.1),
            assets=(masts, asset("server", {"services": 1.0}, 5.0, [2.0, 2.0], life_years=given(3))),
            budgets=self.budgets(),
            rules=tuple(self.rule(f"rule_{k}") for k in range(self.random.randint(1, 4))),
            growth_limits=tuple(self.growth(f"growth_{k}") for k in range(self.random.randint(0, 1))),
            matching_funds=(self.matching(),) if self.random.random() < 0.5 else (),
            projects=self.projects(),
        )


def without_remainders(program: LinearProgram) -> LinearProgram:
    """Without what is left where two terms of a row cancel, which depends on the order of the sum."""
    kept = np.abs(program.values) > 1e-15
    starts = np.concatenate([[0], np.cumsum(kept)])[program.starts].astype(np.int32)
    return replace(program, starts=starts, columns=program.columns[kept], values=program.values[kept])


@pytest.mark.parametrize("part", range(PARTS))
def test_both_paths_build_the_same_rules(part: int):
    for seed in range(part * EACH, (part + 1) * EACH):
        symbols = declare(build_instance(Draw(seed).scenario()))
        built = compile_program(symbols, RULES, OBJECTIVE), program_of(ordinary_model(symbols, RULES, OBJECTIVE))
        assert_same(*map(without_remainders, built))


@pytest.mark.parametrize("part", range(SOLVED))
def test_what_is_solved_is_verified(part: int):
    """A plan of random rules holds, row by row; or there is none, and that is said."""
    held = 0
    for seed in range(part * EACH, (part + 1) * EACH):
        scenario = Draw(seed).scenario()
        try:
            plan = solve(scenario)
        except InfeasibleError:
            continue
        assert problems(verify(scenario, plan)) == [], f"seed {seed}"
        held += 1
    assert held > EACH // 3
