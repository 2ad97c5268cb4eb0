"""Rules to programs: every form of expression, and the ordinary Pyomo model as the other opinion."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pyomo.environ import inequality

from planner.compile import compile_program, ordinary_model, program_of
from planner.linear import LinearProgram
from planner.solve.highs import hand_over
from planner.symbols import Rule, Symbols, over
from planner.template import RuleError
from tests.planner.small import INF, bounds, dense, nothing_to_gain, param, row, subsets, symbols, variable


def both(*rules: Rule, objective: Rule = nothing_to_gain, given: Symbols | None = None) -> LinearProgram:
    """The compiled program, after it agreed with the ordinary Pyomo model on everything."""
    declared = given or symbols()
    program = compile_program(declared, rules, objective)
    assert_same(program, program_of(ordinary_model(declared, rules, objective)))
    return program


def assert_same(program: LinearProgram, other: LinearProgram) -> None:
    """Equal but for the sign of rows: Pyomo turns a row round where one of its sides happens to be a number."""
    program, other = positive(program), positive(other)
    assert program.shape == other.shape
    assert program.variables == other.variables
    assert program.rows == other.rows
    assert program.maximize == other.maximize
    for name in ("starts", "columns", "integer"):
        np.testing.assert_array_equal(getattr(program, name), getattr(other, name), err_msg=name)
    for name in ("values", "cost", "offset", "lower", "upper", "row_lower", "row_upper"):
        np.testing.assert_allclose(getattr(program, name), getattr(other, name), rtol=1e-12, atol=1e-12, err_msg=name)


def positive(program: LinearProgram) -> LinearProgram:
    """Each row with a positive first entry."""
    sign = np.ones(program.shape[0])
    filled = np.diff(program.starts) > 0
    sign[filled] = np.sign(program.values[program.starts[:-1][filled]])
    lower = np.where(sign > 0, program.row_lower, -program.row_upper)
    upper = np.where(sign > 0, program.row_upper, -program.row_lower)
    values = program.values * np.repeat(sign, np.diff(program.starts))
    return replace(program, row_lower=lower, row_upper=upper, values=values)


def test_a_rule_becomes_one_row_per_cell_with_names() -> None:
    @over("regions", "assets", "later")
    def stock_is_what_survives(m: Any, r: Any, a: Any, t: Any) -> Any:
        return m.stock[r, a, t] == m.stock[r, a, t - 1] + m.order[r, a, t]

    program = both(stock_is_what_survives)
    assert program.shape[0] == 2 * 3 * 2
    assert row(program, "stock_is_what_survives(s,b,28)") == {
        "stock(s,b,27)": -1.0,
        "stock(s,b,28)": 1.0,
        "order(s,b,28)": -1.0,
    }
    assert bounds(program, "stock_is_what_survives(s,b,28)") == (0.0, 0.0)


def test_arrays_have_the_types_that_the_solver_takes() -> None:
    @over("years")
    def some(m: Any, t: Any) -> Any:
        return sum(m.flow[n, t] for n in m.arcs) <= m.total

    program = both(some)
    assert program.starts.dtype == program.columns.dtype == np.int32
    assert program.values.dtype == program.row_lower.dtype == program.cost.dtype == np.float64
    assert program.integer.dtype == np.bool_


def test_relations_in_every_direction() -> None:
    @over("regions")
    def at_most(m: Any, r: Any) -> Any:
        return m.weight[r] * m.total + 3 <= m.budget

    @over("regions")
    def at_least(m: Any, r: Any) -> Any:
        return m.total - 1 >= m.weight[r]

    @over("regions")
    def constant_first(m: Any, r: Any) -> Any:
        return m.total / m.weight[r] <= 7

    @over()
    def between(m: Any) -> Any:
        return (-1, m.total - 2, m.budget)

    @over()
    def half_open(m: Any) -> Any:
        return (None, m.total + 2, 5.0)

    @over()
    def parameter_first(m: Any) -> Any:
        return m.budget == 2 * m.total

    @over()
    def both_sides(m: Any) -> Any:
        return m.total >= m.flow[0, 0] + 1

    program = both(at_most, at_least, constant_first, between, half_open, parameter_first, both_sides)
    assert row(program, "parameter_first") == {"total": 2.0}
    assert row(program, "both_sides") == {"flow(nn,26)": -1.0, "total": 1.0}
    assert bounds(program, "both_sides") == (1.0, INF)
    assert bounds(program, "at_most(s)") == (-INF, 97.0)
    assert bounds(program, "at_least(s)") == (9.0, INF)
    assert row(program, "constant_first(s)") == {"total": 0.125}
    assert bounds(program, "between") == (1.0, 102.0)
    assert bounds(program, "half_open") == (-INF, 3.0)


def test_sums_over_sets_subsets_and_in_one_another() -> None:
    @over("regions", "years")
    def spent(m: Any, r: Any, t: Any) -> Any:
        chosen = sum(m.price[a, t] * (m.order[r, a, t] + 2) for a in m.liked[r, t])
        carried = m.weight[r] * sum(m.flow[n, v] for n in m.into[r] for v in m.later)
        everywhere = sum(m.weight[q] * sum(m.price[a, t] * m.stock[q, a, t] for a in m.assets) for q in m.regions)
        return chosen + carried - everywhere <= m.budget

    program = both(spent)
    entries = row(program, "spent(n,26)")
    assert entries["order(n,a,26)"] == 1.0
    assert entries["flow(nn,28)"] == 2.0
    assert entries["stock(s,b,26)"] == -8.0 * 4.0
    assert bounds(program, "spent(n,26)") == (-INF, 100.0 - 2 * (1.0 + 0.5))
    assert "order(s,c,27)" not in row(program, "spent(s,27)")


def test_subsets_of_sums_and_indices_from_parameters() -> None:
    @over("arcs", "years")
    def from_its_start(m: Any, n: Any, t: Any) -> Any:
        return m.flow[n, t] <= sum(m.stock[m.start[n], a, t] for a in m.liked[m.start[n], t])

    @over("years")
    def grouped(m: Any, t: Any) -> Any:
        return sum(m.weight[m.start[n]] * m.flow[n, t] for r in m.regions for n in m.into[r]) <= 1

    program = both(from_its_start, grouped)
    assert row(program, "from_its_start(ns,26)") == {
        "flow(ns,26)": 1.0,
        "stock(n,a,26)": -1.0,
        "stock(n,c,26)": -1.0,
    }
    assert row(program, "grouped(26)") == {"flow(nn,26)": 2.0, "flow(ns,26)": 2.0, "flow(ss,26)": 8.0}


def test_duplicates_are_summed_and_zeros_dropped() -> None:
    @over("years")
    def twice(m: Any, t: Any) -> Any:
        return m.flow[2, t] + sum(m.flow[n, t] for n in m.arcs) + 3 * m.flow[0, t] - m.flow[1, t] >= 1

    @over("assets")
    def price_of_zero(m: Any, a: Any) -> Any:
        return sum(m.price[a, t] * m.stock[0, a, t] for t in m.years) >= 1

    program = both(twice, price_of_zero)
    assert row(program, "twice(28)") == {"flow(nn,28)": 4.0, "flow(ss,28)": 2.0}
    assert row(program, "price_of_zero(c)") == {"stock(n,c,26)": 0.5, "stock(n,c,28)": 0.25}
    inner = program.columns[1:] > program.columns[:-1]
    inner[program.starts[1:-1] - 1] = True
    assert inner.all()


def test_a_sum_may_be_said_once_and_used_twice() -> None:
    @over("years")
    def again(m: Any, t: Any) -> Any:
        sent = sum(m.flow[n, t] for n in m.into[1])
        stood = sum(m.stock[r, a, t] for r in m.regions for a in m.liked[r, t])
        return sent + stood <= 5 - 2 * sent + stood / 2

    assert row(both(again), "again(27)") == {"flow(ns,27)": 3.0, "flow(ss,27)": 3.0, "stock(s,c,27)": 0.5}


def test_arithmetic_of_numbers() -> None:
    @over("regions", "assets")
    def odd(m: Any, r: Any, a: Any) -> Any:
        factor = (m.weight[r] ** 2 - m.weight[r] / 4) * m.price[a, 0]
        return -(factor * m.total) + m.open[r, a] * m.stock[r, a, 0] - 2**0.5 <= len(m.years) + (+m.budget)

    program = both(odd)
    assert row(program, "odd(s,b)") == {"stock(s,b,26)": 1.0, "total": -(64.0 - 2.0) * 4.0}
    assert bounds(program, "odd(s,b)")[1] == pytest.approx(103.0 + 2**0.5)
    assert "stock(n,b,26)" not in row(program, "odd(n,b)")


def test_numpy_numbers_stand_beside_expressions() -> None:
    @over("years")
    def scaled(m: Any, t: Any) -> Any:
        return np.float64(2.5) * m.flow[np.int64(1), t] <= np.float32(4.0)

    assert row(both(scaled), "scaled(26)") == {"flow(ns,26)": 2.5}


def test_python_loops_within_a_rule_are_unrolled() -> None:
    @over("years")
    def both_arcs(m: Any, t: Any) -> Any:
        return sum(k * m.flow[k, t] for k in (1, 2)) + sum(m.stock[r, k, t] for k in (0, 1) for r in m.regions) <= 1

    assert len(row(both(both_arcs), "both_arcs(26)")) == 2 + 4


def test_empty_sets_and_subsets() -> None:
    @over("nothing", "years")
    def no_rows(m: Any, x: Any, t: Any) -> Any:
        return m.ghost[x] <= m.flow[x, t]

    @over("regions")
    def empty_sums(m: Any, r: Any) -> Any:
        return m.total + sum(m.stock[r, a, 0] for a in m.none[r]) + sum(m.ghost[x] + 1 for x in m.nothing) >= 1

    program = both(no_rows, empty_sums, given=symbols(variable("ghost", ("nothing",))))
    assert program.rows["no_rows"].shape == (0, 3)
    assert row(program, "empty_sums(s)") == {"total": 1.0}
    assert bounds(program, "empty_sums(s)") == (1.0, INF)


def test_a_program_without_rules_has_columns_only() -> None:
    assert both().shape == (0, 18 + 18 + 9 + 1)


def test_true_rows_without_variables_stay_as_free_rows() -> None:
    @over("regions", "years")
    def chosen_exist(m: Any, r: Any, t: Any) -> Any:
        return sum(m.order[r, a, t] for a in m.liked[r, t]) <= 5

    @over("regions")
    def numbers_alone(m: Any, r: Any) -> Any:
        return (1, m.weight[r], 10)

    program = both(chosen_exist, numbers_alone)
    assert row(program, "chosen_exist(n,27)") == {}
    assert bounds(program, "chosen_exist(n,27)") == (-INF, INF)
    assert bounds(program, "numbers_alone(n)") == (-INF, INF)


def test_false_rows_without_variables_are_named() -> None:
    @over("regions", "years")
    def needs_one(m: Any, r: Any, t: Any) -> Any:
        return sum(m.order[r, a, t] for a in m.liked[r, t]) >= 1

    with pytest.raises(RuleError, match=r"row needs_one\(n,27\) holds no variable and is false: 1 <= 0"):
        compile_program(symbols(), (needs_one,), nothing_to_gain)
    with pytest.raises(RuleError, match=r"row needs_one\(n,27\) holds no variable and is false"):
        program_of(ordinary_model(symbols(), (needs_one,), nothing_to_gain))


def test_fixed_and_integer_variables_and_bounds() -> None:
    upper = np.array([[1.0], [2.0], [INF]])
    built = variable("built", ("assets", "years"), -INF, upper, np.array([[True], [False], [True]]))
    fixed = variable("fixed", ("regions",), 3.0, 3.0, True)
    program = both(given=symbols(built, fixed))
    first = program.variables["built"]
    assert program.upper[first.indices].tolist() == [[1.0] * 3, [2.0] * 3, [INF] * 3]
    assert program.integer[first.indices].tolist() == [[True] * 3, [False] * 3, [True] * 3]
    assert (program.lower[program.variables["fixed"].indices] == 3.0).all()


def test_objective_gathers_costs_and_an_offset() -> None:
    def gain(m: Any) -> Any:
        kept = sum(m.weight[r] * m.stock[r, a, 2] for r in m.regions for a in m.liked[r, 0])
        return 5 - m.total + kept - m.total + sum(m.weight[r] for r in m.regions)

    program = both(objective=gain)
    assert program.offset == 15.0
    assert program.cost[program.variables["total"].indices] == -2.0
    assert program.cost[program.variables["stock"].indices][:, :, 2].tolist() == [[2.0, 0.0, 2.0], [8.0, 8.0, 8.0]]


def test_the_optimum_is_that_of_pyomos_own_solver_interface() -> None:
    import pyomo.environ as pyo

    @over("regions", "years")
    def room(m: Any, r: Any, t: Any) -> Any:
        return sum(m.price[a, t] * m.order[r, a, t] for a in m.assets) <= m.weight[r] * (t + 1)

    @over("assets")
    def fair(m: Any, a: Any) -> Any:
        return (-1, sum(m.order[0, a, t] - m.order[1, a, t] for t in m.years), 1)

    def gain(m: Any) -> Any:
        return sum((a + 2) * m.order[r, a, t] for r in m.regions for a in m.assets for t in m.years) + 1

    declared = symbols()
    highs = hand_over(both(room, fair, objective=gain, given=declared))
    highs.run()
    model = ordinary_model(declared, (room, fair), gain)
    pyo.SolverFactory("appsi_highs").solve(model)
    assert highs.getObjectiveValue() == pytest.approx(pyo.value(model.goal), rel=1e-9)


def test_compiling_needs_no_pyomo() -> None:
    code = "import sys, planner.compile, planner.solve.highs; sys.exit('pyomo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_minimize_is_kept() -> None:
    program = compile_program(symbols(), (), nothing_to_gain, maximize=False)
    assert not program.maximize
    assert_same(program, program_of(ordinary_model(symbols(), (), nothing_to_gain, maximize=False)))


def fails(rule: Rule, match: str, *more: Any) -> None:
    with pytest.raises(RuleError, match=match) as caught:
        compile_program(symbols(*more), (rule,), nothing_to_gain)
    assert "broken" in str(caught.value)


def test_products_of_variables_are_refused() -> None:
    @over("years")
    def broken(m: Any, t: Any) -> Any:
        return m.flow[0, t] * sum(m.flow[n, t] for n in m.arcs) <= 1

    fails(broken, r"rule broken: variables stand on both sides of \*, or under it; that is not linear")


def test_a_variable_under_a_fraction_or_a_power_is_refused() -> None:
    @over("years")
    def broken(m: Any, t: Any) -> Any:
        return 1 / m.flow[0, t] <= 1

    fails(broken, "not linear")

    @over("years")
    def broken_power(m: Any, t: Any) -> Any:
        return m.flow[0, t] ** 2 <= 1

    fails(broken_power, "not linear")


def test_an_index_outside_its_set_is_refused() -> None:
    @over("years")
    def broken(m: Any, t: Any) -> Any:
        return m.flow[0, t] <= m.flow[0, t - 1]

    fails(broken, "`flow` is asked for member -1 of `years`, which has 0..2; quantify the rule over a smaller set")

    @over("arcs")
    def broken_letter(m: Any, n: Any) -> Any:
        return m.weight[n] * m.total <= 1

    fails(broken_letter, "`weight` is asked for member 2 of `regions`, which has 0..1")


def test_indices_must_be_whole_numbers_that_are_given() -> None:
    @over("regions")
    def broken(m: Any, r: Any) -> Any:
        return m.stock[m.weight[r], 0, 0] <= 1

    fails(broken, "not whole; give the parameter in it an integer array")

    @over("regions")
    def broken_variable(m: Any, r: Any) -> Any:
        return m.stock[m.total, 0, 0] <= 1

    fails(broken_variable, "depends on a variable")

    @over("regions")
    def broken_label(m: Any, r: Any) -> Any:
        return m.stock["n", 0, 0] <= 1

    fails(broken_label, "`stock` has the index 'n'")


def test_an_index_used_outside_its_sum_is_refused() -> None:
    @over("years")
    def broken(m: Any, t: Any) -> Any:
        return sum(m.flow[n, t] * k for n in m.arcs for k in (1, 2)) <= 1

    fails(broken, "an index of `arcs` is used outside its sum")


def test_ends_of_a_range_and_returns_are_checked() -> None:
    @over("years")
    def broken(m: Any, t: Any) -> Any:
        return (m.total, m.flow[0, t], 1)

    fails(broken, "an end of a range holds a variable; write two rules")

    @over("years")
    def broken_return(m: Any, t: Any) -> Any:
        m.flow[0, t]

    fails(broken_return, "it returns None; return a relation")

    @over("years")
    def broken_range(m: Any, t: Any) -> Any:
        return inequality(-2, m.flow[0, t], 4)

    fails(broken_range, r"inequality\(\) of Pyomo takes no templates; write a range as")


def test_sets_and_symbols_without_their_indices_are_no_numbers() -> None:
    @over("years")
    def broken(m: Any, t: Any) -> Any:
        return m.total <= m.regions

    fails(broken, "`regions` is no number and no expression; put indices to it, or sum over it")

    @over("years")
    def broken_symbol(m: Any, t: Any) -> Any:
        return m.total * m.weight <= 1

    fails(broken_symbol, "`weight` is no number and no expression")


def test_numbers_that_are_not_finite_are_named() -> None:
    @over("years")
    def broken(m: Any, t: Any) -> Any:
        return m.rate[t] * m.flow[0, t] <= 1

    fails(
        broken,
        r"row broken\(27\): the coefficient of flow\(nn,27\) is nan",
        param("rate", ("years",), [1.0, np.nan, 2.0]),
    )

    @over("years")
    def broken_limit(m: Any, t: Any) -> Any:
        return m.flow[0, t] <= m.rate[t]

    fails(broken_limit, r"row broken_limit\(27\): .* bounds -inf to nan", param("rate", ("years",), [1.0, np.nan, 2.0]))

    @over("years")
    def broken_division(m: Any, t: Any) -> Any:
        return m.flow[0, t] / m.price[2, t] <= 1

    fails(broken_division, "divided by zero")


def test_an_objective_that_is_no_number_is_named() -> None:
    def lost(m: Any) -> Any:
        return sum(m.rate[t] * m.flow[0, t] for t in m.years)

    with pytest.raises(RuleError, match="objective lost: a coefficient is not finite"):
        compile_program(symbols(param("rate", ("years",), [1.0, np.nan, 2.0])), (), lost)
    with pytest.raises(RuleError, match="objective <lambda>: variables stand on both sides"):
        compile_program(symbols(), (), lambda m: m.total * m.total)


def test_declarations_that_do_not_fit_are_refused() -> None:
    @over("years")
    def rule(m: Any, t: Any) -> Any:
        return m.total <= 1

    with pytest.raises(RuleError, match=r"parameter `rate` has shape \(2,\), its sets \[years\] need \(3,\)"):
        compile_program(symbols(param("rate", ("years",), [1.0, 2.0])), (), nothing_to_gain)
    with pytest.raises(RuleError, match="`weight` is declared twice"):
        compile_program(symbols(variable("weight", ())), (), nothing_to_gain)
    with pytest.raises(RuleError, match="two rules or variables are called rule"):
        compile_program(symbols(), (rule, rule), nothing_to_gain)
    with pytest.raises(RuleError, match="rule <lambda>: decorate it with @over"):
        compile_program(symbols(), (lambda m: m.total <= 1,), nothing_to_gain)
    with pytest.raises(RuleError, match="`into` is no set and no subset without indices"):
        compile_program(symbols(), (over("into")(lambda m, r: m.total <= 1),), nothing_to_gain)
    with pytest.raises(RuleError, match=r"variable never: nothing lies within its bounds 2 to 1"):
        compile_program(symbols(variable("never", (), 2.0, 1.0)), (), nothing_to_gain)


def test_the_matrix_does_what_the_rule_says_at_a_point() -> None:
    @over("regions", "later")
    def balance(m: Any, r: Any, t: Any) -> Any:
        came = sum(m.flow[n, t - 1] for n in m.into[r])
        return came + sum(m.stock[r, a, t] / 2 for a in m.assets) == m.weight[r] * m.total

    program = both(balance)
    point = np.random.default_rng(1).random(program.shape[1])
    stock, flow = (point[program.variables[name].indices] for name in ("stock", "flow"))
    total = point[program.variables["total"].indices]
    into = np.stack([flow[0], flow[1] + flow[2]])[:, :-1]
    expected = into + stock.sum(axis=1)[:, 1:] / 2 - np.array([[2.0], [8.0]]) * total
    np.testing.assert_allclose(dense(program) @ point, expected.reshape(-1), rtol=1e-12)


def test_a_subset_may_be_as_large_as_the_rows() -> None:
    @over("years")
    def own(m: Any, t: Any) -> Any:
        return sum(m.flow[n, v] for v in m.itself[t] for n in m.arcs) <= 1

    program = both(own, given=symbols(subsets("itself", ("years",), "years", [0], [1], [2])))
    assert row(program, "own(27)") == {"flow(nn,27)": 1.0, "flow(ns,27)": 1.0, "flow(ss,27)": 1.0}
