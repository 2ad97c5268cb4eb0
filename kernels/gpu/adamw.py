"""AdamW on a GPU: four parameters and their moments per thread and step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kernels.cuda import THREADS, blocks_for, cuda, device, load4, store4
from kernels.gpu.version import Launch, Version
from kernels.training.adamw import BETA1, BETA2, DECAY, EPSILON


@device
def moved(parameter: Any, first: Any, second: Any, shrink: Any, rate: Any, correction: Any) -> Any:
    """The parameter after its step."""
    return shrink * parameter - rate * first / (math.sqrt(second) * correction + np.float32(EPSILON))


@device
def first_moment(first: Any, gradient: Any) -> Any:
    """Running mean of the gradient."""
    return np.float32(BETA1) * first + np.float32(1 - BETA1) * gradient


@device
def second_moment(second: Any, gradient: Any) -> Any:
    """Running mean of its square."""
    return np.float32(BETA2) * second + np.float32(1 - BETA2) * (gradient * gradient)


def adamw(parameter: Any, gradient: Any, first: Any, second: Any, rate: float, step: int) -> None:
    """One pass over all parameters; what is left over at the end by single threads."""
    shrink = np.float32(1 - rate * DECAY)
    scaled = np.float32(rate / (1 - BETA1**step))
    correction = np.float32(1 / math.sqrt(1 - BETA2**step))
    quads = parameter.size // 4
    for i in range(cuda.grid(1), quads, cuda.gridsize(1)):
        p = load4(parameter, 4 * i)
        g = load4(gradient, 4 * i)
        old = load4(first, 4 * i)
        m = (
            first_moment(old[0], g[0]),
            first_moment(old[1], g[1]),
            first_moment(old[2], g[2]),
            first_moment(old[3], g[3]),
        )
        old = load4(second, 4 * i)
        v = (
            second_moment(old[0], g[0]),
            second_moment(old[1], g[1]),
            second_moment(old[2], g[2]),
            second_moment(old[3], g[3]),
        )
        store4(first, 4 * i, m)
        store4(second, 4 * i, v)
        p = (
            moved(p[0], m[0], v[0], shrink, scaled, correction),
            moved(p[1], m[1], v[1], shrink, scaled, correction),
            moved(p[2], m[2], v[2], shrink, scaled, correction),
            moved(p[3], m[3], v[3], shrink, scaled, correction),
        )
        store4(parameter, 4 * i, p)
    i = 4 * quads + cuda.grid(1)
    if i < parameter.size:
        m_end = first_moment(first[i], gradient[i])
        v_end = second_moment(second[i], gradient[i])
        first[i] = m_end
        second[i] = v_end
        parameter[i] = moved(parameter[i], m_end, v_end, shrink, scaled, correction)


def _launches(multiprocessors: int, n: int) -> tuple[Launch, ...]:
    arguments = ("parameter", "gradient", "first", "second", "rate", "step")
    return (Launch(adamw, arguments, blocks_for(n // 4, THREADS, multiprocessors), THREADS),)


VERSIONS = (Version("adamw", _launches, ("ld.global.v4.f32", "st.global.v4.f32", "fma.rn.f32"), {"n": 1031}),)
