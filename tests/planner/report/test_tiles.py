"""The shipped plans have a tile map: plain columns of a CSV file, one place for every region, no place twice."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

CONFIGS = Path(__file__).parents[3] / "configs"


@pytest.mark.parametrize(("config", "regions"), [("china", 31), ("us", 51)])
def test_every_region_has_a_tile_of_its_own(config: str, regions: int) -> None:
    with (CONFIGS / config / "data" / "regions.csv").open(encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    places = {row["id"]: (int(row["tile_col"]), int(row["tile_row"])) for row in csv.DictReader(lines)}
    assert len(places) == regions
    assert len(set(places.values())) == regions
    assert all(0 <= place < 16 for pair in places.values() for place in pair)
    assert "tile: [tile_col, tile_row]" in (CONFIGS / config / "regions.yaml").read_text("utf-8")
