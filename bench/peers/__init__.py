"""Native peers of the kernels, each optional, each with its version."""

from __future__ import annotations

from bench.peers import (
    batched_products,
    c_chase,
    c_cross_entropy,
    c_fma,
    c_fma_bf16,
    c_gups,
    c_histogram,
    c_lennard_jones,
    c_monte_carlo,
    c_nbody,
    c_reductions,
    c_scan,
    c_sort,
    c_spmv,
    c_stencil,
    c_stream,
    numpy_data,
    numpy_gemm,
    numpy_monte_carlo,
    numpy_reductions,
    scipy_ddot,
    scipy_fft,
    scipy_lapack,
    scipy_spmv,
    torch_adamw,
    torch_attention,
    torch_cross_entropy,
    torch_fft,
    torch_gemm,
    torch_gemm_bf16,
    torch_softmax,
)
from bench.peers.spec import Peer, Unavailable

PEERS: tuple[Peer, ...] = (
    numpy_gemm.PEER,
    batched_products.NUMPY,
    batched_products.TORCH,
    torch_gemm.PEER,
    c_stream.PEER,
    numpy_reductions.PEER,
    scipy_ddot.PEER,
    c_reductions.PEER,
    c_chase.PEER,
    c_gups.PEER,
    c_fma.PEER,
    c_fma_bf16.PEER,
    c_stencil.PEER,
    *c_nbody.PEERS,
    c_lennard_jones.PEER,
    c_monte_carlo.PEER,
    numpy_monte_carlo.PEER,
    scipy_spmv.PEER,
    c_spmv.PEER,
    scipy_fft.PEER,
    torch_fft.PEER,
    scipy_lapack.LU,
    scipy_lapack.CHOLESKY,
    torch_attention.PEER,
    torch_gemm_bf16.PEER,
    torch_adamw.PEER,
    torch_softmax.PEER,
    numpy_data.SCAN,
    c_scan.PEER,
    torch_cross_entropy.FUNCTION,
    torch_cross_entropy.BY_HAND,
    c_cross_entropy.PEER,
    numpy_data.SORT,
    c_sort.PEER,
    numpy_data.HISTOGRAM,
    c_histogram.PEER,
)

__all__ = ["PEERS", "Peer", "Unavailable", "peers_of"]


def peers_of(kernel: str) -> tuple[Peer, ...]:
    """Peers that can do the same work as a kernel."""
    return tuple(peer for peer in PEERS if kernel in peer.kernels)
