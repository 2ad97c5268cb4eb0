"""Hardware counters of Linux through the system call perf_event_open (manual page, section 2), without a library."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import struct
from collections.abc import Callable
from dataclasses import dataclass

SYSCALLS = {"x86_64": 298, "aarch64": 241}
HARDWARE, CACHE_MISSES = 0, 3
SIZE_OF_FIRST_VERSION = 64
TIMES = 1 | 2
DISABLED, EXCLUDE_KERNEL, EXCLUDE_HYPERVISOR = 1, 1 << 5, 1 << 6
CLOSE_ON_EXEC = 8
ENABLE, DISABLE = 0x2400, 0x2401


@dataclass(frozen=True)
class Event:
    """What to count: perf type and config, of one thread on any CPU, or of one CPU whoever runs (thread -1)."""

    kind: int
    config: int
    thread: int = -1
    cpu: int = -1


@dataclass(frozen=True)
class Perf:
    """The system calls that counting needs, so that tests can do without a processor that counts.

    open     event -> handle, stopped; raises OSError
    switch   handle, on -> starts or stops it
    read     handle -> count, and the nanoseconds that it was wanted and that it really ran
    close    handle
    """

    open: Callable[[Event], int]
    switch: Callable[[int, bool], None]
    read: Callable[[int], tuple[int, int, int]]
    close: Callable[[int], None]


def attributes(event: Event) -> bytes:
    """Struct perf_event_attr in its first version: counts while enabled, user mode where the thread is ours."""
    flags = DISABLED | (EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR if event.thread >= 0 else 0)
    head = struct.pack("=IIQQQQQ", event.kind, SIZE_OF_FIRST_VERSION, event.config, 0, 0, TIMES, flags)
    return head.ljust(SIZE_OF_FIRST_VERSION, b"\0")


def _open(event: Event) -> int:
    number = SYSCALLS.get(platform.machine())
    if number is None or platform.system() != "Linux":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    library = ctypes.CDLL(None, use_errno=True)
    packed = ctypes.create_string_buffer(attributes(event), SIZE_OF_FIRST_VERSION)
    handle = library.syscall(number, packed, event.thread, event.cpu, -1, ctypes.c_ulong(CLOSE_ON_EXEC))
    if handle < 0:
        found = ctypes.get_errno()
        raise OSError(found, os.strerror(found))
    return int(handle)


def _switch(handle: int, on: bool) -> None:
    fcntl.ioctl(handle, ENABLE if on else DISABLE, 0)


def _read(handle: int) -> tuple[int, int, int]:
    count, wanted_ns, ran_ns = struct.unpack("=QQQ", os.read(handle, 24))
    return count, wanted_ns, ran_ns


LINUX = Perf(_open, _switch, _read, os.close)
