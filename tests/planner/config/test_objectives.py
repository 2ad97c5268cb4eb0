"""The objective of a config: words, mappings, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.config import read
from planner.config.problems import ConfigError
from planner.objective import Objective

CONFIG = Path(__file__).parents[3] / "configs" / "tiny" / "plan.yaml"


def asked(text: str, *more: str) -> Objective:
    return read(CONFIG, (f"objective={text}", *more)).objective


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        ("total", Objective(alpha=0.0)),
        ("proportional", Objective(alpha=1.0)),
        ("max_min", Objective("max_min")),
        ("leximin", Objective("leximin")),
        ("sen", Objective("sen")),
        ("{alpha: 0.5}", Objective(alpha=0.5)),
        ("{alpha: 2, weights: equal, of: index}", Objective(alpha=2.0, weights="equal", of="index")),
        ("{measure: sen, weights: innovation}", Objective("sen", weights="innovation")),
        ("{alpha: 1, weights: {column: patents}}", Objective(alpha=1.0, weights="patents", column=(30.0, 10.0))),
    ],
)
def test_what_may_be_asked(text: str, objective: Objective):
    assert asked(text) == objective


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("best", "value 'best' is not one of total, proportional, max_min, leximin, sen"),
        ("{alpha: -1}", "objective.alpha"),
        ("{alpha: 30}", "value 30 is too large; expected at most 20"),
        ("{alpha: many}", "objective.alpha"),
        ("{}", "expected either 'alpha' or another 'measure'"),
        ("{alpha: 1, measure: sen}", "expected either 'alpha' or another 'measure'"),
        ("{alpha: 1, weights: none}", "not one of population, innovation, equal"),
        ("{alpha: 1, weights: {column: nowhere}}", "there is no column 'nowhere' in regions.csv"),
        ("{measure: max_min, weights: equal}", "'weights' mean nothing to max_min"),
        ("{alpha: 1, aplha: 2}", "unknown key 'aplha'; did you mean 'alpha'?"),
    ],
)
def test_what_may_not(text: str, message: str):
    with pytest.raises(ConfigError) as error:
        asked(text)
    assert message in str(error.value)
    assert str(error.value).startswith(f"--set objective={text}: objective")


def test_leximin_is_not_asked_of_whole_modules():
    with pytest.raises(ConfigError, match="leximin is not solved with whole modules; write objective: max_min"):
        asked("leximin", "assets.mast.integer=true")


@pytest.mark.parametrize("text", ["{alpha: 2}", "max_min"])
def test_a_region_without_innovation_is_never_raised(text: str, tmp_path: Path):
    for name in ("plan.yaml", "distance_km.csv", "regions.csv"):
        (tmp_path / name).write_text((CONFIG.parent / name).read_text().replace(",30,", ",0,"))
    with pytest.raises(ConfigError, match="innovation of region 'north' is 0"):
        read(tmp_path / "plan.yaml", (f"objective={text}",))
    assert read(tmp_path / "plan.yaml", ("objective=sen",)).objective == Objective("sen")
