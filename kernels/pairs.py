"""Load and store two vectors as one (see `simd.pair`), for arrays that may end inside them."""

from __future__ import annotations

from typing import Any

from kernels import simd
from kernels.compile import part


@part
def load_pair(array: Any, index: int, count: int) -> Any:
    """The first `count` elements from `index` on, in two joined vectors; the other lanes are zero."""
    lanes = simd.lanes(array)
    return simd.pair(simd.load_part(array, index, count), simd.load_part(array, index + lanes, count - lanes))


@part
def store_pair(array: Any, index: int, values: Any, count: int) -> None:
    """Store the first `count` lanes of two joined vectors; the memory of the others is not touched."""
    lanes = simd.lanes(array)
    simd.store_part(array, index, simd.first_half(values), count)
    simd.store_part(array, index + lanes, simd.second_half(values), count - lanes)
