"""Rules to one LinearProgram: each rule is made a template once and expanded by numpy over all its indices.

`ordinary_model` builds the same rules as an ordinary Pyomo model, element by element: the reference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import coordinates
from planner.coordinates import RowBlock
from planner.expand import Tables, evaluate, tables
from planner.linear import Block, Floats, LinearProgram
from planner.symbols import IndexSet, Rule, Subsets, Symbols
from planner.template import Letter, Members, Relation, RuleError, Sketch

_INFINITY = float("inf")
_TRUTH_TOLERANCE = 1e-9


def compile_program(
    symbols: Symbols, rules: tuple[Rule, ...], objective: Rule, *, maximize: bool = True
) -> LinearProgram:
    """The program that rules declare; rows in the order of the rules, columns in the order of the variables.

    A row without nonzeros is kept, free, if it is true. Raises RuleError, naming the rule, where a rule cannot
    be made a template, is not linear, looks outside a set, gives a number that is not finite or a false row.
    """
    sketch, look = Sketch(symbols), tables(symbols)
    columns = variable_blocks(symbols)
    rows = row_blocks(symbols, rules)
    count = sum(block.size for block in rows.values())
    lower, upper = np.empty(count), np.empty(count)
    forms = []
    for rule, block in zip(rules, rows.values(), strict=True):
        part = slice(block.start, block.start + block.size)
        try:
            forms.append(_rule_rows(rule, sketch, look, lower[part], upper[part]))
        except RuleError as error:
            raise RuleError(f"rule {rule.__name__}: {error}") from error
    starts, places, values = coordinates.compressed_rows(forms)
    cost, offset = _objective(objective, sketch, look, sum(b.size for b in columns.values()))
    bounds = _column_bounds(symbols, columns)
    matrix = (starts, places, values)
    program = LinearProgram(maximize, cost, offset, *bounds, lower, upper, *matrix, columns, rows)
    check(program)
    return program


def variable_blocks(symbols: Symbols) -> dict[str, Block]:
    """The columns of each variable."""
    labels = {s.name: s.labels for s in symbols.sets}
    return _blocks((v.name, tuple(labels[name] for name in v.over)) for v in symbols.variables)


def row_blocks(symbols: Symbols, rules: tuple[Rule, ...]) -> dict[str, Block]:
    """The rows of each rule."""
    labels = {s.name: s.labels for s in symbols.sets}
    labels |= {s.name: tuple(labels[s.of][i] for i in s.members) for s in symbols.subsets if not s.over}
    for rule in rules:
        unknown = [name for name in _over(rule) if name not in labels]
        if unknown:
            raise RuleError(f"rule {rule.__name__}: `{unknown[0]}` is no set and no subset without indices")
    return _blocks((rule.__name__, tuple(labels[name] for name in _over(rule))) for rule in rules)


def _over(rule: Rule) -> tuple[str, ...]:
    try:
        sets: tuple[str, ...] = rule.over  # type: ignore[attr-defined]
    except AttributeError:
        raise RuleError(f"rule {rule.__name__}: decorate it with @over(...), naming its sets") from None
    return sets


def _blocks(named: Any) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    start = 0
    for name, labels in named:
        if name in blocks:
            raise RuleError(f"two rules or variables are called {name}; give each a name of its own")
        blocks[name] = Block(name, start, tuple(map(len, labels)), labels)
        start += blocks[name].size
    return blocks


def _rule_rows(rule: Rule, sketch: Sketch, look: Tables, lower: Floats, upper: Floats) -> RowBlock:
    """Entries of a rule's rows; writes their bounds."""
    members = [sketch.quantified(name) for name in _over(rule)]
    letters = tuple(Letter(_of(m)) for m in members)
    relation = _relation(sketch.trace(rule, letters))
    if not len(lower):
        return coordinates.row_block(0, [])
    cells = coordinates.start(letters, tuple(_all(m) for m in members))
    constant, terms = evaluate(relation.body, cells, look)
    for given, bound, none in ((relation.lower, lower, -_INFINITY), (relation.upper, upper, _INFINITY)):
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


def _objective(rule: Rule, sketch: Sketch, look: Tables, columns: int) -> tuple[Floats, float]:
    cells = coordinates.start((), ())
    cost = np.zeros(columns)
    try:
        offset, terms = evaluate(sketch.trace(rule, ()), cells, look)
    except RuleError as error:
        raise RuleError(f"objective {rule.__name__}: {error}") from error
    for term in terms:
        where = coordinates.flat(term.columns, term.cells.shape, np.int64)
        cost += np.bincount(where, coordinates.flat(term.coefficient, term.cells.shape, float), columns)
    if not (np.isfinite(cost).all() and np.isfinite(offset)):
        raise RuleError(f"objective {rule.__name__}: a coefficient is not finite; is a parameter missing?")
    return cost, float(offset)


def _column_bounds(symbols: Symbols, blocks: dict[str, Block]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    count = sum(block.size for block in blocks.values())
    lower, upper, integer = np.empty(count), np.empty(count), np.empty(count, np.bool_)
    for variable in symbols.variables:
        block = blocks[variable.name]
        part = slice(block.start, block.start + block.size)
        for given, array in ((variable.lower, lower), (variable.upper, upper), (variable.integer, integer)):
            array[part].reshape(block.shape)[...] = given
    return lower, upper, integer


def check(program: LinearProgram) -> None:
    """Free the rows without nonzeros that hold anyway; RuleError names a row or column that cannot hold."""
    lower, upper = program.row_lower, program.row_upper
    empty = np.flatnonzero(program.starts[1:] == program.starts[:-1])
    if len(empty):
        low, high = lower[empty], upper[empty]
        slack = _TRUTH_TOLERANCE * np.maximum(1.0, np.where(low > 0, low, -high))
        false = ~((low <= slack) & (high >= -slack))
        if false.any():
            i = int(empty[false.argmax()])
            raise RuleError(
                f"row {program.row_name(i)} holds no variable and is false: {lower[i]:g} <= 0 <= {upper[i]:g}; "
                "check the data, or quantify the rule over the members that have one"
            )
        lower[empty], upper[empty] = -_INFINITY, _INFINITY
    if not np.isfinite(program.values).all():
        at = int(np.flatnonzero(~np.isfinite(program.values))[0])
        row = int(np.searchsorted(program.starts, at, side="right")) - 1
        name = program.column_name(int(program.columns[at]))
        raise RuleError(f"row {program.row_name(row)}: the coefficient of {name} is {program.values[at]}")
    _check_bounds(lower, upper, program.row_name, "row")
    _check_bounds(program.lower, program.upper, program.column_name, "variable")


def _check_bounds(lower: Floats, upper: Floats, name: Any, what: str) -> None:
    good = (lower <= upper) & (lower < _INFINITY) & (upper > -_INFINITY)
    if not good.all():
        i = int(good.argmin())
        raise RuleError(f"{what} {name(i)}: nothing lies within its bounds {lower[i]:g} to {upper[i]:g}")
