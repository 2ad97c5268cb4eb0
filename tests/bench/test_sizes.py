"""Sizes beyond the presets: along their line, valid, large enough, and never too large."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.caches import Cache, Room
from bench.sizes import (
    along,
    beyond_cache,
    cache_sizes,
    idle_parameters,
    is_predictable,
    ladder,
    whole_steps,
    working_set,
)
from kernels import KERNELS, find
from tests.bench.toys import TOY

GIB = 2**30
GROWING = replace(TOY, sizes={"quick": {"n": 1000}, "standard": {"n": 4000}, "full": {"n": 16000}})
CACHES = {"l1": Cache("l1", 32768, 1), "l2": Cache("l2", 2**20, 1), "l3": Cache("l3", 2**25, 2)}
ROOM = Room(CACHES, 2**25, 16 * GIB)
MEMORY_BOUND = [kernel for kernel in KERNELS if kernel.limit == "memory" and kernel.name != "cache_read"]


def test_presets_lie_on_their_own_line() -> None:
    for kernel in (find("transpose"), find("softmax"), find("spmv"), GROWING):
        for start, end in (("quick", "standard"), ("standard", "full")):
            assert along(kernel, start, 0) == kernel.sizes[start]
            assert along(kernel, start, 1) == kernel.sizes[end]
            assert along(kernel, end, -1) in (kernel.sizes[start], along(kernel, end, -1.0))


def test_what_only_repeats_stays() -> None:
    cg27 = find("cg27")
    assert idle_parameters(cg27) == {"iterations"}
    assert along(cg27, "standard", 2.5, idle_parameters(cg27))["iterations"] == cg27.sizes["standard"]["iterations"]
    assert along(cg27, "standard", 1)["iterations"] == cg27.sizes["full"]["iterations"]
    assert idle_parameters(find("fft3d")) == frozenset()


@pytest.mark.parametrize("name", ["stream_triad", "transpose", "adamw", "softmax", "scan", "stencil7", "cg27"])
def test_the_working_set_is_that_of_the_arrays(name: str) -> None:
    kernel = find(name)
    size = along(kernel, "quick", -3, idle_parameters(kernel))
    arrays = sum(getattr(value, "nbytes", 0) for value in kernel.inputs(0, **size).values())
    assert working_set(kernel)(size) == pytest.approx(arrays, rel=0.1)


@pytest.mark.parametrize("kernel", MEMORY_BOUND, ids=lambda kernel: kernel.name)
@pytest.mark.parametrize("preset", ["standard", "full"])
def test_memory_bound_kernels_leave_a_cache_of_half_a_gigabyte(kernel, preset: str) -> None:  # type: ignore[no-untyped-def]
    grown = beyond_cache(kernel, preset, GIB // 2, 64 * GIB)
    reached = working_set(kernel)(grown.size)
    assert grown.remark == ""
    assert 0.95 * 4 * GIB / 2 <= reached <= 16 * GIB
    assert set(grown.size) == set(kernel.sizes[preset])
    assert (grown.label == preset) == (grown.size == kernel.sizes[preset])
    assert all(grown.size[name] >= value for name, value in kernel.sizes[preset].items())


@pytest.mark.parametrize("name", ["fft", "fft3d"])
def test_transforms_grow_in_powers_of_two(name: str) -> None:
    for size in whole_steps(find(name), "standard")[:4]:
        assert all(value & (value - 1) == 0 for value in size.values())


def test_a_step_that_does_not_multiply_by_whole_numbers_is_not_taken_for_valid() -> None:
    odd = replace(
        GROWING, small_sizes=({"n": 8},), sizes={"quick": {"n": 100}, "standard": {"n": 150}, "full": {"n": 200}}
    )
    assert whole_steps(odd, "quick") == []
    grown = beyond_cache(odd, "quick", 2**20, GIB)
    assert (grown.label, grown.size) == ("quick", {"n": 100})
    assert "no larger one is valid" in grown.remark


@settings(max_examples=50, deadline=None)
@given(cache_bytes=st.integers(1, 2**32), free_bytes=st.integers(1, 2**36))
def test_a_size_fits_in_a_quarter_of_the_free_memory_and_leaves_the_caches_or_it_says_so(
    cache_bytes: int, free_bytes: int
) -> None:
    grown = beyond_cache(GROWING, "standard", cache_bytes, free_bytes)
    reached = 16 * grown.size["n"]
    assert grown.size["n"] >= 4000
    assert grown.remark or reached >= 0.95 * 4 * cache_bytes
    assert grown.label == "standard" or reached <= 1.06 * free_bytes / 4


def test_other_limits_and_unknown_caches_keep_the_preset() -> None:
    assert beyond_cache(replace(GROWING, limit="compute"), "full", GIB, 64 * GIB).label == "full"
    assert beyond_cache(GROWING, "full", None, 64 * GIB).label == "full"
    assert "no room" in beyond_cache(GROWING, "full", GIB, None).remark


def test_caches_are_read_at_half_their_share() -> None:
    found = cache_sizes(CACHES)
    assert {level: 8 * size["n"] for level, size in found.items()} == {"l1": 2**14, "l2": 2**19, "l3": 2**23}
    assert all(size["n"] * size["repeats"] == 2**25 for size in found.values())
    assert cache_sizes({}) == {}


def test_a_ladder_doubles_from_half_the_first_cache() -> None:
    sizes = ladder(replace(GROWING, sizes={**GROWING.sizes, "full": {"n": 2**26}}), ROOM)
    bytes_ = [16 * size["n"] for size in sizes.values()]
    assert bytes_ == sorted(bytes_)
    assert bytes_[0] == pytest.approx(2**13, rel=0.01) or bytes_[0] == pytest.approx(2**14, rel=0.01)
    assert max(b / a for a, b in pairwise(bytes_)) < 2.01
    assert bytes_[-1] > 8 * 2**25
    assert next(iter(sizes)) == f"n={next(iter(sizes.values()))['n']}"


def test_a_ladder_ends_where_memory_or_patience_does() -> None:
    assert max(size["n"] for size in ladder(GROWING, ROOM).values()) <= 4 * 16000
    small = replace(ROOM, free_bytes=2**20)
    assert all(16 * size["n"] <= 2**18 * 1.01 for size in ladder(GROWING, small).values())
    assert ladder(GROWING, replace(ROOM, free_bytes=None)) == {}


def test_restricted_kernels_offer_only_what_is_known_to_be_valid() -> None:
    sizes = ladder(find("fft"), ROOM).values()
    assert all(size["n"] & (size["n"] - 1) == 0 for size in sizes)
    chase = find("pointer_chase")
    assert not is_predictable(chase)
    found = list(ladder(chase, ROOM).values())
    assert found
    assert all(size in chase.sizes.values() for size in found)
