"""The fixed words of a plan config, and values that may be written in more than one way."""

from __future__ import annotations

from collections.abc import Sized
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from planner.config import units
from planner.config.problems import FaultError
from planner.config.quantities import Delay, Text

AssetClass = Literal["network", "information_service", "compute", "key_information"]
Link = Literal["production", "distribution", "circulation", "consumption", "research"]
Spending = Literal["capex", "opex", "energy"]
Year = Annotated[int, Field(ge=1900, le=2200)]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise FaultError(f"value {units.shown(value)} is not what a table cell can hold", "write text or a number")


def _amount(value: object) -> object:
    if isinstance(value, bool) or not units.is_quantity(value):
        raise FaultError(f"value {units.shown(value)} is not a quantity", "write a number, a share or money")
    return value


def _maybe_none(value: object) -> object:
    return None if value == "none" else value


def by_form(value: object) -> str:
    """The tag of a value that may be a mapping or a list."""
    return "mapping" if isinstance(value, dict) else "list"


def _not_empty(value: T) -> T:
    if not value:
        raise FaultError("the list is empty", "name at least one")
    return value


T = TypeVar("T", bound=Sized)
ByForm = Discriminator(by_form)
Cell = Annotated[str, PlainValidator(_cell), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Amount = Annotated[float | str, PlainValidator(_amount), WithJsonSchema({"type": ["number", "string"]})]
DelayOrNone = Annotated[Delay | None, BeforeValidator(_maybe_none)]
Files = Annotated[Annotated[tuple[Text, ...], Tag("list")] | Annotated[dict[str, Text], Tag("mapping")], ByForm]
NonEmpty = Annotated[T, AfterValidator(_not_empty)]


def check_sum(what: str, shares: list[float]) -> None:
    """FaultError unless shares sum to one."""
    if abs(sum(shares) - 1) > 1e-6:
        raise FaultError(f"{what} sum to {sum(shares):g}; expected 1", "make them sum to 1")
