"""Dense matrix product of bfloat16 numbers: the work of a linear layer as networks are trained today.

Formula  C = A B, with A (m, k) and B (k, n) of bfloat16 numbers kept as uint16, C (m, n) float32, all row-major.
Work     2 m n k flops; A and B read once, C written once.
Method   As for `gemm`, on words of `kernels.bfloat16`: panels and strips hold pairs of numbers that follow each
         other along k where the processor multiplies pairs, else the numbers widened to float32, so that the
         ceiling is that of fp32. Sums stay in float32. The matrix units of some processors (AMX, SME) are not used.
         NaN and infinity pass through; see `kernels.bfloat16` for numbers below 2^-126.
Source   K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008;
         D. Kalamkar et al., A study of BFLOAT16 for deep learning training, arXiv:1905.12322, 2019.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import simd, tile
from kernels.arrays import aligned, poisoned, uniform
from kernels.bfloat16 import PER_WORD, decode, encode, load_word, load_words
from kernels.compile import compiled, part
from kernels.dense import STRIPS, grid
from kernels.spec import Kernel, Work

ROWS = 6
VECTORS = 4 if PER_WORD == 2 or simd.REGISTERS == 32 else 2
DEPTH = 640
SLAB_BYTES = 16 * 2**20


def reference(a: Any, b: Any, c: Any) -> dict[str, Any]:
    """The product in double precision."""
    return {"c": decode(a).astype(np.float64) @ decode(b).astype(np.float64)}


@part
def words(k: int) -> int:
    """Words that hold `k` numbers."""
    return (k + PER_WORD - 1) // PER_WORD


@part
def pack_strip(a: Any, at: int, stride: int, rows: int, k: int, packed: Any, to: int) -> None:
    """Copy `rows` rows of `k` numbers from a[at] on, in column-major order of words; missing numbers become zero."""
    whole = k // PER_WORD
    if rows < ROWS:
        for q in range(words(k) * ROWS):
            packed[to + q] = 0
    for q0 in range(0, whole, 16):
        for i in range(rows):
            for q in range(q0, min(q0 + 16, whole)):
                first = at + i * stride + q * PER_WORD
                packed[to + q * ROWS + i] = load_word(a, first, first + 1)
    if whole < words(k):
        for i in range(rows):
            packed[to + whole * ROWS + i] = np.uint32(a[at + i * stride + k - 1])


@part
def pack_panel(b: Any, at: int, stride: int, columns: int, k: int, packed: Any, to: int) -> None:
    """Copy `columns` columns of `k` numbers from b[at] on, in row-major order of words; missing numbers become zero."""
    lanes = simd.lanes(packed)
    width = VECTORS * lanes
    whole = k // PER_WORD
    if columns < width:
        for q in range(words(k) * width):
            packed[to + q] = 0
    for q in range(whole):
        first = at + q * PER_WORD * stride
        if columns == width:
            for j in range(0, width, lanes):
                simd.store(packed, to + q * width + j, load_words(b, first + j, first + stride + j))
        else:
            for j in range(columns):
                packed[to + q * width + j] = load_word(b, first + j, first + stride + j)
    if whole < words(k):
        for j in range(columns):
            packed[to + whole * width + j] = np.uint32(b[at + (k - 1) * stride + j])


@part
def add_spare(spare: Any, rows: int, columns: int, c: Any, c_at: int, stride: int, keep: bool) -> None:
    """Add the used part of a spare tile to C, or assign it."""
    lanes = simd.lanes(c)
    for i in range(rows):
        for j in range(0, columns, lanes):
            at, count = c_at + i * stride + j, min(lanes, columns - j)
            value = simd.load(spare, i * VECTORS * lanes + j)
            simd.store_part(c, at, value + simd.load_part(c, at, count) if keep else value, count)


@part
def multiply_block(
    strips: Any, m: int, n: int, depth: int, panels: Any, b_at: int, c: Any, c_at: int, stride: int, keep: bool
) -> None:
    """C (m, n) = keep C + packed strips times packed panels; tiles that reach beyond C go by way of a spare one."""
    width = VECTORS * simd.lanes(c)
    spare = np.empty(ROWS * width, c.dtype)
    for column in range(0, n, width):
        for row in range(0, m, ROWS):
            to = c_at + row * stride + column
            whole = row + ROWS <= m and column + width <= n
            out, out_at, out_stride = (c, to, stride) if whole else (spare, 0, width)
            a_at, panel_at = row * depth, b_at + column * depth
            block = tile.zeros(c, ROWS, VECTORS)
            tile.prefetch(block, out, out_at, out_stride)
            for q in range(depth):
                block = tile.add_outer_bf16(block, strips, a_at + q * ROWS, 1, panels, panel_at + q * width)
            if keep and whole:
                block = tile.add(block, out, out_at, out_stride)
            tile.store(block, out, out_at, out_stride)
            if not whole:
                add_spare(spare, min(ROWS, m - row), min(width, n - column), c, to, stride, keep)


@part
def multiply_share(
    a: Any, at: int, stride: int, m: int, k: int, panels: Any, b_at: int, padded_n: int,
    c: Any, c_at: int, n: int, c_stride: int, keep: bool,
) -> None:  # fmt: skip
    """One thread's rows and columns of C, in blocks that fit its cache, times a packed slab of B."""
    strips = np.empty(STRIPS * ROWS * DEPTH, np.uint32)
    for k0 in range(0, k, DEPTH * PER_WORD):
        numbers = min(DEPTH * PER_WORD, k - k0)
        depth = words(numbers)
        panel_at = words(k0) * padded_n + b_at * depth
        for row0 in range(0, m, STRIPS * ROWS):
            rows = min(STRIPS * ROWS, m - row0)
            for row in range(0, rows, ROWS):
                first = at + (row0 + row) * stride + k0
                pack_strip(a, first, stride, min(ROWS, rows - row), numbers, strips, row * depth)
            to = c_at + row0 * c_stride
            multiply_block(strips, rows, n, depth, panels, panel_at, c, to, c_stride, keep or k0 > 0)


@part
def pack_piece(b: Any, at: int, n: int, k: int, piece: int, panels: Any) -> None:
    """Pack one panel of at most `DEPTH` words: piece by piece the `k` rows of B from b[at] on."""
    width = VECTORS * simd.lanes(panels)
    panel_count = (n + width - 1) // width
    k0 = piece // panel_count * DEPTH * PER_WORD
    column = piece % panel_count * width
    numbers = min(DEPTH * PER_WORD, k - k0)
    to = words(k0) * panel_count * width + column * words(numbers)
    pack_panel(b, at + k0 * n + column, n, min(width, n - column), numbers, panels, to)


@compiled(a="uint16 m k", b="uint16 k n", c="float32 m n", threads="threads")
def gemm_bf16(a: Any, b: Any, c: Any, threads: int) -> None:
    """Slab by slab: pack B, then give each thread its rows and columns. Few large steps, so few waits.

    One parallel loop runs both, because the compiler's work grows with the number of such loops.
    """
    m, k = a.shape
    n = b.shape[1]
    if k == 0:
        raise ValueError("gemm_bf16: a has no columns, expected at least one")
    flat_a, flat_b, flat_c = a.reshape(-1), b.reshape(-1), c.reshape(-1)
    width = VECTORS * simd.lanes(c)
    block = DEPTH * PER_WORD
    panel_count = (n + width - 1) // width
    slab = block * max(1, SLAB_BYTES // max(1, 4 * DEPTH * panel_count * width))
    panels = np.empty(words(min(slab, k)) * panel_count * width, np.uint32)
    strips = (m + ROWS - 1) // ROWS
    rows, columns = grid(threads, strips, panel_count)
    for step in range(2 * ((k + slab - 1) // slab)):
        k0 = step // 2 * slab
        numbers = min(slab, k - k0)
        packs = step % 2 == 0
        count = (numbers + block - 1) // block * panel_count if packs else rows * columns
        for number in prange(count):
            task = np.int64(number)
            if packs:
                pack_piece(flat_b, k0 * n, n, numbers, task, panels)
            else:
                i, j = task // columns, task % columns
                row0, row1 = i * strips // rows * ROWS, min(m, (i + 1) * strips // rows * ROWS)
                column0, column1 = j * panel_count // columns * width, min(n, (j + 1) * panel_count // columns * width)
                multiply_share(
                    flat_a, row0 * k + k0, k, row1 - row0, numbers, panels, column0, panel_count * width,
                    flat_c, row0 * n + column0, column1 - column0, n, k0 > 0,
                )  # fmt: skip


def inputs(seed: int, m: int, n: int, k: int) -> dict[str, Any]:
    """Numbers spread evenly over [-1, 1), rounded to bfloat16."""
    random = np.random.default_rng(seed)
    a, b = (aligned(shape, np.uint16) for shape in ((m, k), (k, n)))
    for matrix in (a, b):
        matrix[...] = encode(uniform(random, matrix.shape, np.float32))
    return {"a": a, "b": b, "c": poisoned((m, n), np.float32)}


def work(m: int, n: int, k: int) -> Work:
    """Counts for one product."""
    return Work(
        flops=2 * m * n * k,
        bytes_read=2 * (m * k + k * n),
        bytes_written=4 * m * n,
        formula="flops = 2 m n k; bytes = 2 (m k + k n) read + 4 m n written",
    )


GEMM_BF16 = Kernel(
    name="gemm_bf16",
    story="Dense layers of large neural networks as they are trained: bfloat16 operands, float32 sums.",
    limit="compute",
    precision="bf16",
    sizes={
        "quick": {"m": 1024, "n": 1024, "k": 1024},
        "standard": {"m": 2048, "n": 2048, "k": 2048},
        "full": {"m": 4096, "n": 4096, "k": 4096},
    },
    inputs=inputs,
    outputs=("c",),
    reference=reference,
    cpu=gemm_bf16,
    work=work,
    rtol=4e-3,
    tolerance="a library may round its result to bfloat16, by up to 2^-8 = 3.9e-3; sums in float32 add less than 1e-5",
    source="Goto and van de Geijn, ACM TOMS 34(3), 2008; Kalamkar et al., arXiv:1905.12322, 2019",
    goals={"torch": 0.9},
)
