"""Placeholder until the kernel's argument names are settled."""

from __future__ import annotations

from bench.peers.spec import Peer, Unavailable


def version() -> str:
    raise Unavailable("to be bound")


def bind(kernel, arrays, threads):  # type: ignore
    raise Unavailable("to be bound")


PEER = Peer("torch_attention", ("attention",), version, bind)
