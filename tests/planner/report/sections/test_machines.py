"""Machines: what is measured and what is published, what a unit delivers, and the benchmark behind it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from planner.report.blocks import Note, Section
from planner.report.context import context
from planner.report.sections import machines
from tests.planner.report.by_hand import EN, ZH, bare, grid_of, small_plan, told, values
from tests.planner.report.made_up import changed

# asset, class, machine, mix, peak TFLOP/s, sustained, low, high, in use, PFLOP/s, origin, evidence
NODE = ("node", "lab", "box", "training", 100.0, 0.4, 0.38, 0.42, 0.5, 0.02, "measured", "result.json of 2026")
CABLE = ("cable", "shops", "sheet", "", 10.0, 0.6, math.nan, math.nan, 1.0, 0.006, "published", "A data sheet")


def of(*rows: tuple[Any, ...], words=EN, bench: Any = None, **summary: Any) -> Section:
    return machines.section(context([changed(small_plan(capability=rows), **summary)], words, bench=bench))


def test_measured_and_published_are_counted() -> None:
    shown = told(of(NODE, CABLE).blocks)
    assert "1 of 2 figures are measured by the benchmark harness, the others are published" in shown
    assert "The workloads sustain 40.0 % to 60.0 % of nameplate peak" in shown


def test_all_of_one_kind_are_said_to_be_so() -> None:
    assert "The one figure is measured by the benchmark harness." in told(of(NODE).blocks)
    assert "The one figure is published; this machine was not measured." in told(of(CABLE).blocks)
    assert "All 2 figures are published" in told(of(CABLE, CABLE).blocks)


def test_a_plan_without_machines_says_so() -> None:
    section = machines.section(bare())
    assert "No asset of this plan takes its capacity from a machine." in told(section.blocks)
    assert len(section.blocks) == 1


def test_the_table_follows_the_order_of_the_assets() -> None:
    table = grid_of(of(NODE, CABLE).blocks, "capability")
    assert [row[0] for row in values(table)] == ["Cable", "Node"]
    assert values(table)[1] == (
        "Node",
        "Laboratories",
        "measured",
        0.02,
        0.4,
        0.38,
        0.42,
        100.0,
        0.5,
        "box",
        "training",
    )


def test_capacity_is_peak_times_sustained_times_use() -> None:
    """100 TFLOP/s x 0.4 x 0.5 = 20 TFLOP/s = 0.02 PFLOP/s, as the remark says."""
    row = values(grid_of(of(NODE).blocks, "capability"))[0]
    assert row[3] == pytest.approx(row[7] * row[4] * row[8] / 1000)


def test_machines_go_by_their_names_in_the_language_of_the_report() -> None:
    named = [{"id": "box", "name": "The box", "name_zh": "盒子"}]
    for words, name in ((EN, "The box"), (ZH, "盒子")):
        section = of(NODE, words=words, machines=named)
        assert values(grid_of(section.blocks, "capability"))[0][9] == name
        assert values(grid_of(section.blocks, "capability_evidence"))[0][0] == name


def test_evidence_is_told_once() -> None:
    twice = (*NODE[:1], "shops", *NODE[2:])
    assert len(grid_of(of(NODE, twice).blocks, "capability_evidence").rows) == 1


def test_records_stand_with_their_hash() -> None:
    record = {"machine": "box", "path": "out/capability.json", "sha256": "ab", "evidence": "2026-11-24"}
    table = grid_of(of(NODE, capability_records=[record]).blocks, "capability_records")
    assert values(table) == [("box", "2026-11-24", "out/capability.json", "ab")]


def result(verdict: str = "quiet", **more: Any) -> dict[str, Any]:
    """A benchmark result with one verified case and one that failed."""
    cases = [{"verification": {"passed": True}}, {"verification": {"passed": False}}, {}]
    return {
        "suite": "quick",
        "created": "2026-11-24T08:00:00+00:00",
        "cases": cases,
        "environment": {"verdict": verdict},
        "machine": {"passport": {"cpu_model": "A processor"}},
    } | more


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("quiet", "was quiet while it ran"),
        ("usable", "was quiet enough"),
        ("noisy", "was not quiet"),
        ("sleepy", "was not judged"),
    ],
)
def test_the_benchmark_says_how_quiet_its_machine_was(verdict: str, said: str) -> None:
    section = of(NODE, bench=result(verdict))
    shown = told(section.blocks)
    assert "Benchmark “quick” of" in shown
    assert "one verified case, on A processor" in shown
    assert said in shown
    assert bool([block for block in section.blocks if isinstance(block, Note)]) == (verdict == "noisy")


def test_a_machine_without_a_passport_is_unnamed() -> None:
    assert "on an unnamed machine" in told(of(NODE, bench=result(machine={})).blocks)
