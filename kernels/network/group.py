"""Groups of processes, the ranks, that work on shared arrays together. Rank 0 is the process that asks.

The others are started with the first call for their number, on the CPUs that this process may use, and wait for more:
for a moment on their feet, then asleep. They are started afresh, not forked, because a copy of a process with threads
may hang.
"""

from __future__ import annotations

import atexit
import os
import signal as signals
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import int64, typeof
from numpy.typing import NDArray

from kernels.compile import Compiled
from kernels.network.flags import ASLEEP, DONE, LINE, PLAN, SPINS, START, signal, word, words
from kernels.network.rank import send
from kernels.network.shared import is_alive, segment_of, shared

LIMIT_S = 60.0
PATIENCE_S = 1e-3
GOODBYE_S = 2.0
MOST_PLANS = 8
REMEDY = "the next call starts new ranks"
HOME = Path(__file__).resolve().parent.parent
# Ranks start faster without the registry of all kernels, and without scipy, which Numba would import for its BLAS.
PROGRAM = """
import sys, types
package = sys.modules["kernels"] = types.ModuleType("kernels")
package.__path__ = [{home!r}]
sys.modules["scipy"] = None
from kernels.network.rank import main
main({file}, {parent})
"""
ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Task:
    """A step(*arrays, rank) for all ranks of a group.

    arrays  shared ones
    key     module and name of the step, and for each array number of its segment, offset in bytes, shape, type
    """

    step: Compiled
    arrays: tuple[NDArray[Any], ...]
    key: Key


def task(step: Compiled, arrays: Sequence[NDArray[Any]]) -> Task | None:
    """The task; None if an array is not a shared one."""
    segments = [segment_of(array) for array in arrays]
    places = [
        (segment.number, array.ctypes.data - segment.start, array.shape, array.dtype.str)
        for segment, array in zip(segments, arrays, strict=True)
        if segment
    ]
    function = step.dispatcher.py_func
    return Task(step, tuple(arrays), (function.__module__, function.__name__, *places)) if all(segments) else None


@dataclass(frozen=True)
class Member:
    """Another rank, seen from rank 0."""

    process: subprocess.Popen[bytes]
    connection: socket.socket


class Group:
    """Rank 0 and its other ranks. After a failure the group is closed, and `group_of` makes another.

    ranks  how many there are, this process included
    """

    def __init__(self, ranks: int) -> None:
        self.ranks = ranks
        self._owner = os.getpid()
        self._closed = False
        self._lock = threading.Lock()
        self._calls = 0
        self._plans: dict[Key, int] = {}
        self._flags = shared((words(ranks),), np.int64)
        signal(self._flags, START, 0, START, 1, 0, 1)
        self.members: list[Member] = []
        try:
            for rank in range(1, ranks):
                self.members.append(_started(rank, self._flags))
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether this process can call its ranks."""
        return not self._closed and self._owner == os.getpid()

    def run(self, work: Task) -> None:
        """Do the task on every rank and wait for all.

        Raises:
            RuntimeError: a rank ended, or did not finish within LIMIT_S; what is in the outputs then is unknown.
        """
        with self._lock:
            if not self.is_open:
                raise RuntimeError(f"{work.step.name}: its ranks were ended in the meantime; {REMEDY}")
            try:
                self._start(self._plan(work))
                work.step.dispatcher(*work.arrays, 0)
                self._await(work.step.name)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """End the other ranks."""
        if not self.is_open:
            return
        self._closed = True
        for member in self.members:
            member.connection.close()
        deadline = time.monotonic() + GOODBYE_S
        for member in self.members:
            try:
                member.process.wait(max(deadline - time.monotonic(), 0.01))
            except subprocess.TimeoutExpired:
                member.process.kill()
                member.process.wait()

    def _plan(self, work: Task) -> int:
        """Number under which the ranks know the task; they are told if it is new, and what they may forget."""
        dead = [key for key in self._plans if not all(is_alive(place[0]) for place in key[2:])]
        oldest = list(self._plans)[:1] if len(self._plans) >= MOST_PLANS and work.key not in self._plans else []
        for key in dead or oldest:
            self._tell({"forget": self._plans.pop(key)})
        if work.key not in self._plans:
            work.step.dispatcher.compile((*map(typeof, work.arrays), int64))
            files = [segment.file for segment in map(segment_of, work.arrays) if segment]
            home, name, *places = work.key
            places = [(i, *place[1:]) for i, place in enumerate(places)]
            number = self._plans[work.key] = self._calls + 1
            self._tell({"plan": number, "module": home, "step": name, "arrays": places}, tuple(files))
        return self._plans[work.key]

    def _start(self, plan: int) -> None:
        self._calls += 1
        self._flags[PLAN] = plan
        signal(self._flags, START, self._calls, START, 1, self._calls, 1)
        for rank, member in enumerate(self.members, 1):
            if self._flags[word(rank, ASLEEP)]:
                _send(member, {})

    def _tell(self, message: dict[str, Any], files: tuple[int, ...] = ()) -> None:
        for member in self.members:
            _send(member, message, files)

    def _await(self, name: str) -> None:
        """Wait for the other ranks: spinning, then giving way, then asleep with a look at how they are."""
        first, since = word(1, DONE), time.monotonic()
        while not np.all(self._flags[first::LINE] == self._calls):
            signal(self._flags, START, self._calls, first, self.ranks - 1, self._calls, SPINS)
            waited_s = time.monotonic() - since
            if waited_s < PATIENCE_S:
                os.sched_yield()
            else:
                self._look(name, waited_s)
                time.sleep(PATIENCE_S / 10)

    def _look(self, name: str, waited_s: float) -> None:
        for rank, member in enumerate(self.members, 1):
            code = member.process.poll()
            if code is not None:
                raise RuntimeError(f"{name}: rank {rank} of {self.ranks} ended {_ending(code)}; {REMEDY}")
        if waited_s > LIMIT_S:
            late = [rank for rank in range(1, self.ranks) if self._flags[word(rank, DONE)] != self._calls]
            raise RuntimeError(f"{name}: no answer from rank {late[0]} of {self.ranks} for {LIMIT_S:g} s; {REMEDY}")


def _ending(code: int) -> str:
    return f"by signal {signals.Signals(-code).name}" if code < 0 else f"with code {code}"


def _started(rank: int, flags: NDArray[np.int64]) -> Member:
    ours, theirs = socket.socketpair()
    with theirs:
        program = PROGRAM.format(home=str(HOME), file=theirs.fileno(), parent=os.getpid())
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    segment = segment_of(flags)
    assert segment
    member = Member(process, ours)
    _send(member, {"rank": rank, "words": flags.size}, (segment.file,))
    return member


def _send(member: Member, message: dict[str, Any], files: tuple[int, ...] = ()) -> None:
    """Send what matters only to a rank that lives; whether it does is seen while waiting for it."""
    with suppress(OSError):
        send(member.connection, message, files)


_groups: dict[int, Group] = {}
_making = threading.Lock()


def group_of(ranks: int) -> Group:
    """The open group of that size, made if there is none."""
    with _making:
        if ranks not in _groups or not _groups[ranks].is_open:
            _groups[ranks] = Group(ranks)
        return _groups[ranks]


@atexit.register
def close_all() -> None:
    """End all ranks of this process."""
    for group in _groups.values():
        group.close()
