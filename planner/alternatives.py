"""`innocap plan alternatives`: how different plans can be that are nearly as good, and what all of them share."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.macro import classes, macro_regions, member_mask
from planner.plan import Plan
from planner.scenario import Group, Parameter, Scenario
from planner.solve.live import InfeasibleError, UnboundedError, UnfinishedError
from planner.solve.near import Extreme, Near, furthest, near_program
from planner.solve.search import Outcome, Round
from planner.solving import Problem, plan_of, problem_of, search

Floats = NDArray[np.float64]
Entry = dict[str, Any]

SCHEMA = "innocap.alternatives/1"
SIGNS = {"least": -1.0, "most": 1.0}


class AlternativesError(Exception):
    """Alternatives that cannot be looked for; the message names the reason and the remedy."""


@dataclass(frozen=True)
class Asked:
    """What is varied: margins in percent (of the objective, or in hundredths of a log point); places; what is moved.

    each  "class" or "asset"; cases are (elasticity set, price level), the first being the plan itself
    """

    within: tuple[float, ...] = (1.0, 2.0, 5.0)
    groups: tuple[str, ...] = ()
    each: str = "class"
    cases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Task:
    """One piece of work: the extremes of a thing in a place, or the best plan of another case."""

    kind: str
    what: str
    where: str

    @property
    def name(self) -> str:
        return f"{self.what} in {self.where}" if self.kind == "extreme" else f"{self.what} elasticities, {self.where}"


def cases(scenario: Scenario, *, every_set: bool, prices: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Every elasticity set with every price level; the plan's own case comes first."""
    own = scenario.elasticity_set
    sets = [own, *(s.id for s in scenario.elasticity_sets if s.id != own)] if every_set else [own]
    return tuple((one, level) for one in sets for level in ("config prices", *(f"{p} prices" for p in prices)))


def case_of(scenario: Scenario, elasticities: str, level: str) -> Scenario:
    """The scenario under another elasticity set and with every price at the low or high end of its range."""
    end = level.removesuffix(" prices")
    assets = tuple(replace(asset, capex=_at(asset.capex, end)) for asset in scenario.assets)
    return replace(scenario, elasticity_set=elasticities, assets=assets)


def _at(given: Parameter, end: str) -> Parameter:
    found = {"low": given.low, "high": given.high}.get(end)
    return given if found is None else replace(given, value=found)


def tasks_of(scenario: Scenario, asked: Asked) -> tuple[Task, ...]:
    """All pieces of work: the other cases first, then each thing in each place."""
    known = {group.id for group in places(scenario, asked)}
    unknown = [name for name in asked.groups if name not in known]
    if unknown:
        all_groups = ", ".join(group.id for group in scenario.groups)
        raise AlternativesError(f"--groups {unknown[0]}: no group of the config; there are {all_groups}")
    things = classes(scenario) if asked.each == "class" else tuple(asset.id for asset in scenario.assets)
    other = [Task("case", one, level) for one, level in asked.cases[1:]]
    return (*other, *(Task("extreme", what, group.id) for group in places(scenario, asked) for what in things))


def places(scenario: Scenario, asked: Asked) -> tuple[Group, ...]:
    """The groups asked for, else the macro-regions."""
    chosen = tuple(group for group in scenario.groups if group.id in asked.groups)
    return chosen if asked.groups else macro_regions(scenario)


def best_plan(scenario: Scenario) -> tuple[Problem, Outcome]:
    """The problem and its optimum, which all alternatives are measured against."""
    problem = problem_of(scenario)
    if problem.program.integer.any():
        whole = " ".join(f"--set assets.{a.id}.integer=false" for a in scenario.assets if a.integer)
        raise AlternativesError(
            f"alternatives are looked for without whole modules; {'add ' + whole if whole else 'take projects out'}"
        )
    return problem, search(problem)


def margin(problem: Problem, reached: float, percent: float) -> float:
    """How much objective a margin gives up: percent of an index, hundredths of a log point."""
    return percent / 100.0 * (abs(reached) if problem.goal.power == 1.0 else 1.0)


def extremes(
    problem: Problem, near: Near, task: Task, asked: Asked, plan_found: Callable[[str, Plan], None] | None = None
) -> list[Entry]:
    """Least and most money of a thing in a place, for every margin; one entry each."""
    scenario, cell = problem.scenario, _cells(problem.scenario, task)
    order = problem.program.variables["order"].indices
    money, units = np.zeros(len(problem.program.cost)), np.zeros(len(problem.program.cost))
    money[order[cell]] = problem.instance.costs.capex[cell]
    units[order[cell]] = np.broadcast_to(problem.instance.module[None, :, None], order.shape)[cell]
    found = []
    for word, sign in SIGNS.items():
        known = None
        for percent in sorted(asked.within):
            give = margin(problem, near.reached, percent)
            extreme = furthest(
                near,
                money,
                sign,
                near.reached - give,
                tolerance=max(give / 10.0, scenario.gap / 10.0),
                time_limit_s=scenario.time_limit_s,
                start=known,
            )
            known = extreme.values
            found.append(_entry(problem, task, percent, word, extreme, float(money @ near.best), units, near.best))
            if plan_found is not None:
                plan_found(f"{task.what}-{task.where}-{word}-{percent:g}", alternative_plan(problem, extreme))
    return found


def _cells(scenario: Scenario, task: Task) -> NDArray[np.bool_]:
    """Regions and assets (R, A) of a task."""
    group = next(g for g in (*macro_regions(scenario), *scenario.groups) if g.id == task.where)
    assets = np.array([task.what in (asset.id, asset.asset_class) for asset in scenario.assets])
    return np.asarray(member_mask(scenario, group.members)[:, None] & assets[None])


def _entry(
    problem: Problem, task: Task, percent: float, word: str, found: Extreme, plan: float, units: Floats, best: Floats
) -> Entry:
    return {
        "kind": "extreme",
        "what": task.what,
        "where": task.where,
        "within_percent": percent,
        "direction": word,
        "plan_million": plan,
        "achieved_million": found.achieved,
        "proven_million": max(0.0, found.proven) if word == "least" else found.proven,
        "plan_units": float(units @ best),
        "achieved_units": float(units @ found.values),
        "objective": found.objective,
        "rounds": found.rounds,
        "closed": found.closed,
        **orders_of(problem, found.values),
    }


def orders_of(problem: Problem, values: Floats) -> dict[str, list[list[float]]]:
    """What a plan orders over all years, (R, A): units, and money in millions."""
    order = np.maximum(values[problem.program.variables["order"].indices], 0.0)
    units = order.sum(axis=2) * problem.instance.module[None]
    return {"units": units.tolist(), "million": (problem.instance.costs.capex * order).sum(axis=2).tolist()}


def alternative_plan(problem: Problem, found: Extreme, config: str = "") -> Plan:
    """The plan at an extreme. It is bounded by itself alone, and its limits carry no prices."""
    seen = (Round(1, "dual", float("inf"), found.objective, float("inf"), 0.0),)
    none = np.zeros(len(problem.program.row_lower))
    return plan_of(problem, Outcome(found.values, none, float("inf"), found.objective, "limit", seen), config)


def case_entry(scenario: Scenario, task: Task) -> Entry:
    """The best plan of another case, as an entry."""
    problem, outcome = best_plan(case_of(scenario, task.what, task.where))
    told: Entry = {"kind": "case", "what": task.what, "where": task.where, "objective": outcome.lower}
    return told | orders_of(problem, outcome.values)


_state: dict[str, Any] = {}


def _start(scenario: Scenario, asked: Asked, best: Floats) -> None:
    """Make a process ready: its own problem; the program near the optimum when the first extreme asks for it."""
    _state.update(scenario=scenario, asked=asked, best=best, problem=problem_of(scenario), near=None)


def _start_worker(scenario: Scenario, asked: Asked, best: Floats) -> None:
    """As `_start`; an interrupt from the keyboard is for the process that waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _start(scenario, asked, best)


def _work(task: Task) -> list[Entry]:
    """One piece of work; what fails is an entry of its own and stops nothing else."""
    try:
        if task.kind == "case":
            return [case_entry(_state["scenario"], task)]
        problem = _state["problem"]
        if _state["near"] is None:
            _state["near"] = near_program(problem.program, problem.goal, _state["best"])
        return extremes(problem, _state["near"], task, _state["asked"])
    except (InfeasibleError, TimeoutError, UnboundedError, UnfinishedError, AlternativesError) as error:
        return [{"kind": "failed", "what": task.what, "where": task.where, "message": str(error)}]


def alternatives(
    scenario: Scenario,
    asked: Asked,
    *,
    jobs: int = 1,
    known: Sequence[Entry] = (),
    keep: Callable[[Entry], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Entry]:
    """Entries of all pieces of work, the best plan first; those `known` from an earlier run are not done again.

    `keep` is called with every new entry that did not fail. Raises AlternativesError, InfeasibleError, TimeoutError.
    """
    todo = tasks_of(scenario, asked)
    problem, outcome = best_plan(scenario)
    progress(f"best plan: {outcome.lower:.6f} (gap {outcome.gap:.1e})")
    base: Entry = {"kind": "best", "what": asked.cases[0][0] if asked.cases else "", "objective": outcome.lower}
    base |= {"upper": outcome.upper} | orders_of(problem, outcome.values)
    done = {(entry["what"], entry["where"]) for entry in known}
    left = [task for task in todo if (task.what, task.where) not in done]
    entries = [base, *known]
    for number, (task, found) in enumerate(
        _run(scenario, asked, outcome.values, left, jobs), len(todo) - len(left) + 1
    ):
        entries += found
        keep({"kind": "batch", "entries": [entry for entry in found if entry["kind"] != "failed"]})
        failed = f": failed, {found[0]['message']}" if found[0]["kind"] == "failed" else ""
        progress(f"{number:3d} of {len(todo)}  {task.name}{failed}")
    return entries


def _run(
    scenario: Scenario, asked: Asked, best: Floats, todo: Sequence[Task], jobs: int
) -> Iterator[tuple[Task, list[Entry]]]:
    """Each piece of work with its entries, in this process or in several."""
    if jobs <= 1 or len(todo) < 2:
        _start(scenario, asked, best)
        yield from ((task, _work(task)) for task in todo)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _start_worker, (scenario, asked, best)) as pool:
        waiting = {pool.submit(_work, task): task for task in todo}
        try:
            yield from ((waiting[done], done.result()) for done in as_completed(waiting))
        except BrokenProcessPool:
            raise AlternativesError(
                "a process ended before its work; was memory short? go on with fewer --jobs"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def range_rows(scenario: Scenario, asked: Asked, entries: Sequence[Entry]) -> list[Entry]:
    """Rows of alternatives.csv: one per thing, place and margin, with least and most, achieved and proven."""
    found = {(e["what"], e["where"], e["within_percent"], e["direction"]): e for e in entries if e["kind"] == "extreme"}
    rows = []
    for what, where, percent in dict.fromkeys(key[:3] for key in found):
        least, most = (found.get((what, where, percent, word)) for word in SIGNS)
        if least is not None and most is not None:
            rows.append(_range(scenario, what, where, percent, least, most))
    order = {group.id: at for at, group in enumerate(places(scenario, asked))}
    return sorted(rows, key=lambda row: (row["what"], order.get(row["group"], 0), row["within_percent"]))


def _range(scenario: Scenario, what: str, where: str, percent: float, least: Entry, most: Entry) -> Entry:
    inside = [asset for asset in scenario.assets if what in (asset.id, asset.asset_class)]
    alone = len({asset.unit for asset in inside}) == 1
    return {
        "what": what,
        "group": where,
        "within_percent": percent,
        "plan_million": least["plan_million"],
        "least_million": least["achieved_million"],
        "most_million": most["achieved_million"],
        "least_proven_million": min(least["proven_million"], least["achieved_million"]),
        "most_proven_million": max(most["proven_million"], most["achieved_million"]),
        "unit": inside[0].unit if alone else "",
        "plan_units": least["plan_units"] if alone else "",
        "least_units": least["achieved_units"] if alone else "",
        "most_units": most["achieved_units"] if alone else "",
        "objective_at_least": least["objective"],
        "objective_at_most": most["objective"],
        "rounds": least["rounds"] + most["rounds"],
    }


def no_regret_rows(scenario: Scenario, asked: Asked, entries: Sequence[Entry]) -> list[Entry]:
    """Rows of no_regret.csv: what every plan found within a margin builds of an asset in a group or region.

    The least over the best plan, all extremes within the margin, and the best plans of the other cases; rows of zero
    are left out. Money is the least over the plans, each at its own prices.
    """
    rows: list[Entry] = []
    for percent in sorted(asked.within):
        chosen = [e for e in entries if "units" in e and e.get("within_percent", 0.0) <= percent]
        for group in places(scenario, asked):
            rows += _shared(scenario, chosen, percent, "group", group.id, member_mask(scenario, group.members))
        for r, region in enumerate(scenario.regions):
            mask = np.arange(len(scenario.regions)) == r
            rows += _shared(scenario, chosen, percent, "region", region.id, mask)
    return rows


def _shared(
    scenario: Scenario, chosen: Sequence[Entry], percent: float, kind: str, place: str, mask: NDArray[np.bool_]
) -> Iterator[Entry]:
    units = np.array([np.array(e["units"])[mask].sum(axis=0) for e in chosen])
    million = np.array([np.array(e["million"])[mask].sum(axis=0) for e in chosen])
    for a, asset in enumerate(scenario.assets):
        least = float(units[:, a].min())
        if least > 1e-6 * max(float(units[0, a]), 1e-6):
            yield {
                "within_percent": percent,
                "place_kind": kind,
                "place": place,
                "asset": asset.id,
                "unit": asset.unit,
                "least_units": least,
                "plan_units": float(units[0, a]),
                "share_of_plan": min(least / float(units[0, a]), 1.0) if units[0, a] else 0.0,
                "least_million": float(million[:, a].min()),
                "plan_million": float(million[0, a]),
                "plans": len(chosen),
            }


def summary(scenario: Scenario, asked: Asked, entries: Sequence[Entry], seconds: float) -> dict[str, Any]:
    """What alternatives.json says."""
    return {
        "schema": SCHEMA,
        "id": scenario.id,
        "title": scenario.title,
        "objective": str(scenario.objective),
        "elasticity_set": scenario.elasticity_set,
        "overrides": list(scenario.overrides),
        "inputs": dict(scenario.files),
        "asked": {"within_percent": asked.within, "each": asked.each, "cases": asked.cases},
        "best": {"lower": entries[0]["objective"], "upper": entries[0]["upper"]},
        "regions": [region.id for region in scenario.regions],
        "assets": [{"id": asset.id, "class": asset.asset_class, "unit": asset.unit} for asset in scenario.assets],
        "ranges": range_rows(scenario, asked, entries),
        "no_regret": no_regret_rows(scenario, asked, entries),
        "plans": [entry for entry in entries if "units" in entry],
        "failed": [entry for entry in entries if entry["kind"] == "failed"],
        "seconds": round(seconds, 3),
    }


def table(
    scenario: Scenario, asked: Asked, rows: Sequence[Entry], shared: Sequence[Entry], entries: Sequence[Entry]
) -> Iterator[str]:
    """Ranges and what all plans share, as short tables."""
    yield f"million {scenario.currency} over the horizon near the best plan; in brackets what is proven"
    yield f"{'what':20s}{'where':12s}{'within':>8s}{'plan':>11s}{'least':>23s}{'most':>23s}"
    for row in rows:
        ends = [f"{row[f'{end}_million']:,.0f} ({row[f'{end}_proven_million']:,.0f})" for end in SIGNS]
        place = f"{row['what'][:19]:20s}{row['group'][:11]:12s}{row['within_percent']:6g} %"
        yield f"{place}{row['plan_million']:11,.0f}{ends[0]:>23s}{ends[1]:>23s}"
    plans = sum("units" in entry for entry in entries)
    yield f"no regret: what all {plans} plans found build, with the widest margin"
    for row in shared:
        if row["place_kind"] == "group" and row["within_percent"] == max(asked.within):
            yield (
                f"{row['asset'][:21]:22s}{row['place'][:13]:14s}{row['least_units']:14,.6g} {row['unit']:10s}"
                f"{row['share_of_plan']:6.0%} of the plan{row['least_million']:12,.0f} million {scenario.currency}"
            )
    for entry in entries:
        if entry["kind"] == "failed":
            yield f"failed: {entry['what']} in {entry['where']}: {entry['message']}"
