"""Reading many files: in order, a batch at a time, in several processes where there are enough to pay for them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from bench.store.database import Stopped
from bench.store.files import Bad, Copy, read_copy

BATCH = 500
FILES_THAT_PAY = 3000
MOST_PROCESSES = 8
AHEAD = 2
Batch = list[Copy | Bad | None]


def batches(files: Sequence[Path], known: Collection[str], processes: int | None = None) -> Generator[Batch]:
    """What the files say, 500 at a time, in their order.

    Args:
        files: what to read.
        known: checksums of files that need no reading.
        processes: how many read; by default one per allowed core, or none of their own for few files.

    Raises:
        Stopped: a reading process was killed.
    """
    parts = [files[first : first + BATCH] for first in range(0, len(files), BATCH)]
    if processes is None:
        processes = min(MOST_PROCESSES, len(os.sched_getaffinity(0))) if len(files) >= FILES_THAT_PAY else 1
    if processes == 1:
        yield from ([read_copy(path, known) for path in part] for part in parts)
    else:
        yield from _side_by_side(parts, known, processes)


def _side_by_side(parts: Sequence[Sequence[Path]], known: Collection[str], processes: int) -> Generator[Batch]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (frozenset(known), os.getpid())) as pool:
        waiting: deque[Future[Batch]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(_read, part))
                if len(waiting) >= processes + AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise Stopped("a process that read files was killed (out of memory?); run again to go on") from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_known: frozenset[str] = frozenset()


def _begin(known: frozenset[str], parent: int) -> None:
    """In a new process: leave interrupts to the parent, and do not outlive it."""
    global _known
    _known = known
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _read(part: Sequence[Path]) -> Batch:
    return [read_copy(path, _known) for path in part]
