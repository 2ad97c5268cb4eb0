"""One case in one fresh process: `python -m bench.worker` reads a request on stdin, writes a case on stdout.

Threads are pinned and limited before NumPy, Numba or a peer is loaded, because they fix their number then.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

from bench.decode import decode, dumps

if TYPE_CHECKING:
    from types import ModuleType

THREAD_VARIABLES = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SET_PARENT_DEATH_SIGNAL = 1


@dataclass(frozen=True)
class Request:
    """What a worker is asked.

    kernel        its name
    size, params  label of the size, and its parameters
    threads       of the kernel and of its peers
    interval, min_samples, min_time_s, time_cap_s  when to stop, as in `bench.measure.Stop`
    peers         whether native peers run beside the kernel
    seed          of the inputs, and of the order in which kernel and peers take their turns
    energy        whether the energy of a call is measured, which takes seconds more
    """

    kernel: str
    size: str
    params: Mapping[str, int]
    threads: int
    interval: float
    min_samples: int
    min_time_s: float
    time_cap_s: float
    peers: bool
    seed: int
    energy: bool = False


def thread_environment(threads: int) -> dict[str, str]:
    """Variables that give every library `threads` threads, which wait for more work awake for about 0.3 ms.

    Threads that fall asleep at once lose up to half of the time where parallel loops follow each other closely;
    threads that stay awake for long take the cores away from the runner that comes next. No more than `threads` in all:
    Numba allows parallel loops within parallel loops for the whole process, and then every product inside a parallel
    loop of torch asks for threads of its own, which made its attention on two threads as slow as on one.
    """
    counts = dict.fromkeys(THREAD_VARIABLES, str(threads))
    return {**counts, "OMP_THREAD_LIMIT": str(threads), "GOMP_SPINCOUNT": "20000", "OPENBLAS_THREAD_TIMEOUT": "20"}


def allowed_cpus() -> set[int]:
    """Logical CPUs that this process may use; all of them where the system does not say."""
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))


def cores_to_use(threads: int, allowed: set[int], sys_root: Path = Path("/sys")) -> set[int]:
    """One logical CPU of every physical core first, then their siblings, `threads` in all."""
    first = _one_per_core(allowed, sys_root)
    return set([*first, *sorted(allowed - set(first))][:threads])


def physical_cores(allowed: set[int], sys_root: Path = Path("/sys")) -> int:
    """Physical cores among the allowed logical CPUs: the number of threads that "all" stands for."""
    return len(_one_per_core(allowed, sys_root))


def _one_per_core(allowed: set[int], sys_root: Path) -> list[int]:
    first: dict[str, int] = {}
    for cpu in sorted(allowed):
        first.setdefault(_siblings(cpu, sys_root), cpu)
    return list(first.values())


def _siblings(cpu: int, sys_root: Path) -> str:
    try:
        return (sys_root / f"devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(cpu)


def settle(threads: int) -> tuple[int, ...]:
    """Limit this process, and keep it to as many CPUs as it has threads: these, the siblings of a core last.

    Must come before any numerical library is imported.
    """
    os.environ.update(thread_environment(threads))
    cpus = cores_to_use(threads, allowed_cpus())
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)
    return tuple(sorted(cpus))


def end_with_parent(parent: int) -> None:
    """Have this process killed as soon as the one that started it is gone, even if that one was killed itself.

    Linux only (prctl); elsewhere the process ends when its work is done.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit("the process that asked for this has ended")


def main() -> None:
    """Entry point of the process. What kernels and peers print goes to stderr, not into the answer."""
    if len(sys.argv) > 1:
        end_with_parent(int(sys.argv[1]))
    gc.disable()
    answer = os.dup(1)
    os.dup2(2, 1)
    request = decode(Request, json.load(sys.stdin))
    cpus = settle(request.threads)
    if not request.peers:
        do_without_scipy()
    from bench.case import run_case
    from bench.clock import SYSTEM
    from bench.machine import this_machine
    from kernels import KERNELS

    kernel = next(kernel for kernel in KERNELS if kernel.name == request.kernel)
    case = run_case(kernel, request, SYSTEM, this_machine(), cpus=cpus)
    with os.fdopen(answer, "w") as stream:
        stream.write(dumps(case))


def do_without_scipy() -> None:
    """Keep Numba from loading SciPy's linear algebra, for products that no kernel uses: 0.15 s of every process."""
    sys.modules.setdefault("scipy.linalg", cast("ModuleType", None))


def leave() -> NoReturn:
    """End this process after its exit functions, but without taking the interpreter apart, which takes 0.4 s."""
    atexit._run_exitfuncs()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
    leave()
