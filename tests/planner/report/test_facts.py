"""The shared figures against plain sums over the tables, and against other people's formulas."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.plan import Plan
from planner.report import facts
from planner.report.context import (
    Context,
    asset_mark,
    capex_by,
    class_word,
    context,
    in_words,
    other_name,
    partition,
    rows,
    short_name,
)
from planner.report.drawing import INK, PAPER, contrast, shade, tint
from planner.report.language import language
from tests.planner.report.made_up import HOSTS, I0, MACRO, PEOPLE, changed, three_plans

EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def ctx(plan: Plan) -> Context:
    return context([plan], EN)


def test_capital_is_the_sum_of_orders(ctx: Context, plan: Plan) -> None:
    whole = sum(plan.tables["orders"].column("capex_million"))
    assert facts.capex_million(ctx, plan) == pytest.approx(whole)
    for keys in (("class",), ("macro",), ("region", "class"), ("year",)):
        assert sum(capex_by(ctx, plan, *keys).values()) == pytest.approx(whole)


def test_running_costs_leave_the_tail_out(ctx: Context, plan: Plan) -> None:
    paid = [r for r in plan.tables["spending"].rows if r[3] == "plan"]
    assert facts.running_million(ctx) == pytest.approx(sum(r[5] + r[6] for r in paid))


def test_gain_compares_the_same_year(plan: Plan) -> None:
    won = facts.gain(plan, 2030)
    same = [r for r in plan.tables["innovation"].rows if r[1] == 2030]
    assert won.with_plan == pytest.approx(sum(r[3] for r in same))
    assert won.relative == pytest.approx(sum(r[3] for r in same) / sum(r[6] for r in same) - 1)
    assert facts.gain(plan, 2025).relative == pytest.approx(0.0)


def test_hosting_tells_home_near_and_far(ctx: Context) -> None:
    flows = rows(ctx.plan, "flows", year=2030)
    made = facts.hosting(ctx, flows)
    far = sum(f["flow_eflops"] for f in flows if MACRO[f["host"]] != MACRO[f["region"]])
    assert made.total == pytest.approx(sum(f["flow_eflops"] for f in flows))
    assert made.far == pytest.approx(far)
    assert made.near > 0
    assert {f["host"] for f in flows if f["host"] != f["region"]} == set(HOSTS)
    assert facts.hosting(ctx, []).elsewhere_share == 0.0


def test_unmet_share_is_of_what_was_asked(plan: Plan) -> None:
    asked = [r for r in plan.tables["demand"].rows if r[2] == 2028]
    assert facts.unmet_share(plan, 2028) == pytest.approx(sum(r[6] for r in asked) / sum(r[4] for r in asked))
    assert facts.unmet_share(plan, 1999) is None


def test_binding_rules_come_dearest_first(plan: Plan) -> None:
    found = facts.binding(plan)
    assert [rule.rule for rule in found] == ["power_is_within_headroom", "ai_at_hubs", "coverage_5g"]
    power = found[0]
    assert (len(power.rows), power.total) == (15, 155)
    assert power.worth == pytest.approx(15 * 0.01 * 2e-7 * 900)
    assert all(row["shortfall"] > 0 for row in found[2].rows)


def test_objective_units_become_innovation(ctx: Context) -> None:
    base = sum(I0.values())
    assert facts.objective_unit(ctx) == (pytest.approx(base), "invention patents a year")
    words = facts.objective_words(ctx, 1e-4)
    assert words.startswith("0.010\u00a0% of today's innovation")
    assert f"{base * 1e-4:.1f} invention patents" in words
    logs = context([changed(ctx.plan, bounds={"unit": "log points", "upper": 1, "lower": 1, "gap": 0})], EN)
    assert "mean of log innovation" in facts.objective_words(logs, 1e-4)


def test_common_money_is_never_more_than_any_plan() -> None:
    ctx = context(three_plans(), EN)
    common = facts.common_million(ctx)
    assert 0 < common < min(facts.capex_million(ctx, plan) for plan in ctx.plans)
    assert facts.common_million(context([ctx.plan], EN)) == pytest.approx(facts.capex_million(ctx, ctx.plan))


@given(st.integers(3, 12).flatmap(lambda n: st.tuples(*[st.permutations(range(n))] * 2)))
def test_rank_correlation_without_ties_is_one_less_six_d2(pair: tuple[list[int], list[int]]) -> None:
    n = len(pair[0])
    squares = sum((a - b) ** 2 for a, b in zip(*pair, strict=True))
    first, second = ({str(at): 10.0**value for at, value in enumerate(side)} for side in pair)
    assert facts.rank_correlation(first, second, list(first)) == pytest.approx(1 - 6 * squares / (n * (n * n - 1)))


def test_rank_correlation_shares_ranks_among_ties() -> None:
    first, second = {"a": 1.0, "b": 1.0, "c": 2.0}, {"a": 3.0, "b": 5.0, "c": 9.0}
    assert facts.rank_correlation(first, second, list("abc")) == pytest.approx(math.sqrt(3) / 2)
    assert math.isnan(facts.rank_correlation({}, second, list("abc")))


def test_macro_regions_are_a_partition(ctx: Context) -> None:
    assert ctx.macro == MACRO
    assert list(ctx.macro_names) == ["east", "central", "west", "northeast"]


def test_partition_wants_every_region_once() -> None:
    whole = frozenset("abcd")
    halves = [("ab", frozenset("ab")), ("cd", frozenset("cd"))]
    assert partition([*halves, ("bc", frozenset("bc"))], whole) == ("ab", "cd")
    fine = [(x, frozenset(x)) for x in "abcd"]
    assert partition([*halves, *fine], whole) == ("a", "b", "c", "d")
    assert partition([*fine, ("east", frozenset("ab")), ("rest", frozenset("cd"))], whole) == ("c", "d", "east")
    assert partition([("all", whole), ("ab", frozenset("ab"))], whole) == ()


def test_paths_are_said_in_words(ctx: Context) -> None:
    assert in_words(ctx, "assets.rack.base_stock") == "base stock of Data-center halls"
    assert in_words(ctx, "demand.edge.base_eflops") == "base eflops of Factory edge inference"
    assert in_words(ctx, "discount_rate") == "discount_rate"


def test_estimated_inputs_mark_their_assets(ctx: Context) -> None:
    marked = [asset for asset in ctx.assets if asset_mark(ctx, asset)]
    assert marked == ["rack", "ai_node"]


def test_tiles_carry_codes_in_english_and_short_names_in_chinese(ctx: Context) -> None:
    assert [short_name(ctx, r) for r in ("CN-BJ", "CN-HL")] == ["BJ", "HL"]
    short = {rid: {**r, "name_zh": str(r["name_zh"])[:2]} for rid, r in ctx.regions.items()}
    chinese = replace(ctx, words=ZH, regions=short)
    assert [short_name(chinese, r) for r in ("CN-BJ", "CN-SN")] == ["北京", "陕西"]
    long = replace(ctx, words=ZH)
    assert short_name(long, "CN-NM") == "NM"


def test_the_other_name_of_a_region_is_a_hint(ctx: Context) -> None:
    assert other_name(ctx, "CN-GD") == "广东省"
    assert other_name(replace(ctx, words=ZH), "CN-GD") == "Guangdong"
    nameless = context([changed(ctx.plan, regions=[{**r, "name_zh": ""} for r in ctx.regions.values()])], ZH)
    assert other_name(nameless, "CN-GD") == ""


def test_classes_are_lower_case_inside_an_english_sentence(ctx: Context) -> None:
    assert class_word(ctx, "compute") == "intelligent and supercomputing"
    assert class_word(replace(ctx, words=ZH), "compute") == "智能与超级计算"
    assert class_word(ctx, "own_class") == "own class"


def test_elasticity_sets_are_told_from_other_questions() -> None:
    plans = three_plans()
    assert facts.elasticity_plans(context(plans, EN)) == plans
    other = changed(plans[1], overrides=["elasticities=neutral", "budgets.programme.limit=1"])
    assert facts.elasticity_plans(context([plans[0], other, plans[2]], EN)) == (plans[0], plans[2])
    assert facts.elasticity_plans(context([plans[0], plans[0]], EN)) == (plans[0],)


def test_the_worst_off_has_the_least_per_head(ctx: Context, plan: Plan) -> None:
    least = facts.worst_off(ctx, 2030)
    assert least is not None
    heads = {row[0]: row[3] / PEOPLE[row[0]] for row in plan.tables["innovation"].rows if row[1] == 2030}
    assert least.region == min(heads, key=lambda region: heads[region])
    assert least.with_plan == pytest.approx(min(heads.values()))
    assert least.relative == pytest.approx(least.with_plan / least.without - 1)


@pytest.mark.parametrize("colour", ["#4b99bf", "#c08a14", "#0b3c73", "#b4566b", "#5a3d8a", INK])
def test_ink_is_readable_on_every_shade(colour: str) -> None:
    for step in range(21):
        cell = shade(colour, step / 20)
        assert contrast(cell["ink"], cell["fill"]) >= 3.8, (colour, step)


def test_contrast_knows_black_and_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast(PAPER, PAPER) == 1
    assert tint("#102030", 0) == "#ffffff"
    assert tint("#102030", 1) == "#102030"
