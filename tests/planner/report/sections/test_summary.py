"""The first page: its sentences and figures against sums done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Figures, Note
from planner.report.context import Context, context
from planner.report.language import language
from planner.report.sections import summary
from planner.tables import table
from tests.planner.report.by_hand import (
    ORDERS,
    ZH,
    bare,
    grid_of,
    one_region_one_year,
    small,
    small_plan,
    told,
    values,
    with_set,
)
from tests.planner.report.made_up import changed


def text(ctx: Context) -> str:
    return told(summary.section(ctx).blocks)


def figures(ctx: Context) -> list[str]:
    found = next(block for block in summary.section(ctx).blocks if isinstance(block, Figures))
    return [f"{figure.value} {figure.name} {figure.remark}".strip().replace("\u00a0", " ") for figure in found.figures]


def test_it_says_what_where_and_when() -> None:
    """8,000 million: 5,000 for nodes, half of it in the north; 2,000 in the first year, 6,000 in the second."""
    shown = text(small())
    assert "new capacity for CNY 8.00 bn in 2026–2027, of which 62.5 % for intelligent and supercomputing" in shown
    assert "and 37.5 % for network" in shown
    assert "Where: North 50.0 % and South 50.0 % of the money" in shown
    assert "orders start at CNY 2.00 bn in 2026 and are largest, CNY 6.00 bn, in 2027" in shown
    assert "upkeep and electricity of all that stands take CNY 50.0 million" in shown


def test_it_says_the_same_in_chinese() -> None:
    shown = text(small(ZH))
    assert "2026–2027年新增能力投资80.0亿元，其中智能与超级计算占62.5%和网络占37.5%" in shown
    assert "北方50.0%和南方50.0%" in shown
    assert "2026年投资20.0亿元，2027年最多，为60.0亿元" in shown
    assert "2027年全国达到490个创意。2025年为370。" in shown
    assert "人均创新能力最低的是丙，每万人0.250，若不投资则为0.200，变化+25.0%；全国变化+53.1%" in shown


def test_it_says_what_the_plan_brings_and_to_whom_least() -> None:
    """490 against 320; Gamma has 150 for 600 times 10,000 people."""
    shown = text(small())
    assert "in 2027 the country reaches 490 ideas. In 2025 it was 370." in shown
    assert "the country would be at 320; the gain over that is 53.1 %" in shown
    assert "is Gamma, at 0.250 per 10,000 people, against 0.200 if nothing were ordered" in shown
    assert "That is +25.0 %; the country as a whole gains +53.1 %" in shown
    assert "Regions move apart: the first stands at 6.40 times the last per head, against 4.00 times" in shown


def test_the_last_place_may_change_hands() -> None:
    """Without the plan Beta would have 30 for 300: 0.1 a head, less than the 0.2 of Gamma."""
    rows = [("A", 160.0, 80.0), ("B", 180.0, 30.0), ("C", 150.0, 120.0)]
    levels = tuple((r, 2027, "plan", plan, 1.0, 1.0, idle, "ideas") for r, plan, idle in rows)
    base = tuple((r, 2025, "base", 1.0, 1.0, 1.0, 1.0, "ideas") for r, *_ in rows)
    ctx = context([changed(small_plan(innovation=(*base, *levels)), years=[2027])], language("en"))
    assert facts.worst_off(ctx, 2027) == facts.WorstOff("C", 0.25, 0.2)
    assert facts.worst_off(ctx, 2027, "without_plan") == facts.WorstOff("B", 0.6, 0.1)
    assert "If nothing were ordered, the last place would be Beta’s." in text(ctx)


def test_it_says_how_sure_it_is() -> None:
    """Four numbers: one found, one recalled, two assumed or estimated."""
    shown = text(small())
    assert "no other plan can score more than 0.10 % above this one; that is proved" in shown
    assert "of 4, 25.0 % are found, derived, published or measured, 25.0 % are recalled and 50.0 % are assumed" in shown
    assert "the elasticity set “The only one”; other sets were not given" in shown
    assert "What holds the plan back: money in 2027." in shown


def test_figures_of_machines_are_counted_by_origin(ctx: Context) -> None:
    measured = summary._basis(ctx)
    wanted = "Of 8 performance figures of machines, 4 are measured."
    assert wanted in measured or "8个机器性能数据中，4个为实测" in measured


def test_elasticity_sets_agree_on_what_all_of_them_spend() -> None:
    """The other set moves the 4,000 of Gamma to Beta: 4,000 of 8,000 stay where they are."""
    plan = small_plan()
    moved = tuple(("B", *row[1:]) if row[0] == "C" else row for row in ORDERS)
    ctx = context([plan, with_set(plan, "other", orders=moved)], language("en"))
    assert summary.agreed_share(ctx) == pytest.approx(0.5)
    assert "50.0 % of the money goes to the same regions and classes" in text(ctx)
    assert "50.0 % of the money is the same under all 2 elasticity sets" in figures(ctx)


def test_a_plan_of_another_question_is_no_elasticity_set() -> None:
    plan = small_plan()
    other = changed(plan, elasticity_set="other", overrides=["budgets.money.limit=1"])
    assert summary.agreed_share(context([plan, other], language("en"))) is None
    assert summary.agreed_share(context([plan, changed(plan)], language("en"))) is None


def test_there_are_six_key_figures() -> None:
    shown = figures(small())
    assert len(shown) == 6
    assert shown[0] == "CNY 8.00 bn new capacity ordered 2026–2027 and CNY 50.0 million to run all that stands"
    assert shown[1].startswith("+53.1 %")
    assert shown[1].endswith("170 more ideas")
    assert shown[3] == (
        "8.3 % of the demand for computing not served in 2027 "
        "72.7 % of what is served is made outside the region that uses it"
    )
    assert shown[5].startswith("0.400 Gini")


def test_the_chart_draws_what_the_plan_says() -> None:
    numbers = values(grid_of(summary.section(small()).blocks, "national_innovation"))
    assert numbers == [(2025, 370.0, 370.0), (2026, 380.0, 370.0), (2027, 490.0, 320.0)]


def test_a_stopped_solve_is_said_first(plan: Plan) -> None:
    blocks = summary.section(context([changed(plan, status="limit")], language("en"))).blocks
    assert isinstance(blocks[0], Note)
    assert "stopped at a limit" in blocks[0].text


@pytest.mark.parametrize("nothing", [None, float("inf")])
def test_an_unknown_bound_is_never_called_proved(nothing: float | None) -> None:
    plan = changed(small_plan(), bounds={"upper": nothing, "lower": 1.0, "gap": nothing, "unit": "index"})
    ctx = context([plan], language("en"))
    assert "stopped before it could prove" in text(ctx)
    assert "that is proved" not in text(ctx)
    assert "not proved certified gap: no plan scores more above this one" in figures(ctx)


def test_plans_that_lack_things_still_have_a_first_page() -> None:
    assert "Nothing is ordered in 2026–2027." in text(bare())
    assert "2026–2027年没有任何订购。" in text(bare(ZH))
    alone = text(one_region_one_year())
    assert "worst-off" not in alone
    assert "Where:" not in alone
    assert "When:" not in alone
    empty = replace(small_plan(), tables={**small_plan().tables, "capability": table("capability", [])})
    assert "performance figures" not in text(context([empty], language("en")))
