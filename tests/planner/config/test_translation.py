"""Names in Chinese: one table of a config, checked against what there is, told in plan.json."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.config import ConfigError, read
from planner.summary import _question

ROOT = Path(__file__).parents[3]
TINY = (ROOT / "configs" / "tiny" / "plan.yaml").read_text("utf-8")


def config(folder: Path, names: str) -> Path:
    """The tiny config with a table of names."""
    for file in (ROOT / "configs" / "tiny").iterdir():
        (folder / file.name).write_text(file.read_text("utf-8"), "utf-8")
    path = folder / "plan.yaml"
    path.write_text(TINY + f"\nnames_zh:\n{names}", "utf-8")
    return path


def test_a_plan_tells_the_names_it_was_given(tmp_path: Path) -> None:
    names = "  innovation_unit: 件\n  regions: {north: 北区}\n  groups: {all_regions: 全部}\n  assets: {mast: 铁塔}\n"
    told = _question(read(str(config(tmp_path, names + "  budgets: {programme: 总投资}\n"))))
    assert told["innovation_unit_zh"] == "件"
    assert [region["name_zh"] for region in told["regions"]] == ["北区", "South"]
    assert told["groups"][0]["name_zh"] == "全部"
    assert {asset["id"]: asset["name_zh"] for asset in told["assets"]} == {"mast": "铁塔", "server": "Server"}
    assert told["budgets"][0]["name_zh"] == "总投资"
    assert "name_zh" not in told["factors"][0]


def test_without_names_nothing_is_told(tmp_path: Path) -> None:
    told = _question(read(str(ROOT / "configs" / "tiny" / "plan.yaml")))
    assert told["innovation_unit_zh"] == ""
    assert "name_zh" not in told["budgets"][0]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("  groups: {all_region: 全部}\n", "names_zh.groups.all_region: unknown id 'all_region'"),
        ("  budget: {programme: 总}\n", "names_zh.budget"),
        ("  assets: {mast: ''}\n", "names_zh.assets.mast"),
    ],
)
def test_a_name_of_nothing_is_an_error_at_its_line(tmp_path: Path, names: str, told: str) -> None:
    path = config(tmp_path, names)
    with pytest.raises(ConfigError) as caught:
        read(str(path))
    line = len(TINY.splitlines()) + 3
    assert f"plan.yaml:{line}:" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize("country", ["china", "us"])
def test_shipped_configs_are_wholly_named_in_chinese(country: str) -> None:
    told = _question(read(str(ROOT / "configs" / country / "plan.yaml")))
    for kind in ("regions", "groups", "assets", "factors", "elasticity_sets", "classes", "budgets", "rules"):
        for item in told[kind]:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in item.get("name_zh", "")), (kind, item["id"])
