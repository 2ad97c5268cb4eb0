"""`innocap plan verify`: every promise of a plan recomputed with numpy alone, from its tables and its scenario.

An independent oracle: it shares with the planner only the declared values (scenario, tables, plan) and what a machine
can do (capability), no array, formula or row of the model.
"""

from __future__ import annotations

from planner.plan import Plan
from planner.scenario import Scenario
from planner.verify import (
    certificate,
    facts,
    innovation,
    limits,
    money,
    physical,
    policy,
    prices,
    projects,
    thresholds,
    whole,
)
from planner.verify.given import given
from planner.verify.told import Told
from planner.verify.verdict import Check, Verdict

__all__ = ["CHECKS", "Check", "Verdict", "verify"]

CHECKS = (
    *physical.CHECKS,
    *money.CHECKS,
    *innovation.CHECKS,
    *thresholds.CHECKS,
    *policy.CHECKS,
    *projects.CHECKS,
    *limits.CHECKS,
    *facts.CHECKS,
    *prices.CHECKS,
    *certificate.CHECKS,
)


def verify(scenario: Scenario, plan: Plan) -> Verdict:
    """Hold a plan against its scenario. First that all is there, then, if so, what it says.

    Raises planner.capability.CapabilityError where a machine or record of the scenario cannot be used.
    """
    now = given(scenario)
    first = [check(now, plan) for check in whole.CHECKS]
    there = [check(now, plan) for check in whole.WHOLE]
    if not all(check.passed for check in there):
        return Verdict((*first, *there))
    told = Told(plan, now)
    return Verdict((*first, *there, *(check(told) for check in CHECKS)))
