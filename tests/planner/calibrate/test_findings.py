"""What becomes of estimates before a plan may use them; drops and warnings told; the written config read back."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.calibrate.findings import calibrate, fit_for_a_plan
from planner.calibrate.panel import Panel
from planner.calibrate.spec import Assumed, Inventory, Spec, Variable
from planner.calibrate.write import as_json, config_text
from planner.config import read
from tests.planner.config.plans import write

SPEC = Spec("region", "year", "y", (Variable("compute", "Compute", "a"), Variable("talent", "Talent", "b")))


def panel(beta: tuple[float, float], noise: float = 0.2, regions: int = 50, years: int = 6) -> Panel:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, regions, years)).cumsum(axis=2) + rng.normal(size=(2, regions, 1))
    y = beta[0] * a + beta[1] * b + noise * rng.normal(size=a.shape)
    columns = {"y": np.exp(y), "a": np.exp(a), "b": np.exp(b)}
    names = tuple(f"r{i}" for i in range(regions))
    return Panel("panel.csv", names, tuple(range(2010, 2010 + years)), columns, np.ones(a.shape, dtype=bool))


def test_a_negative_estimate_is_written_as_zero_with_a_note() -> None:
    found = calibrate(panel((-0.3, 0.5)), SPEC)
    assert found.written.coefficients[0].beta < -0.2
    assert found.sets[0].beta["compute"] == 0
    assert found.sets[0].notes[0].startswith("compute: -0.")
    assert "is below 0, written as 0" in config_text(found, "panel.csv")


def test_a_sum_above_one_is_scaled_with_a_note() -> None:
    found = calibrate(panel((0.8, 0.6)), SPEC)
    held = found.sets[0]
    assert 0.9995 < sum(held.beta.values()) <= 1
    assert held.beta["compute"] / held.beta["talent"] == pytest.approx(
        found.written.coefficients[0].beta / found.written.coefficients[1].beta, rel=1e-3
    )
    assert "is above 1, all scaled by" in held.notes[0]


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(-3, 3), min_size=1))
def test_what_is_written_is_always_fit_for_a_plan(estimated: dict[str, float]) -> None:
    spec = dataclasses.replace(SPEC, assumed=(("z", Assumed(0.1, "book")),))
    held = fit_for_a_plan(estimated, spec, "one", "One")
    assert all(value >= 0 for value in held.beta.values())
    assert sum(held.beta.values()) <= 1 + 1e-12
    changed = [name for name, value in estimated.items() if abs(held.beta[name] - value) > 1e-4 + 1e-9]
    assert not changed or held.notes


def test_missing_and_nonpositive_values_are_dropped_and_counted() -> None:
    held = panel((0.4, 0.3))
    held.columns["a"][0, 0] = np.nan
    held.columns["a"][1, :2] = 0.0
    held.columns["y"][2, 3] = -1.0
    found = calibrate(held, dataclasses.replace(SPEC, leave_out=("r5",), years=(2010, 2014)))
    told = {drop.reason: drop.rows for drop in found.sample.drops}
    assert told == {
        "left out: r5": 6,
        "outside 2010-2014": 49,
        "y is not above 0, so it has no log": 1,
        "no a": 1,
        "a is not above 0, so it has no log": 2,
    }
    assert len(found.sample.y) + sum(told.values()) == found.table_rows == 300


def test_lags_and_stocks_cost_their_first_years() -> None:
    variables = (Variable("compute", "Compute", "a", lag=2, stock=Inventory(0.1, 0.1)), SPEC.variables[1])
    found = calibrate(panel((0.4, 0.3)), dataclasses.replace(SPEC, variables=variables))
    assert [(drop.reason, drop.rows) for drop in found.sample.drops] == [("no stock of a 2 years ago", 100)]
    assert found.sample.years == (2012, 2013, 2014, 2015)


def test_intervals_hold_the_truth_and_few_regions_are_told() -> None:
    many, few = (calibrate(panel((0.4, 0.3), regions=n), SPEC) for n in (50, 10))
    for c, truth in zip(many.written.coefficients, (0.4, 0.3), strict=True):
        assert c.low < truth < c.high
    assert not any("are few" in warning for warning in many.warnings)
    assert any("10 regions are few" in warning for warning in few.warnings)
    reach = [
        (e.coefficients[0].high - e.coefficients[0].beta) / e.coefficients[0].error for e in (many.written, few.written)
    ]
    assert reach == pytest.approx([2.0096, 2.2622], abs=1e-4)


def test_a_method_that_cannot_be_had_is_told_and_the_rest_stands() -> None:
    found = calibrate(panel((0.4, 0.3), years=1), dataclasses.replace(SPEC, write="pooled"))
    assert "long_difference" not in [e.method for e in found.estimates]
    assert any("not estimated: long_difference" in warning for warning in found.warnings)


def test_the_written_config_is_read_by_a_plan(tmp_path: Path) -> None:
    spec = dataclasses.replace(SPEC, assumed=(("network", Assumed(0.05, 'a "book", 2024: p. 3')),))
    found = calibrate(panel((-0.3, 0.5)), spec)
    write(tmp_path)
    (tmp_path / "calibrated.yaml").write_text(config_text(found, "panel.csv"), "utf-8")
    (tmp_path / "mine.yaml").write_text("schema: 1\nextends: [plan.yaml, calibrated.yaml]\n", "utf-8")
    plan = read(tmp_path / "mine.yaml")
    assert plan.elasticity_set == "calibrated"
    sets = {held.id: held for held in plan.elasticity_sets}
    assert {"calibrated", "calibrated_low", "calibrated_high", "central"} <= set(sets)
    assert sets["calibrated"].beta == pytest.approx(found.sets[0].beta)
    assert "errors clustered by region" in sets["calibrated"].source
    assert 'a "book", 2024: p. 3' in sets["calibrated"].source
    talent = next(f for f in plan.factors if f.id == "talent")
    assert talent.series is not None


def test_json_holds_every_number() -> None:
    found = calibrate(panel((0.4, 0.3)), SPEC)
    told = json.loads(json.dumps(as_json(found, "panel.csv"), allow_nan=False))
    assert told["rows_used"] == 300
    assert [e["method"] for e in told["estimates"]] == ["pooled", "two_way", "long_difference", "between"]
    assert told["estimates"][1]["coefficients"][0]["beta"] == found.written.coefficients[0].beta
