"""Compile kernels before they are timed, several at once: `python -m bench.warm` fills Numba's cache.

Each timed case then starts in a fresh process that only loads its machine code.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench.decode import DecodeError, decode, dumps
from bench.spawn import HOME
from bench.worker import thread_environment

SIZE = "quick"


@dataclass(frozen=True)
class Compiled:
    """What compiling a kernel cost: compile_s in s, and whether the machine code was in the cache already."""

    kernel: str
    compile_s: float
    cache: str


def compile_all(kernels: Sequence[str], processes: int) -> dict[str, Compiled]:
    """Compile kernels in up to `processes` processes at once; those that fail are left out, their cases will tell."""
    shares = [kernels[start::processes] for start in range(min(processes, len(kernels)))]
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "bench.warm"]
    started = [
        subprocess.Popen(
            [*command, *share], stdout=pipe, stderr=subprocess.DEVNULL, text=True, cwd=HOME, start_new_session=True
        )
        for share in shares
    ]
    try:
        answers = [process.communicate()[0] for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    return {found.kernel: found for answer in answers for found in understood(answer)}


def understood(answer: str) -> list[Compiled]:
    """One entry per whole line; a process that died leaves the lines it had finished."""
    found = []
    for line in answer.splitlines():
        try:
            found.append(decode(Compiled, json.loads(line)))
        except (ValueError, DecodeError):
            continue
    return found


def main(names: Sequence[str]) -> None:
    """Entry point of the process: one line of JSON per compiled kernel. What kernels print goes to stderr."""
    answer = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    os.environ.update(thread_environment(1))
    from bench.case import caller
    from bench.clock import SYSTEM
    from bench.measure import first_call
    from kernels import find

    for name in names:
        kernel = find(name)
        first = first_call(caller(kernel, kernel.inputs(0, **kernel.sizes[SIZE])), SYSTEM)
        answer.write(dumps(Compiled(name, first.compile_s, first.cache)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
