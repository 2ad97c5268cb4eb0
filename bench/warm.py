"""Compile kernels before they are timed, several at once: `python -m bench.warm` fills Numba's cache.

Each timed case then starts in a fresh process that only loads its machine code.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from bench.decode import DecodeError, decode, dumps
from bench.spawn import HOME
from bench.worker import end_with_parent, thread_environment

if TYPE_CHECKING:
    from kernels.spec import Kernel

Told = Callable[[int, str], None]


@dataclass(frozen=True)
class Compiled:
    """What compiling a kernel cost: compile_s in s, and whether the machine code was in the cache already."""

    kernel: str
    compile_s: float
    cache: str


def compile_all(
    kernels: Sequence[str], processes: int, told: Told = lambda _done, _kernel: None
) -> dict[str, Compiled]:
    """Compile kernels in up to `processes` processes at once; those that fail are left out, their cases will tell.

    Args:
        kernels: names.
        processes: how many at once.
        told: called with the number of finished kernels and the name of the last one.
    """
    waiting: SimpleQueue[str] = SimpleQueue()
    for name in kernels:
        waiting.put(name)
    started: list[subprocess.Popen[str]] = []
    found: dict[str, Compiled] = {}

    def finished(name: str, compiled: Compiled | None) -> None:
        if compiled is not None:
            found[name] = compiled
        told(len(kernels) - waiting.qsize(), name)

    workers = min(processes, len(kernels))
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        shares = [pool.submit(_compile_waiting, waiting, started, finished) for _ in range(workers)]
        try:
            for share in shares:
                share.result()
        finally:
            _drain(waiting)
            for process in started:
                process.kill()
                process.communicate()
    return found


def _compile_waiting(
    waiting: SimpleQueue[str],
    started: list[subprocess.Popen[str]],
    finished: Callable[[str, Compiled | None], None],
) -> None:
    """Feed one process with names until none is left; a process that dies is replaced."""
    process: subprocess.Popen[str] | None = None
    while True:
        try:
            name = waiting.get_nowait()
        except Empty:
            return
        if process is None or process.poll() is not None:
            process = _start()
            started.append(process)
        finished(name, _ask(process, name))


def _start() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", "bench.warm", str(os.getpid())],
        stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, bufsize=1, cwd=HOME, start_new_session=True,
    )  # fmt: skip


def _ask(process: subprocess.Popen[str], name: str) -> Compiled | None:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(name + "\n")
        process.stdin.flush()
        answer = understood(process.stdout.readline())
    except (OSError, ValueError):
        answer = None
    if answer is None:
        process.kill()
        process.wait()
    return answer


def _drain(waiting: SimpleQueue[str]) -> None:
    while not waiting.empty():
        waiting.get()


def understood(line: str) -> Compiled | None:
    """What one line of a process says; a process that died leaves none, or half a line."""
    try:
        return decode(Compiled, json.loads(line))
    except (ValueError, DecodeError):
        return None


def smallest_size(kernel: Kernel) -> Mapping[str, int]:
    """A size that needs the same machine code as any other."""
    return kernel.small_sizes[0] if kernel.small_sizes else dict.fromkeys(kernel.sizes["quick"], 1)


def main() -> None:
    """Entry point of the process: a name per line comes in, a line of JSON goes out. What kernels print is dropped."""
    if len(sys.argv) > 1:
        end_with_parent(int(sys.argv[1]))
    answer = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    os.environ.update(thread_environment(1))
    from bench.case import caller
    from bench.clock import SYSTEM
    from bench.measure import first_call
    from kernels import find

    for line in sys.stdin:
        kernel = find(line.strip())
        first = first_call(caller(kernel, kernel.inputs(0, **smallest_size(kernel))), SYSTEM)
        if kernel.simple is not None:
            kernel.simple(*kernel.inputs(0, **smallest_size(kernel)).values())
        answer.write(dumps(Compiled(kernel.name, first.compile_s, first.cache)) + "\n")


if __name__ == "__main__":
    main()
