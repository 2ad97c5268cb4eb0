"""Rules to one LinearProgram: each rule is made a template once and expanded by numpy over all its indices.

`ordinary_model` builds the same rules as an ordinary Pyomo model, element by element: the reference.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner import coordinates
from planner.compressed import RowBlock, compressed_rows, tidy
from planner.expand import Tables, evaluate, quantified, rule_rows, tables
from planner.linear import Block, Floats, Ints, LinearProgram
from planner.symbols import Names, Rule, Symbols, Variable
from planner.template import RuleError, Sketch

_INFINITY = float("inf")
_TRUTH_TOLERANCE = 1e-9


def compile_program(
    symbols: Symbols, rules: tuple[Rule, ...], objective: Rule, *, maximize: bool = True
) -> LinearProgram:
    """The program that rules declare; rows in the order of the rules, columns in the order of the variables.

    A row without nonzeros is kept, free, if it is true. Raises RuleError, naming the rule, where a rule
    cannot be made a template, is not linear, looks outside a set, or gives a false row or a number not finite.
    """
    sketch, look = Sketch(symbols), tables(symbols)
    columns = variable_blocks(symbols)
    rows = row_blocks(symbols, rules)
    count = sum(block.size for block in rows.values())
    lower, upper = np.empty(count), np.empty(count)

    def expanded() -> Iterator[RowBlock]:
        for rule, block in zip(rules, rows.values(), strict=True):
            part = slice(block.start, block.start + block.size)
            try:
                yield rule_rows(rule, sketch, look, lower[part], upper[part])
            except RuleError as error:
                raise RuleError(f"rule {rule.__name__}: {error}") from error

    width = sum(block.size for block in columns.values())
    matrix = compressed_rows(expanded(), count, 4 * (count + width))
    cost, offset = _objective(objective, sketch, look, width)
    bounds = _column_bounds(symbols, columns)
    return _checked(LinearProgram(maximize, cost, offset, *bounds, lower, upper, *matrix, columns, rows))


def variable_blocks(symbols: Symbols) -> dict[str, Block]:
    """The columns of each variable."""
    labels = {s.name: s.labels for s in symbols.sets}
    return _blocks((v.name, tuple(labels[name] for name in v.over)) for v in symbols.variables)


def row_blocks(symbols: Symbols, rules: tuple[Rule, ...]) -> dict[str, Block]:
    """The rows of each rule."""
    labels = {s.name: s.labels for s in symbols.sets}
    labels |= {s.name: Names("{}", (labels[s.of],), (s.members,)) for s in symbols.subsets if not s.over}
    for rule in rules:
        unknown = [name for name in quantified(rule) if name not in labels]
        if unknown:
            raise RuleError(f"rule {rule.__name__}: `{unknown[0]}` is no set and no subset without indices")
    return _blocks((rule.__name__, tuple(labels[name] for name in quantified(rule))) for rule in rules)


def _blocks(named: Any) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    start = 0
    for name, labels in named:
        if name in blocks:
            raise RuleError(f"two rules or variables are called {name}; give each a name of its own")
        blocks[name] = Block(name, start, tuple(map(len, labels)), labels)
        start += blocks[name].size
    return blocks


def _objective(rule: Rule, sketch: Sketch, look: Tables, columns: int) -> tuple[Floats, float]:
    cells = coordinates.start((), ())
    cost = np.zeros(columns)
    try:
        offset, terms = evaluate(sketch.trace(rule, ()), cells, look)
    except RuleError as error:
        raise RuleError(f"objective {rule.__name__}: {error}") from error
    for term in terms:
        where = coordinates.flat(term.columns, term.cells)
        weights = coordinates.flat(term.coefficient, term.cells)
        if len(where):
            first, end = int(where.min()), int(where.max()) + 1
            cost[first:end] += np.bincount(where - first, weights, end - first)
    if not (np.isfinite(cost).all() and np.isfinite(offset.array)):
        raise RuleError(f"objective {rule.__name__}: a coefficient is not finite; is a parameter missing?")
    return cost, float(offset.array)


def _column_bounds(symbols: Symbols, blocks: dict[str, Block]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    count = sum(block.size for block in blocks.values())
    lower, upper, integer = np.empty(count), np.empty(count), np.empty(count, np.bool_)
    for variable in symbols.variables:
        block = blocks[variable.name]
        part = slice(block.start, block.start + block.size)
        for given, array in ((variable.lower, lower), (variable.upper, upper), (variable.integer, integer)):
            array[part].reshape(block.shape)[...] = given
    return lower, upper, integer


def _checked(program: LinearProgram) -> LinearProgram:
    """The program with true rows without nonzeros made free; RuleError names what cannot hold or is no number."""
    lower, upper = program.row_lower, program.row_upper
    empty = np.flatnonzero(program.starts[1:] == program.starts[:-1])
    for i in empty[(lower[empty] > _TRUTH_TOLERANCE) | (upper[empty] < -_TRUTH_TOLERANCE)]:
        raise RuleError(
            f"row {program.row_name(i)} holds no variable and is false: {lower[i]:g} <= 0 <= {upper[i]:g}; "
            "check the data, or quantify the rule over the members that have one"
        )
    lower[empty], upper[empty] = -_INFINITY, _INFINITY
    if not np.isfinite(program.values).all():
        at = int(np.isfinite(program.values).argmin())
        row = int(np.searchsorted(program.starts, at, side="right")) - 1
        name = program.column_name(int(program.columns[at]))
        raise RuleError(f"row {program.row_name(row)}: the coefficient of {name} is {program.values[at]}")
    _check_bounds(lower, upper, program.row_name, "row")
    _check_bounds(program.lower, program.upper, program.column_name, "variable")
    return program


def _check_bounds(lower: Floats, upper: Floats, name: Any, what: str) -> None:
    good = (lower <= upper) & (lower < _INFINITY) & (upper > -_INFINITY)
    if not good.all():
        i = int(good.argmin())
        raise RuleError(f"{what} {name(i)}: nothing lies within its bounds {lower[i]:g} to {upper[i]:g}")


def ordinary_model(symbols: Symbols, rules: tuple[Rule, ...], objective: Rule, *, maximize: bool = True) -> Any:
    """The same declarations as an ordinary pyomo ConcreteModel: one object per element, rows in the block `rules`."""
    import pyomo.environ as pyo

    model = pyo.ConcreteModel()
    _declare_data(pyo, model, symbols)
    for variable in symbols.variables:
        _declare_variable(pyo, model, variable)
    model.rules = pyo.Block()
    for rule in rules:
        sets = [getattr(model, name) for name in quantified(rule)]
        model.rules.add_component(rule.__name__, pyo.Constraint(*sets, rule=_ordinary(pyo, rule), doc=rule.__doc__))
    model.goal = pyo.Objective(expr=objective(model), sense=pyo.maximize if maximize else pyo.minimize)
    model.blocks = variable_blocks(symbols), row_blocks(symbols, rules)
    return model


def _declare_data(pyo: Any, model: Any, symbols: Symbols) -> None:
    for s in symbols.sets:
        model.add_component(s.name, pyo.RangeSet(0, s.size - 1, doc=s.doc))
    for subset in symbols.subsets:
        sets = [getattr(model, name) for name in subset.over]
        parts = [subset.members[a:b].tolist() for a, b in itertools.pairwise(subset.starts)]
        members = pyo.Set(*sets, initialize=_by_cell(sets, parts), dimen=1, doc=subset.doc)
        model.add_component(subset.name, members)
    for param in symbols.params:
        sets = [getattr(model, name) for name in param.over]
        numbers = np.asarray(param.values)
        values = _by_cell(sets, (numbers + 0 if numbers.dtype.kind == "b" else numbers).reshape(-1).tolist())
        model.add_component(param.name, pyo.Param(*sets, initialize=values, within=pyo.Any, doc=param.doc))


def _by_cell(sets: list[Any], values: list[Any]) -> Any:
    """Values of a symbol as Pyomo takes them: by key, or the one value of a symbol without indices."""
    if not sets:
        return values[0]
    return dict(zip(sets[0] if len(sets) == 1 else itertools.product(*sets), values, strict=True))


def _declare_variable(pyo: Any, model: Any, variable: Variable) -> None:
    sets = [getattr(model, name) for name in variable.over]
    shape = tuple(map(len, sets))
    lower, upper, integer = (
        np.broadcast_to(given, shape).reshape(-1).tolist()
        for given in (variable.lower, variable.upper, variable.integer)
    )
    bounds = _by_cell(sets, list(zip(lower, upper, strict=True)))
    domain = _by_cell(sets, [pyo.Integers if whole else pyo.Reals for whole in integer])
    model.add_component(variable.name, pyo.Var(*sets, bounds=bounds, domain=domain, doc=variable.doc))


def _ordinary(pyo: Any, rule: Rule) -> Rule:
    """A rule as Pyomo takes it: true rows without a variable left out."""

    def ordinary(block: Any, *cell: int) -> Any:
        said = rule(block.model(), *(i for i in cell if i is not None))
        if isinstance(said, tuple) and not hasattr(said[1], "is_expression_type"):
            said = said[0] <= said[1] <= said[2]
        if isinstance(said, bool | np.bool_):
            return pyo.Constraint.Feasible if said else pyo.Constraint.Infeasible
        return said

    return ordinary


def program_of(model: Any) -> LinearProgram:
    """The program of an ordinary model, rows and columns as `compile_program` orders them."""
    columns, rows = model.blocks
    variables = [data for name in columns for data in getattr(model, name).values()]
    place = {id(data): i for i, data in enumerate(variables)}
    constraints = [getattr(model.rules, name) for name in rows]
    data = [c[cell] if cell in c else None for c in constraints for cell in c.index_set()]  # noqa: SIM401
    forms = [(0.0, []) if row is None else _linear(row.body, place) for row in data]
    constant = np.array([form[0] for form in forms])
    row_lower, row_upper = _ends(data)
    offset, goal = _linear(model.goal.expr, place)
    cost = np.zeros(len(variables))
    np.add.at(cost, [column for column, _ in goal], [value for _, value in goal])
    lower, upper = _ends(variables)
    integer = np.array([v.is_integer() for v in variables], np.bool_)
    bounds = (lower, upper, integer, row_lower - constant, row_upper - constant)
    matrix = _ordinary_matrix([entries for _, entries in forms])
    return _checked(LinearProgram(model.goal.sense == -1, cost, offset, *bounds, *matrix, columns, rows))


def _ends(data: list[Any]) -> tuple[Floats, Floats]:
    lower = np.array([-_INFINITY if d is None or d.lb is None else d.lb for d in data], np.float64)
    return lower, np.array([_INFINITY if d is None or d.ub is None else d.ub for d in data], np.float64)


def _linear(expression: Any, place: dict[int, int]) -> tuple[float, list[tuple[int, float]]]:
    from pyomo.repn import generate_standard_repn

    form = generate_standard_repn(expression)
    entries = zip(form.linear_vars, form.linear_coefs, strict=True)
    return form.constant, [(place[id(variable)], value) for variable, value in entries]


def _ordinary_matrix(rows: list[list[tuple[int, float]]]) -> tuple[Ints, Ints, Floats]:
    columns = np.array([column for row in rows for column, _ in row], np.int32)
    values = np.array([value for row in rows for _, value in row], np.float64)
    counts = tidy(np.array([len(row) for row in rows], np.int64), columns, values)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return starts, columns[: starts[-1]], values[: starts[-1]]
