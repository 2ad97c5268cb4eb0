"""The kernels: what each stands for, computes and counts. `KERNELS` is the whole registry."""

from __future__ import annotations

from difflib import get_close_matches

from kernels.data.bfs import BFS
from kernels.data.histogram import HISTOGRAM
from kernels.data.scan import SCAN
from kernels.data.sort import SORT
from kernels.memory.cache_read import CACHE_READ
from kernels.memory.gups import GUPS
from kernels.memory.pointer_chase import POINTER_CHASE
from kernels.memory.reductions import DOT, SUM
from kernels.memory.stream import STREAM_ADD, STREAM_COPY, STREAM_SCALE, STREAM_TRIAD
from kernels.memory.transpose import TRANSPOSE
from kernels.network.allreduce import ALLREDUCE
from kernels.network.halo_exchange import HALO_EXCHANGE
from kernels.simulation.cg27 import CG27
from kernels.simulation.cholesky import CHOLESKY
from kernels.simulation.fft import FFT
from kernels.simulation.fft3d import FFT3D
from kernels.simulation.fma_peak import FMA_PEAK_FP32, FMA_PEAK_FP64
from kernels.simulation.fma_peak_bf16 import FMA_PEAK_BF16
from kernels.simulation.lbm_d2q9 import LBM_D2Q9
from kernels.simulation.lbm_d3q19 import LBM_D3Q19
from kernels.simulation.lennard_jones import LENNARD_JONES
from kernels.simulation.lu import LU
from kernels.simulation.monte_carlo import MONTE_CARLO
from kernels.simulation.nbody import NBODY_FP32, NBODY_FP64
from kernels.simulation.spmv import SPMV
from kernels.simulation.stencil7 import STENCIL7
from kernels.simulation.stencil7_blocked import STENCIL7_BLOCKED
from kernels.spec import Kernel, Work
from kernels.training.adamw import ADAMW
from kernels.training.attention import ATTENTION
from kernels.training.attention_backward import ATTENTION_BACKWARD
from kernels.training.batched_gemm import BATCHED_GEMM
from kernels.training.conv2d import CONV2D
from kernels.training.cross_entropy import CROSS_ENTROPY, CROSS_ENTROPY_GRADIENT
from kernels.training.embedding import EMBEDDING_BAG, EMBEDDING_SCATTER_ADD
from kernels.training.gemm import GEMM_FP32, GEMM_FP64
from kernels.training.gemm_bf16 import GEMM_BF16
from kernels.training.layernorm import LAYERNORM
from kernels.training.mlp_training_step import MLP_TRAINING_STEP
from kernels.training.rmsnorm import RMSNORM
from kernels.training.softmax import SOFTMAX
from kernels.training.transformer_block import TRANSFORMER_BLOCK_TRAINING_STEP

__all__ = ["KERNELS", "Kernel", "Work", "find"]

KERNELS = (
    STREAM_COPY,
    STREAM_SCALE,
    STREAM_ADD,
    STREAM_TRIAD,
    DOT,
    SUM,
    CACHE_READ,
    POINTER_CHASE,
    GUPS,
    TRANSPOSE,
    SORT,
    SCAN,
    HISTOGRAM,
    BFS,
    FMA_PEAK_FP32,
    FMA_PEAK_FP64,
    FMA_PEAK_BF16,
    GEMM_FP32,
    GEMM_FP64,
    GEMM_BF16,
    BATCHED_GEMM,
    CONV2D,
    SPMV,
    CG27,
    FFT,
    FFT3D,
    LU,
    CHOLESKY,
    STENCIL7,
    STENCIL7_BLOCKED,
    NBODY_FP32,
    NBODY_FP64,
    LBM_D2Q9,
    LBM_D3Q19,
    LENNARD_JONES,
    MONTE_CARLO,
    ATTENTION,
    ATTENTION_BACKWARD,
    ADAMW,
    SOFTMAX,
    CROSS_ENTROPY,
    CROSS_ENTROPY_GRADIENT,
    LAYERNORM,
    RMSNORM,
    MLP_TRAINING_STEP,
    TRANSFORMER_BLOCK_TRAINING_STEP,
    EMBEDDING_BAG,
    EMBEDDING_SCATTER_ADD,
    ALLREDUCE,
    HALO_EXCHANGE,
)


def find(name: str) -> Kernel:
    """The kernel of that name; KeyError that names the nearest one otherwise."""
    kernels = {kernel.name: kernel for kernel in KERNELS}
    if name not in kernels:
        nearest = get_close_matches(name, kernels, n=1, cutoff=0)[0]
        raise KeyError(f"no kernel {name!r}; did you mean {nearest!r}? Known: {', '.join(kernels)}")
    return kernels[name]
