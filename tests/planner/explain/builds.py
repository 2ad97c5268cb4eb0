"""A case with a known answer: two regions, one asset, logarithms that are finite at zero.

With m masts in each region a year is worth  3/4 ln(m[north] + 1.5) + 1/4 ln(m[south] + 0.5), times 0.3; a mast costs 2,
and 2 * factor in the south; a year has 20 million. The south gets none where its factor is above 23/3:
    (1/4 / 0.5) / (2 factor)  <  (3/4 / (10 + 1.5)) / 2
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.scenario import ElasticitySet, Factor, Scenario
from tests.planner.toys import asset, budget, given, region, tiny

LEAVES = 23 / 3


def one_asset(factor: float = 1.0, south: float = 1.0, **changes: Any) -> Scenario:
    """The case, with the price factor of the south and its base stock."""
    return replace(
        tiny(),
        regions=(region("north", 300.0, 30.0), region("south", 100.0, 10.0, price_factor=factor)),
        assets=(asset("mast", {"network": 1.0}, 2.0, [2.0 - south, south]),),
        factors=(Factor("network", "Network", "mast", None, None, None),),
        elasticity_sets=(ElasticitySet("only", "By hand", {"network": 0.3}, 0.0, "by hand", ""),),
        floor_share=given(1.0),
        budgets=(budget(20.0),),
        **{"gap": 1e-7} | changes,
    )
