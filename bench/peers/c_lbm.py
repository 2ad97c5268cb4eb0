"""Peers of lbm: the same scheme in C, as loops for the compiler to vectorise and as vectors stored past the caches."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from bench.peers import c_compiler
from bench.peers.spec import Peer, Unavailable
from kernels.simulation import lbm_d2q9, lbm_d3q19

LATTICES = {"lbm_d2q9": lbm_d2q9, "lbm_d3q19": lbm_d3q19}
AXES = ("ux", "uy", "uz")

LOOPS = """
#include <stdint.h>
void step(const double *restrict f, double omega, double *restrict g, long nz, long ny, long nx) {
    const long n = nz * ny * nx;
    const double keep = 0.5 * (1 - omega);
    _Pragma("omp parallel for schedule(static)")
    for (long row = 0; row < nz * ny; row++) {
        const long z = row / ny, y = row % ny;
        double *restrict out = g + row * nx;
        STARTS
        CELL(0, nx - 1, 1 % nx)
        _Pragma("GCC ivdep")
        for (long i = 1; i < nx - 1; i++) CELL(i, i - 1, i + 1)
        if (nx > 1) CELL(nx - 1, nx - 2, 0)
    }
}
"""

STREAMING = """
#include <stdint.h>
#include <immintrin.h>
#if defined(__AVX512F__)
#define LANES 8
#define STREAM(p, v) _mm512_stream_pd(p, (__m512d)(v))
#elif defined(__AVX__)
#define LANES 4
#define STREAM(p, v) _mm256_stream_pd(p, (__m256d)(v))
#else
#define LANES 2
#define STREAM(p, v) _mm_stream_pd(p, (__m128d)(v))
#endif
typedef double vec __attribute__((vector_size(8 * LANES), aligned(8)));
#define LOAD(q, shift) (*(const vec *)(f##q + x + (shift)))
#define STORE(q, v) if (LANES == 8 && whole) STREAM(out + q * n + x, v); else *(vec *)(lines + 8 * q + i) = v;
static void flush(const double *lines, double *out, long n, int whole) {
    for (long q = 0; q < DIRECTIONS; q++)
        for (long i = 0; i < 8; i += LANES)
            if (whole) STREAM(out + q * n + i, *(const vec *)(lines + 8 * q + i));
            else *(vec *)(out + q * n + i) = *(const vec *)(lines + 8 * q + i);
}
void step(const double *restrict f, double omega, double *restrict g, long nz, long ny, long nx) {
    const long n = nz * ny * nx;
    const double keep = 0.5 * (1 - omega);
    const int whole = nx % 8 == 0 && n % 8 == 0 && (uintptr_t)g % 64 == 0;
    _Pragma("omp parallel for schedule(static)")
    for (long row = 0; row < nz * ny; row++) {
        const long z = row / ny, y = row % ny;
        double *restrict out = g + row * nx;
        double lines[8 * DIRECTIONS] __attribute__((aligned(64)));
        STARTS
        for (long begin = 0; begin < nx; begin += 8) {
            const long at = begin + 8 > nx ? nx - 8 : begin;
            REQUESTS
            for (long i = 0; i < 8; i += LANES) {
                const long x = at + i;
                VECTOR
            }
            if (LANES < 8 || !whole) flush(lines, out + at, n, whole);
        }
    }
}
"""


def starts(velocity: Any) -> str:
    """Where the cells that arrive in a row come from, for every direction."""
    rows = (
        f"const double *restrict f{q} = f + {q} * n + ((z + nz - ({z})) % nz * ny + (y + ny - ({y})) % ny) * nx;"
        for q, (_, y, z) in enumerate(velocity.tolist())
    )
    return "\n".join(rows)


def collision(velocity: Any, number: str, put: Callable[[int, str], str], weights: Any) -> str:
    """Pairs, moments and new populations from a0, a1, ..., each line of C once."""
    pairs = range(1, len(velocity), 2)
    lines = [f"const {number} s{p} = a{p} + a{p + 1}, d{p} = a{p} - a{p + 1};" for p in pairs]
    lines += [f"const {number} rho = a0 + {' + '.join(f's{p}' for p in pairs)}, over = 3 / rho;"]
    used = [axis for axis in range(3) if velocity[:, axis].any()]
    for axis in used:
        terms = "".join(f"{velocity[p, axis]:+d} * d{p} " for p in pairs if velocity[p, axis])
        lines += [f"const {number} {AXES[axis]} = ({terms}) * over;"]
    squares = " + ".join(f"{AXES[axis]} * {AXES[axis]}" for axis in used)
    lines += [f"const {number} s = 1 - ({squares}) * (1.0 / 6), w = rho * omega;"]
    lines += [put(0, f"w * {weights[0]!r} * s + a0 * (1 - omega)")]
    for p in pairs:
        c = "".join(f"{'-' if velocity[p, axis] < 0 else '+'} {AXES[axis]} " for axis in used if velocity[p, axis])
        lines += [f"{{ const {number} c = {c}, share = w * {weights[p]!r};"]
        lines += [f"const {number} even = share * (s + 0.5 * (c * c)) + keep * s{p}, odd = share * c + keep * d{p};"]
        lines += [put(p, "even + odd"), put(p + 1, "even - odd"), "}"]
    return "\n".join(lines)


def loops(velocity: Any, weights: Any) -> str:
    """C with one macro for a cell and its two neighbours along x."""
    place = {1: "left", 0: "x", -1: "right"}
    arrive = " ".join(f"const double a{q} = f{q}[{place[c[0]]}];" for q, c in enumerate(velocity.tolist()))
    body = collision(velocity, "double", lambda q, value: f"out[{q} * n + x] = {value};", weights)
    cell = f"{{ const long x = here, left = before, right = after; {arrive} {body} }}".replace("\n", " ")
    return f"#define CELL(here, before, after) {cell}\n" + LOOPS.replace("STARTS", starts(velocity))


def streaming(velocity: Any, weights: Any) -> str:
    """C with one vector of cells at a time; the cells at both ends are put in afterwards."""
    arrive = [f"vec a{q} = LOAD({q}, {-c[0]});" for q, c in enumerate(velocity.tolist())]
    first = " ".join(f"a{q}[0] = f{q}[nx - 1];" for q, c in enumerate(velocity.tolist()) if c[0] == 1)
    last = " ".join(f"a{q}[LANES - 1] = f{q}[0];" for q, c in enumerate(velocity.tolist()) if c[0] == -1)
    ends = [f"if (x == 0) {{ {first} }}", f"if (x == nx - LANES) {{ {last} }}"]
    body = collision(velocity, "vec", lambda q, value: f"{{ const vec v = {value}; STORE({q}, v) }}", weights)
    requests = " ".join(f"_mm_prefetch((const char *)(f{q} + at + 32), _MM_HINT_T0);" for q in range(len(velocity)))
    source = STREAMING.replace("STARTS", starts(velocity)).replace("REQUESTS", requests)
    return source.replace("VECTOR", "\n".join([*arrive, *ends, body])).replace("DIRECTIONS", str(len(velocity)))


def bind(kernel: str, arrays: Mapping[str, Any], source: Callable[[Any, Any], str]) -> Callable[[], None]:
    """One step on the kernel's arrays; OpenMP takes its threads from the environment. Raises Unavailable."""
    lattice = LATTICES[kernel]
    text = source(lattice.VELOCITY, lattice.WEIGHT.tolist())
    function = c_compiler.library(text, "-ffast-math", "-mprefer-vector-width=512").step
    f, g = (ctypes.c_void_p(arrays[name].ctypes.data) for name in ("f", "g"))
    extent = [ctypes.c_long(length) for length in (1, *arrays["f"].shape[1:])[-3:]]
    omega = ctypes.c_double(arrays["omega"])
    function.restype = None
    return lambda: function(f, omega, g, *extent)


def bind_loops(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Plain loops and ordinary stores."""
    return bind(kernel, arrays, loops)


def bind_streaming(kernel: str, arrays: Mapping[str, Any], threads: int) -> Callable[[], None]:
    """Vectors, requests ahead and stores past the caches. Raises Unavailable for rows shorter than a line."""
    if arrays["f"].shape[-1] < 8:
        raise Unavailable("rows are shorter than a cache line")
    return bind(kernel, arrays, streaming)


LOOPS_PEER = Peer("C lattice loops", tuple(LATTICES), c_compiler.version, bind_loops)
STREAMING_PEER = Peer("C lattice streaming", tuple(LATTICES), c_compiler.version, bind_streaming)
