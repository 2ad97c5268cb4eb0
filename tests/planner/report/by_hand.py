"""A plan small enough to sum in the head: three regions, two assets, two years; and plans that lack something."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.plan import Plan
from planner.report.blocks import Block, Chart, Fold, Grid, Slider, Text, grids
from planner.report.context import Context, context
from planner.report.language import Language, language
from planner.tables import SCHEMAS, table
from tests.planner.report.made_up import changed

EN, ZH = language("en"), language("zh")
REGIONS = (("A", "Alpha", "甲", 100.0, [0, 0]), ("B", "Beta", "乙", 300.0, [1, 0]), ("C", "Gamma", "丙", 600.0, [1, 1]))
# region, asset, year, in service, modules, units, unit, million, project: 2,000 million in 2026, 6,000 in 2027
ORDERS = (
    ("A", "cable", 2026, 2026, 1.0, 10.0, "km", 1000.0, ""),
    ("B", "node", 2026, 2026, 1.0, 4.0, "node", 1000.0, ""),
    ("B", "cable", 2027, 2027, 1.0, 20.0, "km", 2000.0, ""),
    ("C", "node", 2027, 2028, 1.0, 16.0, "node", 4000.0, ""),
)
# region, year, phase, with the plan, index, per 10,000 people, without
INNOVATION = (
    ("A", 2025, "base", 100.0, 1.0, 1.0, 100.0),
    ("B", 2025, "base", 150.0, 1.0, 0.5, 150.0),
    ("C", 2025, "base", 120.0, 1.0, 0.2, 120.0),
    ("A", 2026, "plan", 110.0, 1.1, 1.1, 100.0),
    ("B", 2026, "plan", 150.0, 1.0, 0.5, 150.0),
    ("C", 2026, "plan", 120.0, 1.0, 0.2, 120.0),
    ("A", 2027, "plan", 160.0, 1.6, 1.6, 80.0),
    ("B", 2027, "plan", 180.0, 1.2, 0.6, 120.0),
    ("C", 2027, "plan", 150.0, 1.25, 0.25, 120.0),
)
DEMAND = (
    ("A", "shops", 2027, "plan", 10.0, 10.0, 0.0),
    ("B", "shops", 2027, "plan", 20.0, 15.0, 5.0),
    ("C", "lab", 2027, "plan", 30.0, 30.0, 0.0),
    ("A", "shops", 2026, "plan", 10.0, 10.0, 0.0),
)
# host, region, class: A serves itself; B has 10 from A (its own macro-region) and 5 at home; C has 30 from B
FLOWS = (
    ("A", "A", "shops", 2027, "plan", 10.0, 0.5, 0.0),
    ("A", "B", "shops", 2027, "plan", 10.0, 3.5, 2e6),
    ("B", "B", "shops", 2027, "plan", 5.0, 0.5, 0.0),
    ("B", "C", "lab", 2027, "plan", 30.0, 8.0, 9e6),
    ("A", "A", "shops", 2026, "plan", 10.0, 0.5, 0.0),
)
BUDGETS = (
    ("money", 2026, "plan", 3000.0, 0.0, 2000.0, 1000.0, 0.0, 0.0),
    ("money", 2027, "plan", 5000.0, 1000.0, 6000.0, 0.0, 0.0, 2e-3),
    ("upkeep", 0, "plan", 400.0, 0.0, 100.0, 0.0, 0.0, 0.0),
    ("upkeep", 2030, "tail", 50.0, 0.0, 25.0, 0.0, 0.0, 0.0),
)


def small_plan(**tables: tuple[Any, ...]) -> Plan:
    """The plan; tables given replace its own."""
    rows: dict[str, tuple[Any, ...]] = {
        "orders": ORDERS,
        "innovation": tuple((*row, "ideas") for row in INNOVATION),
        "demand": DEMAND,
        "flows": FLOWS,
        "budgets": BUDGETS,
        "spending": (("A", "cable", 2026, "plan", 1000.0, 30.0, 20.0), ("A", "cable", 2030, "tail", 0.0, 9.0, 9.0)),
        "factors": (("A", "reach", 2027, "plan", 1.0, "km", 1.5), ("A", "wit", 2027, "plan", 1.0, "people", 2.5)),
        "divide": ((2027, "max_over_min", 6.4, 4.0, "1"), (2027, "gini", 0.4, 0.3, "1")),
        "assumptions": (
            ("rate", 0.05, 0.0, 0.0, "1", "found", "x", "plan.yaml:1"),
            ("floor", 0.05, 0.0, 0.0, "1", "assumption", "x", "plan.yaml:2"),
            ("share", 0.05, 0.0, 0.0, "1", "estimated", "x", "plan.yaml:3"),
            ("price", 0.05, 0.0, 0.0, "1", "recalled", "x", "plan.yaml:4"),
        ),
        **tables,
    }
    return Plan(
        _summary(), {schema.name: table(schema.name, rows.get(schema.name, ())) for schema in SCHEMAS}, "schema: 1\n"
    )


def _summary() -> dict[str, Any]:
    return {
        "schema": "innocap.plan/1",
        "id": "small",
        "title": "A plan by hand",
        "created": "2026-11-23T08:00:00Z",
        "currency": "CNY",
        "price_year": 2024,
        "base_year": 2025,
        "years": [2026, 2027],
        "objective": "total",
        "elasticity_set": "only",
        "elasticity_sets": [{"id": "only", "name": "The only one", "name_zh": "唯一一组"}],
        "regions": [
            {"id": r, "name": name, "name_zh": zh, "population_10k": people, "tile": tile, "groups": []}
            for r, name, zh, people, tile in REGIONS
        ],
        "groups": [
            {"id": "north", "name": "North", "name_zh": "北方", "members": ["A", "B"]},
            {"id": "south", "name": "South", "name_zh": "南方", "members": ["C"]},
        ],
        "assets": [
            {"id": "cable", "class": "network", "name": "Cable", "name_zh": "光缆", "unit": "km"},
            {"id": "node", "class": "compute", "name": "Node", "name_zh": "节点", "unit": "node"},
        ],
        "factors": [
            {"id": "reach", "name": "Reach", "name_zh": "覆盖", "unit": "km"},
            {"id": "wit", "name": "Wit", "name_zh": "人才", "unit": "people"},
        ],
        "classes": [
            {"id": "shops", "name": "Shops", "name_zh": "商店", "link": "circulation", "delay_limit_ms": 5.0},
            {"id": "lab", "name": "Laboratories", "name_zh": "实验室", "link": "research", "delay_limit_ms": None},
        ],
        "budgets": [
            {"id": "money", "name": "Money of a year", "name_zh": "年度资金"},
            {"id": "upkeep", "name": "Upkeep", "name_zh": "运维"},
        ],
        "rules": [],
        "innovation_unit": "ideas",
        "innovation_unit_zh": "个创意",
        "versions": {"innocap": "0.1.0"},
        "bounds": {"upper": 1.1, "lower": 1.099, "gap": 1e-3, "unit": "index"},
        "status": "optimal",
    }


def small(words: Language = EN, **tables: tuple[Any, ...]) -> Context:
    """The context of the plan by hand."""
    return context([small_plan(**tables)], words)


def one_region_one_year(words: Language = EN) -> Context:
    """Region A alone, 2027 alone, no groups."""
    only: dict[str, tuple[Any, ...]] = {
        "orders": (("A", "cable", 2027, 2027, 1.0, 10.0, "km", 1000.0, ""),),
        "innovation": tuple((*row, "ideas") for row in INNOVATION if row[0] == "A" and row[1] != 2026),
        "demand": DEMAND[:1],
        "flows": FLOWS[:1],
    }
    plan = small_plan(**only)
    return context([changed(plan, regions=plan.summary["regions"][:1], years=[2027], groups=[])], words)


def bare(words: Language = EN) -> Context:
    """No orders, demand, budgets, groups, factors, divide, assumptions, tiles or Chinese names."""
    names = ("orders", "demand", "flows", "budgets", "spending", "factors", "divide", "assumptions")
    empty: dict[str, tuple[Any, ...]] = dict.fromkeys(names, ())
    plan = small_plan(**empty)
    regions = [{**r, "tile": None, "name_zh": ""} for r in plan.summary["regions"]]
    return context([changed(plan, regions=regions, groups=[])], words)


def with_set(plan: Plan, name: str, **tables: Any) -> Plan:
    """The same question under another elasticity set, with tables of its own."""
    return replace(
        changed(plan, elasticity_set=name),
        tables={**plan.tables, **{key: table(key, rows) for key, rows in tables.items()}},
    )


def grid_of(blocks: tuple[Block, ...], id: str) -> Grid:
    """The table of this id."""
    return next(found for found in grids(blocks) if found.id == id)


def values(shown: Grid) -> list[tuple[Any, ...]]:
    """Values of a table, row by row."""
    return [tuple(cell.value for cell in row) for row in shown.rows]


def told(blocks: tuple[Block, ...]) -> str:
    """All prose of blocks: paragraphs, conclusions, titles."""
    parts: list[str] = []
    for block in blocks:
        if isinstance(block, Text):
            parts += block.paragraphs
        elif isinstance(block, Chart):
            parts += [block.title, block.conclusion]
        elif isinstance(block, Slider):
            parts.append(block.title)
        elif isinstance(block, Fold):
            parts += [block.title, told(block.blocks)]
    return " ".join(parts).replace("\u00a0", " ")
