"""Quantities and parameters as pydantic types: each takes a number or a text with a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from planner.config import units
from planner.config.problems import FaultError
from planner.config.units import Dimension
from planner.scenario import Kind


class Strict(BaseModel):
    """Base of all config models: unknown keys forbidden, no silent conversion, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True)
class Quantity:
    """Annotation of a float: a quantity of a dimension, kept in its canonical unit."""

    dimension: Dimension

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return quantity_schema(self.dimension)

    def _read(self, value: object, info: ValidationInfo) -> float:
        return units.quantity(value, units.in_currency(self.dimension, currency_of(info)))


@dataclass(frozen=True)
class ColumnOr:
    """Annotation of a float or text: a quantity for all regions, or a column of the region table."""

    dimension: Dimension

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        text = f"a column of the region table, or {quantity_schema(self.dimension)['description']}"
        return {"type": ["number", "string"], "description": text}

    def _read(self, value: object, info: ValidationInfo) -> float | str:
        if isinstance(value, str) and value.strip() and not units.is_quantity(value):
            return value
        return units.quantity(value, units.in_currency(self.dimension, currency_of(info)))


def currency_of(info: ValidationInfo) -> str | None:
    """The currency of the plan being validated, where that is known."""
    return info.context.get("currency") if isinstance(info.context, dict) else None


def quantity_schema(dimension: Dimension) -> dict[str, Any]:
    """JSON schema of a quantity: a number, or text where the dimension has units."""
    unit = f" in {dimension.canonical}" if dimension.shown and dimension.canonical != "1" else ""
    kinds: str | list[str] = ["number", "string"] if dimension.shown else "number"
    return {"type": kinds, "description": f"{dimension.name}{unit}, e.g. {dimension.example}"}


def _name(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise FaultError(f"value {value!r} is a number; expected text", f"write '{value}' in quotes")
    return value


def is_currency(word: object) -> bool:
    """Whether a word has the shape of a currency code of ISO 4217."""
    return isinstance(word, str) and len(word) == 3 and word.isascii() and word.isalpha() and word.isupper()


def _currency(code: str) -> str:
    if not is_currency(code):
        raise FaultError(f"value {code!r} is not a currency code", "write three capital letters, e.g. CNY or USD")
    return code


Currency = Annotated[str, AfterValidator(_currency)]
Id = Annotated[str, BeforeValidator(_name), StringConstraints(pattern=r"^[^\s./=]+$", max_length=80)]
Text = Annotated[str, BeforeValidator(_name), StringConstraints(min_length=1)]

Q = TypeVar("Q")


class ParameterText(Strict, Generic[Q]):
    """A quantity with range and evidence; a bare quantity stands for its `value`."""

    value: Q | None = None
    central: Q | None = None
    low: Q | None = None
    high: Q | None = None
    kind: Kind | None = None
    source: Text = ""
    note: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _from_bare(cls, data: object) -> object:
        return data if isinstance(data, dict) else {"value": data}

    @model_validator(mode="after")
    def _check(self) -> ParameterText[Q]:
        if (self.value is None) == (self.central is None):
            raise FaultError("expected either the key 'value' or 'central'", "write {value: ..., low: ..., high: ...}")
        given: list[Any] = [held for held in (self.low, self.amount, self.high) if held is not None]
        if given != sorted(given):
            raise FaultError(f"low, value and high are not in order: {given}", "write low <= value <= high")
        return self

    @property
    def amount(self) -> Q:
        """The value used."""
        held = self.value if self.value is not None else self.central
        assert held is not None
        return held

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        held = handler.resolve_ref_schema(handler(core))
        bare = held["properties"]["low"]["anyOf"][0]
        whole = {key: item for key, item in held.items() if key != "description"}
        held.clear()
        held.update({"anyOf": [bare, whole], "description": f"parameter: {bare['description']}"})
        return held


Money = Annotated[float, Quantity(units.MONEY)]
Share = Annotated[float, Quantity(units.SHARE)]
Rate = Annotated[float, Quantity(units.RATE)]
Interest = Annotated[float, Quantity(units.INTEREST)]
Count = Annotated[float, Quantity(units.COUNT)]
Positive = Annotated[float, Quantity(units.POSITIVE)]
Spillover = Annotated[float, Quantity(units.SPILLOVER)]
Delay = Annotated[float, Quantity(units.DELAY)]
Seconds = Annotated[float, Quantity(units.TIME)]

NumberOrColumn = Annotated[float | str, ColumnOr(units.POSITIVE)]
PueOrColumn = Annotated[float | str, ColumnOr(units.AT_LEAST_ONE)]
PriceOrColumn = Annotated[float | str, ColumnOr(units.PRICE)]

MoneyParameter = ParameterText[Money]
ShareParameter = ParameterText[Share]
RateParameter = ParameterText[Rate]
InterestParameter = ParameterText[Interest]
CountParameter = ParameterText[Count]
PositiveParameter = ParameterText[Positive]
DeclineParameter = ParameterText[Annotated[float, Quantity(units.DECLINE)]]
PowerParameter = ParameterText[Annotated[float, Quantity(units.POWER)]]
YearsParameter = ParameterText[Annotated[float, Quantity(units.YEARS)]]
StaffParameter = ParameterText[Annotated[float, Quantity(units.STAFF)]]
ComputeParameter = ParameterText[Annotated[float, Quantity(units.COMPUTE)]]
PeakParameter = ParameterText[Annotated[float, Quantity(units.PEAK)]]
TrafficParameter = ParameterText[Annotated[float, Quantity(units.TRAFFIC)]]
DistanceParameter = ParameterText[Annotated[float, Quantity(units.DISTANCE)]]
DelayParameter = ParameterText[Delay]
DelayPerKmParameter = ParameterText[Annotated[float, Quantity(units.DELAY_PER_KM)]]
FactorParameter = ParameterText[Annotated[float, Quantity(units.AT_LEAST_ONE)]]
