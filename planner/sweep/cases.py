"""A sweep file: which config, and which values of it take which turns.

    plan: configs/china/plan.yaml                   the config, seen from the sweep file
    grid:                                           every combination of the values, in an order of neighbours
      budgets.investment.limit.first: [5000 亿元, 6200 亿元]
      elasticities: [neutral, default, high]
    scale: {budgets: [0.8, 1, 1.2]}                 factors of all budgets, or of one by its id; part of the grid
    list:                                           scenarios of their own
      - {name: dear_chips, set: {assets.icc_pflops.capex.value: 90 万元}}

Paths and values are those of `--set`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.config import ConfigError, Problem, load, scenario
from planner.config.files import read_text
from planner.config.problems import FaultError, nearest, problem
from planner.config.tree import Node, parse, plain
from planner.scenario import Budget, Scenario

KEYS = ("plan", "grid", "scale", "list")
ALL_BUDGETS = "budgets"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Setting:
    """One value that a scenario is given: how it is shown, the overrides that make it, where it was written."""

    parameter: str
    value: str
    overrides: tuple[str, ...]
    node: Node


@dataclass(frozen=True)
class Case:
    """One scenario of a sweep: its name, the values that its parameters have, the overrides that make it."""

    name: str
    values: Mapping[str, str]
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """A sweep read: the config, its scenarios in an order of neighbours, the names of the parameters."""

    config: Path
    cases: tuple[Case, ...]
    parameters: tuple[str, ...]


def read_sweep(file: Path) -> Sweep:
    """Read a sweep file and try each of its values on the config. Raises ConfigError with file and line."""
    root, problems = _tree(file)
    config = file.parent / str(plain(root).get("plan", ""))
    base = scenario(load(config))
    axes = [*_grid(root, problems), *_scales(root, base, problems)]
    listed = list(_listed(root, problems))
    for settings in (*([s] for axis in axes for s in axis), *(own for _, own in listed)):
        problems += _tried(config, settings)
    if problems:
        raise ConfigError(problems)
    combined = _snake(axes) if axes else []
    width = max(3, len(str(len(combined))))
    cases = [_case(f"{at + 1:0{width}d}", settings) for at, settings in enumerate(combined)]
    cases += [_case(name, own) for name, own in listed]
    if not cases:
        raise ConfigError([problem(root.place, "", "asks for no scenario", "write grid:, scale: or list:")])
    _distinct(cases, root)
    return Sweep(config, tuple(cases), tuple(dict.fromkeys(p for case in cases for p in case.values)))


def _tree(file: Path) -> tuple[Node, list[Problem]]:
    problems: list[Problem] = []
    try:
        root = parse(read_text(file).text, str(file), problems)
    except FaultError as fault:
        raise ConfigError([Problem(str(file), 0, 0, "", fault.message, fault.remedy)]) from None
    if root is None or problems:
        raise ConfigError(problems)
    if not root.is_mapping or not isinstance(plain(root).get("plan"), str):
        raise ConfigError([problem(root.place, "plan", "is not given", "write e.g. plan: configs/china/plan.yaml")])
    for key, child in root.items():
        if key not in KEYS:
            problems.append(problem(child.key_place, str(key), "is not known here", nearest(str(key), KEYS)))
    return root, problems


def _values(axis: Node, path: str, problems: list[Problem]) -> Iterator[Node]:
    """The values of one axis; a problem where there is no list of them."""
    if not axis.is_list or not axis.value:
        problems.append(problem(axis.place, path, "is no list of values", f"write {path}: [first, second]"))
        return
    yield from (child for _, child in axis.items())


def _mapping(root: Node, key: str, problems: list[Problem]) -> Iterator[tuple[str, Node]]:
    held = root.child(key)
    if held is None or held.value is None:
        return
    if not held.is_mapping:
        problems.append(problem(held.place, key, "is no mapping", "write a path and a list of values in each line"))
        return
    yield from ((str(path), axis) for path, axis in held.items())


def _grid(root: Node, problems: list[Problem]) -> Iterator[list[Setting]]:
    for path, axis in _mapping(root, "grid", problems):
        yield [Setting(path, _shown(v), (f"{path}={_text(v)}",), v) for v in _values(axis, path, problems)]


def _scales(root: Node, base: Scenario, problems: list[Problem]) -> Iterator[list[Setting]]:
    ids = {budget.id for budget in base.budgets}
    for name, axis in _mapping(root, "scale", problems):
        if name != ALL_BUDGETS and name not in ids:
            problems.append(
                problem(axis.key_place, f"scale.{name}", "is no budget", nearest(name, {*ids, ALL_BUDGETS}))
            )
            continue
        chosen = [budget for budget in base.budgets if name in (ALL_BUDGETS, budget.id)]
        yield [_scaled(name, v, chosen, base, problems) for v in _values(axis, name, problems)]


def _scaled(name: str, node: Node, chosen: Sequence[Budget], base: Scenario, problems: list[Problem]) -> Setting:
    factor = node.value
    if isinstance(factor, bool) or not isinstance(factor, int | float) or factor < 0:
        problems.append(problem(node.place, f"scale.{name}", f"value {factor!r} is no factor", "write e.g. 0.8"))
        return Setting(f"scale.{name}", str(factor), (), node)
    return Setting(f"scale.{name}", str(factor), tuple(_limit(b, float(factor), base) for b in chosen), node)


def _limit(budget: Budget, factor: float, base: Scenario) -> str:
    """A budget times a factor, as an override."""
    amounts = [f"{factor * limit!r} million {base.currency}" for limit in budget.limits]
    if budget.period == "total":
        return f"budgets.{budget.id}.limit={amounts[0]}"
    years = budget.scope.years or base.years
    return f"budgets.{budget.id}.limit={{{', '.join(f'{y}: {a}' for y, a in zip(years, amounts, strict=True))}}}"


def _listed(root: Node, problems: list[Problem]) -> Iterator[tuple[str, list[Setting]]]:
    held = root.child("list")
    for at, item in () if held is None else held.items():
        name, values = item.child("name") if item.is_mapping else None, item.child("set") if item.is_mapping else None
        where = f"list.{at}"
        if name is None or not isinstance(name.value, str) or not NAME.fullmatch(name.value):
            problems.append(
                problem(item.place, f"{where}.name", "is no name", "use letters, digits, '_', '-', '.', e.g. high_cost")
            )
        elif values is None or not values.is_mapping:
            problems.append(problem(item.place, f"{where}.set", "is no mapping", "write set: {path: value}"))
        else:
            yield name.value, [Setting(str(p), _shown(v), (f"{p}={_text(v)}",), v) for p, v in values.items()]


def _tried(config: Path, settings: Sequence[Setting]) -> Iterator[Problem]:
    """What is wrong with the config once it has these values, at the places where they are written."""
    try:
        scenario(load(config, [o for s in settings for o in s.overrides]))
    except ConfigError as error:
        for found in error.problems:
            place = next((s.node.place for s in settings if found.file.endswith(s.overrides[0])), None)
            if place is None:
                place = settings[0].node.place
            yield problem(place, found.path, found.message, found.remedy)


def _snake(axes: Sequence[Sequence[Setting]]) -> list[list[Setting]]:
    """All combinations, each one step from the one before: the last axis runs to and fro."""
    if not axes:
        return [[]]
    rest = _snake(axes[1:])
    return [[first, *more] for at, first in enumerate(axes[0]) for more in (rest if at % 2 == 0 else reversed(rest))]


def _case(name: str, settings: Sequence[Setting]) -> Case:
    return Case(name, {s.parameter: s.value for s in settings}, tuple(o for s in settings for o in s.overrides))


def _distinct(cases: Sequence[Case], root: Node) -> None:
    ordered = sorted(case.name for case in cases)
    twice = next((a for a, b in itertools.pairwise(ordered) if a == b), None)
    if twice is not None:
        place = (root.child("list") or root).place
        raise ConfigError([problem(place, "list", f"name {twice!r} appears twice", "give each scenario its own name")])


def _text(node: Node) -> str:
    """A value as `--set` takes it: YAML in one line."""
    held = _bare(node)
    return held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)


def _shown(node: Node) -> str:
    return _text(node)


def _bare(node: Node) -> Any:
    if node.is_mapping:
        return {str(key): _bare(child) for key, child in node.items()}
    return [_bare(child) for _, child in node.items()] if node.is_list else node.value
