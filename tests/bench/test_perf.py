"""The system call itself, with an event that every Linux counts: the time of a CPU."""

from __future__ import annotations

import errno
import os
import struct

import pytest

from bench.perf import LINUX, SIZE_OF_FIRST_VERSION, Event, attributes

SOFTWARE, CPU_CLOCK_NS = 1, 0
REFUSALS = {errno.EACCES, errno.EPERM, errno.ENOSYS}


def test_the_attributes_are_those_of_the_manual() -> None:
    packed = attributes(Event(4, 0x5301B7, thread=7))
    kind, size, config, period, sample, times, flags = struct.unpack("=IIQQQQQ", packed[:48])
    assert (kind, size, config, period, sample, times) == (4, SIZE_OF_FIRST_VERSION, 0x5301B7, 0, 0, 3)
    assert len(packed) == SIZE_OF_FIRST_VERSION
    assert flags == 0b1100001
    assert struct.unpack("=Q", attributes(Event(4, 0, cpu=0))[40:48]) == (1,)


def test_it_counts_while_it_is_on() -> None:
    try:
        handle = LINUX.open(Event(SOFTWARE, CPU_CLOCK_NS, thread=0))
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        pytest.skip(f"this system forbids perf events: {error.strerror}")
    sum(range(10**5))
    off = LINUX.read(handle)[0]
    LINUX.switch(handle, True)
    sum(range(10**6))
    LINUX.switch(handle, False)
    on, wanted_ns, ran_ns = LINUX.read(handle)
    sum(range(10**5))
    later = LINUX.read(handle)[0]
    LINUX.close(handle)
    assert off == 0
    assert 0 < on == later
    assert ran_ns <= wanted_ns
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(handle)


def test_a_refusal_is_an_error_with_its_number() -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011
        LINUX.open(Event(10**6, 0, thread=0))
    assert caught.value.errno
