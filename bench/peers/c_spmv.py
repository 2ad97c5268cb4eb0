"""Peer of spmv: rows with three running sums in C, compiled for this machine at run time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer

SOURCE = r"""
#include <stdint.h>
void spmv(const uint32_t *restrict row_start, const uint32_t *restrict column, const double *restrict value,
          const double *restrict x, double *restrict y, long rows) {
    _Pragma("omp parallel for schedule(static)")
    for (long row = 0; row < rows; row++) {
        double first = 0, second = 0, third = 0;
        uint64_t entry = row_start[row], end = row_start[row + 1];
        for (; entry + 3 <= end; entry += 3) {
            first += value[entry] * x[column[entry]];
            second += value[entry + 1] * x[column[entry + 1]];
            third += value[entry + 2] * x[column[entry + 2]];
        }
        for (; entry < end; entry++) first += value[entry] * x[column[entry]];
        y[row] = first + second + third;
    }
}
"""


def bind(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """The C function on the kernel's arrays; OpenMP takes its threads from the environment. Raises Unavailable."""
    function = c_compiler.library(SOURCE).spmv
    pointers = [ctypes.c_void_p(arrays[name].ctypes.data) for name in ("row_start", "column", "value", "x", "y")]
    rows = ctypes.c_long(arrays["y"].size)
    function.restype = None
    return lambda: function(*pointers, rows)


PEER = Peer("C rows", ("spmv",), c_compiler.version, bind)
