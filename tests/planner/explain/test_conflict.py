"""Conflicts: what was planted is named and nothing else, judged by scenarios that lack or change a limit."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from planner.explain.conflict import Contradiction, contradiction
from planner.explain.infeasible import Explanation, as_json, explain, words
from planner.explain.repair import Repair
from planner.instance import build_instance
from planner.linear import LinearProgram
from planner.scenario import Budget, Growth, Scenario, Scope
from planner.solve.highs import hand_over
from planner.solve.live import InfeasibleError, optimize
from planner.solving import program_of, solve
from planner.verify import verify
from tests.planner.explain.planted import PLANTED, Planted, roomy
from tests.planner.toys import budget, tiny, trading
from tests.planner.verify_cases import MASTS, problems, rule

FIRST = replace(MASTS, years=(2026,))
NAMES = [planted.name for planted in PLANTED]


def told(scenario: Scenario) -> Explanation:
    return explain(scenario, program_of)


def contradicted(scenario: Scenario) -> Contradiction:
    instance = build_instance(scenario)
    return contradiction(instance, program_of(instance))


def ids(found: Contradiction) -> list[list[str]]:
    return sorted(sorted(limit.id for limit in conflict.limits) for conflict in found.conflicts)


def has_plan(scenario: Scenario) -> bool:
    """Whether the program of a scenario has a point, asked of HiGHS without any slack."""
    try:
        return optimize(hand_over(program_of(build_instance(scenario))), time_limit_s=60.0, how="dual") is not None
    except InfeasibleError:
        return False


def without(scenario: Scenario, id: str) -> Scenario:
    """The scenario in which one limit does not exist."""
    return replace(
        scenario,
        rules=tuple(r for r in scenario.rules if r.id != id),
        growth_limits=tuple(g for g in scenario.growth_limits if g.id != id),
        budgets=tuple(replace(b, limits=tuple(1e9 for _ in b.limits)) if b.id == id else b for b in scenario.budgets),
        electricity=None if id == "electricity" else scenario.electricity,
        staff=None if id == "staff" else scenario.staff,
        assets=tuple(replace(a, housed_in=None) if a.housed_in == id else a for a in scenario.assets),
        matching_funds=tuple(m for m in scenario.matching_funds if m.id != id),
        projects=tuple(
            replace(p, excludes=tuple(other for other in p.excludes if other != id))
            for p in scenario.projects
            if p.id != id
        ),
    )


def mended(scenario: Scenario, repair: Repair) -> Scenario:
    """The scenario with the limit of a repair set to what would do, in all its rows."""
    id = repair.limit.id

    def raised(b: Budget) -> Budget:
        return replace(b, limits=tuple(x * repair.would_do / repair.asked for x in b.limits)) if b.id == id else b

    def grown(g: Growth) -> Growth:
        return replace(g, rate=repair.would_do) if g.id == id else g

    return replace(
        scenario,
        rules=tuple(replace(r, limit=repair.would_do) if r.id == id else r for r in scenario.rules),
        growth_limits=tuple(map(grown, scenario.growth_limits)),
        budgets=tuple(map(raised, scenario.budgets)),
    )


def test_the_scenario_that_is_planted_in_has_a_plan():
    scenario = replace(roomy(), gap=1e-3)
    assert problems(verify(scenario, solve(scenario))) == []
    found = told(scenario)
    assert found.feasible
    assert words(found) == "a plan exists: all limits and rules can be kept together"
    assert as_json(found)["feasible"] is True


def test_twenty_kinds_of_conflict_are_planted():
    assert len(PLANTED) >= 20


@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_what_was_planted_is_named_and_nothing_else(planted: Planted):
    found = contradicted(planted.plant(roomy()))
    assert ids(found) == [sorted(planted.named)]
    assert {repair.limit.id for repair in found.repairs} <= planted.named
    assert not found.whole
    assert not found.unfinished


@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_a_conflict_is_gone_without_any_one_of_its_limits(planted: Planted):
    scenario = planted.plant(roomy())
    assert not has_plan(scenario)
    for id in planted.named:
        assert has_plan(without(scenario, id)), id


@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_a_limit_changed_alone_is_enough_and_little_less_is_not(planted: Planted):
    """Shares are told from one point of many, so for them a smaller change may be enough too."""
    scenario = planted.plant(roomy())
    (conflict,) = contradicted(scenario).conflicts
    repairs = [a.repair for a in conflict.alone if a.repair is not None]
    changed = [r for r in repairs if r.limit.kind in ("floor", "cap", "budget", "growth") and np.isfinite(r.would_do)]
    assert changed or {a.limit.kind for a in conflict.alone} == {"project"}
    for repair in changed:
        assert has_plan(mended(scenario, repair)), repair.words
        if repair.unit != "share":
            short = replace(repair, would_do=repair.asked + 0.99 * (repair.would_do - repair.asked))
            assert not has_plan(mended(scenario, short)), repair.words


def test_pairs_of_separate_conflicts_are_told_apart():
    for one, other in itertools.combinations(PLANTED, 2):
        if not one.touches & other.touches:
            found = contradicted(other.plant(one.plant(roomy())))
            assert ids(found) == sorted([sorted(one.named), sorted(other.named)]), (one.name, other.name)


def test_pairs_that_touch_each_other_blame_only_what_was_planted():
    """What is planted may contradict across the pair; every conflict told is one, and the repairs are in them."""
    pairs = [pair for pair in itertools.combinations(PLANTED, 2) if pair[0].touches & pair[1].touches]
    for one, other in pairs[::3]:
        scenario = other.plant(one.plant(roomy()))
        found = contradicted(scenario)
        assert found.conflicts
        for conflict in found.conflicts:
            members = {limit.id for limit in conflict.limits}
            assert members <= one.named | other.named, (one.name, other.name)
            outside = (one.named | other.named) - members
            alone = scenario
            for id in outside:
                alone = without(alone, id)
            assert not has_plan(alone), (one.name, other.name)
            assert all(has_plan(without(alone, id)) for id in members), (one.name, other.name)


def test_two_conflicts_are_two_paragraphs_with_places():
    dear = rule("dear", "floor", "order", 60.0, FIRST, place="rules.yaml:3")
    low = rule("low", "floor", "order", 9.0, Scope(("server",)), place="rules.yaml:9")
    high = rule("high", "cap", "order", 5.0, Scope(("server",)), place="rules.yaml:15")
    text = words(told(tiny(rules=(dear, low, high), budgets=(budget(100.0, place="plan.yaml:7"),))))
    assert "Conflict 1 of 2" in text
    assert "Conflict 2 of 2" in text
    for said in ('floor "dear" [dear] (rules.yaml:3)', 'budget "Programme" [programme] (plan.yaml:7)'):
        assert said in text
    assert text.count("rules.yaml:15") >= 2


def test_rows_of_a_conflict_are_where_and_when():
    found = contradicted(tiny(rules=(rule("many", "floor", "stock", 60.0, FIRST, each="region"),)))
    cells = {(cell.limit.id, cell.region, cell.year) for cell in found.conflicts[0].cells}
    assert cells == {("many", 0, 2026), ("many", 1, 2026), ("programme", None, 2026)}


def test_a_rule_over_many_rows_is_one_line():
    floors = tuple(rule(f"f{k}", "floor", "stock", 1e3 * (k + 1), MASTS, each="region") for k in range(5))
    found = contradicted(tiny(rules=floors))
    assert len(found.repairs) == len({repair.limit.id for repair in found.repairs}) <= 6
    assert max(repair.rows for repair in found.repairs) > 1


def test_a_soft_rule_is_never_to_blame():
    soft = rule("dream", "floor", "stock", 1e6, MASTS, price=1e-4)
    hard = rule("many", "floor", "stock", 100.0, FIRST)
    assert ids(contradicted(tiny(rules=(soft, hard)))) == [["many", "programme"]]


def test_per_head_and_shares_are_told_in_their_own_words():
    """100 masts of 2 million for 400 x 10,000 people: 0.125 is what 50 masts make."""
    head = rule("head", "floor", "stock", 0.25, FIRST, per_10k_people=True)
    (repair,) = contradicted(tiny(rules=(head,))).repairs
    assert repair.change == "0.25 -> 0.125 mast per 10,000 people (-50.0%)"
    shared = rule("shared", "cap", "order", 0.4, MASTS, each="region", share_of=MASTS)
    some = rule("some", "floor", "order", 10.0, FIRST)
    (conflict,) = contradicted(tiny(rules=(shared, some))).conflicts
    told_alone = {a.limit.id: a.repair for a in conflict.alone if a.repair}
    assert 0.5 <= told_alone["shared"].would_do <= 1.0
    assert told_alone["shared"].change.startswith("40 % -> ")
    assert told_alone["some"].change == "10 -> 0 mast (-100.0%)"


def whole(scenario: Scenario, *assets: str) -> Scenario:
    return replace(scenario, assets=tuple(replace(a, integer=a.id in assets) for a in scenario.assets))


def test_changes_that_take_projects_apart_say_so():
    planted = next(p for p in PLANTED if p.name == "a project that has to be taken against its budget")
    assert "whole ones may need a little more" in words(told(planted.plant(roomy())))
    assert "whole ones" not in words(told(PLANTED[0].plant(roomy())))


def test_whole_modules_alone_may_contradict():
    """Half a mast would do for the floor, and half a mast is what there is money for."""
    poor = whole(tiny(budgets=(budget(1.0),), rules=(rule("half", "floor", "order", 0.5, FIRST),)), "mast")
    found = told(poor)
    assert has_plan(whole(poor))
    assert found.contradiction.whole
    assert ids(found.contradiction) == [["half", "programme"]]
    assert "no plan of whole modules and projects exists" in words(found)
    alone = {a.limit.id: a.repair.would_do for a in found.contradiction.conflicts[0].alone if a.repair}
    assert alone == {"half": 0.0, "programme": 2.0}


def test_whole_modules_between_a_floor_and_a_cap():
    """No whole number of modules of ten lies between 12 and 18 masts."""
    low, high = rule("low", "floor", "order", 12.0, FIRST), rule("high", "cap", "order", 18.0, FIRST)
    innocent = rule("innocent", "cap", "order", 30.0, Scope(("server",)))
    assets = tuple(replace(a, module_units=10.0) if a.id == "mast" else a for a in tiny().assets)
    found = contradicted(whole(tiny(assets=assets, rules=(innocent, low, high)), "mast"))
    assert found.whole
    assert ids(found) == [["high", "low"]]
    assert {r.limit.id: r.would_do for r in found.repairs} in ({"low": 10.0}, {"high": 20.0})


def test_balances_that_contradict_each_other_are_said_to():
    def impossible(instance: object) -> LinearProgram:
        program = program_of(build_instance(tiny()))
        program.upper[program.variables["stock"].indices.ravel()] = -1.0
        program.lower[program.variables["stock"].indices.ravel()] = -1.0
        return program

    found = explain(tiny(), impossible)
    assert found.contradiction.hopeless
    assert words(found).startswith("no plan exists, and no change of budgets")


def test_no_time_is_an_error():
    with pytest.raises(TimeoutError):
        explain(PLANTED[0].plant(roomy()), program_of, time_limit_s=0.0)


def test_physical_limits_in_their_units():
    """Traffic that must pass and machines that must stand, against one limit alone that may give way."""
    scenario = trading()
    for name, unit in (("traffic_is_within_bandwidth", "Gbit/s km"), ("halls_house_the_machines", "MW of space")):
        instance = build_instance(scenario)
        program = program_of(instance)
        program.row_upper[program.rows[name].indices[:, -1]] = -1e4
        kind = 3 if "traffic" in name else 1
        program.upper[program.variables["order"].indices[:, kind].ravel()] = 0.0
        found = contradiction(instance, program)
        assert {repair.unit for repair in found.repairs} == {unit}
        assert "more would do" in found.repairs[0].words


def test_json_has_the_same_limits_as_the_words():
    found = told(PLANTED[0].plant(roomy()))
    said = as_json(found)
    assert said["feasible"] is False
    assert {limit["id"] for limit in said["conflicts"][0]["limits"]} == PLANTED[0].named
    assert said["repairs"][0]["limit"]["id"] in PLANTED[0].named
    assert said["conflicts"][0]["alone"][0]["repair"]["would_do"] > 0
