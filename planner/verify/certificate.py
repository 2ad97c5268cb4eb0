"""What the plan is worth and how sure that is; what one unit delivers; the numbers it all rests on."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from planner.scenario import Parameter, Scenario
from planner.verify.limits import sides
from planner.verify.sides import together
from planner.verify.told import Floats, Told
from planner.verify.verdict import COUNTED, SOLVED, Cells, Check, at_least, at_most, equal, stated
from planner.verify.worth import worth


def objective(told: Told) -> float:
    """The objective from the tables: what innovation is worth, less unmet demand and what soft limits cost.

    less  sum of unmet_price * weight * unmet share of national demand, price * exceeded millions,
          price * shortfall relative to the limit of the row
    """
    return worth(told) - _unmet(told) - _exceeded(told) - _missed(told)


def _unmet(told: Told) -> float:
    unmet = told.array("demand", "unmet_eflops").sum(axis=0)
    national = np.maximum(told.array("demand", "demand_eflops").sum(axis=0), 1e-12)
    price = np.array([found.unmet_price for found in told.now.scenario.demand])
    return float(price @ (unmet / national) @ told.now.weight) if len(price) else 0.0


def _exceeded(told: Told) -> float:
    price = {budget.id: budget.price or 0.0 for budget in told.now.scenario.budgets}
    return float(sum(price[row["budget"]] * row["exceeded_million"] for row in told.records("budgets")))


def _missed(told: Told) -> float:
    found = together(side for side in sides(told) if side.soft)
    price = np.array([(side.price or 0.0) / side.size for side in found.rows])
    return float(price @ found.shown(told, "shortfall"))


def lower_bound_is_true(told: Told) -> Check:
    """The lower bound is the objective of the plan itself."""
    found, expected = _one(_bounds(told)["lower"]), _one(objective(told))
    cells, reason = _cells("lower"), "from the true function at the tables"
    return equal("lower bound is true", cells, found, expected, reason, tolerance=SOLVED, unit=1.0)


def upper_bound_is_above(told: Told) -> Check:
    """The upper bound is not below the lower bound."""
    bounds = _bounds(told)
    cells, reason = _cells("upper"), "the lower bound"
    upper, lower = _one(bounds["upper"]), _one(bounds["lower"])
    return at_least("upper bound is above", cells, upper, lower, reason, tolerance=COUNTED, unit=1.0)


def gap_is_the_difference(told: Told) -> Check:
    """The gap is the difference of the bounds."""
    bounds = _bounds(told)
    if math.isinf(bounds["upper"]):
        problem = None if math.isinf(bounds["gap"]) else ("plan.json: gap", "is a number, but there is no upper bound")
        return stated("gap is the difference", 1, problem)
    found, expected = _one(bounds["gap"]), _one(bounds["upper"] - bounds["lower"])
    cells, reason = _cells("gap"), "from upper and lower bound"
    return equal("gap is the difference", cells, found, expected, reason, tolerance=COUNTED, unit=1.0)


def gap_is_what_was_asked(told: Told) -> Check:
    """A plan that calls itself optimal has the gap that was asked for."""
    asked = told.now.scenario.gap if told.plan.summary.get("status") == "optimal" else math.inf
    found = _one(_bounds(told)["upper"] - _bounds(told)["lower"])
    cells, reason = _cells("gap"), "the gap of the config, as status is optimal"
    return at_most("gap is what was asked", cells, found, _one(asked), reason, tolerance=COUNTED, unit=1.0)


def bounds_never_widen(told: Told) -> Check:
    """From round to round the upper bound does not rise and the lower does not fall."""
    rounds = told.plan.summary.get("rounds", ())
    gaps = [(_upper(r["upper"]), float(r["lower"])) for r in rounds]
    for at, ((upper, lower), (after, below)) in enumerate(pairwise(gaps), start=2):
        if after > upper + COUNTED * (1 + abs(after)) or below < lower - COUNTED * (1 + abs(below)):
            fault = f"bounds go from {lower!r}..{upper!r} to {below!r}..{after!r}; they may only close in"
            return stated("bounds never widen", len(gaps), (f"plan.json: round {at}", fault))
    return stated("bounds never widen", len(gaps), None)


def capability_is_that_of_the_machines(told: Told) -> Check:
    """What a unit delivers is peak * sustained fraction * utilisation of its machine for the mix."""
    rows = told.records("capability")
    known = told.now.capability
    expected = np.array([_capacity(known[row["asset"], row["class"]]) for row in rows]).reshape(-1, 6)
    shown = [[row[name] for name in _CAPACITY] for row in rows]
    found = np.array(shown, float).reshape(-1, 6)
    cells = Cells("capability.csv", "capability", ([f"{r['asset']}, {r['class']}" for r in rows], _CAPACITY))
    reason = "from machine and mix"
    return equal("capability is that of the machines", cells, found, expected, reason, tolerance=COUNTED)


_FRACTION = "sustained_fraction"
_CAPACITY = (
    "peak_tflops", _FRACTION, f"{_FRACTION}_low", f"{_FRACTION}_high", "utilisation_fraction", "capacity_pflops",
)  # fmt: skip


def _capacity(found: Any) -> tuple[float, ...]:
    pflops = found.peak_tflops * found.sustained * found.utilisation / 1e3
    return found.peak_tflops, found.sustained, found.low, found.high, found.utilisation, pflops


def published_fractions_are_mixed_by_time(told: Told) -> Check:
    """Where no record is named, the fraction is 1 / sum(share / fraction of the kernel) of the published figures."""
    scenario = told.now.scenario
    rows = [row for row in told.records("capability") if scenario.machines[row["machine"]].record is None]
    expected = np.array([_published(scenario, row["machine"], row["mix"]) for row in rows])
    found = np.array([row["sustained_fraction"] for row in rows], float)
    cells = Cells("capability.csv", "sustained_fraction", ([f"{row['asset']}, {row['class']}" for row in rows],))
    reason = "from published fractions of peak"
    return equal("published fractions are mixed by time", cells, found, expected, reason, tolerance=COUNTED)


def _published(scenario: Scenario, machine: str, mix: str) -> float:
    fractions, shares = scenario.machines[machine].fraction_of_peak, scenario.mixes[mix].shares
    return 1.0 / sum(share / fractions[kernel].value for kernel, share in shares.items())


def assumptions_are_those_of_the_config(told: Told) -> Check:
    """Every number of the scenario with a range and a source stands in assumptions.csv as it is."""
    wanted = Counter(_evidence(p) for p in parameters(told.now.scenario))
    shown = Counter(_row(row) for row in told.records("assumptions"))
    gone, new = next(iter(wanted - shown), None), next(iter(shown - wanted), None)
    problem = None
    if new is not None:
        problem = "assumptions.csv", f"{new[0]} ({new[3]}, {new[5]}) is not in the config"
    elif gone is not None:
        problem = "assumptions.csv", f"{gone[0]} ({gone[3]}, {gone[5]}) of the config is missing"
    return stated("assumptions are those of the config", wanted.total(), problem)


def parameters(value: Any) -> Iterator[Parameter]:
    """Every Parameter inside frozen values, tuples and mappings."""
    if isinstance(value, Parameter):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from parameters(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from parameters(inner)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from parameters(getattr(value, field.name))


def _evidence(p: Parameter) -> tuple[Any, ...]:
    low, high = (None if end is None or math.isnan(end) else end for end in (p.low, p.high))
    return p.value, low, high, p.kind, p.source, p.place


def _row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return _evidence(Parameter(row["value"], row["low"], row["high"], row["kind"], row["source"], row["place"]))


def _bounds(told: Told) -> dict[str, float]:
    bounds = told.plan.summary["bounds"]
    return {"upper": _upper(bounds["upper"]), "lower": float(bounds["lower"]), "gap": _upper(bounds["gap"])}


def _upper(value: float | None) -> float:
    """A bound that is not there yet is null in JSON."""
    return math.inf if value is None else float(value)


def _one(value: float) -> Floats:
    return np.array([value], float)


def _cells(quantity: str) -> Cells:
    return Cells("plan.json", quantity, (("bounds",),))


CHECKS = (
    lower_bound_is_true,
    upper_bound_is_above,
    gap_is_the_difference,
    gap_is_what_was_asked,
    bounds_never_widen,
    capability_is_that_of_the_machines,
    published_fractions_are_mixed_by_time,
    assumptions_are_those_of_the_config,
)
