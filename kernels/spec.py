"""What a kernel is: a frozen value that says how to make inputs, compute, check and count.

Everything else (tests, command line, roofline, documentation) is derived from these values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Limit = Literal["compute", "memory", "latency", "network"]
Precision = Literal["fp64", "fp32", "bf16", "int64", "int32"]


@dataclass(frozen=True)
class Work:
    """What one call does, counted by formula, never measured.

    flops          floating-point operations (a fused multiply-add counts two)
    bytes_read     bytes that must come from memory at least once
    bytes_written  bytes that must go to memory at least once
    formula        the two counts as plain text, stored with every result
    """

    flops: float
    bytes_read: float
    bytes_written: float
    formula: str

    @property
    def bytes_moved(self) -> float:
        return self.bytes_read + self.bytes_written

    @property
    def intensity_flop_per_byte(self) -> float:
        return self.flops / self.bytes_moved if self.bytes_moved else float("inf")


@dataclass(frozen=True)
class Kernel:
    """One workload.

    name       identifier, also the row of every table: "gemm_fp32"
    story      what the workload stands for, one sentence
    limit      the resource that bounds it on a normal machine
    precision  arithmetic precision, names the FMA ceiling it is compared with
    sizes      preset ("quick", "standard", "full") -> parameters passed to inputs and work; any positive
               integers are valid parameters, unless `small_sizes` says which are
    inputs     inputs(seed, **size) -> {argument name: array or scalar}; outputs are allocated here too
    outputs    names of the arguments that the kernel writes, poisoned by `inputs` (see `arrays.poisoned`)
    reference  reference(**inputs) -> {output name: array}, NumPy, float64 where it matters, allocates its own results
    cpu        cpu(*inputs.values()), Numba-compiled, writes the outputs in place, returns None; TypeError or
               ValueError when an argument has the wrong type, layout or shape
    work       work(**size) -> Work
    goals      library of a peer ("C", "torch", "numpy", "scipy"), or "best" for the fastest of all, -> what
               peer time over ours must reach on one thread
    rtol       largest max|found - reference| / max|reference| of an output, derived in `tolerance`; integers must
               be equal, and count the share of elements that are not
    tolerance  one sentence: where rtol comes from
    source     where the formula comes from
    updates    outputs that are also read: they start with values instead of poison
    workspace  arguments that the kernel may overwrite and nobody reads afterwards
    moves_once whether one call moves each input and output between memory and processor exactly once, which is
               then what `work` must count
    small_sizes  sizes for tests where not all positive integers are valid: ragged, odd, smallest
    simple     the same work as plain loops, with the arguments of `cpu`: what the faster version gains
    """

    name: str
    story: str
    limit: Limit
    precision: Precision
    sizes: Mapping[str, Mapping[str, int]]
    inputs: Callable[..., dict[str, Any]]
    outputs: tuple[str, ...]
    reference: Callable[..., dict[str, Any]]
    cpu: Callable[..., None]
    work: Callable[..., Work]
    rtol: float
    tolerance: str
    source: str
    goals: Mapping[str, float]
    updates: tuple[str, ...] = ()
    workspace: tuple[str, ...] = ()
    moves_once: bool = True
    small_sizes: tuple[Mapping[str, int], ...] = ()
    simple: Callable[..., None] | None = None
