"""Native peers of the kernels, each optional, each with its version."""

from __future__ import annotations

from bench.peers import c_fma, c_spmv, c_stencil, c_stream, numpy_gemm, scipy_spmv, torch_adamw, torch_attention
from bench.peers.spec import Peer, Unavailable

PEERS: tuple[Peer, ...] = (
    numpy_gemm.PEER,
    c_stream.PEER,
    c_fma.PEER,
    c_stencil.PEER,
    scipy_spmv.PEER,
    c_spmv.PEER,
    torch_attention.PEER,
    torch_adamw.PEER,
)

__all__ = ["PEERS", "Peer", "Unavailable", "peers_of"]


def peers_of(kernel: str) -> tuple[Peer, ...]:
    """Peers that can do the same work as a kernel."""
    return tuple(peer for peer in PEERS if kernel in peer.kernels)
