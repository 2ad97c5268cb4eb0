"""Compressed rows against a dictionary of entries."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.compressed import Term, compressed_rows, row_block, tidy
from planner.coordinates import Cells, Family, Value, combine, dense_step, flat, ragged_step, ravel, start

Entries = list[list[tuple[int, float]]]
ENTRIES = st.lists(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from([-1.0, 0.0, 0.5, 1.0])), max_size=5), max_size=6
)


def summed(rows: Entries) -> Entries:
    """Each row by column, duplicates summed, zeros dropped."""
    result = []
    for row in rows:
        total: dict[int, float] = defaultdict(float)
        for column, value in row:
            total[column] += value
        result.append(sorted((column, value) for column, value in total.items() if value))
    return result


def split(starts: np.ndarray, columns: np.ndarray, values: np.ndarray) -> Entries:
    pairs = list(zip(columns.tolist(), values.tolist(), strict=True))
    return [pairs[a:b] for a, b in pairwise(starts)]


@given(ENTRIES)
def test_tidy_sorts_sums_and_drops(rows: Entries) -> None:
    columns = np.array([column for row in rows for column, _ in row], np.int32)
    values = np.array([value for row in rows for _, value in row], np.float64)
    counts = tidy(np.array([len(row) for row in rows], np.int64), columns, values)
    starts = np.concatenate([[0], counts.cumsum()]).astype(int)
    assert split(starts, columns[: starts[-1]], values[: starts[-1]]) == summed(rows)


def members(size: int) -> np.ndarray:
    return np.arange(size, dtype=np.int32)


@st.composite
def terms(draw: st.DrawFn, cells: Cells) -> Term:
    """A term on the rows themselves, on a dense, a ragged or a twofold step of them; columns mixed at random."""
    inner = cells
    for letter in ("a", "b")[: draw(st.integers(0, 2))]:
        if draw(st.booleans()):
            inner = dense_step(inner, letter, members(draw(st.integers(0, 3))))
        else:
            lengths = np.array(draw(st.lists(st.integers(0, 3), min_size=4, max_size=4)), np.int64)
            family = Family(lengths.cumsum() - lengths, lengths, np.arange(lengths.sum(), dtype=np.int32))
            inner = ragged_step(inner, letter, family, inner.letters["r"])
    letters = list(inner.letters)
    strides = draw(st.lists(st.integers(0, 6), min_size=len(letters), max_size=len(letters)))
    place = ravel([inner.letters[letter] for letter in letters], strides)
    columns = combine(np.add, Value(None, draw(st.integers(0, 9))), place)
    numbers = draw(st.sampled_from([1.0, -1.0, 0.0, None]))
    coefficient = Value(None, numbers) if numbers is not None else inner.letters[draw(st.sampled_from(letters))]
    return Term(inner, columns, coefficient)


def rows_of(cells: Cells) -> np.ndarray:
    """The row each cell descends from, by letters alone."""
    times = cells
    while times.parent is not None:
        times = times.parent
    return flat(ravel([cells.letters["r"], cells.letters["t"]], [times.shape[1], 1]), cells)


@given(st.data(), st.integers(0, 4), st.integers(0, 3), st.integers(1, 2), st.integers(0, 40))
def test_blocks_write_what_their_terms_say(
    data: st.DataObject, regions: int, times: int, blocks: int, room: int
) -> None:
    expected: Entries = []
    written = []
    for _ in range(blocks):
        cells = start(("r", "t"), (members(regions), members(times)))
        drawn = [data.draw(terms(cells)) for _ in range(data.draw(st.integers(0, 3)))]
        rows: Entries = [[] for _ in range(regions * times)]
        for term in drawn:
            columns, values = flat(term.columns, term.cells).tolist(), flat(term.coefficient, term.cells).tolist()
            for row, column, value in zip(rows_of(term.cells).tolist(), columns, values, strict=True):
                rows[row].append((column, float(value)))
        written.append(row_block(cells.size, drawn))
        expected += summed(rows)
    starts, columns, values = compressed_rows(written, sum(block.rows for block in written), room)
    assert (starts.dtype, columns.dtype, values.dtype) == (np.int32, np.int32, np.float64)
    assert split(starts, columns, values) == expected


def test_terms_with_the_same_columns_become_one() -> None:
    cells = start(("r",), (members(2),))
    columns = cells.letters["r"]
    block = row_block(2, [Term(cells, columns, Value(None, 2.0)), Term(cells, columns, Value(None, 3.0))])
    assert len(block.terms) == 1
    starts, places, values = compressed_rows([block], 2, 2)
    assert split(starts, places, values) == [[(0, 5.0)], [(1, 5.0)]]


def test_no_blocks_are_no_rows() -> None:
    starts, columns, values = compressed_rows([], 0, 0)
    assert (starts.tolist(), len(columns), len(values)) == ([0], 0, 0)
