"""Later, earlier, elsewhere, more, less: by hand, and by what must add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planner.drift.shifts import shift_of

AMOUNTS = arrays(np.float64, (3, 4), elements=st.floats(0.0, 100.0))


def shifts(planned: list[list[float]], now: list[list[float]]) -> dict[str, list[float]]:
    found = vars(shift_of(np.array(planned, float), np.array(now, float)))
    return {name: values.tolist() for name, values in found.items() if values.any()}


@pytest.mark.parametrize(
    ("planned", "now", "expected"),
    [
        ([[5, 0]], [[5, 0]], {}),
        ([[5, 0]], [[2, 3]], {"later": [3]}),
        ([[0, 5]], [[4, 1]], {"earlier": [4]}),
        ([[5, 0, 5]], [[0, 10, 0]], {"later": [5], "earlier": [5]}),
        ([[5, 0]], [[0, 3]], {"later": [3], "dropped": [2]}),
        ([[5, 0]], [[5, 2]], {"added": [2]}),
        ([[4, 0], [0, 0]], [[1, 0], [0, 3]], {"gained": [0, 3], "lost": [3, 0]}),
        ([[4, 0], [0, 0]], [[0, 0], [0, 6]], {"gained": [0, 4], "lost": [4, 0], "added": [0, 2]}),
        ([[6], [2], [0]], [[0], [0], [4]], {"gained": [0, 0, 4], "lost": [3, 1, 0], "dropped": [3, 1, 0]}),
    ],
    ids=[
        "same",
        "later",
        "earlier",
        "both ways",
        "later and less",
        "more",
        "elsewhere",
        "elsewhere and more",
        "shared",
    ],
)
def test_by_hand(planned, now, expected):
    assert shifts(planned, now) == {name: pytest.approx(values) for name, values in expected.items()}


@given(AMOUNTS, AMOUNTS)
def test_every_change_is_counted_once(planned, now):
    found, change = shift_of(planned, now), now - planned
    assert all((values >= 0).all() for values in vars(found).values())
    assert found.gained.sum() == pytest.approx(found.lost.sum(), abs=1e-9)
    np.testing.assert_allclose(found.gained + found.added - found.lost - found.dropped, change.sum(axis=1), atol=1e-9)
    moved = 2 * (found.later + found.earlier) + found.gained + found.added + found.lost + found.dropped
    np.testing.assert_allclose(moved, np.abs(change).sum(axis=1), atol=1e-9)


@given(AMOUNTS, AMOUNTS)
def test_the_way_back_is_the_other_way_round(planned, now):
    there, back = shift_of(planned, now), shift_of(now, planned)
    for one, other in (("later", "earlier"), ("gained", "lost"), ("added", "dropped")):
        np.testing.assert_allclose(getattr(there, one), getattr(back, other), atol=1e-9)
