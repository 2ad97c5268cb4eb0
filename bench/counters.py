"""Bytes between processor and memory as hardware counters see them, where an ordinary user may read them.

Two ways, the better first: the memory controllers of the whole machine (reads and writes, other programs included),
or the misses of the last-level cache of this program's threads times the 64 bytes of a line (an estimate: lines that
are written back, and on some processors lines fetched ahead, are not among them). Where neither can be read there is
a reason in plain words.
"""

from __future__ import annotations

import contextlib
import errno
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.perf import CACHE_MISSES, HARDWARE, LINUX, Event, Perf
from bench.result import Traffic

LINE_BYTES = 64
AT_LEAST_S = 0.05
FEWEST_CALLS, MOST_CALLS = 3, 1000
CONTROLLERS, MISSES = "memory controllers, whole machine", "last-level cache misses x 64 B, an estimate"
CAS_COUNTS = ("cas_count_read", "cas_count_write")
LEVEL_FOR = {CONTROLLERS: 0, MISSES: 2}

REASONS = {
    errno.ENOSYS: "this system has no perf counters, or its container forbids them",
    errno.ENOENT: "this processor, or the virtual machine it is, shows no such counter",
    errno.ENODEV: "this processor, or the virtual machine it is, shows no such counter",
    errno.EOPNOTSUPP: "this processor, or the virtual machine it is, shows no such counter",
    errno.EINVAL: "this processor, or the virtual machine it is, shows no such counter",
    errno.EMFILE: "too many files are open: raise the limit with ulimit -n",
}


class NoCounterError(LookupError):
    """Nothing can be counted; the text is the reason."""


@dataclass(frozen=True)
class Way:
    """A way of counting: its label and the events whose sum, times 64 B, are the bytes."""

    method: str
    events: tuple[Event, ...]


def own_threads() -> list[int]:
    """Numbers of all threads of this process; none where the system does not tell."""
    with contextlib.suppress(OSError):
        return sorted(int(folder.name) for folder in Path("/proc/self/task").iterdir())
    return []


def traffic_or_reason(
    call: Callable[[], None],
    call_s: float,
    root: Path,
    perf: Perf = LINUX,
    threads: Callable[[], Sequence[int]] = own_threads,
) -> tuple[Traffic | None, str]:
    """Bytes per call by the best way that works here, or None and why none does.

    Args:
        call: what to count, compiled and warm; it is called a few times more.
        call_s: how long it takes, in s.
        root: folder that holds proc/ and sys/.
        perf: system calls.
        threads: numbers of the threads that do the work.
    """
    reasons = []
    ways: tuple[Callable[[], Way], ...] = (lambda: controllers(root), lambda: cache_misses(root, threads()))
    for way_here in ways:
        try:
            way = way_here()
            return Traffic(way.method, counted(call, _calls(call_s), way, perf, root)), ""
        except NoCounterError as reason:
            reasons.append(str(reason))
    return None, "; ".join(dict.fromkeys(reasons))


def counted(call: Callable[[], None], calls: int, way: Way, perf: Perf, root: Path) -> float:
    """Bytes per call. Raises NoCounterError."""
    with _opened(way, perf, root) as handles:
        for handle in handles:
            perf.switch(handle, True)
        for _ in range(calls):
            call()
        for handle in handles:
            perf.switch(handle, False)
        total = sum(_scaled(*perf.read(handle)) for handle in handles)
    if not total:
        raise NoCounterError(f"the counter stands still ({way.method}), as it does in many virtual machines")
    return total * LINE_BYTES / calls


@contextlib.contextmanager
def _opened(way: Way, perf: Perf, root: Path) -> Iterator[list[int]]:
    handles: list[int] = []
    try:
        for event in way.events:
            try:
                handles.append(perf.open(event))
            except OSError as error:
                raise NoCounterError(_reason(error, way, root)) from None
        yield handles
    finally:
        for handle in handles:
            perf.close(handle)


def _scaled(count: int, wanted_ns: int, ran_ns: int) -> float:
    """A counter that shared its place with others ran only a part of the time."""
    return count * wanted_ns / ran_ns if ran_ns else float(count)


def _calls(call_s: float) -> int:
    return min(max(math.ceil(AT_LEAST_S / max(call_s, 1e-9)), FEWEST_CALLS), MOST_CALLS)


def _reason(error: OSError, way: Way, root: Path) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        level = _text(root / "proc/sys/kernel/perf_event_paranoid") or "unknown"
        return (
            f"{way.method.split(',')[0]} may not be read (kernel.perf_event_paranoid is {level}): an administrator "
            f"can set it to {LEVEL_FOR[way.method]} with sysctl"
        )
    return REASONS.get(error.errno or 0, f"counters cannot be read: {error.strerror}")


def cache_misses(root: Path, threads: Sequence[int]) -> Way:
    """Misses of the last-level cache, thread by thread. Raises NoCounterError.

    Only on Intel processors does the general event mean that cache; elsewhere it counts an inner one.
    """
    vendor = re.search(r"^vendor_id\s*:\s*(\S+)", _text(root / "proc/cpuinfo"), re.MULTILINE)
    if not vendor or vendor.group(1) != "GenuineIntel":
        raise NoCounterError("processors of this maker count misses of the last-level cache in no general event")
    if not threads:
        raise NoCounterError("this system does not list the threads of a program")
    return Way(MISSES, tuple(Event(HARDWARE, CACHE_MISSES, thread=thread) for thread in threads))


def controllers(root: Path) -> Way:
    """Reads and writes of every memory controller, on the CPUs that the system names for them.

    Raises:
        NoCounterError: the system shows none.
    """
    events = []
    for folder in sorted((root / "sys/bus/event_source/devices").glob("uncore_imc*")):
        kind, cpus = _text(folder / "type"), re.findall(r"\d+", _text(folder / "cpumask"))
        for name in CAS_COUNTS:
            config = _config(_text(folder / "events" / name))
            if config is not None and kind:
                events += [Event(int(kind), config, cpu=int(cpu)) for cpu in cpus]
    if not events:
        raise NoCounterError("the system shows no counters of its memory controllers")
    return Way(CONTROLLERS, tuple(events))


def _config(text: str) -> int | None:
    """Event code and mask of "event=0x04,umask=0x03", the mask in the second byte."""
    parts = dict(re.findall(r"(event|umask)=(0x[0-9a-fA-F]+)", text))
    return int(parts["event"], 16) | int(parts.get("umask", "0"), 16) << 8 if "event" in parts else None


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
