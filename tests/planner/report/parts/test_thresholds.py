"""Levels that earn a bonus: who reaches them before the plan, who by its end, and since when."""

from __future__ import annotations

from planner.report.context import Context, context
from planner.report.language import Language
from planner.report.parts import thresholds
from planner.report.sections import innovation
from tests.planner.report.by_hand import EN, ZH, grid_of, small, small_plan, values
from tests.planner.report.made_up import changed

MASS = {"id": "mass", "name": "Critical mass", "name_zh": "临界规模", "factor": "reach", "at_least": 2.0, "bonus": 0.1}
# threshold, region, year, phase, level, at least, reached, innovation factor: A has it, B gets it in 2026, C in 2027
REACHED = (
    ("mass", "A", 2025, "base", 3.0, 2.0, 1, 1.0),
    ("mass", "B", 2025, "base", 1.0, 2.0, 0, 1.0),
    ("mass", "C", 2025, "base", 0.5, 2.0, 0, 1.0),
    ("mass", "A", 2026, "plan", 3.0, 2.0, 1, 1.0),
    ("mass", "B", 2026, "plan", 2.0, 2.0, 1, 1.1),
    ("mass", "C", 2026, "plan", 0.9, 2.0, 0, 1.0),
    ("mass", "A", 2027, "plan", 3.0, 2.0, 1, 1.0),
    ("mass", "B", 2027, "plan", 2.5, 2.0, 1, 1.1),
    ("mass", "C", 2027, "plan", 2.0, 2.0, 1, 1.1),
)


def with_thresholds(words: Language = EN) -> Context:
    return context([changed(small_plan(thresholds=REACHED), thresholds=[MASS])], words)


def test_a_plan_without_thresholds_says_nothing() -> None:
    assert thresholds.blocks(small()) == ()


def test_regions_are_counted_before_and_after_and_named_with_their_year() -> None:
    shown = values(grid_of(thresholds.blocks(with_thresholds()), "thresholds"))
    assert shown == [("Critical mass", "Reach", 2.0, 0.1, 1, 3, "Beta (2026) and Gamma (2027)")]


def test_a_threshold_nobody_reaches_names_nobody() -> None:
    none = tuple((*row[:6], 0, 1.0) for row in REACHED)
    ctx = context([changed(small_plan(thresholds=none), thresholds=[MASS])], EN)
    assert values(grid_of(thresholds.blocks(ctx), "thresholds"))[0][4:] == (0, 0, "")


def test_a_bonus_that_is_lost_is_not_reached_in_the_last_year() -> None:
    lost = tuple(row if (row[1], row[2]) != ("A", 2027) else (*row[:6], 0, 0.9) for row in REACHED)
    ctx = context([changed(small_plan(thresholds=lost), thresholds=[MASS])], EN)
    assert values(grid_of(thresholds.blocks(ctx), "thresholds"))[0][4:6] == (1, 2)


def test_in_chinese_within_the_section_on_innovation() -> None:
    section = innovation.section(with_thresholds(ZH))
    (row,) = values(grid_of(section.blocks, "thresholds"))
    assert (row[0], row[1], row[-1]) == ("临界规模", "覆盖", "乙（2026年）和丙（2027年）")
