"""One case as a straight line: prepare, verify, time. Ceilings and verdict are added by the suite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from typing import Any

import numba
import numpy as np
from numba.np.ufunc.parallel import threading_layer

from bench import counters, energy, environment, placement, verify
from bench.clock import Clock
from bench.machine import Sources
from bench.measure import Stop, Timing, first_call, steady
from bench.peers import PEERS, Peer, Unavailable
from bench.result import Case, Energy, PeerSkip, Traffic, Verification, WorkCount
from bench.summary import peer_time, summarised
from bench.worker import Request
from kernels.compile import Compiled
from kernels.network.collective import Collective
from kernels.spec import Kernel

Bound = tuple[str, str, Callable[[], None]]


def run_case(
    kernel: Kernel,
    request: Request,
    clock: Clock,
    sources: Sources,
    peers: tuple[Peer, ...] = PEERS,
    cpus: Sequence[int] = (),
) -> Case:
    """Run one kernel once for its answer and, if that is right, many times for its speed.

    Args:
        kernel: what to run.
        request: size, threads, when to stop, seed.
        clock: where time comes from.
        sources: where the state of the machine comes from.
        peers: candidates to run beside it, if the request asks for peers.
        cpus: logical CPUs to tie the threads to, one each; none leaves this process as it is.
    """
    seen = [placement.threads_now()]
    trial, touch = _near_threads(verify.prepare(kernel, request.params, request.seed), kernel, request, cpus)
    call = caller(kernel, trial.arrays)
    first = first_call(call, clock)
    seen.append(placement.threads_now())
    case = replace(
        blank(kernel, request),
        verification=verify.check(kernel, trial),
        working_set_bytes=sum(getattr(array, "nbytes", 0) for array in trial.arrays.values()),
        **asdict(first),
    )
    if not case.verification.passed:
        return replace(case, compile_s=None, first_call_s=None, verdict="wrong")
    bound, skipped = bind_peers(kernel, trial, request, peers)
    plain, _ = bind_peers(kernel, trial, request, plain_loops(kernel))
    seen.append(placement.threads_now())
    placed = f"{_pinned(kernel, seen, cpus)}; {touch}"
    before = environment.look(sources)
    timing = steady([call, *(run for _, _, run in (*bound, *plain))], _stop(request), clock, request.seed)
    meanwhile = environment.during(before, environment.look(sources), timing.cpu_s)
    timed = _with_samples(case, timing, bound, plain)
    moved, uncounted = _traffic(kernel, call, float(np.median(timed.samples_s)), sources)
    used, no_energy = _energy(request, call, case.version, sources, clock)
    return summarised(
        replace(
            timed,
            conditions={**meanwhile, **waiting(timing, request.threads)},
            peers=(*timed.peers, *skipped),
            threading_layer=_threading_layer(),
            placement=placed,
            energy=used,
            energy_reason=no_energy,
            traffic=moved,
            traffic_reason=uncounted,
            verdict="ok",
            remedy="",
        )
    )


def _with_samples(case: Case, timing: Timing, bound: Sequence[Bound], plain: Sequence[Bound]) -> Case:
    """The case with the samples of all runners: its own, those of its peers, and those of plain loops."""
    ours, counts = timing.samples_s[0], (len(timing.samples_s[0]),)
    times = [
        peer_time(name, version, samples, ours, counts)
        for (name, version, _), samples in zip((*bound, *plain), timing.samples_s[1:], strict=True)
    ]
    return replace(
        case,
        calls_per_sample=timing.calls_per_sample,
        samples_s=ours,
        samples_per_process=counts,
        stop_reason=timing.stop_reason,
        peers=tuple(times[: len(bound)]),
        plain=times[-1] if plain else None,
    )


def _energy(
    request: Request, call: Callable[[], None], version: str, sources: Sources, clock: Clock
) -> tuple[Energy | None, str]:
    return energy.energy_or_reason(call, version, sources.root, clock) if request.energy else (None, "")


def _traffic(kernel: Kernel, call: Callable[[], None], call_s: float, sources: Sources) -> tuple[Traffic | None, str]:
    """Bytes of a few more calls by hardware counters, or why none were counted."""
    if kernel.limit == "network":
        return None, "its ranks are programs of their own"
    return counters.traffic_or_reason(call, call_s, sources.root)


def _near_threads(
    trial: verify.Trial, kernel: Kernel, request: Request, cpus: Sequence[int]
) -> tuple[verify.Trial, str]:
    """The trial with its arrays near the threads, where that matters, and what was done."""
    if kernel.limit == "network":
        return trial, "arrays as made: each rank has its own"
    touch = placement.touch_needed(placement.nodes_of(set(cpus)), request.threads)
    return (replace(trial, arrays=placement.placed_near_threads(trial.arrays)) if touch.needed else trial), touch.reason


def _pinned(kernel: Kernel, seen: Sequence[frozenset[int]], cpus: Sequence[int]) -> str:
    """Pin this thread and those that appeared between two looks; ranks of a network kernel place themselves."""
    if kernel.limit == "network" or not cpus:
        return "threads are not pinned"
    pools = [seen[0] - {threading.get_native_id()}, *(later - earlier for earlier, later in pairwise(seen))]
    return placement.pin(pools, cpus)


def caller(kernel: Kernel, arrays: Mapping[str, Any]) -> Callable[[], None]:
    """The kernel with its arguments tied in, so that the stopwatch sees the call alone."""
    arguments, function = tuple(arrays.values()), kernel.cpu
    return function.bind(*arguments) if isinstance(function, Compiled | Collective) else lambda: function(*arguments)


def plain_loops(kernel: Kernel) -> tuple[Peer, ...]:
    """The kernel's simple version as a peer, if it has one."""
    simple = kernel.simple
    if simple is None:
        return ()

    def bind(_kernel: str, arrays: Mapping[str, Any], _threads: int) -> Callable[[], None]:
        arguments = tuple(arrays.values())
        return lambda: simple(*arguments)

    return (Peer("plain loops", (kernel.name,), lambda: f"numba {numba.__version__}", bind),)


def blank(kernel: Kernel, request: Request, reason: str = "it did not run") -> Case:
    """The case before anything ran: identity and counts, verification not passed."""
    size = dict(request.params)
    return Case(
        kernel=kernel.name,
        version="cpu",
        size=request.size,
        params=size,
        threads=request.threads,
        precision=kernel.precision,
        limit=kernel.limit,
        work=WorkCount(**asdict(kernel.work(**size))),
        verification=Verification(False, None, kernel.rtol, kernel.tolerance, request.seed, reason),
        goals=dict(kernel.goals),
        remedy=reason,
    )


def waiting(timing: Timing, threads: int) -> dict[str, float | None]:
    """Share of time without a core: by the scheduler's count, else (one thread) by wall against CPU time."""
    used = timing.cpu_s / (timing.wall_s * threads) if timing.wall_s else None
    if timing.waited_s is not None:
        waited: float | None = timing.waited_s / max(timing.waited_s + timing.cpu_s, 1e-9)
    else:
        waited = max(0.0, 1 - used) if threads == 1 and used is not None else None
    return {"waited_share": waited, "core_share": used}


def bind_peers(
    kernel: Kernel, trial: verify.Trial, request: Request, peers: tuple[Peer, ...]
) -> tuple[list[Bound], list[PeerSkip]]:
    """Peers that are here and give the right answer, tied to the kernel's buffers; the others with reasons."""
    bound, skipped = [], []
    for peer in peers if request.peers else ():
        if kernel.name not in peer.kernels:
            continue
        try:
            version = peer.version()
            _check_peer(peer, kernel, trial, request)
            bound.append((peer.name, version, peer.bind(kernel.name, trial.arrays, request.threads)))
        except Unavailable as reason:
            skipped.append(PeerSkip(peer.name, str(reason)))
    return bound, skipped


def _check_peer(peer: Peer, kernel: Kernel, trial: verify.Trial, request: Request) -> None:
    arrays = kernel.inputs(trial.seed, **request.params)
    fresh = replace(trial, arrays=arrays, fingerprints=verify.fingerprints(arrays))
    peer.bind(kernel.name, arrays, request.threads)()
    found = verify.check(kernel, fresh)
    if not found.passed:
        raise Unavailable(f"its answer is wrong: {found.reason}")


def _stop(request: Request) -> Stop:
    return Stop(request.interval, request.min_samples, request.min_time_s, request.time_cap_s)


def _threading_layer() -> str | None:
    try:
        return str(threading_layer())  # type: ignore[no-untyped-call]
    except ValueError:
        return None
