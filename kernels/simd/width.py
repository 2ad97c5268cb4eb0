"""Which vector width Numba code is written for on this machine, and how many registers there are."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

from llvmlite import binding
from numba.core import config

WIDTHS = (128, 256, 512)


def host_features() -> set[str]:
    """Instruction sets that Numba compiles for, such as {"avx2", "fma"}."""
    chosen = getattr(config, "CPU_FEATURES", None)
    if chosen is not None:
        return {name[1:] for name in chosen.split(",") if name.startswith("+")}
    return {name for name, present in binding.get_host_cpu_features().items() if present}


def choose_bits(environment: Mapping[str, str], features: set[str]) -> int:
    """Vector width in bits; ValueError when the override is not one of `WIDTHS`."""
    override = environment.get("INNOCAP_SIMD_BITS")
    if override is None:
        return 512 if "avx512f" in features else 256 if "avx" in features else 128
    if override not in map(str, WIDTHS):
        raise ValueError(f"INNOCAP_SIMD_BITS is {override!r}, expected one of {WIDTHS}; unset it for the default")
    return int(override)


BITS = choose_bits(os.environ, host_features())
REGISTERS = 32 if BITS == 512 or platform.machine() in {"aarch64", "arm64"} else 16
