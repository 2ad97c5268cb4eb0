"""A template expanded over its index grid: the tree of a rule evaluated once, arrays in place of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import coordinates
from planner.coordinates import Cells, Number, RowBlock, Term
from planner.symbols import IndexSet, Param, Rule, Subsets, Symbols
from planner.template import Binary, Expression, Item, Letter, Members, Relation, RuleError, Sketch, Sum

Linear = tuple[Number, list[Term]]


@dataclass(frozen=True)
class Tables:
    """Where items of a rule are looked up: sizes of sets, values of parameters, column numbers of variables.

    columns  by variable: the first column and the distance in columns from one member to the next, by index
    """

    sizes: Mapping[str, int]
    values: Mapping[str, NDArray[Any]]
    columns: Mapping[str, tuple[int, tuple[int, ...]]]


def tables(symbols: Symbols) -> Tables:
    """Look-up tables of declared symbols; variables take columns in order of declaration, row-major."""
    sizes = {s.name: s.size for s in symbols.sets}
    columns, first = {}, 0
    for variable in symbols.variables:
        strides, stride = [], 1
        for name in reversed(variable.over):
            strides.append(stride)
            stride *= sizes[name]
        columns[variable.name] = (first, tuple(reversed(strides)))
        first += stride
    return Tables(sizes, {p.name: _values(p, sizes) for p in symbols.params}, columns)


def _values(param: Param, sizes: Mapping[str, int]) -> NDArray[Any]:
    values = np.asarray(param.values)
    shape = tuple(sizes[name] for name in param.over)
    if values.shape != shape:
        sets = ", ".join(param.over)
        raise RuleError(f"parameter `{param.name}` has shape {values.shape}, its sets [{sets}] need {shape}")
    return values.astype(np.float64) if values.dtype.kind == "b" else values


def quantified(rule: Rule) -> tuple[str, ...]:
    """The sets a rule is over."""
    try:
        sets: tuple[str, ...] = rule.over  # type: ignore[attr-defined]
    except AttributeError:
        raise RuleError(f"rule {rule.__name__}: decorate it with @over(...), naming its sets") from None
    return sets


def rule_rows(
    rule: Rule, sketch: Sketch, look: Tables, lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> RowBlock:
    """Entries of a rule's rows; writes their bounds."""
    members = [sketch.quantified(name) for name in quantified(rule)]
    letters = tuple(Letter(_of(m)) for m in members)
    relation = _relation(sketch.trace(rule, letters))
    if not len(lower):
        return coordinates.row_block(0, [])
    cells = coordinates.start(letters, tuple(_all(m) for m in members))
    constant, terms = evaluate(relation.body, cells, look)
    for given, bound, none in ((relation.lower, lower, -np.inf), (relation.upper, upper, np.inf)):
        value, variables = evaluate(none if given is None else given, cells, look)
        if variables:
            raise RuleError("an end of a range holds a variable; write two rules")
        bound.reshape(cells.shape)[...] = value - constant
    return coordinates.row_block(cells.size, terms)


def _of(members: Members) -> str:
    return members.source.of if isinstance(members.source, Subsets) else members.source.name


def _all(members: Members) -> Any:
    source = members.source
    return np.arange(source.size, dtype=np.int32) if isinstance(source, IndexSet) else source.members


def _relation(said: Any) -> Relation:
    if isinstance(said, Relation):
        return said
    if isinstance(said, tuple) and len(said) == 3:
        return Relation(*said)
    if isinstance(said, bool | np.bool_):
        return Relation(0.0, 0.0 if said else 1.0, 0.0)
    raise RuleError(f"it returns {said!r}; return a relation: <=, >=, == or (lower, expression, upper)")


def evaluate(node: Any, cells: Cells, look: Tables) -> Linear:
    """The constant and the terms of an expression at each of the cells."""
    kind = node.__class__
    if kind is Item:
        return _item(node, cells, look)
    if kind is Binary:
        return _binary(node, cells, look)
    if kind is Sum:
        return _sum(node, cells, look)
    if kind is Letter:
        return _member(cells, node), []
    if isinstance(node, (int, float, np.number)):
        return node, []  # type: ignore[return-value]
    raise RuleError(f"{node!r} is no number and no expression of the model")


def _item(node: Item, cells: Cells, look: Tables) -> Linear:
    name = node.symbol.name
    index = [_index(i, over, name, cells, look) for i, over in zip(node.index, node.symbol.over, strict=True)]
    if isinstance(node.symbol, Param):
        return look.values[name][tuple(index)], []
    column, strides = look.columns[name]
    for i, stride in zip(index, strides, strict=True):
        column = column + i * stride
    return 0.0, [Term(cells, column, 1.0)]


def _index(node: Any, over: str, name: str, cells: Cells, look: Tables) -> Any:
    size = look.sizes[over]
    if node.__class__ is Letter:
        index: Any = _member(cells, node)
        if node.of == over:
            return index
    elif isinstance(node, (int, np.integer)):
        index = np.int64(node)
    else:
        index = _computed_index(node, name, cells, look)
    if index.size and not (index.min() >= 0 and index.max() < size):
        wrong = int(index.min() if index.min() < 0 else index.max())
        raise RuleError(
            f"`{name}` is asked for member {wrong} of `{over}`, which has 0..{size - 1}; "
            "quantify the rule over a smaller set or subset"
        )
    return index if index.ndim else int(index)


def _computed_index(node: Any, name: str, cells: Cells, look: Tables) -> Any:
    if not isinstance(node, Expression):
        raise RuleError(f"`{name}` has the index {node!r}; an index is a member number 0, 1, ...")
    value, terms = evaluate(node, cells, look)
    if terms:
        raise RuleError(f"`{name}` has an index that depends on a variable")
    index = np.asarray(value)
    if index.dtype.kind not in "iu":
        raise RuleError(f"`{name}` has an index that is not whole; give the parameter in it an integer array")
    return index


def _member(cells: Cells, letter: Letter) -> Any:
    try:
        return coordinates.member(cells, letter)
    except KeyError:
        raise RuleError(
            f"an index of `{letter.of}` is used outside its sum; use sum() alone over model sets, "
            "and put Python's own loops before them"
        ) from None


def _sum(node: Sum, cells: Cells, look: Tables) -> Linear:
    inner = cells
    for letter, members in node.letters:
        source = members.source
        if isinstance(source, IndexSet):
            inner = coordinates.dense_step(inner, letter, np.arange(source.size, dtype=np.int32))
        elif not source.over:
            inner = coordinates.dense_step(inner, letter, source.members)
        else:
            row: Any = 0
            for i, over in zip(members.index, source.over, strict=True):
                row = row * look.sizes[over] + _index(i, over, source.name, inner, look)
            inner = coordinates.ragged_step(inner, letter, source.starts, source.members, row)
    constant, terms = evaluate(node.body, inner, look)
    while inner is not cells and inner.parent is not None:
        constant = coordinates.fold(inner, constant)
        inner = inner.parent
    return constant, terms


def _binary(node: Binary, cells: Cells, look: Tables) -> Linear:
    left, left_terms = evaluate(node.left, cells, look)
    right, right_terms = evaluate(node.right, cells, look)
    if node.operation == "+":
        return left + right, left_terms + right_terms
    if node.operation == "-":
        return left - right, left_terms + [Term(t.cells, t.columns, -t.coefficient) for t in right_terms]
    if node.operation == "*" and not right_terms:
        return left * right, _scaled(left_terms, right, cells)
    if node.operation == "*" and not left_terms:
        return left * right, _scaled(right_terms, left, cells)
    if node.operation == "/" and not right_terms:
        if not np.all(right):
            raise RuleError("a number is divided by zero")
        return left / right, _scaled(left_terms, 1.0 / right, cells)
    if node.operation == "**" and not left_terms and not right_terms:
        return np.power(left, right, dtype=np.float64), []
    raise RuleError(f"variables stand on both sides of {node.operation}, or under it; that is not linear")


def _scaled(terms: list[Term], factor: Number, cells: Cells) -> list[Term]:
    return [Term(t.cells, t.columns, t.coefficient * coordinates.lift_from(cells, t.cells, factor)) for t in terms]
