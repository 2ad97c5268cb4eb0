"""Grids against plain loops over their cells."""

from __future__ import annotations

from itertools import product
from operator import add, mul

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.coordinates import (
    Cells,
    Family,
    Value,
    combine,
    dense_step,
    flat,
    fold,
    gather,
    on,
    ragged_step,
    ravel,
    runs,
    start,
)

SMALL = st.integers(0, 4)


def members(size: int) -> np.ndarray:
    return np.arange(size, dtype=np.int32)


def family(parts: list[list[int]]) -> Family:
    lengths = np.array([len(part) for part in parts], np.int64)
    inside = np.array([m for part in parts for m in part], np.int32)
    return Family(lengths.cumsum() - lengths, lengths, inside)


@given(st.lists(st.tuples(st.integers(0, 50), SMALL)))
def test_runs_count_on_from_each_first(pairs: list[tuple[int, int]]) -> None:
    first, counts = np.array([p[0] for p in pairs], np.int64), np.array([p[1] for p in pairs], np.int64)
    assert runs(first, counts).tolist() == [f + k for f, n in pairs for k in range(n)]


@st.composite
def grids(draw: st.DrawFn) -> tuple[Cells, list[dict[str, int]], list[Cells]]:
    """A grid r x t with a dense step d and ragged steps by r and by (d, t), and all its cells by plain loops."""
    sizes = draw(st.tuples(SMALL, SMALL))
    cells = start(("r", "t"), (members(sizes[0]), members(sizes[1])))
    expected = [{"r": r, "t": t} for r, t in product(range(sizes[0]), range(sizes[1]))]
    history = [cells]
    for number in range(draw(st.integers(0, 3))):
        letter = f"s{number}"
        if draw(st.booleans()):
            size = draw(SMALL)
            cells = dense_step(cells, letter, members(size))
            expected = [cell | {letter: m} for cell in expected for m in range(size)]
        else:
            parts = draw(st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=sizes[0], max_size=sizes[0]))
            cells = ragged_step(cells, letter, family(parts), cells.letters["r"])
            expected = [cell | {letter: m} for cell in expected for m in parts[cell["r"]]]
        history.append(cells)
    return cells, expected, history


@given(grids())
def test_letters_stand_for_their_members_at_every_cell(grid: tuple[Cells, list[dict[str, int]], list[Cells]]) -> None:
    cells, expected, history = grid
    assert cells.size == len(expected)
    assert cells.depth == len(history)
    for letter in ("r", "t", *(f"s{n}" for n in range(len(history) - 1))):
        assert flat(cells.letters[letter], cells).tolist() == [cell[letter] for cell in expected]


@given(grids())
def test_sums_of_letters_live_on_the_deepest_grid(grid: tuple[Cells, list[dict[str, int]], list[Cells]]) -> None:
    cells, expected, history = grid
    letters = ("r", *(f"s{n}" for n in range(len(history) - 1)))
    place = ravel([cells.letters[letter] for letter in letters], [10**k for k in range(len(letters))])
    assert place.cells is cells
    assert flat(place, cells).tolist() == [sum(c[letter] * 10**k for k, letter in enumerate(letters)) for c in expected]
    table = np.arange(10 ** len(letters)) % 7
    assert flat(gather(table, place), cells).tolist() == [int(table[n]) for n in flat(place, cells)]


@given(grids())
def test_folds_are_sums_over_descendants(grid: tuple[Cells, list[dict[str, int]], list[Cells]]) -> None:
    cells, expected, history = grid
    steps = [cells.letters[f"s{n}"] for n in range(len(history) - 1)]
    for value in (
        Value(None, 2.0),
        combine(mul, cells.letters["r"], Value(None, 1.5)),
        combine(add, ravel(steps, [3] * len(steps)), cells.letters["t"]),
    ):
        totals: dict[tuple[int, int], float] = dict.fromkeys(
            product(range(history[0].shape[0]), range(history[0].shape[1])), 0.0
        )
        for cell, number in zip(expected, flat(value, cells).tolist(), strict=True):
            totals[cell["r"], cell["t"]] += number
        folded = value
        for step in reversed(history[1:]):
            folded = fold(step, folded)
        assert flat(folded, history[0]).tolist() == list(totals.values())


def test_numbers_stay_small_until_they_are_written() -> None:
    cells = start(("r", "t"), (members(3), members(4)))
    deep = dense_step(cells, "a", members(5))
    place = ravel([deep.letters["r"], deep.letters["a"]], [5, 1])
    assert place.array.shape == (3, 1, 5)
    assert deep.letters["t"].cells is cells
    assert flat(place, deep).shape == (60,)


def test_a_cell_without_axes_is_one_cell() -> None:
    cells = start((), ())
    assert cells.size == 1
    assert flat(Value(None, 4.0), cells).tolist() == [4.0]
    summed = fold(dense_step(cells, "a", members(3)), Value(None, 4.0))
    assert flat(summed, cells).tolist() == [12.0]
    assert gather(np.array([7.0]), ravel([], [])).array == 7.0


def test_strangers_are_refused() -> None:
    cells, stranger = (start(("r",), (members(2),)) for _ in range(2))
    with pytest.raises(ValueError, match="not of one descent"):
        on(stranger.letters["r"], cells)
    with pytest.raises(ValueError, match="no step to sum over"):
        fold(cells, Value(None, 1.0))
