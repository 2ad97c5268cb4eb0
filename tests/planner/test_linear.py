"""Blocks of names and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.compile import compile_program
from planner.linear import Block
from planner.symbols import over
from tests.planner.small import nothing_to_gain, symbols


def test_a_block_numbers_and_names_its_cells_row_major() -> None:
    block = Block("stock", 10, (2, 3), (("n", "s"), ("26", "27", "28")))
    assert block.size == 6
    assert block.indices.tolist() == [[10, 11, 12], [13, 14, 15]]
    assert [block.label(i) for i in (10, 12, 13)] == ["stock(n,26)", "stock(n,28)", "stock(s,26)"]


def test_a_block_without_sets_is_one_number() -> None:
    block = Block("total", 4, (), ())
    assert (block.size, block.indices.shape, block.label(4)) == (1, (), "total")


def test_a_block_over_an_empty_set_is_empty() -> None:
    block = Block("ghost", 4, (0, 3), ((), ("26", "27", "28")))
    assert (block.size, block.indices.shape) == (0, (0, 3))


def test_every_row_and_column_has_its_own_name() -> None:
    @over("regions", "later")
    def first(m: Any, r: Any, t: Any) -> Any:
        return m.stock[r, 0, t] <= 1

    @over()
    def second(m: Any) -> Any:
        return m.total <= 1

    program = compile_program(symbols(), (first, second), nothing_to_gain)
    rows, columns = program.shape
    names = [program.row_name(i) for i in range(rows)] + [program.column_name(j) for j in range(columns)]
    assert len(set(names)) == rows + columns
    assert names[:5] == ["first(n,27)", "first(n,28)", "first(s,27)", "first(s,28)", "second"]
    assert program.column_name(int(program.variables["flow"].indices[1, 2])) == "flow(ns,28)"
    assert np.concatenate([b.indices.reshape(-1) for b in program.variables.values()]).tolist() == list(range(columns))


def test_a_number_outside_all_blocks_is_refused() -> None:
    program = compile_program(symbols(), (), nothing_to_gain)
    with pytest.raises(IndexError, match="46 is outside all of stock, order, flow, total"):
        program.column_name(46)
