"""Explicit SIMD inside Numba functions: values that are one machine vector wide.

    for i in range(0, n, simd.lanes(a)):
        simd.store(a, i, s * simd.load(c, i) + simd.load(b, i))

The width is that of the machine (AVX-512: 512 bits, AVX: 256, otherwise 128), which LLVM turns into
legal instructions on any processor. INNOCAP_SIMD_BITS=128, 256 or 512 overrides it.
Vectors know + - * / and comparisons, with each other and with numbers, integers also & | ^ << >>; masks & |.
An index counts elements from the start of a C-contiguous array of any rank. Nothing checks it.

width       which width, how many registers
vector      the types, and what writes LLVM code for them
memory      load, store, stream past the caches, gather, prefetch
arithmetic  operators, fused multiply-add, square root, selection, conversions
across      what mixes lanes: sums, extremes, interleaving
approximate inverse, estimate of the inverse square root, polynomials
"""

from kernels.simd.across import (
    even,
    first_half,
    high_pairs,
    highest,
    low_pairs,
    lowest,
    odd,
    pair,
    second_half,
    steps,
    total,
    window,
)
from kernels.simd.approximate import ESTIMATE_BITS, inverse, inverse_sqrt_estimate, polynomial
from kernels.simd.arithmetic import (
    absolute,
    as_bits,
    as_float,
    fma,
    maximum,
    minimum,
    nearest,
    rotate_left,
    select,
    sqrt,
    to_float,
    to_int,
)
from kernels.simd.memory import (
    address,
    broadcast,
    gather,
    lanes,
    load,
    load_part,
    prefetch,
    prefetch_far,
    prefetch_to_write,
    store,
    store_part,
    stream,
)
from kernels.simd.vector import (
    MaskType,
    VectorType,
    emit_broadcast,
    emit_call,
    emit_fma,
    emit_load,
    emit_pointer,
    emit_prefetch,
    operation,
    require_array,
)
from kernels.simd.width import BITS, REGISTERS, WIDTHS, choose_bits, host_features

__all__ = [
    "BITS",
    "ESTIMATE_BITS",
    "REGISTERS",
    "WIDTHS",
    "MaskType",
    "VectorType",
    "absolute",
    "address",
    "as_bits",
    "as_float",
    "broadcast",
    "choose_bits",
    "emit_broadcast",
    "emit_call",
    "emit_fma",
    "emit_load",
    "emit_pointer",
    "emit_prefetch",
    "even",
    "first_half",
    "fma",
    "gather",
    "high_pairs",
    "highest",
    "host_features",
    "inverse",
    "inverse_sqrt_estimate",
    "lanes",
    "load",
    "load_part",
    "low_pairs",
    "lowest",
    "maximum",
    "minimum",
    "nearest",
    "odd",
    "operation",
    "pair",
    "polynomial",
    "prefetch",
    "prefetch_far",
    "prefetch_to_write",
    "require_array",
    "rotate_left",
    "second_half",
    "select",
    "sqrt",
    "steps",
    "store",
    "store_part",
    "stream",
    "to_float",
    "to_int",
    "total",
    "window",
]
