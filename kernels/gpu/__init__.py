"""GPU versions of the kernels. `VERSIONS` is the whole registry; importing it loads the GPU library."""

from __future__ import annotations

from kernels.gpu import (
    access,
    adamw,
    attention,
    attention_backward,
    conv2d,
    cross_entropy,
    embedding,
    fma_peak,
    gemm,
    lbm,
    monte_carlo,
    nbody,
    reductions,
    rows,
    scan,
    sparse,
    stencil7,
    stream,
    transpose,
)
from kernels.gpu.version import Launch, Version

__all__ = ["VERSIONS", "Launch", "Version", "version_of"]

VERSIONS = (
    *stream.VERSIONS,
    *reductions.VERSIONS,
    *access.VERSIONS,
    *scan.VERSIONS,
    *transpose.VERSIONS,
    *fma_peak.VERSIONS,
    *gemm.VERSIONS,
    *conv2d.VERSIONS,
    *sparse.VERSIONS,
    *stencil7.VERSIONS,
    *nbody.VERSIONS,
    *lbm.VERSIONS,
    *monte_carlo.VERSIONS,
    *attention.VERSIONS,
    *attention_backward.VERSIONS,
    *adamw.VERSIONS,
    *rows.VERSIONS,
    *cross_entropy.VERSIONS,
    *embedding.VERSIONS,
)


def version_of(kernel: str) -> Version | None:
    """The GPU version of a kernel, by its name; None where it has none."""
    return next((version for version in VERSIONS if version.kernel == kernel), None)
