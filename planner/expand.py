"""A template expanded over its index grid: the tree of a rule evaluated once, arrays in place of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from operator import add, mul, sub, truediv
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import compressed, coordinates
from planner.compressed import RowBlock, Term
from planner.coordinates import Cells, Family, Value
from planner.symbols import IndexSet, Param, Rule, Subsets, Symbols, Variable
from planner.template import Binary, Expression, Item, Letter, Members, Relation, RuleError, Sketch, Sum

Linear = tuple[Value, list[Term]]

_ZERO, _ONE, _MINUS = Value(None, 0.0), Value(None, 1.0), Value(None, -1)
_MIRRORED = {"<=": ">=", ">=": "<=", "==": "=="}


@dataclass(frozen=True)
class Tables:
    """Where items of a rule are looked up.

    sizes    members by set
    strides  by sets: how far apart, in row-major order, the cells of neighbouring members of each set lie
    values   by parameter: its values, row-major
    columns  by variable: its first column
    families subsets by name
    spans    by integer parameter: its lowest and highest value, noted when first asked for
    """

    sizes: Mapping[str, int]
    strides: Mapping[tuple[str, ...], tuple[int, ...]]
    values: Mapping[str, NDArray[Any]]
    columns: Mapping[str, int]
    families: Mapping[str, Family]
    spans: dict[str, tuple[int, int]]


def tables(symbols: Symbols) -> Tables:
    """Look-up tables of declared symbols; variables take columns in order of declaration, row-major."""
    sizes = {s.name: s.size for s in symbols.sets}
    overs = {s.over for group in (symbols.subsets, symbols.params, symbols.variables) for s in group}
    shapes = {over: tuple([sizes[name] for name in over]) for over in overs}
    strides = {over: tuple([math.prod(shape[k + 1 :]) for k in range(len(shape))]) for over, shape in shapes.items()}
    values = {p.name: _values(p, shapes[p.over]) for p in symbols.params}
    columns, first = {}, 0
    for variable in symbols.variables:
        columns[variable.name] = first
        first += math.prod(shapes[variable.over])
    families = {s.name: _family(s) for s in symbols.subsets}
    return Tables(sizes, strides, values, columns, families, {})


def _family(subsets: Subsets) -> Family:
    starts = subsets.starts.astype(np.int32)
    return Family(starts[:-1], starts[1:] - starts[:-1], subsets.members.astype(np.int32))


def _values(param: Param, shape: tuple[int, ...]) -> NDArray[Any]:
    values = np.asarray(param.values)
    if values.shape != shape:
        sets = ", ".join(param.over)
        raise RuleError(f"parameter `{param.name}` has shape {values.shape}, its sets [{sets}] need {shape}")
    return (values.astype(np.float64) if values.dtype.kind == "b" else values).reshape(-1)


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
    said = sketch.trace(rule, letters)
    if not len(lower):
        return compressed.row_block(0, [])
    cells = coordinates.start(letters, tuple(all_members(m) for m in members))
    low, (constant, terms), high = _between(said, cells, look)
    for end, bound, none in ((low, lower, -np.inf), (high, upper, np.inf)):
        if end is None:
            bound.fill(none)
        else:
            bound.reshape(cells.shape)[...] = coordinates.on(coordinates.combine(sub, end, constant), cells)
    return compressed.row_block(cells.size, terms)


def _between(said: Any, cells: Cells, look: Tables) -> tuple[Value | None, Linear, Value | None]:
    """Lower end, body and upper end of what a rule returns; the body is the side with variables, or left - right."""
    if isinstance(said, Relation):
        left, right = evaluate(said.left, cells, look), evaluate(said.right, cells, look)
        sense: str = said.sense
        if right[1] and not left[1]:
            left, right, sense = right, left, _MIRRORED[sense]
        body = (left[0], left[1] + _scaled(right[1], _MINUS)) if right[1] else left
        return right[0] if sense != "<=" else None, body, right[0] if sense != ">=" else None
    if isinstance(said, tuple) and len(said) == 3 and said[1] is not None:
        low, high = (None if end is None else evaluate(end, cells, look) for end in (said[0], said[2]))
        if (low and low[1]) or (high and high[1]):
            raise RuleError("an end of a range holds a variable; write two rules")
        return low and low[0], evaluate(said[1], cells, look), high and high[0]
    if isinstance(said, bool | np.bool_):
        return _ZERO, (_ZERO if said else _ONE, []), _ZERO
    if said is NotImplemented:
        raise RuleError("inequality() of Pyomo takes no templates; write a range as (lower, expression, upper)")
    raise RuleError(f"it returns {said!r}; return a relation: <=, >=, == or (lower, expression, upper)")


def _of(members: Members) -> str:
    return members.source.of if isinstance(members.source, Subsets) else members.source.name


def all_members(members: Members) -> NDArray[np.signedinteger[Any]]:
    """The members of a set, or of a subset without indices."""
    source = members.source
    return np.arange(source.size, dtype=np.int32) if isinstance(source, IndexSet) else source.members


def evaluate(node: Any, cells: Cells, look: Tables) -> Linear:
    """The constant and the terms of an expression at the cells of a grid."""
    kind = node.__class__
    if kind is Item:
        return _item(node, cells, look)
    if kind is Binary:
        return _binary(node, cells, look)
    if kind is Sum:
        return _sum(node, cells, look)
    if kind is Letter:
        return _member(node, cells), []
    if isinstance(node, (int, float, np.number)):
        return Value(None, node), []
    raise RuleError(f"{node!r} is no number and no expression; put indices to it, or sum over it")


def _item(node: Item, cells: Cells, look: Tables) -> Linear:
    symbol = node.symbol
    key = (symbol.over, *map(id, node.index))
    if isinstance(symbol, Param):
        return coordinates.gather(look.values[symbol.name], _place(key, node.index, symbol, cells, look)), []
    columns: Value | None = cells.notes.get((symbol.name, key))
    if columns is None:
        place = cells.notes.get(key)
        first = look.columns[symbol.name]
        if place is None:
            columns = _place((symbol.name, key), node.index, symbol, cells, look, first)
        else:
            columns = cells.notes[symbol.name, key] = Value(place.cells, place.array + first)
    return _ZERO, [Term(cells, columns, _ONE)]


def _place(
    key: Any, nodes: tuple[Any, ...], symbol: Subsets | Param | Variable, cells: Cells, look: Tables, first: int = 0
) -> Value:
    """Row-major number, plus `first`, of the cell of a symbol's sets that indices name; noted under a key."""
    place: Value | None = cells.notes.get(key)
    if place is None:
        name, over = symbol.name, symbol.over
        index = [_index(node, of, name, cells, look) for node, of in zip(nodes, over, strict=True)]
        place = cells.notes[key] = coordinates.ravel(index, look.strides[over], first)
    return place


def _index(node: Any, of: str, name: str, cells: Cells, look: Tables) -> Value:
    """The members of the set `of` that an index of the symbol `name` stands for."""
    if node.__class__ is Letter:
        index = _member(node, cells)
        if node.of == of:
            return index
    elif isinstance(node, (int, np.integer)):
        index = Value(None, int(node))
    elif isinstance(node, Expression):
        index, terms = evaluate(node, cells, look)
        if terms:
            raise RuleError(f"`{name}` has an index that depends on a variable")
        if node.__class__ is Item and _always_inside(node, look.sizes[of], look):
            return index
    else:
        raise RuleError(f"`{name}` has the index {node!r}; an index is a member number 0, 1, ...")
    members = np.asarray(index.array)
    if members.dtype.kind not in "iu":
        raise RuleError(f"`{name}` has an index that is not whole; give the parameter in it an integer array")
    size = look.sizes[of]
    wrong = members[(members < 0) | (members >= size)]
    if wrong.size:
        raise RuleError(
            f"`{name}` is asked for member {wrong[0]} of `{of}`, which has 0..{size - 1}; "
            "quantify the rule over a smaller set or subset"
        )
    return index


def _always_inside(node: Item, size: int, look: Tables) -> bool:
    """Whether every value of a parameter is a member number below `size`, wherever it is looked up."""
    name = node.symbol.name
    if name not in look.spans:
        values = look.values[name]
        whole = values.dtype.kind in "iu" and values.size > 0
        look.spans[name] = (int(values.min()), int(values.max())) if whole else (-1, -1)
    low, high = look.spans[name]
    return low >= 0 and high < size


def _member(letter: Letter, cells: Cells) -> Value:
    try:
        return cells.letters[letter]
    except KeyError:
        raise RuleError(
            f"an index of `{letter.of}` is used outside its sum; use sum() alone over model sets, "
            "and put Python's own loops before them"
        ) from None


def _sum(node: Sum, cells: Cells, look: Tables) -> Linear:
    inner = cells
    for letter, members in node.letters:
        if isinstance(members.source, Subsets) and members.source.over:
            inner = _subset_step(letter, members, members.source, inner, look)
        else:
            inner = coordinates.dense_step(inner, letter, all_members(members))
    constant, terms = evaluate(node.body, inner, look)
    while constant is not _ZERO and inner is not cells and inner.parent is not None:
        constant = coordinates.fold(inner, constant)
        inner = inner.parent
    return constant, terms


def _subset_step(letter: Letter, members: Members, family: Subsets, cells: Cells, look: Tables) -> Cells:
    key = (family.over, *map(id, members.index))
    which = _place(key, members.index, family, cells, look)
    return coordinates.ragged_step(cells, letter, look.families[family.name], which)


def _binary(node: Binary, cells: Cells, look: Tables) -> Linear:
    left, left_terms = evaluate(node.left, cells, look)
    right, right_terms = evaluate(node.right, cells, look)
    name = node.operation
    if name == "+":
        return _plus(left, right), left_terms + right_terms
    if name == "-":
        return _plus(left, _times(right, _MINUS)), left_terms + _scaled(right_terms, _MINUS)
    if name == "*" and not (left_terms and right_terms):
        scaled = _scaled(left_terms, right) if left_terms else _scaled(right_terms, left)
        return _times(left, right), scaled
    if name == "/" and not right_terms:
        if not np.all(right.array):
            raise RuleError("a number is divided by zero")
        inverse = Value(right.cells, 1.0 / right.array)
        return coordinates.combine(truediv, left, right), _scaled(left_terms, inverse)
    if name == "**" and not (left_terms or right_terms):
        return coordinates.combine(_power, left, right), []
    raise RuleError(f"variables stand on both sides of {name}, or under it; that is not linear")


def _plus(left: Value, right: Value) -> Value:
    if left is _ZERO or right is _ZERO:
        return right if left is _ZERO else left
    return coordinates.combine(add, left, right)


def _times(left: Value, right: Value) -> Value:
    if left is _ZERO or right is _ZERO:
        return _ZERO
    return coordinates.combine(mul, left, right)


def _power(base: Any, exponent: Any) -> Any:
    return np.power(base, exponent, dtype=np.float64)


def _scaled(terms: list[Term], factor: Value) -> list[Term]:
    return [
        Term(t.cells, t.columns, factor if t.coefficient is _ONE else coordinates.combine(mul, t.coefficient, factor))
        for t in terms
    ]
