"""Laws of the pointer chase."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.memory.pointer_chase import LINE, random_cycle

KERNEL = find("pointer_chase")


def chase(table, position, steps):
    """Positions after some steps of the kernel."""
    reached = position.copy()
    KERNEL.cpu(table, reached, steps)
    return reached


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), lines=st.integers(1, 200))
def test_one_cycle_passes_through_every_line_once(seed, lines):
    links = np.zeros(lines * LINE, np.uint64)
    random_cycle(np.random.default_rng(seed), links)
    seen, at = [], 0
    for _ in range(lines):
        seen.append(at)
        at = int(links[at])
    assert at == 0
    assert sorted(seen) == list(range(0, lines * LINE, LINE))


def test_all_cycles_of_four_lines_occur_equally_often():
    random, counts = np.random.default_rng(1), {}
    for _ in range(3000):
        links = np.zeros(4 * LINE, np.uint64)
        random_cycle(random, links)
        cycle = tuple(links[::LINE] // LINE)
        counts[cycle] = counts.get(cycle, 0) + 1
    assert len(counts) == 6
    assert all(400 < count < 600 for count in counts.values())


def test_every_link_starts_a_cache_line():
    arrays = KERNEL.inputs(1, chains=3, lines=20, steps=5)
    assert arrays["table"].ctypes.data % 64 == 0
    assert (arrays["table"] % LINE == 0).all()
    assert (arrays["position"] % LINE == 0).all()
    assert np.count_nonzero(arrays["table"]) == 3 * (20 - 1)


@pytest.mark.parametrize("lines", [1, 2, 13])
def test_a_full_round_ends_where_it_began(lines):
    arrays = KERNEL.inputs(2, chains=4, lines=lines, steps=1)
    table, position = arrays["table"], arrays["position"]
    assert np.array_equal(chase(table, position, lines), position)
    assert np.array_equal(chase(table, position, 0), position)
    if lines > 1:
        assert not np.any(chase(table, position, 1) == position)


@given(first=st.integers(0, 300), second=st.integers(0, 300))
@settings(max_examples=20, deadline=None)
def test_a_call_goes_on_where_the_last_one_stopped(first, second):
    arrays = KERNEL.inputs(3, chains=5, lines=101, steps=1)
    table, position = arrays["table"], arrays["position"]
    assert np.array_equal(chase(table, chase(table, position, first), second), chase(table, position, first + second))


def test_chains_are_independent():
    arrays = KERNEL.inputs(4, chains=6, lines=40, steps=77)
    together = chase(arrays["table"], arrays["position"], 77)
    for chain in range(6):
        own = slice(chain, chain + 1)
        assert chase(arrays["table"][own], arrays["position"][own], 77) == together[chain]


def test_work_counts_a_line_per_load():
    chains, steps, loads = 3, 7, 0
    for _ in range(chains):
        for _ in range(steps):
            loads += 1
    work = KERNEL.work(chains=chains, lines=11, steps=steps)
    assert (work.flops, work.bytes_read, work.bytes_written) == (0, 64 * loads + 8 * chains, 8 * chains)


def test_a_table_is_larger_than_the_caches_and_a_call_meets_no_line_twice():
    for size in KERNEL.sizes.values():
        assert size["chains"] * size["lines"] * 64 >= 256 * 2**20
        assert size["steps"] < size["lines"]
