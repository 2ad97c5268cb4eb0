"""Peers: each gives the kernel's own answer where it is installed, and a reason where it is not."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from bench import verify
from bench.peers import PEERS, Peer, Unavailable, c_compiler, peers_of
from kernels import KERNELS, find

SMALL: Mapping[str, Mapping[str, int]] = {
    "cg27": {"nx": 5, "ny": 4, "nz": 6, "iterations": 3},
    "transformer_block_training_step": {"batch": 2, "tokens": 9, "heads": 2},
    "stream_copy": {"n": 20011},
    "stream_scale": {"n": 20011},
    "stream_add": {"n": 20011},
    "stream_triad": {"n": 20011},
    "cache_read": {"n": 1009, "threads": 2, "repeats": 3},
    "dot": {"n": 1003},
    "sum": {"n": 1003},
    "pointer_chase": {"chains": 3, "lines": 50, "steps": 70},
    "gups": {"words": 1024, "streams": 99, "steps": 20},
    "transpose": {"m": 37, "n": 51},
    "fma_peak_fp32": {"elements": 1001, "steps": 50},
    "fma_peak_fp64": {"elements": 1001, "steps": 50},
    "fma_peak_bf16": {"elements": 1001, "steps": 50},
    "gemm_fp32": {"m": 33, "n": 17, "k": 29},
    "gemm_fp64": {"m": 33, "n": 17, "k": 29},
    "gemm_bf16": {"m": 33, "n": 17, "k": 29},
    "batched_gemm": {"batch": 3, "m": 13, "n": 17, "k": 11},
    "conv2d": {"images": 2, "inputs": 5, "outputs": 7, "height": 9, "width": 6},
    "cholesky": {"n": 50},
    "lu": {"n": 50},
    "fft": {"n": 512},
    "fft3d": {"nx": 8, "ny": 16, "nz": 32},
    "lbm_d2q9": {"ny": 5, "nx": 24},
    "lbm_d3q19": {"nz": 3, "ny": 4, "nx": 11},
    "spmv": {"nx": 5, "ny": 4, "nz": 3},
    "stencil7": {"nx": 5, "ny": 6, "nz": 7},
    "stencil7_blocked": {"nx": 5, "ny": 20, "nz": 9, "steps": 3},
    "nbody_fp32": {"n": 1003},
    "nbody_fp64": {"n": 1003},
    "monte_carlo": {"paths": 1003, "steps": 7},
    "lennard_jones": {"nx": 3, "ny": 4, "nz": 5},
    "attention": {"heads": 2, "tokens": 40},
    "attention_backward": {"heads": 2, "tokens": 40},
    "mlp_training_step": {"batch": 9, "width": 13},
    "adamw": {"n": 1003},
    "softmax": {"rows": 13, "columns": 77},
    "scan": {"n": 100_003},
    "cross_entropy": {"rows": 13, "vocabulary": 4099},
    "cross_entropy_gradient": {"rows": 13, "vocabulary": 4099},
    "sort": {"n": 20_011},
    "histogram": {"n": 20_011, "bins": 301},
    "layernorm": {"rows": 300, "columns": 2051},
    "rmsnorm": {"rows": 300, "columns": 2051},
    "bfs": {"scale": 9, "edge_factor": 8},
    "embedding_bag": {"rows": 300, "width": 67, "bags": 20, "lookups": 501},
    "embedding_scatter_add": {"rows": 300, "width": 67, "lookups": 501},
    "allreduce": {"n": 10_007},
    "halo_exchange": {"nx": 5, "ny": 6, "nz": 7},
}
PAIRS = [(peer, kernel) for peer in PEERS for kernel in peer.kernels]


@pytest.mark.parametrize(("peer", "name"), PAIRS, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_peer_gives_the_reference_answer_and_touches_no_input(peer: Peer, name: str) -> None:
    kernel = find(name)
    trial = verify.prepare(kernel, SMALL[name], seed=11)
    try:
        assert peer.version()
        call = peer.bind(name, trial.arrays, 1)
    except Unavailable as reason:
        pytest.skip(str(reason))
    call()
    found = verify.check(kernel, trial)
    assert found.passed, found.reason


def test_every_kernel_of_a_peer_exists_and_every_name_is_told_once() -> None:
    assert {name for peer in PEERS for name in peer.kernels} <= {kernel.name for kernel in KERNELS}
    assert len({peer.name for peer in PEERS}) == len(PEERS)
    assert [peer.name for peer in peers_of("spmv")] == ["scipy csr, 1 thread", "C rows"]
    assert peers_of("no_such_kernel") == ()


def test_no_compiler_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(Unavailable, match="no C compiler: install gcc or clang, or set CC"):
        c_compiler.library("int x;")


def test_fast_math_in_a_peer_leaves_subnormal_numbers_to_the_others() -> None:
    smallest = np.full(1, 5e-324)
    try:
        c_compiler.library("double twice(double x) { return x + x; }", "-ffast-math")
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert (smallest + smallest).item() == 1e-323


def test_what_the_compiler_does_not_accept_is_a_reason() -> None:
    try:
        c_compiler.compiler()
    except Unavailable as reason:
        pytest.skip(str(reason))
    with pytest.raises(Unavailable, match=r"the C compiler does not accept the peer: .*error"):
        c_compiler.library("this is not C")


@pytest.mark.parametrize(("library", "name"), [("scipy", "spmv"), ("torch", "attention"), ("torch", "adamw")])
def test_a_missing_library_is_a_reason(monkeypatch: pytest.MonkeyPatch, library: str, name: str) -> None:
    real = builtins.__import__

    def refuse(module: str, *rest: Any) -> Any:
        if module.split(".")[0] == library:
            raise ImportError(f"no module named {library}")
        return real(module, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    for peer in (peer for peer in peers_of(name) if peer.name.startswith(library)):
        with pytest.raises(Unavailable, match=f"{library} is not installed"):
            peer.version()


def test_the_copy_that_checks_attention_is_paid_once() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    kernel = find("attention")
    arrays = kernel.inputs(3, **SMALL["attention"])
    call = peers_of("attention")[0].bind("attention", arrays, 1)
    call()
    first = arrays["o"].copy()
    arrays["o"].fill(0)
    call()
    assert (arrays["o"] == 0).all()
    assert (first != 0).any()
