"""Labels that are put together when they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.symbols import Names, Numbers

REGIONS = ("North", "South", "West")


def arcs(host: list[int], user: list[int]) -> Names:
    return Names("{}>{}", (REGIONS, REGIONS), (np.array(host, np.int64), np.array(user, np.int64)))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2))))
def test_names_are_those_written_out(pairs: list[tuple[int, int]]) -> None:
    found = arcs([i for i, _ in pairs], [j for _, j in pairs])
    written = tuple(f"{REGIONS[i]}>{REGIONS[j]}" for i, j in pairs)
    assert tuple(found) == written
    assert len(found) == len(written)
    assert found[1:] == written[1:]
    assert found[::-2] == written[::-2]


def test_a_negative_place_of_a_part_is_its_last_word() -> None:
    assert tuple(Names("{}", (("A", "nation"),), (np.array([0, -1]),))) == ("A", "nation")


def test_a_name_that_is_not_there_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        arcs([0], [1])[1]


def test_names_are_equal_where_every_one_is_made_of_the_same() -> None:
    assert arcs([0, 1], [2, 2]) == arcs([0, 1], [2, 2])
    assert arcs([0, 1], [2, 2]) != arcs([0, 1], [2, 1])
    assert arcs([0, 1], [2, 2]) != arcs([0], [2])
    assert arcs([0, 1], [2, 2]) != Names("{}-{}", (REGIONS, REGIONS), (np.array([0, 1]), np.array([2, 2])))
    assert arcs([0], [1]) != ("North>South",)


def test_numbers_count_from_nothing() -> None:
    assert tuple(Numbers(3)) == ("0", "1", "2")
    assert Numbers(12)[10:] == ("10", "11")
