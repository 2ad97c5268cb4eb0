"""The shape of regions, groups and geography."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from planner.config.problems import FaultError
from planner.config.quantities import (
    DelayParameter,
    DelayPerKmParameter,
    DistanceParameter,
    FactorParameter,
    Id,
    NumberOrColumn,
    PriceOrColumn,
    PueOrColumn,
    Strict,
    Text,
)
from planner.config.vocabulary import Amount, Cell


def _two(columns: tuple[str, ...]) -> tuple[str, ...]:
    if len(columns) != 2:
        raise FaultError(f"{len(columns)} columns; expected 2", "write [COLUMN_OF_X, COLUMN_OF_Y]")
    return columns


class Regions(Strict):
    """The region table and what its columns mean."""

    table: Text
    also: tuple[Text, ...] = ()
    id: Text = "id"
    name: Text
    name_zh: Text | None = None
    population_10k: Text
    innovation: Text
    innovation_unit: Text = ""
    tile: Annotated[tuple[Text, ...], AfterValidator(_two)] | None = None
    price_factor: NumberOrColumn = 1.0
    energy_price: PriceOrColumn
    pue_base: PueOrColumn
    pue_new: PueOrColumn


class Group(Strict):
    """A named set of regions: listed, or those whose column holds a value or passes a threshold."""

    id: Id
    name: Text
    regions: tuple[Id, ...] | None = None
    column: Text | None = None
    equals: Cell | None = None
    not_equals: Cell | None = None
    among: tuple[Cell, ...] | None = Field(None, alias="in")
    at_least: Amount | None = None
    at_most: Amount | None = None

    @property
    def ends(self) -> tuple[float | str | None, ...]:
        """Thresholds: at least, at most."""
        return self.at_least, self.at_most

    @model_validator(mode="after")
    def _one_way(self) -> Group:
        tests = sum(test is not None for test in (self.equals, self.not_equals, self.among, *self.ends))
        if (self.regions is None) == (self.column is None) or tests != (self.column is not None):
            raise FaultError(
                "expected 'regions', or 'column' with one of 'equals', 'not_equals', 'in', 'at_least', 'at_most'",
                "write e.g. regions: [north, south] or column: macro_region, equals: east",
            )
        return self


class Distances(Strict):
    """A square CSV table of great-circle distances in km, first column `from`."""

    table: Text


class Geography(Strict):
    """Delay and spillover by distance."""

    route_factor: FactorParameter | None = None
    delay_ms_per_km: DelayPerKmParameter | None = None
    delay_offset: DelayParameter | None = None
    spillover_decay_km: DistanceParameter | None = None
    spillover_reach_km: DistanceParameter | None = None
