"""LLVM code for complex vectors: products, short Fourier transforms, transposition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from kernels import simd

Pair = tuple[Any, Any]


def shuffle(builder: Any, a: Any, b: Any, positions: Sequence[int]) -> Any:
    """The vector of the elements of a followed by b at the given positions."""
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(positions)), list(positions)))


def transpose(builder: Any, rows: list[Any]) -> list[Any]:
    """Columns of a square of vectors: blocks of 1, 2, 4, ... lanes change places across the diagonal."""
    lanes = len(rows)
    block = 1
    while block < lanes:
        low = [lane + (lanes - block if lane & block else 0) for lane in range(lanes)]
        high = [lane + (lanes if lane & block else block) for lane in range(lanes)]
        for i in range(lanes):
            if not i & block:
                upper, lower = rows[i], rows[i + block]
                rows[i] = shuffle(builder, upper, lower, low)
                rows[i + block] = shuffle(builder, upper, lower, high)
        block *= 2
    return rows


class Algebra:
    """Arithmetic of complex vectors, each a pair (real parts, imaginary parts)."""

    def __init__(self, builder: Any, vector: simd.VectorType) -> None:
        self.builder = builder
        self.vector = vector

    def product(self, a: Pair, b: Pair) -> Pair:
        """Product a b."""
        builder, vector = self.builder, self.vector
        crossed = builder.fneg(builder.fmul(a[1], b[1]))
        real = simd.emit_fma(builder, vector, a[0], b[0], crossed)
        return real, simd.emit_fma(builder, vector, a[0], b[1], builder.fmul(a[1], b[0]))

    def sum_and_difference(self, a: Pair, b: Pair, eighths: int) -> tuple[Pair, Pair]:
        """Both a + w b and a - w b for w = exp(-2 pi i eighths / 8), 0 <= eighths < 4."""
        add, subtract = self.builder.fadd, self.builder.fsub
        if eighths == 0:
            return (add(a[0], b[0]), add(a[1], b[1])), (subtract(a[0], b[0]), subtract(a[1], b[1]))
        if eighths == 2:
            return (add(a[0], b[1]), subtract(a[1], b[0])), (subtract(a[0], b[1]), add(a[1], b[0]))
        mixed, other = (add(b[0], b[1]), subtract(b[1], b[0]))
        first, second = (self._plus_and_minus(x, y) for x, y in ((a[0], mixed), (a[1], other)))
        if eighths == 1:
            return (first[0], second[0]), (first[1], second[1])
        first, second = (self._plus_and_minus(x, y) for x, y in ((a[0], other), (a[1], mixed)))
        return (first[0], second[1]), (first[1], second[0])

    def _plus_and_minus(self, x: Any, y: Any) -> Pair:
        """Both x + y / sqrt(2) and x - y / sqrt(2)."""
        lanes = self.vector.lanes
        factors = (ir.Constant(self.vector.ir, [factor] * lanes) for factor in (math.sqrt(0.5), -math.sqrt(0.5)))
        plus, minus = (simd.emit_fma(self.builder, self.vector, factor, y, x) for factor in factors)
        return plus, minus

    def transform(self, x: list[Pair]) -> list[Pair]:
        """Fourier transform of 1, 2, 4 or 8 values: those of the even and of the odd ones, combined."""
        n = len(x)
        if n == 1:
            return x
        even, odd = self.transform(x[::2]), self.transform(x[1::2])
        both = [self.sum_and_difference(even[k], odd[k], 8 * k // n) for k in range(n // 2)]
        return [plus for plus, _ in both] + [minus for _, minus in both]
