"""How the processes of a group tell each other to start and that they are done: numbers in shared memory.

Word START holds the number of the last call, word PLAN what to do in it. Every rank has a line of its own, where it
writes the number of the last call that it has finished, and whether it sleeps and must be woken.
"""

from __future__ import annotations

from typing import Any

from kernels import atomic
from kernels.compile import compiled

START, PLAN = 0, 1
LINE = 16
DONE, ASLEEP = 0, 1
SPINS = 3000


def word(rank: int, name: int) -> int:
    """Position of DONE or ASLEEP of a rank."""
    return LINE * (1 + rank) + name


def words(ranks: int) -> int:
    """Length of the array of flags."""
    return LINE * (1 + ranks)


@compiled(
    flags="int64 words",
    place="int64",
    value="int64",
    watched="int64",
    count="int64",
    wanted="int64",
    spins="int64",
    parallel=False,
)
def checked_signal(flags: Any, place: int, value: int, watched: int, count: int, wanted: int, spins: int) -> None:
    """Write a flag, then look, at most `spins` times, until `count` flags one line apart are all as wanted.

    Whoever sees the new flag sees everything that was written before. At least one look follows the writing, so that
    what is read afterwards is newer than it. `signal` is the same without checks, which take longer than the call.
    """
    atomic.store(flags, place, value)
    for i in range(count):
        while atomic.load(flags, watched + i * LINE) != wanted:
            spins -= 1
            if spins <= 0:
                return
            atomic.pause()


signal = checked_signal.dispatcher
