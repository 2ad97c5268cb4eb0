"""Peer of fma_peak: the same chains of multiply-adds in C, as vectors of the machine's full width."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

CHAINS = {"WIDE": 24, "NARROW": 12}

HEAD = r"""
#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
#if defined(__AVX512F__) || defined(__aarch64__)
#define WIDE 1
#endif
"""


def source() -> str:
    """C for both precisions; 24 chains where the machine has 32 vector registers, else 12."""
    bodies = (_function(name, number) for name, number in (("fma_peak_fp32", "float"), ("fma_peak_fp64", "double")))
    return HEAD + "\n".join(bodies)


def _function(name: str, number: str) -> str:
    wide, narrow = (_group(count) for count in CHAINS.values())
    return f"""
typedef {number} vec_{number} __attribute__((vector_size(BYTES), aligned(8)));
void {name}({number} *x, {number} *y, double m, double d, long steps, long n) {{
    typedef vec_{number} vec;
    const long lanes = BYTES / sizeof({number});
    const vec factor = (vec){{}} + ({number})m, shift = (vec){{}} + ({number})d;
#ifdef WIDE
{wide}
#else
{narrow}
#endif
    for (long i = whole; i < n; i++) {{
        {number} z = x[i];
        for (long s = 0; s < steps; s++) z = z * ({number})m + ({number})d;
        y[i] = z;
    }}
}}
"""


def _group(chains: int) -> str:
    each = range(chains)
    lines = [
        f"    const long size = {chains} * lanes, whole = n / size * size;",
        '    _Pragma("omp parallel for schedule(static)")',
        "    for (long i = 0; i < whole; i += size) {",
        *(f"        vec z{c} = *(vec *)(x + i + {c} * lanes);" for c in each),
        "        for (long s = 0; s < steps; s++) {",
        *(f"            z{c} = z{c} * factor + shift;" for c in each),
        "        }",
        *(f"        *(vec *)(y + i + {c} * lanes) = z{c};" for c in each),
        "    }",
    ]
    return "\n".join(lines)


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function of the same name on the kernel's arrays; OpenMP takes its threads from the environment."""
    function = c_compiler.library(source())[kernel]
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("values", "result")]
    scalars = [ctypes.c_double(arrays[name]) for name in ("multiplier", "addend")]
    counts = [ctypes.c_long(arrays["steps"]), ctypes.c_long(arrays["values"].size)]
    function.restype = None
    return lambda: function(*pointers, *scalars, *counts)


PEER = Peer("C vectors", ("fma_peak_fp32", "fma_peak_fp64"), c_compiler.version, bind)
