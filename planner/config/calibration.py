"""The file that tells what a calibration asks: YAML to `Spec`, every problem at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from planner.calibrate.spec import Assumed, Inventory, Method, Spec, Variable
from planner.config.loading import Inputs, find, load_tree
from planner.config.problems import ConfigError, Place, nearest, problem
from planner.config.quantities import Count, Id, Rate, Share, Strict, Text
from planner.config.tree import Node
from planner.config.validation import validated
from planner.config.vocabulary import NonEmpty, Year


class StockText(Strict):
    """A stock by perpetual inventory."""

    decay: Share
    growth: Rate


class VariableText(Strict):
    """A regressor."""

    id: Id
    column: Text
    name: Text | None = None
    unit: Text = ""
    lag: Annotated[int, Field(ge=0, le=50)] = 0
    stock: StockText | None = None
    over: Text | None = None


class YearsText(Strict):
    """Years of the outcome."""

    first: Year | None = None
    last: Year | None = None


class AssumedText(Strict):
    """An elasticity taken from elsewhere."""

    beta: Count
    source: Text


class Calibration(Strict):
    """A whole spec."""

    schema_version: Literal[1] = Field(alias="schema")
    region: Text
    year: Text
    outcome: Text
    factors: NonEmpty[tuple[VariableText, ...]]
    controls: tuple[VariableText, ...] = ()
    years: YearsText = YearsText()
    leave_out: tuple[Text, ...] = ()
    write: Method = "two_way"
    level: Share = 0.95
    assumed: dict[str, AssumedText] = Field(default_factory=dict)
    source: Text = ""


def read_spec(path: Path) -> Spec:
    """The spec of a file. Raises ConfigError with every problem."""
    inputs = Inputs(path.parent)
    root = load_tree(path, inputs, Place(str(path)), "")
    held = None if root is None else validated(Calibration, root, inputs.problems)
    if root is not None and held is not None:
        _check(root, held, inputs)
    if root is None or held is None or inputs.problems:
        raise ConfigError(inputs.problems)
    return Spec(
        region=held.region,
        year=held.year,
        outcome=held.outcome,
        variables=(*_variables(root, "factors", held.factors), *_variables(root, "controls", held.controls)),
        years=(held.years.first, held.years.last),
        leave_out=held.leave_out,
        write=held.write,
        level=held.level,
        assumed=tuple((name, Assumed(a.beta, a.source)) for name, a in held.assumed.items()),
        source=held.source,
    )


def _variables(root: Node, section: str, held: tuple[VariableText, ...]) -> list[Variable]:
    return [
        Variable(
            id=v.id,
            name=v.name or v.id,
            column=v.column,
            unit=v.unit,
            lag=v.lag,
            stock=None if v.stock is None else Inventory(v.stock.decay, v.stock.growth),
            over=v.over,
            is_factor=section == "factors",
            place=str(find(root, (section, v.id, "column"))[0].place),
        )
        for v in held
    ]


def _check(root: Node, held: Calibration, inputs: Inputs) -> None:
    def report(path: tuple[str | int, ...], message: str, remedy: str) -> None:
        inputs.problems.append(problem(find(root, path)[0].place, ".".join(map(str, path)), message, remedy))

    ids = [v.id for v in (*held.factors, *held.controls)]
    for name in dict.fromkeys(held.assumed):
        if name in ids:
            report(("assumed", name), f"{name!r} is estimated as well", "take one of them out")
    for v in (*held.factors, *held.controls):
        if ids.count(v.id) > 1:
            report(("controls", v.id), f"{v.id!r} names a factor and a control", nearest(v.id, set(ids) - {v.id}))
        if v.stock is not None and v.stock.decay + v.stock.growth <= 0:
            remedy = "let decay + growth be above 0"
            report(("factors", v.id, "stock"), "decay and growth sum to 0, so no start value exists", remedy)
    if not 0.5 <= held.level < 1:
        report(("level",), f"value {held.level:g} is no level of confidence", "write e.g. 95 %")
    if held.years.first is not None and held.years.last is not None and held.years.first > held.years.last:
        report(("years",), f"from {held.years.first} to {held.years.last} holds no year", "write first <= last")
